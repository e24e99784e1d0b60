//! The nodes of a diagram: real ones of the input, or a pool that is inferred from what a pod asks for. A box says which
//! of the two it is.

use super::Scene;
use super::cast::{self, Actor};
use super::sheet::Reason;
use crate::diagram::{Class, Id, Line};
use crate::facts::placement::{Candidates, NodePool, PodPlacement};
use crate::names::count;
use crate::topology::NodeIndex;
use std::collections::{BTreeMap, BTreeSet};

/// How many real nodes are drawn one by one for one workload.
const MOST_NODES: usize = 6;
/// Up to so many arrows lead from nodes to workloads.
const MOST_ARROWS: usize = 40;
/// Up to so many pools a DaemonSet is drawn under each that it runs on.
const MOST_POOLS: usize = 6;

/// A box that hosts the pods of a workload.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The box.
    pub actor: Actor,
    /// What it does to the pods.
    pub verb: String,
    /// Solid for a node that runs them, dashed for what is inferred or only possible.
    pub line: Line,
    /// Whether it is a node of the input, or one that a field names.
    pub is_real: bool,
    /// The field that says so.
    pub reason: Reason,
}

/// The boxes that host the pods of each of these workloads. A DaemonSet is hosted by every pool whose nodes it runs on.
pub(super) fn places(scene: Scene, workloads: &[NodeIndex]) -> BTreeMap<NodeIndex, Vec<Place>> {
    let pools: BTreeMap<String, &NodePool> = workloads
        .iter()
        .filter_map(|&index| placement(scene, index))
        .filter(|placement| placement.pool.value.inferred)
        .map(|placement| (placement.pool.value.key(), &placement.pool.value))
        .collect();
    let hosted = workloads.iter().map(|&index| {
        let mut places = of(scene, index);
        if let Some(own) = daemon_pool(scene, index).filter(|_| pools.len() <= MOST_POOLS) {
            let others = pools.values().filter(|pool| pool.key() != own.key() && pool.holds(own));
            let others: Vec<&NodePool> = others.copied().collect();
            let reason = places.first().map(|place| place.reason.clone()).unwrap_or_default();
            // What it tolerates more than other pods is no reason to draw the same nodes twice.
            if others.iter().any(|pool| pool.requires == own.requires && pool.resources == own.resources) {
                places.clear();
            }
            places.extend(others.into_iter().map(|pool| inferred(scene, index, pool, reason.clone())));
        }
        (index, places)
    });
    let mut hosted: BTreeMap<NodeIndex, Vec<Place>> = hosted.collect();
    if hosted.values().map(Vec::len).sum::<usize>() > MOST_ARROWS.max(workloads.len()) {
        gather(scene, &mut hosted);
    }
    hosted
}

/// Puts one box in place of the real nodes, where there are too many arrows from each of them.
fn gather(scene: Scene, hosted: &mut BTreeMap<NodeIndex, Vec<Place>>) {
    let real = hosted.values().flatten().filter(|place| place.is_real);
    let nodes: BTreeSet<&Id> = real.map(|place| &place.actor.node.id).collect();
    let label = count(nodes.len(), "node", "nodes");
    for (&index, places) in hosted.iter_mut().filter(|(_, places)| places.len() > 1) {
        let Some(first) = places.iter().find(|place| place.is_real).cloned() else { continue };
        let environment = &scene.topology.nodes[index].identity.environment;
        let id = Id::of('m', &[environment, "all"]);
        let actor = Actor::new(id, Class::Node, &label, "the nodes of these manifests").called(label.clone());
        let verb = if first.line == Line::Solid { "host" } else { "may host" };
        *places = vec![Place { actor, verb: verb.to_owned(), ..first }];
    }
}

/// The nodes that host the pods of a workload, as one box.
pub(super) fn one(scene: Scene, index: NodeIndex) -> Place {
    let mut places = of(scene, index);
    if places.len() == 1 {
        return places.remove(0);
    }
    let names: Vec<String> = places.iter().map(|place| place.actor.node.label.clone()).collect();
    let is_run = placement(scene, index).is_some_and(|placement| !placement.hosts.is_empty());
    let (verb, line) = if is_run { ("run its pods", Line::Solid) } else { ("accept its pods", Line::Dashed) };
    let names = super::wording::list(&names, "node", "nodes");
    let actor = several(scene, index, places.len(), verb).noted(names);
    Place { actor, verb: "hosts".to_owned(), line, is_real: true, reason: Reason::none() }
}

fn placement<'a>(scene: Scene<'a>, index: NodeIndex) -> Option<&'a PodPlacement> {
    scene.facts.of(index).map(|facts| &facts.placement)
}

/// The inferred pool of a DaemonSet.
fn daemon_pool<'a>(scene: Scene<'a>, index: NodeIndex) -> Option<&'a NodePool> {
    let pool = &placement(scene, index)?.pool.value;
    (pool.inferred && &*scene.topology.nodes[index].identity.kind == "DaemonSet").then_some(pool)
}

/// The boxes that host the pods of a workload: the nodes that run them, else those that a field or the labels of the
/// input's nodes allow, else an inferred pool.
fn of(scene: Scene, index: NodeIndex) -> Vec<Place> {
    let Some(placement) = placement(scene, index) else { return Vec::new() };
    let object = scene.topology.nodes[index].object.as_deref();
    let reason = Reason::field(object, &placement.pool.field);
    let node_name = placement.node_name.as_ref().map(|name| Reason::field(object, &name.field));
    if placement.hosts.len() > MOST_NODES {
        let actor = several(scene, index, placement.hosts.len(), "run its pods");
        let (verb, line) = ("hosts".to_owned(), Line::Solid);
        return vec![Place { actor, verb, line, is_real: true, reason: Reason::none() }];
    }
    if !placement.hosts.is_empty() {
        let host = |host: &crate::facts::placement::Host| {
            let actor = match host.node {
                Some(node) => cast::object(&scene.topology.nodes[node]),
                None => named(scene, index, &host.name),
            };
            let verb = if host.pods == 1 { "hosts".to_owned() } else { format!("hosts {} pods", host.pods) };
            let reason = node_name.clone().unwrap_or_default();
            Place { actor, verb, line: Line::Solid, is_real: true, reason }
        };
        return placement.hosts.iter().map(host).collect();
    }
    if let Some(name) = &placement.node_name {
        let (verb, line) = ("hosts".to_owned(), Line::Solid);
        let actor = named(scene, index, &name.value);
        return vec![Place { actor, verb, line, is_real: true, reason: node_name.unwrap_or_default() }];
    }
    match &placement.candidates {
        Some(candidates) => possible(scene, index, candidates, &reason),
        None => vec![inferred(scene, index, &placement.pool.value, reason_of(placement, reason))],
    }
}

/// An empty reason where no field picks the nodes.
fn reason_of(placement: &PodPlacement, reason: Reason) -> Reason {
    if placement.pool.value.is_any() { Reason::none() } else { reason }
}

/// The nodes of the input that would accept the pods.
fn possible(scene: Scene, index: NodeIndex, candidates: &Candidates, reason: &Reason) -> Vec<Place> {
    let place = |actor: Actor| {
        let (verb, line, reason) = ("may host".to_owned(), Line::Dashed, reason.clone());
        Place { actor, verb, line, is_real: true, reason }
    };
    match candidates.accept.len() {
        0 => {
            let id = Id::of('m', &[&scene.topology.nodes[index].identity.environment, "none"]);
            let note = "no node of these manifests accepts the pods";
            let actor = Actor::new(id, Class::Missing, "No node", note).called("no node".to_owned());
            vec![Place { verb: "cannot host".to_owned(), ..place(actor) }]
        }
        some if some > MOST_NODES => {
            let words = format!("of {} accept its pods", count(candidates.all, "node", "nodes"));
            let names: Vec<&str> =
                candidates.accept.iter().map(|&node| &*scene.topology.nodes[node].identity.name).collect();
            let environment = &scene.topology.nodes[index].identity.environment;
            let id = Id::of('m', &[environment, &names.join(",")]);
            let label = count(some, "node", "nodes");
            vec![place(Actor::new(id, Class::Node, &label, &words).called(format!("{label} {words}")))]
        }
        _ => candidates.accept.iter().map(|&node| place(cast::object(&scene.topology.nodes[node]))).collect(),
    }
}

fn inferred(scene: Scene, index: NodeIndex, pool: &NodePool, reason: Reason) -> Place {
    let environment = &scene.topology.nodes[index].identity.environment;
    let id = Id::of('m', &[environment, &pool.key()]);
    let actor = Actor::new(id, Class::Node, &pool.title, &note(pool)).called(pool.said());
    Place { actor, verb: "hosts".to_owned(), line: Line::Dashed, is_real: false, reason }
}

/// A node that a field names, which is not in the input.
fn named(scene: Scene, index: NodeIndex, name: &str) -> Actor {
    let environment = &scene.topology.nodes[index].identity.environment;
    let id = Id::of('m', &[environment, name]);
    Actor::new(id, Class::Node, name, "node").called(format!("Node {name}"))
}

fn several(scene: Scene, index: NodeIndex, nodes: usize, verb: &str) -> Actor {
    let identity = &scene.topology.nodes[index].identity;
    let id = Id::of('m', &[&identity.id(), verb]);
    let label = count(nodes, "node", "nodes");
    Actor::new(id, Class::Node, &label, &format!("those that {verb}")).called(format!("{label} that {verb}"))
}

/// What an inferred pool is inferred from.
fn note(pool: &NodePool) -> String {
    let from = match (&pool.requires[..], &pool.resources[..]) {
        ([], []) if pool.tolerates.is_empty() => "no field picks one".to_owned(),
        ([], []) => return format!("inferred: {}", tolerated(pool)),
        ([], [resource]) => format!("a container asks for {resource}"),
        ([], resources) => format!("containers ask for {}", resources.join(", ")),
        ([label], []) if *label == pool.title => "nodes with this label".to_owned(),
        (labels, []) if labels.join(", ") == pool.title => "nodes with these labels".to_owned(),
        _ if pool.title == "No node" => "its node affinity is empty".to_owned(),
        _ if pool.title == "Some nodes" => "those that its node affinity names".to_owned(),
        ([label], _) => format!("by {label}"),
        (labels, _) => format!("by {}", count(labels.len(), "requirement", "requirements")),
    };
    if pool.tolerates.is_empty() {
        return format!("inferred: {from}");
    }
    format!("inferred: {from}, {}", tolerated(pool))
}

/// Which taints do not keep the pods away.
fn tolerated(pool: &NodePool) -> String {
    match &pool.tolerates[..] {
        [all] if all == "*" => "whatever its taints".to_owned(),
        [taint] => format!("even with taint {taint}"),
        taints => format!("even with {}", count(taints.len(), "taint", "taints")),
    }
}
