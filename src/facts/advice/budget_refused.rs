//! A budget that says twice how many pods it protects.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::{Facts, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "budget-refused",
    level: Level::Error,
    meaning: "A PodDisruptionBudget sets both `minAvailable` and `maxUnavailable`. Kubernetes refuses it.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/policy/validation/validation.go`, `ValidatePodDisruptionBudgetSpec` ("minAvailable
/// and maxUnavailable cannot be both set").
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let is_set = |field: &str| scene.at(field).is_some_and(|value: &Value| !value.is_null());
    if !scene.is("policy", "PodDisruptionBudget")
        || !is_set("spec.minAvailable")
        || !is_set("spec.maxUnavailable")
    {
        return;
    }
    findings
        .add(
            "Kubernetes refuses it: it sets both `minAvailable` and `maxUnavailable`, and only one of them is allowed.",
            "Remove one of them.",
            FieldPath::of("spec.maxUnavailable"),
        )
        .because(scene.index, FieldPath::of("spec.minAvailable"));
}
