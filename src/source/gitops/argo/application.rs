//! Applications: their sources and their destination.

use super::super::applier::Applier;
use super::super::recipe::{Reach, Recipe};
use super::super::world::World;
use crate::problem::Problems;

/// What an Application does; `None` if its sources are not this repository, or cannot be read.
pub fn recipe(_application: &Applier, _world: &World) -> (Option<Recipe>, Problems) {
    (None, Problems::none())
}

/// What its sources in this repository hold, without building anything; `None` if none of them is this repository.
pub fn reach(_application: &Applier, _world: &World) -> Option<Vec<Reach>> {
    None
}
