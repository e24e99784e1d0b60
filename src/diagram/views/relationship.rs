//! What a pod holds, what its containers share, who mounts what, and one hop around it.

use super::cast::{self, Actor};
use super::neighborhood::{self, Neighbor, neighbors, surround};
use super::sheet::{Reason, Sheet};
use super::wording::{self, list};
use super::{Budget, Definition, Focus, Of, Scene, fold, route};
use crate::catalog::{FieldPath, Relation, Role};
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::facts::storage::{Access, VolumeUse};
use crate::names::count;
use crate::names::english;
use crate::topology::{Call, Edge, Node, NodeIndex, Pod};
use std::collections::{BTreeMap, BTreeSet};

/// How many boxes the whole diagram may have and still be read at one glance.
const MOST: usize = 26;
/// How many containers are drawn beside one because they share a volume with it.
const MOST_SHARERS: usize = 12;

pub(super) static VIEW: Definition =
    Definition { name: "relationship", of: Of::Pod, budget: Budget::USUAL, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    match *focus {
        Focus::All(_) | Focus::Namespace(..) | Focus::Application(_) => None,
        Focus::Object(index) => match Stage::new(scene, index) {
            Some(stage) => Some(stage.draw_pod()),
            None => neighborhood::draw(scene, index),
        },
        Focus::Container(index, container) => Some(Stage::new(scene, index)?.draw_container(container)),
    }
}

struct Stage<'a> {
    scene: Scene<'a>,
    index: NodeIndex,
    node: &'a Node,
    pod: &'a Pod,
    volumes: &'a [VolumeUse],
    /// The containers and volumes that are drawn: the field of each, its box, and whether it is a volume.
    parts: Vec<(&'a FieldPath, Id, bool)>,
    group: Id,
    sheet: Sheet,
}

impl<'a> Stage<'a> {
    fn new(scene: Scene<'a>, index: NodeIndex) -> Option<Stage<'a>> {
        let node = &scene.topology.nodes[index];
        let pod = node.pod.as_deref()?;
        let volumes = scene.facts.of(index).map(|facts| facts.volumes.as_slice()).unwrap_or_default();
        let mut sheet = Sheet::default();
        let identity = &node.identity;
        let label = match &*identity.kind {
            "Pod" => format!("Pod {}", identity.name),
            kind => format!("Pod of {kind} {}", identity.name),
        };
        let group = Id::of('g', &[&identity.id()]);
        sheet.group(group.clone(), Class::Pod, &label, None, cast::link(node));
        Some(Stage { scene, index, node, pod, volumes, parts: Vec::new(), group, sheet })
    }

    fn draw_pod(mut self) -> Diagram {
        let pod_id = self.sheet.node(cast::pod(self.scene, self.index), Some(&self.group));
        let (drawn, rest) = fold::containers(self.pod, self.scene.most_of_a_pod());
        for &container in &drawn {
            self.contain(&pod_id, container);
        }
        self.fold_containers(&pod_id, &rest);
        self.draw_injected(&pod_id);
        let network = self.sheet.node(cast::network(self.node, self.pod), Some(&self.group));
        self.sheet.arrow(&pod_id, &network, self.network_verb(), Line::Solid, self.network_reason());
        let volumes: Vec<&VolumeUse> = self.volumes.iter().collect();
        let most = self.scene.most_of_a_pod();
        let shown = if volumes.len() > most { most - 1 } else { volumes.len() };
        for usage in &volumes[..shown] {
            self.draw_volume(usage, &pod_id, None);
        }
        self.fold_volumes(&pod_id, &volumes[shown..]);
        let mut around = neighbors(self.scene, self.index);
        // What it made in a live dump is its pods again.
        around.retain(|neighbor| self.scene.topology.workload_of(neighbor.node).is_none());
        let kinds = neighborhood::kinds(self.scene, &around);
        let most = MOST.min(self.scene.budget.nodes).saturating_sub(self.sheet.len()).max(4);
        let number = self.surround(around, &pod_id, most);
        let title = format!("Pod and containers of {} {}", self.node.identity.kind, self.node.identity.name);
        let description = self.describe(number, &kinds);
        self.sheet.finish(View::Relationship, title, description, Direction::Down, self.scene.budget)
    }

    fn describe(&self, number: usize, kinds: &str) -> String {
        let names: Vec<String> =
            (0..self.pod.containers.len()).map(|index| cast::container_name(self.pod, index)).collect();
        let containers = wording::containers(self.pod);
        let names = if names.len() <= 4 { format!(" ({})", list(&names, "", "")) } else { String::new() };
        let network = if self.on_host() { "the network of their node" } else { "one network namespace" };
        let shared = self.volumes.iter().filter(|usage| usage.is_shared()).count();
        let shares = match (self.pod.containers.len(), shared) {
            (1, _) if self.on_host() => " and uses the network of its node".to_owned(),
            (1, _) => " and has a network namespace of its own".to_owned(),
            (_, 0) => format!(". They share {network} and no volume"),
            (_, shared) => format!(". They share {network} and {}", count(shared, "volume", "volumes")),
        };
        let around = match number {
            0 => String::new(),
            _ => format!(" Around it: {kinds}."),
        };
        let of = english::capital(&wording::the_pod(&self.node.identity));
        format!("{of} contains {containers}{names}{shares}.{around}")
    }

    fn on_host(&self) -> bool {
        self.pod.spec.host_network == Some(true)
    }

    fn network_verb(&self) -> &'static str {
        if self.on_host() { "uses" } else { "shares" }
    }

    fn network_reason(&self) -> Reason {
        match self.on_host() {
            true => Reason::field(self.node.object.as_deref(), &self.pod.path.key("hostNetwork")),
            false => Reason::none(),
        }
    }

    fn container(&self, index: usize) -> (Actor, Reason) {
        let roles = self.scene.facts.of(self.index).map(|facts| facts.roles.as_slice()).unwrap_or_default();
        let actor = cast::container(self.node, self.pod, roles.get(index).copied(), index);
        (actor, Reason::field(self.node.object.as_deref(), &self.pod.containers[index].path))
    }

    /// Draws a container, unless it is drawn already.
    fn draw_part(&mut self, actor: Actor, index: usize) -> Id {
        let is_new = !self.sheet.has(&actor.node.id);
        let id = self.sheet.node(actor, Some(&self.group));
        if is_new {
            self.parts.push((&self.pod.containers[index].path, id.clone(), false));
        }
        id
    }

    fn contain(&mut self, pod_id: &Id, index: usize) {
        let (actor, reason) = self.container(index);
        let id = self.draw_part(actor, index);
        self.sheet.arrow(pod_id, &id, "contains", Line::Solid, reason);
    }

    fn fold_containers(&mut self, pod_id: &Id, rest: &[usize]) {
        if rest.is_empty() {
            return;
        }
        let words = count(rest.len(), "more container", "more containers");
        let id = Id::of('f', &[&self.node.identity.id(), "containers"]);
        let id = self.sheet.node(Actor::new(id, Class::Container, &words, ""), Some(&self.group));
        self.sheet.silent_arrow(pod_id, &id, "contains", Line::Solid);
        for &index in rest {
            let (actor, reason) = self.container(index);
            let from = self.sheet.said(pod_id);
            self.sheet.row(from, "contains", (actor.said, actor.node.link), reason);
        }
        self.sheet
            .leave_out(format!("Not drawn one by one: {words}; the table lists what the pod contains."));
    }

    /// Containers that an admission webhook adds: the manifest asks for them, but does not name them.
    fn draw_injected(&mut self, pod_id: &Id) {
        let injected = self.scene.facts.of(self.index).map(|facts| facts.patterns.injected.as_slice());
        for injection in injected.unwrap_or_default() {
            let name = injection.value.name;
            let id = Id::of('i', &[&self.node.identity.id(), name]);
            let note = format!("inferred: {} adds it at admission", injection.value.by);
            let actor =
                Actor::new(id, Class::External, name, &note).called(format!("container {name} (inferred)"));
            let id = self.sheet.node(actor, Some(&self.group));
            let declared_by = injection.declared_by.unwrap_or(self.index);
            let object = self.scene.topology.nodes[declared_by].object.as_deref();
            let reason = Reason::field(object, &injection.field);
            self.sheet.arrow(pod_id, &id, "gets at admission", Line::Dashed, reason);
        }
    }

    fn fold_volumes(&mut self, pod_id: &Id, rest: &[&VolumeUse]) {
        if rest.is_empty() {
            return;
        }
        let words = count(rest.len(), "more volume", "more volumes");
        let id = Id::of('f', &[&self.node.identity.id(), "volumes"]);
        let id = self.sheet.node(Actor::new(id, Class::Volume, &words, ""), Some(&self.group));
        self.sheet.silent_arrow(pod_id, &id, "has", Line::Solid);
        for usage in rest {
            let actor = cast::volume(self.node, self.pod, usage);
            let from = self.sheet.said(pod_id);
            self.sheet.row(from, "has", (actor.said, None), self.volume_reason(usage));
        }
        self.sheet.leave_out(format!("Not drawn one by one: {words}; the table lists them."));
    }

    fn volume_reason(&self, usage: &VolumeUse) -> Reason {
        match usage.volume.and_then(|index| self.pod.volumes.get(index)) {
            Some(volume) => Reason::field(self.node.object.as_deref(), &volume.path),
            None => Reason::none(),
        }
    }

    /// Draws a volume and who mounts it; with `only`, the mounts of that container and of those that share it.
    fn draw_volume(&mut self, usage: &VolumeUse, pod_id: &Id, only: Option<usize>) {
        let mut actor = cast::volume(self.node, self.pod, usage);
        let mut mounts: BTreeMap<(usize, Access), Vec<&str>> = BTreeMap::new();
        for mount in &usage.mounts {
            mounts.entry((mount.container, mount.access)).or_default().push(&mount.path);
        }
        if usage.is_shared() {
            let note = format!("shared {}", actor.node.note);
            actor = actor.noted(note);
        }
        let id = self.sheet.node(actor, Some(&self.group));
        if let Some(volume) = usage.volume.and_then(|index| self.pod.volumes.get(index)) {
            self.parts.push((&volume.path, id.clone(), true));
        }
        let (mut more_drawn, mut left) = (0, 0);
        for ((container, access), paths) in mounts {
            let container_id = cast::container_id(&self.node.identity, self.pod, container);
            if !self.sheet.has(&container_id) {
                if only.is_some() && more_drawn == MOST_SHARERS {
                    left += 1;
                    continue;
                }
                let more = self.container(container).0;
                if only.is_none() {
                    self.sheet.row(
                        (more.said, more.node.link),
                        "mounts",
                        self.sheet.said(&id),
                        Reason::none(),
                    );
                    continue;
                }
                more_drawn += 1;
                self.draw_part(more, container);
            }
            let verb = if access == Access::ReadOnly { "reads" } else { "mounts" };
            let verb = match &paths[..] {
                paths if paths.len() <= 2 => format!("{verb} {}", english::list(paths, "and")),
                paths => format!("{verb} {}", count(paths.len(), "path", "paths")),
            };
            let reason = Reason::field(self.node.object.as_deref(), &self.mount_path(container, &usage.name));
            self.sheet.arrow(&container_id, &id, &verb, Line::Solid, reason);
        }
        if left > 0 {
            let words = count(left, "more container", "more containers");
            self.sheet.leave_out(format!(
                "Not drawn: {words} that share volume {}; the pod's page lists them.",
                usage.name
            ));
        }
        if usage.mounts.is_empty() {
            let reason = self.volume_reason(usage);
            self.sheet.arrow(pod_id, &id, "has, though nobody mounts it", Line::Solid, reason);
        }
    }

    fn mount_path(&self, container: usize, volume: &str) -> FieldPath {
        let container = &self.pod.containers[container];
        let mut mounts = container.spec.volume_mounts.iter().flatten();
        match mounts.position(|mount| mount.name == volume) {
            Some(index) => container.path.key("volumeMounts").named_item(index, volume),
            None => container.path.key("volumeDevices"),
        }
    }

    fn surround(&mut self, around: Vec<Neighbor>, pod_id: &Id, most: usize) -> usize {
        let (scene, parts) = (self.scene, std::mem::take(&mut self.parts));
        let id = |call: &Call| cast::container_id(&self.node.identity, self.pod, call.container);
        let calls = scene.topology.calls_of(self.index).iter();
        let callers: BTreeMap<(NodeIndex, &FieldPath), Id> = calls
            .map(|call| ((call.to, &call.field), id(call)))
            .filter(|(_, id)| self.sheet.has(id))
            .collect();
        let anchor = |edge: &Edge| {
            let caller = callers.get(&(edge.to, &edge.field)).filter(|_| edge.relation == Relation::Calls);
            if let Some(id) = caller {
                return (id.clone(), None);
            }
            // What else the pod's manifest says is the pod's.
            let is_of = |path: &FieldPath| edge.from == self.index && edge.field.is_within(path);
            match parts.iter().find(|(path, ..)| is_of(path)) {
                Some((_, id, true)) if edge.relation == Relation::Mounts => {
                    (id.clone(), Some("holds files of"))
                }
                Some((_, id, _)) => (id.clone(), None),
                None => (pod_id.clone(), None),
            }
        };
        surround(&mut self.sheet, scene, around, &anchor, most)
    }

    fn draw_container(mut self, index: usize) -> Diagram {
        let (actor, _) = self.container(index);
        let said = actor.said.clone();
        let me = self.draw_part(actor, index);
        let mounted: Vec<&VolumeUse> = self
            .volumes
            .iter()
            .filter(|usage| usage.mounts.iter().any(|mount| mount.container == index))
            .collect();
        let most = self.scene.most_of_a_pod();
        let shown = if mounted.len() > most { most - 1 } else { mounted.len() };
        let siblings = (0..self.pod.containers.len()).filter(|&other| other != index);
        let mut near: Vec<usize> = siblings.collect();
        let far = near.split_off(near.len().min(most));
        let network = self.sheet.node(cast::network(self.node, self.pod), Some(&self.group));
        let alone = self.pod.containers.len() == 1 || self.on_host();
        let verb = if alone { "uses" } else { "shares" };
        self.sheet.arrow(&me, &network, verb, Line::Solid, self.network_reason());
        for &other in &near {
            let (actor, _) = self.container(other);
            let id = self.draw_part(actor, other);
            self.sheet.arrow(&id, &network, verb, Line::Solid, self.network_reason());
        }
        if !far.is_empty() {
            let words = count(far.len(), "more container", "more containers");
            self.sheet.leave_out(format!(
                "Not drawn: {words} that share the network namespace; the pod's page lists them."
            ));
        }
        for usage in &mounted[..shown] {
            self.draw_volume(usage, &me, Some(index));
        }
        self.fold_volumes(&me, &mounted[shown..]);
        let around = self.around_container(index);
        let most = MOST.min(self.scene.budget.nodes).saturating_sub(self.sheet.len()).max(4);
        let number = self.surround(around, &me, most);
        let name = cast::container_name(self.pod, index);
        let (kind, workload) = (&self.node.identity.kind, &self.node.identity.name);
        let title = format!("What container {name} of {kind} {workload} shares and uses");
        let siblings = match near.len() + far.len() {
            0 => "has its pod to itself".to_owned(),
            n => format!("shares its pod with {}", count(n, "other container", "other containers")),
        };
        let mounts = match mounted.len() {
            0 => "mounts no volume".to_owned(),
            n => format!("mounts {}", count(n, "volume", "volumes")),
        };
        let rest = match number {
            0 => format!(" and {mounts}"),
            number => {
                let objects = count(number, "object", "objects");
                format!(", {mounts}, and touches {objects} outside of the pod")
            }
        };
        let description = format!("{} {siblings}{rest}.", english::capital(&said));
        self.sheet.finish(View::Relationship, title, description, Direction::Down, self.scene.budget)
    }

    /// What the container's own fields and its volumes refer to, and the Services that send traffic to its ports.
    fn around_container(&self, index: usize) -> Vec<Neighbor<'a>> {
        let calls = self.scene.topology.calls_of_container(self.index, index).iter();
        let called: BTreeSet<NodeIndex> = calls.map(|call| call.to).collect();
        let me = cast::container_id(&self.node.identity, self.pod, index);
        let own = |edge: &Edge| {
            if edge.relation == Relation::Calls && edge.from == self.index {
                return called.contains(&edge.to);
            }
            self.parts
                .iter()
                .any(|(path, id, is_volume)| (*is_volume || *id == me) && edge.field.is_within(path))
        };
        let serves = |service: NodeIndex| {
            let service = &self.scene.topology.nodes[service];
            let servers = route::servers(service, self.pod);
            let only = servers.is_empty() && self.pod.apps().count() == 1;
            let is_app = self.pod.containers[index].kind == crate::topology::ContainerKind::App;
            service.role == Role::Service
                && (servers.iter().any(|(server, _)| *server == index) || (only && is_app))
        };
        let mut around = neighbors(self.scene, self.index);
        around.retain_mut(|neighbor| {
            if neighbor.out {
                neighbor.edges.retain(|edge| own(edge));
            }
            let serves = || neighbor.edges[0].relation == Relation::Selects && serves(neighbor.node);
            !neighbor.edges.is_empty() && (neighbor.out || serves())
        });
        around
    }
}
