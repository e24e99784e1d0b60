//! Stage 1: paths become documents. Hands on redacted trees and redacted, highlighted lines, and the problems met.
//!
//! Secrets end here: no other stage reads a manifest, and nothing that leaves this one holds a secret value.
//! Only `walk` touches the disk; everything else is a function of bytes.

mod base64;
mod compose;
mod decode;
mod highlight;
mod json;
mod load;
mod manifest;
mod redact;
mod scalar;
mod settings;
mod settle;
mod sheet;
mod survey;
mod template;
mod walk;
mod yaml;

pub use load::{Loaded, load};
pub use redact::MARK;
pub use settings::{Malformed, SettingsFile, read_settings};
pub use survey::{Survey, survey};

use crate::model::{Document, Environment, Value};
use crate::problem::{Code, Level, Problem, Problems};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How much of anything is read. Each limit costs the document or file that exceeds it, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file.
    pub file_bytes: u64,
    /// Levels of lists and mappings inside each other.
    pub depth: usize,
    /// Values of a document, aliases expanded.
    pub nodes_per_document: usize,
    /// Values of a document that come from aliases.
    pub aliases: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { file_bytes: 32 << 20, depth: 100, nodes_per_document: 1_000_000, aliases: 100_000 }
    }
}

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
    /// The releases that the user's settings name.
    pub releases: Vec<Release>,
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

/// Everything that the inputs hold.
#[derive(Debug, Default)]
pub struct Reading {
    /// The manifests, by path, then by their order in the file.
    pub documents: Vec<Document>,
    /// The environments that are built, sorted by name.
    pub environments: Vec<Environment>,
    /// How many files hold something else.
    pub passed_over: usize,
    /// What went wrong, in the order of the files.
    pub problems: Problems,
}

/// Whether an input names something on the disk, or the standard input.
pub fn is_there(input: &Path) -> bool {
    input == Path::new("-") || input.symlink_metadata().is_ok()
}

/// Reads the inputs from the disk. Nothing at or below the output is read.
pub fn read(order: &Order) -> Result<Reading, ReadError> {
    let limits = &order.limits;
    let walk::Found { files, charts, mut problems } = walk::find(&order.inputs, order.output.as_deref())?;
    let loaded: Vec<Result<Loaded, Problem>> =
        files.par_iter().map(|file| Ok(load(&file.name, &file.bytes(limits)?, limits))).collect();
    let mut reading = Reading::default();
    let mut templates: BTreeMap<String, usize> = charts;
    for (file, loaded) in files.iter().zip(loaded) {
        match loaded {
            Ok(loaded) => {
                if loaded.template {
                    *templates.entry(home(&file.name, &templates)).or_default() += 1;
                }
                reading.documents.extend(loaded.documents);
                reading.passed_over += usize::from(loaded.passed_over);
                reading.problems.extend(loaded.problems);
            }
            Err(problem) => reading.problems.push(problem),
        }
    }
    problems.extend(templates.into_iter().map(|(folder, files)| helm_template(&folder, files)).collect());
    problems.extend(reading.problems);
    Ok(Reading { problems, ..reading })
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
    let count = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    let message = format!("looks like a Helm template that is not rendered ({count})");
    Problem::new(Level::Error, Code::HelmTemplate, message)
        .at(folder, 0, 0)
        .help("render the chart with `helm template` first and give podviz its output")
}

/// Reads one YAML document that is no manifest, such as a knowledge file.
///
/// # Errors
///
/// If it is not valid YAML.
pub fn parse(text: &[u8]) -> Result<Value, String> {
    let text = decode::decode(text).map_err(|error| format!("not valid {}", error.encoding))?;
    let part = yaml::read(&text, &Limits::default()).parts.into_iter().next().ok_or("it is empty")?;
    let mut value = part.outcome.map_err(|fault| format!("line {}: {}", fault.line, fault.message))?;
    settle::settle(&mut value, &mut Vec::new());
    Ok(value)
}
