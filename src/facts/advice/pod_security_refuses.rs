//! A pod that its namespace does not let in.

use super::{Findings, Rule};
use crate::facts::security::Violation;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "pod-security-refuses",
    level: Level::Error,
    meaning: "A namespace enforces a level of the Pod Security Standards that a pod does not meet. Kubernetes refuses the pod; a \
              Deployment is accepted and stays without pods.",
    check,
};

/// Source: `k8s.io/pod-security-admission/admission/admission.go`.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(admission) = facts.of(scene.index).and_then(|found| found.security.admission.as_ref()) else {
        return;
    };
    let Some(enforce) = admission.enforce.as_ref().filter(|_| admission.rejects()) else { return };
    let causes = |violation: &Violation| violation.causes.clone();
    let causes: Vec<_> = enforce.violations.iter().flat_map(causes).collect();
    let Some(first) = causes.first() else { return };
    let mut changes: Vec<String> = causes.iter().map(|cause| cause.change.to_string()).collect();
    changes.sort();
    changes.dedup();
    let (namespace, level) =
        (&scene.topology.nodes[admission.namespace].identity.name, enforce.level.value.word());
    let checks: Vec<String> = enforce.violations.iter().map(|violation| quoted(violation.check)).collect();
    let fails = if checks.len() == 1 { "check" } else { "checks" };
    findings
        .add(
            format!(
                "Namespace {} refuses its pods: it enforces level {}, and they fail the {fails} {}.",
                quoted(namespace),
                quoted(level),
                english::list_up_to(6, &checks)
            ),
            format!("To meet the level: {}.", english::list_up_to(5, &changes)),
            first.field.clone(),
        )
        .because(admission.namespace, enforce.level.field.clone());
}
