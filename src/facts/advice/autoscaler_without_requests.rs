//! An autoscaler that measures use against requests that are not there.

use super::{Findings, Rule};
use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::facts::{Facts, PodFacts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;
use crate::topology::{ContainerKind, Pod};

pub(super) static RULE: Rule = Rule {
    code: "autoscaler-without-requests",
    level: Level::Warning,
    meaning: "A HorizontalPodAutoscaler scales by the share of its CPU or memory request that a pod uses, and a container of the pod \
              requests none. There is nothing to compare with, so it never scales by that.",
    check,
};

/// A share of a request that an autoscaler asks for.
struct Share {
    resource: String,
    /// The container, where it is about one.
    container: Option<String>,
    field: FieldPath,
}

/// Source: `k8s.io/kubernetes/pkg/controller/podautoscaler/replica_calculator.go`, `calculatePodRequests`: each app
/// container and each sidecar must have a request, or the pod as a whole.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    if !scene.is("autoscaling", "HorizontalPodAutoscaler") {
        return;
    }
    let Some(edge) = scene.from(Relation::Scales).next() else { return };
    let node = &scene.topology.nodes[edge.to];
    let (Some(pod), Some(found)) = (node.pod.as_deref(), facts.of(edge.to)) else { return };
    for share in shares(scene) {
        let lacking = lacking(pod, found, &share);
        let [first, ..] = lacking[..] else { continue };
        let names: Vec<String> = lacking.iter().map(|&at| quoted(&pod.containers[at].key)).collect();
        let (verb, resource) = (if names.len() == 1 { "requests" } else { "request" }, word(&share.resource));
        findings
            .add(
                format!(
                    "It never scales by {resource}: it compares use with requests, and {} of {} {} {verb} no {resource}.",
                    english::list_up_to(4, &names),
                    node.identity.kind,
                    quoted(&node.identity.name)
                ),
                format!("Set `resources.requests.{}` of {}.", share.resource, english::list_up_to(4, &names)),
                share.field,
            )
            .because(edge.to, pod.containers[first].path.key("resources"));
    }
}

fn word(resource: &str) -> &str {
    if resource == "cpu" { "CPU" } else { resource }
}

fn lacking(pod: &Pod, found: &PodFacts, share: &Share) -> Vec<usize> {
    let together = found.resources.together.as_ref();
    if share.container.is_none()
        && together.is_some_and(|all| all.requests.value.get(&share.resource).is_some())
    {
        return Vec::new();
    }
    let containers = pod.containers.iter().zip(&found.resources.containers).enumerate();
    let lacking = containers.filter(|(_, (container, resources))| {
        matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar)
            && !resources.requests.value.is_open(&share.resource)
            && share.container.as_ref().is_none_or(|name| *name == container.name)
            && resources.requests.value.get(&share.resource).is_none()
    });
    lacking.map(|(at, _)| at).collect()
}

/// The shares it asks for, in all versions of the API. Without any metric, 80 % of the CPU counts.
///
/// Source: `k8s.io/kubernetes/pkg/apis/autoscaling/v2/defaults.go`, `SetDefaults_HorizontalPodAutoscaler`.
fn shares(scene: &Scene) -> Vec<Share> {
    let cpu =
        |field: &str| Share { resource: "cpu".to_owned(), container: None, field: FieldPath::of(field) };
    if scene.at("spec.targetCPUUtilizationPercentage").is_some() {
        return vec![cpu("spec.targetCPUUtilizationPercentage")];
    }
    let metrics = scene.at("spec.metrics").map(Value::items).unwrap_or_default();
    if metrics.is_empty() {
        return vec![cpu("spec.metrics")];
    }
    let shares = metrics.iter().enumerate().filter_map(|(at, metric)| {
        let source = ["resource", "containerResource"].into_iter().find_map(|key| metric.get(key))?;
        let is_share = source.at("target.averageUtilization").is_some()
            || source.get("targetAverageUtilization").is_some();
        let resource = source.get("name").and_then(Value::scalar_text).filter(|_| is_share)?;
        let container = source.get("container").and_then(Value::scalar_text);
        Some(Share { resource, container, field: FieldPath::of("spec.metrics").item(at, metric) })
    });
    shares.collect()
}
