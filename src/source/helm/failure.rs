//! Why a chart is not rendered, and what to do about it.

use super::super::tool::Failure;
use super::chart::Chart;
use super::conceal::Secrets;
use super::settle::SCHEMA;
use super::stage::Refusal;
use super::{Unit, trace};
use crate::names::english;
use crate::problem::{Code, Level, Problem};
use regex::Regex;
use std::sync::LazyLock;

impl Unit<'_> {
    /// The chart is not rendered for a reason that its files show.
    pub(super) fn failed(&self, reason: &str) -> Problem {
        self.problem(
            Code::BuildFailed,
            reason,
            "correct the chart, or give podviz what `helm template` prints",
        )
    }

    /// The chart is not rendered because helm was not started.
    pub(super) fn not_started(&self, reason: &str, help: &str) -> Problem {
        self.problem(Code::MissingTool, reason, help)
    }

    /// The chart is not given to helm.
    pub(super) fn refused(&self, refusal: Refusal) -> Problem {
        let put = "put what it needs into the input";
        match refusal {
            Refusal::Link(path) => {
                let name = path.to_string_lossy().replace('\\', "/");
                let problem =
                    self.problem(Code::OutsideReference, "a link in it leads out of the input", put);
                problem.at(self.inside(&name), 0, 0)
            }
            Refusal::Outside(name) => {
                let reason = format!("its dependency `{name}` lies outside of the input");
                self.problem(Code::OutsideReference, &reason, "give podviz a folder that holds both")
            }
            Refusal::NoChart(name) => {
                self.failed(&format!("there is no chart in the folder of its dependency `{name}`"))
            }
            Refusal::Schema(path, key) => {
                let reason = format!(
                    "`{key}` in its `{SCHEMA}` leads out of the file, and helm would read what it leads to"
                );
                let help = "put what it refers to into the same file, and refer to it with `#/definitions/…`";
                self.problem(Code::OutsideReference, &reason, help).at(self.inside(&path), 0, 0)
            }
            Refusal::MalformedSchema(path) => {
                self.failed(&format!("its `{SCHEMA}` is not valid JSON")).at(self.inside(&path), 0, 0)
            }
            Refusal::Unpacked(path) => {
                let reason = "this file of it is too large, or podviz cannot unpack it";
                self.failed(reason).at(self.inside(&path), 0, 0)
            }
            Refusal::TooLarge => {
                self.failed("it has too many files, or its dependencies lead back to itself")
            }
            Refusal::Unreadable => self.failed("a file of it could not be read"),
        }
    }

    /// Why helm failed.
    pub(super) fn explain(&self, chart: &Chart, failure: &Failure, secrets: &Secrets) -> Problem {
        if let Some(limit) = failure.limit() {
            return self.failed(&format!("`helm` {limit}"));
        }
        let message = match failure {
            Failure::Failed { message } if is_endless(message) => {
                return self.failed("its templates include each other without end");
            }
            Failure::Failed { message } => secrets.hide(message),
            _ => String::new(),
        };
        if let Some(missing) = missing(&message) {
            let folder = if self.path.is_empty() { "." } else { self.path };
            let help = format!("run `helm dependency build {folder}` first; podviz downloads nothing");
            return self.problem(Code::MissingDependency, &missing, &help);
        }
        let problem = self.problem(
            Code::BuildFailed,
            &format!("helm says: {message}"),
            "if it lacks a value, give it one with `--set` or `--values`, or under `releases` in podviz.yaml",
        );
        match template(&message) {
            Some((name, line, column)) => match trace::locate(name, chart, self) {
                Some(place) => problem.at(place.shown, line, column),
                None => problem,
            },
            None => problem,
        }
    }

    pub(super) fn problem(&self, code: Code, reason: &str, help: &str) -> Problem {
        let message = format!("this chart is not rendered: {reason}");
        Problem::new(Level::Error, code, message).at(self.chart_file(), 0, 0).help(help)
    }
}

/// Which dependencies are not there, if that is why helm failed.
fn missing(message: &str) -> Option<String> {
    let (_, names) = message.split_once("missing in charts/ directory: ")?;
    let names: Vec<String> = names.split(", ").map(|name| format!("`{}`", name.trim())).collect();
    let words = if names.len() == 1 { "its dependency" } else { "its dependencies" };
    let verb = english::are(names.len());
    Some(format!("{words} {} {verb} not in `charts/`", names.join(", ")))
}

/// Whether a message is a chain of templates that include each other again and again.
fn is_endless(message: &str) -> bool {
    let links: Vec<&str> = message.split("error calling include: ").collect();
    links.iter().any(|link| links.iter().filter(|other| other == &link).count() > 2)
}

/// The template that a message is about, as helm names it, and its line and column.
fn template(message: &str) -> Option<(&str, u32, u32)> {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"([\w.-]+/(?:charts/[\w.-]+/)*templates/[^\s:()]+):(\d+)(?::(\d+))?").expect("a pattern")
    });
    let found = PLACE.captures(message)?;
    let number = |at: usize| found.get(at).and_then(|digits| digits.as_str().parse().ok());
    Some((found.get(1)?.as_str(), number(2)?, number(3).unwrap_or(0)))
}
