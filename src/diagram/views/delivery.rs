//! What brings objects to the cluster: which object of a GitOps controller applies which, and what waits for what.

use super::cast::{self, Actor};
use super::fold::{Piece, fold};
use super::sheet::{Reason, Sheet, line};
use super::{Budget, Definition, Focus, Of, Scene};
use crate::catalog::Relation;
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::document::{PLAIN_ENVIRONMENT, Value};
use crate::names::count;
use crate::topology::{Edge, NodeIndex, State};
use std::collections::{BTreeMap, BTreeSet};

/// How many that are alike are drawn one by one.
const CROWD: usize = 6;

pub(super) static VIEW: Definition =
    Definition { name: "delivery", of: Of::Everything, budget: Budget { nodes: 40, edges: 60 }, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    match *focus {
        Focus::All(ref environment) => whole(scene, environment),
        Focus::Object(index) | Focus::Container(index, _) => around(scene, index),
        Focus::Namespace(..) | Focus::Application(_) => None,
    }
}

/// The objects of GitOps controllers in an environment, from its roots on.
fn whole(scene: Scene, environment: &str) -> Option<Diagram> {
    let appliers = appliers(scene, environment);
    if appliers.is_empty() {
        return None;
    }
    let mut picture = Picture { scene, sheet: Sheet::default(), appliers: &appliers, drawn: BTreeMap::new() };
    let things = appliers.iter().map(|&index| (picture.key(index), index)).collect();
    let most = scene.budget.nodes.saturating_sub(picture.sources().len());
    // Who applies or is waited for has a place of its own in the picture.
    let crowd = |key: &Key| if key.is_leaf { CROWD } else { usize::MAX };
    for piece in fold(things, crowd, most) {
        picture.place(piece);
    }
    picture.connect();
    picture.draw_sources();
    let roots = appliers.iter().filter(|&&index| picture.applier_of(index).is_none()).count();
    let title = match environment {
        PLAIN_ENVIRONMENT => "What is applied by whom, and what waits for what".to_owned(),
        name => format!("What is applied by whom in {name}, and what waits for what"),
    };
    let description = format!(
        "{} of GitOps controllers; {} applied by none of the others. An arrow leads from each to what it applies, and to what \
         it waits for.",
        count(appliers.len(), "object", "objects"),
        if roots == 1 { "1 is".to_owned() } else { format!("{roots} are") },
    );
    Some(picture.sheet.finish(View::Delivery, title, description, Direction::Right, scene.budget))
}

/// The way of an object to the cluster, and what it brings there in turn.
fn around(scene: Scene, index: NodeIndex) -> Option<Diagram> {
    let node = &scene.topology.nodes[index];
    let delivery = node.object.as_ref().and_then(|object| object.delivery.as_deref());
    let chain = delivery.map(|delivery| delivery.applied_by.as_slice()).unwrap_or_default();
    let chain: Vec<NodeIndex> = chain.iter().filter_map(|by| scene.topology.find(by)).collect();
    let near: Vec<&Edge> = waits(scene, index).collect();
    if chain.is_empty() && near.is_empty() && !is_applier(scene, index) {
        return None;
    }
    let mut around: BTreeSet<NodeIndex> = chain.iter().copied().chain([index]).collect();
    around.extend(near.iter().flat_map(|edge| [edge.from, edge.to]));
    let appliers: Vec<NodeIndex> = around.iter().copied().collect();
    let mut picture = Picture { scene, sheet: Sheet::default(), appliers: &appliers, drawn: BTreeMap::new() };
    appliers.iter().for_each(|&one| picture.place(Piece::One(one)));
    let brought: Vec<NodeIndex> =
        applied(scene, index).map(|edge| edge.to).filter(|to| !around.contains(to)).collect();
    let things = brought.iter().map(|&one| (picture.key(one), one)).collect();
    let most = scene.budget.nodes.saturating_sub(appliers.len() + picture.sources().len()).min(16);
    for piece in fold(things, |_| CROWD, most) {
        picture.place(piece);
    }
    picture.connect();
    picture.draw_sources();
    let said = cast::object(node).said;
    let (title, description) = match brought.len() {
        0 => (
            format!("How {said} comes to the cluster"),
            format!("{said} and the objects of GitOps controllers that apply it, or wait for it."),
        ),
        many => (
            format!("What {said} brings to the cluster"),
            format!(
                "{said} applies {}; it is shown with what applies it, and what waits.",
                count(many, "object", "objects")
            ),
        ),
    };
    Some(picture.sheet.finish(View::Delivery, title, description, Direction::Right, scene.budget))
}

/// The objects of an environment that apply others, wait or are waited for, in the order of the topology.
fn appliers(scene: Scene, environment: &str) -> Vec<NodeIndex> {
    let mut found = BTreeSet::new();
    for edge in &scene.topology.edges {
        let here = *scene.topology.nodes[edge.from].identity.environment == *environment;
        match edge.relation {
            Relation::Applies if here => _ = found.insert(edge.from),
            Relation::WaitsFor if here => found.extend([edge.from, edge.to]),
            _ => {}
        }
    }
    found.into_iter().collect()
}

fn is_applier(scene: Scene, index: NodeIndex) -> bool {
    applied(scene, index).next().is_some()
}

fn applied<'a>(scene: Scene<'a>, index: NodeIndex) -> impl Iterator<Item = &'a Edge> {
    scene.topology.from(index).filter(|edge| edge.relation == Relation::Applies)
}

/// What an object waits for, and what waits for it.
fn waits<'a>(scene: Scene<'a>, index: NodeIndex) -> impl Iterator<Item = &'a Edge> {
    let both = scene.topology.from(index).chain(scene.topology.to(index));
    both.filter(|edge| edge.relation == Relation::WaitsFor)
}

/// What must be alike for boxes to be one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// Whether it applies no other of those that are drawn, and nobody waits.
    is_leaf: bool,
    applier: Option<NodeIndex>,
    kind: String,
    is_suspended: bool,
}

struct Picture<'a> {
    scene: Scene<'a>,
    sheet: Sheet,
    /// Those that may be connected with each other.
    appliers: &'a [NodeIndex],
    /// The box of each.
    drawn: BTreeMap<NodeIndex, Id>,
}

impl Picture<'_> {
    fn applier_of(&self, index: NodeIndex) -> Option<NodeIndex> {
        let edge = self.scene.topology.to(index).find(|edge| edge.relation == Relation::Applies)?;
        (edge.from != index).then_some(edge.from)
    }

    fn key(&self, index: NodeIndex) -> Key {
        let applies = applied(self.scene, index).any(|edge| self.appliers.binary_search(&edge.to).is_ok());
        let is_leaf = !applies && waits(self.scene, index).next().is_none();
        let node = &self.scene.topology.nodes[index];
        let kind = node.identity.kind.to_string();
        Key { is_leaf, applier: self.applier_of(index), kind, is_suspended: is_suspended(self.scene, index) }
    }

    fn place(&mut self, piece: Piece<Key, NodeIndex>) {
        match piece {
            Piece::One(index) => {
                let node = &self.scene.topology.nodes[index];
                let mut actor = cast::object(node);
                if node.state == State::Present {
                    actor = actor.noted(self.note(index));
                }
                let id = self.sheet.node(actor, None);
                self.drawn.insert(index, id);
            }
            Piece::Many(key, all) => {
                let applier = key.applier.map(|by| self.scene.topology.nodes[by].identity.id());
                let parts = [applier.unwrap_or_default(), key.kind.clone(), key.is_suspended.to_string()];
                let id = Id::of('f', &["delivery", &parts[0], &parts[1], &parts[2]]);
                let note = if key.is_suspended { "suspended" } else { "" };
                let class = cast::class(&self.scene.topology.nodes[all[0]]);
                let actor = cast::several(id, class, all.len(), &key.kind, note);
                let words = actor.said.clone();
                let id = self.sheet.node(actor, None);
                self.sheet.leave_out(format!("Not drawn one by one: {words}; the table lists them."));
                self.drawn.extend(all.into_iter().map(|index| (index, id.clone())));
            }
        }
    }

    /// What an applier is, and what it brings itself: `HelmRelease: 2 workloads, 9 other objects`.
    fn note(&self, index: NodeIndex) -> String {
        let nodes = &self.scene.topology.nodes;
        let kind = &nodes[index].identity.kind;
        let brought: Vec<NodeIndex> = applied(self.scene, index)
            .map(|edge| edge.to)
            .filter(|to| self.appliers.binary_search(to).is_err())
            .collect();
        let workloads = brought.iter().filter(|&&to| nodes[to].pod.is_some()).count();
        let others = brought.len() - workloads;
        let mut words = Vec::new();
        if workloads > 0 {
            words.push(count(workloads, "workload", "workloads"));
        }
        if others > 0 {
            let what = if workloads > 0 { ["other object", "other objects"] } else { ["object", "objects"] };
            words.push(count(others, what[0], what[1]));
        }
        let suspended = if is_suspended(self.scene, index) { ", suspended" } else { "" };
        match words.is_empty() {
            true => format!("{kind}{suspended}"),
            false => format!("{kind}{suspended}: {}", words.join(", ")),
        }
    }

    /// The arrows between all that is drawn, and the rows of what they stand for.
    fn connect(&mut self) {
        let mut ends: Vec<(NodeIndex, Id)> =
            self.drawn.iter().map(|(index, id)| (*index, id.clone())).collect();
        ends.sort();
        for (index, id) in &ends {
            for edge in self.scene.topology.from(*index) {
                let verb = match edge.relation {
                    Relation::Applies if edge.to != *index => "applies",
                    Relation::WaitsFor => "waits for",
                    _ => continue,
                };
                let Some(to) = self.drawn.get(&edge.to).cloned() else { continue };
                self.sheet.silent_arrow(id, &to, verb, line(self.scene.topology, edge));
                let said = |index: NodeIndex| {
                    let node = &self.scene.topology.nodes[index];
                    (cast::object(node).said, cast::link(node))
                };
                self.sheet.row(said(*index), verb, said(edge.to), Reason::edge(self.scene.topology, edge));
            }
        }
    }

    /// Where those take their manifests from that bring nothing of this repository, or charts.
    fn sources(&self) -> Vec<(NodeIndex, &Edge)> {
        let topology = self.scene.topology;
        let of = |&index: &NodeIndex| {
            let is_release = &*topology.nodes[index].identity.kind == "HelmRelease";
            let is_foreign = !is_applier(self.scene, index) && topology.nodes[index].state == State::Present;
            let edges = topology.from(index).filter(move |edge| {
                let to = &topology.nodes[edge.to].identity;
                let field = edge.field.to_string();
                let names_source =
                    field.contains("sourceRef") || field.contains("chartRef") || field.contains("repoURL");
                // A chart of this repository has the source that everything has.
                names_source && (is_foreign || is_release && &*to.kind != "GitRepository")
            });
            edges.map(|edge| (index, edge)).collect::<Vec<_>>()
        };
        self.appliers.iter().flat_map(of).collect()
    }

    fn draw_sources(&mut self) {
        let edges: Vec<(NodeIndex, NodeIndex, Reason)> = self
            .sources()
            .into_iter()
            .map(|(index, edge)| (index, edge.to, Reason::edge(self.scene.topology, edge)))
            .collect();
        let fits = self.sheet.len() + edges.iter().map(|edge| edge.1).collect::<BTreeSet<_>>().len();
        if fits > self.scene.budget.nodes {
            return;
        }
        for (index, to, reason) in edges {
            let node = &self.scene.topology.nodes[to];
            let Actor { mut node, said } = cast::object(node);
            node.class = if node.class == Class::Missing { Class::Missing } else { Class::External };
            let to = self.sheet.node(Actor { node, said }, None);
            if let Some(from) = self.drawn.get(&index).cloned() {
                let what = match &*self.scene.topology.nodes[index].identity.kind {
                    "HelmRelease" => "takes its chart from",
                    _ => "takes its manifests from",
                };
                self.sheet.arrow(&from, &to, what, Line::Solid, reason);
            }
        }
    }
}

/// Whether its controller leaves an applier alone, or one that applies it.
fn is_suspended(scene: Scene, index: NodeIndex) -> bool {
    let Some(object) = scene.topology.nodes[index].object.as_deref() else { return false };
    let own = object.value.at("spec.suspend").and_then(Value::as_bool) == Some(true);
    own || object.delivery.as_ref().is_some_and(|delivery| delivery.suspended)
}
