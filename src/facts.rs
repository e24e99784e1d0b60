//! Stage 5: what is true of each pod and container, derived from the topology.

mod entry;
mod localhost;
mod order;
mod probe;
mod role;
mod volume;

use crate::topology::{NodeIndex, Pod, Topology};
pub use entry::{is_exposed, lets_traffic_in};
pub use localhost::Localhost;
pub use order::Phase;
pub use probe::{Check, Probe, ProbeKind, port, probes};
pub use role::{ContainerRole, image_base_name};
use std::collections::BTreeMap;
pub use volume::{Access, Mount, VolumeUse};

/// What is true of every pod, by the node that makes it.
#[derive(Debug)]
pub struct Facts {
    pods: BTreeMap<NodeIndex, PodFacts>,
}

/// What is true of one pod. Containers are named by their index in [`Pod::containers`].
#[derive(Debug)]
pub struct PodFacts {
    /// The part that each container plays.
    pub roles: Vec<ContainerRole>,
    /// The order in which containers start: the phases one after another, the containers of one phase together.
    pub start_order: Vec<Phase>,
    /// Each volume with the containers that mount it.
    pub volumes: Vec<VolumeUse>,
    /// Who talks to whom inside the pod, over localhost.
    pub localhost: Vec<Localhost>,
    /// How long Kubernetes waits between the request to stop and the end by force, in seconds.
    pub grace_s: i64,
    /// `Always`, `OnFailure` or `Never`.
    pub restart_policy: String,
}

impl Facts {
    /// What is true of the pod that a node makes.
    pub fn of(&self, node: NodeIndex) -> Option<&PodFacts> {
        self.pods.get(&node)
    }
}

/// Derives the facts.
pub fn derive(topology: &Topology) -> Facts {
    let pods = topology.workloads().map(|(index, _, pod)| (index, derive_pod(topology, index, pod)));
    Facts { pods: pods.collect() }
}

fn derive_pod(topology: &Topology, index: NodeIndex, pod: &Pod) -> PodFacts {
    PodFacts {
        roles: role::roles(topology, index, pod),
        start_order: order::start_order(pod),
        volumes: volume::uses(pod),
        localhost: localhost::calls(pod),
        grace_s: pod.spec.termination_grace_period_seconds.unwrap_or(30),
        restart_policy: pod.spec.restart_policy.clone().unwrap_or_else(|| "Always".to_owned()),
    }
}
