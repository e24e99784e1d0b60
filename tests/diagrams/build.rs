//! Short ways to say what a sample diagram holds.

use podviz::diagram::{
    Body, Class, Diagram, Direction, Edge, Flow, Frame, Group, Id, Line, Node, Participant, Sequence, Step,
    View,
};
use podviz::document::Identity;
use podviz::model::Subject;

/// A flow that grows.
pub struct Build(Flow);

/// The id of what `name` names.
pub fn id(name: &str) -> Id {
    Id::of('n', &[name])
}

fn subject(name: &str) -> Option<Subject> {
    Some(Subject::Object(Identity {
        environment: "default".into(),
        group: "apps".into(),
        kind: "Deployment".into(),
        namespace: "shop".into(),
        name: name.into(),
    }))
}

impl Build {
    pub fn new(direction: Direction) -> Build {
        Build(Flow { direction, groups: Vec::new(), nodes: Vec::new(), edges: Vec::new() })
    }

    /// A group `name` in `parent` (empty for none); the name after its last `/` is its title.
    pub fn group(mut self, parent: &str, name: &str, class: Class) -> Build {
        let parent = (!parent.is_empty()).then(|| id(parent));
        let label = name.rsplit('|').next().unwrap_or(name).to_owned();
        let link = matches!(class, Class::Namespace | Class::Pod).then(|| subject(&label)).flatten();
        self.0.groups.push(Group { id: id(name), class, label, parent, link });
        self
    }

    /// A node `name` in `parent` (empty for none); the name after its last `|` is its label.
    pub fn node(mut self, parent: &str, name: &str, note: &str, class: Class) -> Build {
        let parent = (!parent.is_empty()).then(|| id(parent));
        let label = name.rsplit('|').next().unwrap_or(name).to_owned();
        let link = if class == Class::Missing { None } else { subject(&label) };
        self.0.nodes.push(Node { id: id(name), class, label, note: note.into(), parent, link });
        self
    }

    /// An arrow.
    pub fn edge(self, from: &str, verb: &str, to: &str) -> Build {
        self.arrow(from, verb, to, Line::Solid)
    }

    /// A dashed arrow.
    pub fn dashed(self, from: &str, verb: &str, to: &str) -> Build {
        self.arrow(from, verb, to, Line::Dashed)
    }

    fn arrow(mut self, from: &str, verb: &str, to: &str, line: Line) -> Build {
        self.0.edges.push(Edge { from: id(from), to: id(to), verb: verb.into(), line });
        self
    }

    pub fn diagram(self, view: View, title: &str) -> Diagram {
        diagram(view, title, Body::Flow(self.0))
    }
}

pub fn diagram(view: View, title: &str, body: Body) -> Diagram {
    Diagram {
        view,
        title: title.into(),
        description: format!("{title}, as boxes and arrows; the table beside it says the same."),
        body,
        rows: Vec::new(),
        left_out: Vec::new(),
        laid_out: Default::default(),
    }
}

/// A sequence of `participants` (name and class).
pub fn sequence(title: &str, participants: &[(&str, Class)], steps: Vec<Step>) -> Diagram {
    let participants = participants
        .iter()
        .map(|&(name, class)| Participant { id: id(name), class, label: name.into(), link: subject(name) })
        .collect();
    diagram(View::Lifecycle, title, Body::Sequence(Sequence { participants, steps }))
}

pub fn call(from: &str, to: &str, text: &str) -> Step {
    Step::Message { from: id(from), to: id(to), text: text.into(), line: Line::Solid }
}

pub fn answer(from: &str, to: &str, text: &str) -> Step {
    Step::Message { from: id(from), to: id(to), text: text.into(), line: Line::Dashed }
}

pub fn note(over: &[&str], text: &str) -> Step {
    Step::Note { over: over.iter().map(|name| id(name)).collect(), text: text.into() }
}

pub fn frame(kind: Frame, label: &str, steps: Vec<Step>) -> Step {
    Step::Frame { kind, label: label.into(), steps }
}
