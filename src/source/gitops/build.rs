//! Carrying out recipes: kustomize and helm are started side by side, and nothing is built twice.

use super::super::budget::{Budget, Excess, objects};
use super::super::built::Built;
use super::super::kustomize::{self, Library, Made, Volume};
use super::super::tools::Tools;
use super::super::{Build, Release as ReleaseOrder, helm, load, load_text};
use super::applier::Applier;
use super::chart::{ChartReference, LocatedChart, Release};
use super::post_render::post_render;
use super::recipe::{Make, Said};
use super::substitution::{Substituted, Substitution};
use super::world::World;
use crate::document::{Origin, SourceFile};
use crate::names::english;
use crate::problem::{Code, Level, Problem};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// How many are built before it is counted what they make, so that it does not depend on the machine who still finds room in
/// the budget.
const TOGETHER: usize = 8;

/// One thing to make, and for whom.
pub struct Job<'a> {
    /// Who applies it.
    pub applier: &'a Applier,
    /// What it is made of.
    pub make: &'a Make,
    /// Of a kustomization: as it is built.
    staged: Option<Volume>,
    /// Of a chart: where it is.
    pub located: Option<LocatedChart>,
    /// Why a chart that is there is not used.
    refused: Option<Problem>,
}

/// What builds, and what was built so far.
pub struct Workshop<'a> {
    /// The programs.
    pub tools: &'a Tools,
    /// Every kustomization.
    pub library: &'a mut Library,
    /// What may still be taken.
    pub budget: &'a mut Budget,
    /// Texts of kustomizations, by folder and what is built there.
    made: BTreeMap<String, Arc<Made>>,
}

impl<'a> Workshop<'a> {
    /// Where nothing was built yet.
    pub fn new(tools: &'a Tools, library: &'a mut Library, budget: &'a mut Budget) -> Workshop<'a> {
        Workshop { tools, library, budget, made: BTreeMap::new() }
    }

    /// Prepares something to make.
    pub fn job<'j>(&mut self, applier: &'j Applier, make: &'j Make, world: &World) -> Job<'j> {
        let staged = match make {
            Make::Kustomization(own) => Some(self.library.stage(own.file.clone(), world.roots, world.limits)),
            _ => None,
        };
        let located = match make {
            Make::Chart(reference, _) => world.charts.locate(reference, world.roots),
            _ => Ok(None),
        };
        let (located, refused) = match located {
            Ok(located) => (located, None),
            Err(problem) => (None, Some(problem)),
        };
        Job { applier, make, staged, located, refused }
    }

    /// What of the input goes into a job: files, folders of kustomizations, and folders of charts.
    pub fn uses(&self, job: &Job) -> (Vec<PathBuf>, Vec<PathBuf>, Vec<PathBuf>) {
        let (mut files, mut folders, mut charts) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(staged) = &job.staged {
            for volume in self.library.closure_of(staged) {
                folders.push(volume.kustomization.folder.clone());
                files.push(volume.kustomization.file.clone());
                files.extend(volume.files().map(|(_, file)| file.to_owned()));
            }
        }
        if let Make::Files(own) = job.make {
            files.extend(own.iter().cloned());
        }
        if let Make::Chart(ChartReference::Folder(folder), _) = job.make {
            charts.push(folder.clone());
        }
        (files, folders, charts)
    }

    /// Makes all of `jobs`, in their order.
    pub fn build(&mut self, jobs: &[Job], world: &World) -> Vec<Built> {
        let keys: Vec<Option<String>> = jobs.iter().map(key).collect();
        let mut open: Vec<usize> = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            let Some(key) = key else { continue };
            let is_first = !open.iter().any(|other| keys[*other].as_ref() == Some(key));
            if is_first && !self.made.contains_key(key) {
                open.push(at);
            }
        }
        for some in open.chunks(TOGETHER) {
            let made: Vec<Made> = some.par_iter().map(|at| self.make(&jobs[*at], world)).collect();
            for (at, made) in some.iter().zip(made) {
                self.made.extend(keys[*at].clone().map(|key| (key, Arc::new(made))));
            }
        }
        let mut all = Vec::with_capacity(jobs.len());
        for (some, keys) in jobs.chunks(TOGETHER).zip(keys.chunks(TOGETHER)) {
            let built: Vec<Built> =
                some.par_iter().zip(keys).map(|(job, key)| self.finish(job, key.as_deref(), world)).collect();
            all.extend(some.iter().zip(built).map(|(job, built)| self.settle(job, built, world)));
        }
        all
    }

    fn unit<'u>(
        &'u self,
        job: &'u Job,
        staged: &'u Volume,
        name: &'u str,
        path: &'u str,
        world: &'u World,
    ) -> kustomize::Unit<'u> {
        let folder = staged.kustomization.folder.as_path();
        let _ = job;
        kustomize::Unit {
            name,
            folder,
            path,
            staged: Some(staged),
            library: self.library,
            roots: world.roots,
            limits: world.limits,
        }
    }

    fn make(&self, job: &Job, world: &World) -> Made {
        let Some(staged) = &job.staged else { return Made::AsTheyAre(Default::default()) };
        let path = world.roots.shown(&staged.kustomization.folder);
        let unit = self.unit(job, staged, "", &path, world);
        kustomize::make(&unit, &self.tools.kustomize, self.budget)
    }

    fn finish(&self, job: &Job, key: Option<&str>, world: &World) -> Built {
        match job.make {
            Make::Kustomization(own) => {
                let made = key.and_then(|key| self.made.get(key));
                let Some((staged, made)) = job.staged.as_ref().zip(made) else { return Built::default() };
                let path = text_name(&world.roots.shown(&staged.kustomization.folder), job.applier);
                let unit = self.unit(job, staged, "", &path, world);
                let mut substituted = None;
                let mut built = kustomize::finish(&unit, made, &mut |text, documents| {
                    let done = own.substitution.as_ref()?.of(text, documents)?;
                    let lines = (done.evaluated.text.clone(), done.evaluated.lines.clone());
                    substituted = Some(done);
                    Some(lines)
                });
                if let Some((own, done)) = own.substitution.as_ref().zip(substituted) {
                    built.problems.extend(untold(job.applier, own, &done, &built).into_iter().collect());
                }
                built
            }
            Make::Files(files) => {
                let mut built = Built::default();
                for file in files {
                    let name = world.roots.shown(file);
                    let bytes = fs::read(file).unwrap_or_default();
                    let loaded = load(&name, &bytes, world.limits);
                    built.documents.extend(loaded.documents);
                    built.values.extend(loaded.values);
                    built.problems.extend(loaded.problems);
                }
                built
            }
            Make::Chart(_, release) => self.render(job, release, world),
            Make::Objects(said) => said_objects(job.applier, said, world),
        }
    }

    fn render(&self, job: &Job, release: &Release, world: &World) -> Built {
        let Some(located) = &job.located else {
            let problems = job.refused.clone().into_iter().collect();
            return Built { problems, ..Built::default() };
        };
        let label = label(job.applier);
        let order = ReleaseOrder {
            name: Some(release.name.clone()),
            namespace: Some(release.namespace.clone()),
            ..ReleaseOrder::default()
        };
        let is_remote = matches!(job.make, Make::Chart(ChartReference::Remote(_), _));
        let own = located.folder.clone();
        let renders = |text: &[u8]| {
            let kustomize = &self.tools.kustomize;
            post_render(text, &release.post_renderers, kustomize, self.budget, world.limits)
        };
        let post = (!release.post_renderers.is_empty()).then_some(renders);
        let unit = helm::Unit {
            name: &label,
            folder: &located.folder,
            path: &located.shown,
            release: Some(&order),
            given: Some(&release.given),
            post: post.as_ref().map(|post| post as helm::PostRender),
            build: &Build::default(),
            allow: &|path| world.roots.allow(path) || is_remote && path.starts_with(&own),
            shown: &|path| match path.strip_prefix(&own) {
                Ok(below) if is_remote => {
                    format!("{}/{}", located.shown, below.to_string_lossy().replace('\\', "/"))
                }
                _ => world.roots.shown(path),
            },
            fetched: &|dependency| world.charts.dependency(dependency),
            limits: world.limits,
        };
        let mut built = helm::build(&unit, &self.tools.helm, self.budget);
        if job.applier.kind.is_argo() {
            // Argo CD sends what names no namespace to that of the destination, whatever the release is told.
            built.namespace = None;
        }
        built
    }

    /// What of it is within the budget: all of it, or its files as they are and why.
    fn settle(&mut self, job: &Job, mut built: Built, world: &World) -> Built {
        let made = objects(&built.documents);
        let taken = self.budget.take(made, built.bytes);
        let Some(excess) = built.excess.or(taken.err()) else { return built };
        let fate = match &job.staged {
            Some(staged) => {
                let path = world.roots.shown(&staged.kustomization.folder);
                built = kustomize::as_they_are(&self.unit(job, staged, "", &path, world));
                // What is more than fits however it is read is left out.
                match self.budget.take(objects(&built.documents), 0) {
                    Ok(()) => "so its files are documented as they are",
                    Err(_) => {
                        built = Built::default();
                        "so it is not shown"
                    }
                }
            }
            None => {
                built = Built::default();
                "so it is not rendered"
            }
        };
        let reason = self.budget.reason(excess);
        let setting = excess.setting();
        let message = format!("{}: {reason}, {fate}", job.applier.title());
        let problem = job.applier.problem(Level::Error, Code::ToolBudget, "spec", message);
        let help = format!("raise `tools.{setting}` in podviz.yaml, or `--tool-{setting}`, if that is meant");
        built.problems.push(problem.help(help));
        built.excess = Some(excess).filter(|excess| *excess == Excess::Time);
        built
    }
}

/// What is built: two jobs with the same key make the same text.
fn key(job: &Job) -> Option<String> {
    let own = &job.staged.as_ref()?.kustomization;
    Some(format!("{}\n{}", own.folder.display(), own.value.to_json()))
}

/// What a text that is built for an applier is called.
fn text_name(path: &str, applier: &Applier) -> String {
    let path = if path.is_empty() { "." } else { path };
    format!("{path}@{}", label(applier))
}

/// What tells the texts of an applier from those of others.
fn label(applier: &Applier) -> String {
    let cluster = applier.cluster.label();
    let parts = [&*cluster, &*applier.namespace, &*applier.name];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// What of a text has no value, or is refused.
fn untold(applier: &Applier, own: &Substitution, done: &Substituted, built: &Built) -> Vec<Problem> {
    let mut problems = Vec::new();
    let place = |line: u32| built.documents.first().map(|document| document.file.place(line));
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in &done.evaluated.missing {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let is_told = !own.is_open || !own.absent.is_empty();
    if let Some((_, line)) = done.evaluated.missing.first().filter(|_| is_told) {
        let listed: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
        let more = if names.len() > 8 { format!(" and {} more", names.len() - 8) } else { String::new() };
        let (have, stand) = if names.len() == 1 { ("has", "it") } else { ("have", "each") };
        let fate = match own.absent.as_slice() {
            [] => format!("Flux puts nothing in the place of {stand}"),
            absent => {
                format!("{} may hold a value, but is not in these manifests", english::list(absent, "or"))
            }
        };
        let message = format!(
            "{}{more} {have} neither a value nor a default in {}: {fate}",
            listed.join(", "),
            applier.title()
        );
        let problem = Problem::new(Level::Warning, Code::UnknownVariable, message);
        let problem = match place(*line) {
            Some(place) => problem.at_place(place, 0),
            None => problem,
        };
        problems.push(
            problem.help(
                "give it a value in `postBuild`, or a default: `${NAME:-value}`; `$${` stands for `${`",
            ),
        );
    }
    if let Some(line) = done.refused.first() {
        let message = format!(
            "Flux refuses what {} applies: an expression `${{…}}` here is none that it knows; it is shown as it is written",
            applier.title()
        );
        let problem = Problem::new(Level::Error, Code::BuildFailed, message);
        let problem = match place(*line) {
            Some(place) => problem.at_place(place, 0),
            None => problem,
        };
        problems.push(problem.help("write `$${` for a `${` that is not meant for Flux"));
    }
    problems
}

/// The documents that an applier says itself: each line stands where it says them.
fn said_objects(applier: &Applier, said: &[Said], world: &World) -> Built {
    let (mut text, mut lines) = (String::new(), Vec::new());
    for one in said {
        let Ok(own) = serde_json::to_string_pretty(&one.object) else { continue };
        lines.extend(own.lines().map(|_| one.line));
        text.push_str(&own);
        text.push('\n');
    }
    let name = text_name(applier.file.place(applier.value.line).0, applier);
    let mut built = Built::default();
    let loaded = load_text(&name, &text, world.limits);
    (built.documents, built.values, built.problems) = (loaded.documents, loaded.values, loaded.problems);
    let mut files: Vec<Arc<SourceFile>> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut place = |line: &u32| {
        let (path, line) = applier.file.place(*line);
        let at = *places.entry(path.to_owned()).or_insert_with(|| {
            files.push(Arc::new(SourceFile { path: path.to_owned(), ..SourceFile::default() }));
            files.len() - 1
        });
        Some((at, line))
    };
    let lines = lines.iter().map(&mut place).collect();
    if let Some(mut file) = built.take_file() {
        file.origin = Some(Origin { files, lines });
        built.put_file(file);
    }
    built
}
