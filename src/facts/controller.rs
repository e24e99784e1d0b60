//! How controllers replace, scale and finish the pods of a workload.

use super::ledger::Ledger;
use super::scene::Scene;

/// What a controller does with its pods.
#[derive(Clone, Debug)]
pub struct Controller {}

/// Derives it, if the object is one.
pub(super) fn derive(_scene: &Scene) -> Option<Controller> {
    None
}

impl Controller {
    /// Takes it down.
    pub(super) fn tell(&self, _scene: &Scene, _ledger: &mut Ledger) {}
}
