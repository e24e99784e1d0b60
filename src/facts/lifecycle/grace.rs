//! How long a pod gets to end, and what is left of that after each container's `preStop`.
//!
//! Source: `k8s.io/kubernetes/pkg/kubelet/kuberuntime/kuberuntime_container.go`, `killContainer` and
//! `setTerminationGracePeriod`; kubernetes.io, "Pod lifecycle" (termination of pods).

use super::hook::{Hook, pre_stop};
use crate::facts::{Known, quoted};
use crate::topology::{Container, ContainerKind, Pod};
use std::collections::BTreeMap;

/// What every container gets between its signal and its end by force, whatever is left: `minimumGracePeriodInSeconds`.
pub const LEAST_GRACE_S: i64 = 2;

/// How long Kubernetes waits between the request to stop and the end by force, in seconds.
///
/// Source of the default: `k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`, `SetDefaults_PodSpec`. The API takes no
/// number below 0; one is read as 0.
pub(super) fn grace_s(pod: &Pod) -> Known<i64> {
    let name = "terminationGracePeriodSeconds";
    let field = pod.path.key(name);
    match pod.spec.termination_grace_period_seconds {
        Some(seconds) => Known::new(seconds.max(0), format!("{} is {}", quoted(name), seconds.max(0)), field),
        None => Known::new(30, format!("without {} it is 30", quoted(name)), field),
    }
}

/// How many seconds each app container has left between SIGTERM and SIGKILL once its `preStop` sleep is over, by the
/// container's key. Hooks that are no plain sleep count as nothing: no manifest says how long they take.
pub(super) fn after_pre_stop(pod: &Pod, grace_s: i64) -> Known<BTreeMap<String, i64>> {
    let apps = || pod.containers.iter().filter(|container| container.kind == ContainerKind::App);
    let left = apps().map(|app| (app.key.to_string(), left_s(grace_s, pre_stop(app).as_ref()))).collect();
    let grace = quoted("terminationGracePeriodSeconds");
    let sleeper = |app: &&Container| pre_stop(app).and_then(|hook| hook.sleep_s()).is_some_and(|s| s > 0);
    let sleeps: Vec<&Container> = apps().filter(sleeper).collect();
    let (why, field) = match sleeps[..] {
        _ if grace_s == 0 => (
            format!("{grace} is 0: no hook runs, and 2 s are the least"),
            pod.path.key("terminationGracePeriodSeconds"),
        ),
        [] => (
            format!("no `preStop` of an app container sleeps, so all of {grace} is left"),
            pod.path.key("terminationGracePeriodSeconds"),
        ),
        [only] => (
            format!("{grace} runs while {} sleeps in its `preStop`; 2 s are the least", quoted(&only.key)),
            only.path.key("lifecycle").key("preStop"),
        ),
        [first, ..] => (
            format!(
                "{grace} runs while {} containers sleep in their `preStop`; 2 s are the least",
                sleeps.len()
            ),
            first.path.key("lifecycle").key("preStop"),
        ),
    };
    Known::new(left, why, field)
}

/// What is left of the time to end after a hook, in seconds; without any time, hooks do not run.
pub(super) fn left_s(grace_s: i64, hook: Option<&Hook>) -> i64 {
    let spent = hook.and_then(Hook::sleep_s).unwrap_or(0);
    grace_s.saturating_sub(spent).max(LEAST_GRACE_S)
}

/// When a container that is told to end is gone at the latest, in seconds: the time that its hook uses, and what is
/// left then.
pub(super) fn killed_after_s(grace_s: i64, hook: Option<&Hook>) -> i64 {
    let spent = hook.and_then(Hook::sleep_s).unwrap_or(0).min(grace_s);
    spent.saturating_add(left_s(grace_s, hook))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_takes_its_time_but_two_seconds() {
        for (grace, sleep, left, killed) in [
            (30, 10, 20, 30),
            (30, 0, 30, 30),
            (30, 29, 2, 31),
            (30, 30, 2, 32),
            (30, i64::MAX, 2, 32),
            (0, 10, 2, 2),
            (1, 0, 2, 2),
            (i64::MAX, 10, i64::MAX - 10, i64::MAX),
        ] {
            let hook = Hook::Sleep(sleep);
            assert_eq!(left_s(grace, Some(&hook)), left, "{grace} {sleep}");
            assert_eq!(killed_after_s(grace, Some(&hook)), killed, "{grace} {sleep}");
        }
        assert_eq!(left_s(45, None), 45);
    }
}
