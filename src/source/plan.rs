//! Which folders are built: kustomizations and charts that nothing else in the input refers to.

use super::budget::{Budget, Excess};
use super::built::Built;
use super::gitops::Used;
use super::kustomize::{self, Library};
use super::redact::Values;
use super::roots::Roots;
use super::tools::Tools;
use super::walk::Found;
use super::{Build, Order, Reading, Release, helm};
use crate::document::{Document, Environment, Limits, PLAIN_ENVIRONMENT, Value, parse};
use crate::names::of_folders;
use crate::problem::{Code, Level, Problem, Problems};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many environments are built before it is counted what they make. It decides who still finds room in the budget, so
/// that it does not depend on the machine.
const TOGETHER: usize = 8;

/// How many environments one message names.
const NAMED: usize = 10;

/// What is to be built, and what is not read beside that.
pub struct Plan {
    /// The folders to build, by name.
    pub units: Vec<Unit>,
    /// Every kustomization that takes part.
    pub library: Library,
    /// Files that are part of something built, canonical.
    consumed: BTreeSet<PathBuf>,
    /// The folders of charts whose files are templates.
    inside: BTreeSet<PathBuf>,
    /// The environments that are clusters.
    clusters: BTreeSet<String>,
}

/// One environment to build.
pub struct Unit {
    /// The name of the environment.
    pub name: String,
    /// The folder, canonical.
    pub folder: PathBuf,
    /// The folder as it is shown; empty if it is the input itself.
    pub path: String,
    /// What builds it.
    pub recipe: Recipe,
}

/// What builds a folder.
pub enum Recipe {
    /// `kustomize build`.
    Kustomize,
    /// `helm template`, for a release if the settings name some.
    Helm(Option<Release>),
}

/// What may be built: the charts and kustomizations of the input.
pub struct Materials {
    charts: Charts,
    inside: BTreeSet<PathBuf>,
    /// The kustomization files that are no part of a chart.
    files: Vec<PathBuf>,
    /// Every kustomization that takes part.
    pub library: Library,
}

impl Materials {
    /// Those among the files found.
    pub fn of(found: &Found, limits: &Limits) -> Materials {
        let charts = Charts::read(&found.chart_files, limits);
        let inside = charts.inside();
        let files: Vec<PathBuf> = found
            .kustomizations
            .iter()
            .filter(|file| !file.ancestors().any(|at| inside.contains(at)))
            .cloned()
            .collect();
        let library = Library::read(&files, &found.roots, limits);
        Materials { charts, inside, files, library }
    }

    /// How large the charts and kustomizations are, in bytes: a chart once more for each of its releases, with its values.
    pub fn input_bytes(&self, build: &Build) -> u64 {
        let size = |file: &Path| fs::metadata(file).map_or(0, |metadata| metadata.len());
        let charts: BTreeSet<&Path> = self.inside.iter().filter_map(|inside| inside.parent()).collect();
        let outer =
            charts.iter().filter(|chart| chart.ancestors().skip(1).all(|above| !charts.contains(above)));
        let chart = |folder: &Path| helm::files(folder).iter().map(|file| size(file)).sum::<u64>();
        let values = |files: &[PathBuf]| files.iter().map(|file| size(file)).sum::<u64>();
        let release = |release: &Release| match fs::canonicalize(&release.chart) {
            Ok(folder) if charts.contains(folder.as_path()) => chart(&folder) + values(&release.values),
            _ => 0,
        };
        let charts: u64 = outer.map(|folder| chart(folder)).sum();
        let releases: u64 = build.releases.iter().map(release).sum();
        let consumed: BTreeSet<PathBuf> = consumed(&self.library).collect();
        charts + releases + values(&build.values) + consumed.iter().map(|file| size(file)).sum::<u64>()
    }
}

/// The files that kustomizations are built from, and their own.
fn consumed(library: &Library) -> impl Iterator<Item = PathBuf> + '_ {
    library.iter().flat_map(|(_, volume)| {
        let files = volume.files().map(|(_, file)| file.to_owned());
        files.chain([volume.kustomization.file.clone()])
    })
}

impl Plan {
    /// What of the `materials` is built by itself: all but what goes into clusters. No environment has a name of `taken`.
    pub fn of(
        materials: Materials,
        found: &Found,
        build: &Build,
        used: &Used,
        taken: &BTreeSet<String>,
    ) -> Plan {
        let Materials { charts, inside, files, library } = materials;
        let mut drafts = Vec::new();
        for folder in roots(&library, &files).into_iter().filter(|folder| !used.folders.contains(folder)) {
            drafts.push(Draft {
                parts: found.roots.parts(&folder),
                folder,
                name: None,
                recipe: Recipe::Kustomize,
            });
        }
        for (folder, name) in charts.roots(&released(build)) {
            let releases: Vec<&Release> = build
                .releases
                .iter()
                .filter(|release| fs::canonicalize(&release.chart).is_ok_and(|chart| chart == folder))
                .collect();
            for release in &releases {
                let (name, release) = (Some(release.environment.clone()), Some((*release).clone()));
                drafts.push(Draft {
                    parts: Vec::new(),
                    folder: folder.clone(),
                    name,
                    recipe: Recipe::Helm(release),
                });
            }
            if releases.is_empty() && !used.charts.contains(&folder) {
                let mut parts = found.roots.parts(&folder);
                if let (Some(last), Some(name)) = (parts.last_mut(), name) {
                    *last = name;
                }
                drafts.push(Draft { parts, folder, name: None, recipe: Recipe::Helm(None) });
            }
        }
        let consumed = consumed(&library).chain(used.files.iter().cloned()).collect();
        let units = units(drafts, taken, |folder| found.roots.shown(folder));
        Plan { units, library, consumed, inside, clusters: taken.clone() }
    }

    /// Builds everything, adds it to what is read, and gives what its Secrets hold. Where only one environment is wanted, the
    /// others are named alone.
    pub fn carry_out(
        &self,
        roots: &Roots,
        build: &Build,
        order: &Order,
        tools: &Tools,
        budget: &mut Budget,
        reading: &mut Reading,
    ) -> Values {
        // Plain files may make up the environment that is wanted, and nobody knows yet how these are called.
        let only = build.only.as_deref().filter(|only| self.units.iter().any(|unit| unit.name == *only));
        let none = build
            .only
            .as_deref()
            .is_some_and(|only| only == PLAIN_ENVIRONMENT || self.clusters.contains(only));
        let wanted = |unit: &Unit| !none && only.is_none_or(|only| only == unit.name);
        let (mut unbuilt, mut untried, mut values) = (Vec::new(), Vec::new(), Values::default());
        let units = self.units.chunks(TOGETHER).flat_map(|units| {
            let job = |unit| wanted(unit).then(|| self.build(unit, roots, build, order, tools, budget));
            let built: Vec<Option<Built>> = units.par_iter().map(job).collect();
            // In their order, so that it does not matter which is ready first.
            let settle = |(unit, built): (_, Option<Built>)| {
                (unit, built.map(|built| self.settle(unit, built, roots, order, budget, &mut untried)))
            };
            units.iter().zip(built).map(settle).collect::<Vec<_>>()
        });
        for (unit, built) in units {
            let source = match unit.recipe {
                Recipe::Kustomize => "kustomize",
                Recipe::Helm(_) => "helm",
            };
            let mut environment = Environment {
                name: unit.name.clone(),
                source,
                path: unit.path.clone(),
                ..Environment::plain()
            };
            if let Some(built) = built {
                environment.incomplete = built.incomplete.clone();
                if matches!(unit.recipe, Recipe::Kustomize) {
                    unbuilt.extend(
                        self.library.get(&unit.folder).map(|volume| volume.kustomization.name.as_str()),
                    );
                }
                values.extend(built.values);
                let failed = built.problems.left_something_out() || built.excess.is_some();
                reading.problems.extend(built.problems);
                if built.documents.is_empty() {
                    *reading.unbuilt.entry(unit.name.clone()).or_default() |= failed;
                    continue;
                }
                // Several releases may make up one environment, each with a namespace of its own.
                let namespace: Option<Arc<str>> = built.namespace.as_deref().map(Into::into);
                environment.namespace = built.namespace;
                reading.documents.extend(
                    built
                        .documents
                        .into_iter()
                        .map(|document| Document { namespace: namespace.clone(), ..document }),
                );
            }
            match reading.environments.last_mut().filter(|last| last.name == environment.name) {
                Some(last) => last.incomplete = last.incomplete.take().or(environment.incomplete),
                None => reading.environments.push(environment),
            }
        }
        for environment in &mut reading.environments {
            let failed = reading.unbuilt.get(&environment.name).is_some_and(|failed| *failed);
            if failed && environment.incomplete.is_none() {
                environment.incomplete = Some("a part of it could not be built, and is missing".to_owned());
            }
        }
        reading.problems.extend(not_tried(&untried, budget).into_iter().collect());
        reading.problems.extend(kustomize::missing_tool(&tools.kustomize, &unbuilt).into_iter().collect());
        values
    }

    fn build(
        &self,
        unit: &Unit,
        roots: &Roots,
        build: &Build,
        order: &Order,
        tools: &Tools,
        budget: &Budget,
    ) -> Built {
        match &unit.recipe {
            Recipe::Kustomize => {
                kustomize::build(&self.kustomization(unit, roots, order), &tools.kustomize, budget)
            }
            Recipe::Helm(release) => {
                let (name, folder, path, limits) = (&*unit.name, &*unit.folder, &*unit.path, &order.limits);
                let (allow, shown) = (&|path: &Path| roots.allow(path), &|path: &Path| roots.shown(path));
                let release = release.as_ref();
                let unit = helm::Unit {
                    name,
                    folder,
                    path,
                    release,
                    given: None,
                    post: None,
                    build,
                    allow,
                    shown,
                    fetched: &|_| None,
                    limits,
                };
                helm::build(&unit, &tools.helm, budget)
            }
        }
    }

    fn kustomization<'a>(
        &'a self,
        unit: &'a Unit,
        roots: &'a Roots,
        order: &'a Order,
    ) -> kustomize::Unit<'a> {
        let (name, folder, path) = (&*unit.name, &*unit.folder, &*unit.path);
        kustomize::Unit {
            name,
            folder,
            path,
            staged: None,
            library: &self.library,
            roots,
            limits: &order.limits,
        }
    }

    /// What of an environment is within the budget: all of it, or its files as they are and why.
    fn settle<'a>(
        &'a self,
        unit: &'a Unit,
        mut built: Built,
        roots: &Roots,
        order: &Order,
        budget: &mut Budget,
        untried: &mut Vec<(&'a Unit, String)>,
    ) -> Built {
        let made = super::budget::objects(&built.documents);
        let taken = if built.bytes > 0 { budget.take(made, built.bytes) } else { Ok(()) };
        let Some(excess) = built.excess.or(taken.err()) else { return built };
        let (place, fate) = match unit.recipe {
            Recipe::Kustomize => {
                built = kustomize::as_they_are(&self.kustomization(unit, roots, order));
                let volume = self.library.get(&unit.folder);
                let place = volume.map(|volume| volume.kustomization.name.clone()).unwrap_or_default();
                (place, "so its files are documented as they are, without patches and generators")
            }
            Recipe::Helm(_) => {
                built = Built::default();
                let folder = if unit.path.is_empty() { String::new() } else { format!("{}/", unit.path) };
                (format!("{folder}Chart.yaml"), "so this chart is not rendered")
            }
        };
        if excess == Excess::Time {
            untried.push((unit, place));
            built.excess = Some(excess);
            return built;
        }
        let (reason, setting) = (budget.reason(excess), excess.setting());
        let help = format!("raise `tools.{setting}` in podviz.yaml, or `--tool-{setting}`, if that is meant");
        built.problems.push(
            Problem::new(Level::Error, Code::ToolBudget, format!("{reason}, {fate}"))
                .at(place, 0, 0)
                .help(help),
        );
        built
    }

    /// What the settings name a release of, and what is no chart of the input.
    pub fn unreleased(&self, roots: &Roots, build: &Build) -> Problems {
        let charts: BTreeSet<&Path> = self.charts().collect();
        let problem = |release: &Release| {
            let chart = fs::canonicalize(&release.chart).ok();
            let found =
                chart.as_deref().is_some_and(|chart| charts.contains(chart) || roots.of(chart).is_none());
            let folder = release.chart.file_name().unwrap_or_default().to_string_lossy();
            let message = format!(
                "the settings name a release for environment `{}`, but there is no chart in its folder `{folder}`",
                release.environment
            );
            let help = "correct `releases[].chart` in podviz.yaml: the folder of a `Chart.yaml`, relative to the settings";
            (!found).then(|| Problem::new(Level::Error, Code::BuildFailed, message).help(help))
        };
        build.releases.iter().filter_map(problem).collect()
    }

    /// The folders of charts.
    pub fn charts(&self) -> impl Iterator<Item = &Path> {
        self.inside.iter().filter_map(|inside| inside.parent())
    }

    /// Whether a file is read as it is.
    pub fn leaves(&self, file: &Path) -> bool {
        !self.consumed.contains(file) && !file.ancestors().any(|folder| self.inside.contains(folder))
    }
}

/// Says once which environments were not tried: each with the file of its chart or kustomization.
fn not_tried(untried: &[(&Unit, String)], budget: &Budget) -> Option<Problem> {
    let (_, first) = untried.first()?;
    let seconds = budget.seconds;
    let names: Vec<String> = untried.iter().take(NAMED).map(|(unit, _)| format!("`{}`", unit.name)).collect();
    let more = match untried.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let what = match untried.len() {
        1 => "1 environment was not built".to_owned(),
        n => format!("{n} environments were not built"),
    };
    let message = format!(
        "{what}, because the {seconds} s for all charts and kustomizations were over: {}{more}",
        names.join(", ")
    );
    let help = "raise `tools.seconds` in podviz.yaml, or `--tool-seconds`; choose one with `-e`, or repair what takes so long";
    Some(Problem::new(Level::Error, Code::ToolBudget, message).at(first, 0, 0).help(help))
}

/// An environment that may not have its name yet.
struct Draft {
    folder: PathBuf,
    /// What it may be named after.
    parts: Vec<String>,
    /// The name that the user gave it.
    name: Option<String>,
    recipe: Recipe,
}

fn units(drafts: Vec<Draft>, taken: &BTreeSet<String>, shown: impl Fn(&Path) -> String) -> Vec<Unit> {
    let given = drafts.iter().filter_map(|draft| draft.name.clone());
    let taken: BTreeSet<String> =
        given.chain([PLAIN_ENVIRONMENT.to_owned()]).chain(taken.iter().cloned()).collect();
    let open: Vec<Vec<String>> =
        drafts.iter().filter(|draft| draft.name.is_none()).map(|draft| draft.parts.clone()).collect();
    let mut names = of_folders(&open, &taken).into_iter();
    let unit = |draft: Draft| {
        let name = draft.name.or_else(|| names.next()).unwrap_or_default();
        Unit { name, path: shown(&draft.folder), folder: draft.folder, recipe: draft.recipe }
    };
    let mut units: Vec<Unit> = drafts.into_iter().map(unit).collect();
    units.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    units
}

/// The folders of kustomizations that no other one refers to, sorted. Of a circle the first is one: kustomize says why it
/// cannot be built.
fn roots(library: &Library, files: &[PathBuf]) -> Vec<PathBuf> {
    let mut referred: BTreeSet<&Path> = BTreeSet::new();
    for (folder, volume) in library.iter() {
        referred.extend(volume.folders().filter(|target| target != folder));
    }
    let in_input: BTreeSet<&Path> = files.iter().filter_map(|file| file.parent()).collect();
    let alone: Vec<&Path> = library
        .iter()
        .filter(|(_, volume)| !volume.kustomization.is_component())
        .map(|(folder, _)| folder.as_path())
        .filter(|folder| in_input.contains(folder))
        .collect();
    let mut roots: Vec<PathBuf> = alone
        .iter()
        .filter(|folder| !referred.contains(*folder))
        .map(|folder| folder.to_path_buf())
        .collect();
    let mut reached: BTreeSet<&Path> = BTreeSet::new();
    let components = library.iter().filter(|(_, volume)| volume.kustomization.is_component());
    for folder in roots.iter().chain(components.map(|(folder, _)| folder)) {
        library.reach(folder, &mut reached);
    }
    for folder in alone {
        if !library.reach(folder, &mut reached).is_empty() {
            roots.push(folder.to_owned());
        }
    }
    roots.sort();
    roots
}

/// The folders of the charts that the settings name a release of.
fn released(build: &Build) -> BTreeSet<PathBuf> {
    build.releases.iter().filter_map(|release| fs::canonicalize(&release.chart).ok()).collect()
}

/// The charts of the input.
struct Charts {
    /// The folder of each, and its name.
    all: Vec<(PathBuf, Option<String>)>,
    /// The folders that others depend on.
    dependencies: BTreeSet<PathBuf>,
}

impl Charts {
    fn read(files: &[PathBuf], limits: &Limits) -> Charts {
        let mut charts = Charts { all: Vec::new(), dependencies: BTreeSet::new() };
        for file in files {
            let Some(folder) = file.parent() else { continue };
            let small = fs::metadata(file).is_ok_and(|metadata| metadata.len() <= limits.file_bytes);
            let value = small.then(|| fs::read(file).ok()).flatten().and_then(|bytes| parse(&bytes).ok());
            let listed = value.as_ref().and_then(|value| value.get("dependencies")).map(Value::items);
            for dependency in listed.unwrap_or_default() {
                let repository = dependency.get("repository").and_then(Value::as_str).unwrap_or_default();
                if let Some(path) = repository.strip_prefix("file://") {
                    charts.dependencies.extend(fs::canonicalize(folder.join(path)).ok());
                }
            }
            let name = value.as_ref().and_then(|value| value.get("name")).and_then(Value::as_str);
            charts.all.push((folder.to_owned(), name.filter(|name| !name.is_empty()).map(str::to_owned)));
        }
        charts
    }

    /// The charts that no other one depends on, or that are `released` by themselves.
    fn roots(&self, released: &BTreeSet<PathBuf>) -> Vec<(PathBuf, Option<String>)> {
        let outer: BTreeSet<&Path> = self.all.iter().map(|(folder, _)| folder.as_path()).collect();
        let holds = |charts: &Path| {
            charts.ends_with("charts") && charts.parent().is_some_and(|above| outer.contains(above))
        };
        let nested = |folder: &Path| folder.ancestors().any(holds);
        let alone = |folder: &Path| !nested(folder) && !self.dependencies.contains(folder);
        let is_root = |folder: &Path| alone(folder) || released.contains(folder);
        self.all.iter().filter(|(folder, _)| is_root(folder)).cloned().collect()
    }

    /// The folders whose files helm reads.
    fn inside(&self) -> BTreeSet<PathBuf> {
        let own = |folder: &PathBuf| ["templates", "crds", "charts"].map(|name| folder.join(name));
        self.all.iter().flat_map(|(folder, _)| own(folder)).collect()
    }
}
