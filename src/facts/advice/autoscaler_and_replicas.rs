//! A number of copies in the manifest of a workload that an autoscaler scales.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "autoscaler-and-replicas",
    level: Level::Note,
    meaning: "A workload sets `replicas`, and an autoscaler scales it. Each time someone applies the manifest, it is scaled \
              back to that number, until the autoscaler corrects it.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let replicas = facts.controller(scene.index).and_then(|controller| controller.replicas.as_ref());
    let (Some(scaler), Some(number)) =
        (replicas.and_then(|replicas| replicas.scaler), scene.number("spec.replicas"))
    else {
        return;
    };
    let scaler_node = &scene.topology.nodes[scaler].identity;
    let (kind, name) = (&scaler_node.kind, quoted(&scaler_node.name));
    findings
        .add(
            format!(
                "Each time it is applied it goes back to {}, until {kind} {name} scales it again.",
                crate::names::count(usize::try_from(number).unwrap_or(0), "copy", "copies")
            ),
            "Remove `replicas`: the autoscaler decides.",
            FieldPath::of("spec.replicas"),
        )
        .because(scaler, FieldPath::of("spec.scaleTargetRef"));
}
