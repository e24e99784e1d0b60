//! How traffic gets in: from clients through routes and Services to the containers that answer.

use super::cast::{self, Actor};
use super::denial;
use super::flow::{Flow, trace};
use super::route;
use super::sheet::{Reason, Sheet, line};
use super::wording::list;
use super::{Budget, Definition, Focus, Of, Scene};
use crate::catalog::{Relation, Role};
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::document::PLAIN_ENVIRONMENT;
use crate::model::Subject;
use crate::names::{count, plural};
use crate::topology::{NodeIndex, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many containers that answer for one Service are drawn.
const MOST_SERVERS: usize = 4;

pub(super) static VIEW: Definition =
    Definition { name: "traffic", of: Of::Everything, budget: Budget { nodes: 24, edges: 32 }, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let flow = trace(scene, focus)?;
    let mut map = Map { scene, wide: flow.is_wide(), flow, sheet: Sheet::default(), spots: BTreeMap::new() };
    map.draw();
    let description = map.describe();
    let title = title(scene, focus);
    Some(map.sheet.finish(View::Traffic, title, description, Direction::Right, scene.budget))
}

fn title(scene: Scene, focus: &Focus) -> String {
    match focus {
        Focus::All(environment) if **environment == *PLAIN_ENVIRONMENT => {
            "How traffic gets into the cluster".to_owned()
        }
        Focus::All(environment) => format!("How traffic gets into environment {environment}"),
        Focus::Namespace(_, namespace) => format!("How traffic gets into namespace {namespace}"),
        Focus::Application(at) => {
            format!("How traffic gets into application {}", scene.application(*at).shown())
        }
        Focus::Object(index) | Focus::Container(index, _) => {
            let node = &scene.topology.nodes[*index];
            let (kind, name) = (&node.identity.kind, &node.identity.name);
            let way = if node.role == Role::Route { "through" } else { "to" };
            format!("How traffic gets {way} {kind} {name}")
        }
    }
}

struct Map<'a> {
    scene: Scene<'a>,
    flow: Flow,
    wide: bool,
    sheet: Sheet,
    /// Where an object is drawn: as itself, or in a box that stands for several.
    spots: BTreeMap<NodeIndex, Id>,
}

impl Map<'_> {
    fn draw(&mut self) {
        let containers = self.containers();
        let most = self.scene.budget.nodes.min(self.scene.budget.edges);
        let objects = self.flow.objects().len() + 2;
        let with_containers = objects + containers <= most;
        if objects > most {
            self.draw_folded(most);
        } else {
            for index in self.flow.objects() {
                self.draw_object(index);
            }
        }
        self.draw_entries();
        self.draw_hops();
        if with_containers {
            self.draw_servers();
        } else if containers > 0 {
            let words = count(containers, "container", "containers");
            self.sheet.leave_out(format!(
                "Not drawn: {words} that answer; the page of each workload names its own."
            ));
        }
        self.leave_out_internal();
    }

    /// How many containers answer; each is one box and one arrow.
    fn containers(&self) -> usize {
        let mut found = BTreeSet::new();
        for edge in self.flow.hops.iter().map(|edge| &self.scene.topology.edges[*edge]) {
            let (service, workload) =
                (&self.scene.topology.nodes[edge.from], &self.scene.topology.nodes[edge.to]);
            if let (Some(pod), Role::Service) = (workload.pod.as_deref(), service.role) {
                let servers = route::servers(service, pod);
                found.extend(servers.into_iter().take(MOST_SERVERS).map(|(server, _)| (edge.to, server)));
            }
        }
        found.len()
    }

    fn group(&mut self, index: NodeIndex) -> Option<Id> {
        let identity = &self.scene.topology.nodes[index].identity;
        if self.wide { self.sheet.namespace(identity) } else { None }
    }

    fn draw_object(&mut self, index: NodeIndex) {
        let node = &self.scene.topology.nodes[index];
        let mut actor = match node.pod.as_deref() {
            Some(pod) if node.state == State::Present => cast::folded_workload(self.scene, index, pod),
            _ => cast::object(node),
        };
        if node.role == Role::Service && node.state == State::Present {
            let note = route::service_note(node);
            let selects = self.flow.hops.iter().any(|edge| self.scene.topology.edges[*edge].from == index);
            actor = actor.noted(if selects {
                note
            } else {
                format!("{note}, leads to no pod in these manifests")
            });
        }
        let group = self.group(index);
        let id = self.sheet.node(actor, group.as_ref());
        self.spots.insert(index, id);
    }

    /// One box for each kind and namespace where that is needed: routes first, since all else hangs on them.
    fn draw_folded(&mut self, most: usize) {
        let mut crowds: BTreeMap<(Role, String, String), Vec<NodeIndex>> = BTreeMap::new();
        for index in self.flow.objects() {
            let node = &self.scene.topology.nodes[index];
            let rank = match node.role {
                Role::Workload => Role::Secret,
                role => role,
            };
            let key = (rank, node.identity.kind.to_string(), node.identity.namespace.to_string());
            crowds.entry(key).or_default().push(index);
        }
        if crowds.len() > most && self.draw_namespaces(most) {
            return;
        }
        // Too many namespaces: then all of one kind are one crowd.
        if crowds.len() > most {
            let mut merged: BTreeMap<(Role, String, String), Vec<NodeIndex>> = BTreeMap::new();
            for ((role, kind, _), members) in crowds {
                merged.entry((role, kind, String::new())).or_default().extend(members);
            }
            crowds = merged;
        }
        let total: usize = crowds.values().map(Vec::len).sum();
        let mut left = total;
        let mut sizes: Vec<_> = crowds.iter().map(|(key, members)| (members.len(), key.clone())).collect();
        sizes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut folded = BTreeSet::new();
        for (size, key) in sizes {
            if left + 2 <= most || size < 2 {
                break;
            }
            left -= size - 1;
            folded.insert(key);
        }
        let mut words = Vec::new();
        for (key, members) in crowds {
            if !folded.contains(&key) {
                members.iter().for_each(|&index| self.draw_object(index));
                continue;
            }
            let (_, kind, namespace) = &key;
            let first = &self.scene.topology.nodes[members[0]];
            let id = Id::of('f', &[&first.identity.environment, kind, namespace, "traffic"]);
            let actor = cast::several(id, cast::class(first), members.len(), kind, "");
            words.push(actor.said.clone());
            let group = if namespace.is_empty() { None } else { self.group(members[0]) };
            let id = self.sheet.node(actor, group.as_ref());
            self.spots.extend(members.iter().map(|&index| (index, id.clone())));
        }
        let words = list(&words, "group of objects", "groups of objects of one kind and namespace");
        self.sheet.leave_out(format!(
            "Not drawn one by one: {words}; the table and their namespaces' pages list them."
        ));
    }

    /// One box for each namespace, if there is room for all of them; says whether there was.
    fn draw_namespaces(&mut self, most: usize) -> bool {
        let mut namespaces: BTreeMap<Arc<str>, Vec<NodeIndex>> = BTreeMap::new();
        for index in self.flow.objects() {
            let namespace = &self.scene.topology.nodes[index].identity.namespace;
            namespaces.entry(Arc::clone(namespace)).or_default().push(index);
        }
        // What stands in no namespace, such as a host outside, stays what it is.
        let loose = namespaces.remove("").unwrap_or_default();
        if namespaces.len() + loose.len() + 2 > most {
            return false;
        }
        loose.into_iter().for_each(|index| self.draw_object(index));
        for (namespace, members) in namespaces {
            let identity = &self.scene.topology.nodes[members[0]].identity;
            let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
            for &index in &members {
                *kinds.entry(&self.scene.topology.nodes[index].identity.kind).or_default() += 1;
            }
            let kinds = kinds.into_iter().map(|(kind, number)| count(number, kind, &plural(kind)));
            let note = kinds.collect::<Vec<_>>().join(", ");
            let id = Id::of('s', &[&identity.environment, &namespace]);
            let link = Subject::Namespace(Arc::clone(&identity.environment), Arc::clone(&namespace));
            let actor = Actor::new(id, Class::Namespace, &namespace, &note)
                .called(format!("namespace {namespace}"))
                .linked(Some(link));
            let id = self.sheet.node(actor, None);
            self.spots.extend(members.iter().map(|&index| (index, id.clone())));
        }
        let sentence =
            "Not drawn: what traffic passes inside of each namespace; the namespace's page draws it.";
        self.sheet.leave_out(sentence.to_owned());
        true
    }

    fn draw_entries(&mut self) {
        let environment = self.flow.environment.clone();
        for (inside, entries) in [(false, self.flow.outside.clone()), (true, self.flow.inside.clone())] {
            if entries.is_empty() {
                continue;
            }
            let (label, note) = if inside {
                ("Pods in the cluster", "whoever calls the Service's name")
            } else {
                ("Clients", "outside of the cluster")
            };
            let id = Id::of('u', &[&environment, label]);
            let class = if inside { Class::Pod } else { Class::Person };
            let said = if inside { "pods in the cluster" } else { "clients outside" };
            let person = self.sheet.node(Actor::new(id, class, label, note).called(said.to_owned()), None);
            for index in entries {
                let Some(to) = self.spots.get(&index).cloned() else { continue };
                let node = &self.scene.topology.nodes[index];
                let reason = match (&node.object, node.role) {
                    (Some(object), Role::Service) if !inside => {
                        Reason::field(Some(object), &crate::catalog::FieldPath::of("spec.type"))
                    }
                    _ => Reason::none(),
                };
                let verb = if inside { "call" } else { "send requests to" };
                self.arrow(&person, &to, (index, None), (verb, verb), Line::Solid, reason);
            }
        }
    }

    /// An arrow; where one end is a box that stands for several, the row still names the object itself.
    fn arrow(
        &mut self,
        from: &Id,
        to: &Id,
        ends: (NodeIndex, Option<NodeIndex>),
        (verb, told): (&str, &str),
        line: Line,
        reason: Reason,
    ) {
        let folded = |index: NodeIndex| {
            let node = &self.scene.topology.nodes[index];
            let own = cast::object_id(&node.identity);
            (self.spots.get(&index) != Some(&own)).then(|| (cast::object(node).said, cast::link(node)))
        };
        let (to_end, from_end) = (ends.0, ends.1);
        let from_row = from_end.and_then(folded);
        let to_row = folded(to_end);
        if from_row.is_none() && to_row.is_none() {
            self.sheet.told_arrow(from, to, (verb, told), line, reason);
            return;
        }
        // Ports and paths of one member are not those of the others.
        let plain = verb.split(" (").next().unwrap_or(verb);
        if from != to {
            self.sheet.silent_arrow(from, to, plain, line);
        }
        let from_row = from_row.unwrap_or_else(|| self.sheet.said(from));
        let to_row = to_row.unwrap_or_else(|| self.sheet.said(to));
        self.sheet.row(from_row, told, to_row, reason);
    }

    fn draw_hops(&mut self) {
        for index in self.flow.hops.clone() {
            let edge = &self.scene.topology.edges[index];
            let backwards = self.flow.backwards.contains(&index);
            let (from, to) = if backwards { (edge.to, edge.from) } else { (edge.from, edge.to) };
            let (Some(from_id), Some(to_id)) = (self.spots.get(&from).cloned(), self.spots.get(&to).cloned())
            else {
                continue;
            };
            let verb = if backwards {
                "hands requests to".to_owned()
            } else {
                route::verb(self.scene.topology, edge)
            };
            let reason = Reason::edge(self.scene.topology, edge);
            // What is denied is denied at the pods: the way to the Service is open.
            let is_last = edge.relation == Relation::Selects;
            let denied = if is_last { denial::of_entry(self.scene, edge, &verb) } else { None };
            let (line, verb, told) = match denied {
                Some(denial) => (Line::Dashed, denial.arrow.unwrap_or(verb), denial.row),
                None => (line(self.scene.topology, edge), verb.clone(), verb),
            };
            self.arrow(&from_id, &to_id, (to, Some(from)), (&verb, &told), line, reason);
        }
    }

    /// The container that answers, where its ports say which one it is.
    fn draw_servers(&mut self) {
        for index in self.flow.hops.clone() {
            let edge = &self.scene.topology.edges[index];
            let (service, workload) =
                (&self.scene.topology.nodes[edge.from], &self.scene.topology.nodes[edge.to]);
            let (Some(pod), Role::Service) = (workload.pod.as_deref(), service.role) else { continue };
            let Some(from) = self.spots.get(&edge.to).cloned() else { continue };
            // Many containers with the same ports would say nothing about which one answers.
            let servers = Some(route::servers(service, pod)).filter(|servers| servers.len() <= MOST_SERVERS);
            for (server, ports) in servers.unwrap_or_default() {
                let role = self.scene.facts.of(edge.to).and_then(|facts| facts.roles.get(server).copied());
                let group = self.group(edge.to);
                let id = self.sheet.node(cast::container(workload, pod, role, server), group.as_ref());
                let path = pod.containers[server].path.key("ports");
                let reason = Reason::field(workload.object.as_deref(), &path);
                let ports: Vec<String> = ports.iter().map(i64::to_string).collect();
                let noun = if ports.len() == 1 {
                    "port "
                } else if ports.len() <= 4 {
                    "ports "
                } else {
                    ""
                };
                let verb = format!("hands {noun}{} to", list(&ports, "port", "ports"));
                self.sheet.arrow(&from, &id, &verb, Line::Solid, reason);
            }
        }
    }

    fn leave_out_internal(&mut self) {
        let names = &self.flow.internal;
        if names.is_empty() {
            return;
        }
        let named = if names.len() <= 4 { format!(" ({})", list(names, "", "")) } else { String::new() };
        let (services, page) = match names.len() {
            1 => ("1 Service".to_owned(), "its page shows where it leads"),
            n => (count(n, "Service", "Services"), "their pages show where they lead"),
        };
        self.sheet.leave_out(format!("Not drawn: {services}{named} for pods in the cluster only; {page}."));
    }

    fn describe(&self) -> String {
        let nodes = self.flow.objects().into_iter().map(|index| &self.scene.topology.nodes[index]);
        let (mut routes, mut services, mut workloads) = (0, 0, 0);
        let mut makers = Vec::new();
        for node in nodes {
            match node.role {
                Role::Route => routes += 1,
                Role::Service => services += 1,
                Role::Workload => workloads += 1,
                // An operator's object stands for the pods that it makes.
                _ if node.state == State::Present => {
                    makers.push(format!("{} {}", node.identity.kind, node.identity.name));
                }
                _ => {}
            }
        }
        let routes = (routes > 0).then(|| count(routes, "route", "routes"));
        let services = (services > 0).then(|| count(services, "Service", "Services"));
        let ways: Vec<String> = routes.into_iter().chain(services).collect();
        let who = match (self.flow.outside.is_empty(), self.flow.inside.is_empty()) {
            (false, true) => "Requests from outside go",
            (true, false) => "Requests from inside the cluster go",
            _ => "Requests from outside and inside go",
        };
        let end = match workloads {
            0 if makers.is_empty() => "no pod in these manifests".to_owned(),
            0 => format!("the pods of {}", list(&makers, "object", "objects")),
            n => format!("the pods of {}", count(n, "workload", "workloads")),
        };
        format!("{who} through {} to {end}.", list(&ways, "object", "objects"))
    }
}
