//! What a whole pod reserves and may use, from what its containers do: the most that it needs at any moment.
//!
//! Source: `k8s.io/component-helpers/resource/helpers.go`, `PodRequests` and `PodLimits`; KEP-753, "Resources
//! calculation for scheduling and pod admission"; KEP-2837 for `resources` of the pod.

use super::amounts::{Origin, Resources};
use crate::topology::ContainerKind;

/// The most that the containers of a pod need at any moment, for each resource: while an init container runs, it and
/// the sidecars before it; later, the containers and all sidecars. Ephemeral containers have no amounts.
pub(super) fn together(parts: &[(ContainerKind, &Resources)]) -> Resources {
    let (mut running, mut sidecars, mut starting) = <(Resources, Resources, Resources)>::default();
    for (index, &(kind, part)) in parts.iter().enumerate() {
        match kind {
            ContainerKind::App => running.add(part, &Origin::Running),
            ContainerKind::Sidecar => {
                running.add(part, &Origin::Running);
                sidecars.add(part, &Origin::Running);
            }
            ContainerKind::Init => {
                let mut moment = part.clone();
                moment.add(&sidecars, &Origin::Running);
                starting.raise(&moment, &Origin::Init(index));
            }
            ContainerKind::Ephemeral => {}
        }
    }
    for (name, amount) in starting.iter() {
        if running.get(name).is_none_or(|sum| amount.quantity > sum) {
            running.set(name, amount.quantity, amount.origin.clone());
        }
    }
    running
}

/// What the pod reserves on its node: what its containers need together, or what `resources` of the pod says instead,
/// and its overhead.
pub(super) fn requests(
    parts: &[(ContainerKind, &Resources)],
    level: Option<&Resources>,
    overhead: &Resources,
) -> Resources {
    let mut sum = overruled(parts, level);
    sum.add(overhead, &Origin::Overhead);
    sum
}

/// The limits of the pod: those of its containers together, or what `resources` of the pod says instead; its overhead
/// raises limits that are there.
pub(super) fn limits(
    parts: &[(ContainerKind, &Resources)],
    level: Option<&Resources>,
    overhead: &Resources,
) -> Resources {
    let mut sum = overruled(parts, level);
    for (name, more) in overhead.iter() {
        if let Some(amount) = sum.amount(name).filter(|amount| !amount.quantity.is_zero()).cloned() {
            sum.set(name, amount.quantity.plus(more.quantity), amount.origin);
        }
    }
    sum
}

/// Whether `resources` of a pod may set this resource for the whole pod.
pub(super) fn is_for_pods(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || name.starts_with("hugepages-")
}

/// What the containers need together, save for what `resources` of the pod says instead.
fn overruled(parts: &[(ContainerKind, &Resources)], level: Option<&Resources>) -> Resources {
    let mut sum = together(parts);
    let amounts = level.into_iter().flat_map(Resources::iter).filter(|(name, _)| is_for_pods(name));
    for (name, amount) in amounts {
        sum.set(name, amount.quantity, amount.origin.clone());
    }
    sum
}
