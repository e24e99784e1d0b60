//! Which well-known pattern each container plays.

use super::ledger::Ledger;
use super::scene::Scene;
use crate::topology::Pod;

/// Patterns with their evidence.
#[derive(Clone, Debug)]
pub struct PodPatterns {}

/// Derives it for the pod that an object makes.
pub(super) fn derive(_scene: &Scene, _pod: &Pod) -> PodPatterns {
    PodPatterns {}
}

impl PodPatterns {
    /// Takes it down.
    pub(super) fn tell(&self, _scene: &Scene, _pod: &Pod, _ledger: &mut Ledger) {}
}
