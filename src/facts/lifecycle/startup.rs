//! How long a container may take to start, and when it is ready at the earliest.
//!
//! A model of `k8s.io/kubernetes/pkg/kubelet/prober/worker.go` (`doProbe`) and of kubernetes.io, "Liveness, readiness,
//! and startup probes": numbers are bounds, and leave out the time that the kubelet itself takes.

use super::probe::{Probe, ProbeKind, probe};
use crate::facts::{Known, quoted};
use crate::names::count;
use crate::topology::{Container, ContainerKind};
use serde::Serialize;

/// How long a container with a startup probe may take to start, in seconds after its process began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Startup {
    /// The time that it may take before it is killed: the delay, and a period for each try that may fail.
    pub budget_s: i64,
    /// When it counts as started at the earliest.
    pub earliest_started_s: i64,
    /// When it is killed at the earliest: where every try fails at once.
    #[serde(skip)]
    pub killed_min_s: i64,
}

/// None for a container without a startup probe, and for init containers, which may not have one.
pub(super) fn startup(container: &Container) -> Option<Known<Startup>> {
    let probe = probe(container, ProbeKind::Startup)?;
    let startup = Startup {
        budget_s: probe.delay() + probe.tries() * probe.period(),
        earliest_started_s: probe.delay(),
        killed_min_s: probe.delay() + (probe.tries() - 1) * probe.period(),
    };
    Some(Known::new(startup, tried(&probe), container.path.key(probe.kind.field())))
}

/// When a container is ready at the earliest, in seconds after its process began: none for containers that never
/// count into the pod's readiness.
pub(super) fn earliest_ready_s(container: &Container) -> Option<Known<i64>> {
    if !matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar) {
        return None;
    }
    let path = |kind: ProbeKind| container.path.key(kind.field());
    let started = probe(container, ProbeKind::Startup);
    let Some(probe) = probe(container, ProbeKind::Readiness) else {
        return Some(match started {
            Some(started) => {
                let why = "it is not ready before it has started, and ready at once then";
                Known::new(started.delay(), why, path(started.kind))
            }
            None => {
                let why = "without a readiness probe it is ready once it runs";
                Known::new(0, why, path(ProbeKind::Readiness))
            }
        });
    };
    // The kubelet asks first when it has started, and its delay, which counts from the start of the process, is over.
    let started_s = started.map_or(0, |started| started.delay());
    let earliest = probe.delay().max(started_s) + (i64::from(probe.successes) - 1) * probe.period();
    let tries = count(usize::try_from(probe.successes).unwrap_or(0), "success", "successes");
    let delay = match probe.delay().max(started_s) {
        0 => String::new(),
        seconds if seconds > probe.delay() => {
            format!("no try comes before it has started, after {seconds} s at the earliest, and ")
        }
        seconds => format!("no try comes before {seconds} s, and "),
    };
    let in_a_row =
        if probe.successes > 1 { format!(" in a row, every {} s", probe.period()) } else { String::new() };
    let why = format!("{delay}{} needs {tries}{in_a_row}", quoted(probe.kind.field()));
    Some(Known::new(earliest, why, path(probe.kind)))
}

/// The numbers of a probe as a reason: "`livenessProbe` fails 3 times, every 10 s".
pub(super) fn tried(probe: &Probe) -> String {
    let name = quoted(probe.kind.field());
    let period = probe.period();
    if probe.kind == ProbeKind::Startup {
        let delay =
            if probe.delay() > 0 { format!(", first after {} s", probe.delay()) } else { String::new() };
        let tries = count(usize::try_from(probe.failures).unwrap_or(0), "time", "times");
        return format!("{name} is tried {tries}, every {period} s{delay}");
    }
    match probe.failures {
        1 => format!("{name} fails once, and is tried every {period} s"),
        2 => format!("{name} fails twice, every {period} s"),
        many => format!("{name} fails {many} times, every {period} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::tests::container;
    use super::*;
    use serde_json::json;

    #[test]
    fn the_budget_is_the_delay_and_a_period_for_each_try() {
        let probe = json!({"initialDelaySeconds": 5, "periodSeconds": 10, "failureThreshold": 30});
        let slow = container(json!({"startupProbe": probe}));
        let found = startup(&slow).unwrap().value;
        assert_eq!((found.budget_s, found.earliest_started_s, found.killed_min_s), (305, 5, 295));
        assert_eq!(earliest_ready_s(&slow).unwrap().value, 5);
        assert_eq!(startup(&container(json!({"startupProbe": {}}))).unwrap().value.budget_s, 30);
    }

    #[test]
    fn readiness_waits_for_the_start_and_for_its_own_delay() {
        let ready = |startup, readiness: i64| {
            let readiness =
                json!({"initialDelaySeconds": readiness, "periodSeconds": 15, "successThreshold": 3});
            let probes =
                json!({"startupProbe": {"initialDelaySeconds": startup}, "readinessProbe": readiness});
            earliest_ready_s(&container(probes)).unwrap().value
        };
        assert_eq!(ready(5, 60), 90);
        assert_eq!(ready(60, 5), 90);
        assert_eq!(ready(0, 0), 30);
    }

    #[test]
    fn readiness_takes_all_its_successes() {
        let probe = json!({"initialDelaySeconds": 3, "periodSeconds": 2, "successThreshold": 4});
        assert_eq!(earliest_ready_s(&container(json!({"readinessProbe": probe}))).unwrap().value, 9);
        assert_eq!(earliest_ready_s(&container(json!({}))).unwrap().value, 0);
    }

    #[test]
    fn absurd_numbers_do_not_overflow() {
        let most = i32::MAX;
        let probe = json!({
            "initialDelaySeconds": most, "periodSeconds": most, "failureThreshold": most, "successThreshold": most,
        });
        let absurd = container(json!({"startupProbe": probe}));
        let most = i64::from(most);
        assert_eq!(startup(&absurd).unwrap().value.budget_s, most + most * most);
        let absurd = container(json!({"readinessProbe": probe}));
        assert_eq!(earliest_ready_s(&absurd).unwrap().value, most * most);
    }
}
