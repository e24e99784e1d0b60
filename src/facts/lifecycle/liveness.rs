//! When Kubernetes notices that a container hangs, and when the container is gone then.
//!
//! A model of `k8s.io/kubernetes/pkg/kubelet/prober/worker.go` and `pkg/kubelet/kuberuntime/kuberuntime_container.go`
//! (`killContainer`, `setTerminationGracePeriod`): numbers are bounds, and leave out the time that the kubelet takes.

use super::asking::Sight;
use super::grace;
use super::hook::pre_stop;
use super::probe::{ProbeKind, probe};
use super::startup::tried;
use crate::facts::{Known, quoted};
use crate::topology::Container;
use serde::Serialize;

/// How fast a container that hangs is noticed and killed, in seconds after it began to hang.
///
/// A check over TCP does not notice a hang while the port is open. There the numbers count from the moment when the
/// port refuses connections, which fails each try at once; for a command that does not ask the program, from the moment
/// when it begins to fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Liveness {
    /// When it is noticed at the earliest.
    pub detect_min_s: i64,
    /// When it is noticed at the latest.
    pub detect_max_s: i64,
    /// How long it gets to end: of the probe, or else of the pod.
    pub grace_s: i64,
    /// When it is killed at the latest.
    pub kill_by_max_s: i64,
    /// What the probe sees: not every one notices a hang.
    #[serde(skip)]
    pub sight: Sight,
}

/// None for a container without a liveness probe.
pub(super) fn liveness(container: &Container, pod_grace_s: i64) -> Option<Known<Liveness>> {
    let probe = probe(container, ProbeKind::Liveness)?;
    let sight = probe.check.sight();
    let (detect_min_s, detect_max_s) =
        if sight.notices_hang() { probe.hang_noticed_s() } else { probe.refusal_noticed_s() };
    let grace_s = probe.grace_s.unwrap_or(pod_grace_s);
    let killed_after = grace::killed_after_s(grace_s, pre_stop(container).as_ref());
    let path = container.path.key(probe.kind.field());
    let (whose, name) = if probe.grace_s.is_some() { ("its own ", "") } else { ("", " of the pod") };
    let what = match sight {
        Sight::Program => "",
        Sight::Port => " (counted from when the port is closed)",
        Sight::Elsewhere => " (counted from when its command fails, which a hang does not make it do)",
    };
    let why = format!(
        "{}{what}; then {whose}{}{name} gives {grace_s} s to end",
        tried(&probe),
        quoted("terminationGracePeriodSeconds")
    );
    let value = Liveness {
        detect_min_s,
        detect_max_s,
        grace_s,
        kill_by_max_s: detect_max_s.saturating_add(killed_after),
        sight,
    };
    Some(Known::new(value, why, path))
}

#[cfg(test)]
mod tests {
    use super::super::probe::tests::container;
    use super::*;
    use serde_json::{Value, json};

    fn of(manifest: Value) -> [i64; 4] {
        let found = liveness(&container(manifest), 30).unwrap().value;
        [found.detect_min_s, found.detect_max_s, found.grace_s, found.kill_by_max_s]
    }

    #[test]
    fn a_hang_is_noticed_within_the_documented_bounds() {
        let exec = json!({"command": ["check"]});
        assert_eq!(of(json!({"livenessProbe": {"exec": exec}})), [21, 31, 30, 61]);
        // A try that may take longer than the period delays the next one.
        let slow = json!({"exec": exec, "periodSeconds": 5, "timeoutSeconds": 8});
        assert_eq!(of(json!({"livenessProbe": slow})), [24, 29, 30, 59]);
        let once = json!({"exec": exec, "failureThreshold": 1});
        assert_eq!(of(json!({"livenessProbe": once})), [1, 11, 30, 41]);
    }

    #[test]
    fn the_probe_may_shorten_the_time_to_end() {
        let short = json!({"httpGet": {"port": 80}, "terminationGracePeriodSeconds": 5});
        assert_eq!(of(json!({"livenessProbe": short})), [21, 31, 5, 36]);
        // Two seconds are what every container gets.
        let shortest = json!({"httpGet": {"port": 80}, "terminationGracePeriodSeconds": 1});
        assert_eq!(of(json!({"livenessProbe": shortest})), [21, 31, 1, 33]);
    }

    #[test]
    fn a_hook_that_uses_the_time_up_adds_two_seconds() {
        let hook = json!({"preStop": {"sleep": {"seconds": 40}}});
        let probe = json!({"httpGet": {"port": 80}});
        assert_eq!(of(json!({"livenessProbe": probe, "lifecycle": hook})), [21, 31, 30, 63]);
    }

    #[test]
    fn a_tcp_check_sees_a_closed_port_only() {
        let probe = json!({"tcpSocket": {"port": 80}, "timeoutSeconds": 60});
        assert_eq!(of(json!({"livenessProbe": probe})), [20, 30, 30, 60]);
    }

    #[test]
    fn absurd_numbers_do_not_overflow() {
        let most = i32::MAX;
        let probe = json!({
            "exec": {"command": []}, "periodSeconds": most, "failureThreshold": most, "timeoutSeconds": most,
        });
        let absurd = container(json!({"livenessProbe": probe}));
        assert_eq!(liveness(&absurd, i64::MAX).unwrap().value.kill_by_max_s, i64::MAX);
    }
}
