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
pub mod mcp;
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
mod states;
pub mod topology;

use catalog::Catalog;
use problem::Problems;
use product::Study;
pub use request::{
    ChartsFormat, DiagramFormat, Earlier, Error, ExplainFormat, Goal, GraphFormat, Product, ReachFormat,
    Request, Sides,
};
use source::Reading;
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
        return states::difference(request, sides, *format, *fail_on, problems);
    }
    let (study, earlier) = match request.goal.earlier() {
        Some(earlier) => states::with_earlier(request, earlier, problems)?,
        None => (studies(request, &[&request.inputs], problems)?.remove(0)?, None),
    };
    let (product, met) = study.make(request, earlier)?;
    problems.extend(met);
    Ok(product)
}

/// All that is known of each of some states of the input. What the Secrets of one hold is hidden in all.
fn studies(
    request: &Request,
    states: &[&[PathBuf]],
    problems: &mut Problems,
) -> Result<Vec<Result<Study, Error>>, Error> {
    let catalog = Catalog::embedded();
    let mut settings = request.settings(&catalog)?;
    if matches!(request.goal, Goal::Site { .. }) {
        let own = || states.first().and_then(|inputs| source::readme(inputs));
        settings.description = settings.description.or_else(own);
    }
    let order = |inputs: &&[PathBuf]| source::Order { inputs: inputs.to_vec(), ..request.order(&settings) };
    let readings = source::read_together(&states.iter().map(order).collect::<Vec<_>>())?;
    let mut first = Some(catalog);
    let each = readings.into_iter().map(|reading| {
        let catalog = first.take().unwrap_or_else(Catalog::embedded);
        let catalog = catalog.with_settings(settings.clone(), &request.cluster_domain);
        study(request, catalog.for_kubernetes(request.kubernetes()), reading, problems)
    });
    Ok(each.collect())
}

/// All that is known of what was read.
fn study(
    request: &Request,
    catalog: Catalog,
    reading: Reading,
    problems: &mut Problems,
) -> Result<Study, Error> {
    problems.extend(reading.problems);
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

/// Fetches the charts from elsewhere that the input names and that are not here, and those that these name in turn.
/// Each step is said before it is taken. Gives what could not be fetched.
///
/// # Errors
///
/// If the input could not be read, or there is no folder for charts.
pub fn fetch_charts(request: &Request, say: &mut dyn FnMut(Step)) -> Result<Problems, Error> {
    let catalog = Catalog::embedded();
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
