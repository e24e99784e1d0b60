//! The order in which a pod's containers start: init containers and sidecars one by one, then all app containers.
//!
//! Source: kubernetes.io, "Init containers" and "Sidecar containers"; KEP-753.

use crate::topology::{ContainerKind, Pod};

/// Containers that start together, by their index.
pub type Phase = Vec<usize>;

pub(super) fn start_order(pod: &Pod) -> Vec<Phase> {
    let indexed = || pod.containers.iter().enumerate();
    let early = |kind| matches!(kind, ContainerKind::Init | ContainerKind::Sidecar);
    let mut phases: Vec<Phase> =
        indexed().filter(|(_, container)| early(container.kind)).map(|(index, _)| vec![index]).collect();
    let apps: Phase = indexed()
        .filter(|(_, container)| container.kind == ContainerKind::App)
        .map(|(index, _)| index)
        .collect();
    if !apps.is_empty() {
        phases.push(apps);
    }
    phases
}
