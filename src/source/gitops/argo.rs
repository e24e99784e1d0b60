//! Argo CD: what its Applications and ApplicationSets apply, and to which cluster.

mod application;
mod registered;
mod set;

use super::applier::{Applier, Kind};
use super::recipe::{Make, Reach, Recipe};
use super::world::World;
use crate::problem::Problems;
pub use registered::{RegisteredCluster, registered};

/// What an object of Argo CD does; `None` if it applies nothing that is here.
pub fn recipe(applier: &Applier, world: &World) -> (Option<Recipe>, Problems) {
    if applier.kind != Kind::ApplicationSet {
        return application::recipe(applier, world);
    }
    let (said, problems) = set::applications(applier, world);
    let recipe = Recipe {
        cluster: applier.cluster.clone(),
        namespace: Some(applier.namespace.to_string()),
        makes: vec![Make::Objects(said)],
        common: Default::default(),
    };
    (Some(recipe), problems)
}

/// What an object of Argo CD reads, found without building anything, so that roots can be told: see [`Reach`]. `None` if its
/// sources are not this repository.
pub fn reach(applier: &Applier, world: &World) -> Option<Vec<Reach>> {
    match applier.kind {
        Kind::Application => application::reach(applier, world),
        _ => set::reach(applier, world),
    }
}
