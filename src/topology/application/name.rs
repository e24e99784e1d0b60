//! What an application is called that nobody named.

use super::{Application, Group};
use crate::catalog::Relation;
use crate::topology::{NodeIndex, Topology};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Folders that say where manifests are kept, not what they are about.
const PLACES: [&str; 24] = [
    "app",
    "base",
    "config",
    "configs",
    "deploy",
    "deployment",
    "deployments",
    "dev",
    "examples",
    "k8s",
    "kube",
    "kubernetes",
    "kubernetes-manifests",
    "kustomize",
    "manifest",
    "manifests",
    "overlays",
    "platform",
    "prod",
    "production",
    "resources",
    "src",
    "templates",
    "yaml",
];

/// The labels that name the program that runs.
const NAMES: [&str; 3] = ["app.kubernetes.io/name", "app", "k8s-app"];

/// The program that a workload says it runs.
pub(super) fn program(topology: &Topology, index: NodeIndex) -> Option<&str> {
    let node = &topology.nodes[index];
    let (object, pod) = (node.object.as_deref()?, node.pod.as_deref()?);
    let named =
        NAMES.iter().find_map(|key| object.label(key).or_else(|| pod.labels.get(*key).map(String::as_str)));
    named.filter(|name| !name.is_empty())
}

/// The program that all workloads of a part say they run.
pub(super) fn shared<'a>(topology: &'a Topology, part: &BTreeSet<NodeIndex>) -> Option<&'a str> {
    let mut names = part.iter().map(|&index| program(topology, index));
    let first = names.next()??;
    names.all(|name| name == Some(first)).then_some(first)
}

/// The names of parts: that of its only workload, that of the program all of them say they run, what their names begin
/// with, the folder they stand in, or else the workload that most others call. A name that is taken goes to the first.
pub(super) fn of_parts(
    topology: &Topology,
    parts: &[BTreeSet<NodeIndex>],
    declared: &[Group],
) -> Vec<String> {
    let mut taken: BTreeSet<(&str, &str, String)> = BTreeSet::new();
    for group in declared {
        let homes = group.workloads.iter().map(|&index| &topology.nodes[index].identity);
        taken.extend(homes.map(|home| (&*home.environment, &*home.namespace, group.name.to_string())));
    }
    let name = |part: &BTreeSet<NodeIndex>| {
        let Some(&first) = part.first() else { return String::new() };
        let identity = &topology.nodes[first].identity;
        let only = Some(own_name(topology, first)).filter(|_| part.len() == 1);
        let mut names = only
            .into_iter()
            .chain(shared(topology, part).map(str::to_owned))
            .chain(beginning(topology, part))
            .chain(shared_folder(topology, part).map(str::to_owned))
            .chain([most_called(topology, part)]);
        let is_free =
            |name: &String| !taken.contains(&(&*identity.environment, &*identity.namespace, name.clone()));
        let name = names.find(is_free).unwrap_or_else(|| own_name(topology, first));
        taken.insert((&identity.environment, &identity.namespace, name.clone()));
        name
    };
    parts.iter().map(name).collect()
}

/// The last part of the folder that all manifests of a part stand in; `None` where it is the whole input.
fn shared_folder<'a>(topology: &'a Topology, part: &BTreeSet<NodeIndex>) -> Option<&'a str> {
    let mut folders = part.iter().map(|&index| folder(topology, index));
    let first = folders.next()?;
    let all = folders.all(|folder| folder == first);
    first.rsplit('/').next().filter(|name| all && !name.is_empty())
}

/// The folder of an object's manifest, without the folders at its end that only say how it is kept; empty for the input
/// itself.
pub(super) fn folder(topology: &Topology, index: NodeIndex) -> &str {
    let file = topology.nodes[index].source().map(|(file, _)| file).unwrap_or_default();
    let mut folder = file.rsplit_once('/').map(|(folder, _)| folder).unwrap_or_default();
    loop {
        let (above, last) = folder.rsplit_once('/').unwrap_or(("", folder));
        if !PLACES.contains(&last) {
            return folder;
        }
        folder = above;
    }
}

/// Gives applications of one namespace and name a number behind the name, the surest one excepted.
pub(super) fn make_unique(applications: &mut [Application]) {
    let mut taken: BTreeSet<(Arc<str>, Arc<str>, Arc<str>)> = applications.iter().map(place).collect();
    for at in 1..applications.len() {
        let is_same = |other: &Application| place(other) == place(&applications[at]);
        if !applications[..at].iter().any(is_same) {
            continue;
        }
        let (environment, namespace, name) = place(&applications[at]);
        let free = (2..).map(|number| Arc::<str>::from(format!("{name}-{number}")));
        let mut free = free.filter(|name| {
            !taken.contains(&(Arc::clone(&environment), Arc::clone(&namespace), Arc::clone(name)))
        });
        let Some(name) = free.next() else { continue };
        taken.insert((Arc::clone(&environment), Arc::clone(&namespace), Arc::clone(&name)));
        applications[at].name = name;
    }
}

fn place(application: &Application) -> (Arc<str>, Arc<str>, Arc<str>) {
    let Application { environment, namespace, name, .. } = application;
    (Arc::clone(environment), Arc::clone(namespace), Arc::clone(name))
}

fn own_name(topology: &Topology, index: NodeIndex) -> String {
    topology.nodes[index].identity.name.to_string()
}

/// The words that all names begin with: `orders` of `orders` and `orders-db`.
fn beginning(topology: &Topology, part: &BTreeSet<NodeIndex>) -> Option<String> {
    let names: Vec<String> = part.iter().map(|&index| own_name(topology, index)).collect();
    let first: Vec<&str> = names.first()?.split('-').collect();
    let shared = names.iter().fold(first.len(), |shared, name| {
        name.split('-').zip(&first).take(shared).take_while(|(a, b)| a == *b).count()
    });
    Some(first[..shared].join("-")).filter(|name| !name.is_empty())
}

/// The workload that most others of the part call; of equal ones, the first that calls most.
fn most_called(topology: &Topology, part: &BTreeSet<NodeIndex>) -> String {
    let calls = |edges: &mut dyn Iterator<Item = &crate::topology::Edge>| {
        edges.filter(|edge| edge.relation == Relation::Calls).count()
    };
    let weight = |index: NodeIndex| {
        let services =
            topology.to(index).filter(|edge| edge.relation == Relation::Selects).map(|edge| edge.from);
        let called: usize = services.chain([index]).map(|target| calls(&mut topology.to(target))).sum();
        (called, calls(&mut topology.from(index)))
    };
    let most = part.iter().copied().rev().max_by_key(|&index| weight(index));
    most.map(|index| own_name(topology, index)).unwrap_or_default()
}
