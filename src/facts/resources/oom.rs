//! Which processes the kernel ends first when a node has no memory left.
//!
//! Source: `k8s.io/kubernetes/pkg/kubelet/qos/policy.go`, `GetContainerOOMScoreAdjust`; `pkg/kubelet/types`,
//! `IsNodeCriticalPod`.

use super::ContainerResources;
use super::amounts::Resources;
use super::defaulting::Requirements;
use super::qos::Qos;
use crate::facts::known::{Known, quoted};
use crate::topology::{ContainerKind, Pod};

const PROTECTED: i32 = -997;
const FIRST_TO_GO: i32 = 1000;

/// The most that a Burstable pod gets: its processes end after those of BestEffort pods.
const BEFORE_THE_FIRST: i32 = 999;

/// The priority class of pods without which a node does not work.
const NODE_CRITICAL: &str = "system-node-critical";

/// What is added to the score of the pod's processes, from -1000 (never) to 1000 (first).
///
/// For Burstable pods it is 1000 less the share of the node's memory that a container reserves, and thus `None`; but
/// where nothing reserves memory, the share is 0 on every node.
pub(super) fn score(
    pod: &Pod,
    qos: &Known<Qos>,
    containers: &[ContainerResources],
    level: Option<&Requirements>,
) -> Option<Known<i32>> {
    if pod.spec.priority_class_name.as_deref() == Some(NODE_CRITICAL) {
        let why = format!("pods of priority class {} are protected", quoted(NODE_CRITICAL));
        return Some(Known::new(PROTECTED, why, pod.path.key("priorityClassName")));
    }
    let score = match qos.value {
        Qos::Guaranteed => PROTECTED,
        Qos::BestEffort => FIRST_TO_GO,
        Qos::Unknown => return None,
        Qos::Burstable if reserves_memory(pod, containers, level) => return None,
        Qos::Burstable => {
            let why = "the pod is Burstable, and no container reserves memory";
            return Some(Known::new(BEFORE_THE_FIRST, why, qos.field.clone()));
        }
    };
    Some(Known::new(score, format!("the pod is {}: {}", qos.value.name(), qos.why), qos.field.clone()))
}

/// Whether a container, or the pod for all of them, reserves memory.
fn reserves_memory(pod: &Pod, containers: &[ContainerResources], level: Option<&Requirements>) -> bool {
    let some = |requests: &Resources| requests.get("memory").is_some_and(|request| !request.is_zero());
    let mut counted =
        pod.containers.iter().zip(containers).filter(|(one, _)| one.kind != ContainerKind::Ephemeral);
    counted.any(|(_, one)| some(&one.requests.value)) || level.is_some_and(|level| some(&level.requests))
}
