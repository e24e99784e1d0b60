//! An update whose new pod cannot stand on a node that has an old one.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::controller::Strategy;
use crate::facts::placement::HOSTNAME;
use crate::facts::{Facts, scene::Scene};
use crate::names::count;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "update-needs-a-spare-node",
    level: Level::Note,
    meaning: "A Deployment starts a new pod before an old one ends, and no node may run both, because they need the same port of the node \
              or keep away from each other. Where every node has one already, the update waits. A warning where these manifests have no \
              node to spare.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/scheduler/framework/plugins/nodeports/node_ports.go` and
/// `interpodaffinity/filtering.go`, `satisfyPodAntiAffinity`; `pkg/controller/deployment/rolling.go`.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(found), Some(controller)) = (facts.of(scene.index), facts.controller(scene.index)) else {
        return;
    };
    let Some(rollout) = controller.rollout.as_ref().filter(|_| scene.is("apps", "Deployment")) else {
        return;
    };
    let Some(pods) = rollout.value.replicas.filter(|pods| *pods > 0) else { return };
    // Where an old pod may go first, its node is free.
    if rollout.value.strategy != Strategy::RollingUpdate || rollout.value.unavailable() != Some(0) {
        return;
    }
    let placement = &found.placement;
    let apart = placement.neighbors.iter().find(|known| {
        let rule = &known.value;
        !rule.near && rule.weight.is_none() && rule.are_copies && rule.topology_key == HOSTNAME
    });
    let (why, field) = match (placement.host_ports.first(), apart) {
        (Some(port), _) => (format!("both need port {} of the node", port.value), port.field.clone()),
        (None, Some(rule)) => ("its pods keep away from each other".to_owned(), rule.field.clone()),
        (None, None) => return,
    };
    let nodes = placement.candidates.as_ref().map(|candidates| candidates.accept.len());
    let has_none = nodes.is_some_and(|nodes| i64::try_from(nodes).is_ok_and(|nodes| nodes <= pods));
    let copies = count(usize::try_from(pods).unwrap_or(usize::MAX), "copy", "copies");
    let when = if has_none { "An update hangs" } else { "An update hangs where no other node is free" };
    findings
        .add(
            format!(
                "{when}: a new pod starts beside the {copies}, and cannot share a node with one of them, because {why}."
            ),
            "Set `maxUnavailable: 1` and `maxSurge: 0`: then an old pod ends first.",
            FieldPath::of("spec.strategy"),
        )
        .at_level(if has_none { Level::Warning } else { Level::Note })
        .because(scene.index, field);
}
