//! ApplicationSets: the Applications that their generators and their template make.

use super::super::applier::Applier;
use super::super::recipe::{Reach, Said};
use super::super::world::World;
use crate::problem::Problems;

/// The Applications of an ApplicationSet, in the order of its generators.
pub fn applications(_set: &Applier, _world: &World) -> (Vec<Said>, Problems) {
    (Vec::new(), Problems::none())
}

/// What its Applications may read, as far as that is said without generating them; `None` if none of it is this repository.
pub fn reach(_set: &Applier, _world: &World) -> Option<Vec<Reach>> {
    None
}
