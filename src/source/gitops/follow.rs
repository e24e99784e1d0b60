//! Following what is applied, from the roots down: each applier once, all that are ready side by side.

use super::super::budget::Budget;
use super::super::built::Built;
use super::super::kustomize::Library;
use super::super::redact::Values;
use super::super::tools::Tools;
use super::super::walk::Found;
use super::super::{Build, GitOps, Order};
use super::applier::{Applier, ApplierKey, Kind};
use super::build::Workshop;
use super::chart::{ChartReference, Charts};
use super::cluster::Cluster;
use super::recipe::{Common, Make, Recipe};
use super::renderings::Renderings;
use super::repository::Repository;
use super::survey::{self, Holder, Root};
use super::world::{Objects, World};
use super::{argo, by_hand, flux, stated};
use crate::document::{AbsentChart, Document, Entry, Kind as ValueKind, Value};
use crate::problem::{Code, Level, Problem, Problems};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// How many appliers may apply each other.
const DEPTH: usize = 32;

/// How many appliers are followed.
const MOST: usize = 20_000;

/// What was followed.
#[derive(Default)]
pub struct Trail {
    /// Every applier that was followed, or that applies nothing that is here.
    pub tasks: Vec<Task>,
    /// The objects, each with the task that applies it, if one does, and the cluster that it is in.
    pub objects: Vec<(Option<usize>, Cluster, Document)>,
    /// What went into it.
    pub used: Used,
    /// The charts that releases are made of: each with the task, and whether it is there.
    pub charts: Vec<(ChartReference, usize, bool)>,
    /// What Secrets hold.
    pub values: Values,
    /// The charts that are not here, by task.
    pub absent: BTreeMap<usize, Vec<AbsentChart>>,
    /// What of a task could not be built as a whole: what is missing, in a clause.
    pub in_part: BTreeMap<usize, String>,
    /// What went wrong, each with the task that it belongs to.
    pub problems: Vec<(usize, Problems)>,
}

/// What of the input goes into clusters, canonical.
#[derive(Debug, Default)]
pub struct Used {
    /// Files.
    pub files: BTreeSet<PathBuf>,
    /// Folders that kustomize builds.
    pub folders: BTreeSet<PathBuf>,
    /// Folders of charts.
    pub charts: BTreeSet<PathBuf>,
}

/// One applier.
pub struct Task {
    /// The applier.
    pub applier: Applier,
    /// Who applies it.
    pub parent: Option<usize>,
    /// Of a root: its file, canonical, and its line there.
    pub root: Option<(PathBuf, u32)>,
    /// Whether it turned out that something else applies this root.
    pub is_dropped: bool,
}

/// Follows the roots of the input; nothing where it holds none.
pub fn follow(
    found: &Found,
    (build, gitops): (&Build, &GitOps),
    library: &mut Library,
    tools: &Tools,
    budget: &mut Budget,
    order: &Order,
) -> (Trail, Vec<Holder>, Option<Repository>, Charts) {
    let mut holders = survey::holders(found, &order.limits);
    let lone = by_hand::charts(found, &order.limits);
    if !survey::is_gitops(&holders) && lone.is_empty() {
        return (Trail::default(), Vec::new(), None, Charts::default());
    }
    let mut repository = Repository::of(&found.roots, gitops.repository.as_deref());
    let addresses = survey::addresses(&holders);
    repository.settle(addresses.iter().map(String::as_str), survey::names_several(&holders));
    let (charts, problems) = Charts::open(gitops);
    let mut world = World {
        roots: &found.roots,
        limits: &order.limits,
        repository,
        charts,
        registered: holders.iter().flat_map(|holder| holder.registered.clone()).collect(),
        helm: &tools.helm,
        left: budget.left(),
        renderings: Renderings::default(),
        objects: Objects::default(),
        folders: Default::default(),
        files: holders.iter().flat_map(|holder| holder.documents.clone()).collect(),
    };
    let size = |file: &super::super::walk::Source| {
        file.path.as_ref().and_then(|path| path.metadata().ok()).map_or(0, |metadata| metadata.len())
    };
    budget.allow(&build.limits, found.files.iter().map(size).sum());
    let roots = survey::roots(&holders, library, &world);
    let trail = Trail { problems: vec![(0, problems)], ..Trail::default() };
    world.files.extend(survey::beside(&roots, &holders, found, &order.limits));
    let mut walk = Walk { trail, known: BTreeMap::new(), open: Vec::new() };
    for root in roots {
        walk.begin(root, &holders, &mut world);
    }
    let mut workshop = Workshop::new(tools, library, budget);
    walk.go_on(build, &mut world, &mut workshop);
    let lone: Vec<PathBuf> =
        lone.into_iter().filter(|chart| !walk.trail.used.charts.contains(chart)).collect();
    for installed in
        by_hand::install(&lone, &world.charts, found, build, &tools.helm, workshop.budget, &order.limits)
    {
        let own = [installed.holder];
        let roots = survey::roots(&own, workshop.library, &world);
        if roots.is_empty() {
            continue;
        }
        walk.trail.used.charts.insert(installed.chart);
        let first = walk.trail.tasks.len();
        for root in roots {
            walk.begin(root, &own, &mut world);
        }
        if walk.trail.tasks.len() > first {
            walk.trail.problems.push((first, installed.problems));
        }
        holders.extend(own);
    }
    walk.go_on(build, &mut world, &mut workshop);
    (walk.trail, holders, Some(world.repository), world.charts)
}

struct Walk {
    trail: Trail,
    known: BTreeMap<ApplierKey, usize>,
    /// The tasks that are not carried out yet.
    open: Vec<usize>,
}

impl Walk {
    /// Adds a root. The objects of its file are known from the start.
    fn begin(&mut self, root: Root, holders: &[Holder], world: &mut World) {
        if let Some(holder) = holders.iter().find(|holder| holder.path == root.file) {
            let cluster = &root.applier.cluster;
            holder.documents.iter().for_each(|document| world.objects.add(cluster, document));
        }
        let cluster = root.applier.cluster.clone();
        let place = Some((root.file.clone(), root.line));
        self.add(Task { applier: root.applier, parent: None, root: place, is_dropped: false });
        // What stands beside a root that nothing applies is applied by the same hands.
        let beside = holders.iter().filter(|holder| !root.is_applied && holder.path == root.file);
        for document in beside.flat_map(|holder| &holder.documents) {
            let applier = Applier::of(document, &cluster);
            if let Some(applier) =
                applier.filter(|one| matches!(one.kind, Kind::HelmRelease | Kind::ResourceSet))
            {
                let place = Some((root.file.clone(), document.first_line));
                self.add(Task { applier, parent: None, root: place, is_dropped: false });
            }
        }
    }

    /// Carries out what is left to do.
    fn go_on(&mut self, build: &Build, world: &mut World, workshop: &mut Workshop) {
        while let Some(ready) = self.ready(world) {
            workshop.budget.extend(&build.limits, self.trail.tasks.len());
            world.left = workshop.budget.left();
            self.carry_out(&ready, world, workshop);
        }
    }

    /// Adds an applier, if it is not known yet.
    fn add(&mut self, task: Task) {
        let key = task.applier.key();
        if self.known.contains_key(&key) || self.trail.tasks.len() == MOST {
            return;
        }
        self.known.insert(key, self.trail.tasks.len());
        self.open.push(self.trail.tasks.len());
        self.trail.tasks.push(task);
    }

    /// The tasks of which all is known that they name; if none is left, those whose values are known, and then all. `None` if
    /// there is nothing left to do.
    fn ready(&mut self, world: &World) -> Option<Vec<usize>> {
        if self.open.is_empty() {
            return None;
        }
        let are_known = |at: &usize, names: fn(&Applier) -> Vec<[String; 4]>| {
            let applier = &self.trail.tasks[*at].applier;
            names(applier).iter().all(|[group, kind, space, name]| {
                world.objects.get(&applier.cluster, group, kind, space, name).is_some()
            })
        };
        let with_values: Vec<usize> =
            self.open.iter().copied().filter(|at| are_known(at, flux::values)).collect();
        let with_all: Vec<usize> =
            with_values.iter().copied().filter(|at| are_known(at, flux::sources)).collect();
        let ready = [with_all, with_values].into_iter().find(|some| !some.is_empty());
        let ready = ready.unwrap_or_else(|| self.open.clone());
        self.open.retain(|at| !ready.contains(at));
        Some(ready)
    }

    fn carry_out(&mut self, ready: &[usize], world: &mut World, workshop: &mut Workshop) {
        let tasks: Vec<Applier> = ready.iter().map(|at| self.trail.tasks[*at].applier.clone()).collect();
        let planned: Vec<(Option<Recipe>, Problems)> =
            tasks.par_iter().map(|applier| recipe(applier, world)).collect();
        let mut jobs = Vec::new();
        for ((at, applier), (recipe, problems)) in ready.iter().zip(&tasks).zip(&planned) {
            if !problems.is_empty() {
                self.trail.problems.push((*at, problems.clone()));
            }
            // What its controller refuses is missing in the cluster as well.
            let is_missing =
                |problem: &&Problem| problem.level == Level::Error && problem.code != Code::InvalidField;
            if problems.iter().any(|problem| is_missing(&problem)) {
                self.in_part(*at, None);
            }
            for make in recipe.iter().flat_map(|recipe| &recipe.makes) {
                let job = workshop.job(applier, make, world);
                if let Make::Chart(reference, release) = make {
                    self.trail.charts.push((reference.clone(), *at, job.located.is_some()));
                    if job.located.is_none() {
                        let absent = stated::absent(reference, applier, release, world);
                        self.trail.absent.entry(*at).or_default().push(absent);
                    }
                    // A chart that is here may depend on others from elsewhere.
                    for remote in job.located.iter().flat_map(|located| located.dependencies(world.limits)) {
                        let is_there = world.charts.has(&remote);
                        self.trail.charts.push((ChartReference::Remote(remote), *at, is_there));
                    }
                }
                jobs.push((*at, recipe.as_ref(), job));
            }
        }
        for (_, _, job) in &jobs {
            let (files, folders, charts) = workshop.uses(job);
            self.trail.used.files.extend(files);
            self.trail.used.folders.extend(folders);
            self.trail.used.charts.extend(charts);
        }
        let (owners, jobs): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|(at, recipe, job)| ((at, recipe), job)).unzip();
        let built = workshop.build(&jobs, world);
        for ((at, recipe), built) in owners.into_iter().zip(built) {
            if let Some(recipe) = recipe {
                self.take(at, recipe, built, world);
            }
        }
    }

    /// Takes what a task applies, and finds the appliers in it.
    fn take(&mut self, at: usize, recipe: &Recipe, built: Built, world: &mut World) {
        self.trail.values.extend(built.values);
        if built.incomplete.is_some() || built.excess.is_some() || built.problems.left_something_out() {
            self.in_part(at, built.incomplete);
        }
        if !built.problems.is_empty() {
            self.trail.problems.push((at, built.problems));
        }
        let namespace: Option<Arc<str>> =
            built.namespace.as_deref().or(recipe.namespace.as_deref()).map(Into::into);
        let deep = self.depth(at) >= DEPTH;
        let is_argo = self.trail.tasks[at].applier.kind == Kind::Application;
        for mut document in built.documents.into_iter().flat_map(Document::flattened) {
            if is_argo && argo::part(&document.value) == argo::Part::Nothing {
                continue;
            }
            document.namespace = namespace.clone();
            decorate(&mut document.value, &recipe.common);
            if let Some(applier) = Applier::of(&document, &recipe.cluster).filter(|_| !deep) {
                self.meet(at, applier);
            }
            let document = Arc::new(document);
            world.objects.add(&recipe.cluster, &document);
            let document = (*document).clone();
            self.trail.objects.push((Some(at), recipe.cluster.clone(), document));
        }
    }

    /// Notes that not all of a task could be built: what is missing, in a clause, if that is known.
    fn in_part(&mut self, at: usize, missing: Option<String>) {
        let title = self.trail.tasks[at].applier.title();
        let missing =
            missing.unwrap_or_else(|| format!("a part of {title} could not be built, and is missing"));
        self.trail.in_part.entry(at).or_insert(missing);
    }

    /// An applier that a task applies: a new one, or one that was taken for a root.
    fn meet(&mut self, at: usize, applier: Applier) {
        let (path, line) = applier.file.place(applier.value.line);
        let key = applier.key();
        let is_root = |task: &Task| {
            let own = task.applier.file.place(task.applier.value.line);
            task.root.is_some() && own == (path, line)
        };
        let mut above = Some(at);
        let mut chain = Vec::new();
        while let Some(task) = above {
            chain.push(task);
            above = self.trail.tasks[task].parent;
        }
        for (index, task) in self.trail.tasks.iter_mut().enumerate() {
            if !is_root(task) || chain.contains(&index) || task.parent.is_some() {
                continue;
            }
            match task.applier.key() == key {
                true => task.parent = Some(at),
                false => task.is_dropped = true,
            }
        }
        self.add(Task { applier, parent: Some(at), root: None, is_dropped: false });
    }

    fn depth(&self, mut at: usize) -> usize {
        let mut depth = 0;
        while let Some(parent) = self.trail.tasks[at].parent.filter(|_| depth <= DEPTH) {
            (at, depth) = (parent, depth + 1);
        }
        depth
    }
}

fn recipe(applier: &Applier, world: &World) -> (Option<Recipe>, Problems) {
    match applier.kind {
        Kind::Application | Kind::ApplicationSet => argo::recipe(applier, world),
        _ => flux::recipe(applier, world),
    }
}

/// Gives an object the labels and annotations that all of them get.
fn decorate(value: &mut Value, common: &Common) {
    for (key, texts) in [("labels", &common.labels), ("annotations", &common.annotations)] {
        if texts.is_empty() {
            continue;
        }
        let place = (value.line, value.column);
        let metadata = entry(value, "metadata", place);
        let all = entry(metadata, key, place);
        for (name, text) in texts {
            entry(all, name, place).kind = ValueKind::String(text.as_str().into());
        }
    }
}

/// The value of a key of a mapping, which is added where it is not there.
fn entry<'v>(value: &'v mut Value, key: &str, (line, column): (u32, u32)) -> &'v mut Value {
    if !value.is_map() {
        value.kind = ValueKind::Map(Vec::new());
        value.written = None;
    }
    let ValueKind::Map(entries) = &mut value.kind else { unreachable!("it is a mapping now") };
    let at = entries.iter().position(|entry| *entry.key == *key).unwrap_or_else(|| {
        let value = Value { line, column, written: None, kind: ValueKind::Map(Vec::new()) };
        entries.push(Entry { key: key.into(), line, column, value });
        entries.len() - 1
    });
    &mut entries[at].value
}
