//! Which ConfigMaps and Secrets each container reads, and how: as environment variables or as files.

use super::cast::{self, Actor};
use super::fold::{Piece, fold, tries};
use super::sheet::{Reason, Sheet};
use super::wording::the_pod;
use super::{Budget, Definition, Focus, Of, Scene};
use crate::catalog::Role;
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::document::PLAIN_ENVIRONMENT;
use crate::facts::config::{ConfigRead, ConfigWay};
use crate::names::english;
use crate::names::{count, plural};
use crate::topology::{Node, NodeIndex, Pod, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many ConfigMaps and Secrets that only one workload reads are drawn one by one beside it.
const MOST_LEAVES: usize = 2;

pub(super) static VIEW: Definition =
    Definition { name: "config", of: Of::Everything, budget: Budget::USUAL, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    match focus {
        Focus::All(environment) => {
            let title = match &**environment {
                PLAIN_ENVIRONMENT => "Who reads which configuration".to_owned(),
                name => format!("Who reads which configuration in environment {name}"),
            };
            draw_all(scene, title, &|_, node| node.identity.environment == *environment, None)
        }
        Focus::Namespace(environment, namespace) => of_namespace(scene, environment, namespace),
        Focus::Application(at) => {
            let title = format!("Which configuration application {} reads", scene.application(*at).shown());
            draw_all(scene, title, &|index, _| scene.is_in(*at, index), None)
        }
        Focus::Object(index) => {
            let node = &scene.topology.nodes[*index];
            let identity = &node.identity;
            match (&node.pod, node.role) {
                (Some(pod), _) => draw_pod(scene, *index, pod, None),
                (None, Role::Config | Role::Secret) => {
                    let title = format!("Who reads {} {}", identity.kind, identity.name);
                    let here = |_: NodeIndex, other: &Node| other.identity.namespace == identity.namespace;
                    draw_all(scene, title, &here, Some(*index))
                }
                (None, Role::Namespace) => of_namespace(scene, &identity.environment, &identity.name),
                _ => None,
            }
        }
        Focus::Container(index, container) => {
            let pod = scene.topology.nodes[*index].pod.as_deref()?;
            draw_pod(scene, *index, pod, Some(*container))
        }
    }
}

fn of_namespace(scene: Scene, environment: &Arc<str>, namespace: &Arc<str>) -> Option<Diagram> {
    let here = |_: NodeIndex, node: &Node| {
        node.identity.environment == *environment && node.identity.namespace == *namespace
    };
    draw_all(scene, format!("Who reads which configuration in namespace {namespace}"), &here, None)
}

/// What is read, by whom: the ways of one container with one object.
struct Reading<'a> {
    reads: Vec<&'a ConfigRead>,
}

impl Reading<'_> {
    /// The verb: `reads 3 variables`, `reads files at /etc/app`, or both.
    fn verb(&self) -> String {
        let mut variables = BTreeSet::new();
        let (mut all, mut paths) = (false, BTreeSet::new());
        for read in &self.reads {
            match &read.way {
                ConfigWay::Variable { variable, .. } => {
                    variables.insert(variable.as_str());
                }
                ConfigWay::Variables { .. } => all = true,
                ConfigWay::Files { path, .. } => {
                    paths.insert(path.as_str());
                }
            }
        }
        let mut parts = Vec::new();
        if all {
            parts.push("every key as a variable".to_owned());
        } else if !variables.is_empty() {
            parts.push(count(variables.len(), "variable", "variables"));
        }
        match paths.first() {
            Some(path) if paths.len() == 1 => parts.push(format!("files at {path}")),
            Some(_) => parts.push(format!("files at {} paths", paths.len())),
            None => {}
        }
        format!("reads {}", english::list(&parts, "and"))
    }
}

/// The object that is read, as a box.
fn target(scene: Scene, workload: &Node, read: &ConfigRead) -> (Actor, Line) {
    match read.node.map(|index| &scene.topology.nodes[index]) {
        Some(node) => {
            let missing = matches!(node.state, State::Missing | State::Inferred);
            (cast::object(node), if missing { Line::Dashed } else { Line::Solid })
        }
        None => {
            let kind = if read.is_secret { "Secret" } else { "ConfigMap" };
            let identity = workload.identity.sibling("", kind, &read.name);
            let note = format!("{kind}, optional, not in these manifests");
            let id = cast::object_id(&identity);
            let said = format!("{kind} {} (optional, missing)", read.name);
            (Actor::new(id, Class::External, &read.name, &note).called(said), Line::Dashed)
        }
    }
}

/// The reads of one workload by the object that is read, and by container where `by_container`.
fn grouped<'a>(
    node: &Node,
    reads: impl Iterator<Item = &'a ConfigRead>,
    by_container: bool,
) -> BTreeMap<(usize, Id), Reading<'a>> {
    let mut grouped: BTreeMap<(usize, Id), Reading> = BTreeMap::new();
    for read in reads {
        let kind = if read.is_secret { "Secret" } else { "ConfigMap" };
        let id = cast::object_id(&node.identity.sibling("", kind, &read.name));
        let container = if by_container { read.container } else { 0 };
        grouped.entry((container, id)).or_insert_with(|| Reading { reads: Vec::new() }).reads.push(read);
    }
    grouped
}

fn draw_pod(scene: Scene, index: NodeIndex, pod: &Pod, only: Option<usize>) -> Option<Diagram> {
    let node = &scene.topology.nodes[index];
    let facts = scene.facts.of(index)?;
    let reads = facts.config.iter().filter(|read| only.is_none_or(|only| only == read.container));
    let readings = grouped(node, reads, true);
    if readings.is_empty() {
        return None;
    }
    let mut sheet = Sheet::default();
    let group = Id::of('g', &[&node.identity.id()]);
    let title = english::capital(&the_pod(&node.identity));
    sheet.group(group.clone(), Class::Pod, &title, None, cast::link(node));
    let (mut read, mut readers) = (BTreeMap::new(), BTreeSet::new());
    let mut users: BTreeMap<&Id, usize> = BTreeMap::new();
    for ((container, id), reading) in &readings {
        readers.insert(*container);
        read.insert(id.clone(), reading.reads.iter().any(|read| read.is_secret));
        *users.entry(id).or_default() += 1;
    }
    let draw_reader = |sheet: &mut Sheet, container: usize| {
        let actor = cast::container(node, pod, facts.roles.get(container).copied(), container);
        sheet.node(actor, Some(&group))
    };
    let mut things = Vec::new();
    for (place, ((container, id), reading)) in readings.iter().enumerate() {
        let Some(first) = reading.reads.first() else { continue };
        let (actor, line) = target(scene, node, first);
        // What others read too, and what is missing, stays what it is.
        let own = if users[id] < 2 && line == Line::Solid { 0 } else { place + 1 };
        things.push(((*container, first.is_secret, own), (*container, reading, first, actor, line)));
    }
    let most = scene.budget.nodes.saturating_sub(readers.len()).min(scene.budget.edges).max(1);
    for piece in fold(things, |_| usize::MAX, most) {
        match piece {
            Piece::One((container, reading, first, actor, line)) => {
                let from = draw_reader(&mut sheet, container);
                let to = sheet.node(actor, None);
                let reason = Reason::field(node.object.as_deref(), &first.field);
                sheet.arrow(&from, &to, &reading.verb(), line, reason);
            }
            Piece::Many((container, is_secret, _), all) => {
                let from = draw_reader(&mut sheet, container);
                let many = several(&[&node.identity.id(), &container.to_string()], is_secret, all.len());
                let of = format!("container {}", cast::container_name(pod, container));
                sheet.leave_out(format!(
                    "Not drawn one by one: {} that only {of} reads; the table lists them.",
                    many.said
                ));
                let to = sheet.node(many, None);
                sheet.silent_arrow(&from, &to, "reads", Line::Solid);
                for (_, reading, first, actor, _) in all {
                    let reason = Reason::field(node.object.as_deref(), &first.field);
                    let reader = sheet.said(&from);
                    sheet.row(reader, &reading.verb(), (actor.said, actor.node.link), reason);
                }
            }
        }
    }
    let whom = match only {
        Some(container) => format!("container {}", cast::container_name(pod, container)),
        None => the_pod(&node.identity),
    };
    let objects = objects(read.values());
    let description = format!("The configuration of {whom}: it reads {objects}.");
    let title = format!("Configuration of {whom}");
    Some(sheet.finish(View::Config, title, description, Direction::Right, scene.budget))
}

/// Objects that one reader has for itself, as one box.
fn several(reader: &[&str], is_secret: bool, number: usize) -> Actor {
    let (kind, class) = if is_secret { ("Secret", Class::Secret) } else { ("ConfigMap", Class::Config) };
    let note = if number == 1 { "nobody else reads it" } else { "nobody else reads them" };
    let id = Id::of('f', &[reader, &[kind, "config"]].concat());
    cast::several(id, class, number, kind, note)
}

/// A workload with what it reads.
struct Reader<'a> {
    index: NodeIndex,
    node: &'a Node,
    readings: BTreeMap<(usize, Id), Reading<'a>>,
}

/// What the workloads read that `here` picks; with `only`, those that read this object.
fn draw_all(
    scene: Scene,
    title: String,
    here: &dyn Fn(NodeIndex, &Node) -> bool,
    only: Option<NodeIndex>,
) -> Option<Diagram> {
    let mut readers: Vec<Reader> = Vec::new();
    for (index, node, _) in scene.topology.workloads().filter(|(index, node, _)| here(*index, node)) {
        let Some(facts) = scene.facts.of(index) else { continue };
        let reads = facts.config.iter().filter(|read| only.is_none_or(|only| read.node == Some(only)));
        let readings = grouped(node, reads, false);
        if !readings.is_empty() {
            readers.push(Reader { index, node, readings });
        }
    }
    if readers.is_empty() {
        return None;
    }
    let (mut users, mut read): (BTreeMap<Id, usize>, BTreeMap<Id, bool>) = Default::default();
    for ((_, id), reading) in readers.iter().flat_map(|reader| &reader.readings) {
        *users.entry(id.clone()).or_default() += 1;
        read.insert(id.clone(), reading.reads.iter().any(|read| read.is_secret));
    }
    let mut sheet = Sheet::default();
    for (coarse, most) in tries(scene.budget.nodes / 3) {
        sheet = Sheet::default();
        let things = readers.iter().map(|reader| (key(reader, &users, coarse), reader)).collect();
        for piece in fold(things, |_| usize::MAX, most) {
            match piece {
                Piece::One(reader) => draw_one(&mut sheet, scene, reader, &users),
                Piece::Many(key, readers) => draw_many(&mut sheet, scene, &key, &readers, &users),
            }
        }
        if sheet.fits(scene.budget) {
            break;
        }
    }
    let workloads = count(readers.len(), "workload reads", "workloads read");
    let objects = objects(read.values());
    let description = format!("{workloads} {objects}, as environment variables or as files.");
    Some(sheet.finish(View::Config, title, description, Direction::Right, scene.budget))
}

/// `3 ConfigMaps and 1 Secret`, from whether each is a Secret.
fn objects<'a>(are_secret: impl Iterator<Item = &'a bool>) -> String {
    let (secrets, maps): (Vec<bool>, Vec<bool>) = are_secret.partition(|is_secret| **is_secret);
    let kinds = [(maps.len(), "ConfigMap"), (secrets.len(), "Secret")];
    let some = kinds.into_iter().filter(|(number, _)| *number > 0);
    let words: Vec<String> = some.map(|(number, kind)| count(number, kind, &plural(kind))).collect();
    english::list(&words, "and")
}

/// What workloads must share to be drawn as one: namespace, kind, and, unless `coarse`, the shared objects that they read.
fn key(reader: &Reader, users: &BTreeMap<Id, usize>, coarse: bool) -> [String; 3] {
    let identity = &reader.node.identity;
    if coarse {
        return [identity.namespace.to_string(), identity.kind.to_string(), String::new()];
    }
    let shared = reader.readings.keys().filter(|(_, id)| users.get(id).is_some_and(|users| *users > 1));
    let shared: Vec<String> = shared.map(|(_, id)| id.to_string()).collect();
    [identity.namespace.to_string(), identity.kind.to_string(), shared.join(" ")]
}

fn draw_one(sheet: &mut Sheet, scene: Scene, reader: &Reader, users: &BTreeMap<Id, usize>) {
    let node = reader.node;
    let Some(pod) = node.pod.as_deref() else { return };
    let group = sheet.namespace(&node.identity);
    let from = sheet.node(cast::folded_workload(scene, reader.index, pod), group.as_ref());
    let alone = |id: &Id| users.get(id).is_none_or(|users| *users < 2);
    let leaves = reader.readings.keys().filter(|(_, id)| alone(id)).count();
    let mut folded: BTreeMap<bool, usize> = BTreeMap::new();
    for ((_, id), reading) in &reader.readings {
        let Some(first) = reading.reads.first() else { continue };
        let (actor, line) = target(scene, node, first);
        let reason = Reason::field(node.object.as_deref(), &first.field);
        if alone(id) && leaves > MOST_LEAVES && line == Line::Solid {
            *folded.entry(first.is_secret).or_default() += 1;
            let (link, said) = (actor.node.link, actor.said);
            let from = sheet.said(&from);
            sheet.row(from, &reading.verb(), (said, link), reason);
        } else {
            let to = sheet.node(actor, group.as_ref());
            sheet.arrow(&from, &to, &reading.verb(), line, reason);
        }
    }
    for (is_secret, number) in folded {
        let actor = several(&[&node.identity.id()], is_secret, number);
        sheet.leave_out(format!(
            "Not drawn one by one: {} that only {} {} reads; the table lists them.",
            actor.said, node.identity.kind, node.identity.name
        ));
        let to = sheet.node(actor, group.as_ref());
        sheet.silent_arrow(&from, &to, "reads", Line::Solid);
    }
}

fn draw_many(
    sheet: &mut Sheet,
    scene: Scene,
    key: &[String; 3],
    readers: &[&Reader],
    users: &BTreeMap<Id, usize>,
) {
    let Some(first) = readers.first().map(|reader| reader.node) else { return };
    let [_, kind, shared] = key;
    let group = sheet.namespace(&first.identity);
    let parts = [&*first.identity.environment, &*first.identity.namespace, kind, shared, "config"];
    let many = cast::several(Id::of('f', &parts), Class::Workload, readers.len(), kind, "");
    let said = many.said.clone();
    let from = sheet.node(many, group.as_ref());
    let mut own: BTreeMap<bool, BTreeSet<&Id>> = BTreeMap::new();
    for reader in readers {
        for ((_, id), reading) in &reader.readings {
            let Some(read) = reading.reads.first() else { continue };
            let (actor, line) = target(scene, reader.node, read);
            let reason = Reason::field(reader.node.object.as_deref(), &read.field);
            let to = (actor.said.clone(), actor.node.link.clone());
            let reader = (cast::object(reader.node).said, cast::link(reader.node));
            sheet.row(reader, &reading.verb(), to, reason);
            if shared.contains(&id.to_string()) {
                let to = sheet.node(actor, group.as_ref());
                sheet.silent_arrow(&from, &to, "read", line);
            } else {
                own.entry(read.is_secret).or_default().insert(id);
            }
        }
    }
    for (is_secret, ids) in own {
        let (kind, class) = if is_secret { ("Secret", Class::Secret) } else { ("ConfigMap", Class::Config) };
        let id = Id::of('f', &[&parts[..], &[kind]].concat());
        let label = count(ids.len(), kind, &plural(kind));
        let alone = ids.iter().all(|id| users.get(id).is_none_or(|users| *users < 2));
        let note = if alone { "each read by one of them" } else { "read by them" };
        let to = sheet.node(Actor::new(id, class, &label, note), group.as_ref());
        sheet.silent_arrow(&from, &to, "read", Line::Solid);
    }
    sheet.leave_out(format!("Not drawn one by one: {said} and what they read; the table lists them."));
}
