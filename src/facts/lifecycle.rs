//! When the containers of a pod start, are ready, are restarted and end. One file a rule.

mod asking;
mod grace;
mod hook;
mod liveness;
mod order;
mod probe;
mod readiness;
mod restart;
mod shell;
mod startup;

use super::known::Known;
use super::ledger::Ledger;
use super::scene::Scene;
use crate::topology::{Container, ContainerKind, Pod};
pub use asking::Sight;
pub use grace::LEAST_GRACE_S;
pub use hook::{Hook, post_start, pre_stop};
pub use liveness::Liveness;
pub use order::{Phase, holds_back};
pub use probe::{Check, Probe, ProbeKind, asks_for, port, probes};
pub use restart::{Restart, RestartPolicy, RestartRule};
pub use startup::Startup;
use std::collections::BTreeMap;

/// The times of a pod and its containers, in seconds. Those that depend on probes are a model of the kubelet: bounds,
/// which people read with an "about" in front.
#[derive(Clone, Debug)]
pub struct PodLifecycle {
    /// The order in which containers start: the phases one after another, the containers of one phase together.
    pub startup: Known<Vec<Phase>>,
    /// The order in which containers are told to end.
    pub termination: Known<Vec<Phase>>,
    /// How long Kubernetes waits between the request to stop and the end by force.
    pub grace_s: Known<i64>,
    /// What each app container, by its key, has left of that after the sleep in its `preStop`; at least 2.
    pub grace_after_prestop_s: Known<BTreeMap<String, i64>>,
    /// `Always`, `OnFailure` or `Never`.
    pub restart_policy: Known<String>,
    /// The first eight delays before a restart; none under `Never`.
    pub backoff_delays_s: Option<Known<Vec<i64>>>,
    /// The times of each container, by its index in [`Pod::containers`].
    pub containers: Vec<ContainerLifecycle>,
}

/// The times of one container, in seconds.
#[derive(Clone, Debug)]
pub struct ContainerLifecycle {
    /// How long it may take to start, where it has a startup probe.
    pub startup: Option<Known<Startup>>,
    /// How fast a hang is noticed, where it has a liveness probe.
    pub liveness: Option<Known<Liveness>>,
    /// When new traffic stops at the latest after it hangs, where it has a readiness probe.
    pub readiness_removal_max_s: Option<Known<i64>>,
    /// When it is ready at the earliest after its process began; none for init and ephemeral containers.
    pub earliest_ready_s: Option<Known<i64>>,
    /// How long it has between SIGTERM and SIGKILL when the pod is deleted, after the sleep in its `preStop`. A sidecar
    /// has less: it waits for its turn. None for init and ephemeral containers.
    pub stop_s: Option<i64>,
    /// Whether it starts again when it ends.
    pub restart: Restart,
}

/// Derives it for the pod that an object makes.
pub(super) fn derive(_scene: &Scene, pod: &Pod) -> PodLifecycle {
    let grace_s = grace::grace_s(pod);
    let restart_policy = restart::policy(pod);
    let containers = pod.containers.iter();
    PodLifecycle {
        startup: order::startup(pod),
        termination: order::termination(pod),
        grace_after_prestop_s: grace::after_pre_stop(pod, grace_s.value),
        backoff_delays_s: restart::delays(&restart_policy),
        containers: containers.map(|one| of_container(one, grace_s.value, &restart_policy)).collect(),
        grace_s,
        restart_policy,
    }
}

fn of_container(container: &Container, grace_s: i64, policy: &Known<String>) -> ContainerLifecycle {
    let runs_on = matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar);
    ContainerLifecycle {
        startup: startup::startup(container),
        liveness: liveness::liveness(container, grace_s),
        readiness_removal_max_s: readiness::removal_max_s(container),
        earliest_ready_s: startup::earliest_ready_s(container),
        stop_s: runs_on.then(|| grace::left_s(grace_s, pre_stop(container).as_ref())),
        restart: restart::restart(container, policy),
    }
}

impl PodLifecycle {
    /// Takes it down.
    pub(super) fn tell(&self, scene: &Scene, pod: &Pod, ledger: &mut Ledger) {
        let index = scene.index;
        let named = |known: &Known<Vec<Phase>>| {
            let names =
                |phase: &Phase| phase.iter().map(|&one| pod.containers[one].key.to_string()).collect();
            let phases: Vec<Vec<String>> = known.value.iter().map(names).collect();
            Known::new(phases, known.why.clone(), known.field.clone())
        };
        ledger.object(index, "startup_order", &named(&self.startup));
        ledger.object(index, "termination_order", &named(&self.termination));
        ledger.object(index, "grace_s", &self.grace_s);
        ledger.object(index, "grace_after_prestop_s", &self.grace_after_prestop_s);
        ledger.object(index, "restart_policy", &self.restart_policy);
        if let Some(delays) = &self.backoff_delays_s {
            ledger.object(index, "backoff_delays_s", delays);
        }
        for (position, times) in self.containers.iter().enumerate() {
            if let Some(startup) = &times.startup {
                ledger.container(index, position, "startup", startup);
            }
            if let Some(liveness) = &times.liveness {
                ledger.container(index, position, "liveness", liveness);
            }
            for (fact, known) in [
                ("readiness_removal_max_s", &times.readiness_removal_max_s),
                ("earliest_ready_s", &times.earliest_ready_s),
            ] {
                if let Some(known) = known {
                    ledger.container(index, position, fact, known);
                }
            }
        }
    }
}
