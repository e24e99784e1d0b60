//! A workload that does not say which pods are its own.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::{Facts, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "selector-missing",
    level: Level::Error,
    meaning: "A Deployment, StatefulSet, DaemonSet or ReplicaSet has no selector. Kubernetes refuses it.",
    check,
};

/// Versions before `apps/v1` took the labels of the template; clusters no longer serve them, which is told elsewhere.
///
/// Source: `k8s.io/kubernetes/pkg/apis/apps/validation/validation.go`, `ValidateDeploymentSpec`,
/// `ValidateStatefulSetSpec`, `ValidateDaemonSetSpec` and `ValidateReplicaSetSpec` ("empty selector is invalid").
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let kind = &*scene.object.identity.kind;
    let is_one = matches!(kind, "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet");
    if !is_one
        || !scene.is_pod_checked()
        || scene.text("apiVersion") != Some("apps/v1")
        || !scene.at("spec").is_some_and(Value::is_map)
    {
        return;
    }
    let selector = scene.at("spec.selector");
    let asks = |key: &str| {
        let part = selector.and_then(|selector| selector.get(key));
        part.is_some_and(|part| !part.entries().is_empty() || !part.items().is_empty())
    };
    if asks("matchLabels") || asks("matchExpressions") {
        return;
    }
    let flat = selector.is_some_and(|selector| {
        selector
            .entries()
            .iter()
            .any(|entry| !entry.value.is_map() && !entry.value.is_list() && !entry.value.is_null())
    });
    let (reason, help) = if flat {
        (
            "Kubernetes refuses it: the labels of its selector do not stand under `matchLabels`.".to_owned(),
            "Put `matchLabels` between `selector` and the labels.",
        )
    } else {
        (
            format!("Kubernetes refuses it: a {kind} needs a selector that picks its own pods."),
            "Add `selector.matchLabels` with the labels of the pod template.",
        )
    };
    findings.add(reason, help, FieldPath::of("spec.selector"));
}
