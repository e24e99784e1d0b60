//! Argo CD: what its Applications and ApplicationSets apply, and to which cluster.

mod application;
mod chart;
mod destination;
mod directory;
mod edit;
mod files;
mod hook;
mod pattern;
mod reach;
mod recipe;
mod set;
mod variables;
mod work;

pub use hook::{Part, part, wave};
pub use reach::reach;

use super::applier::{Applier, Kind};
use super::recipe::{Common, Make, Recipe};
use super::world::World;
use crate::problem::Problems;

/// What an object of Argo CD does; `None` if it applies nothing that is here.
pub fn recipe(applier: &Applier, world: &World) -> (Option<Recipe>, Problems) {
    if applier.kind == Kind::Application {
        return recipe::recipe(applier, world);
    }
    let (said, problems) = set::applications(applier, world);
    let recipe = Recipe {
        cluster: applier.cluster.clone(),
        namespace: Some(applier.namespace.to_string()),
        makes: vec![Make::Objects(said)],
        common: Common::default(),
    };
    (Some(recipe), problems)
}
