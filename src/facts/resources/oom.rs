//! Which processes the kernel ends first when a node has no memory left.
//!
//! Source: `k8s.io/kubernetes/pkg/kubelet/qos/policy.go`, `GetContainerOOMScoreAdjust`; `pkg/kubelet/types`,
//! `IsNodeCriticalPod`.

use super::qos::Qos;
use crate::facts::known::{Known, quoted};
use crate::topology::Pod;

const PROTECTED: i32 = -997;
const FIRST_TO_GO: i32 = 1000;

/// The priority class of pods without which a node does not work.
const NODE_CRITICAL: &str = "system-node-critical";

/// What is added to the score of the pod's processes, from -1000 (never) to 1000 (first). `None` for Burstable pods:
/// theirs depends on the memory of the node.
pub(super) fn score(pod: &Pod, qos: &Known<Qos>) -> Option<Known<i32>> {
    if pod.spec.priority_class_name.as_deref() == Some(NODE_CRITICAL) {
        let why = format!("pods of priority class {} are protected", quoted(NODE_CRITICAL));
        return Some(Known::new(PROTECTED, why, pod.path.key("priorityClassName")));
    }
    let score = match qos.value {
        Qos::Guaranteed => PROTECTED,
        Qos::BestEffort => FIRST_TO_GO,
        Qos::Burstable => return None,
    };
    Some(Known::new(score, format!("the pod is {}: {}", qos.value.name(), qos.why), qos.field.clone()))
}
