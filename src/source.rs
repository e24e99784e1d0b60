//! Stage 1: paths become documents. Hands on redacted trees and redacted, highlighted lines, and the problems met.
//!
//! Secrets end here: no other stage reads a manifest, and nothing that leaves this one holds a secret value.
//! Only `walk` touches the disk; everything else is a function of bytes.

mod budget;
mod built;
pub mod charts;
mod gitops;
mod graph;
mod heading;
mod helm;
mod highlight;
mod known;
mod kustomize;
mod load;
mod manifest;
mod matching;
mod packed;
mod plan;
mod readme;
mod redact;
pub mod revision;
mod roots;
mod settings;
mod stamp;
mod survey;
mod template;
mod tool;
mod tools;
mod walk;

pub use budget::ToolLimits;
pub use known::Known;
use load::load_text;
pub use load::{Loaded, load};
pub use matching::{is_pattern, matching};
pub use readme::readme;
use redact::Values;
pub use redact::{commands, documents_in};
pub use settings::{Malformed, SettingsFile, read_settings};
pub use stamp::{Stamp, stamp};
pub use survey::{Survey, survey};
pub use tool::{keep, sweep};

use crate::document::{Document, Environment, Limits, Value};
use crate::names::count;
use crate::problem::{Code, Level, Problem, Problems};
use budget::Budget;
use charts::NamedChart;
use gitops::Followed;
use plan::{Materials, Plan};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tools::Tools;

/// Why an INPUT could not be read at all; nothing is written then.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file or folder.
    #[error("{}: no such file or folder", .0.display())]
    NotFound(PathBuf),
    /// It is there, but the system does not let us read it.
    #[error("{}: {reason}", .path.display())]
    Unreadable {
        /// The INPUT, as it was given.
        path: PathBuf,
        /// What the system says.
        reason: std::io::ErrorKind,
    },
}

/// What to read, and how.
#[derive(Clone, Debug)]
pub struct Order {
    /// Files, folders, or `-` for the standard input.
    pub inputs: Vec<PathBuf>,
    /// The folder that is written, which is never read.
    pub output: Option<PathBuf>,
    /// How much of anything is read.
    pub limits: Limits,
    /// How charts and kustomizations are built; `None` reads every file as it is.
    pub build: Option<Build>,
}

impl Order {
    /// Every file of the inputs as it is.
    pub fn plain(inputs: &[PathBuf]) -> Order {
        Order { inputs: inputs.to_vec(), output: None, limits: Limits::default(), build: None }
    }
}

/// How charts and kustomizations are built.
#[derive(Clone, Debug, Default)]
pub struct Build {
    /// Whether kustomize, kubectl and helm may be started.
    pub tools: bool,
    /// The only environment that is wanted, if one is.
    pub only: Option<String>,
    /// Files of values for every chart.
    pub values: Vec<PathBuf>,
    /// Single values for every chart: `key=value`.
    pub set: Vec<String>,
    /// Where the objects of a chart go that name no namespace; `default` if absent.
    pub default_namespace: Option<String>,
    /// The version of Kubernetes that charts are rendered for, such as `1.36`; the one that helm assumes if absent.
    pub kubernetes: Option<String>,
    /// The releases that the user's settings name.
    pub releases: Vec<Release>,
    /// What tools may take for all charts and kustomizations together.
    pub limits: ToolLimits,
    /// How what Flux and Argo CD apply is followed; `None` takes their objects for any others.
    pub gitops: Option<GitOps>,
}

/// What podviz is told about the clusters that Flux and Argo CD fill from this repository.
#[derive(Clone, Debug, Default)]
pub struct GitOps {
    /// Where this repository is, for people or for git, if the settings say so.
    pub repository: Option<String>,
    /// The folder of the charts that were fetched from elsewhere; the user's own cache if absent.
    pub charts: Option<PathBuf>,
    /// The names that the settings give to clusters.
    pub names: Vec<ClusterName>,
}

/// The name of the environment that a cluster is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterName {
    /// The folder of the cluster, such as `clusters/production`, or a file in it, relative to the settings file.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// What Argo CD, or the Secret of a `kubeConfig`, calls the cluster.
    #[serde(default)]
    pub cluster: Option<String>,
    /// The name of its environment.
    pub name: String,
}

/// One release of a Helm chart: an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The name of its environment.
    pub environment: String,
    /// The folder of its chart, relative to the settings file.
    pub chart: PathBuf,
    /// The name of the release; the chart's if absent.
    #[serde(default)]
    pub name: Option<String>,
    /// Its namespace.
    #[serde(default)]
    pub namespace: Option<String>,
    /// Files of values, relative to the settings file.
    #[serde(default)]
    pub values: Vec<PathBuf>,
    /// Single values: `key=value`.
    #[serde(default)]
    pub set: Vec<String>,
}

impl Release {
    /// Makes its paths, which are relative to the folder of the settings, lead there.
    pub fn start_at(&mut self, folder: &Path) {
        for path in self.values.iter_mut().chain([&mut self.chart]) {
            *path = folder.join(&*path);
        }
    }
}

/// Everything that the inputs hold.
#[derive(Debug, Default)]
pub struct Reading {
    /// The manifests: those of plain files, by path, then those of each environment that is built.
    pub documents: Vec<Document>,
    /// The environments that are built, sorted by name.
    pub environments: Vec<Environment>,
    /// The names of those that were to be built, and hold nothing: each with whether that is because it failed.
    pub unbuilt: BTreeMap<String, bool>,
    /// What went wrong, in the order of the files.
    pub problems: Problems,
    /// The charts from elsewhere that GitOps objects name, sorted.
    pub charts: Vec<NamedChart>,
    /// What the Secrets hold, to be hidden in what is not read here, such as an earlier site; `None` if there is nothing.
    pub known: Option<Known>,
}

/// Hides what may not be shown in an object that was put together of parts after they were read.
pub fn hide(object: &mut Value) {
    let mut edits = redact::Edits::default();
    edits.find(object);
    edits.apply(object);
}

/// Whether an input names something on the disk, or the standard input.
pub fn is_there(input: &Path) -> bool {
    input == Path::new("-") || input.symlink_metadata().is_ok()
}

/// Reads the inputs from the disk, and builds the charts and kustomizations in them. Nothing at or below the output is read.
pub fn read(order: &Order) -> Result<Reading, ReadError> {
    read_together(std::slice::from_ref(order)).map(|mut readings| readings.pop().unwrap_or_default())
}

/// Reads several states of an input: what the Secrets of one hold is hidden in all of them.
pub fn read_together(orders: &[Order]) -> Result<Vec<Reading>, ReadError> {
    let (mut readings, mut values) = (Vec::new(), Values::default());
    for order in orders {
        let (reading, own) = gather(order)?;
        values.extend(own);
        readings.push(reading);
    }
    for reading in &mut readings {
        reading.known = known::hide(&values, &mut reading.documents, &mut reading.problems);
    }
    Ok(readings)
}

/// What the inputs hold, and what their Secrets hold, which is not hidden elsewhere yet.
fn gather(order: &Order) -> Result<(Reading, Values), ReadError> {
    let mut found = walk::find(&order.inputs, order.output.as_deref())?;
    let mut reading = Reading::default();
    let (mut rendered, mut values) = (Vec::new(), Values::default());
    if let Some(build) = &order.build {
        let mut materials = Materials::of(&found, &order.limits);
        let tools = Tools::find(build.tools, &order.inputs);
        let mut budget = Budget::new(&build.limits, materials.input_bytes(build));
        let followed = match &build.gitops {
            Some(gitops) => {
                gitops::follow(&found, (build, gitops), &mut materials.library, &tools, &mut budget, order)
            }
            None => Followed::default(),
        };
        let taken = followed.environments.iter().map(|one| one.name.clone()).collect();
        let plan = Plan::of(materials, &found, build, &followed.used, &taken);
        found.files.retain(|file| file.path.as_deref().is_none_or(|path| plan.leaves(path)));
        rendered = plan.charts().map(Path::to_owned).collect();
        found.charts.clear();
        reading.problems = plan.unreleased(&found.roots, build);
        values = plan.carry_out(&found.roots, build, order, &tools, &mut budget, &mut reading);
        values.extend(followed.values);
        reading.problems.extend(followed.problems);
        reading.documents.extend(followed.documents);
        reading.charts = followed.charts;
        reading.environments.extend(followed.environments);
    }
    let problems = std::mem::take(&mut reading.problems);
    reading.problems = std::mem::take(&mut found.problems);
    values.extend(as_they_are(&found, &rendered, &order.limits, &mut reading));
    reading.problems.extend(problems);
    Ok((reading, values))
}

/// Reads the files that nothing is built from, and gives what their Secrets hold. Templates in the folder of a chart that is
/// `rendered` are pieces of it.
fn as_they_are(found: &walk::Found, rendered: &[PathBuf], limits: &Limits, reading: &mut Reading) -> Values {
    let files = &found.files;
    let is_piece = |file: &walk::Source| {
        let path = file.path.as_deref();
        path.is_some_and(|path| rendered.iter().any(|chart| path.starts_with(chart)))
    };
    let loaded: Vec<Result<Loaded, Problem>> =
        files.par_iter().map(|file| Ok(load(&file.name, &file.bytes(limits)?, limits))).collect();
    let mut templates: BTreeMap<String, usize> = found.charts.clone();
    let (mut documents, mut problems, mut passed_over) = (Vec::new(), Problems::none(), 0);
    let mut values = Values::default();
    for (file, loaded) in files.iter().zip(loaded) {
        match loaded {
            Ok(loaded) => {
                if loaded.template && is_piece(file) {
                    passed_over += 1;
                } else if loaded.template {
                    *templates.entry(home(&file.name, &templates)).or_default() += 1;
                }
                values.extend(loaded.values);
                documents.extend(loaded.documents);
                reading.environments.extend(loaded.environments);
                passed_over += usize::from(loaded.passed_over);
                problems.extend(loaded.problems);
            }
            Err(problem) => problems.push(problem),
        }
    }
    documents.append(&mut reading.documents);
    reading.documents = documents;
    reading.environments.sort();
    reading.environments.dedup_by(|a, b| a.name == b.name);
    reading
        .problems
        .extend(templates.into_iter().map(|(folder, files)| helm_template(&folder, files)).collect());
    reading.problems.extend(problems);
    if passed_over > 0 {
        let words = count(passed_over, "file holds no manifest and was", "files hold no manifest and were");
        let words = format!("{words} passed over");
        reading.problems.push(Problem::new(Level::Note, Code::NotAManifest, words));
    }
    values
}

/// The chart that a template outside of `templates/` belongs to, else its folder.
fn home(name: &str, charts: &BTreeMap<String, usize>) -> String {
    let own = name.rsplit_once('/').map_or(".", |(folder, _)| folder);
    let mut folder = name;
    while let Some((outer, _)) = folder.rsplit_once('/') {
        if charts.contains_key(outer) {
            return outer.to_owned();
        }
        folder = outer;
    }
    if charts.contains_key(".") { ".".to_owned() } else { own.to_owned() }
}

fn helm_template(folder: &str, files: usize) -> Problem {
    let files = count(files, "file", "files");
    let message = format!("looks like a Helm template that is not rendered ({files})");
    Problem::new(Level::Error, Code::HelmTemplate, message)
        .at(folder, 0, 0)
        .help("render the chart with `helm template` first and give podviz its output")
}
