//! Stage 6: the topology, seen from one point of view, as a [`Diagram`] without syntax.
//!
//! [`mermaid`] spells a diagram as Mermaid text, [`svg`] paints it. Both read the same model, so they cannot disagree.

pub mod dot;
pub mod host;
pub mod mermaid;
pub mod readable;
pub mod svg;
pub mod views;

pub use views::View;

use crate::model::Subject;
use std::fmt;

/// One diagram: it answers one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagram {
    /// Which question.
    pub view: View,
    /// What it shows, in a few words: Mermaid's `accTitle`, the SVG's title.
    pub title: String,
    /// What it shows, in a sentence or two for someone who cannot see it.
    pub description: String,
    /// The picture.
    pub body: Body,
    /// The same thing as a table.
    pub rows: Vec<Row>,
    /// What was left out and where to find it, a sentence each.
    pub left_out: Vec<String>,
    /// Where its picture was measured, what was found.
    pub laid_out: svg::LaidOut,
}

/// The picture of a diagram.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Boxes, groups and arrows.
    Flow(Flow),
    /// Participants and messages, downwards in time.
    Sequence(Sequence),
    /// The states of one thing and what leads from one to the next: boxes without groups, from a [`Class::Start`] to a
    /// [`Class::End`].
    States(Flow),
}

/// The id of a node, a group or a participant: a letter and a short hash of what it stands for, so that no other
/// file can shift it and no user byte is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

impl Id {
    /// The id of what the parts name together.
    pub fn of(letter: char, parts: &[&str]) -> Id {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Id(format!("{letter}{}", &hasher.finalize().to_hex()[..10]))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What sort of thing a node, a group or a participant is: shape, class name and legend follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The whole cluster.
    Cluster,
    /// A node of the cluster, or a pool of them.
    Node,
    /// A namespace.
    Namespace,
    /// An application: workloads that belong together.
    Application,
    /// A Deployment, StatefulSet, DaemonSet, Job, CronJob…
    Workload,
    /// A pod.
    Pod,
    /// An app container.
    Container,
    /// An init container.
    InitContainer,
    /// A native sidecar.
    Sidecar,
    /// A network namespace.
    Network,
    /// A Service.
    Service,
    /// An Ingress, a Gateway or a route.
    Route,
    /// A ConfigMap or another object that is read.
    Config,
    /// A Secret.
    Secret,
    /// A volume.
    Volume,
    /// A PersistentVolumeClaim or what backs one.
    Claim,
    /// A ServiceAccount, a Role or a binding.
    Access,
    /// A NetworkPolicy, an autoscaler, a budget: what rules over others.
    Policy,
    /// A person or a program outside the cluster.
    Person,
    /// The Kubernetes API or the kubelet.
    ControlPlane,
    /// Something outside the input that the cluster brings along or the internet holds.
    External,
    /// Something that is referenced but not in the input.
    Missing,
    /// Anything else.
    Plain,
    /// A state in which a container waits for something.
    Waiting,
    /// A state in which it runs.
    Running,
    /// A state in which it runs no more.
    Terminated,
    /// Where states begin.
    Start,
    /// Where states end.
    End,
}

/// Boxes, groups and arrows.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Where arrows mostly point.
    pub direction: Direction,
    /// Groups, outer before inner.
    pub groups: Vec<Group>,
    /// Nodes, in reading order.
    pub nodes: Vec<Node>,
    /// Edges; both ends are nodes, never groups.
    pub edges: Vec<Edge>,
}

/// Where arrows mostly point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Top down.
    Down,
    /// Left to right.
    Right,
}

/// A box around nodes and other groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its id.
    pub id: Id,
    /// What sort of thing it is.
    pub class: Class,
    /// Its title, raw.
    pub label: String,
    /// The group it stands in.
    pub parent: Option<Id>,
    /// The page that it leads to.
    pub link: Option<Subject>,
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its id.
    pub id: Id,
    /// What sort of thing it is.
    pub class: Class,
    /// Its name, raw.
    pub label: String,
    /// What it is in a word or two (`Deployment`, `init container`, `3 ConfigMaps`), raw; may be empty.
    pub note: String,
    /// The group it stands in.
    pub parent: Option<Id>,
    /// The page that it leads to.
    pub link: Option<Subject>,
}

/// An arrow with a verb on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The node it starts at.
    pub from: Id,
    /// The node it points to.
    pub to: Id,
    /// What `from` does to `to`, raw: `mounts`, `sends traffic to`…
    pub verb: String,
    /// How sure it is.
    pub line: Line,
}

/// How an arrow is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A field says so.
    Solid,
    /// It is inferred, or its target is missing; in a sequence, an answer.
    Dashed,
    /// Where it leads is not known, only where that stands.
    Dotted,
}

/// Participants and messages, downwards in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// From left to right.
    pub participants: Vec<Participant>,
    /// From top to bottom.
    pub steps: Vec<Step>,
}

/// Someone who sends and receives messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Participant {
    /// Its id.
    pub id: Id,
    /// What sort of thing it is; a [`Class::Person`] is drawn as one.
    pub class: Class,
    /// Its name, raw.
    pub label: String,
    /// The page that it leads to.
    pub link: Option<Subject>,
}

/// One step of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A message; to itself where `from` and `to` are one.
    Message {
        /// Who sends it.
        from: Id,
        /// Who receives it.
        to: Id,
        /// What it says, raw.
        text: String,
        /// Solid for a call, dashed for an answer.
        line: Line,
    },
    /// A note over one participant, or from the first to the last of several.
    Note {
        /// Whom it is about; not empty.
        over: Vec<Id>,
        /// What it says, raw.
        text: String,
    },
    /// A titled part of the sequence: a frame around steps.
    Frame {
        /// Mermaid's word for it.
        kind: Frame,
        /// Its title, raw.
        label: String,
        /// What happens in it.
        steps: Vec<Step>,
    },
}

/// What a frame around steps means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// It happens again and again.
    Loop,
    /// It happens only sometimes.
    Optional,
}

/// One row of the table beside a diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Who, with the page it leads to.
    pub from: (String, Option<Subject>),
    /// Does what.
    pub verb: String,
    /// To whom.
    pub to: (String, Option<Subject>),
    /// The field that says so; empty where the diagram itself is the reason.
    pub field: String,
    /// File and line of that field.
    pub source: Option<Place>,
}

/// Where people find a field of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The object's own text and the line there, which is another one where a tool built it.
    pub text: (String, u32),
}
