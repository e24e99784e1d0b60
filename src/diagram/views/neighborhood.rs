//! One hop around an object: whom it refers to and who refers to it, folded where many look alike.

use super::Scene;
use super::cast;
use super::denial;
use super::fold::{Piece, fold};
use super::route;
use super::sheet::{Reason, Sheet, line};
use crate::catalog::{Relation, Role};
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::names::english;
use crate::names::{count, plural};
use crate::topology::{self, Edge, HOST, NodeIndex, State};
use std::collections::{BTreeMap, BTreeSet};

/// How many neighbors of one kind are drawn one by one.
const CROWD: usize = 8;
/// How many ConfigMaps and Secrets that nobody else reads are drawn one by one.
const CROWD_OF_LEAVES: usize = 6;
/// How many NetworkPolicies and other rulers of one kind are drawn one by one.
const CROWD_OF_POLICIES: usize = 2;
/// How many claims that Kubernetes will make are drawn one by one.
const CROWD_OF_CLAIMS: usize = 3;
/// How many boxes are drawn around an object.
const MOST: usize = 24;

/// An object on the other end of edges that all point the same way.
pub(super) struct Neighbor<'a> {
    /// The object.
    pub node: NodeIndex,
    /// Whether the edges lead to it; else they come from it.
    pub out: bool,
    /// The edges, not empty.
    pub edges: Vec<&'a Edge>,
}

/// Everything that an edge connects with an object, sorted: first what points to it, then what it points to.
pub(super) fn neighbors<'a>(scene: Scene<'a>, index: NodeIndex) -> Vec<Neighbor<'a>> {
    let mut found: BTreeMap<(bool, NodeIndex), Vec<&Edge>> = BTreeMap::new();
    // What brings an object to the cluster has a view of its own.
    let is_near = |edge: &&Edge| edge.from != edge.to && edge.relation != Relation::Applies;
    for edge in scene.topology.to(index).filter(is_near) {
        found.entry((false, edge.from)).or_default().push(edge);
    }
    for edge in scene.topology.from(index).filter(is_near) {
        found.entry((true, edge.to)).or_default().push(edge);
    }
    found.into_iter().map(|((out, node), edges)| Neighbor { node, out, edges }).collect()
}

/// What neighbors must share to be folded into one box.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    out: bool,
    kind: String,
    class: Class,
    state: State,
    leaf: bool,
    verb: String,
}

/// Draws neighbors and the arrows between them and the boxes that `anchor` gives for each edge, at most `most` boxes
/// where folding allows. Returns how many objects they are.
pub(super) fn surround(
    sheet: &mut Sheet,
    scene: Scene,
    neighbors: Vec<Neighbor>,
    anchor: &dyn Fn(&Edge) -> (Id, Option<&'static str>),
    most: usize,
) -> usize {
    let objects: BTreeSet<NodeIndex> = neighbors.iter().map(|neighbor| neighbor.node).collect();
    let things = neighbors.into_iter().map(|neighbor| (key(scene, &neighbor), neighbor)).collect();
    let crowd = |key: &Key| match key {
        Key { state: State::Inferred, .. } => CROWD_OF_CLAIMS,
        Key { leaf: true, .. } => CROWD_OF_LEAVES,
        Key { class: Class::Policy, .. } => CROWD_OF_POLICIES,
        _ => CROWD,
    };
    for piece in fold(things, crowd, most) {
        match piece {
            Piece::One(neighbor) => draw_one(sheet, scene, &neighbor, anchor),
            Piece::Many(key, neighbors) => draw_many(sheet, scene, &key, &neighbors, anchor),
        }
    }
    objects.len()
}

fn key(scene: Scene, neighbor: &Neighbor) -> Key {
    let node = &scene.topology.nodes[neighbor.node];
    let read = neighbor.out && matches!(node.role, Role::Config | Role::Secret);
    let leaf = read && scene.topology.to(neighbor.node).all(|edge| edge.from == neighbor.edges[0].from);
    // Ports and paths differ from one to the next, the relation is what makes them alike.
    let verb = route::bare_verb(scene.topology, neighbor.edges[0]).to_owned();
    let kind = node.identity.kind.to_string();
    Key { out: neighbor.out, kind, class: cast::class(node), state: node.state, leaf, verb }
}

fn draw_one(
    sheet: &mut Sheet,
    scene: Scene,
    neighbor: &Neighbor,
    anchor: &dyn Fn(&Edge) -> (Id, Option<&'static str>),
) {
    let node = &scene.topology.nodes[neighbor.node];
    let mut actor = cast::object(node);
    if node.role == Role::Service && node.state == State::Present {
        actor = actor.noted(route::service_note(node));
    }
    let id = sheet.node(actor, None);
    for edge in &neighbor.edges {
        let (here, verb) = anchor(edge);
        let verb = verb.map_or_else(|| route::verb(scene.topology, edge), str::to_owned);
        let (from, to) = if neighbor.out { (&here, &id) } else { (&id, &here) };
        let (line, reason) = (line(scene.topology, edge), Reason::edge(scene.topology, edge));
        match denial::of_edge(scene, edge, &verb) {
            Some(denial) => {
                let line = if denial.arrow.is_some() { Line::Dashed } else { line };
                sheet.told_arrow(from, to, (&denial.arrow.unwrap_or(verb), &denial.row), line, reason);
            }
            None => sheet.arrow(from, to, &verb, line, reason),
        }
    }
}

fn draw_many(
    sheet: &mut Sheet,
    scene: Scene,
    key: &Key,
    neighbors: &[Neighbor],
    anchor: &dyn Fn(&Edge) -> (Id, Option<&'static str>),
) {
    let Some(first) = neighbors.first() else { return };
    let note = match key.state {
        State::Missing => "not in these manifests",
        State::Inferred if neighbors.iter().any(|one| scene.topology.nodes[one.node].maker.is_some()) => {
            "made by other objects"
        }
        State::Inferred => "made by Kubernetes",
        _ if key.leaf => "nobody else reads them",
        _ => "",
    };
    let center = if key.out { first.edges[0].from } else { first.edges[0].to };
    let center = scene.topology.nodes[center].identity.id();
    let way = if key.out { "out" } else { "in" };
    let id = Id::of('f', &[&center, way, &key.kind, &key.verb, note]);
    let actor = cast::several(id, key.class, neighbors.len(), &key.kind, note);
    let words = actor.said.clone();
    let id = sheet.node(actor, None);
    let mut anchors: BTreeSet<(Id, &str)> = BTreeSet::new();
    for neighbor in neighbors {
        let node = &scene.topology.nodes[neighbor.node];
        let other = (cast::object(node).said, cast::link(node));
        for edge in &neighbor.edges {
            let (here, verb) = anchor(edge);
            let said = verb.map_or_else(|| route::verb(scene.topology, edge), str::to_owned);
            let said = denial::of_edge(scene, edge, &said).map_or(said, |denial| denial.row);
            let here_said = sheet.said(&here);
            let (from, to) = if key.out { (here_said, other.clone()) } else { (other.clone(), here_said) };
            sheet.row(from, &said, to, Reason::edge(scene.topology, edge));
            anchors.insert((here, verb.unwrap_or(edge.relation.verb())));
        }
    }
    let mut edges = neighbors.iter().flat_map(|neighbor| &neighbor.edges);
    let dashed = edges.all(|edge| line(scene.topology, edge) == Line::Dashed);
    let line = if dashed { Line::Dashed } else { Line::Solid };
    for (here, verb) in anchors {
        let (from, to) = if key.out { (&here, &id) } else { (&id, &here) };
        sheet.silent_arrow(from, to, verb, line);
    }
    sheet.leave_out(format!("Not drawn one by one: {words}; the table lists {}.", them(neighbors.len())));
}

fn them(number: usize) -> &'static str {
    if number == 1 { "it" } else { "them" }
}

/// The neighborhood of an object that makes no pods; `None` where nothing refers to it and it refers to nothing.
pub(super) fn draw(scene: Scene, index: NodeIndex) -> Option<Diagram> {
    let node = &scene.topology.nodes[index];
    let neighbors = neighbors(scene, index);
    if neighbors.is_empty() {
        return None;
    }
    let mut sheet = Sheet::default();
    let mut actor = cast::object(node);
    let said = actor.said.clone();
    if node.role == Role::Service && node.state == State::Present {
        actor = actor.noted(route::service_note(node));
    }
    let center = sheet.node(actor, None);
    let kinds = kinds(scene, &neighbors);
    let most = MOST.min(scene.budget.nodes.saturating_sub(1)).min(scene.budget.edges);
    let number = surround(&mut sheet, scene, neighbors, &|_| (center.clone(), None), most);
    let title = format!("What {said} is connected with");
    let description = if number == 0 {
        format!("Nothing in these manifests is connected with {said}.")
    } else {
        format!("{said} is connected with {kinds}.")
    };
    Some(sheet.finish(View::Relationship, title, description, Direction::Right, scene.budget))
}

/// `3 Deployments and 1 Service`.
pub(super) fn kinds(scene: Scene, neighbors: &[Neighbor]) -> String {
    let nodes: BTreeSet<NodeIndex> = neighbors.iter().map(|neighbor| neighbor.node).collect();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for node in nodes {
        *kinds.entry(&scene.topology.nodes[node].identity.kind).or_default() += 1;
    }
    let words = kinds.into_iter().map(|(kind, number)| match kind {
        HOST => count(number, "address outside", "addresses outside"),
        topology::CROWD => count(number, "group of pods", "groups of pods"),
        kind => count(number, kind, &plural(kind)),
    });
    let words: Vec<String> = words.collect();
    english::list(&words, "and")
}
