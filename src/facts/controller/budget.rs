//! How many pods a PodDisruptionBudget lets go at a time.

use super::amount::{Rounding, Share};
use super::replicas::replicas;
use super::rollout::share;
use crate::catalog::{FieldPath, Relation};
use crate::facts::known::{Known, quoted};
use crate::facts::scene::Scene;
use crate::topology::NodeIndex;
use serde::Serialize;

/// How many pods a PodDisruptionBudget lets go at a time, and whose.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// What it allows.
    pub disruptions: Known<Disruptions>,
    /// How many pods it protects, with all desired ones healthy; unknown where a kind without a number, such as a
    /// DaemonSet, makes some of them.
    pub pods: Option<i64>,
    /// What makes these pods, in the order of the graph.
    pub workloads: Vec<NodeIndex>,
    /// The workload whose number of pods Kubernetes cannot ask for, though the budget depends on it: then it allows no
    /// eviction at all.
    pub uncountable: Option<NodeIndex>,
}

/// What a PodDisruptionBudget allows, with all desired pods healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Disruptions {
    /// How many pods must stay; unknown where it depends on a number that Kubernetes cannot ask for.
    pub min_available: Option<i64>,
    /// How many pods may be evicted at a time; unknown where the number of pods is.
    pub allowed: Option<i64>,
}

/// What the pods of a budget add up to.
#[derive(Clone, Copy, Default)]
struct Crowd {
    /// Pods of workloads that say how many they want.
    counted: i64,
    /// Bare pods.
    alone: i64,
    /// The first workload that does not say how many pods it wants.
    uncountable: Option<NodeIndex>,
    /// Whether an autoscaler decides how many pods one of them wants.
    autoscaled: bool,
}

/// Percentages are of the pods that the protected workloads want together, and round up. A share of a DaemonSet's or a
/// Job's pods cannot be worked out: then Kubernetes allows nothing.
///
/// Source: `k8s.io/kubernetes/pkg/controller/disruption/disruption.go`, `getExpectedPodCount`, `getExpectedScale`,
/// `updatePdbStatus` and `failSafe`.
pub(super) fn derive(scene: &Scene) -> Option<Budget> {
    if !scene.is("policy", "PodDisruptionBudget") {
        return None;
    }
    let mut workloads: Vec<NodeIndex> = scene.from(Relation::Protects).map(|edge| edge.to).collect();
    workloads.dedup();
    // Of pods whose number cannot be read, and of those that an operator makes, nothing may be known.
    let is_vague = |workload: NodeIndex| {
        let node = &scene.topology.nodes[workload];
        node.has_unread_copies() || !node.crew.is_empty()
    };
    if workloads.iter().any(|&workload| is_vague(workload) && replicas(scene.topology, workload).is_none()) {
        return None;
    }
    let crowd = crowd(scene, &workloads);
    let all = crowd.counted.saturating_add(crowd.alone);
    let budget = |disruptions, uncountable| Budget {
        disruptions,
        pods: crowd.uncountable.is_none().then_some(all),
        workloads: workloads.clone(),
        uncountable,
    };
    let set = |key: &str| scene.at(&format!("spec.{key}")).is_some_and(|value| !value.is_null());
    let key = if set("maxUnavailable") { "maxUnavailable" } else { "minAvailable" };
    let field = FieldPath::of(&format!("spec.{key}"));
    let share = share(scene, &format!("spec.{key}"), Share::Pods(0))?;
    let depends = key == "maxUnavailable" || matches!(share, Share::Percent(_));
    let said = format!("{} is {}", quoted(key), share.words());
    if let Some(workload) = crowd.uncountable {
        let kind = &scene.topology.nodes[workload].identity.kind;
        let (min_available, allowed) = match share {
            _ if depends => (None, Some(0)),
            Share::Pods(number) => (Some(number), None),
            Share::Percent(_) => (None, Some(0)),
        };
        let why = if depends {
            format!("{said}, and Kubernetes cannot ask a {kind} how many pods it wants")
        } else {
            format!("{said}, and how many pods a {kind} has depends on the cluster")
        };
        let known = Known::new(Disruptions { min_available, allowed }, why, field);
        return Some(budget(known, depends.then_some(workload)));
    }
    let stay = match key {
        "maxUnavailable" => crowd.counted.saturating_sub(share.of(crowd.counted, Rounding::Up)).max(0),
        _ => share.of(crowd.counted, Rounding::Up),
    };
    let expected = if depends { crowd.counted } else { all };
    let unset = !set(key);
    let allowed = if expected == 0 || unset { 0 } else { all.saturating_sub(stay).max(0) };
    let why = match () {
        () if workloads.is_empty() => format!("{said}, and no pod in these manifests matches its selector"),
        () if depends && expected == 0 && all > 0 && !unset => {
            format!("{said}, and for that Kubernetes counts no pod that has no controller")
        }
        () if unset => "it says neither how many must stay nor how many may go".to_owned(),
        () if matches!(share, Share::Percent(_)) => format!("{said} of {expected}, rounded up"),
        () => format!("{said}, of {all}"),
    };
    let why = if crowd.autoscaled { format!("{why}, the fewest that the autoscaler keeps") } else { why };
    let known = Known::new(Disruptions { min_available: Some(stay), allowed: Some(allowed) }, why, field);
    Some(budget(known, None))
}

fn crowd(scene: &Scene, workloads: &[NodeIndex]) -> Crowd {
    let mut crowd = Crowd::default();
    for &workload in workloads {
        let is_pod = &*scene.topology.nodes[workload].identity.kind == "Pod";
        let replicas = replicas(scene.topology, workload);
        crowd.autoscaled |= replicas.as_ref().is_some_and(|replicas| replicas.scaler.is_some());
        match replicas {
            Some(replicas) if is_pod => crowd.alone = crowd.alone.saturating_add(replicas.least.value),
            Some(replicas) => crowd.counted = crowd.counted.saturating_add(replicas.least.value),
            None => crowd.uncountable = crowd.uncountable.or(Some(workload)),
        }
    }
    crowd
}
