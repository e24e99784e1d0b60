//! Where a pod may run.

use super::ledger::Ledger;
use super::scene::Scene;
use crate::topology::Pod;

/// Node selectors, affinity, tolerations, spread.
#[derive(Clone, Debug)]
pub struct PodPlacement {}

/// Derives it for the pod that an object makes.
pub(super) fn derive(_scene: &Scene, _pod: &Pod) -> PodPlacement {
    PodPlacement {}
}

impl PodPlacement {
    /// Takes it down.
    pub(super) fn tell(&self, _scene: &Scene, _pod: &Pod, _ledger: &mut Ledger) {}
}
