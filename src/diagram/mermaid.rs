//! Spells a [`Diagram`] as Mermaid text, in the words that Mermaid 10 and 11 both know.
//!
//! This is the only file that knows Mermaid's syntax. What a diagram says goes through [`escape::mermaid`], ids are
//! generated, so no byte of the input can be a statement.

use super::{Body, Class, Diagram, Direction, Edge, Flow, Frame, Group, Id, Line, Node, Sequence, Step};
use crate::escape::{self, mermaid as escaped};
use crate::model::Subject;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

#[cfg(test)]
mod tests;

/// The text of one diagram, without a fence; it ends with a newline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MermaidText(String);

impl MermaidText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MermaidText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much a diagram is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Nodes and groups, or participants.
    pub nodes: usize,
    /// Edges, or messages and notes.
    pub edges: usize,
    /// Characters of its Mermaid text, without links.
    pub characters: usize,
}

/// What a host draws; anything larger it refuses, or nobody can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Most nodes and groups that stay readable.
    pub nodes: usize,
    /// Most edges.
    pub edges: usize,
    /// Most characters of one diagram.
    pub characters: usize,
    /// Most characters of all diagrams of a page together, on hosts that count so.
    pub page: Option<usize>,
}

impl Budget {
    /// Mermaid itself refuses 500 edges and 50,000 characters.
    pub const MERMAID: Budget = Budget { nodes: 450, edges: 450, characters: 45_000, page: None };
    /// GitHub keeps Mermaid's limits.
    pub const GITHUB: Budget = Budget::MERMAID;
    /// GitLab allows 2,000 characters a page.
    pub const GITLAB: Budget = Budget { nodes: 60, edges: 100, characters: 1_900, page: Some(1_900) };
    /// Gitea allows 5,000 characters a diagram.
    pub const GITEA: Budget = Budget { nodes: 60, edges: 100, characters: 4_900, page: None };

    /// Whether a diagram of this size may be shown.
    pub fn fits(self, size: Size) -> bool {
        size.nodes <= self.nodes && size.edges <= self.edges && size.characters <= self.characters
    }

    /// Whether a diagram of this size may stand on a page whose other diagrams have `used` characters.
    pub fn fits_after(self, used: usize, size: Size) -> bool {
        self.fits(size) && self.page.is_none_or(|most| used + size.characters <= most)
    }
}

/// How large the diagram is as text.
pub fn measure(diagram: &Diagram) -> Size {
    let characters = write(diagram, &|_| None).as_str().chars().count();
    match &diagram.body {
        Body::Flow(flow) | Body::States(flow) => {
            Size { nodes: flow.nodes.len() + flow.groups.len(), edges: flow.edges.len(), characters }
        }
        Body::Sequence(sequence) => {
            Size { nodes: sequence.participants.len(), edges: count(&sequence.steps), characters }
        }
    }
}

fn count(steps: &[Step]) -> usize {
    steps.iter().map(|step| if let Step::Frame { steps, .. } = step { count(steps) } else { 1 }).sum()
}

/// Who colors the text in the boxes of a diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The diagram: dark text on pale boxes.
    Diagram,
    /// Its host, whatever a diagram says: light text on a dark page. Boxes let the page through, so they suit both.
    Host,
}

/// Writes the diagram; `links` gives the URL of the page of a subject, relative to where the diagram stands.
///
/// Nodes of flowcharts become links. A URL that [`escape::href`] refuses is left out.
pub fn write(diagram: &Diagram, links: &dyn Fn(&Subject) -> Option<String>) -> MermaidText {
    write_in(Ink::Diagram, diagram, links)
}

/// Writes the diagram as [`write`] does, its text colored by whom `ink` names.
pub fn write_in(ink: Ink, diagram: &Diagram, links: &dyn Fn(&Subject) -> Option<String>) -> MermaidText {
    let mut out = String::new();
    match &diagram.body {
        Body::Flow(flow) => {
            line(
                &mut out,
                format_args!("flowchart {}", if flow.direction == Direction::Down { "TD" } else { "LR" }),
            );
            head(&mut out, diagram);
            write_flow(&mut out, flow, ink, links);
        }
        Body::Sequence(sequence) => {
            line(&mut out, format_args!("sequenceDiagram"));
            head(&mut out, diagram);
            write_sequence(&mut out, sequence);
        }
        Body::States(flow) => {
            line(&mut out, format_args!("stateDiagram-v2"));
            head(&mut out, diagram);
            write_states(&mut out, flow, ink);
        }
    }
    MermaidText(out)
}

fn line(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
    out.push('\n');
}

fn head(out: &mut String, diagram: &Diagram) {
    line(out, format_args!("  accTitle: {}", escaped::title(&diagram.title)));
    line(out, format_args!("  accDescr: {}", escaped::title(&diagram.description)));
}

fn write_flow(out: &mut String, flow: &Flow, ink: Ink, links: &dyn Fn(&Subject) -> Option<String>) {
    if flow.nodes.is_empty() && flow.groups.is_empty() {
        line(out, format_args!("  nothing[\"Nothing to show\"]"));
        return;
    }
    write_inside(out, &Tree::of(flow), None, 1);
    for edge in &flow.edges {
        write_edge(out, edge);
    }
    write_links(out, flow, links);
    write_classes(out, flow, ink);
}

/// What stands in each group, and under `None` in none.
struct Tree<'a> {
    groups: BTreeMap<Option<&'a Id>, Vec<&'a Group>>,
    nodes: BTreeMap<Option<&'a Id>, Vec<&'a Node>>,
}

impl<'a> Tree<'a> {
    /// A parent that does not stand before its group, or is not there at all, counts as none: so nothing is lost, and
    /// no group is in itself.
    fn of(flow: &'a Flow) -> Tree<'a> {
        let mut tree = Tree { groups: BTreeMap::new(), nodes: BTreeMap::new() };
        let mut known = BTreeSet::new();
        for group in &flow.groups {
            let parent = group.parent.as_ref().filter(|id| known.contains(id));
            tree.groups.entry(parent).or_default().push(group);
            known.insert(&group.id);
        }
        for node in &flow.nodes {
            let parent = node.parent.as_ref().filter(|id| known.contains(id));
            tree.nodes.entry(parent).or_default().push(node);
        }
        tree
    }
}

fn write_inside(out: &mut String, tree: &Tree<'_>, parent: Option<&Id>, depth: usize) {
    let indent = "  ".repeat(depth);
    for group in tree.groups.get(&parent).into_iter().flatten() {
        line(out, format_args!("{indent}subgraph {}[\"{}\"]", group.id, escaped::label(&group.label)));
        write_inside(out, tree, Some(&group.id), depth + 1);
        line(out, format_args!("{indent}end"));
    }
    for node in tree.nodes.get(&parent).into_iter().flatten() {
        write_node(out, node, depth);
    }
}

fn write_node(out: &mut String, node: &Node, depth: usize) {
    let (open, close) = brackets(node.class);
    let indent = "  ".repeat(depth);
    let label = escaped::label(&node.label);
    let note = match node.note.is_empty() {
        true => String::new(),
        false => format!("<br/>{}", escaped::label(&node.note)),
    };
    line(out, format_args!("{indent}{}{open}\"{label}{note}\"{close}", node.id));
}

fn write_edge(out: &mut String, edge: &Edge) {
    let arrow = match edge.line {
        Line::Solid => "-->",
        Line::Dashed => "-.->",
        Line::Dotted => "-.-o",
    };
    line(out, format_args!("  {} {arrow}|\"{}\"| {}", edge.from, escaped::label(&edge.verb), edge.to));
}

/// The states with what leads from one to the next; the start and the end are `[*]`.
fn write_states(out: &mut String, flow: &Flow, ink: Ink) {
    line(out, format_args!("  direction {}", if flow.direction == Direction::Down { "TB" } else { "LR" }));
    let is_dot = |node: &&Node| matches!(node.class, Class::Start | Class::End);
    let dots: BTreeSet<&Id> = flow.nodes.iter().filter(is_dot).map(|node| &node.id).collect();
    let states: Vec<Node> = flow.nodes.iter().filter(|node| !is_dot(node)).cloned().collect();
    if states.is_empty() {
        line(out, format_args!("  state \"Nothing to show\" as nothing"));
        return;
    }
    for node in &states {
        let label = state_name(&node.label);
        let note = match node.note.is_empty() {
            true => String::new(),
            false => format!("<br/>{}", state_name(&node.note)),
        };
        line(out, format_args!("  state \"{label}{note}\" as {}", node.id));
    }
    let name = |id: &Id| if dots.contains(id) { "[*]".to_owned() } else { id.to_string() };
    for edge in &flow.edges {
        // Nothing leads from a start to an end.
        if !(dots.contains(&edge.from) && dots.contains(&edge.to)) {
            let verb = escaped::message(&edge.verb);
            line(out, format_args!("  {} --> {} : {verb}", name(&edge.from), name(&edge.to)));
        }
    }
    write_classes(
        out,
        &Flow { direction: flow.direction, groups: Vec::new(), nodes: states, edges: Vec::new() },
        ink,
    );
}

/// The name of a state. Mermaid reads these as Markdown after it has decoded them, so lookalikes stand in for its marks.
fn state_name(raw: &str) -> escape::Mermaid {
    let plain = |c| match c {
        '*' => '∗',
        '_' => '＿',
        '\\' => '＼',
        c => c,
    };
    escaped::label(&raw.chars().map(plain).collect::<String>())
}

fn write_links(out: &mut String, flow: &Flow, links: &dyn Fn(&Subject) -> Option<String>) {
    for node in &flow.nodes {
        let url = node.link.as_ref().and_then(links).and_then(|url| escape::href(&url));
        if let Some(url) = url {
            line(out, format_args!("  click {} href \"{}\"", node.id, escaped::address(&url)));
        }
    }
}

/// The colors of the classes that occur. Fill, stroke and text are set together, so that a dark theme cannot put light
/// text on our pale fill; a host that does so all the same gets fills of a fifth of the stroke's color. The arrows are gray that stands out on white and on black.
fn write_classes(out: &mut String, flow: &Flow, ink: Ink) {
    let looks: BTreeSet<Look> = flow.nodes.iter().map(|node| look(node.class)).collect();
    for look in looks {
        let members: Vec<String> = flow
            .nodes
            .iter()
            .filter(|node| self::look(node.class) == look)
            .map(|node| node.id.to_string())
            .collect();
        let dashes = if look == Look::Absent { ",stroke-dasharray:5 4" } else { "" };
        let Paint { fill, stroke, text } = look.paint();
        let colors = match ink {
            Ink::Diagram => format!("fill:{fill},stroke:{stroke},color:{text}"),
            Ink::Host => format!("fill:{stroke}33,stroke:{stroke}"),
        };
        line(out, format_args!("  classDef {} {colors}{dashes}", look.name()));
        line(out, format_args!("  class {} {}", members.join(","), look.name()));
    }
    if !flow.groups.is_empty() {
        let paint = GROUP;
        let members: Vec<String> = flow.groups.iter().map(|group| group.id.to_string()).collect();
        line(
            out,
            format_args!("  classDef group fill:{},stroke:{},color:{}", paint.fill, paint.stroke, paint.text),
        );
        line(out, format_args!("  class {} group", members.join(",")));
    }
    if !flow.edges.is_empty() {
        line(out, format_args!("  linkStyle default stroke:{}", GROUP.stroke));
    }
}

/// The brackets that draw a class's shape; the word in the label tells apart those that share one.
fn brackets(class: Class) -> (&'static str, &'static str) {
    match class {
        Class::Pod | Class::External | Class::Waiting | Class::Running | Class::Terminated => ("(", ")"),
        Class::Service | Class::Access => ("([", "])"),
        Class::Node | Class::Workload | Class::ControlPlane => ("[[", "]]"),
        Class::Volume | Class::Claim => ("[(", ")]"),
        Class::Network | Class::Policy => ("{{", "}}"),
        Class::Secret => ("[\\", "/]"),
        Class::Route => ("[/", "\\]"),
        Class::InitContainer => ("[/", "/]"),
        Class::Sidecar => ("[\\", "\\]"),
        Class::Config => (">", "]"),
        Class::Person | Class::Start | Class::End => ("((", "))"),
        Class::Cluster
        | Class::Namespace
        | Class::Application
        | Class::Container
        | Class::Missing
        | Class::Plain => ("[", "]"),
    }
}

/// What shares colors: a few families, so that a diagram has few hues. The shape tells the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    Absent,
    Access,
    Config,
    Container,
    Outside,
    Place,
    Pod,
    Storage,
    Traffic,
    Workload,
}

/// One set of colors.
struct Paint {
    fill: &'static str,
    stroke: &'static str,
    text: &'static str,
}

/// Almost transparent, and grays in the middle: the page behind it may be white or black.
const GROUP: Paint = Paint { fill: "#8080800f", stroke: "#7a7a7a", text: "#7a7a7a" };

impl Look {
    #[cfg(test)]
    const ALL: [Look; 10] = [
        Look::Absent,
        Look::Access,
        Look::Config,
        Look::Container,
        Look::Outside,
        Look::Place,
        Look::Pod,
        Look::Storage,
        Look::Traffic,
        Look::Workload,
    ];

    fn name(self) -> &'static str {
        match self {
            Look::Absent => "absent",
            Look::Access => "access",
            Look::Config => "config",
            Look::Container => "container",
            Look::Outside => "outside",
            Look::Place => "place",
            Look::Pod => "pod",
            Look::Storage => "storage",
            Look::Traffic => "traffic",
            Look::Workload => "workload",
        }
    }

    /// Tints of Okabe and Ito's hues, three quarters white; the stroke is 3:1 on white and on a dark page.
    fn paint(self) -> Paint {
        let (fill, stroke) = match self {
            Look::Absent => ("#f4d7bf", "#d55e00"),
            Look::Access => ("#f2dde9", "#a8517f"),
            Look::Config => ("#fbf8d0", "#8f8500"),
            Look::Container => ("#bfdcec", "#0072b2"),
            Look::Outside => ("#ebebeb", "#767676"),
            Look::Place => ("#e1e6eb", "#5f7a94"),
            Look::Pod => ("#d5ecf9", "#2f86bd"),
            Look::Storage => ("#f8e7bf", "#b37a00"),
            Look::Traffic => ("#bfe7dc", "#00875f"),
            Look::Workload => ("#e0dcf4", "#7664c4"),
        };
        Paint { fill, stroke, text: "#1b1b1b" }
    }
}

fn look(class: Class) -> Look {
    match class {
        Class::Cluster | Class::Node | Class::Namespace | Class::ControlPlane => Look::Place,
        Class::Workload | Class::Application => Look::Workload,
        Class::Pod => Look::Pod,
        Class::Container | Class::InitContainer | Class::Sidecar => Look::Container,
        Class::Network | Class::Service | Class::Route | Class::Running => Look::Traffic,
        Class::Config | Class::Secret => Look::Config,
        Class::Volume | Class::Claim | Class::Waiting => Look::Storage,
        Class::Access | Class::Policy => Look::Access,
        Class::Person | Class::External | Class::Plain => Look::Outside,
        Class::Terminated | Class::Start | Class::End => Look::Outside,
        Class::Missing => Look::Absent,
    }
}

fn write_sequence(out: &mut String, sequence: &Sequence) {
    if sequence.participants.is_empty() && sequence.steps.is_empty() {
        line(out, format_args!("  participant nothing as Nothing to show"));
        return;
    }
    for participant in &sequence.participants {
        let word = if participant.class == Class::Person { "actor" } else { "participant" };
        line(out, format_args!("  {word} {} as {}", participant.id, escaped::message(&participant.label)));
    }
    write_steps(out, &sequence.steps, 1);
}

fn write_steps(out: &mut String, steps: &[Step], depth: usize) {
    let indent = "  ".repeat(depth);
    for step in steps {
        match step {
            Step::Message { from, to, text, line: style } => {
                let arrow = match style {
                    Line::Solid => "->>",
                    Line::Dashed | Line::Dotted => "-->>",
                };
                line(out, format_args!("{indent}{from}{arrow}{to}: {}", escaped::message(text)));
            }
            Step::Note { over, text } => {
                // Mermaid spans a note over two at most: the first and the last.
                let ends = match over.as_slice() {
                    [] => continue,
                    [one] => one.to_string(),
                    [first, .., last] => format!("{first},{last}"),
                };
                line(out, format_args!("{indent}Note over {ends}: {}", escaped::message(text)));
            }
            Step::Frame { kind, label, steps } => {
                let word = match kind {
                    Frame::Loop => "loop",
                    Frame::Optional => "opt",
                };
                line(out, format_args!("{indent}{word} {}", escaped::frame(label)));
                write_steps(out, steps, depth + 1);
                line(out, format_args!("{indent}end"));
            }
        }
    }
}
