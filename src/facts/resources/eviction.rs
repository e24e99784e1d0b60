//! What happens to a container that uses as much of a resource as it may.
//!
//! Source: kubernetes.io, "Resource Management for Pods and Containers"; `k8s.io/kubernetes/pkg/kubelet/eviction`,
//! `eviction_manager.go`, `localStorageEviction`.

use crate::topology::{Container, ContainerKind, Pod};

/// What happens to a container at its limit of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtLimit {
    /// It runs slower, and is never ended for it: CPU.
    Slowed,
    /// The kernel ends it: memory.
    Killed,
    /// Its whole pod is ended: what it writes to the disk of its node.
    Evicted,
    /// It gets no more than that: devices, huge pages.
    Refused,
}

/// What follows when a container is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AfterKill {
    /// It starts again.
    StartsAgain,
    /// It stays down; its pod counts as failed once the other containers have ended.
    StaysDown,
    /// Its pod has failed: an init container did not finish.
    PodFails,
    /// Its own restart rules say.
    Rules,
}

/// What happens to a container at its limit of a resource.
pub fn at_limit(resource: &str) -> AtLimit {
    match resource {
        "cpu" => AtLimit::Slowed,
        "memory" => AtLimit::Killed,
        "ephemeral-storage" => AtLimit::Evicted,
        _ => AtLimit::Refused,
    }
}

/// What follows when a container of a pod is killed, such as at its memory limit.
pub fn after_kill(pod: &Pod, container: &Container) -> AfterKill {
    let spec = &container.spec;
    if spec.restart_policy_rules.as_ref().is_some_and(|rules| !rules.is_empty()) {
        return AfterKill::Rules;
    }
    let policy = spec.restart_policy.as_deref().or(pod.spec.restart_policy.as_deref());
    match (container.kind, policy) {
        (ContainerKind::Ephemeral, _) => AfterKill::StaysDown,
        (ContainerKind::Init, Some("Never")) => AfterKill::PodFails,
        (_, Some("Never")) => AfterKill::StaysDown,
        _ => AfterKill::StartsAgain,
    }
}

/// Whether the kubelet never evicts the pod: one of a priority class of Kubernetes itself.
///
/// Source: `k8s.io/kubernetes/pkg/kubelet/types/pod_update.go`, `IsCriticalPod`.
pub fn is_critical(pod: &Pod) -> bool {
    const SYSTEM_CRITICAL: i32 = 2_000_000_000;
    let class = pod.spec.priority_class_name.as_deref();
    matches!(class, Some("system-node-critical" | "system-cluster-critical"))
        || pod.spec.priority.is_some_and(|priority| priority >= SYSTEM_CRITICAL)
}
