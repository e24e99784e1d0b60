//! A pod that can get hold of its node.

use super::{Findings, Rule};
use crate::facts::security::Level as Standard;
use crate::facts::{Facts, scene::Scene};
use crate::names::english;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "privileged-or-node-access",
    level: Level::Note,
    meaning: "A pod does not meet even the baseline level of the Pod Security Standards: it can reach its node, such as through host \
              paths or privileges. Whoever takes over a container may take over the node.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(standard) = facts.of(scene.index).map(|found| &found.security.standard) else { return };
    // A port of the node lets others in, not the pod out.
    let of_baseline = standard
        .violations
        .iter()
        .filter(|violation| violation.level == Standard::Baseline && violation.check != "hostPorts");
    let causes: Vec<_> = of_baseline.flat_map(|violation| &violation.causes).collect();
    let Some(first) = causes.first() else { return };
    let mut whats: Vec<String> = Vec::new();
    for cause in &causes {
        if !whats.iter().any(|what| **what == *cause.what) {
            whats.push(cause.what.to_string());
        }
    }
    let finding = findings.add(
        format!("It does not meet the baseline level, because of {}.", english::list_up_to(4, &whats)),
        "Remove what it does not need; give the rest to a pod in a namespace that few may use.",
        first.field.clone(),
    );
    for cause in causes.iter().skip(1).take(3) {
        finding.because(scene.index, cause.field.clone());
    }
}
