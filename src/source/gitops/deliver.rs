//! What was followed becomes documents: each with its environment, and with who brings it there.

use super::super::charts::{NamedChart, RemoteChart};
use super::super::{Build, GitOps};
use super::applier::{Applier, ApplierKey, Kind, namespace};
use super::argo;
use super::chart::{ChartReference, Charts};
use super::cluster::Cluster;
use super::environment::{Clue, names};
use super::follow::{Task, Trail, Used};
use super::survey::Holder;
use super::world;
use crate::document::{Delivery, Document, Environment, Identity};
use crate::problem::{Code, Level, Problem, Problems};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// The documents of all clusters, their environments, and what went wrong.
#[derive(Default)]
pub struct Delivered {
    /// The documents.
    pub documents: Vec<Document>,
    /// The environments, by name.
    pub environments: Vec<Environment>,
    /// The charts from elsewhere, sorted.
    pub charts: Vec<NamedChart>,
    /// What went wrong.
    pub problems: Problems,
}

/// Gives everything its environment. Of others than the only one that is wanted nothing but the name is given.
pub fn deliver(
    trail: &mut Trail,
    holders: &[Holder],
    (build, gitops): (&Build, &GitOps),
    repository: &str,
    charts: &Charts,
) -> Delivered {
    let chains: Vec<Vec<usize>> = (0..trail.tasks.len()).map(|at| chain(&trail.tasks, at)).collect();
    let is_kept = |at: usize| !chains[at].iter().any(|at| trail.tasks[*at].is_dropped);
    let mut clues: BTreeMap<Cluster, Clue> = BTreeMap::new();
    let mut kept: Vec<&Task> =
        trail.tasks.iter().enumerate().filter(|(at, _)| is_kept(*at)).map(|(_, task)| task).collect();
    // What nobody applies tells most about its cluster.
    kept.sort_by_key(|task| task.parent.is_some());
    for task in kept {
        let applier = &task.applier;
        let clue = || Clue {
            path: applier.file.place(applier.value.line).0.to_owned(),
            file: task.root.as_ref().map(|(file, _)| file.clone()).unwrap_or_default(),
            root_path: applier.text("spec.path").unwrap_or_default().to_owned(),
            root_name: applier.name.to_string(),
        };
        clues.entry(applier.cluster.clone()).or_insert_with(clue);
    }
    let objects = std::mem::take(&mut trail.objects);
    for (owner, cluster, _) in &objects {
        // A cluster that nothing but objects is in is named by who applies them.
        if let Some(at) = owner.filter(|at| is_kept(*at)) {
            let applier = &trail.tasks[at].applier;
            let path = applier.file.place(applier.value.line).0.to_owned();
            clues.entry(cluster.clone()).or_insert_with(|| Clue { path, ..Clue::default() });
        }
    }
    let names = names(&clues, &gitops.names, repository);
    let only = names.values().find(|name| build.only.as_deref() == Some(&***name));
    let is_wanted =
        |cluster: &Cluster| only.is_none_or(|only| names.get(cluster).is_some_and(|name| name == only));
    let mut delivered = Delivered::default();
    for (cluster, clue) in &clues {
        delivered.environments.push(Environment {
            name: names[cluster].to_string(),
            source: cluster.source(),
            path: clue.path.clone(),
            namespace: None,
            incomplete: incomplete(trail, &|at| is_kept(at) && trail.tasks[at].applier.cluster == *cluster),
        });
    }
    let identity = |at: &usize| {
        let applier = &trail.tasks[*at].applier;
        names.get(&applier.cluster).map(|name| applier.identity(name))
    };
    let tasks: BTreeMap<ApplierKey, usize> =
        trail.tasks.iter().enumerate().map(|(at, task)| (task.applier.key(), at)).collect();
    let absent =
        |key: &ApplierKey| tasks.get(key).and_then(|at| trail.absent.get(at)).cloned().unwrap_or_default();
    let mut seen: BTreeSet<(Cluster, [String; 4])> = BTreeSet::new();
    for (owner, cluster, document) in objects {
        let Some(at) = owner.filter(|at| is_kept(*at)) else { continue };
        if !is_wanted(&cluster) {
            continue;
        }
        seen.extend(id(&document).map(|id| (cluster.clone(), id)));
        let own = Applier::of(&document, &cluster).map(|applier| applier.key());
        // What applies itself is not brought by itself.
        let above: Vec<usize> = chains[at]
            .iter()
            .copied()
            .take_while(|at| own.as_ref() != Some(&trail.tasks[*at].applier.key()))
            .collect();
        let is_argo = trail.tasks[at].applier.kind == Kind::Application;
        let delivery = Delivery {
            applied_by: above.iter().filter_map(identity).collect(),
            wave: argo::wave(&document.value).filter(|_| is_argo),
            suspended: above.iter().any(|at| trail.tasks[*at].applier.is_suspended()),
            in_part: trail.in_part.contains_key(&at),
            absent: own.as_ref().map(&absent).unwrap_or_default(),
        };
        let environment = names.get(&cluster).cloned();
        let delivery = Some(Arc::new(delivery));
        delivered.documents.push(Document { environment, delivery, ..document });
    }
    let roots: Vec<(&PathBuf, &Cluster)> = trail
        .tasks
        .iter()
        .enumerate()
        .filter(|(at, _)| is_kept(*at))
        .filter_map(|(_, task)| Some((&task.root.as_ref()?.0, &task.applier.cluster)))
        .collect();
    let mut beside = Vec::new();
    for holder in holders {
        let own: Vec<&Cluster> =
            roots.iter().filter(|(file, _)| **file == holder.path).map(|(_, cluster)| *cluster).collect();
        let near = if own.is_empty() { near(holder, &roots, &trail.used) } else { None };
        beside.extend(own.into_iter().chain(near).map(|cluster| (holder, cluster)));
    }
    for (holder, cluster) in beside {
        trail.used.files.insert(holder.path.clone());
        for document in &holder.documents {
            if is_wanted(cluster) && id(document).is_some_and(|id| seen.insert((cluster.clone(), id))) {
                let environment = names.get(cluster).cloned();
                let absent =
                    Applier::of(document, cluster).map(|applier| absent(&applier.key())).unwrap_or_default();
                let delivery = Delivery { absent, ..Delivery::default() };
                let delivery = (!delivery.absent.is_empty()).then(|| Arc::new(delivery));
                delivered.documents.push(Document { environment, delivery, ..(**document).clone() });
            }
        }
    }
    let mut told: BTreeSet<String> = BTreeSet::new();
    for (at, problems) in std::mem::take(&mut trail.problems) {
        // A source is assumed once, however many read it.
        let is_new = |problem: &&Problem| {
            problem.code != Code::AssumedRepository || told.insert(problem.message.clone())
        };
        if is_kept(at) && is_wanted(&trail.tasks[at].applier.cluster) {
            delivered.problems.extend(problems.iter().filter(is_new).cloned().collect());
        }
    }
    let is_told = |at: usize| is_kept(at) && is_wanted(&trail.tasks[at].applier.cluster);
    delivered.problems.extend(missing_charts(trail, &is_told).into_iter().collect());
    let named = trail.charts.iter().filter(|(_, at, _)| is_told(*at));
    delivered.charts = named_charts(named.map(|(reference, at, _)| (reference, identity(at))), charts);
    delivered.environments.sort();
    delivered
}

/// The cluster of a file that nothing applies: that of the roots in its folder, if it holds nothing but what these need, such as
/// their sources.
fn near<'a>(holder: &Holder, roots: &[(&PathBuf, &'a Cluster)], used: &Used) -> Option<&'a Cluster> {
    let is_need = |document: &Arc<Document>| {
        let is_applier = Applier::of(document, &Cluster::ArgoCd).is_some();
        let own = world::id(document).map(|(group, kind, _)| (group, kind));
        !is_applier
            && own.is_some_and(|(group, kind)| {
                group.ends_with("fluxcd.io") || (&*group, &*kind) == ("argoproj.io", "AppProject")
            })
    };
    if holder.documents.is_empty()
        || !holder.documents.iter().all(is_need)
        || used.files.contains(&holder.path)
    {
        return None;
    }
    let mut clusters =
        roots.iter().filter(|(file, _)| file.parent() == holder.path.parent()).map(|(_, cluster)| *cluster);
    let first = clusters.next()?;
    clusters.all(|other| other == first).then_some(first)
}

/// The appliers from the outermost one to a task.
fn chain(tasks: &[Task], at: usize) -> Vec<usize> {
    let mut chain = vec![at];
    while let Some(parent) = tasks[chain[chain.len() - 1]].parent.filter(|parent| !chain.contains(parent)) {
        chain.push(parent);
    }
    chain.reverse();
    chain
}

/// The same as [`world::id`], with the namespace that it goes to.
fn id(document: &Document) -> Option<[String; 4]> {
    let (group, kind, name) = world::id(document)?;
    Some([group, kind, namespace(document), name])
}

/// The charts from elsewhere, each once with all that name it.
fn named_charts<'a>(
    named: impl Iterator<Item = (&'a ChartReference, Option<Identity>)>,
    charts: &Charts,
) -> Vec<NamedChart> {
    let mut all: BTreeMap<&RemoteChart, BTreeSet<Identity>> = BTreeMap::new();
    for (reference, by) in named {
        if let ChartReference::Remote(remote) = reference {
            all.entry(remote).or_default().extend(by);
        }
    }
    let named = all.into_iter().map(|(chart, by)| NamedChart {
        chart: chart.clone(),
        locked: charts.locked(chart),
        is_present: charts.has(chart),
        named_by: by.into_iter().collect(),
    });
    named.collect()
}

/// What is missing of a cluster, in a clause, given which tasks are in it.
fn incomplete(trail: &Trail, is_in_it: &dyn Fn(usize) -> bool) -> Option<String> {
    let parts: Vec<&String> =
        trail.in_part.iter().filter(|(at, _)| is_in_it(**at)).map(|(_, missing)| missing).collect();
    let without: Vec<&usize> = trail.absent.keys().filter(|at| is_in_it(**at)).collect();
    let charts = match without.as_slice() {
        [] => None,
        [at] => Some(format!("the chart of {} is not here", trail.tasks[**at].applier.title())),
        many => Some(format!("the charts of {} releases are not here", many.len())),
    };
    let built = match parts.as_slice() {
        [] => None,
        [one] => Some((*one).clone()),
        many => Some(format!("parts of {} GitOps objects could not be built, and are missing", many.len())),
    };
    let clauses: Vec<String> = built.into_iter().chain(charts).collect();
    (!clauses.is_empty()).then(|| clauses.join(", and "))
}

/// Says once which charts are not there.
fn missing_charts(trail: &Trail, is_kept: &dyn Fn(usize) -> bool) -> Option<Problem> {
    let missing = trail.charts.iter().filter(|(_, at, there)| !there && is_kept(*at));
    let mut named: Vec<(String, usize)> = Vec::new();
    for (reference, at, _) in missing {
        let name = match reference {
            ChartReference::Folder(folder) => {
                folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
            ChartReference::Remote(remote) => remote.chart.clone(),
        };
        named.push((format!("`{name}` ({})", trail.tasks[*at].applier.title()), *at));
    }
    let (_, first) = named.first()?;
    let applier = &trail.tasks[*first].applier;
    let list: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
    let (what, verb, whose) =
        if list.len() == 1 { ("chart", "is", "it installs") } else { ("charts", "are", "they install") };
    let message = format!("{what} {} {verb} not here, so what {whose} is not shown", list.join(", "));
    let problem = applier.problem(Level::Error, Code::MissingChart, "spec", message);
    Some(problem.help("fetch what is missing with `podviz charts --fetch`"))
}
