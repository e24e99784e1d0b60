//! Whether the containers of a pod belong together.

use super::ledger::Ledger;
use super::scene::Scene;
use crate::topology::Pod;

/// Group or split, with reasons.
#[derive(Clone, Debug)]
pub struct Grouping {}

/// Derives it for the pod that an object makes.
pub(super) fn derive(_scene: &Scene, _pod: &Pod) -> Grouping {
    Grouping {}
}

impl Grouping {
    /// Takes it down.
    pub(super) fn tell(&self, _scene: &Scene, _pod: &Pod, _ledger: &mut Ledger) {}
}
