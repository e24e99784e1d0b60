//! What a pod and its containers reserve and may use, and what follows from it.

use super::ledger::Ledger;
use super::scene::Scene;
use crate::topology::Pod;

/// Requests, limits, quality of service.
#[derive(Clone, Debug)]
pub struct PodResources {}

/// Derives it for the pod that an object makes.
pub(super) fn derive(_scene: &Scene, _pod: &Pod) -> PodResources {
    PodResources {}
}

impl PodResources {
    /// Takes it down.
    pub(super) fn tell(&self, _scene: &Scene, _pod: &Pod, _ledger: &mut Ledger) {}
}
