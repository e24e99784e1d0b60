//! What depends on what: what breaks, and when, if something is gone, and what something needs to start and to serve. One
//! engine for both, a walk over links with a rule a relation: A needs B exactly if B impacts A.

mod link;
mod meant;
mod rule;
#[cfg(test)]
mod tests;
mod walk;

use super::{Facts, lets_traffic_in};
use crate::catalog::{FieldPath, Relation, Role};
use crate::topology::{Certainty, NodeIndex, Topology};
use link::World;
pub use meant::{Meant, meant};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Something that others may depend on. Sorted as objects are; what is no object stands behind them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// An object.
    Object(NodeIndex),
    /// An image, as pods of an environment name it.
    Image(Arc<str>, Arc<str>),
    /// The nodes of an environment that pods ask for: the key and the title of a [`super::placement::NodePool`].
    Pool(Arc<str>, Arc<str>, Arc<str>),
}

/// What happens to something whose dependency is gone. The list is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// Its pods do not start, or it is gone itself.
    FailsToStart,
    /// Its pods run, and get no traffic.
    NotReady,
    /// What it asks of others, or what others ask through it, fails where it leads to what is gone.
    LosesCalls,
    /// What it kept is gone.
    LosesData,
    /// The Kubernetes API refuses it what it was allowed.
    LosesRights,
    /// No node takes its pods, or nothing gives the claim a disk.
    NotScheduled,
    /// What runs goes on as before.
    NoEffectWhileRunning,
}

impl Then {
    /// What happens to an end, as a verb behind its name.
    pub fn verb(self, end: &End, topology: &Topology) -> &'static str {
        let node = end.object().map(|index| &topology.nodes[index]);
        let makes_pods = node.is_some_and(|node| node.pod.is_some());
        let is_storage = node.is_some_and(|node| node.role == Role::Storage);
        match self {
            Then::FailsToStart => "does not start",
            Then::NotReady => "is not ready",
            Then::LosesCalls if makes_pods => "loses calls",
            // What makes no pods asks nobody: others ask through it.
            Then::LosesCalls => "loses requests",
            Then::LosesData if makes_pods || is_storage => "loses data",
            Then::LosesData => "is deleted",
            Then::LosesRights => "loses rights",
            Then::NotScheduled if is_storage => "gets no disk",
            Then::NotScheduled => "is not scheduled",
            Then::NoEffectWhileRunning => "goes on as it is",
        }
    }
}

/// From when on something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// At once.
    Now,
    /// When pods start again: what runs goes on.
    Restart,
    /// Only where it is not there yet, such as in a new cluster.
    New,
}

/// What an [`Impact`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// What depends on the subject.
    Impact,
    /// What the subject needs.
    Needs,
}

/// What depends on something, or what that needs.
#[derive(Clone, Debug)]
pub struct Impact {
    /// Which of the two.
    pub direction: Direction,
    /// Everything that does, the nearest first, then sorted; never the subject itself.
    pub reached: Vec<Reached>,
    /// The objects among it that let traffic in from outside and lose some of it, sorted; none of what is needed.
    pub ways_in: Vec<NodeIndex>,
}

/// Something that depends on the subject, or that the subject needs.
#[derive(Clone, Debug)]
pub struct Reached {
    /// What it is.
    pub end: End,
    /// What happens to the one that depends, each with the time from which on, sorted; empty where it goes on working,
    /// since others answer instead.
    pub effects: Vec<(Then, When)>,
    /// How sure the least sure step of the path is.
    pub certainty: Certainty,
    /// How the one that depends comes to what it needs, that one first. Of several paths the shortest, of these the
    /// surest.
    pub path: Vec<Step>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Who depends.
    pub dependent: End,
    /// On what.
    pub dependency: End,
    /// Whether the field stands for an arrow from the dependency to the dependent, such as to what it produces.
    pub is_reversed: bool,
    /// What the arrow of the graph says; of what is no arrow there, the closest.
    pub relation: Relation,
    /// What the one that depends does with the other: `calls`, `is made by`.
    pub verb: &'static str,
    /// The field that says so, in the object of `declared_by`.
    pub field: FieldPath,
    /// The object whose manifest holds the field.
    pub declared_by: NodeIndex,
    /// The line of the field; 0 where unknown.
    pub line: u32,
    /// How sure it is.
    pub certainty: Certainty,
    /// Whether a readiness or a liveness probe of the one that depends asks for the other.
    pub is_probed: bool,
}

impl Reached {
    /// How many steps away it is.
    pub fn hops(&self) -> usize {
        self.path.len()
    }

    /// From when on something happens to it, if anything does.
    pub fn when(&self) -> Option<When> {
        self.effects.iter().map(|(_, when)| *when).min()
    }

    /// What happens, in the closed list of words, sorted.
    pub fn then(&self) -> Vec<Then> {
        let told =
            self.effects.iter().map(|(then, _)| *then).filter(|then| *then != Then::NoEffectWhileRunning);
        let goes_on = self.when().filter(|when| *when > When::Now).map(|_| Then::NoEffectWhileRunning);
        let told: BTreeSet<Then> = told.chain(goes_on).collect();
        told.into_iter().collect()
    }

    /// The object that it is, if it is one.
    pub fn object(&self) -> Option<NodeIndex> {
        self.end.object()
    }
}

impl End {
    /// The object that it is, if it is one.
    pub fn object(&self) -> Option<NodeIndex> {
        match self {
            End::Object(index) => Some(*index),
            _ => None,
        }
    }

    /// The environment that it belongs to.
    pub fn environment<'a>(&'a self, topology: &'a Topology) -> &'a str {
        match self {
            End::Object(index) => &topology.nodes[*index].identity.environment,
            End::Image(environment, _) | End::Pool(environment, ..) => environment,
        }
    }

    /// What people call it: `Deployment shop/web`, `Image redis:7`, with the environment in front where there are several.
    pub fn title(&self, topology: &Topology) -> String {
        match self {
            End::Object(index) => topology.title(&topology.nodes[*index].identity),
            End::Image(environment, name) => format!("{}Image {name}", topology.prefix(environment)),
            End::Pool(environment, _, title) => format!("{}NodePool {title}", topology.prefix(environment)),
        }
    }
}

/// What depends on some ends, directly and through others, if all of them are gone.
pub fn impact(topology: &Topology, facts: &Facts, subject: &[End]) -> Impact {
    let mut world = World::new(topology, facts);
    let reached = walk::spread(&mut world, subject, None);
    let own: BTreeSet<&End> = subject.iter().collect();
    let mut reached: Vec<Reached> = reached.into_iter().filter(|one| !own.contains(&one.end)).collect();
    reached.sort_by(|a, b| (a.hops(), &a.end).cmp(&(b.hops(), &b.end)));
    let hit = reached.iter().filter(|one| !one.effects.is_empty()).filter_map(Reached::object);
    let mut ways_in: Vec<NodeIndex> = hit.filter(|&index| lets_traffic_in(topology, index)).collect();
    ways_in.sort_unstable();
    Impact { direction: Direction::Impact, reached, ways_in }
}

/// What some ends need to start and to serve, directly and through others: everything whose loss reaches one of them.
pub fn needs(topology: &Topology, facts: &Facts, subject: &[End]) -> Impact {
    let mut world = World::new(topology, facts);
    let own: BTreeSet<End> = subject.iter().cloned().collect();
    let around = walk::needed(&mut world, subject);
    let mut reached = Vec::new();
    for end in around.iter().filter(|end| !own.contains(end)) {
        let hit = walk::spread(&mut world, std::slice::from_ref(end), Some(&around));
        // Of several subjects the nearest counts.
        let mut hit: Vec<Reached> = hit.into_iter().filter(|one| own.contains(&one.end)).collect();
        hit.sort_by(|a, b| (a.hops(), a.certainty, &a.end).cmp(&(b.hops(), b.certainty, &b.end)));
        reached.extend(hit.into_iter().next().map(|one| Reached { end: end.clone(), ..one }));
    }
    reached.sort_by(|a, b| (a.hops(), &a.end).cmp(&(b.hops(), &b.end)));
    Impact { direction: Direction::Needs, reached, ways_in: Vec::new() }
}
