//! Manifests in, everything out: the graph as JSON that can be read again, each view as Mermaid text and as a picture, the
//! pages.

use podviz::catalog::Catalog;
use podviz::diagram::views::{Budget, Focus, draw};
use podviz::diagram::{View, mermaid, svg};
use podviz::document::{Document, Limits};
use podviz::model::{Grouping, take_inventory};
use podviz::page::graph::{Spacing, json};
use podviz::source::load;
use podviz::topology::Topology;
use podviz::{facts, page, topology};
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

/// Goes through every stage with what the bytes hold.
pub fn check(bytes: &[u8]) {
    let documents = load("a.yaml", bytes, &Limits::default()).documents;
    if documents.is_empty() {
        return;
    }
    let graph = told(documents);
    // A graph is an input: what it holds comes back.
    let again = load("graph.json", graph.as_bytes(), &Limits::default());
    assert!(again.problems.is_empty(), "{:?}", again.problems);
}

/// The graph of everything, once all of it is drawn and told.
fn told(documents: Vec<Document>) -> String {
    let (inventory, problems) = take_inventory(documents, &CATALOG, &Grouping::plain("default"));
    let (topology, _) = topology::connect(&inventory, &CATALOG);
    let facts = facts::derive(&topology, &CATALOG);
    for fact in facts.list(&topology, &CATALOG) {
        assert!(!fact.why.is_empty(), "{} of {} has no reason", fact.fact, fact.subject);
    }
    for finding in facts.findings() {
        assert!(finding.place(&topology).is_some(), "{} has no place", finding.rule.code);
    }
    for &view in View::ALL {
        for focus in focuses(&topology) {
            let Some(diagram) = draw(view, &focus, &topology, &facts, &Budget::default()) else { continue };
            let text = mermaid::write(&diagram, &|_| None).to_string();
            assert!(text.contains("accTitle: "), "{text}");
            let (_, problems) = svg::paint(&diagram, &|_| None);
            assert!(problems.iter().all(|problem| problem.code.id() == "diagram-too-large"), "{problems:?}");
        }
    }
    let site = page::build("test", &topology, &facts, &CATALOG, &problems);
    let mut paths: Vec<_> = site.pages.iter().map(|page| &page.path).collect();
    paths.dedup();
    assert_eq!(paths.len(), site.pages.len(), "two pages have one path: {paths:?}");
    let graph = json(&topology, &facts, &problems, true, Spacing::Compact);
    assert!(serde_json::from_str::<serde_json::Value>(&graph).is_ok(), "{graph}");
    graph
}

/// Everything, and the first workloads with their containers: more of them say the same.
fn focuses(topology: &Topology) -> Vec<Focus> {
    let mut focuses =
        vec![Focus::All("default".into()), Focus::Namespace("default".into(), "default".into())];
    for (index, _, pod) in topology.workloads().take(3) {
        focuses.push(Focus::Object(index));
        focuses.extend((0..pod.containers.len().min(2)).map(|container| Focus::Container(index, container)));
    }
    focuses
}
