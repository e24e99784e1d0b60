//! The rules that the spec of a pod gives the scheduler beside labels and taints: neighbors, spread, priority and more.

use super::super::known::{Known, quoted};
use super::super::scene::Scene;
use super::requirement::{NodeTerm, term};
use crate::catalog::{FieldPath, Selection};
use crate::document::Value;
use crate::topology::{NodeIndex, Pod, Selector};
use k8s_openapi::api::core::v1 as api;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use std::collections::BTreeMap;

/// Nodes that the scheduler prefers.
#[derive(Clone, Debug, PartialEq)]
pub struct PreferredNodes {
    /// What they are like.
    pub term: NodeTerm,
    /// How much they are preferred, from 1 to 100.
    pub weight: i32,
}

/// Pods that a pod wants, or does not want, near itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbors {
    /// Whether it wants them near; else away.
    pub near: bool,
    /// How much, from 1 to 100; `None` where it must be so.
    pub weight: Option<i32>,
    /// Which pods, in kubectl's words: `app=web`; empty for all pods.
    pub pods: String,
    /// Whether its own copies are among them.
    pub are_copies: bool,
    /// Which namespaces they are in, in words with names in backticks; `None` for its own.
    pub namespaces: Option<String>,
    /// The label whose value nodes share that count as one place.
    pub topology_key: String,
}

/// How the copies of a pod are spread.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// By how many pods two places may differ.
    pub max_skew: i32,
    /// The label whose value nodes share that count as one place.
    pub topology_key: String,
    /// Whether a pod that would break the rule waits; else it is placed all the same.
    pub is_required: bool,
    /// At least so many places count, empty ones included.
    pub min_domains: Option<i32>,
    /// Which pods are counted, in kubectl's words.
    pub pods: String,
}

/// How important a pod is.
#[derive(Clone, Debug, PartialEq)]
pub struct Priority {
    /// The name of its class; empty where the spec gives only the number.
    pub class: String,
    /// The number, if it is known.
    pub value: Option<i64>,
    /// Whether it may push out pods of lower priority; `None` where it is not known.
    pub preempts: Option<bool>,
    /// The class, if it is in the input.
    pub node: Option<NodeIndex>,
}

/// The nodes that a pod prefers. A weight of 0 and an empty term prefer nothing.
pub(super) fn preferred_nodes(pod: &Pod) -> Vec<Known<PreferredNodes>> {
    let affinity = pod.spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let list = affinity.and_then(|node| node.preferred_during_scheduling_ignored_during_execution.as_ref());
    let path = pod
        .path
        .then(&FieldPath::of("affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution"));
    let terms = list.into_iter().flatten().enumerate().map(|(index, preferred)| {
        let value = PreferredNodes { term: term(&preferred.preference), weight: preferred.weight };
        let why = format!("a preference of weight {}", preferred.weight);
        Known::new(value, why, path.named_item(index, ""))
    });
    terms.filter(|known| known.value.weight != 0 && !known.value.term.is_empty()).collect()
}

/// The pods that a pod wants near itself or away, required ones first.
pub(super) fn neighbors(scene: &Scene, pod: &Pod) -> Vec<Known<Neighbors>> {
    let Some(affinity) = &pod.spec.affinity else { return Vec::new() };
    let (near, away) = (affinity.pod_affinity.as_ref(), affinity.pod_anti_affinity.as_ref());
    let lists = [
        (
            true,
            "podAffinity",
            near.map(|near| {
                (
                    &near.required_during_scheduling_ignored_during_execution,
                    &near.preferred_during_scheduling_ignored_during_execution,
                )
            }),
        ),
        (
            false,
            "podAntiAffinity",
            away.map(|away| {
                (
                    &away.required_during_scheduling_ignored_during_execution,
                    &away.preferred_during_scheduling_ignored_during_execution,
                )
            }),
        ),
    ];
    let mut rules = Vec::new();
    for (near, key, list) in lists {
        let Some((required, preferred)) = list else { continue };
        let path = pod.path.key("affinity").key(key);
        for (index, term) in required.iter().flatten().enumerate() {
            let field = path.key("requiredDuringSchedulingIgnoredDuringExecution").named_item(index, "");
            rules.push(neighbor(scene, pod, term, near, None, field));
        }
        for (index, weighted) in preferred.iter().flatten().enumerate() {
            let field = path.key("preferredDuringSchedulingIgnoredDuringExecution").named_item(index, "");
            let (term, weight) = (&weighted.pod_affinity_term, Some(weighted.weight));
            rules.push(neighbor(scene, pod, term, near, weight, field));
        }
    }
    rules
}

fn neighbor(
    scene: &Scene,
    pod: &Pod,
    term: &api::PodAffinityTerm,
    near: bool,
    weight: Option<i32>,
    field: FieldPath,
) -> Known<Neighbors> {
    // The field of a preferred term is one level deeper.
    let inner = if weight.is_some() { field.key("podAffinityTerm") } else { field.clone() };
    let written = inner.find(&scene.object.value);
    let selector = written.and_then(|term| term.get("labelSelector"));
    let namespaces: Vec<String> = term.namespaces.iter().flatten().cloned().collect();
    let own = &*scene.object.identity.namespace;
    let here = namespaces.iter().any(|namespace| namespace == own);
    let described = match (&term.namespace_selector, &namespaces[..]) {
        (Some(selector), _) if is_open(selector) => Some("every namespace".to_owned()),
        (Some(_), _) => Some("the namespaces with certain labels".to_owned()),
        (None, []) => None,
        (None, [only]) if only == own => None,
        (None, [only]) => Some(format!("namespace {}", quoted(only))),
        (None, many) => {
            let names: Vec<String> = many.iter().map(|name| quoted(name)).collect();
            Some(format!("the namespaces {}", names.join(", ")))
        }
    };
    let reaches_own = described.is_none() || here || term.namespace_selector.as_ref().is_some_and(is_open);
    let chosen = selector.map(|selector| Selector::read(selector, Selection::LabelSelector));
    // A missing selector picks no pod, an empty one picks all.
    let are_copies = reaches_own && chosen.as_ref().is_some_and(|selector| selector.matches(&pod.labels));
    let value = Neighbors {
        near,
        weight,
        pods: chosen.map_or_else(|| "nothing".to_owned(), |selector| selector.text()),
        are_copies,
        namespaces: described,
        topology_key: term.topology_key.clone(),
    };
    let kind = if near { "affinity" } else { "anti-affinity" };
    let how = if weight.is_some() { "preferred" } else { "required" };
    let why = format!("{how} pod {kind} over {}", quoted(&term.topology_key));
    Known::new(value, why, field)
}

fn is_open(selector: &LabelSelector) -> bool {
    let expressions = selector.match_expressions.as_ref().is_none_or(Vec::is_empty);
    expressions && selector.match_labels.as_ref().is_none_or(BTreeMap::is_empty)
}

/// How the copies are spread.
pub(super) fn spread(scene: &Scene, pod: &Pod) -> Vec<Known<Spread>> {
    let list = pod.path.key("topologySpreadConstraints");
    let rules = pod.spec.topology_spread_constraints.iter().flatten().enumerate().map(|(index, rule)| {
        let field = list.named_item(index, "");
        let selector = field.find(&scene.object.value).and_then(|rule| rule.get("labelSelector"));
        let pods = selector.map(|selector| Selector::read(selector, Selection::LabelSelector).text());
        let value = Spread {
            max_skew: rule.max_skew,
            topology_key: rule.topology_key.clone(),
            is_required: rule.when_unsatisfiable != "ScheduleAnyway",
            min_domains: rule.min_domains,
            pods: pods.unwrap_or_default(),
        };
        let why = format!("{} is {}", quoted("whenUnsatisfiable"), quoted(&rule.when_unsatisfiable));
        Known::new(value, why, field)
    });
    rules.collect()
}

/// How important a pod is, if it says so.
///
/// Source: `k8s.io/kubernetes/pkg/apis/scheduling/types.go` for the two classes that every cluster has.
pub(super) fn priority(scene: &Scene, pod: &Pod) -> Option<Known<Priority>> {
    let class = pod.spec.priority_class_name.clone().unwrap_or_default();
    let written = pod.spec.priority.map(i64::from);
    let preempts = |policy: &str| policy != "Never";
    if class.is_empty() {
        let preempts =
            pod.spec.preemption_policy.as_deref().map_or(Some(true), |policy| Some(preempts(policy)));
        let value = Priority { class, value: Some(written?), preempts, node: None };
        return Some(Known::new(value, "the spec gives the number", pod.path.key("priority")));
    }
    let field = pod.path.key("priorityClassName");
    let system = match class.as_str() {
        "system-cluster-critical" => Some(2_000_000_000),
        "system-node-critical" => Some(2_000_001_000),
        _ => None,
    };
    let environment = &*scene.object.identity.environment;
    let mut classes = scene.topology.of_kind(environment, "scheduling.k8s.io", "PriorityClass");
    let node = classes.find(|(_, node)| *node.identity.name == *class && node.object.is_some());
    let object = node.and_then(|(_, node)| node.object.as_deref());
    let number = object.and_then(|object| object.value.get("value").and_then(Value::as_i64));
    let policy = object.map(|object| object.value.get("preemptionPolicy").and_then(Value::as_str));
    let preempts = match (system, policy) {
        (_, Some(policy)) => Some(policy.is_none_or(preempts)),
        (Some(_), None) => Some(true),
        (None, None) => None,
    };
    let why = format!("{} is {}", quoted("priorityClassName"), quoted(&class));
    let value =
        Priority { class, value: written.or(number).or(system), preempts, node: node.map(|(at, _)| at) };
    Some(Known::new(value, why, field))
}

/// The resources that only some nodes have, such as `nvidia.com/gpu`, with the containers that ask for each and the
/// amount as written. Requests follow limits where they are not given, as for every resource.
///
/// Source: `k8s.io/kubernetes/pkg/apis/core/v1/helper/helpers.go`, `IsExtendedResourceName`.
pub(super) fn extended_resources(pod: &Pod) -> BTreeMap<String, Vec<(usize, String)>> {
    let mut resources: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for (index, container) in pod.containers.iter().enumerate() {
        let Some(asked) = &container.spec.resources else { continue };
        let mut amounts: BTreeMap<&String, &String> = BTreeMap::new();
        for (name, amount) in asked.limits.iter().flatten().chain(asked.requests.iter().flatten()) {
            amounts.insert(name, &amount.0);
        }
        for (name, amount) in amounts.into_iter().filter(|(name, amount)| is_extended(name) && *amount != "0")
        {
            resources.entry(name.clone()).or_default().push((index, amount.clone()));
        }
    }
    resources
}

/// Whether a resource is none of Kubernetes' own: its name has a domain, which is not `kubernetes.io`.
fn is_extended(name: &str) -> bool {
    name.contains('/') && !name.contains("kubernetes.io/") && !name.starts_with("requests.")
}

#[cfg(test)]
mod tests {
    use super::is_extended;

    #[test]
    fn resources_with_a_domain_of_their_own_are_not_on_every_node() {
        let rows = [
            ("nvidia.com/gpu", true),
            ("cpu", false),
            ("hugepages-2Mi", false),
            ("kubernetes.io/batch-cpu", false),
            ("node.kubernetes.io/thing", false),
            ("requests.nvidia.com/gpu", false),
        ];
        for (name, expected) in rows {
            assert_eq!(is_extended(name), expected, "{name}");
        }
    }
}
