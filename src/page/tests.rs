//! What pages say of kinds that are taught to podviz.

use crate::catalog::Catalog;
use crate::document::Limits;
use crate::facts::derive;
use crate::model::{Grouping, take_inventory};
use crate::page::prose::words;
use crate::page::{Block, build};
use crate::problem::Problems;
use crate::source::load;
use crate::topology::connect;

/// The sentences and the rows on the page of an object.
fn said(kinds: &[&str], manifests: &str, name: &str) -> Vec<String> {
    let kinds: Vec<(&str, &str)> = kinds.iter().map(|text| ("kind.yaml", *text)).collect();
    let catalog = Catalog::with(&kinds).unwrap();
    let documents = load("app.yaml", manifests.as_bytes(), &Limits::default()).documents;
    let (inventory, _) = take_inventory(documents, &catalog, &Grouping::plain("shop"));
    let (topology, _) = connect(&inventory, &catalog);
    let site = build("test", &topology, &derive(&topology, &catalog), &catalog, &Problems::none());
    let page = site.pages.iter().find(|page| page.title == name).unwrap();
    let sections = page.sections.iter().flat_map(|section| &section.blocks).flat_map(Block::unfolded);
    let lines = sections.flat_map(|block| match block {
        Block::Paragraph(text) | Block::Alert { text, .. } => vec![words(text)],
        Block::List { items, .. } => items.iter().map(words).collect(),
        Block::Table(table) => {
            table.rows.iter().map(|row| row.iter().map(words).collect::<Vec<_>>().join(" | ")).collect()
        }
        Block::Facts(facts) => {
            facts.iter().map(|(name, value)| format!("{name}: {}", words(value))).collect()
        }
        _ => Vec::new(),
    });
    page.lead.iter().map(words).chain(lines).collect()
}

const MINT: &str = "
kind: Mint
group: example.org
summary: Makes Secrets.
edges:
  - { relation: produces, field: metadata.name, to: Secret, as: \"{value}-coins\" }
";

#[test]
fn what_another_object_makes_is_not_missing() {
    let manifests = "
apiVersion: example.org/v1
kind: Mint
metadata: { name: royal }
---
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: app
      image: app:1
      env: [{ name: COIN, valueFrom: { secretKeyRef: { name: royal-coins, key: coin } } }]
      envFrom: [{ secretRef: { name: royal-coins } }]
      volumeMounts: [{ name: purse, mountPath: /purse }]
  volumes: [{ name: purse, secret: { secretName: royal-coins } }]
";
    let said = said(&[MINT], manifests, "web");
    let about: Vec<&String> = said.iter().filter(|line| line.contains("royal")).collect();
    for line in &about {
        assert!(line.contains("made by Mint royal"), "{about:#?}");
    }
    assert!(about.len() > 3, "{said:#?}");
    assert!(!said.iter().any(|line| line.contains("not in these manifests;")), "{said:#?}");
}

#[test]
fn copies_of_a_kind_that_was_taught_are_counted() {
    let kind = "
kind: Choir
group: example.org
role: workload
summary: Keeps singers.
pods: spec.singer
copies: spec.size
";
    let manifests = "
apiVersion: example.org/v1
kind: Choir
metadata: { name: boys }
spec:
  size: 4
  singer:
    metadata: { labels: { app: boys } }
    spec: { containers: [{ name: voice, image: voice:1, resources: { requests: { cpu: 100m } } }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: boys }
spec: { minAvailable: 3, selector: { matchLabels: { app: boys } } }
";
    let said = said(&[kind], manifests, "boys");
    assert!(said[0].starts_with("Runs 4 identical copies of 1 container"), "{said:#?}");
    assert!(said.iter().any(|line| line.contains("4 copies together 400m")), "{said:#?}");
}

#[test]
fn a_described_pod_is_a_part_of_its_whole() {
    let kinds = [
        "
kind: Fleet
group: example.org
summary: Runs ships.
pods: [{ path: \"spec.ships[]\", kind: Ship, containers: [crew] }]
",
        "
kind: Ship
group: example.org
role: workload
summary: Is one ship of a Fleet.
",
    ];
    let manifests = "
apiVersion: example.org/v1
kind: Fleet
metadata: { name: grand }
spec:
  ships:
    - name: one
      crew: { image: crew:1 }
";
    let said = said(&kinds, manifests, "grand.one");
    assert!(said[0].starts_with("Runs 1 container as a part of Fleet grand"), "{said:#?}");
}
