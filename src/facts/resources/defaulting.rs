//! What the API server fills in before anything is derived: requests from limits, and what it makes of `resources` of
//! a pod.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`, `SetDefaults_Pod`, `defaultHugePagePodLimits`,
//! `defaultPodRequests`, `defaultPodLimits`.

use super::aggregation::{is_for_pods, together};
use super::amounts::{Origin, Resources};
use crate::topology::ContainerKind;
use k8s_openapi::api::core::v1 as api;

/// The requests and limits of one container, or those that a pod sets for all of its containers together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Requirements {
    pub requests: Resources,
    pub limits: Resources,
}

impl Requirements {
    /// What the manifest says.
    pub fn read(written: Option<&api::ResourceRequirements>) -> Requirements {
        let requests = Resources::read(written.and_then(|written| written.requests.as_ref()));
        let limits = Resources::read(written.and_then(|written| written.limits.as_ref()));
        Requirements { requests, limits }
    }

    /// Where a container has a limit and no request, the limit counts as its request.
    pub fn request_what_is_limited(&mut self) {
        self.requests.open_as(&self.limits);
        for (name, amount) in self.limits.iter() {
            if self.requests.get(name).is_none() && !self.requests.is_open(name) {
                self.requests.set(name, amount.quantity, Origin::Limit);
            }
        }
    }
}

/// `resources` of the pod with its defaults, if the pod sets anything there that counts for pods.
pub(super) fn pod_level(
    written: Option<&api::ResourceRequirements>,
    parts: &[(ContainerKind, &Requirements)],
) -> Option<Requirements> {
    let mut level = Requirements::read(written);
    if level.requests.is_empty() && level.limits.is_empty() {
        return None;
    }
    let requests: Vec<_> = parts.iter().map(|(kind, part)| (*kind, &part.requests)).collect();
    let limits: Vec<_> = parts.iter().map(|(kind, part)| (*kind, &part.limits)).collect();
    let (requests, limits) = (together(&requests), together(&limits));
    take_huge_pages(&mut level, &limits);
    if !level.limits.is_empty() {
        take_requests(&mut level, &requests);
    }
    if !sets_for_pods(&level.limits) && sets_for_pods(&level.requests) {
        take_limits(&mut level, &limits, parts);
    }
    (sets_for_pods(&level.requests) || sets_for_pods(&level.limits)).then_some(level)
}

/// Huge pages that containers may use count for the pod, unless it says itself how many it reserves or may use.
fn take_huge_pages(level: &mut Requirements, limits: &Resources) {
    for (name, amount) in limits.iter().filter(|(name, _)| name.starts_with("hugepages-")) {
        if level.requests.get(name).is_none() && level.limits.get(name).is_none() {
            level.limits.set(name, amount.quantity, amount.origin.clone());
        }
    }
}

/// A pod with a limit and no request reserves what its containers do together, or else its limit.
fn take_requests(level: &mut Requirements, requests: &Resources) {
    for (name, amount) in requests.iter().filter(|(name, _)| matches!(*name, "cpu" | "memory")) {
        if level.requests.get(name).is_none() {
            level.requests.set(name, amount.quantity, amount.origin.clone());
        }
    }
    for (name, amount) in level.limits.iter().filter(|(name, _)| is_for_pods(name)) {
        if level.requests.get(name).is_none() {
            level.requests.set(name, amount.quantity, Origin::Limit);
        }
    }
}

/// A pod with requests and no limits at all has the limits of its containers together, for each resource that all of
/// them limit. A limit below the pod's request is raised to it, as newer API servers do; older ones reject the pod.
fn take_limits(level: &mut Requirements, limits: &Resources, parts: &[(ContainerKind, &Requirements)]) {
    for (name, amount) in limits.iter().filter(|(name, _)| matches!(*name, "cpu" | "memory")) {
        let mut counted = parts.iter().filter(|(kind, _)| *kind != ContainerKind::Ephemeral);
        if counted.all(|(_, part)| part.limits.get(name).is_some()) {
            let least = level.requests.get(name).unwrap_or_default();
            level.limits.set(name, amount.quantity.max(least), amount.origin.clone());
        }
    }
}

/// Whether any of these counts for a whole pod.
pub(super) fn sets_for_pods(resources: &Resources) -> bool {
    resources.iter().any(|(name, _)| is_for_pods(name))
}
