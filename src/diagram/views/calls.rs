//! Who calls whom across the cluster, read out of values such as URLs in environment variables. A Service in front of
//! one workload is drawn as that workload: what people look for is who answers.

mod ends;
mod folds;

use super::cast::{self, Actor};
use super::sheet::{Reason, Sheet, line};
use super::wording;
use super::{Budget, Definition, Focus, Of, Scene, denial, route};
use crate::catalog::{Relation, Role};
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::document::{Identity, PLAIN_ENVIRONMENT};
use crate::model::Subject;
use crate::names::count;
use crate::topology::{Edge, HOST, NodeIndex, SecretAddress, State};
use ends::{in_secrets, is_own};
use folds::{Folds, Ranks, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) static VIEW: Definition =
    Definition { name: "calls", of: Of::Everything, budget: Budget { nodes: 30, edges: 36 }, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let (mut calls, asked) = (calls(scene, focus), in_secrets(scene, focus));
    calls.retain(|edge| !is_own(scene, edge));
    if calls.is_empty() && asked.is_empty() {
        return None;
    }
    let mut best = None;
    for folds in Folds::tries() {
        let mut map = Map::draw(scene, focus, &calls, folds);
        if !folds.applications {
            asked.iter().for_each(|one| map.ask(one));
        }
        let fits = map.sheet.fits(scene.budget);
        best = Some(map);
        if fits {
            break;
        }
    }
    let map = best?;
    let description = match calls.is_empty() {
        true => "Who is called stands in Secrets, and is not in these manifests.".to_owned(),
        false => describe(scene, focus, &calls),
    };
    Some(map.sheet.finish(View::Calls, title(scene, focus), description, Direction::Right, scene.budget))
}

/// The calls that the focus has to do with.
fn calls<'a>(scene: Scene<'a>, focus: &Focus) -> Vec<&'a Edge> {
    let topology = scene.topology;
    let is_call = |edge: &&Edge| edge.is_call_of_workload();
    let identity = |index: NodeIndex| &topology.nodes[index].identity;
    match focus {
        Focus::All(environment) => {
            let inside = |edge: &&Edge| identity(edge.from).environment == *environment;
            topology.edges.iter().filter(is_call).filter(inside).collect()
        }
        Focus::Namespace(environment, namespace) => {
            let is_here = |index: NodeIndex| {
                identity(index).environment == *environment && identity(index).namespace == *namespace
            };
            let touches = |edge: &&Edge| is_here(edge.from) || is_here(edge.to);
            topology.edges.iter().filter(is_call).filter(touches).collect()
        }
        Focus::Application(at) => {
            let touches = |edge: &&Edge| scene.is_in(*at, edge.from) || scene.is_in(*at, edge.to);
            topology.edges.iter().filter(is_call).filter(touches).collect()
        }
        Focus::Object(index) => {
            let services = topology.to(*index).filter(|edge| {
                edge.relation == Relation::Selects && topology.nodes[edge.from].role == Role::Service
            });
            let targets: BTreeSet<NodeIndex> = services.map(|edge| edge.from).chain([*index]).collect();
            let incoming = targets.iter().flat_map(|&target| topology.to(target)).filter(is_call);
            let outgoing = topology.from(*index).filter(is_call);
            outgoing.chain(incoming.filter(|edge| edge.from != *index)).collect()
        }
        Focus::Container(index, container) => {
            let own = topology.calls_of(*index).iter().filter(|call| call.container == *container);
            let targets: BTreeSet<NodeIndex> = own.map(|call| call.to).collect();
            topology.from(*index).filter(is_call).filter(|edge| targets.contains(&edge.to)).collect()
        }
    }
}

/// At which end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Calls,
    Answers,
}

struct Map<'a> {
    scene: Scene<'a>,
    focus: &'a Focus,
    folds: Folds,
    sheet: Sheet,
    wide: bool,
    /// How many applications what the diagram is about has.
    applications: usize,
    /// What is drawn one by one, and the number of the rest: of what the diagram is about, and of what is elsewhere.
    here: Ranks,
    elsewhere: Ranks,
    /// The boxes that stand for several.
    folded: BTreeSet<Id>,
    /// How many hosts outside, and how many missing Services, are called.
    outside: usize,
    missing: usize,
    /// The Services through which each workload is called.
    fronts: BTreeMap<NodeIndex, Vec<NodeIndex>>,
}

impl<'a> Map<'a> {
    fn draw(scene: Scene<'a>, focus: &'a Focus, calls: &[&Edge], folds: Folds) -> Map<'a> {
        let nodes = &scene.topology.nodes;
        let targets: BTreeSet<NodeIndex> = calls.iter().map(|edge| edge.to).collect();
        let ends = calls.iter().flat_map(|edge| [edge.from, edge.to]);
        let namespaces: BTreeSet<&str> = ends.map(|end| &*nodes[end].identity.namespace).collect();
        let mut map = Map {
            scene,
            focus,
            folds,
            sheet: Sheet::default(),
            here: Ranks::default(),
            elsewhere: Ranks::default(),
            folded: BTreeSet::new(),
            wide: namespaces.iter().filter(|name| !name.is_empty()).count() > 1,
            outside: targets.iter().filter(|&&index| &*nodes[index].identity.kind == HOST).count(),
            applications: 0,
            missing: targets.iter().filter(|&&index| nodes[index].state == State::Missing).count(),
            fronts: BTreeMap::new(),
        };
        for &target in &targets {
            if let [only] = map.behind(target)[..] {
                map.fronts.entry(only).or_default().push(target);
            }
        }
        map.rank(calls);
        for edge in calls {
            map.call(edge);
        }
        for &target in &targets {
            map.lead_on(target);
        }
        map
    }

    /// Finds out which boxes have the most calls.
    fn rank(&mut self, calls: &[&Edge]) {
        let ends: Vec<NodeIndex> = calls.iter().flat_map(|edge| [edge.from, self.answers(edge.to)]).collect();
        let here = ends.iter().filter(|&&end| self.is_here(end));
        let applications = here.map(|&end| self.scene.topology.application_of(end));
        self.applications = applications.collect::<BTreeSet<_>>().len();
        let (mut here, mut elsewhere) = (BTreeMap::new(), BTreeMap::new());
        let behind = ends.iter().flat_map(|&end| self.behind(end));
        for (end, calls) in ends.iter().map(|&end| (end, 1)).chain(behind.map(|end| (end, 0))) {
            let (unit, is_here) = self.unit(end);
            *if is_here { &mut here } else { &mut elsewhere }.entry(unit).or_default() += calls;
        }
        self.here = Ranks::of(here, self.folds.most_here);
        self.elsewhere = Ranks::of(elsewhere, self.folds.most_elsewhere);
    }

    /// Whether an object belongs to what the diagram is about.
    fn is_here(&self, index: NodeIndex) -> bool {
        let identity = &self.scene.topology.nodes[index].identity;
        match self.focus {
            _ if identity.namespace.is_empty() => true,
            Focus::Namespace(_, namespace) => *namespace == identity.namespace,
            Focus::Application(at) => self.scene.is_in(*at, index),
            Focus::All(_) => !self.wide,
            Focus::Object(_) | Focus::Container(..) => true,
        }
    }

    /// What an object is drawn as, and whether that belongs to what the diagram is about.
    fn unit(&self, index: NodeIndex) -> (Unit, bool) {
        let is_here = self.is_here(index);
        let application = self.scene.topology.application_of(index).map(Unit::Application);
        let unit = match self.focus {
            Focus::Application(_) if self.folds.elsewhere && !is_here => application,
            Focus::All(_) | Focus::Namespace(..)
                if self.folds.applications && is_here && self.applications > 1 =>
            {
                application
            }
            _ => None,
        };
        let namespace = || Unit::Namespace(Arc::clone(&self.scene.topology.nodes[index].identity.namespace));
        let elsewhere = (self.folds.elsewhere && !is_here).then(namespace);
        (unit.or(elsewhere).unwrap_or(Unit::Object(index)), is_here)
    }

    /// Who answers at a Service: the workload behind it if there is one only.
    fn answers(&self, service: NodeIndex) -> NodeIndex {
        match self.behind(service)[..] {
            [only] => only,
            _ => service,
        }
    }

    /// The workloads that a Service leads to.
    fn behind(&self, service: NodeIndex) -> Vec<NodeIndex> {
        let selects = self.scene.topology.from(service).filter(|edge| edge.relation == Relation::Selects);
        selects.map(|edge| edge.to).collect()
    }

    fn call(&mut self, edge: &Edge) {
        let topology = self.scene.topology;
        let (from, to) = (self.spot(edge.from, End::Calls), self.spot(self.answers(edge.to), End::Answers));
        let verb = edge.detail().map_or_else(|| "calls".to_owned(), |ports| format!("calls on {ports}"));
        let denial = denial::of_edge(self.scene, edge, &verb);
        let (verb, row) = match denial {
            Some(denial) => (denial.arrow.unwrap_or(verb), denial.row),
            None => (verb.clone(), verb),
        };
        // Where several calls share a box at one end, one arrow stands for all of them.
        let is_folded = self.folded.contains(&from) || self.folded.contains(&to);
        let short = if is_folded { "calls" } else { &verb };
        if from != to {
            self.sheet.silent_arrow(&from, &to, short, line(topology, edge));
        }
        let said = |index: NodeIndex| {
            let node = &topology.nodes[index];
            (cast::object(node).said, cast::link(node))
        };
        self.sheet.row(said(edge.from), &row, said(edge.to), Reason::edge(topology, edge));
    }

    /// An arrow from a workload to the Secret that holds whom it calls: which that is, nobody sees.
    fn ask(&mut self, one: &SecretAddress) {
        let nodes = &self.scene.topology.nodes;
        let from = self.spot(one.from, End::Calls);
        let secret = &nodes[one.secret];
        let group = self.wide.then(|| self.sheet.namespace(&secret.identity)).flatten();
        let to = self.sheet.node(cast::object(secret), group.as_ref());
        let object = nodes[one.from].object.as_deref();
        self.sheet.arrow(
            &from,
            &to,
            "reads an address from",
            Line::Dotted,
            Reason::field(object, &one.field),
        );
    }

    /// The arrows from a Service that is drawn itself to the workloads behind it.
    fn lead_on(&mut self, service: NodeIndex) {
        let behind = self.behind(service);
        if behind.len() < 2 {
            return;
        }
        let topology = self.scene.topology;
        let from = self.spot(service, End::Answers);
        for edge in topology.from(service).filter(|edge| edge.relation == Relation::Selects) {
            let to = self.spot(edge.to, End::Answers);
            if from != to {
                let verb = route::bare_verb(topology, edge);
                self.sheet.arrow(&from, &to, verb, Line::Solid, Reason::edge(topology, edge));
            }
        }
    }

    /// Where an object is drawn: as itself, or in a box that stands for several.
    fn spot(&mut self, index: NodeIndex, end: End) -> Id {
        let node = &self.scene.topology.nodes[index];
        let identity = &node.identity;
        let of_environment = |name: &str| Id::of('f', &[&identity.environment, "calls", name]);
        if &*identity.kind == HOST && self.folds.outside && self.outside > 1 {
            let words = count(self.outside, "host", "hosts");
            self.fold(&words);
            self.folded.insert(of_environment("outside"));
            let actor = Actor::new(of_environment("outside"), Class::External, &words, "outside the cluster");
            return self.sheet.node(actor, None);
        }
        if node.state == State::Missing && self.folds.missing && self.missing > 1 {
            let words = count(self.missing, "Service", "Services");
            self.fold(&format!("{words} that are not in these manifests"));
            self.folded.insert(of_environment("missing"));
            let actor =
                Actor::new(of_environment("missing"), Class::Missing, &words, "not in these manifests");
            return self.sheet.node(actor, None);
        }
        let (unit, is_here) = self.unit(index);
        let ranks = if is_here { &self.here } else { &self.elsewhere };
        if !ranks.shown.contains(&unit) {
            let (rest, is_all) = (ranks.rest, ranks.shown.is_empty());
            return self.rest(index, &unit, (rest, is_all), (!is_here).then_some(end));
        }
        match unit {
            Unit::Namespace(_) => self.namespace(identity),
            Unit::Application(at) => self.application(at),
            Unit::Object(_) => {
                let actor = self.actor(index);
                let group = self.group(index);
                self.sheet.node(actor, group.as_ref())
            }
        }
    }

    /// The box of all that is drawn nowhere else. What stands outside is drawn twice, before and behind the rest, so that
    /// no arrow runs back.
    fn rest(
        &mut self,
        index: NodeIndex,
        unit: &Unit,
        (rest, is_all): (usize, bool),
        elsewhere: Option<End>,
    ) -> Id {
        let (class, one, many) = match unit {
            Unit::Namespace(_) => (Class::Namespace, "namespace", "namespaces"),
            Unit::Application(_) => (Class::Application, "application", "applications"),
            Unit::Object(_) => (Class::Workload, "workload or Service", "workloads and Services"),
        };
        let more = match self.focus {
            _ if !is_all => "more ",
            Focus::All(_) => "",
            _ => "other ",
        };
        let words = count(rest, &format!("{more}{one}"), &format!("{more}{many}"));
        let identity = &self.scene.topology.nodes[index].identity;
        let (place, note) = match elsewhere {
            None => ("rest", "with fewer calls"),
            Some(End::Calls) => ("callers", "those that call"),
            Some(End::Answers) => ("called", "those that are called"),
        };
        let id = Id::of('f', &[&identity.environment, "calls", place]);
        let group = match self.focus {
            Focus::Namespace(..) | Focus::Application(_) if elsewhere.is_none() => self.group(index),
            _ => None,
        };
        self.fold(&words);
        self.folded.insert(id.clone());
        self.sheet.node(Actor::new(id, class, &words, note), group.as_ref())
    }

    fn application(&mut self, at: usize) -> Id {
        let application = &self.scene.topology.applications[at];
        self.sheet.leave_out(
            "Not drawn: who calls whom inside of each application that is one box; its page draws it."
                .to_owned(),
        );
        let members = application.members.iter();
        let workloads = members.filter(|&&member| self.scene.topology.nodes[member].pod.is_some()).count();
        let note = count(workloads, "workload", "workloads");
        let id = self.sheet.node(cast::application(application, &note), None);
        self.folded.insert(id.clone());
        id
    }

    fn actor(&self, index: NodeIndex) -> Actor {
        let node = &self.scene.topology.nodes[index];
        let actor = cast::object(node);
        match (node.pod.is_some(), node.role) {
            (true, _) => {
                let fronts = self.fronts.get(&index).map(Vec::as_slice).unwrap_or_default();
                let kind = &node.identity.kind;
                let note = match fronts {
                    [] => kind.to_string(),
                    [one] => match &self.scene.topology.nodes[*one].identity.name {
                        name if *name == node.identity.name => format!("{kind} and Service"),
                        name => format!("{kind} behind Service {name}"),
                    },
                    many => format!("{kind} behind {}", count(many.len(), "Service", "Services")),
                };
                actor.noted(note)
            }
            (false, Role::Service) if node.state == State::Present => {
                let leads =
                    if self.behind(index).is_empty() { ", leads to no pod in these manifests" } else { "" };
                actor.noted(format!("{}{leads}", route::service_note(node)))
            }
            _ => actor,
        }
    }

    /// Around one application, each box stands in its own application, so that it is plain who is outside.
    fn group(&mut self, index: NodeIndex) -> Option<Id> {
        let topology = self.scene.topology;
        let identity = &topology.nodes[index].identity;
        match (self.focus, topology.application_of(index)) {
            (Focus::Application(_), Some(at)) => {
                Some(self.sheet.application(&topology.applications[at], None))
            }
            (Focus::Application(_), None) => self.sheet.namespace(identity),
            _ if self.wide => self.sheet.namespace(identity),
            _ => None,
        }
    }

    fn namespace(&mut self, identity: &Identity) -> Id {
        let (environment, namespace) = (Arc::clone(&identity.environment), Arc::clone(&identity.namespace));
        let id = Id::of('s', &[&environment, &namespace]);
        self.folded.insert(id.clone());
        self.sheet.leave_out(
            "Not drawn: who calls whom inside of each namespace that is one box; its page draws it."
                .to_owned(),
        );
        let actor = Actor::new(id, Class::Namespace, &namespace, "namespace")
            .called(format!("namespace {namespace}"))
            .linked(Some(Subject::Namespace(environment, Arc::clone(&namespace))));
        self.sheet.node(actor, None)
    }

    fn fold(&mut self, words: &str) {
        self.sheet.leave_out(format!("Not drawn one by one: {words}; the table lists them."));
    }
}

fn title(scene: Scene, focus: &Focus) -> String {
    match focus {
        Focus::All(environment) if **environment == *PLAIN_ENVIRONMENT => "Who calls whom".to_owned(),
        Focus::All(environment) => format!("Who calls whom in environment {environment}"),
        Focus::Namespace(_, namespace) => format!("Who calls whom in namespace {namespace}"),
        Focus::Application(at) => {
            format!("Who calls whom in and around application {}", scene.application(*at).shown())
        }
        Focus::Object(index) => {
            let node = &scene.topology.nodes[*index];
            format!("Who calls whom around {} {}", node.identity.kind, node.identity.name)
        }
        Focus::Container(index, container) => {
            let node = &scene.topology.nodes[*index];
            let name = node.pod.as_ref().map(|pod| cast::container_name(pod, *container)).unwrap_or_default();
            format!("Whom container {name} of {} {} calls", node.identity.kind, node.identity.name)
        }
    }
}

fn describe(scene: Scene, focus: &Focus, calls: &[&Edge]) -> String {
    let nodes = &scene.topology.nodes;
    let callers: BTreeSet<NodeIndex> = calls.iter().map(|edge| edge.from).collect();
    let targets: BTreeSet<NodeIndex> = calls.iter().map(|edge| edge.to).collect();
    let number = |is: &dyn Fn(&crate::topology::Node) -> bool| {
        targets.iter().filter(|&&index| is(&nodes[index])).count()
    };
    let outside = number(&|node| &*node.identity.kind == HOST);
    let missing = number(&|node| node.state == State::Missing);
    let services = targets.len() - outside - missing;
    let mut parts = Vec::new();
    for (number, one, many) in [
        (services, "Service", "Services"),
        (missing, "Service that is not in these manifests", "Services that are not in these manifests"),
        (outside, "host outside of the cluster", "hosts outside of the cluster"),
    ] {
        if number > 0 {
            parts.push(count(number, one, many));
        }
    }
    let whom = wording::list(&parts, "", "");
    let only = match focus {
        Focus::Object(index) | Focus::Container(index, _)
            if callers.len() == 1 && callers.contains(index) =>
        {
            Some(*index)
        }
        _ => None,
    };
    let who = match only {
        Some(index) => format!("{} {} calls", nodes[index].identity.kind, nodes[index].identity.name),
        None if callers.len() == 1 => "1 workload calls".to_owned(),
        None => format!("{} workloads call", callers.len()),
    };
    let is_denied =
        |edge: &&&Edge| denial::of_edge(scene, edge, "").is_some_and(|denial| denial.arrow.is_some());
    let denied = match calls.iter().filter(is_denied).count() {
        0 => String::new(),
        1 if calls.len() == 1 => " NetworkPolicies deny this call.".to_owned(),
        1 => " NetworkPolicies deny one of these calls.".to_owned(),
        all if all == calls.len() => " NetworkPolicies deny all of these calls.".to_owned(),
        some => format!(" NetworkPolicies deny {some} of these calls."),
    };
    format!("{who} {whom}, as variables, arguments, and ConfigMaps tell.{denied}")
}
