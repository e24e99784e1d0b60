//! Pods that the quota of their namespace does not let in.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::quantity::{Quantity, resource_words};
use crate::facts::resources::Qos;
use crate::facts::{Facts, PodFacts, quoted, scene::Scene};
use crate::model::Object;
use crate::names::count;
use crate::names::english;
use crate::problem::Level;
use crate::topology::{ContainerKind, NodeIndex, Pod};

pub(super) static RULE: Rule = Rule {
    code: "quota-not-met",
    level: Level::Warning,
    meaning: "A ResourceQuota of the namespace asks for requests or limits that a container does not set, or allows fewer pods, or less of \
              a resource, than all copies need. Kubernetes refuses the pods that are too many, and the workload waits.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/quota/v1/evaluator/core/pods.go`, `Constraints`, `podComputeUsageHelper` and
/// `podMatchesScopeFunc`; `staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go`, `CheckRequest`.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    if !scene.is_pod_checked() || scene.is("", "PodTemplate") {
        return;
    }
    let own = &scene.object.identity;
    let quotas = scene.topology.of_kind(&own.environment, "", "ResourceQuota");
    for (quota, node) in quotas.filter(|(_, node)| node.identity.namespace == own.namespace) {
        let Some(object) = node.object.as_deref().filter(|object| counts(object, pod, found)) else {
            continue;
        };
        unset(pod, found, (quota, object), findings);
        too_many(scene, facts, found, (quota, object), findings);
    }
}

/// What a quota limits, with the amount and the field.
fn hard(quota: &Object) -> Vec<(&str, Quantity, FieldPath)> {
    let path = FieldPath::of("spec.hard");
    let entries = quota.value.at("spec.hard").map(Value::entries).unwrap_or_default();
    let amounts = entries.iter().filter_map(|entry| {
        let quantity = Quantity::parse(&entry.value.scalar_text()?)?;
        Some((&*entry.key, quantity, path.key(&entry.key)))
    });
    amounts.collect()
}

/// A quota on CPU or memory asks each container for what it counts, unless the pod says it for all of them.
fn unset(pod: &Pod, found: &PodFacts, (quota, object): (NodeIndex, &Object), findings: &mut Findings) {
    for (name, _, field) in hard(object) {
        let (is_limit, resource) = match name {
            "cpu" | "requests.cpu" => (false, "cpu"),
            "memory" | "requests.memory" => (false, "memory"),
            "limits.cpu" => (true, "cpu"),
            "limits.memory" => (true, "memory"),
            _ => continue,
        };
        let key = if is_limit { "limits" } else { "requests" };
        let sets = |one: &crate::facts::resources::ContainerResources| {
            let amounts = if is_limit { &one.limits } else { &one.requests };
            amounts.value.get(resource).is_some()
        };
        if found.resources.together.as_ref().is_some_and(sets) {
            continue;
        }
        let both = pod.containers.iter().zip(&found.resources.containers).enumerate();
        let lacking: Vec<usize> = both
            .filter(|(_, (container, resources))| {
                container.kind != ContainerKind::Ephemeral && !sets(resources)
            })
            .map(|(at, _)| at)
            .collect();
        let Some(&first) = lacking.first() else { continue };
        let names: Vec<String> = lacking.iter().map(|&at| quoted(&pod.containers[at].key)).collect();
        findings
            .add(
                format!(
                    "Its pods are refused: ResourceQuota {} asks each container for {}, and {} {} none.",
                    quoted(&object.identity.name),
                    quoted(&format!("{key}.{resource}")),
                    english::list_up_to(4, &names),
                    if names.len() == 1 { "sets" } else { "set" }
                ),
                format!(
                    "Set `resources.{key}.{resource}`, or give the namespace a LimitRange with defaults."
                ),
                pod.containers[first].path.key("resources"),
            )
            .of_container(first)
            .because(quota, field);
    }
}

fn too_many(
    scene: &Scene,
    facts: &Facts,
    found: &PodFacts,
    (quota, object): (NodeIndex, &Object),
    findings: &mut Findings,
) {
    let controller = facts.controller(scene.index);
    let replicas = controller.and_then(|it| it.replicas.as_ref()).map(|replicas| replicas.least.value);
    let at_once = controller.and_then(|it| it.job.as_ref()).map(|job| job.shape.value.max_concurrent);
    let Some(copies) = replicas.or(at_once).filter(|copies| *copies > 0) else { return };
    let one = Quantity::of_units(1);
    let each = hard(object).into_iter().filter_map(|(name, most, field)| {
        let (requests, limits) = (&found.resources.requests.value, &found.resources.limits.value);
        let (resource, need) = match name {
            "pods" | "count/pods" => ("pods", one),
            "cpu" | "memory" | "ephemeral-storage" => (name, requests.get(name)?),
            _ => match name.split_once('.')? {
                ("requests", resource) => (resource, requests.get(resource)?),
                ("limits", resource) => (resource, limits.get(resource)?),
                _ => return None,
            },
        };
        Some((most.holds(need)?, resource.to_owned(), most, field))
    });
    let Some((fit, resource, most, field)) =
        each.min_by_key(|(fit, ..)| *fit).filter(|(fit, ..)| *fit < copies)
    else {
        return;
    };
    let most = match resource.as_str() {
        "pods" => count(usize::try_from(most.units()).unwrap_or(usize::MAX), "pod", "pods"),
        resource => resource_words(resource, most),
    };
    let quota_name = quoted(&object.identity.name);
    let reason = match (fit, copies) {
        (0, 1) => format!(
            "Its pod is refused: ResourceQuota {quota_name} allows {most} in the namespace, less than it needs."
        ),
        (0, _) => format!(
            "Its pods are refused: ResourceQuota {quota_name} allows {most} in the namespace, less than one needs."
        ),
        _ => format!(
            "Only {fit} of its {copies} pods are let in: ResourceQuota {quota_name} allows {most} in the namespace."
        ),
    };
    findings.add(reason, "Raise the quota, or run less.", FieldPath::root()).because(quota, field);
}

/// Whether a quota counts such pods. What podviz does not know of, it counts as not.
fn counts(quota: &Object, pod: &Pod, found: &PodFacts) -> bool {
    let is_best_effort = found.resources.qos.value == Qos::BestEffort;
    let ends = pod.spec.active_deadline_seconds.is_some();
    let class = pod.spec.priority_class_name.as_deref().filter(|name| !name.is_empty());
    let holds = |scope: &str, operator: &str, values: &[String]| match scope {
        "BestEffort" => is_best_effort,
        "NotBestEffort" => !is_best_effort,
        "Terminating" => ends,
        "NotTerminating" => !ends,
        "PriorityClass" => match operator {
            "In" => class.is_some_and(|class| values.iter().any(|value| value == class)),
            "NotIn" => class.is_some_and(|class| !values.iter().any(|value| value == class)),
            "Exists" => class.is_some(),
            _ => false,
        },
        _ => false,
    };
    let scopes = quota.value.at("spec.scopes").map(Value::items).unwrap_or_default();
    let expressions =
        quota.value.at("spec.scopeSelector.matchExpressions").map(Value::items).unwrap_or_default();
    scopes.iter().all(|scope| scope.as_str().is_some_and(|scope| holds(scope, "Exists", &[])))
        && expressions.iter().all(|one| {
            let text = |key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default();
            let values = one.get("values").map(Value::items).unwrap_or_default();
            let values: Vec<String> = values.iter().filter_map(Value::scalar_text).collect();
            holds(text("scopeName"), text("operator"), &values)
        })
}
