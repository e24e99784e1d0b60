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
pub mod escape;
pub mod facts;
pub mod model;
pub mod names;
#[allow(clippy::disallowed_methods, reason = "the two stages at the ends are the ones that touch the disk")]
pub mod output;
pub mod page;
pub mod problem;
mod product;
mod request;
#[allow(clippy::disallowed_methods, reason = "the two stages at the ends are the ones that touch the disk")]
pub mod source;
pub mod topology;

use catalog::{Catalog, CatalogError, Fault, Settings};
use model::Grouping;
use problem::{Code, Level, Problem, Problems};
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
    let settings = settings(request, &catalog)?;
    let reading = source::read(&request.order(&settings))?;
    problems.extend(reading.problems);
    problems.extend(passed_over(reading.passed_over));
    let catalog = catalog.with_settings(settings, &request.cluster_domain);
    let grouping = Grouping {
        default_namespace: &request.default_namespace,
        built: reading.environments,
        flat: request.build.is_none(),
    };
    let (mut inventory, met) = model::take_inventory(reading.documents, &catalog, &grouping);
    problems.extend(met);
    if let Some(name) = request.build.as_ref().and_then(|build| build.only.as_deref()) {
        let refuse = |candidates| Error::NoSuchEnvironment { name: name.to_owned(), candidates };
        inventory.keep_only(name).map_err(refuse)?;
    }
    let (topology, met) = topology::connect(&inventory, &catalog);
    problems.extend(met);
    if topology.present().next().is_none() {
        return Err(Error::NothingToDocument);
    }
    let facts = facts::derive(&topology, &catalog);
    let study = Study { catalog, topology, facts, problems: problems.clone() };
    let (product, met) = match &request.goal {
        Goal::Site { title, flavour, options } => study.site(title, *flavour, options)?,
        Goal::Diagram { view, focus, format, host } => {
            study.diagram(*view, focus.as_ref(), *format, *host)?
        }
        Goal::Explain { focus, format } => (study.explain(focus.as_ref(), *format)?, Problems::none()),
        Goal::Advise { format, level } => (study.advise(&request.inputs, *format, *level), Problems::none()),
        Goal::Reach { ends: (from, to), namespace, port, format } => {
            (study.reach((from, to), namespace.as_deref(), port, *format)?, Problems::none())
        }
        Goal::Graph { format, full } => (study.graph(*format, *full)?, Problems::none()),
    };
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

fn settings(request: &Request, catalog: &Catalog) -> Result<Settings, Error> {
    let Some(file) = source::read_settings(request.settings.as_deref(), &request.inputs)? else {
        return Ok(Settings::default());
    };
    let value = file.value.map_err(|broken| CatalogError {
        file: file.path.clone(),
        fault: Fault::new(broken.reason).at(broken.line, broken.column),
    })?;
    let codes: Vec<&str> = facts::advice::RULES.iter().map(|rule| rule.code).collect();
    let mut settings = Settings::read(&file.path, &value, &codes, catalog)?;
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    settings.releases.iter_mut().for_each(|release| release.start_at(folder));
    Ok(settings)
}

fn passed_over(files: usize) -> Problems {
    let words = names::count(files, "file holds no manifest and was", "files hold no manifest and were");
    let note = Problem::new(Level::Note, Code::NotAManifest, format!("{words} passed over"));
    (files > 0).then_some(note).into_iter().collect()
}
