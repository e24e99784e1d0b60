//! An autoscaler whose bounds contradict each other.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::controller::bounds;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "autoscaler-refused",
    level: Level::Error,
    meaning: "The minimum of an autoscaler is above its maximum, or the maximum is absent or 0. It is refused, so nothing scales.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/autoscaling/validation/validation.go`, `validateHorizontalPodAutoscalerSpec`;
/// `github.com/kedacore/keda`, `apis/keda/v1alpha1/scaledobject_types.go`, `CheckReplicaCountBoundsAreValid`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(bounds) = bounds(scene.node()) else { return };
    let is_own = scene.is("autoscaling", "HorizontalPodAutoscaler");
    let who = if is_own { "Kubernetes" } else { "KEDA" };
    // Without a target it may be a part of a manifest, which changes what another one says.
    let is_absent =
        scene.at(bounds.most_field).is_none_or(Value::is_null) && scene.at("spec.scaleTargetRef").is_some();
    let [least, most] =
        [bounds.least_field, bounds.most_field].map(|field| quoted(field.trim_start_matches("spec.")));
    match bounds.most {
        None if is_own && is_absent => {
            findings.add(
                format!("{who} refuses it: it sets no {most}."),
                format!("Set {most}."),
                FieldPath::of("spec"),
            );
        }
        Some(0) if is_own => {
            findings.add(
                format!("{who} refuses it: {most} must be 1 or more."),
                format!("Raise {most}."),
                FieldPath::of(bounds.most_field),
            );
        }
        Some(number) if bounds.least > number => {
            findings
                .add(
                    format!(
                        "{who} refuses it: its minimum, {least}, is {}, above its maximum, {most}, which is {number}.",
                        bounds.least
                    ),
                    format!("Lower {least}, or raise {most}."),
                    FieldPath::of(bounds.least_field),
                )
                .because(scene.index, FieldPath::of(bounds.most_field));
        }
        _ => {}
    }
}
