//! What a change does to what runs. One file a rule, or a few that belong together, each listed once in [`RULES`]; each effect
//! says what happens in a sentence and cites the lines that it follows from.

mod access;
mod availability;
mod capacity;
mod configuration;
mod data;
mod exposure;
mod images;
mod network;
mod objects;
mod refusal;
mod rollout;
mod security;

use super::pairing::Pairing;
use super::{Because, Change, FieldChange, ObjectChange, Side, Which};
use crate::catalog::FieldPath;
use crate::document::Identity;
use crate::topology::{Edge, Node, NodeIndex};
use serde::Serialize;
use std::collections::BTreeSet;

/// Every rule, in the order in which they look: later ones may ask what earlier ones found.
static RULES: &[fn(&Scene, &mut Found)] = &[
    refusal::find,
    rollout::find,
    images::find,
    configuration::find,
    exposure::find,
    network::find,
    security::find,
    access::find,
    data::find,
    availability::find,
    capacity::find,
    objects::find,
];

/// How much an effect matters. The order is that of severity, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Somebody should look at it.
    Warning,
    /// Something stops working, or gets lost.
    Danger,
}

impl Severity {
    /// The word that stands for it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Danger => "danger",
        }
    }
}

/// What an effect is about, in the order in which reviewers want to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Area {
    Refused,
    Data,
    Exposure,
    Network,
    Privilege,
    Availability,
    Rollout,
    Capacity,
    Configuration,
}

/// One effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// Its stable name.
    pub code: &'static str,
    /// What it is about.
    pub area: Area,
    /// How much it matters.
    pub level: Severity,
    /// Whom it happens to: `Deployment shop/web`.
    pub subject: String,
    /// The environment.
    pub environment: String,
    /// What happens: a sentence or two, raw, with names in backticks.
    pub message: String,
    /// The lines that it follows from; never empty.
    pub because: Vec<Because>,
}

/// What rules look at.
pub(super) struct Scene<'a> {
    pub change: &'a Change<'a>,
    pub pairing: &'a Pairing,
}

/// What rules have found.
#[derive(Default)]
pub(super) struct Found {
    effects: Vec<Effect>,
    /// The objects that the API server refuses, by their index among those that differ.
    refused: BTreeSet<usize>,
    /// The workloads that get new pods, the same way.
    replaced: BTreeSet<usize>,
}

/// Finds everything that a change does, the worst first.
pub(super) fn find(change: &Change) -> Vec<Effect> {
    let (scene, mut found) = (Scene { change, pairing: &change.pairing }, Found::default());
    RULES.iter().for_each(|rule| rule(&scene, &mut found));
    let mut effects = found.effects;
    effects.retain(|effect| !effect.because.is_empty());
    effects.sort_by(|a, b| {
        let key = |effect: &Effect| (std::cmp::Reverse(effect.level), effect.area);
        key(a).cmp(&key(b)).then_with(|| {
            (&a.environment, &a.subject, a.code, &a.message).cmp(&(
                &b.environment,
                &b.subject,
                b.code,
                &b.message,
            ))
        })
    });
    effects.dedup_by(|a, b| {
        (a.code, &a.subject, &a.environment, &a.message) == (b.code, &b.subject, &b.environment, &b.message)
    });
    effects
}

impl Found {
    /// Adds an effect of this code, area and level.
    fn add(
        &mut self,
        (code, area, level): (&'static str, Area, Severity),
        whom: Whom,
        message: String,
        because: Vec<Because>,
    ) {
        let Whom { subject, environment } = whom;
        self.effects.push(Effect { code, area, level, subject, environment, message, because });
    }
}

/// Whom an effect happens to.
struct Whom {
    subject: String,
    environment: String,
}

impl<'a> Scene<'a> {
    /// What was.
    fn before(&self) -> Side<'a> {
        self.change.old
    }

    /// What will be.
    fn after(&self) -> Side<'a> {
        self.change.new
    }

    /// The objects that differ, each with its index.
    fn objects(&self) -> impl Iterator<Item = (usize, &'a ObjectChange)> {
        self.change.objects.iter().enumerate()
    }

    /// The workloads that are on both sides, whether they differ or not: their nodes there.
    fn workloads(&self) -> impl Iterator<Item = (NodeIndex, NodeIndex)> {
        let (old, new) = (self.before().topology, self.after().topology);
        let both = self.pairing.pairs().iter().filter_map(|pair| pair.old.zip(pair.new));
        both.filter(move |(a, b)| old.nodes[*a].pod.is_some() && new.nodes[*b].pod.is_some())
    }

    fn node(&self, which: Which, index: NodeIndex) -> &'a Node {
        &self.change.side(which).topology.nodes[index]
    }

    /// Whom an effect on an object happens to.
    fn object(&self, change: &ObjectChange) -> Whom {
        Whom { subject: change.subject.clone(), environment: change.identity.environment.to_string() }
    }

    /// The same for a node.
    fn whom(&self, which: Which, index: NodeIndex) -> Whom {
        let identity = &self.node(which, index).identity;
        Whom {
            subject: self.subject(which, identity),
            environment: self.pairing.environment(which, &identity.environment).to_string(),
        }
    }

    /// The same for a container.
    fn container(&self, which: Which, index: NodeIndex, key: &str) -> Whom {
        let identity = &self.node(which, index).identity;
        let environment = self.pairing.environment(which, &identity.environment);
        let prefix = self.pairing.prefix(&environment);
        let subject = format!("{prefix}Container {}/{}/{key}", identity.namespace, identity.name);
        Whom { subject, environment: environment.to_string() }
    }

    fn subject(&self, which: Which, identity: &Identity) -> String {
        self.pairing.subject(which, self.change.side(which), identity)
    }

    /// The line of a field of a node.
    fn line(&self, which: Which, index: NodeIndex, field: &FieldPath) -> Vec<Because> {
        let Some(object) = self.node(which, index).object.as_deref() else { return Vec::new() };
        let (file, line) = object.place(field.line(&object.value));
        vec![Because { side: which, file: file.to_owned(), line, field: field.to_string() }]
    }

    /// The first line of a node.
    fn whole(&self, which: Which, index: NodeIndex) -> Vec<Because> {
        let Some(object) = self.node(which, index).object.as_deref() else { return Vec::new() };
        let (file, line) = object.place(object.first_line);
        vec![Because { side: which, file: file.to_owned(), line, field: String::new() }]
    }

    /// The line of an edge.
    fn edge(&self, which: Which, edge: &Edge) -> Vec<Because> {
        let Some(object) = self.node(which, edge.declared_by).object.as_deref() else { return Vec::new() };
        let (file, line) = object.place(edge.line.max(1));
        vec![Because { side: which, file: file.to_owned(), line, field: edge.field.to_string() }]
    }
}

/// The lines of fields that differ, at most a few.
fn lines<'a>(fields: impl IntoIterator<Item = &'a FieldChange>) -> Vec<Because> {
    let line = |field: &FieldChange| Because {
        side: field.side,
        file: field.file.clone(),
        line: field.line,
        field: field.field.clone(),
    };
    fields.into_iter().map(line).take(6).collect()
}
