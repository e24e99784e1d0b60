//! When the containers of a pod start, are ready, are restarted and end.

use super::ledger::Ledger;
use super::scene::Scene;
use crate::topology::Pod;

/// The times of a pod and its containers, in seconds.
#[derive(Clone, Debug)]
pub struct PodLifecycle {}

/// Derives it for the pod that an object makes.
pub(super) fn derive(_scene: &Scene, _pod: &Pod) -> PodLifecycle {
    PodLifecycle {}
}

impl PodLifecycle {
    /// Takes it down.
    pub(super) fn tell(&self, _scene: &Scene, _pod: &Pod, _ledger: &mut Ledger) {}
}
