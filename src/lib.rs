//! podviz reads Kubernetes manifests and writes pages that explain every pod and every container.
//!
//! [`run`] is the whole program: stage by stage, each a module of its own. Only `source` and `output` touch the disk.

#![cfg_attr(
    not(test),
    warn(
        clippy::disallowed_methods,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::unwrap_used
    )
)]

pub mod catalog;
pub mod cli;
pub mod diagram;
pub mod document;
pub mod escape;
pub mod facts;
pub mod inject;
pub mod mdbook;
pub mod model;
pub mod names;
#[allow(clippy::disallowed_methods, reason = "the two stages at the ends are the ones that touch the disk")]
pub mod output;
pub mod page;
pub mod problem;
mod product;
pub mod region;
mod request;
#[allow(clippy::disallowed_methods, reason = "the two stages at the ends are the ones that touch the disk")]
pub mod source;
pub mod topology;

use catalog::Catalog;
use problem::Problems;
use product::Study;
pub use request::{DiagramFormat, Error, ExplainFormat, Goal, GraphFormat, Product, ReachFormat, Request};
use std::path::{Path, PathBuf};

/// Reads the input and makes what was asked for, with the problems that were met on the way.
///
/// # Errors
///
/// If nothing could be made; the problems met until then come along.
pub fn run(request: &Request) -> Result<(Product, Problems), (Error, Problems)> {
    let mut problems = Problems::none();
    let made = stages(request, &mut problems);
    let problems = problems.sorted();
    match made {
        Ok(product) => Ok((product, problems)),
        Err(error) => Err((error, problems)),
    }
}

fn stages(request: &Request, problems: &mut Problems) -> Result<Product, Error> {
    let catalog = Catalog::embedded()?;
    let settings = request.settings(&catalog)?;
    let reading = source::read(&request.order(&settings))?;
    problems.extend(reading.problems);
    let catalog = catalog.with_settings(settings, &request.cluster_domain);
    let grouping = request.grouping(reading.environments);
    let (inventory, met) = model::take_inventory(reading.documents, &catalog, &grouping);
    problems.extend(met);
    let inventory = request.wanted(inventory, &reading.unbuilt)?;
    let (topology, met) = topology::connect(&inventory, &catalog);
    problems.extend(met);
    let facts = facts::derive(&topology, &catalog);
    let study = Study { catalog, topology, facts, known: reading.known, problems: problems.clone() };
    let (product, met) = study.make(request)?;
    problems.extend(met);
    Ok(product)
}

/// The text of a first `podviz.yaml` for a folder, and the settings that are there already.
///
/// # Errors
///
/// If there is no such folder.
pub fn first_settings(folder: &Path) -> Result<(String, Option<PathBuf>), Error> {
    let survey = source::survey(folder)?;
    Ok((catalog::settings::starter(&survey), survey.settings))
}
