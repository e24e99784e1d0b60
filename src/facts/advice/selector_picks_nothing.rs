//! A selector that picks no pod.

use super::near::near_label;
use super::{Findings, Rule};
use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::labels;

pub(super) static RULE: Rule = Rule {
    code: "selector-picks-nothing",
    level: Level::Warning,
    meaning: "A Service, a budget or a NetworkPolicy selects pods by labels that no pod of these manifests has: its traffic goes nowhere, or it \
              protects nothing, unless something else makes such pods.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let (relation, effect) = match (&*scene.object.identity.group, &*scene.object.identity.kind) {
        ("", "Service") if scene.text("spec.type") != Some("ExternalName") => {
            (Relation::Selects, "it sends traffic to none of them")
        }
        ("policy", "PodDisruptionBudget") => (Relation::Protects, "it protects none of them"),
        ("networking.k8s.io", "NetworkPolicy") => (Relation::Selects, "it limits none of them"),
        _ => return,
    };
    let is_policy = scene.is("networking.k8s.io", "NetworkPolicy");
    let field = if is_policy { "spec.podSelector" } else { "spec.selector" };
    let selects = scene.at(field).is_some_and(|selector| match selector.get("matchLabels") {
        Some(labels) => !labels.entries().is_empty(),
        None => !selector.entries().is_empty(),
    });
    // A Service that leads to an operator's object leads to the pods that are made for it.
    let leads = [relation, Relation::RoutesTo].iter().any(|relation| scene.from(*relation).next().is_some());
    let own = &scene.object.identity;
    let is_unread = scene.topology.is_unread(&own.environment, &own.namespace, "", "Pod");
    if !selects || leads || is_unread || is_without_pods(scene) {
        return;
    }
    let typo = typo(scene, field);
    // Policies are often kept for pods that come from elsewhere.
    let is_doubtful = is_made_elsewhere(scene, field) || (is_policy && typo.is_none());
    let level = if is_doubtful { Level::Note } else { Level::Warning };
    let help = match typo {
        Some(((key, value), (right_key, right))) => format!(
            "Correct {} to {}, if these pods are meant.",
            quoted(&format!("{key}: {value}")),
            quoted(&format!("{right_key}: {right}"))
        ),
        None => "Compare the selector with the labels of the pod template.".to_owned(),
    };
    findings
        .add(
            format!(
                "No pod in these manifests has the labels that it selects: unless something else makes such pods, {effect}."
            ),
            help,
            FieldPath::of(field),
        )
        .at_level(level);
}

/// The label that may be a typo, and what it was meant to be: pods of the namespace have that one and all the others.
fn typo(scene: &Scene, field: &str) -> Option<((String, String), (String, String))> {
    let own = &scene.object.identity;
    let selector = scene.at(field)?;
    let wanted: Vec<(String, String)> =
        labels(Some(selector.get("matchLabels").unwrap_or(selector))).into_iter().collect();
    let pods = scene.topology.workloads().filter(|(_, node, _)| {
        (&node.identity.environment, &node.identity.namespace) == (&own.environment, &own.namespace)
    });
    near_label(&wanted, pods.map(|(_, _, pod)| &pod.labels))
}

/// Whether others make such pods: an operator, where a custom resource bears one of the selected values as its name,
/// or the cluster itself, which brings along pods of its own in `kube-system`.
fn is_made_elsewhere(scene: &Scene, field: &str) -> bool {
    let own = &scene.object.identity;
    let selector = scene.at(field);
    let labels = selector.map(|selector| selector.get("matchLabels").unwrap_or(selector).entries());
    let values: Vec<String> =
        labels.unwrap_or_default().iter().filter_map(|entry| entry.value.scalar_text()).collect();
    let is_custom = |group: &str| group.contains('.') && !group.ends_with("k8s.io");
    &*own.namespace == "kube-system"
        || scene.topology.present().any(|(_, node)| {
            let other = &node.identity;
            is_custom(&other.group)
                && (&other.environment, &other.namespace) == (&own.environment, &own.namespace)
                && values.iter().any(|value| **value == *other.name)
        })
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
