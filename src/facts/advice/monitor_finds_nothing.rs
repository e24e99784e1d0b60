//! A monitor of the Prometheus operator that finds nothing to collect from.

use super::near::{near, near_label};
use super::{Findings, Rule};
use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;
use crate::topology::{Labels, Node, labels};
use std::collections::BTreeSet;

pub(super) static RULE: Rule = Rule {
    code: "monitor-finds-nothing",
    level: Level::Warning,
    meaning: "A ServiceMonitor or a PodMonitor selects nothing, or asks for a port by a name that nothing of what it selects has: \
              Prometheus collects nothing by it. A note where nothing in these manifests looks like what was meant.",
    check,
};

/// Source: `github.com/prometheus-operator/prometheus-operator`, `pkg/apis/monitoring/v1/servicemonitor_types.go` and
/// `podmonitor_types.go`, `Endpoint.port` (the name of a Service's port) and `PodMetricsEndpoint.port` (of a container's).
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let (target, list) = match (&*scene.object.identity.group, &*scene.object.identity.kind) {
        ("monitoring.coreos.com", "ServiceMonitor") => (Target::Services, "spec.endpoints"),
        ("monitoring.coreos.com", "PodMonitor") => (Target::Pods, "spec.podMetricsEndpoints"),
        _ => return,
    };
    let selected: Vec<&Node> =
        scene.from(Relation::Selects).map(|edge| &scene.topology.nodes[edge.to]).collect();
    if selected.is_empty() {
        return selects_nothing(scene, target, findings);
    }
    let list = FieldPath::of(list);
    for (index, endpoint) in
        list.find(&scene.object.value).map(Value::items).unwrap_or_default().iter().enumerate()
    {
        let Some(name) = endpoint.get("port").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
            continue;
        };
        let known: BTreeSet<String> = selected.iter().flat_map(|node| target.ports(node)).collect();
        if known.contains(name) || selected.iter().any(|node| !target.is_known(node)) {
            continue;
        }
        let names: Vec<String> = known.iter().map(|name| quoted(name)).collect();
        let has = if names.is_empty() {
            "they name no port".to_owned()
        } else {
            format!("they have {}", english::list_up_to(4, &names))
        };
        let typo = near(name, known.iter().map(String::as_str));
        // Operators make Services and pods of their own, which the selector may mean as well.
        let (help, unless, level) = match typo {
            Some(meant) => (format!("Correct the name to {}.", quoted(meant)), "", Level::Warning),
            None => {
                let help = format!("Name a port {}, or ask for one that is there.", quoted(name));
                (help, ", unless something else makes one", Level::Note)
            }
        };
        findings
            .add(
                format!(
                    "It collects nothing from port {}: no {} of these manifests that it selects has a port of that name; {has}{unless}.",
                    quoted(name),
                    target.noun()
                ),
                help,
                list.item(index, endpoint).key("port"),
            )
            .at_level(level);
    }
}

fn selects_nothing(scene: &Scene, target: Target, findings: &mut Findings) {
    let Some(selector) = scene.at("spec.selector") else { return };
    let wanted: Vec<(String, String)> = labels(selector.get("matchLabels")).into_iter().collect();
    let asks =
        !wanted.is_empty() || selector.get("matchExpressions").is_some_and(|list| !list.items().is_empty());
    let candidates: Vec<Labels> = scene
        .topology
        .present_in(&scene.object.identity.environment)
        .filter(|(_, node)| is_in_reach(scene, node))
        .filter_map(|(_, node)| target.labels(node))
        .collect();
    if !asks || candidates.is_empty() {
        return;
    }
    let typo = near_label(&wanted, &candidates);
    let (help, level) = match &typo {
        Some((written, meant)) => (format!("Correct {} to {}.", said(written), said(meant)), Level::Warning),
        None => (format!("Compare the selector with the labels of the {}.", target.plural()), Level::Note),
    };
    findings
        .add(
            format!(
                "It selects no {} of these manifests, so Prometheus collects nothing by it, unless something else makes one with these labels.",
                target.noun()
            ),
            help,
            FieldPath::of("spec.selector"),
        )
        .at_level(level);
}

fn said((key, value): &(String, String)) -> String {
    quoted(&format!("{key}: {value}"))
}

/// Whether an object stands in a namespace that the monitor looks into: its own where it names none.
fn is_in_reach(scene: &Scene, node: &Node) -> bool {
    let namespace = &*node.identity.namespace;
    let any = scene.at("spec.namespaceSelector.any").and_then(Value::as_bool) == Some(true);
    let names = scene.at("spec.namespaceSelector.matchNames").map(Value::items).unwrap_or_default();
    any || names.iter().any(|name| name.as_str() == Some(namespace))
        || (names.is_empty() && namespace == &*scene.object.identity.namespace)
}

#[derive(Clone, Copy)]
enum Target {
    Services,
    Pods,
}

impl Target {
    fn noun(self) -> &'static str {
        match self {
            Target::Services => "Service",
            Target::Pods => "pod",
        }
    }

    fn plural(self) -> &'static str {
        match self {
            Target::Services => "Services",
            Target::Pods => "pods",
        }
    }

    /// The labels by which an object is selected, if it is one.
    fn labels(self, node: &Node) -> Option<Labels> {
        match self {
            Target::Services if node.identity.is("", "Service") => {
                Some(labels(node.object.as_deref()?.value.at("metadata.labels")))
            }
            Target::Services => None,
            Target::Pods => node.pod.as_deref().map(|pod| pod.labels.clone()),
        }
    }

    /// Whether the ports of an object are in the input.
    fn is_known(self, node: &Node) -> bool {
        match self {
            Target::Services => node.object.is_some(),
            Target::Pods => node.pod.is_some(),
        }
    }

    /// The names of its ports.
    fn ports(self, node: &Node) -> Vec<String> {
        match self {
            Target::Services => {
                let ports = node.object.as_deref().and_then(|object| object.value.at("spec.ports"));
                let ports = ports.map(Value::items).unwrap_or_default();
                ports.iter().filter_map(|port| port.get("name")?.scalar_text()).collect()
            }
            Target::Pods => {
                let containers = node.pod.iter().flat_map(|pod| &pod.containers);
                containers
                    .flat_map(|container| container.spec.ports.iter().flatten())
                    .filter_map(|port| port.name.clone())
                    .collect()
            }
        }
    }
}
