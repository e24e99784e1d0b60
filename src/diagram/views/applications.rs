//! Which application talks to which: one box an application, one arrow for all calls and routes from one to another.

use super::cast::{self, Actor};
use super::sheet::{Reason, Sheet};
use super::wording;
use super::{Budget, Definition, Focus, Of, Scene};
use crate::catalog::{FieldPath, Relation, Role};
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::document::PLAIN_ENVIRONMENT;
use crate::facts::{is_exposed, lets_traffic_in};
use crate::model::Subject;
use crate::names::count;
use crate::topology::{Application, Edge, HOST, NodeIndex, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What one box stands for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    /// Clients outside of the cluster.
    Clients,
    /// An application.
    Application(usize),
    /// A namespace that has no applications of its own, or what its applications share.
    Namespace(Arc<str>),
    /// Services that are not in the input.
    Missing,
    /// Hosts outside of the cluster.
    Outside,
}

/// All calls and routes from one unit to another.
#[derive(Default)]
struct Traffic<'a> {
    calls: Vec<&'a Edge>,
    routes: Vec<&'a Edge>,
    /// The routes, and the Services that let traffic in themselves.
    doors: BTreeSet<NodeIndex>,
}

pub(super) static VIEW: Definition =
    Definition { name: "applications", of: Of::Everything, budget: Budget { nodes: 30, edges: 36 }, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let (environment, title) = match focus {
        Focus::All(environment) if **environment == *PLAIN_ENVIRONMENT => {
            (environment, "Which application talks to which".to_owned())
        }
        Focus::All(environment) => {
            (environment, format!("Which application talks to which in environment {environment}"))
        }
        Focus::Namespace(environment, namespace) => {
            (environment, format!("Which application of namespace {namespace} talks to which"))
        }
        Focus::Application(at) => {
            let application = scene.application(*at);
            (&application.environment, format!("Whom application {} talks to", application.shown()))
        }
        Focus::Object(_) | Focus::Container(..) => return None,
    };
    let topology = scene.topology;
    let asked: BTreeSet<usize> = match focus {
        Focus::Namespace(_, namespace) => {
            topology.applications_in(environment, namespace).into_iter().collect()
        }
        Focus::Application(at) => BTreeSet::from([*at]),
        _ => {
            let all = topology.applications.iter().enumerate();
            all.filter(|(_, application)| application.environment == *environment).map(|(at, _)| at).collect()
        }
    };
    let is_asked = |unit: &Unit| matches!(unit, Unit::Application(at) if asked.contains(at));
    let mut traffic = traffic(scene, environment);
    let inside: BTreeSet<usize> = traffic
        .keys()
        .filter(|(from, to)| from == to)
        .filter_map(|(unit, _)| if let Unit::Application(at) = unit { Some(*at) } else { None })
        .collect();
    traffic.retain(|(from, to), _| from != to && (is_asked(from) || is_asked(to)));
    if traffic.is_empty() {
        return None;
    }
    let mut sheet = Sheet::default();
    let units: BTreeSet<&Unit> = traffic.keys().flat_map(|(from, to)| [from, to]).collect();
    let several = namespaces(scene, &units) > 1;
    let ids: BTreeMap<&Unit, Id> =
        units.iter().map(|unit| (*unit, place(&mut sheet, scene, environment, unit, several))).collect();
    for ((from, to), traffic) in &traffic {
        let (from, to) = (&ids[from], &ids[to]);
        let line = if traffic.doors.is_empty() { Line::Dashed } else { Line::Solid };
        sheet.silent_arrow(from, to, &verb(traffic, scene), line);
        for edge in traffic.routes.iter().chain(&traffic.calls) {
            let said = |index: NodeIndex| {
                (cast::object(&topology.nodes[index]).said, cast::link(&topology.nodes[index]))
            };
            let verb = if edge.relation == Relation::Calls { "calls" } else { "sends traffic to" };
            sheet.row(said(edge.from), verb, said(edge.to), Reason::edge(topology, edge));
        }
        let exposed = traffic.doors.iter().filter(|&&door| topology.nodes[door].role == Role::Service);
        for &door in exposed {
            let node = &topology.nodes[door];
            let reason = Reason::field(node.object.as_deref(), &FieldPath::of("spec.type"));
            let to = (cast::object(node).said, cast::link(node));
            sheet.row(("clients outside".to_owned(), None), "send requests to", to, reason);
        }
    }
    leave_out(&mut sheet, scene, &asked, &inside, &units);
    let applications = units.iter().filter(|unit| matches!(unit, Unit::Application(_))).count();
    let description = format!(
        "{}; each arrow stands for all calls or routes from one to another, as routes, variables, arguments, and \
         ConfigMaps tell.",
        count(applications, "application", "applications")
    );
    Some(sheet.finish(View::Applications, title, description, Direction::Right, scene.budget))
}

/// Who sends what to whom in an environment, box by box.
fn traffic<'a>(scene: Scene<'a>, environment: &str) -> BTreeMap<(Unit, Unit), Traffic<'a>> {
    let topology = scene.topology;
    let mut traffic: BTreeMap<(Unit, Unit), Traffic> = BTreeMap::new();
    for edge in &topology.edges {
        if *topology.nodes[edge.from].identity.environment != *environment {
            continue;
        }
        match edge.relation {
            Relation::Calls if edge.is_call_of_workload() => {
                let key = (unit(scene, edge.from), unit(scene, answers(scene, edge.to)));
                traffic.entry(key).or_default().calls.push(edge);
            }
            Relation::RoutesTo
                if topology.nodes[edge.from].role == Role::Route && lets_traffic_in(topology, edge.from) =>
            {
                let key = (Unit::Clients, unit(scene, answers(scene, edge.to)));
                let traffic = traffic.entry(key).or_default();
                traffic.routes.push(edge);
                traffic.doors.insert(edge.from);
            }
            _ => {}
        }
    }
    let exposed = topology.present().filter(|(_, node)| node.role == Role::Service && is_exposed(node));
    for (index, _) in exposed.filter(|(_, node)| *node.identity.environment == *environment) {
        let key = (Unit::Clients, unit(scene, answers(scene, index)));
        traffic.entry(key).or_default().doors.insert(index);
    }
    traffic
}

/// Who answers at a Service: the workload behind it if there is one only.
fn answers(scene: Scene, target: NodeIndex) -> NodeIndex {
    let mut behind =
        scene.topology.from(target).filter(|edge| edge.relation == Relation::Selects).map(|edge| edge.to);
    match (behind.next(), behind.next()) {
        (Some(only), None) => only,
        _ => target,
    }
}

fn unit(scene: Scene, index: NodeIndex) -> Unit {
    let node = &scene.topology.nodes[index];
    match scene.topology.application_of(index) {
        Some(at) => Unit::Application(at),
        None if &*node.identity.kind == HOST => Unit::Outside,
        None if node.state == State::Missing => Unit::Missing,
        None => Unit::Namespace(Arc::clone(&node.identity.namespace)),
    }
}

fn verb(traffic: &Traffic, scene: Scene) -> String {
    let name = |door: &NodeIndex| {
        let identity = &scene.topology.nodes[*door].identity;
        format!("{} {}", identity.kind, identity.name)
    };
    match (traffic.doors.first(), traffic.doors.len(), traffic.calls.len()) {
        (Some(only), 1, _) => format!("send requests through {}", name(only)),
        (Some(_), doors, _) => format!("send requests through {doors} ways in"),
        (None, _, 1) => "calls".to_owned(),
        (None, _, calls) => format!("calls, {calls} times"),
    }
}

fn namespaces(scene: Scene, units: &BTreeSet<&Unit>) -> usize {
    let names = units.iter().filter_map(|unit| match unit {
        Unit::Application(at) => Some(Arc::clone(&scene.application(*at).namespace)),
        Unit::Namespace(name) => Some(Arc::clone(name)),
        _ => None,
    });
    names.collect::<BTreeSet<_>>().len()
}

fn place(sheet: &mut Sheet, scene: Scene, environment: &Arc<str>, unit: &Unit, several: bool) -> Id {
    let fixed = |letter, name| Id::of(letter, &[environment, "applications", name]);
    let actor = match unit {
        Unit::Clients => {
            Actor::new(fixed('u', "clients"), Class::Person, "Clients", "outside of the cluster")
                .called("clients outside".to_owned())
        }
        Unit::Outside => {
            Actor::new(fixed('f', "outside"), Class::External, "Hosts", "outside of the cluster")
        }
        Unit::Missing => {
            Actor::new(fixed('f', "missing"), Class::Missing, "Services", "not in these manifests")
        }
        Unit::Namespace(name) => {
            let note = if scene.topology.applications_in(environment, name).is_empty() {
                "namespace"
            } else {
                "namespace: what belongs to no application"
            };
            let link = Subject::Namespace(Arc::clone(environment), Arc::clone(name));
            Actor::new(Id::of('s', &[environment, name]), Class::Namespace, name, note)
                .called(format!("namespace {name}"))
                .linked(Some(link))
        }
        Unit::Application(at) => actor(scene, scene.application(*at), several),
    };
    sheet.node(actor, None)
}

/// An application as a box.
fn actor(scene: Scene, application: &Application, several: bool) -> Actor {
    let members = application.members.iter();
    let workloads = members.filter(|&&member| scene.topology.nodes[member].pod.is_some()).count();
    let workloads = count(workloads, "workload", "workloads");
    let place = if several { format!(" in namespace {}", application.namespace) } else { String::new() };
    cast::application(application, &format!("{workloads}{place}"))
}

fn leave_out(
    sheet: &mut Sheet,
    scene: Scene,
    asked: &BTreeSet<usize>,
    inside: &BTreeSet<usize>,
    units: &BTreeSet<&Unit>,
) {
    let apart = asked.iter().filter(|&&at| !units.contains(&Unit::Application(at)));
    let (inward, silent): (Vec<usize>, Vec<usize>) = apart.partition(|at| inside.contains(at));
    let listed = |all: &[usize]| {
        let names: Vec<String> = all.iter().map(|&at| scene.application(at).shown().to_owned()).collect();
        wording::list(&names, "application", "applications")
    };
    if !inward.is_empty() {
        let (names, whose) =
            (listed(&inward), if inward.len() == 1 { "its page draws" } else { "their pages draw" });
        sheet.leave_out(format!("Not drawn: {names}; calls stay inside, and {whose} them."));
    }
    if !silent.is_empty() {
        let names = listed(&silent);
        sheet.leave_out(format!("Not drawn: {names}; these manifests show no call from or to any of them."));
    }
}
