//! What a pod's containers say to each other and to the cluster.

mod called;
mod conflict;
mod localhost;
mod reference;
mod service;

use super::ledger::Ledger;
use super::scene::Scene;
use crate::topology::Pod;
pub use called::{ServiceEdge, UnresolvedEdge};
pub use conflict::PortConflict;
pub use localhost::{Listener, LocalPort, Localhost};
pub use service::{ExternalAddress, Target, TargetPort, external, targets};

/// Localhost, ports, calls.
#[derive(Clone, Debug)]
pub struct PodNetwork {
    /// Who talks to whom inside the pod, each pair and port once, in the order of the containers.
    pub localhost: Vec<Localhost>,
    /// Ports on localhost where no container of the pod is known to listen.
    pub unresolved_localhost: Vec<LocalPort>,
    /// Ports on localhost that are the container's own.
    pub self_references: Vec<LocalPort>,
    /// Ports that several containers which run at the same time declare.
    pub port_conflicts: Vec<PortConflict>,
    /// The Services that it calls, one a piece of evidence, equal ones of several containers once.
    pub service_edges: Vec<ServiceEdge>,
    /// Names that only a Service can have, and none in the input has.
    pub unresolved: Vec<UnresolvedEdge>,
}

/// Derives it for the pod that an object makes.
pub(super) fn derive(scene: &Scene, pod: &Pod) -> PodNetwork {
    let local = localhost::derive(scene, pod);
    let (service_edges, unresolved) = called::derive(scene);
    PodNetwork {
        localhost: local.edges,
        unresolved_localhost: local.unresolved,
        self_references: local.own,
        port_conflicts: conflict::derive(pod),
        service_edges,
        unresolved,
    }
}

impl PodNetwork {
    /// Takes it down.
    pub(super) fn tell(&self, scene: &Scene, pod: &Pod, ledger: &mut Ledger) {
        localhost::tell(self, scene, pod, ledger);
        conflict::tell(&self.port_conflicts, scene, pod, ledger);
        called::tell(self, scene, pod, ledger);
    }
}

/// Takes down what an object of any kind refers to in vain, and where a Service leads.
pub(super) fn tell_object(scene: &Scene, ledger: &mut Ledger) {
    reference::tell(scene, ledger);
    service::tell(scene, ledger);
}
