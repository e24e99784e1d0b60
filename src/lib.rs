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
pub mod change;
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
use change::Severity;
use change::tell::{ChangeFormat, Names};
use problem::Problems;
use product::Study;
pub use request::{
    ChartsFormat, DiagramFormat, Error, ExplainFormat, Goal, GraphFormat, Product, ReachFormat, Request,
    Sides,
};
use source::charts::Step;
use std::collections::BTreeSet;
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
    if let Goal::Diff { sides, format, fail_on } = &request.goal {
        return difference(request, sides, *format, *fail_on, problems);
    }
    let study = study(request, &request.inputs, problems)?;
    let (product, met) = study.make(request)?;
    problems.extend(met);
    Ok(product)
}

/// All that is known of some inputs.
fn study(request: &Request, inputs: &[PathBuf], problems: &mut Problems) -> Result<Study, Error> {
    let catalog = Catalog::embedded()?;
    let settings = request.settings(&catalog)?;
    let reading = source::read(&source::Order { inputs: inputs.to_vec(), ..request.order(&settings) })?;
    problems.extend(reading.problems);
    let catalog = catalog.with_settings(settings, &request.cluster_domain);
    let grouping = request.grouping(reading.environments);
    let (inventory, met) = model::take_inventory(reading.documents, &catalog, &grouping);
    problems.extend(met);
    let inventory = request.wanted(inventory, &reading.unbuilt)?;
    let (topology, met) = topology::connect(&inventory, &catalog);
    problems.extend(met);
    let facts = facts::derive(&topology, &catalog);
    Ok(Study {
        catalog,
        topology,
        facts,
        charts: reading.charts,
        known: reading.known,
        problems: problems.clone(),
    })
}

/// What a change between two sides does.
fn difference(
    request: &Request,
    sides: &Sides,
    format: ChangeFormat,
    fail_on: Option<Severity>,
    problems: &mut Problems,
) -> Result<Product, Error> {
    let at = |name: &str| {
        source::revision::check_out(&request.inputs, name)
            .map_err(|problem| Error::Revision(Box::new(problem)))
    };
    let shown = |inputs: &[PathBuf]| {
        inputs.iter().map(|input| input.display().to_string()).collect::<Vec<_>>().join(" ")
    };
    let (revisions, inputs, names) = match sides {
        Sides::Inputs => {
            let [old, new] = [0, 1].map(|at| request.inputs.get(at..=at).unwrap_or_default().to_vec());
            let names = Names { old: shown(&old), new: shown(&new) };
            (Vec::new(), [old, new], names)
        }
        Sides::Revisions { base, head } => {
            let old = at(base)?;
            let new = head.as_deref().map(at).transpose()?;
            let of = |revision: &source::revision::Revision| revision.inputs.clone();
            let inputs = [of(&old), new.as_ref().map_or_else(|| request.inputs.clone(), of)];
            let names = Names {
                old: base.clone(),
                new: head.clone().unwrap_or_else(|| "the working tree".to_owned()),
            };
            (std::iter::once(old).chain(new).collect(), inputs, names)
        }
    };
    let mut study_of = |inputs: &[PathBuf]| match study(request, inputs, problems) {
        // A side without anything is one that all came to, or went from.
        Err(Error::NothingToDocument) => study_of_nothing(request),
        other => other,
    };
    let [old, new] = [study_of(&inputs[0])?, study_of(&inputs[1])?];
    drop(revisions);
    if old.topology.nodes.is_empty() && new.topology.nodes.is_empty() {
        return Err(Error::NothingToDocument);
    }
    let change = change::compare(old.side(), new.side());
    let fails = fail_on.is_some_and(|level| change.verdict().is_some_and(|verdict| verdict >= level));
    Ok(Product::Answer { text: change::tell::tell(&change, &names, format), yes: !fails })
}

/// What is known of no input at all.
fn study_of_nothing(request: &Request) -> Result<Study, Error> {
    let catalog = Catalog::embedded()?;
    let settings = request.settings(&catalog)?;
    let catalog = catalog.with_settings(settings, &request.cluster_domain);
    let (topology, problems) = topology::connect(&model::Inventory::default(), &catalog);
    let facts = facts::derive(&topology, &catalog);
    Ok(Study { catalog, topology, facts, charts: Vec::new(), known: None, problems })
}

/// Fetches the charts from elsewhere that the input names and that are not here, and those that these name in turn.
/// Each step is said before it is taken. Gives what could not be fetched.
///
/// # Errors
///
/// If the input could not be read, or there is no folder for charts.
pub fn fetch_charts(request: &Request, say: &mut dyn FnMut(Step)) -> Result<Problems, Error> {
    let catalog = Catalog::embedded()?;
    let settings = request.settings(&catalog)?;
    let order = request.order(&settings);
    let folder =
        order.build.as_ref().and_then(|build| build.gitops.as_ref()).and_then(|gitops| gitops.charts.clone());
    let folder = folder.or_else(source::charts::default_folder).ok_or(Error::NoChartFolder)?;
    let (mut problems, mut tried) = (Problems::none(), BTreeSet::new());
    loop {
        let reading = source::read(&order)?;
        let missing = reading.charts.into_iter().filter(|chart| !chart.is_present).map(|chart| chart.chart);
        let missing: Vec<_> = missing.filter(|chart| tried.insert(chart.clone())).collect();
        if missing.is_empty() {
            return Ok(problems.sorted());
        }
        match source::charts::Store::open(&folder) {
            Ok(mut store) => {
                problems.extend(source::charts::fetch(&missing, &mut store, &order.inputs, say));
            }
            Err(problem) => return Ok([problem].into_iter().collect()),
        }
    }
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
