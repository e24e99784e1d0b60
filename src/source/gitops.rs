//! GitOps: what Flux and Argo CD would apply of the input, and to which cluster.
//!
//! `survey` finds the objects that apply others, and which of them are roots. `follow` goes down from these: `flux` and `argo`
//! say for each what it does (a [`recipe::Recipe`]), `build` carries that out, and what comes out may apply others again.
//! `deliver` gives each object its environment, one for each [`cluster::Cluster`], and notes who brings it there.
//!
//! No controller runs, nothing is fetched, and nothing is written into the input.

mod applier;
mod argo;
mod build;
mod by_hand;
mod chart;
mod cluster;
mod deliver;
mod environment;
mod envsubst;
mod flux;
mod follow;
mod plain;
mod post_render;
mod recipe;
mod registered;
mod remote;
mod renderings;
mod repository;
mod selector;
mod stated;
mod substitution;
mod survey;
mod template;
mod values;
mod world;

pub use follow::Used;

use super::budget::Budget;
use super::charts::NamedChart;
use super::kustomize::Library;
use super::redact::Values;
use super::tools::Tools;
use super::walk::Found;
use super::{Build, GitOps, Order};
use crate::document::{Document, Environment};
use crate::problem::Problems;

/// What the clusters of the input hold.
#[derive(Default)]
pub struct Followed {
    /// The objects, each with its environment and its delivery.
    pub documents: Vec<Document>,
    /// The environments, sorted by name.
    pub environments: Vec<Environment>,
    /// The charts from elsewhere that they name.
    pub charts: Vec<NamedChart>,
    /// What of the input went into them.
    pub used: Used,
    /// What their Secrets hold.
    pub values: Values,
    /// What went wrong.
    pub problems: Problems,
}

/// Follows what the Flux and Argo CD objects of the input apply; nothing where none of their sources is this repository.
pub fn follow(
    found: &Found,
    (build, gitops): (&Build, &GitOps),
    library: &mut Library,
    tools: &Tools,
    budget: &mut Budget,
    order: &Order,
) -> Followed {
    let (mut trail, holders, repository, charts) =
        follow::follow(found, (build, gitops), library, tools, budget, order);
    if trail.tasks.is_empty() {
        return Followed::default();
    }
    let name = repository.as_ref().and_then(|repository| repository.name());
    let name = name.map(str::to_owned).or_else(|| found.roots.first_name()).unwrap_or_default();
    let delivered = deliver::deliver(&mut trail, &holders, (build, gitops), &name, &charts);
    let mut values = trail.values;
    holders.into_iter().for_each(|holder| values.extend(holder.values));
    Followed {
        documents: delivered.documents,
        environments: delivered.environments,
        charts: delivered.charts,
        used: trail.used,
        values,
        problems: delivered.problems,
    }
}
