//! Applications that nobody wrote down: workloads of one namespace that are connected.
//!
//! What everybody uses joins nobody: a ConfigMap that half of the namespace reads says nothing about who belongs together.

use super::{Evidence, Group, Membership, is_owned, name};
use crate::catalog::{Relation, Role};
use crate::topology::{NodeIndex, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// Something that more workloads than this use is a hub.
const HUB: usize = 4;

/// Adds the groups of the workloads that say nothing themselves. A part that only one declared application has to do with
/// belongs to it.
pub(super) fn groups(topology: &Topology, groups: &mut Vec<Group>, membership: &mut Membership) {
    let is_free = |index: NodeIndex| membership[index].is_none() && !is_owned(topology, index);
    let free: BTreeSet<NodeIndex> =
        topology.workloads().map(|(index, ..)| index).filter(|index| is_free(*index)).collect();
    let mut sets = Sets::new(topology.nodes.len());
    let mut joins = joins(topology);
    joins.retain(|users| users.len() > 1);
    let near = |users: &[NodeIndex]| -> Vec<NodeIndex> {
        users.iter().copied().filter(|user| free.contains(user)).collect()
    };
    join_by_name(topology, &free, &mut sets);
    for users in joins.iter().filter(|users| users.len() <= HUB) {
        sets.join(&near(users));
    }
    // A hub belongs to those who use it where they belong together already.
    for users in joins.iter().filter(|users| users.len() > HUB) {
        let users = near(users);
        let Some((hub, callers)) = users.split_last() else { continue };
        let roots: BTreeSet<NodeIndex> = callers.iter().map(|&caller| sets.root(caller)).collect();
        if roots.len() == 1 {
            sets.join(&[callers[0], *hub]);
        }
    }
    let by_folder = join_by_folder(topology, &free, &mut sets);
    let by_folder: BTreeSet<NodeIndex> = by_folder.into_iter().map(|index| sets.root(index)).collect();
    let mut parts: BTreeMap<NodeIndex, BTreeSet<NodeIndex>> = BTreeMap::new();
    for &index in &free {
        parts.entry(sets.root(index)).or_default().insert(index);
    }
    let mut neighbors: BTreeMap<NodeIndex, BTreeSet<usize>> = BTreeMap::new();
    for users in joins.iter().filter(|users| users.len() <= HUB) {
        let declared: BTreeSet<usize> = users.iter().filter_map(|&user| membership[user]).collect();
        for &user in users.iter().filter(|user| free.contains(user)) {
            neighbors.entry(sets.root(user)).or_default().extend(&declared);
        }
    }
    let mut parts: Vec<(NodeIndex, BTreeSet<NodeIndex>)> = parts.into_iter().collect();
    parts.retain(|(root, part)| {
        let near =
            neighbors.get(root).map(|near| near.iter().copied().collect::<Vec<_>>()).unwrap_or_default();
        let [only] = near[..] else { return true };
        part.iter().for_each(|&index| membership[index] = Some(only));
        groups[only].workloads.extend(part);
        false
    });
    let parts: Vec<BTreeSet<NodeIndex>> = parts.into_iter().map(|(_, part)| part).collect();
    let names = name::of_parts(topology, &parts, groups);
    for (workloads, name) in parts.into_iter().zip(names) {
        workloads.iter().for_each(|&index| membership[index] = Some(groups.len()));
        let by = match name::shared(topology, &workloads) {
            _ if workloads.len() == 1 => Evidence::Alone,
            Some(_) => Evidence::Name,
            None if by_folder.contains(&sets.root(workloads.first().copied().unwrap_or_default())) => {
                Evidence::Folder
            }
            None => Evidence::Connections,
        };
        groups.push(Group { name: name.as_str().into(), title: None, by, workloads });
    }
}

/// What runs the same program by the word of its labels belongs together where its manifests stand together.
fn join_by_name(topology: &Topology, free: &BTreeSet<NodeIndex>, sets: &mut Sets) {
    let mut same: BTreeMap<([&str; 3], &str), Vec<NodeIndex>> = BTreeMap::new();
    for &index in free {
        let Some(name) = name::program(topology, index) else { continue };
        same.entry((home(topology, index), name)).or_default().push(index);
    }
    same.values().for_each(|workloads| sets.join(workloads));
}

/// Manifests often call nobody by name, since the addresses stand in images. Then what stands in one folder belongs
/// together, unless connections tell the folder's workloads apart. Returns a node of each set that was joined.
fn join_by_folder(topology: &Topology, free: &BTreeSet<NodeIndex>, sets: &mut Sets) -> Vec<NodeIndex> {
    let mut homes: BTreeMap<[&str; 3], Vec<NodeIndex>> = BTreeMap::new();
    for &index in free {
        homes.entry(home(topology, index)).or_default().push(index);
    }
    let mut joined = Vec::new();
    for workloads in homes.values() {
        // Two versions of a program are one program: they say nothing about what belongs together.
        let mut parts: BTreeMap<NodeIndex, BTreeSet<&str>> = BTreeMap::new();
        for &index in workloads {
            let program = name::program(topology, index).unwrap_or(&topology.nodes[index].identity.name);
            parts.entry(sets.root(index)).or_default().insert(program);
        }
        let all: usize = parts.values().map(BTreeSet::len).sum();
        let large: Vec<usize> = parts.values().map(BTreeSet::len).filter(|size| *size > 1).collect();
        let tell_apart = large.len() > 1 && large.iter().sum::<usize>() * 4 >= all * 3;
        if parts.len() > 1 && !tell_apart {
            sets.join(workloads);
            joined.push(workloads[0]);
        }
    }
    joined
}

/// Environment, namespace, and the folder of the manifest.
fn home(topology: &Topology, index: NodeIndex) -> [&str; 3] {
    let identity = &topology.nodes[index].identity;
    [&identity.environment, &identity.namespace, name::folder(topology, index)]
}

/// For each thing that connects workloads of one namespace: these workloads, itself last if it is a workload. A Service
/// that traffic of several workloads goes to is no thing of its own: it stands for what is behind it.
fn joins(topology: &Topology) -> Vec<Vec<NodeIndex>> {
    let nodes = &topology.nodes;
    let mut joins = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let users = match node.role {
            Role::Service => {
                let behind = behind(topology, index);
                joins.extend(behind.windows(2).map(<[NodeIndex]>::to_vec));
                let callers = callers(topology, index);
                behind.first().map(|&first| {
                    callers.into_iter().filter(|&caller| caller != first).chain([first]).collect()
                })
            }
            Role::Workload => Some(
                callers(topology, index)
                    .into_iter()
                    .filter(|&caller| caller != index)
                    .chain([index])
                    .collect(),
            ),
            Role::Route => Some(routed(topology, index)),
            Role::Config | Role::Secret | Role::Storage => Some(readers(topology, index)),
            _ => None,
        };
        let in_namespace = |user: &NodeIndex| {
            node.identity.namespace.is_empty() || nodes[*user].identity.namespace == node.identity.namespace
        };
        joins.extend(
            users.map(|users: Vec<NodeIndex>| users.into_iter().filter(in_namespace).collect::<Vec<_>>()),
        );
    }
    joins
}

fn behind(topology: &Topology, service: NodeIndex) -> Vec<NodeIndex> {
    let leads = |relation| matches!(relation, Relation::Selects | Relation::RoutesTo);
    let targets = topology.from(service).filter(|edge| leads(edge.relation)).map(|edge| edge.to);
    let targets: BTreeSet<NodeIndex> = targets.filter(|&to| topology.nodes[to].pod.is_some()).collect();
    targets.into_iter().collect()
}

fn callers(topology: &Topology, target: NodeIndex) -> BTreeSet<NodeIndex> {
    let calls = topology.to(target).filter(|edge| edge.relation == Relation::Calls);
    calls.map(|edge| edge.from).filter(|&from| topology.nodes[from].pod.is_some()).collect()
}

fn routed(topology: &Topology, route: NodeIndex) -> Vec<NodeIndex> {
    let services =
        topology.from(route).filter(|edge| edge.relation == Relation::RoutesTo).map(|edge| edge.to);
    let workloads: BTreeSet<NodeIndex> = services.flat_map(|service| behind(topology, service)).collect();
    workloads.into_iter().collect()
}

fn readers(topology: &Topology, index: NodeIndex) -> Vec<NodeIndex> {
    let reads = |relation| matches!(relation, Relation::ReadsEnv | Relation::Mounts | Relation::Claims);
    let readers = topology.to(index).filter(|edge| reads(edge.relation)).map(|edge| edge.from);
    let readers: BTreeSet<NodeIndex> = readers.filter(|&from| topology.nodes[from].pod.is_some()).collect();
    readers.into_iter().collect()
}

/// Sets of nodes that are joined step by step.
struct Sets(Vec<NodeIndex>);

impl Sets {
    fn new(size: usize) -> Sets {
        Sets((0..size).collect())
    }

    /// The first node of the set of a node.
    fn root(&mut self, node: NodeIndex) -> NodeIndex {
        let mut root = node;
        while self.0[root] != root {
            self.0[root] = self.0[self.0[root]];
            root = self.0[root];
        }
        root
    }

    fn join(&mut self, nodes: &[NodeIndex]) {
        for pair in nodes.windows(2) {
            let (a, b) = (self.root(pair[0]), self.root(pair[1]));
            self.0[a.max(b)] = a.min(b);
        }
    }
}
