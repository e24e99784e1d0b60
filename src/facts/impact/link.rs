//! The links between what depends and what it depends on: the arrows of the topology that mean so, and what is no arrow
//! there: images, definitions of kinds, and nodes.

use super::rule::Rule;
use super::{End, Step};
use crate::catalog::vocabulary::Entry;
use crate::catalog::{FieldPath, Relation, Role};
use crate::document::Value;
use crate::facts::Facts;
use crate::facts::lifecycle::asks_for;
use crate::facts::security::{is_binding, is_role};
use crate::topology::{Certainty, ContainerKind, Edge, Node, NodeIndex, State, Topology};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Why one thing depends on another, and where it says so.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub rule: Rule,
    pub step: Step,
}

/// Everything that is asked for links, which are found once for each end.
pub(super) struct World<'a> {
    topology: &'a Topology,
    facts: &'a Facts,
    /// The workloads that run each image and that ask for each pool, by environment.
    users: Option<BTreeMap<End, Vec<Link>>>,
    dependents: BTreeMap<End, Rc<[Link]>>,
    dependencies: BTreeMap<End, Rc<[Link]>>,
}

impl<'a> World<'a> {
    pub fn new(topology: &'a Topology, facts: &'a Facts) -> World<'a> {
        World { topology, facts, users: None, dependents: BTreeMap::new(), dependencies: BTreeMap::new() }
    }

    /// What depends on an end.
    pub fn dependents(&mut self, end: &End) -> Rc<[Link]> {
        if let Some(known) = self.dependents.get(end) {
            return Rc::clone(known);
        }
        let links: Vec<Link> = match end {
            End::Object(index) => self.on_object(*index),
            _ => self.users().get(end).cloned().unwrap_or_default(),
        };
        let links: Rc<[Link]> = links.into();
        self.dependents.insert(end.clone(), Rc::clone(&links));
        links
    }

    /// What an end depends on.
    pub fn dependencies(&mut self, end: &End) -> Rc<[Link]> {
        if let Some(known) = self.dependencies.get(end) {
            return Rc::clone(known);
        }
        let links: Rc<[Link]> = match end {
            End::Object(index) => self.of_object(*index).into(),
            _ => Rc::new([]),
        };
        self.dependencies.insert(end.clone(), Rc::clone(&links));
        links
    }

    /// Whether one that hands requests on, or counts copies, has no one left: the other ends that do the same as the
    /// dependency of a link, itself included.
    pub fn alternatives(&mut self, link: &Link) -> Vec<End> {
        let topology = self.topology;
        let alike = self.dependencies(&link.step.dependent);
        let alike = alike.iter().filter(|other| other.rule == link.rule).map(|other| &other.step.dependency);
        let runs = |end: &&End| {
            *end == &link.step.dependency
                || end.object().is_none_or(|index| topology.nodes[index].copies() != Some(0))
        };
        alike.filter(runs).cloned().collect()
    }

    fn on_object(&mut self, index: NodeIndex) -> Vec<Link> {
        let topology = self.topology;
        let edges = topology.to(index).chain(topology.from(index));
        let mut links: Vec<Link> = edges.filter_map(|edge| self.of_edge(edge)).collect();
        links.retain(|link| link.step.dependency == End::Object(index));
        let identity = &topology.nodes[index].identity;
        if identity.is("apiextensions.k8s.io", "CustomResourceDefinition") {
            links.extend(self.defined(index));
        }
        if identity.is("", "Node") {
            links.extend(self.users().get(&End::Object(index)).cloned().unwrap_or_default());
        }
        links
    }

    fn of_object(&mut self, index: NodeIndex) -> Vec<Link> {
        let topology = self.topology;
        let edges = topology.from(index).chain(topology.to(index));
        let mut links: Vec<Link> = edges.filter_map(|edge| self.of_edge(edge)).collect();
        links.retain(|link| link.step.dependent == End::Object(index));
        links.extend(definition(topology, index));
        links.extend(self.of_pod(index));
        links
    }

    /// The links of workloads to what is no arrow of the topology, by the other end.
    fn users(&mut self) -> &BTreeMap<End, Vec<Link>> {
        if self.users.is_none() {
            let mut users: BTreeMap<End, Vec<Link>> = BTreeMap::new();
            for (index, ..) in self.topology.workloads() {
                for link in self.of_pod(index) {
                    users.entry(link.step.dependency.clone()).or_default().push(link);
                }
            }
            self.users = Some(users);
        }
        self.users.get_or_insert_default()
    }

    /// The images that a workload runs, the nodes that it asks for, and the only node of the input that takes it.
    fn of_pod(&self, index: NodeIndex) -> Vec<Link> {
        let node = &self.topology.nodes[index];
        let (Some(pod), Some(object)) = (node.pod.as_deref(), node.object.as_deref()) else {
            return Vec::new();
        };
        let environment = Arc::clone(&node.identity.environment);
        let link = |rule, dependency, relation, field: FieldPath| Link {
            rule,
            step: Step {
                dependent: End::Object(index),
                dependency,
                is_reversed: false,
                verb: if relation == Relation::References { "runs" } else { "runs on" },
                relation,
                line: field.line(&object.value),
                field,
                declared_by: index,
                certainty: Certainty::Declared,
                is_probed: false,
            },
        };
        let mut links: Vec<Link> = Vec::new();
        for container in &pod.containers {
            if !container.image.is_empty() && container.kind != ContainerKind::Ephemeral {
                let image = End::Image(Arc::clone(&environment), container.image.as_str().into());
                links.push(link(Rule::Runs, image, Relation::References, container.path.key("image")));
            }
        }
        let Some(placement) = self.facts.of(index).map(|facts| &facts.placement) else { return links };
        let pool = &placement.pool;
        if !pool.value.is_any() && pool.declared_by.is_none() && !pool.value.is_named {
            let (key, title) = (pool.value.key().into(), pool.value.title.as_str().into());
            let pool_end = End::Pool(environment, key, title);
            links.push(link(Rule::RunsOn, pool_end, Relation::SchedulesOn, pool.field.clone()));
        }
        // Where several nodes take it, another one does when one of them is lost.
        if let Some([only]) = placement.candidates.as_ref().map(|candidates| &candidates.accept[..]) {
            links.push(link(Rule::RunsOn, End::Object(*only), Relation::SchedulesOn, pool.field.clone()));
        }
        links
    }

    /// The objects of the kind that a definition defines.
    fn defined(&self, crd: NodeIndex) -> Vec<Link> {
        let topology = self.topology;
        let identity = &topology.nodes[crd].identity;
        let Some((group, kind)) =
            topology.nodes[crd].object.as_deref().and_then(|object| names(&object.value))
        else {
            return Vec::new();
        };
        let objects = topology.of_kind(&identity.environment, group, kind);
        objects.filter_map(|(index, _)| definition(topology, index)).collect()
    }

    /// What an arrow of the topology means for those at its ends.
    fn of_edge(&self, edge: &Edge) -> Option<Link> {
        let topology = self.topology;
        let (from, to) = (&topology.nodes[edge.from], &topology.nodes[edge.to]);
        if edge.optional || edge.from == edge.to && edge.relation != Relation::Calls {
            return None;
        }
        let (rule, is_reversed) = match edge.relation {
            Relation::Calls => (self.calls(edge, from)?, false),
            Relation::Selects if from.role == Role::Service => (Rule::Answers, false),
            Relation::Selects if from.identity.is("networking.istio.io", "Gateway") => (Rule::Answers, false),
            // An aggregated ClusterRole has the rights of those that it picks.
            Relation::Selects if is_role(&from.identity) && is_role(&to.identity) => (Rule::Rights, false),
            Relation::RoutesTo if edge.gets_nothing() => return None,
            Relation::RoutesTo if from.role == Role::Service => (Rule::Served, false),
            Relation::RoutesTo => (Rule::Routes, false),
            Relation::ReadsEnv | Relation::Mounts if makes_pods(from) => (Rule::Reads, false),
            Relation::Claims => (self.claims(edge, from, to), false),
            Relation::Binds if to.identity.is("", "PersistentVolume") => (Rule::Bound, false),
            Relation::Binds if from.identity.is("", "PersistentVolume") => (Rule::Bound, true),
            Relation::PullsWith if makes_pods(from) => (Rule::Pulls, false),
            Relation::PullsWith if from.identity.is("", "ServiceAccount") => (Rule::Hands, false),
            Relation::RunsAs => (self.runs_as(edge, from, to), false),
            Relation::Grants => (Rule::Rights, false),
            Relation::SchedulesOn if makes_pods(from) && to.identity.is("", "Node") => (Rule::RunsOn, false),
            Relation::Owns if to.replica.is_some() => (Rule::Copies, false),
            Relation::Owns if !from.identity.is("", "Node") && to.state == State::Present => {
                (Rule::Owned { is_workload: makes_pods(to) }, true)
            }
            Relation::Produces if to.state != State::Present => {
                (Rule::Made { serves: to.role == Role::Service && makes_pods(from) }, true)
            }
            Relation::WaitsFor => (Rule::Waits, false),
            Relation::References => self.references(edge, from, to)?,
            _ => return None,
        };
        let (dependent, dependency) = if is_reversed { (edge.to, edge.from) } else { (edge.from, edge.to) };
        // Whether the registry asks for a name, and whether the node has the image, nobody sees.
        let is_guess = matches!(rule, Rule::Pulls | Rule::Hands);
        let step = Step {
            dependent: End::Object(dependent),
            dependency: End::Object(dependency),
            is_reversed,
            relation: edge.relation,
            verb: verb(rule, edge.relation),
            field: edge.field.clone(),
            declared_by: edge.declared_by,
            line: edge.line,
            certainty: if is_guess { Certainty::Inferred } else { edge.certainty },
            is_probed: matches!(rule, Rule::Calls { probes: true, .. }),
        };
        Some(Link { rule, step })
    }

    /// From where a workload calls another. `None` where what calls goes on without an answer.
    fn calls(&self, edge: &Edge, from: &Node) -> Option<Rule> {
        let Some(pod) = from.pod.as_deref() else {
            let object = from.object.as_deref()?;
            // A webhook that may be passed over breaks nothing.
            let mut policies =
                edge.field.outward().filter_map(|path| path.key("failurePolicy").find(&object.value));
            let is_ignored = policies.next().and_then(Value::as_str) == Some("Ignore");
            return (!is_ignored).then_some(Rule::Calls { starts: false, serves: true, probes: false });
        };
        let (mut starts, mut serves, mut probes) = (false, false, false);
        let mut calls = self.topology.calls_of(edge.from).iter().filter(|call| call.to == edge.to).peekable();
        if calls.peek().is_none() {
            serves = true;
        }
        for call in calls {
            let Some(container) = pod.containers.get(call.container) else { continue };
            match container.kind {
                ContainerKind::Init => starts = true,
                ContainerKind::App | ContainerKind::Sidecar => {
                    serves = true;
                    probes |= asks_for(container, &call.host, &call.via);
                }
                ContainerKind::Ephemeral => {}
            }
        }
        (starts || serves).then_some(Rule::Calls { starts, serves, probes })
    }

    fn claims(&self, edge: &Edge, from: &Node, to: &Node) -> Rule {
        let is_template = edge.field.outward().any(|path| path.last_key() == Some("volumeClaimTemplates"));
        if is_template && makes_pods(from) {
            return Rule::ClaimsAgain { is_only: from.copies() == Some(1) };
        }
        Rule::Claims { data: to.role == Role::Storage }
    }

    fn runs_as(&self, edge: &Edge, from: &Node, to: &Node) -> Rule {
        let has_token = self.facts.of(edge.from).is_none_or(|facts| {
            let account = &facts.security.account;
            account.token_mounted.value || !account.own_tokens.is_empty()
        });
        let has_rights = has_token && !self.facts.permissions().of_account(&to.identity).is_empty();
        Rule::RunsAs { pods: makes_pods(from), is_remade: &*to.identity.name == "default", has_rights }
    }

    /// The few references without a relation of their own of which it is known what follows.
    fn references(&self, edge: &Edge, from: &Node, to: &Node) -> Option<(Rule, bool)> {
        let within = |key: &str| edge.field.outward().any(|path| path.last_key() == Some(key));
        let identity = &to.identity;
        if is_binding(&from.identity) && identity.is("", "ServiceAccount") {
            // The account has what the binding gives it.
            return Some((Rule::Rights, true));
        }
        if identity.is("storage.k8s.io", "StorageClass") {
            if from.identity.is("", "PersistentVolumeClaim") {
                let is_bound = self.topology.from(edge.from).any(|other| other.relation == Relation::Binds);
                return (!is_bound).then_some((Rule::Provisioned { anew: false }, false));
            }
            return makes_pods(from).then(|| (Rule::Provisioned { anew: within("ephemeral") }, false));
        }
        let pod = from.pod.as_deref();
        if let Some(pod) = pod.filter(|pod| edge.field.is_within(&pod.path)) {
            if identity.is("scheduling.k8s.io", "PriorityClass") || identity.is("node.k8s.io", "RuntimeClass")
            {
                return Some((Rule::Admitted, false));
            }
            if identity.is("", "Secret")
                && pod.volumes.iter().any(|volume| edge.field.is_within(&volume.path))
            {
                return Some((Rule::Reads, false));
            }
        }
        let is_route = |node: &Node| node.role == Role::Route;
        let hangs = self.topology.entry(edge.from) == Entry::Parent;
        (is_route(from) && is_route(to) && hangs).then_some((Rule::Served, false))
    }
}

/// What the one that depends does with the other.
fn verb(rule: Rule, relation: Relation) -> &'static str {
    match (rule, relation) {
        (Rule::Answers, _) => "sends traffic to",
        (Rule::Owned { .. }, _) => "is owned by",
        (Rule::Made { .. }, _) => "is made by",
        (Rule::Bound, _) => "is bound to",
        (Rule::Rights, Relation::References | Relation::Selects) => "gets rights from",
        (_, relation) => relation.verb(),
    }
}

/// The definition of the kind of an object, if it is in the input.
fn definition(topology: &Topology, index: NodeIndex) -> Option<Link> {
    let node = &topology.nodes[index];
    let object = node.object.as_deref()?;
    let identity = &node.identity;
    if !identity.group.contains('.') {
        return None;
    }
    let mut definitions =
        topology.of_kind(&identity.environment, "apiextensions.k8s.io", "CustomResourceDefinition");
    let is_own = |node: &Node| {
        let names = node.object.as_deref().and_then(|object| names(&object.value));
        names.is_some_and(|(group, kind)| *identity.group == *group && *identity.kind == *kind)
    };
    let (crd, _) = definitions.find(|(_, node)| is_own(node))?;
    let field = FieldPath::of("kind");
    let step = Step {
        dependent: End::Object(index),
        dependency: End::Object(crd),
        is_reversed: false,
        relation: Relation::References,
        verb: "is defined by",
        line: field.line(&object.value),
        field,
        declared_by: index,
        certainty: Certainty::Declared,
        is_probed: false,
    };
    Some(Link { rule: Rule::Defined, step })
}

/// The group and the kind that a definition defines.
fn names(definition: &Value) -> Option<(&str, &str)> {
    let text = |path: &str| definition.at(path).and_then(Value::as_str);
    Some((text("spec.group")?, text("spec.names.kind")?))
}

fn makes_pods(node: &Node) -> bool {
    node.pod.is_some() || node.replica.is_some() || !node.crew.is_empty() || node.role == Role::Workload
}
