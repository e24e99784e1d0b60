//! A name that only a Service can have, and that none has.

use super::{Findings, Rule};
use crate::document::Identity;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "call-to-missing-service",
    level: Level::Note,
    meaning: "A container names a Service that is not in these manifests. If nothing else makes it, the name leads nowhere. A warning \
              where the Service would stand in a namespace whose pods are in these manifests.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(found) = facts.of(scene.index) else { return };
    for edge in &found.network.unresolved {
        let missing = &scene.topology.nodes[edge.to].identity;
        let is_spelled_out = edge.name.contains(".svc");
        let level = if is_spelled_out && runs_pods(scene, missing) { Level::Warning } else { Level::Note };
        let finding = findings.add(
            format!(
                "{} names Service {}, and no such Service is in these manifests.",
                quoted(edge.written.first().map_or("", String::as_str)),
                quoted(&edge.name)
            ),
            "Add the Service, correct the name, or see to it that something else makes it.",
            edge.field.clone(),
        );
        finding.of_container(edge.container).at_level(level);
        finding.evidence = vec![(edge.declared_by, edge.field.clone())];
    }
}

/// Whether pods of the namespace that a Service would stand in are in the input; else the namespace is kept elsewhere.
fn runs_pods(scene: &Scene, service: &Identity) -> bool {
    let place = |one: &Identity| (one.environment.clone(), one.namespace.clone());
    scene.topology.workloads().any(|(_, node, _)| place(&node.identity) == place(service))
}
