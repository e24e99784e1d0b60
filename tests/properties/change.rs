//! Laws of changes: nothing differs from itself, however it is written; what comes one way goes the other way; and each effect
//! names a line that it follows from.

use podviz::catalog::Catalog;
use podviz::change::{Change, Fate, ObjectChange, Side, compare};
use podviz::document::{Document, Limits, MARK, parse};
use podviz::facts::quantity::Quantity;
use podviz::facts::{self, Facts};
use podviz::model::{Grouping, take_inventory};
use podviz::page::graph::{Spacing, json};
use podviz::problem::Problems;
use podviz::source::load;
use podviz::topology::{self, Topology};
use serde_json::Value as Json;
use std::collections::BTreeMap;
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

/// Compares manifests with the same ones written otherwise: as JSON, with sorted keys, in other files, in another order.
pub fn check_noise(text: &str) {
    let limits = Limits::default();
    let whole = Study::of(load("a.yaml", text.as_bytes(), &limits).documents);
    let mut documents = Vec::new();
    for (at, piece) in text.split("\n---\n").collect::<Vec<_>>().into_iter().rev().enumerate() {
        let Ok(value) = parse(piece.as_bytes()) else { return };
        if value.is_null() {
            continue;
        }
        let json = sorted(value.to_json()).to_string();
        documents.extend(load(&format!("b/{at}.json"), json.as_bytes(), &limits).documents);
    }
    let again = Study::of(documents);
    let change = compare(whole.side(), again.side());
    assert!(change.objects.is_empty(), "{:?}", change.objects);
    assert!(change.effects.is_empty(), "{:?}", change.effects);
    assert!(change.facts.is_empty(), "{:?}", change.facts);
}

/// The same with the keys of each mapping in reversed order.
fn sorted(value: Json) -> Json {
    match value {
        Json::Object(map) => {
            let mut entries: Vec<(String, Json)> = map.into_iter().collect();
            entries.sort_by(|a, b| b.0.cmp(&a.0));
            Json::Object(entries.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// Changes a line of manifests, and carries out what the change lists on the fields of the old side: that gives the new side.
pub fn check_applied(text: &str, line: usize, edit: Edit) {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return;
    }
    let at = line % lines.len();
    match edit {
        Edit::Remove => _ = lines.remove(at),
        Edit::Again => lines.insert(at, lines[at].clone()),
        Edit::Number => lines[at] = lines[at].replace(|c: char| c.is_ascii_digit(), "7"),
        Edit::Word => lines[at].push('x'),
    }
    let study = |text: &str| Study::of(load("a.yaml", text.as_bytes(), &Limits::default()).documents);
    let (old, new, nothing) = (study(text), study(&lines.join("\n")), Study::of(Vec::new()));
    let mut fields = fields_of(&compare(nothing.side(), old.side()));
    let wanted = fields_of(&compare(nothing.side(), new.side()));
    let change = compare(old.side(), new.side());
    for object in &change.objects {
        match object.change {
            Fate::Removed => _ = fields.remove(&object.subject),
            // Its name differs as well, which is no field that it lists.
            Fate::Renamed => return,
            _ => {
                let own = fields.entry(object.subject.clone()).or_default();
                for field in &object.fields {
                    match field.new.is_null() {
                        true => _ = own.remove(&field.field),
                        false => _ = own.insert(field.field.clone(), field.new.clone()),
                    }
                }
            }
        }
    }
    assert_eq!(fields.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
    for (subject, own) in &fields {
        let order = |path: &&String| !path.ends_with(".order");
        let paths = own.keys().filter(order).collect::<Vec<_>>();
        assert_eq!(paths, wanted[subject].keys().filter(order).collect::<Vec<_>>(), "{subject}");
        for (path, value) in own.iter().filter(|(path, _)| order(path)) {
            assert!(
                is_same(value, &wanted[subject][path]),
                "{subject} {path}: {value} is not {}",
                wanted[subject][path]
            );
        }
    }
}

/// What is done to a line.
#[derive(Clone, Copy, Debug)]
pub enum Edit {
    Remove,
    Again,
    Number,
    Word,
}

/// The fields of all objects that came, by their subject.
fn fields_of(change: &Change) -> BTreeMap<String, BTreeMap<String, Json>> {
    let fields = |object: &ObjectChange| {
        object.fields.iter().map(|field| (field.field.clone(), field.new.clone())).collect()
    };
    change.objects.iter().map(|object| (object.subject.clone(), fields(object))).collect()
}

/// Whether two values say the same: equal ones, amounts of the same size, texts that only one side hides, and two that are
/// hidden, of which a change says that they differ and no more.
fn is_same(one: &Json, other: &Json) -> bool {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (one, other) = (text(one), text(other));
    let hides = |text: &str| text.contains(MARK);
    let is_secret = |text: &str| matches!(text, "(secret)" | "(secret, changed)");
    one == other
        || is_secret(&one) && is_secret(&other)
        || hides(&one)
        || hides(&other)
        || Quantity::parse(&one).is_some_and(|amount| Quantity::parse(&other) == Some(amount))
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
