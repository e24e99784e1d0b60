//! Where everything runs: the cluster manages nodes, nodes host pods, pods contain containers.
//!
//! It is a tree at every size: what does not fit is folded from its leaves up, first containers into their workload,
//! then whole namespaces, then workloads that look alike.

mod crews;

use super::cast::{self, Actor};
use super::fold::{self, Piece, fold};
use super::place::{self, Place};
use super::sheet::{Reason, Sheet};
use super::wording::{self, list};
use super::{Budget, Definition, Focus, Of, Scene};
use crate::catalog::Role;
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::document::PLAIN_ENVIRONMENT;
use crate::model::Subject;
use crate::names::{count, plural};
use crate::topology::{Node, NodeIndex, Pod, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Up to so many containers the tree grows downwards, as on a blackboard.
const FEW_CONTAINERS: usize = 8;
/// Up to so many boxes, workloads that stand in several applications are drawn one by one.
const MOST_IN_APPLICATIONS: usize = 24;
/// So many containers of one pod are drawn one by one.
const MOST_OF_ONE_POD: usize = 16;

type Workload<'a> = (NodeIndex, &'a Node, &'a Pod);

pub(super) static VIEW: Definition = Definition {
    name: "architecture",
    of: Of::Everything,
    // Its boxes stand in a column or two.
    budget: Budget { nodes: 30, edges: 60 },
    draw,
};

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    match focus {
        Focus::All(environment) => Plan::new(scene, environment, None)?.draw(),
        Focus::Namespace(environment, namespace) => Plan::new(scene, environment, Some(namespace))?.draw(),
        Focus::Application(at) => Plan::of_application(scene, *at)?.draw(),
        Focus::Object(index) | Focus::Container(index, _) => {
            let node = &scene.topology.nodes[*index];
            let identity = &node.identity;
            match node.pod.as_deref() {
                Some(pod) => Plan::of_one(scene, (*index, node, pod)).draw(),
                None if node.state == State::Present && !node.crew.is_empty() => {
                    Plan::of_crew(scene, (*index, node)).draw()
                }
                None if node.role == Role::Namespace => {
                    Plan::new(scene, &identity.environment, Some(&identity.name))?.draw()
                }
                None => None,
            }
        }
    }
}

/// How much is drawn one by one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Containers,
    Workloads,
    /// Workloads, but those of one application as one box.
    Groups,
    Applications,
    Namespaces,
    Lookalikes,
}

struct Plan<'a> {
    scene: Scene<'a>,
    environment: Arc<str>,
    title: String,
    workloads: Vec<Workload<'a>>,
    /// The objects whose pods an operator makes.
    crews: Vec<(NodeIndex, &'a Node)>,
    alone: bool,
    /// How many of the workloads each application has.
    applications: BTreeMap<usize, usize>,
    places: BTreeMap<NodeIndex, Vec<Place>>,
    sheet: Sheet,
}

impl<'a> Plan<'a> {
    fn new(scene: Scene<'a>, environment: &Arc<str>, namespace: Option<&Arc<str>>) -> Option<Plan<'a>> {
        let title = match namespace {
            Some(namespace) => format!("Architecture of namespace {namespace}"),
            None if **environment == *PLAIN_ENVIRONMENT => "Architecture of the cluster".to_owned(),
            None => format!("Architecture of environment {environment}"),
        };
        let here = |_: NodeIndex, node: &Node| {
            node.identity.environment == *environment
                && namespace.is_none_or(|namespace| node.identity.namespace == *namespace)
        };
        Plan::of(scene, environment, title, &here)
    }

    fn of_application(scene: Scene<'a>, at: usize) -> Option<Plan<'a>> {
        let application = scene.application(at);
        let title = format!("Architecture of application {}", application.shown());
        Plan::of(scene, &application.environment, title, &|index, _| scene.is_in(at, index))
    }

    fn of(
        scene: Scene<'a>,
        environment: &Arc<str>,
        title: String,
        here: &dyn Fn(NodeIndex, &Node) -> bool,
    ) -> Option<Plan<'a>> {
        let all = scene.topology.workloads();
        let workloads: Vec<_> = all.filter(|(index, node, _)| here(*index, node)).collect();
        let made =
            scene.topology.present().filter(|(index, node)| !node.crew.is_empty() && here(*index, node));
        let crews: Vec<_> = made.collect();
        if workloads.is_empty() && crews.is_empty() {
            return None;
        }
        let environment = Arc::clone(environment);
        let indexes: Vec<NodeIndex> = workloads.iter().map(|(index, ..)| *index).collect();
        let (places, sheet) = (place::places(scene, &indexes), Sheet::default());
        let mut applications = BTreeMap::new();
        for at in indexes.iter().filter_map(|&index| scene.topology.application_of(index)) {
            *applications.entry(at).or_default() += 1;
        }
        let alone = false;
        Some(Plan { scene, environment, title, workloads, crews, alone, applications, places, sheet })
    }

    fn of_one(scene: Scene<'a>, workload: Workload<'a>) -> Plan<'a> {
        let identity = &workload.1.identity;
        Plan {
            scene,
            environment: Arc::clone(&identity.environment),
            title: format!("Architecture of {} {}", identity.kind, identity.name),
            workloads: vec![workload],
            crews: Vec::new(),
            alone: true,
            applications: BTreeMap::new(),
            places: place::places(scene, &[workload.0]),
            sheet: Sheet::default(),
        }
    }

    fn draw(mut self) -> Option<Diagram> {
        let depth = self.depth();
        let few = self.alone || self.containers() <= FEW_CONTAINERS;
        let direction = if few { Direction::Down } else { Direction::Right };
        self.sheet.node(cast::cluster(&self.environment), None);
        match depth {
            Depth::Containers | Depth::Workloads => self.draw_workloads(depth),
            Depth::Groups => self.draw_groups(),
            Depth::Applications => self.draw_applications(),
            Depth::Namespaces => self.draw_namespaces(),
            Depth::Lookalikes => self.draw_lookalikes(),
        }
        self.draw_crews(depth);
        let description = self.description();
        Some(self.sheet.finish(View::Architecture, self.title, description, direction, self.scene.budget))
    }

    fn depth(&self) -> Depth {
        let most = self.scene.budget.nodes.min(self.scene.budget.edges);
        let trunk = 1 + self.pools().len() + self.workloads.len() + self.crews.len();
        if self.alone || trunk + self.containers() <= most {
            Depth::Containers
        } else if self.namespaces().len() == 1
            && self.applications().len() > 1
            && trunk > MOST_IN_APPLICATIONS
        {
            Depth::Applications
        } else if trunk <= most {
            Depth::Workloads
        } else if self.folds_applications(trunk) <= most {
            Depth::Groups
        } else if self.namespaces().len() > 1 {
            Depth::Namespaces
        } else {
            Depth::Lookalikes
        }
    }

    fn containers(&self) -> usize {
        self.workloads.iter().map(|(_, _, pod)| pod.containers.len()).sum()
    }

    /// The boxes that host pods, by their id, with what they are called and whether they are real.
    fn pools(&self) -> BTreeMap<&Id, (&str, bool)> {
        let places = self.places.values().flatten();
        places.map(|place| (&place.actor.node.id, (place.actor.said.as_str(), place.is_real))).collect()
    }

    /// What tells the places of one workload from those of another.
    fn place_key(&self, index: NodeIndex) -> String {
        let places = self.places.get(&index).into_iter().flatten();
        places.map(|place| place.actor.node.id.to_string()).collect::<Vec<_>>().join(" ")
    }

    fn namespaces(&self) -> BTreeMap<&'a str, Vec<Workload<'a>>> {
        let mut namespaces: BTreeMap<&str, Vec<Workload>> = BTreeMap::new();
        for workload in &self.workloads {
            namespaces.entry(&workload.1.identity.namespace).or_default().push(*workload);
        }
        namespaces
    }

    /// The applications of the workloads, and at the end those that have none.
    fn applications(&self) -> BTreeMap<usize, Vec<Workload<'a>>> {
        let mut applications: BTreeMap<usize, Vec<Workload>> = BTreeMap::new();
        for workload in &self.workloads {
            let at = self.scene.topology.application_of(workload.0).unwrap_or(usize::MAX);
            applications.entry(at).or_default().push(*workload);
        }
        applications
    }

    fn workloads_said(&self) -> String {
        let pods = match &self.workloads[..] {
            [(index, node, pod)] => {
                let (kind, name) = (&node.identity.kind, &node.identity.name);
                format!("{kind} {name} ({})", wording::pods_of_containers(self.scene, *index, pod))
            }
            workloads => {
                let containers = count(self.containers(), "container", "containers");
                let workloads = count(workloads.len(), "workload", "workloads");
                match self.namespaces().len() {
                    1 => format!("{workloads} with {containers}"),
                    namespaces => format!("{workloads} with {containers} in {namespaces} namespaces"),
                }
            }
        };
        let pools: Vec<(&str, bool)> = self.pools().into_values().collect();
        let nodes = match &pools[..] {
            [("any node", false)] => {
                return format!("The cluster manages nodes; any of them may host {pods}.");
            }
            [(one, false)] => format!("{one}, which host"),
            [(one, true)] => format!("{one}, which hosts"),
            pools if pools.iter().all(|(_, is_real)| *is_real) => {
                format!("{}, which host", count(pools.len(), "node", "nodes"))
            }
            pools => format!("{}, which host", count(pools.len(), "group of nodes", "groups of nodes")),
        };
        format!("The cluster manages {nodes} {pods}.")
    }

    /// Draws the nodes of a workload's pods under the cluster, and an arrow from each to the box of the pods.
    fn host(&mut self, index: NodeIndex, guest: &Id) {
        let cluster = cast::cluster(&self.environment).node.id;
        for Place { actor, verb, line, is_real, reason } in
            self.places.get(&index).cloned().unwrap_or_default()
        {
            let pool = self.sheet.node(actor, None);
            let managed = if is_real { Line::Solid } else { Line::Dashed };
            self.sheet.arrow(&cluster, &pool, "manages", managed, Reason::none());
            self.sheet.arrow(&pool, guest, &verb, line, reason);
        }
    }

    /// The namespace that a workload stands in, and in it its application.
    fn group(&mut self, index: NodeIndex) -> Option<Id> {
        let topology = self.scene.topology;
        let namespace = self.sheet.namespace(&topology.nodes[index].identity);
        match topology.application_of(index) {
            // A frame around one workload would say nothing.
            Some(at) if !self.alone && self.applications.get(&at).is_some_and(|size| *size > 1) => {
                Some(self.sheet.application(&topology.applications[at], namespace.as_ref()))
            }
            _ => namespace,
        }
    }

    fn draw_workloads(&mut self, depth: Depth) {
        let folded = depth == Depth::Workloads;
        for (index, node, pod) in self.workloads.clone() {
            let group = self.group(index);
            let actor = if folded {
                cast::folded_workload(self.scene, index, pod)
            } else {
                cast::pod(self.scene, index)
            };
            let id = self.sheet.node(actor, group.as_ref());
            self.host(index, &id);
            self.draw_containers((index, node, pod), &id, group.as_ref(), folded);
        }
        if folded {
            let containers = count(self.containers(), "container", "containers");
            self.sheet.leave_out(format!(
                "Not drawn one by one: {containers}; the page of each workload draws its own."
            ));
        }
    }

    fn draw_containers(&mut self, workload: Workload, pod_id: &Id, group: Option<&Id>, folded: bool) {
        let (index, node, pod) = workload;
        let roles = self.scene.facts.of(index).map(|facts| facts.roles.as_slice()).unwrap_or_default();
        let (drawn, rest) = fold::containers(pod, MOST_OF_ONE_POD);
        for &container in drawn.iter().chain(&rest) {
            let actor = cast::container(node, pod, roles.get(container).copied(), container);
            let reason = Reason::field(node.object.as_deref(), &pod.containers[container].path);
            if folded || rest.binary_search(&container).is_ok() {
                let (from, link) = (self.sheet.said(pod_id), actor.node.link.clone());
                self.sheet.row(from, "contains", (actor.said, link), reason);
            } else {
                let id = self.sheet.node(actor, group);
                self.sheet.arrow(pod_id, &id, "contains", Line::Solid, reason);
            }
        }
        if !folded && !rest.is_empty() {
            let words = count(rest.len(), "more container", "more containers");
            let id = Id::of('f', &[&node.identity.id(), "containers"]);
            let id = self.sheet.node(Actor::new(id, Class::Container, &words, ""), group);
            self.sheet.arrow(pod_id, &id, "contains", Line::Solid, Reason::none());
            self.sheet.leave_out(format!(
                "Not drawn one by one: {words} of {} {}; the table lists them.",
                node.identity.kind, node.identity.name
            ));
        }
    }

    /// How many boxes there are where the workloads of one application are one.
    fn folds_applications(&self, trunk: usize) -> usize {
        self.applications.values().fold(trunk, |boxes, workloads| boxes - (workloads - 1))
    }

    fn draw_groups(&mut self) {
        let mut folded: BTreeMap<usize, Vec<Workload>> = BTreeMap::new();
        for workload in self.workloads.clone() {
            let (index, node, pod) = workload;
            let at = self.scene.topology.application_of(index);
            match at.filter(|at| self.applications.get(at).is_some_and(|size| *size > 1)) {
                Some(at) => folded.entry(at).or_default().push(workload),
                None => {
                    let group = self.sheet.namespace(&node.identity);
                    let actor = cast::folded_workload(self.scene, index, pod);
                    let id = self.sheet.node(actor, group.as_ref());
                    self.host(index, &id);
                    self.draw_containers(workload, &id, group.as_ref(), true);
                }
            }
        }
        for (at, workloads) in &folded {
            let application = &self.scene.topology.applications[*at];
            let group = self.sheet.namespace(&workloads[0].1.identity);
            let actor = cast::application(application, &sum(workloads));
            let id = self.sheet.node(actor, group.as_ref());
            workloads.iter().for_each(|(index, ..)| self.host(*index, &id));
        }
        let workloads = count(folded.values().map(Vec::len).sum(), "workload", "workloads");
        let applications = count(folded.len(), "application", "applications");
        self.sheet.leave_out(format!(
            "Not drawn one by one: {workloads} of {applications}; the page of each application draws its own."
        ));
        let containers = count(self.containers(), "container", "containers");
        self.sheet.leave_out(format!(
            "Not drawn one by one: {containers}; the page of each workload draws its own."
        ));
    }

    fn draw_applications(&mut self) {
        let applications = self.applications();
        let most =
            self.scene.budget.nodes.min(self.scene.budget.edges).saturating_sub(self.pools().len() + 2);
        let beyond = if applications.len() > most { applications.len() + 1 - most } else { 0 };
        let shown = applications.len() - beyond;
        let mut rest: Vec<Workload> = Vec::new();
        for (place, (at, workloads)) in applications.into_iter().enumerate() {
            let Some(application) = self.scene.topology.applications.get(at).filter(|_| place < shown) else {
                rest.extend(workloads);
                continue;
            };
            let Some((_, first, _)) = workloads.first() else { continue };
            let group = self.sheet.namespace(&first.identity);
            let actor = cast::application(application, &sum(&workloads));
            let id = self.sheet.node(actor, group.as_ref());
            workloads.iter().for_each(|(index, ..)| self.host(*index, &id));
        }
        if let Some((_, first, _)) = rest.first() {
            let group = self.sheet.namespace(&first.identity);
            let id = Id::of('f', &[&self.environment, &first.identity.namespace, "workloads"]);
            let words = count(rest.len(), "more workload", "more workloads");
            let id = self.sheet.node(Actor::new(id, Class::Workload, &words, &sum(&rest)), group.as_ref());
            rest.iter().for_each(|(index, ..)| self.host(*index, &id));
        }
        let workloads = sum(&self.workloads);
        self.sheet.leave_out(format!(
            "Not drawn one by one: {workloads}; the page of each application draws its own."
        ));
    }

    fn draw_namespaces(&mut self) {
        let namespaces = self.namespaces();
        let pools = self.pools().len();
        let most = self.scene.budget.nodes.min(self.scene.budget.edges / pools.clamp(1, 4));
        let room = most.saturating_sub(pools + 2).max(1);
        let beyond = if namespaces.len() > room + 1 { namespaces.len() - room } else { 0 };
        let shown = namespaces.len() - beyond;
        for (name, workloads) in namespaces.iter().take(shown) {
            let id = Id::of('s', &[&self.environment, name]);
            let link = Subject::Namespace(Arc::clone(&self.environment), Arc::from(*name));
            let actor = Actor::new(id, Class::Namespace, name, &sum(workloads))
                .called(format!("namespace {name}"))
                .linked(Some(link));
            let id = self.sheet.node(actor, None);
            workloads.iter().for_each(|(index, ..)| self.host(*index, &id));
        }
        if beyond > 0 {
            let rest: Vec<Workload> = namespaces.values().skip(shown).flatten().copied().collect();
            let words = count(beyond, "more namespace", "more namespaces");
            let id = Id::of('f', &[&self.environment, "namespaces"]);
            let id = self.sheet.node(Actor::new(id, Class::Namespace, &words, &sum(&rest)), None);
            rest.iter().for_each(|(index, ..)| self.host(*index, &id));
            self.sheet.leave_out(format!("Not drawn one by one: {words}; each has a page under Namespaces."));
        }
        let workloads = sum(&self.workloads);
        self.sheet.leave_out(format!(
            "Not drawn one by one: {workloads}; the page of each namespace draws its own."
        ));
    }

    fn draw_lookalikes(&mut self) {
        let pools = self.pools().len();
        let most = self.scene.budget.nodes.min(self.scene.budget.edges).saturating_sub(pools + 2).max(1);
        let keys: [fn(&Workload) -> [String; 2]; 3] = [
            |(_, node, pod)| [kind(node), each(pod.containers.len())],
            |(_, node, _)| [kind(node), String::new()],
            |_| ["workload".to_owned(), String::new()],
        ];
        let mut pieces = Vec::new();
        for key in keys {
            let full = |workload: &Workload| {
                let [kind, note] = key(workload);
                [kind, self.place_key(workload.0), note]
            };
            let things = self.workloads.iter().map(|workload| (full(workload), *workload)).collect();
            pieces = fold(things, |_| usize::MAX, most);
            if pieces.len() <= most {
                break;
            }
        }
        let mut folded: Vec<String> = Vec::new();
        for piece in pieces {
            match piece {
                Piece::One((index, node, pod)) => {
                    let group = self.sheet.namespace(&node.identity);
                    let id = self.sheet.node(cast::folded_workload(self.scene, index, pod), group.as_ref());
                    self.host(index, &id);
                }
                Piece::Many([kind, place, note], members) => {
                    let Some(&(index, first, _)) = members.first() else { continue };
                    let group = self.sheet.namespace(&first.identity);
                    let id = Id::of(
                        'f',
                        &[&first.identity.environment, &first.identity.namespace, &kind, &place, &note],
                    );
                    let link = Subject::Namespace(
                        Arc::clone(&self.environment),
                        Arc::clone(&first.identity.namespace),
                    );
                    let actor =
                        cast::several(id, Class::Workload, members.len(), &kind, &note).linked(Some(link));
                    folded.push(actor.said.clone());
                    let id = self.sheet.node(actor, group.as_ref());
                    self.host(index, &id);
                }
            }
        }
        let words = list(&folded, "group of workloads", "groups of workloads that look alike");
        self.sheet.leave_out(format!("Not drawn one by one: {words}; the namespace's page lists them."));
        let containers = count(self.containers(), "container", "containers");
        self.sheet.leave_out(format!(
            "Not drawn one by one: {containers}; the page of each workload draws its own."
        ));
    }
}

fn kind(node: &Node) -> String {
    node.identity.kind.to_string()
}

fn each(containers: usize) -> String {
    format!("{} each", count(containers, "container", "containers"))
}

/// `12 workloads, 14 containers`; `9 Deployments, 10 containers` where all are of one kind.
fn sum(workloads: &[Workload]) -> String {
    let containers: usize = workloads.iter().map(|(_, _, pod)| pod.containers.len()).sum();
    let kinds: BTreeSet<&str> = workloads.iter().map(|(_, node, _)| &*node.identity.kind).collect();
    let workloads = match kinds.first() {
        Some(kind) if kinds.len() == 1 => count(workloads.len(), kind, &plural(kind)),
        _ => count(workloads.len(), "workload", "workloads"),
    };
    format!("{workloads}, {}", count(containers, "container", "containers"))
}
