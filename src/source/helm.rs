//! Charts: what `helm template` makes of one, and where each of its lines comes from.

mod action;
mod apart;
mod chart;
mod conceal;
mod failure;
mod given;
pub mod merged;
mod schema;
mod settle;
mod stage;
mod stand_in;
mod trace;

pub use action::{Kind, Token, actions};
pub use chart::{Chart, Dependency};
pub use given::{Given, PostRender, Posted};
pub use stage::files;
pub use stand_in::{StandIns, TEMPLATES};

use super::budget::{self, Budget, Excess};
use super::built::Built;
use super::tool::{self, Failure, Scratch, Tool};
use super::{Build, Release, load};
use crate::document::Limits;
use crate::names::count;
use crate::names::english;
use crate::problem::{Code, Level, Problem, Problems};
use regex::Regex;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

/// The version of Kubernetes that a chart is rendered for if it wants a newer one than helm assumes by itself.
const NEWER_KUBERNETES: &str = "1.37.0";

/// What renders charts, as it is called on the PATH.
pub const TOOLS: [&str; 1] = ["helm"];

/// What to render, and from what.
pub struct Unit<'a> {
    /// The name of the environment.
    pub name: &'a str,
    /// The folder of the chart, canonical.
    pub folder: &'a Path,
    /// The folder as it is shown; empty for the input itself.
    pub path: &'a str,
    /// Which release of the chart, if the settings name one.
    pub release: Option<&'a Release>,
    /// What a controller says of the release; then the user's values do not count.
    pub given: Option<&'a Given>,
    /// What comes over the text that helm prints; why nothing does.
    pub post: Option<PostRender<'a>>,
    /// The user's values, and where they come from.
    pub build: &'a Build,
    /// Whether what the chart refers to may lie at a canonical path.
    pub allow: &'a (dyn Fn(&Path) -> bool + Sync),
    /// A canonical path as it is shown.
    pub shown: &'a (dyn Fn(&Path) -> String + Sync),
    /// The folder of a dependency that was fetched from elsewhere.
    pub fetched: &'a (dyn Fn(&Dependency) -> Option<PathBuf> + Sync),
    /// How much is read.
    pub limits: &'a Limits,
}

/// The objects of a release: those that `helm template NAME CHART --namespace NAMESPACE` prints, with the values of the
/// release, then those of the command line. A library chart has none.
pub fn build(unit: &Unit, tool: &Tool, budget: &Budget) -> Built {
    let chart = Chart::read(unit.folder, unit.limits).map_err(|reason| unit.failed(&reason).into());
    let rendered = chart.and_then(|chart| {
        if chart.is_library {
            return Ok(None);
        }
        unit.render(&chart, tool, budget).map(|(text, notes)| Some((chart, text, notes)))
    });
    match rendered {
        Ok(None) => nothing(unit, "this is a library chart: it renders nothing by itself"),
        Ok(Some((chart, text, notes))) => {
            let mut built = unit.load(&chart, &text);
            built.problems.extend(notes.into_iter().collect());
            built.problems.extend(unit.left_out(&chart));
            if built.documents.is_empty() && built.problems.is_empty() {
                built.problems.extend(nothing(unit, "this chart renders nothing with these values").problems);
            }
            built
        }
        Err(Nothing::Problem(problem)) => {
            Built { problems: [*problem].into_iter().collect(), ..Built::default() }
        }
        Err(Nothing::Excess(excess)) => Built { excess: Some(excess), ..Built::default() },
    }
}

/// Why a chart gives nothing.
enum Nothing {
    /// Something is wrong.
    Problem(Box<Problem>),
    /// The budget does not allow it.
    Excess(Excess),
}

impl From<Problem> for Nothing {
    fn from(problem: Problem) -> Nothing {
        Nothing::Problem(Box::new(problem))
    }
}

/// No objects, and a note that says why.
fn nothing(unit: &Unit, reason: &str) -> Built {
    let message = format!("{reason}, so it is no environment");
    let note = Problem::new(Level::Note, Code::EmptyBuild, message).at(unit.chart_file(), 0, 0);
    Built { problems: [note].into_iter().collect(), ..Built::default() }
}

impl Unit<'_> {
    /// The text that helm prints, and notes where it was not rendered as helm would by itself.
    fn render(
        &self,
        chart: &Chart,
        tool: &Tool,
        budget: &Budget,
    ) -> Result<(Vec<u8>, Vec<Problem>), Nothing> {
        let program = match tool {
            Tool::Program(program) => program,
            Tool::Missing => return Err(self.not_started("`helm` is not installed", INSTALL).into()),
            Tool::Off => {
                let help = "leave `--no-tools` out, or give podviz what `helm template` prints";
                return Err(self.not_started("`--no-tools` is set", help).into());
            }
        };
        if budget.is_over() {
            return Err(Nothing::Excess(Excess::Time));
        }
        stage::scan(self.folder, self.allow).map_err(|refusal| self.refused(refusal))?;
        let staged = stage::stage(self.folder, chart, self.allow, self.fetched, self.limits);
        let mut staged = staged.map_err(|refusal| self.refused(refusal))?;
        if let Some(own) = self.given.and_then(|given| given.own_values(self.limits)) {
            staged =
                settle::with_values(self.folder, staged, &own).map_err(|refusal| self.refused(refusal))?;
        }
        let (values, _written) = self.values()?;
        let settled = settle::settle(self.folder, staged, values, self.given.is_some(), self.limits)
            .map_err(|refusal| self.refused(refusal))?;
        let values = &settled.values;
        let folder = settled.folder.as_ref().map_or(self.folder, |staged| staged.path());
        let sets = self.sets();
        let call = |more: Option<String>| {
            let mut args = self.arguments(values, &sets);
            args.extend(more.map(OsString::from));
            args.extend(["--".into(), self.release_name(chart).into(), ".".into()]);
            tool::run(program, &args, folder, &budget.left())
        };
        let mut notes: Vec<Problem> = self.made_up(&settled.functions).into_iter().collect();
        let within = |text| match self.within(text, budget)? {
            text if settled.functions.is_empty() => Ok(text),
            text => Ok(apart::keep_apart(&String::from_utf8_lossy(&text)).into_bytes()),
        };
        let error = match call(None) {
            Ok(text) => return within(text).map(|text| (text, notes)),
            Err(Failure::TimeSpent) => return Err(Nothing::Excess(Excess::Time)),
            Err(Failure::TooLarge) => return Err(Nothing::Excess(Excess::Bytes)),
            Err(error) => error,
        };
        if self.build.kubernetes.is_none()
            && let Some((wanted, assumed)) = wanted_version(&error)
            && let Ok(text) = call(Some(format!("--kube-version={NEWER_KUBERNETES}")))
        {
            let message = format!(
                "the chart wants Kubernetes {wanted}, and this `helm` assumes {assumed}; it is rendered for {NEWER_KUBERNETES}"
            );
            let note = Problem::new(Level::Warning, Code::BuildFailed, message).at(self.chart_file(), 0, 0);
            notes.push(note.help("install a newer helm"));
            return within(text).map(|text| (text, notes));
        }
        let own = self.given.and_then(|given| given.defaults.clone()).unwrap_or_default();
        let known = [own.as_slice(), values.as_slice()].concat();
        let secrets = conceal::Secrets::of(self.folder, chart, &known, &sets, self.limits);
        Err(self.explain(chart, &error, &secrets).into())
    }

    /// The text, if it holds no more objects than may still be made: it costs much to read it.
    fn within(&self, text: Vec<u8>, budget: &Budget) -> Result<Vec<u8>, Nothing> {
        match budget::separate(&text) {
            objects if objects > budget.objects_left() => Err(Nothing::Excess(Excess::Objects(objects))),
            _ => Ok(text),
        }
    }

    /// Everything but the name of the release and the folder of the chart. No value can become an option: each stands in
    /// one argument with its own.
    fn arguments(&self, values: &[PathBuf], sets: &[&str]) -> Vec<OsString> {
        let option = |name: &str, value: &str| OsString::from(format!("--{name}={value}"));
        let mut args: Vec<OsString> = vec!["template".into(), option("namespace", &self.namespace())];
        args.extend(values.iter().map(|path| {
            let mut argument = OsString::from("--values=");
            argument.push(list_entry(path));
            argument
        }));
        args.extend(sets.iter().map(|set| option("set", set)));
        args.extend(self.build.kubernetes.iter().map(|version| option("kube-version", version)));
        args.extend(self.given.into_iter().flat_map(Given::arguments));
        args
    }

    fn release_name(&self, chart: &Chart) -> String {
        let own = self.release.and_then(|release| release.name.as_deref());
        own.map_or_else(|| name_of_release(&chart.name), str::to_owned)
    }

    /// Where the objects go that name no namespace.
    pub fn namespace(&self) -> String {
        let own = self.release.and_then(|release| release.namespace.as_deref());
        let namespace = own.or(self.build.default_namespace.as_deref()).unwrap_or("default");
        namespace.to_owned()
    }

    /// The files of values, each an existing one: helm would also download some.
    fn values(&self) -> Result<(Vec<PathBuf>, Option<Scratch>), Problem> {
        if let Some(given) = self.given {
            let unreadable = |_| self.failed("its values could not be written");
            return given.files().map_err(unreadable);
        }
        let own = self.release.iter().flat_map(|release| &release.values).map(|path| (path, true));
        let theirs = self.build.values.iter().map(|path| (path, false));
        let mut values = Vec::new();
        for (path, fenced) in own.chain(theirs) {
            let file = fs::canonicalize(path).ok().filter(|file| file.is_file());
            let Some(file) = file else {
                return Err(self.failed(&format!("the file of values `{}` is not there", last_part(path))));
            };
            if fenced && !(self.allow)(&file) {
                let reason = format!("the file of values `{}` lies outside of the input", last_part(path));
                return Err(self.problem(Code::OutsideReference, &reason, "move it into the input"));
            }
            values.push(file);
        }
        Ok((values, None))
    }

    fn sets(&self) -> Vec<&str> {
        if let Some(given) = self.given {
            return given.set.iter().map(String::as_str).collect();
        }
        let own = self.release.iter().flat_map(|release| &release.set);
        own.chain(&self.build.set).map(String::as_str).collect()
    }

    fn load(&self, chart: &Chart, text: &[u8]) -> Built {
        let name = self.text_name();
        let mut problems = Problems::none();
        let posted = self.post.map(|post| post(text)).and_then(|posted| {
            let told = |reason: String| {
                let message = format!("the post-renderers of this release are left out: {reason}");
                problems.push(self.problem(
                    Code::BuildFailed,
                    &message,
                    "correct `postRenderers` of the HelmRelease",
                ));
            };
            posted.map_err(told).ok()
        });
        let shown = posted.as_ref().map_or(text, |posted| posted.text.as_bytes());
        let loaded = load(&name, shown, self.limits);
        if loaded.template {
            problems.push(self.failed("what helm prints still holds template actions that are no data"));
        }
        let namespace = Some(self.namespace());
        let bytes = text.len();
        let (documents, values) = (loaded.documents, loaded.values);
        let mut built = Built { documents, namespace, values, problems, bytes, ..Built::default() };
        let mut origin = trace::trace(&String::from_utf8_lossy(text), chart, self);
        if let Some(posted) = &posted {
            let before =
                |line: &Option<u32>| origin.lines.get((*line)?.checked_sub(1)? as usize).copied().flatten();
            origin.lines = posted.lines.iter().map(before).collect();
        }
        for problem in loaded.problems.iter() {
            built.problems.push(trace::moved(problem.clone(), &name, &origin));
        }
        if let Some(mut file) = built.take_file() {
            file.origin = Some(origin);
            built.put_file(file);
        }
        let environment: Arc<str> = self.name.into();
        built.documents.iter_mut().for_each(|document| document.environment = Some(Arc::clone(&environment)));
        built
    }

    /// The name of the text that helm prints: the folder, and the release where the settings name several of this chart.
    fn text_name(&self) -> String {
        let folder = if self.path.is_empty() { "." } else { self.path };
        let is_here =
            |release: &&Release| fs::canonicalize(&release.chart).is_ok_and(|chart| chart == self.folder);
        if self.given.is_some() {
            return format!("{folder}@{}", self.name);
        }
        match self.build.releases.iter().filter(is_here).count() {
            0 | 1 => folder.to_owned(),
            _ => format!("{folder}@{}", self.name),
        }
    }

    /// Whoever compares with what helm prints should know what differs.
    fn made_up(&self, functions: &BTreeSet<&str>) -> Option<Problem> {
        let names: Vec<String> = functions.iter().map(|name| format!("`{name}`")).collect();
        let names = names.join(", ");
        let message = format!(
            "this chart makes something up each time it is rendered ({names}); podviz shows stand-ins, such as `random1`, that stay the same"
        );
        let note = Problem::new(Level::Note, Code::MadeUp, message).at(self.chart_file(), 0, 0);
        (!functions.is_empty()).then_some(note)
    }

    /// `helm template` prints no `crds/`; nobody should miss them without being told.
    fn left_out(&self, chart: &Chart) -> Problems {
        let files = count(chart.crd_files, "file", "files");
        let verb = english::are(chart.crd_files);
        let message = format!(
            "{files} of custom resource definitions in `crds/` {verb} not shown, as with `helm template`"
        );
        let note = Problem::new(Level::Note, Code::HelmTemplate, message)
            .at(self.inside("crds"), 0, 0)
            .help("give podviz that folder as another input to see them");
        let installed = self.given.is_some_and(|given| given.crds);
        (chart.crd_files > 0 && !installed).then_some(note).into_iter().collect()
    }

    /// The shown path of something in the chart's folder.
    fn inside(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}/{name}", self.path) }
    }

    fn chart_file(&self) -> String {
        self.inside("Chart.yaml")
    }
}

const INSTALL: &str =
    "install helm (https://helm.sh/docs/intro/install), or give podviz what `helm template` prints";

/// What the chart wants and what helm assumes, if that is why it failed.
fn wanted_version(failure: &Failure) -> Option<(String, String)> {
    static WANTED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"chart requires kubeVersion: (.+) which is incompatible with Kubernetes v?([\w.+-]+)")
            .expect("a pattern")
    });
    let Failure::Failed { message } = failure else { return None };
    let found = WANTED.captures(message)?;
    Some((found[1].to_owned(), found[2].to_owned()))
}

/// A name that helm accepts for a release, made from that of the chart.
fn name_of_release(chart: &str) -> String {
    let clean = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' { c } else { '-' };
    let name: String = chart.to_ascii_lowercase().chars().map(clean).take(53).collect();
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() { "release".to_owned() } else { name.to_owned() }
}

/// The name of a file: the rest of its path may be about this machine.
fn last_part(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A path as one entry of a list of comma-separated values, which helm expects.
fn list_entry(path: &Path) -> OsString {
    match path.to_str() {
        Some(text) if text.contains([',', '"', '\n']) => format!("\"{}\"", text.replace('"', "\"\"")).into(),
        _ => path.into(),
    }
}

#[cfg(test)]
mod tests;
