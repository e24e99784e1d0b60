//! Laws of changes: nothing differs from itself, however it is written; what comes one way goes the other way; and each effect
//! names a line that it follows from.

use podviz::catalog::Catalog;
use podviz::change::{Change, Fate, Side, compare};
use podviz::document::{Document, Limits};
use podviz::facts::{self, Facts};
use podviz::model::{Grouping, take_inventory};
use podviz::page::graph::{Spacing, json};
use podviz::problem::Problems;
use podviz::source::load;
use podviz::topology::{self, Topology};
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

/// Compares what the bytes hold with itself, with itself as a graph, and with all of it but its last document.
pub fn check(bytes: &[u8]) {
    let mut documents = load("a.yaml", bytes, &Limits::default()).documents;
    if documents.is_empty() {
        return;
    }
    let (whole, again) = (Study::of(documents.clone()), Study::of(documents.clone()));
    assert_same(&compare(whole.side(), again.side()));
    let graph = json(&whole.topology, &whole.facts, &Problems::none(), true, Spacing::Compact);
    let read = Study::of(load("graph.json", graph.as_bytes(), &Limits::default()).documents);
    assert_same(&compare(whole.side(), read.side()));
    documents.pop();
    let part = Study::of(documents);
    assert_mirrored(&compare(whole.side(), part.side()), &compare(part.side(), whole.side()));
}

struct Study {
    topology: Topology,
    facts: Facts,
}

impl Study {
    fn of(documents: Vec<Document>) -> Study {
        let (inventory, _) = take_inventory(documents, &CATALOG, &Grouping::plain("default"));
        let (topology, _) = topology::connect(&inventory, &CATALOG);
        let facts = facts::derive(&topology, &CATALOG);
        Study { topology, facts }
    }

    fn side(&self) -> Side<'_> {
        Side { catalog: &CATALOG, topology: &self.topology, facts: &self.facts }
    }
}

fn assert_same(change: &Change) {
    assert!(change.objects.is_empty(), "{:?}", change.objects);
    assert!(change.effects.is_empty(), "{:?}", change.effects);
    assert!(change.facts.is_empty(), "{:?}", change.facts);
    assert!(change.edges_added.is_empty(), "{:?}", change.edges_added);
    assert!(change.edges_removed.is_empty(), "{:?}", change.edges_removed);
    assert!(change.advice_new.is_empty() && change.advice_mended.is_empty(), "advice");
}

fn assert_mirrored(change: &Change, back: &Change) {
    let number = |change: &Change, fate| change.objects.iter().filter(|object| object.change == fate).count();
    for (one, other) in
        [(Fate::Added, Fate::Removed), (Fate::Removed, Fate::Added), (Fate::Changed, Fate::Changed)]
    {
        assert_eq!(number(change, one), number(back, other), "{one:?} and {other:?}");
    }
    assert_eq!(change.edges_added.len(), back.edges_removed.len(), "edges that come");
    assert_eq!(change.edges_removed.len(), back.edges_added.len(), "edges that go");
    assert_eq!(change.facts.len(), back.facts.len(), "facts");
    for effect in change.effects.iter().chain(&back.effects) {
        let is_line = |line| line > 0;
        assert!(!effect.because.is_empty(), "{effect:?}");
        assert!(effect.because.iter().all(|because| is_line(because.line)), "{effect:?}");
    }
}
