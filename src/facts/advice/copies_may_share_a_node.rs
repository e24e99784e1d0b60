//! Copies that a budget protects, and that may all be on one node.

use super::{Findings, Rule};
use crate::catalog::Relation;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "copies-may-share-a-node",
    level: Level::Note,
    meaning: "A budget protects the copies of a workload from being evicted together, but nothing spreads them over nodes. If all are \
              on one node and it fails, all are gone.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(found) = facts.of(scene.index) else { return };
    let replicas = facts.controller(scene.index).and_then(|controller| controller.replicas.as_ref());
    let copies = replicas.map_or(0, |replicas| replicas.least.value);
    let placement = &found.placement;
    let is_spread = !placement.spread.is_empty()
        || !placement.host_ports.is_empty()
        || placement.neighbors.iter().any(|one| !one.value.near && one.value.are_copies);
    let budget = scene
        .to(Relation::Protects)
        .find(|edge| &*scene.topology.nodes[edge.from].identity.kind == "PodDisruptionBudget");
    let (Some(pod), Some(budget)) =
        (scene.node().pod.as_deref(), budget.filter(|_| copies > 1 && !is_spread))
    else {
        return;
    };
    findings
        .add(
            format!(
                "Budget {} keeps its {copies} copies from going together, but they may all be on one node: nothing asks for different \
                 ones.",
                quoted(&scene.topology.nodes[budget.from].identity.name)
            ),
            "Add a `topologySpreadConstraints` entry over `kubernetes.io/hostname`.",
            pod.path.clone(),
        )
        .because(budget.from, budget.field.clone());
}
