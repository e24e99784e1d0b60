//! Stage 4: the inventory becomes a [`Topology`]: nodes, and edges that each know the field and the line that made
//! them. References are data of the catalog; what does not fit its vocabulary is one file in `rules`.

pub mod address;
mod application;
mod build;
mod call;
mod completed;
mod container;
mod crew;
mod described;
mod evidence;
mod fold;
mod given;
mod hidden;
mod part;
mod pod;
mod reference;
mod rules;
mod selector;
mod shape;
mod share;
pub mod subject;
mod typed;
mod unnamed;
mod wrong_types;

use crate::catalog::vocabulary::Entry;
use crate::catalog::{FieldPath, Relation, Role};
use crate::document::{Environment, Identity, Value};
use crate::model::Object;
pub use application::{Application, Evidence};
pub use build::{CROWD, HOST, connect};
pub use call::{Call, LocalAddress, SecretAddress};
pub use container::{Container, ContainerKind, ContainerSpec};
pub use crew::Crew;
pub use evidence::expansion::expand_in_shell;
pub use pod::{Pod, Volume, is_pod_checked};
pub use rules::claim_template::claim_name;
pub use rules::grants;
pub use rules::network_policy::isolates;
pub use rules::ports::{ServicePort, crew_ports, is_open, route_port, service_ports};
pub use selector::{Labels, Selector, labels};
use serde::Serialize;
pub use share::Share;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many controllers may stand above a pod: a CronJob, its Job, and room for operators.
const DEEPEST_OWNERS: usize = 6;

/// The index of a node in its topology.
pub type NodeIndex = usize;

/// Every object of the input and what it refers to.
#[derive(Clone, Debug)]
pub struct Topology {
    /// The environments, sorted by name.
    pub environments: Vec<Environment>,
    /// The nodes, sorted by identity.
    pub nodes: Vec<Node>,
    /// The edges, sorted by their ends, relation and field.
    pub edges: Vec<Edge>,
    /// Every call that manifests show, one a piece of evidence, sorted by caller and container; the edges of
    /// [`Relation::Calls`] that are inferred sum them up.
    pub calls: Vec<Call>,
    /// The applications where they are a level of their own, sorted by environment, namespace and name.
    pub applications: Vec<Application>,
    application_of: Vec<Option<usize>>,
    /// The indexes of the calls to each target.
    calls_in: BTreeMap<NodeIndex, Vec<usize>>,
    local: Vec<LocalAddress>,
    secret_addresses: Vec<SecretAddress>,
    part: part::Parts,
    outgoing: Vec<Vec<usize>>,
    incoming: Vec<Vec<usize>>,
    hidden: BTreeSet<NodeIndex>,
    unlisted: BTreeMap<NodeIndex, Unlisted>,
    /// The pods that a pod stands for, itself among them.
    alike: BTreeMap<NodeIndex, Vec<NodeIndex>>,
}

/// How many edges of an object are not in the topology, since selectors make more than there is room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unlisted {
    /// Of those from it: what its selectors pick beside the rest.
    pub selects: usize,
    /// Of those to it: whose selectors pick it beside the rest.
    pub selected: usize,
}

/// One object: of the input, or referred to by it.
#[derive(Clone, Debug)]
pub struct Node {
    /// What makes it the one it is.
    pub identity: Identity,
    /// How podviz knows of it.
    pub state: State,
    /// The part its kind plays.
    pub role: Role,
    /// The object, if it is in the input.
    pub object: Option<Arc<Object>>,
    /// The pod that it makes or is; `None` for what a workload of the input made.
    pub pod: Option<Arc<Pod>>,
    /// The pod of a live dump's pod or ReplicaSet that a workload of the input made.
    pub replica: Option<Arc<Pod>>,
    /// The pods that an operator makes for it, if it describes none.
    pub crew: Vec<Crew>,
    /// Whether clusters bring it along, where it is not in the input.
    pub is_ambient: bool,
    /// The object that runs pods of its template in its place, and how many.
    pub taken: Option<Taken>,
    /// What produces it, if an object of the input does and it is not in there itself; the first one by identity.
    pub maker: Option<Identity>,
    /// The pod that stands for it and for others alike, where their controller is not in the input.
    pub like: Option<Identity>,
}

/// Who runs the pods of a template in place of the workload that describes them, such as a Rollout with a `workloadRef`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Who does.
    pub by: NodeIndex,
    /// The field with their number, in its manifest.
    pub field: FieldPath,
    /// Their number; 1 where nothing says it.
    pub copies: i64,
}

/// How podviz knows of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is in the input.
    Present,
    /// It is referred to, and not in the input.
    Missing,
    /// Kubernetes will make it, such as a claim of a StatefulSet.
    Inferred,
    /// It is outside: a name in the DNS, something that clusters bring along, or what is usually kept elsewhere.
    External,
}

/// What one object does to another.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Who names, selects or uses the other.
    pub from: NodeIndex,
    /// The other.
    pub to: NodeIndex,
    /// What it does to it.
    pub relation: Relation,
    /// The field that says so, in the object of `declared_by`.
    pub field: FieldPath,
    /// The node whose manifest holds the field: `from`, `to` for an owner reference, or a ConfigMap that `from` reads.
    pub declared_by: NodeIndex,
    /// More on it, such as ports: `80 → 8080/TCP`.
    pub label: Option<String>,
    /// How sure it is.
    pub certainty: Certainty,
    /// Whether the other need not exist.
    pub optional: bool,
    /// The line of the field, from 1; 0 where unknown.
    pub line: u32,
    /// Which of the other's pods it is about, in words, where not all: `pod db-0`. The label says it, too.
    pub part: Option<String>,
}

/// How sure an edge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// A field says so.
    Declared,
    /// It is read out of a value, such as a URL.
    Inferred,
}

impl Topology {
    pub(crate) fn new(environments: Vec<Environment>, nodes: Vec<Node>, edges: Vec<Edge>) -> Topology {
        let (mut outgoing, mut incoming) = (vec![Vec::new(); nodes.len()], vec![Vec::new(); nodes.len()]);
        for (index, edge) in edges.iter().enumerate() {
            outgoing[edge.from].push(index);
            incoming[edge.to].push(index);
        }
        Topology {
            environments,
            nodes,
            edges,
            calls: Vec::new(),
            applications: Vec::new(),
            application_of: Vec::new(),
            calls_in: BTreeMap::new(),
            local: Vec::new(),
            secret_addresses: Vec::new(),
            part: part::Parts::default(),
            outgoing,
            incoming,
            hidden: BTreeSet::new(),
            unlisted: BTreeMap::new(),
            alike: BTreeMap::new(),
        }
    }

    /// How many edges of a node are not listed.
    pub fn unlisted(&self, node: NodeIndex) -> Unlisted {
        self.unlisted.get(&node).copied().unwrap_or_default()
    }

    /// Notes how many edges of each object are not listed.
    fn note_unlisted(&mut self, unlisted: BTreeMap<Identity, Unlisted>) {
        let known =
            unlisted.into_iter().filter_map(|(identity, number)| Some((self.find(&identity)?, number)));
        self.unlisted = known.collect();
    }

    /// Notes which pods stand for others.
    fn note_alike(&mut self) {
        let likes =
            self.nodes.iter().enumerate().filter_map(|(index, node)| Some((node.like.as_ref()?, index)));
        for (like, index) in
            likes.filter_map(|(like, index)| Some((self.find(like)?, index))).collect::<Vec<_>>()
        {
            self.alike.entry(like).or_insert_with(|| vec![like]).push(index);
        }
    }

    /// How traffic from outside reaches an object that plays the part of a route.
    pub fn entry(&self, node: NodeIndex) -> Entry {
        self.part.entries.get(&node).copied().unwrap_or_default()
    }

    /// The objects that decide who may talk to whom in ways that podviz does not judge, by identity; each with whether
    /// it names what it is about. One that names nothing is about everything in its reach.
    pub fn guards(&self) -> impl Iterator<Item = (NodeIndex, bool)> {
        self.part.guards.iter().map(|(&index, &names)| (index, names))
    }

    /// The edges that start at a node, sorted.
    pub fn from(&self, node: NodeIndex) -> impl Iterator<Item = &Edge> {
        self.outgoing[node].iter().map(|&index| &self.edges[index])
    }

    /// The edges that end at a node, sorted.
    pub fn to(&self, node: NodeIndex) -> impl Iterator<Item = &Edge> {
        self.incoming[node].iter().map(|&index| &self.edges[index])
    }

    /// How many edges end at a node.
    pub fn number_to(&self, node: NodeIndex) -> usize {
        self.incoming[node].len()
    }

    /// The controller that made an object, as its owner references say; a Node stands for no controller: it owns the pods
    /// that its kubelet reads from files.
    pub fn owner(&self, node: NodeIndex) -> Option<NodeIndex> {
        let is_node = |index: NodeIndex| self.nodes[index].identity.is("", "Node");
        let mut owners = self.to(node).filter(|edge| edge.relation == Relation::Owns).map(|edge| edge.from);
        owners.find(|&owner| !is_node(owner))
    }

    /// The pods that a pod stands for, itself among them, sorted; empty for any other.
    pub fn alike(&self, pod: NodeIndex) -> &[NodeIndex] {
        self.alike.get(&pod).map(Vec::as_slice).unwrap_or_default()
    }

    /// The workload of the input that made a pod or a ReplicaSet of a live dump, however many controllers stand between;
    /// where that is not in the input, the pod that stands for it.
    pub fn workload_of(&self, node: NodeIndex) -> Option<NodeIndex> {
        if let Some(like) = &self.nodes[node].like {
            return self.find(like);
        }
        let mut index = node;
        // Owner references of hostile input may lead in a circle.
        for _ in 0..DEEPEST_OWNERS {
            if self.nodes[index].replica.is_none() {
                return (index != node && self.nodes[index].pod.is_some()).then_some(index);
            }
            index = self.owner(index)?;
        }
        None
    }

    /// The pods of a live dump that a workload made, or that a pod stands for, sorted.
    pub fn pods_made(&self, workload: NodeIndex) -> Vec<NodeIndex> {
        if let Some(alike) = self.alike.get(&workload) {
            return alike.clone();
        }
        let mut found = BTreeSet::new();
        let mut owners = vec![workload];
        for _ in 0..DEEPEST_OWNERS {
            let owned = owners.iter().flat_map(|&owner| self.from(owner));
            let owned = owned.filter(|edge| edge.relation == Relation::Owns).map(|edge| edge.to);
            owners =
                owned.filter(|&index| self.nodes[index].replica.is_some() && found.insert(index)).collect();
        }
        let is_pod = |index: &NodeIndex| self.nodes[*index].identity.is("", "Pod");
        found.into_iter().filter(is_pod).collect()
    }

    /// The first other environment that holds an object of the same kind, namespace and name, where this one does not: what a
    /// kustomization builds and files that stand beside it may well be for one cluster.
    pub fn elsewhere(&self, node: NodeIndex) -> Option<&str> {
        let missing = Some(&self.nodes[node]).filter(|node| node.state == State::Missing)?;
        let mut environments = self.environments.iter().map(|one| one.name.as_str());
        environments.find(|environment| {
            let identity = Identity { environment: (*environment).into(), ..missing.identity.clone() };
            self.find(&identity).is_some_and(|other| self.nodes[other].state == State::Present)
        })
    }

    /// The node of an identity.
    pub fn find(&self, identity: &Identity) -> Option<NodeIndex> {
        self.nodes.binary_search_by(|node| node.identity.cmp(identity)).ok()
    }

    /// The nodes whose objects are in the input and not hidden, with their indexes.
    pub fn present(&self) -> impl Iterator<Item = (NodeIndex, &Node)> {
        let nodes = self.nodes.iter().enumerate().filter(|(_, node)| node.state == State::Present);
        nodes.filter(|(index, _)| !self.is_hidden(*index))
    }

    /// The nodes of one environment whose objects are in the input, with their indexes.
    pub fn present_in(&self, environment: &str) -> impl Iterator<Item = (NodeIndex, &Node)> {
        let first = self.nodes.partition_point(|node| *node.identity.environment < *environment);
        let rest = self.nodes[first..].partition_point(|node| *node.identity.environment == *environment);
        let nodes = self.nodes[first..first + rest].iter().enumerate();
        let present =
            nodes.map(move |(at, node)| (first + at, node)).filter(|(_, node)| node.state == State::Present);
        present.filter(|(index, _)| !self.is_hidden(*index))
    }

    /// The nodes of one environment that make pods or are one, with their indexes and pods.
    pub fn workloads_of(&self, environment: &str) -> impl Iterator<Item = (NodeIndex, &Node, &Pod)> {
        self.present_in(environment).filter_map(|(index, node)| Some((index, node, node.pod.as_deref()?)))
    }

    /// The nodes of one kind in an environment, sorted, in the input or not.
    pub fn of_kind(
        &self,
        environment: &str,
        group: &str,
        kind: &str,
    ) -> impl Iterator<Item = (NodeIndex, &Node)> {
        let key = |node: &Node| {
            let Identity { environment: e, group: g, kind: k, .. } = &node.identity;
            (&**e, &**g, &**k).cmp(&(environment, group, kind))
        };
        let first = self.nodes.partition_point(|node| key(node).is_lt());
        let rest = self.nodes[first..].partition_point(|node| key(node).is_eq());
        self.nodes[first..first + rest].iter().enumerate().map(move |(at, node)| (first + at, node))
    }

    /// Whether an environment is a live dump that holds no object of a kind in a namespace: it was not asked for, or there is
    /// none, and nobody can tell which.
    pub fn is_unread(&self, environment: &str, namespace: &str, group: &str, kind: &str) -> bool {
        let is_dump = self.environments.iter().any(|one| one.name == environment && one.source == "dump");
        let mut read = self.of_kind(environment, group, kind);
        is_dump
            && !read.any(|(_, node)| node.state == State::Present && &*node.identity.namespace == namespace)
    }

    /// The nodes that make pods or are one, with their indexes and pods.
    pub fn workloads(&self) -> impl Iterator<Item = (NodeIndex, &Node, &Pod)> {
        self.present().filter_map(|(index, node)| Some((index, node, node.pod.as_deref()?)))
    }

    /// How people call an object: `Deployment shop/web`, with the environment in front where there are several.
    pub fn title(&self, identity: &Identity) -> String {
        format!("{}{}", self.prefix(&identity.environment), identity.title())
    }

    /// What stands in front of a subject's name: `prod:` where there are several environments, else nothing.
    pub fn prefix(&self, environment: &str) -> String {
        if self.environments.len() < 2 { String::new() } else { format!("{environment}:") }
    }

    /// The application that a node belongs to, by its index in [`Topology::applications`]; `None` where applications are no
    /// level of their own, and for what several of them share.
    pub fn application_of(&self, node: NodeIndex) -> Option<usize> {
        self.application_of.get(node).copied().flatten()
    }

    /// The applications with a workload in a namespace, by their indexes, sorted by name.
    pub fn applications_in(&self, environment: &str, namespace: &str) -> Vec<usize> {
        let is_there = |node: &NodeIndex| {
            let Node { identity, pod, .. } = &self.nodes[*node];
            pod.is_some() && &*identity.environment == environment && &*identity.namespace == namespace
        };
        let mut found: Vec<usize> = (0..self.applications.len()).collect();
        found.retain(|&at| self.applications[at].members.iter().any(is_there));
        found.sort_by(|&a, &b| self.applications[a].name.cmp(&self.applications[b].name));
        found
    }

    /// The namespaces that hold an object of the input, sorted, with the number of these objects.
    pub fn namespaces(&self) -> BTreeMap<(Arc<str>, Arc<str>), usize> {
        let mut namespaces = BTreeMap::new();
        for (_, node) in self.present().filter(|(_, node)| !node.identity.namespace.is_empty()) {
            let key = (Arc::clone(&node.identity.environment), Arc::clone(&node.identity.namespace));
            *namespaces.entry(key).or_default() += 1;
        }
        namespaces
    }
}

impl Edge {
    /// Whether it is a call of a workload: one that values in manifests tell, or that the settings declare.
    pub fn is_call_of_workload(&self) -> bool {
        self.relation == Relation::Calls && (self.certainty == Certainty::Inferred || self.is_of_settings())
    }

    /// Whether the settings declare it, and no manifest.
    pub fn is_of_settings(&self) -> bool {
        self.relation == Relation::Calls && self.field == rules::declared_calls::field()
    }

    /// For what a NetworkPolicy allows: whether it is a connection from the peer to the pods that the policy selects.
    pub fn allows_incoming(&self) -> Option<bool> {
        let label = self.label.as_deref().filter(|_| self.relation == Relation::Allows)?;
        Some(label.starts_with(rules::network_policy::INCOMING))
    }

    /// Whether it leads from a route to a backend that gets nothing, because its weight is 0.
    pub fn gets_nothing(&self) -> bool {
        self.label.as_deref() == Some(reference::GETS_NOTHING)
    }

    /// The label without what the verb says already.
    pub fn detail(&self) -> Option<&str> {
        let label = self.label.as_deref()?;
        match self.allows_incoming() {
            Some(_) => label.split_once(' ').map(|(_, ports)| ports),
            None => Some(label),
        }
    }
}

impl Node {
    /// A node that stands for no object of the input.
    pub(crate) fn without_object(identity: Identity, state: State, role: Role) -> Node {
        Node {
            identity,
            state,
            role,
            object: None,
            pod: None,
            replica: None,
            crew: Vec::new(),
            is_ambient: false,
            taken: None,
            maker: None,
            like: None,
        }
    }

    /// The path of its file and its first line, if it is in the input.
    pub fn source(&self) -> Option<(&str, u32)> {
        self.object.as_ref().map(|object| object.place(object.first_line))
    }

    /// How many pods it keeps alike, as its own manifest says, or that of who runs them in its place; `None` for kinds
    /// without such a number, and where it cannot be read, or a tool puts it in later. Never negative.
    pub fn copies(&self) -> Option<i64> {
        if let Some(taken) = &self.taken {
            return Some(taken.copies);
        }
        let number = self.written_copies()?;
        if number.is_some_and(|number| number.as_i64().is_none()) {
            return None;
        }
        Some(number.and_then(Value::as_i64).unwrap_or(1).max(0))
    }

    /// Whether the manifest says how many pods it keeps alike, and that is no number.
    pub fn has_unread_copies(&self) -> bool {
        self.taken.is_none()
            && self.written_copies().flatten().is_some_and(|number| number.as_i64().is_none())
    }

    /// What stands in the field with the number of its pods, if its kind has one.
    fn written_copies(&self) -> Option<Option<&Value>> {
        let field = self.pod.as_deref()?.copies.as_ref()?;
        let written = field.find(&self.object.as_ref()?.value);
        Some(written.filter(|number| !number.is_null()))
    }
}
