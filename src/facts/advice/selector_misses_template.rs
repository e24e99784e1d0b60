//! A workload whose selector does not pick the pods that it makes.

use super::{Findings, Rule};
use crate::catalog::{FieldPath, Selection};
use crate::facts::{Facts, scene::Scene};
use crate::problem::Level;
use crate::topology::Selector;

pub(super) static RULE: Rule = Rule {
    code: "selector-misses-template",
    level: Level::Error,
    meaning: "The selector of a workload does not match the labels of its own pod template. Kubernetes refuses such a \
              workload.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let form = match (&*scene.object.identity.group, &*scene.object.identity.kind) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") => Selection::LabelSelector,
        ("", "ReplicationController") => Selection::Labels,
        _ => return,
    };
    let (Some(pod), Some(selector)) = (scene.node().pod.as_deref(), scene.at("spec.selector")) else {
        return;
    };
    let selector = Selector::read(selector, form);
    if selector.is_empty() || selector.matches(&pod.labels) {
        return;
    }
    findings
        .add(
            format!(
                "Kubernetes refuses it: its selector `{}` does not match the labels of its own pods.",
                selector.text()
            ),
            "Give the pod template the labels of the selector.",
            FieldPath::of("spec.selector"),
        )
        .because(scene.index, FieldPath::of("spec.template.metadata.labels"));
}
