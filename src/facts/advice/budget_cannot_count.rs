//! A budget over pods whose number Kubernetes cannot ask for.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "budget-cannot-count",
    level: Level::Warning,
    meaning: "A PodDisruptionBudget names a share, or `maxUnavailable`, of pods whose owner does not say how many it wants, such as a \
              DaemonSet or a Job. Kubernetes then allows no eviction at all.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/controller/disruption/disruption.go`, `getExpectedScale` and `failSafe`.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(budget) = facts.controller(scene.index).and_then(|controller| controller.budget.as_ref()) else {
        return;
    };
    let Some(workload) = budget.uncountable else { return };
    let identity = &scene.topology.nodes[workload].identity;
    findings
        .add(
            format!(
                "It allows no eviction of the pods of {} {}: Kubernetes cannot ask a {} how many pods it wants.",
                identity.kind,
                quoted(&identity.name),
                identity.kind
            ),
            if &*identity.kind == "DaemonSet" {
                "Drop the budget: draining a node leaves the pods of DaemonSets alone."
            } else {
                "Set `minAvailable` to a number, or drop the budget."
            },
            budget.disruptions.field.clone(),
        )
        .because(workload, crate::catalog::FieldPath::root());
}
