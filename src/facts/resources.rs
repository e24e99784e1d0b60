//! What a pod and its containers reserve and may use, and what follows from it.

mod aggregation;
mod amounts;
mod defaulting;
mod eviction;
mod limit_range;
mod oom;
mod overhead;
mod qos;
mod reason;
#[cfg(test)]
mod tests;

use super::known::Known;
use super::ledger::Ledger;
use super::scene::Scene;
use crate::catalog::FieldPath;
use crate::topology::{ContainerKind, Pod};
pub use amounts::{Amount, Origin, Resources};
use defaulting::Requirements;
pub use eviction::{AfterKill, AtLimit, after_kill, at_limit, is_critical};
use k8s_openapi::api::core::v1 as api;
pub(super) use limit_range::LimitRanges;
pub use qos::Qos;
use std::collections::BTreeMap;

/// Requests, limits, quality of service.
#[derive(Clone, Debug)]
pub struct PodResources {
    /// What each pod reserves on its node: CPU in millicores, the rest in bytes or pieces.
    pub requests: Known<Resources>,
    /// The limits that there are, as Kubernetes adds them up. Where a container has none, see `unlimited`.
    pub limits: Known<Resources>,
    /// How safe it is when its node runs out of memory.
    pub qos: Known<Qos>,
    /// What is added to the score by which the kernel ends processes; `None` where it depends on the node.
    pub oom_score_adj: Option<Known<i32>>,
    /// The containers, by their index in the pod.
    pub containers: Vec<ContainerResources>,
    /// What `resources` of the pod sets for all containers together, with its defaults.
    pub together: Option<ContainerResources>,
    /// What the pod needs beside its containers, and what says so.
    pub overhead: Option<Known<Resources>>,
    /// For CPU and memory, the containers without a limit, where that leaves the pod without one.
    pub unlimited: BTreeMap<&'static str, Vec<usize>>,
}

/// What one container reserves and may use, defaults included.
#[derive(Clone, Debug)]
pub struct ContainerResources {
    /// What it reserves.
    pub requests: Known<Resources>,
    /// What it may use at most.
    pub limits: Known<Resources>,
    /// The class that a pod of this container alone would have; the reason says what it does: "sets no resources".
    pub qos: Known<Qos>,
}

/// Derives it for the pod that an object makes.
pub(super) fn derive(scene: &Scene, pod: &Pod, ranges: &LimitRanges) -> PodResources {
    let ranges = ranges.for_pods_of(&scene.object.identity);
    let required: Vec<Requirements> = pod
        .containers
        .iter()
        .map(|container| required(container.spec.resources.as_deref(), ranges))
        .collect();
    let parts: Vec<_> = pod.containers.iter().map(|container| container.kind).zip(&required).collect();
    let level = defaulting::pod_level(pod.spec.resources.as_ref(), &parts);
    let overhead = overhead::of(scene, pod);
    let (requests, limits) = effective(&parts, level.as_ref(), overhead.as_ref().map(|known| &known.value));
    let containers: Vec<_> = (pod.containers.iter().zip(&required))
        .map(|(container, required)| {
            known(scene, required, container.spec.resources.as_deref(), &container.path.key("resources"))
        })
        .collect();
    let qos = qos::recorded(scene, qos::of_pod(pod, &containers, level.as_ref()));
    let unlimited = unlimited(&parts, level.as_ref());
    let story = reason::Story { scene, pod, containers: &containers, overhead: overhead.as_ref() };
    PodResources {
        requests: story.requests(requests),
        limits: story.limits(limits, &unlimited),
        oom_score_adj: oom::score(pod, &qos, &containers, level.as_ref()),
        qos,
        together: level
            .map(|level| known(scene, &level, pod.spec.resources.as_ref(), &pod.path.key("resources"))),
        overhead,
        unlimited,
        containers,
    }
}

/// What a container requires: what it says, then what the API server and the LimitRanges of the namespace fill in.
fn required(written: Option<&api::ResourceRequirements>, ranges: Option<&Requirements>) -> Requirements {
    let mut required = Requirements::read(written);
    required.request_what_is_limited();
    if let Some(ranges) = ranges {
        required.limits.fill(&ranges.limits);
        required.requests.fill(&ranges.requests);
    }
    required
}

/// What the whole pod reserves, and its limits.
fn effective(
    parts: &[(ContainerKind, &Requirements)],
    level: Option<&Requirements>,
    overhead: Option<&Resources>,
) -> (Resources, Resources) {
    let none = Resources::default();
    let overhead = overhead.unwrap_or(&none);
    let requests: Vec<_> = parts.iter().map(|(kind, part)| (*kind, &part.requests)).collect();
    let limits: Vec<_> = parts.iter().map(|(kind, part)| (*kind, &part.limits)).collect();
    (
        aggregation::requests(&requests, level.map(|level| &level.requests), overhead),
        aggregation::limits(&limits, level.map(|level| &level.limits), overhead),
    )
}

/// The kubelet limits a pod as a whole only if it has a limit of its own, or if each of its containers has one.
///
/// Source: `k8s.io/kubernetes/pkg/kubelet/cm/helpers_linux.go`, `ResourceConfigForPod`.
fn unlimited(
    parts: &[(ContainerKind, &Requirements)],
    level: Option<&Requirements>,
) -> BTreeMap<&'static str, Vec<usize>> {
    // What a tool puts in later may be a limit.
    let has = |limits: &Resources, name: &str| {
        limits.is_open(name) || limits.get(name).is_some_and(|limit| !limit.is_zero())
    };
    let open =
        ["cpu", "memory"].into_iter().filter(|name| !level.is_some_and(|level| has(&level.limits, name)));
    let without = open.map(|name| {
        let counted = parts.iter().enumerate().filter(|(_, (kind, _))| *kind != ContainerKind::Ephemeral);
        let free = counted.filter(|(_, (_, part))| !has(&part.limits, name));
        (name, free.map(|(index, _)| index).collect::<Vec<_>>())
    });
    without.filter(|(_, free)| !free.is_empty()).collect()
}

fn known(
    scene: &Scene,
    required: &Requirements,
    written: Option<&api::ResourceRequirements>,
    field: &FieldPath,
) -> ContainerResources {
    let (requests, limits) = written.map(|it| (it.requests.as_ref(), it.limits.as_ref())).unwrap_or_default();
    ContainerResources {
        requests: reason::own(scene, &required.requests, field, "requests", &Resources::unread(requests)),
        limits: reason::own(scene, &required.limits, field, "limits", &Resources::unread(limits)),
        qos: qos::of_container(&required.requests, &required.limits, field.clone()),
    }
}

impl PodResources {
    /// Whether its pods can never use more memory than they reserve, so that others go first when a node has none left.
    ///
    /// Source: `k8s.io/kubernetes/pkg/kubelet/eviction/helpers.go`, `exceedMemoryRequests`.
    pub fn stays_within_requests(&self) -> bool {
        let most = self.limits.value.memory_bytes().filter(|_| !self.unlimited.contains_key("memory"));
        most.is_some_and(|most| self.requests.value.memory_bytes().is_some_and(|reserved| most <= reserved))
    }

    /// The amounts that a tool puts in later, as written: each with its container and the name of the resource. Where there
    /// is one, nobody knows what the pod reserves and may use.
    pub fn open(&self) -> Vec<(usize, &'static str, &str, &str)> {
        let mut found = Vec::new();
        for (position, container) in self.containers.iter().enumerate() {
            for (which, amounts) in [("requests", &container.requests), ("limits", &container.limits)] {
                let open = amounts.value.open();
                found.extend(open.map(|(name, written)| (position, which, name, written)));
            }
        }
        // A limit counts as a request that nobody wrote.
        found.dedup_by(|next, last| {
            (next.0, next.2, next.3) == (last.0, last.2, last.3) && last.1 == "requests"
        });
        found
    }

    /// Takes it down.
    pub(super) fn tell(&self, scene: &Scene, _pod: &Pod, ledger: &mut Ledger) {
        // Nothing is told of sums that a tool decides.
        if self.open().is_empty() {
            ledger.object(scene.index, "requests", &self.requests);
            ledger.object(scene.index, "limits", &self.limits);
            ledger.object(scene.index, "qos", &self.qos);
        }
        if let Some(score) = &self.oom_score_adj {
            ledger.object(scene.index, "oom_score_adj", score);
        }
        for (position, container) in self.containers.iter().enumerate() {
            ledger.container(scene.index, position, "requests", &container.requests);
            ledger.container(scene.index, position, "limits", &container.limits);
        }
    }
}
