//! A way to update that leaves no room for a new pod, or that contradicts itself.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::document::{Kind, Value};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "update-strategy-refused",
    level: Level::Error,
    meaning: "An update may neither make a pod more nor take one away, or a DaemonSet says that it may do both, or numbers stand beside a \
              strategy that has none. Kubernetes refuses the workload.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/apps/validation/validation.go`, `ValidateRollingUpdateDeployment`,
/// `ValidateDeploymentStrategy`, `ValidateRollingUpdateDaemonSet` and `ValidateDaemonSetUpdateStrategy`;
/// `pkg/apis/apps/v1/defaults.go` (of a DaemonSet one pod may be unavailable where it does not say otherwise).
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    if !scene.is_pod_checked() {
        return;
    }
    if scene.is("apps", "Deployment") {
        deployment(scene, findings);
    } else if scene.is("apps", "DaemonSet") {
        daemon_set(scene, findings);
    }
}

fn deployment(scene: &Scene, findings: &mut Findings) {
    let at = FieldPath::of("spec.strategy.rollingUpdate");
    let (surge, unavailable) = (
        amount(scene, "spec.strategy.rollingUpdate.maxSurge"),
        amount(scene, "spec.strategy.rollingUpdate.maxUnavailable"),
    );
    let is_set = at.find(&scene.object.value).is_some_and(|value| !value.is_null());
    if scene.text("spec.strategy.type") == Some("Recreate") {
        if is_set {
            findings.add(
                "Kubernetes refuses it: the strategy `Recreate` stops all pods first, and has no `rollingUpdate`.",
                "Remove `rollingUpdate`, or set the strategy `RollingUpdate`.",
                at,
            );
        }
        return;
    }
    if surge == Amount::Zero && unavailable == Amount::Zero {
        findings
            .add(
                "Kubernetes refuses it: with `maxSurge` and `maxUnavailable` both 0, an update may neither start a new pod nor stop an old one.",
                "Set one of them to 1.",
                at.key("maxUnavailable"),
            )
            .because(scene.index, at.key("maxSurge"));
    }
}

fn daemon_set(scene: &Scene, findings: &mut Findings) {
    if scene.text("spec.updateStrategy.type").is_some_and(|strategy| strategy != "RollingUpdate") {
        return;
    }
    let at = FieldPath::of("spec.updateStrategy.rollingUpdate");
    let surge = amount(scene, "spec.updateStrategy.rollingUpdate.maxSurge");
    let unavailable = amount(scene, "spec.updateStrategy.rollingUpdate.maxUnavailable");
    match (surge, unavailable) {
        (Amount::Some, Amount::Some | Amount::Absent) => {
            let said = if unavailable == Amount::Absent { ", which is 1 where nothing is said" } else { "" };
            findings
                .add(
                    format!(
                        "Kubernetes refuses it: a DaemonSet may have `maxSurge` or `maxUnavailable`{said}, and one of them must be 0."
                    ),
                    "Set `maxUnavailable: 0` to start each new pod beside the old one.",
                    at.key("maxSurge"),
                )
                .because(scene.index, at.key("maxUnavailable"));
        }
        (Amount::Zero | Amount::Absent, Amount::Zero) => {
            findings.add(
                "Kubernetes refuses it: with `maxSurge` and `maxUnavailable` both 0, an update may neither start a new pod nor stop an old one.",
                format!("Set {} to 1.", quoted("maxUnavailable")),
                at.key("maxUnavailable"),
            );
        }
        _ => {}
    }
}

/// A number of pods or a share of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Amount {
    Absent,
    Zero,
    Some,
    /// Something else, which is told as a value of the wrong type.
    Unread,
}

fn amount(scene: &Scene, field: &str) -> Amount {
    let Some(value) = scene.at(field).filter(|value: &&Value| !value.is_null()) else {
        return Amount::Absent;
    };
    match &value.kind {
        Kind::Number(number) if number.as_i64() == Some(0) => Amount::Zero,
        Kind::Number(_) => Amount::Some,
        Kind::String(text) => match text.strip_suffix('%') {
            Some(digits) if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Amount::Unread
            }
            Some(digits) if digits.bytes().all(|byte| byte == b'0') => Amount::Zero,
            Some(_) => Amount::Some,
            None => Amount::Unread,
        },
        _ => Amount::Unread,
    }
}
