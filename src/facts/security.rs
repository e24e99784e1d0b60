//! What a pod's containers may do to their node and to the cluster.

use super::ledger::Ledger;
use super::scene::Scene;
use crate::topology::Pod;

/// Security contexts, Pod Security Standards, permissions.
#[derive(Clone, Debug)]
pub struct PodSecurity {}

/// Derives it for the pod that an object makes.
pub(super) fn derive(_scene: &Scene, _pod: &Pod) -> PodSecurity {
    PodSecurity {}
}

impl PodSecurity {
    /// Takes it down.
    pub(super) fn tell(&self, _scene: &Scene, _pod: &Pod, _ledger: &mut Ledger) {}
}
