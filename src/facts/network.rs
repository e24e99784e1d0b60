//! What a pod's containers say to each other and to the cluster.

use super::ledger::Ledger;
use super::scene::Scene;
use crate::topology::Pod;

/// Localhost, ports, calls.
#[derive(Clone, Debug)]
pub struct PodNetwork {}

/// Derives it for the pod that an object makes.
pub(super) fn derive(_scene: &Scene, _pod: &Pod) -> PodNetwork {
    PodNetwork {}
}

impl PodNetwork {
    /// Takes it down.
    pub(super) fn tell(&self, _scene: &Scene, _pod: &Pod, _ledger: &mut Ledger) {}
}
