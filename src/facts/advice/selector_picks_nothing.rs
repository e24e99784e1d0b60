//! A selector that picks no pod.

use super::{Findings, Rule};
use crate::catalog::{FieldPath, Relation};
use crate::facts::{Facts, scene::Scene};
use crate::model::Value;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "selector-picks-nothing",
    level: Level::Warning,
    meaning: "A Service or a budget selects pods by labels that no pod of these manifests has: its traffic goes to none of \
              them, or it protects none of them.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let (relation, effect) = match (&*scene.object.identity.group, &*scene.object.identity.kind) {
        ("", "Service") if scene.text("spec.type") != Some("ExternalName") => {
            (Relation::Selects, "it sends traffic to none of them")
        }
        ("policy", "PodDisruptionBudget") => (Relation::Protects, "it protects none of them"),
        _ => return,
    };
    let selects = scene.at("spec.selector").is_some_and(|selector| match selector.get("matchLabels") {
        Some(labels) => !labels.entries().is_empty(),
        None => !selector.entries().is_empty(),
    });
    if !selects || scene.from(relation).next().is_some() || is_without_pods(scene) {
        return;
    }
    findings.add(
        format!("No pod in these manifests has the labels that it selects: {effect}."),
        "Compare the selector with the labels of the pod template.",
        FieldPath::of("spec.selector"),
    );
}

/// Whether the namespace holds no pods at all: then they are probably kept elsewhere.
fn is_without_pods(scene: &Scene) -> bool {
    let own = &scene.object.identity;
    let mut workloads = scene.topology.workloads();
    !workloads.any(|(_, node, _)| {
        (&node.identity.environment, &node.identity.namespace) == (&own.environment, &own.namespace)
            && node.object.as_ref().is_some_and(|object| object.value.at("spec").is_some_and(Value::is_map))
    })
}
