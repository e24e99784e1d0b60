//! Two autoscalers or two budgets that rule over the same pods.

use super::{Findings, Rule};
use crate::catalog::Relation;
use crate::facts::controller::bounds;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::{Edge, Node};

pub(super) static RULE: Rule = Rule {
    code: "overlapping-policies",
    level: Level::Warning,
    meaning: "Two autoscalers scale one workload and undo each other's work, or two disruption budgets protect the same pods, which then \
              cannot be evicted at all.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let rulers = |relation: Relation, rules: fn(&Node) -> bool| {
        let mut edges: Vec<&Edge> =
            scene.to(relation).filter(|edge| rules(&scene.topology.nodes[edge.from])).collect();
        edges.dedup_by_key(|edge| edge.from);
        edges
    };
    let scalers = rulers(Relation::Scales, |node| bounds(node).is_some());
    let budgets = rulers(Relation::Protects, |node| &*node.identity.kind == "PodDisruptionBudget");
    let cases = [
        (scalers, "autoscalers scale it, and undo each other's work", "Keep one of them."),
        (
            budgets,
            "budgets protect it: its pods cannot be evicted, so draining a node fails",
            "Keep one of them.",
        ),
    ];
    for (edges, what, help) in cases {
        let [first, second, ..] = &edges[..] else { continue };
        let names: Vec<String> =
            edges.iter().map(|edge| quoted(&scene.topology.nodes[edge.from].identity.name)).collect();
        let finding = findings.add(
            format!("{} {what}: {}.", edges.len(), names.join(", ")),
            help,
            crate::catalog::FieldPath::of("metadata.name"),
        );
        finding.evidence = [first, second].iter().map(|edge| (edge.from, edge.field.clone())).collect();
    }
}
