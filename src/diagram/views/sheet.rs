//! The sheet that a view draws on: it keeps ids unique, writes a table row for every arrow, and enforces the budget.

use super::Budget;
use super::cast::Actor;
use super::wording::shorten;
use crate::catalog::FieldPath;
use crate::diagram::svg::LaidOut;
use crate::diagram::{Body, Class, Diagram, Direction, Edge, Flow, Group, Id, Line, Place, Row, View};
use crate::document::Identity;
use crate::model::{Object, Subject};
use crate::names::count;
use crate::topology::{self, Application, Certainty, State, Topology};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many rows the table beside a diagram may have.
const MOST_ROWS: usize = 400;

/// How many rows may differ in one end alone.
const MOST_ALIKE: usize = 40;

/// How a sentence ends that says what did not fit, although the view folded all that it can.
const CUT: &str = "more; the table beside the diagram lists them.";

/// Whether a diagram lacks what its view could not fold.
pub(in crate::diagram) fn is_cut(diagram: &Diagram) -> bool {
    diagram.left_out.iter().any(|sentence| sentence.ends_with(CUT))
}

/// What is drawn so far.
#[derive(Default)]
pub(super) struct Sheet {
    groups: Vec<Group>,
    nodes: Vec<super::super::Node>,
    edges: Vec<Edge>,
    table: Table,
    left_out: Vec<String>,
    said: BTreeMap<Id, (String, Option<Subject>)>,
    arrows: BTreeSet<(Id, Id, String)>,
}

/// Why an arrow is drawn: the field that says so, with its file and line. Empty where the diagram is the reason.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reason {
    /// The field.
    pub field: String,
    /// File and line of the field.
    pub source: Option<Place>,
}

fn place(object: &Object, line: u32) -> Place {
    let (file, shown) = object.place(line);
    Place { file: file.to_owned(), line: shown, text: (object.file.path.clone(), line) }
}

impl Reason {
    /// The diagram itself is the reason.
    pub fn none() -> Reason {
        Reason::default()
    }

    /// A field of an object.
    pub fn field(object: Option<&Object>, path: &FieldPath) -> Reason {
        let source = object.map(|object| place(object, path.line(&object.value)));
        Reason { field: path.to_string(), source }
    }

    /// The field that made an edge of the topology.
    pub fn edge(topology: &Topology, edge: &topology::Edge) -> Reason {
        if edge.is_of_settings() {
            return Reason { field: format!("{} of podviz.yaml", edge.field), source: None };
        }
        let object = topology.nodes[edge.declared_by].object.as_deref();
        let source = object.filter(|_| edge.line > 0).map(|object| place(object, edge.line));
        Reason { field: edge.field.to_string(), source }
    }
}

/// How sure an edge of the topology is, as a line.
pub(super) fn line(topology: &Topology, edge: &topology::Edge) -> Line {
    let vague =
        |index: topology::NodeIndex| matches!(topology.nodes[index].state, State::Missing | State::Inferred);
    let inferred = edge.certainty == Certainty::Inferred;
    if inferred || vague(edge.from) || vague(edge.to) { Line::Dashed } else { Line::Solid }
}

impl Sheet {
    /// Draws a group, unless it is drawn already.
    pub fn group(
        &mut self,
        id: Id,
        class: Class,
        label: &str,
        parent: Option<&Id>,
        link: Option<Subject>,
    ) -> Id {
        if !self.groups.iter().any(|group| group.id == id) {
            let (id, label, parent) = (id.clone(), shorten(label), parent.cloned());
            self.groups.push(Group { id, class, label, parent, link });
        }
        id
    }

    /// Draws the group of the namespace of an object; `None` where it has none.
    pub fn namespace(&mut self, identity: &Identity) -> Option<Id> {
        let (environment, namespace) = (&identity.environment, &identity.namespace);
        if namespace.is_empty() {
            return None;
        }
        let id = Id::of('g', &[environment, namespace]);
        let link = Subject::Namespace(Arc::clone(environment), Arc::clone(namespace));
        Some(self.group(id, Class::Namespace, &format!("Namespace {namespace}"), None, Some(link)))
    }

    /// Draws the group of an application, inside of another group if there is one.
    pub fn application(&mut self, application: &Application, parent: Option<&Id>) -> Id {
        let Application { environment, namespace, name, .. } = application;
        let id = Id::of('g', &[environment, namespace, "application", name]);
        let label = format!("Application {}", application.shown());
        self.group(id, Class::Application, &label, parent, Some(application.key()))
    }

    /// Draws a node, unless it is drawn already.
    pub fn node(&mut self, actor: Actor, parent: Option<&Id>) -> Id {
        let Actor { mut node, said } = actor;
        let id = node.id.clone();
        if !self.said.contains_key(&id) {
            self.said.insert(id.clone(), (said, node.link.clone()));
            node.parent = parent.cloned();
            node.label = shorten(&node.label);
            node.note = shorten(&node.note);
            self.nodes.push(node);
        }
        id
    }

    /// Whether a node is drawn.
    pub fn has(&self, id: &Id) -> bool {
        self.said.contains_key(id)
    }

    /// How many nodes are drawn.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether all that is drawn is within the budget.
    pub fn fits(&self, budget: Budget) -> bool {
        self.nodes.len() <= budget.nodes && self.edges.len() <= budget.edges
    }

    /// Draws an arrow between two drawn nodes and writes its row; the same arrow again only adds its reason.
    pub fn arrow(&mut self, from: &Id, to: &Id, verb: &str, line: Line, reason: Reason) {
        let (Some(from_said), Some(to_said)) = (self.said.get(from).cloned(), self.said.get(to).cloned())
        else {
            return;
        };
        self.silent_arrow(from, to, verb, line);
        self.table.add(from_said, verb, to_said, reason);
    }

    /// The same, where the row says more than the arrow has room for: first the verb of the arrow, then that of the row.
    pub fn told_arrow(&mut self, from: &Id, to: &Id, (verb, told): (&str, &str), line: Line, reason: Reason) {
        self.silent_arrow(from, to, verb, line);
        if self.has(from) && self.has(to) {
            self.table.add(self.said(from), told, self.said(to), reason);
        }
    }

    /// Draws an arrow without a row, where the rows of what it stands for are written one by one.
    pub fn silent_arrow(&mut self, from: &Id, to: &Id, verb: &str, line: Line) {
        let drawn = self.has(from) && self.has(to);
        if drawn && self.arrows.insert((from.clone(), to.clone(), verb.to_owned())) {
            let (from, to, verb) = (from.clone(), to.clone(), shorten(verb));
            self.edges.push(Edge { from, to, verb, line });
        }
    }

    /// Writes a row without an arrow, for what is drawn by standing in a group or folded away.
    pub fn row(
        &mut self,
        from: (String, Option<Subject>),
        verb: &str,
        to: (String, Option<Subject>),
        reason: Reason,
    ) {
        self.table.add(from, verb, to, reason);
    }

    /// How a drawn node is called in rows, with its link.
    pub fn said(&self, id: &Id) -> (String, Option<Subject>) {
        self.said.get(id).cloned().unwrap_or_default()
    }

    /// Says what is not drawn, and where to find it.
    pub fn leave_out(&mut self, sentence: String) {
        if !self.left_out.contains(&sentence) {
            self.left_out.push(sentence);
        }
    }

    /// The diagram. Whatever is beyond the budget even now is cut off at the end of the reading order, and said.
    pub fn finish(
        mut self,
        view: View,
        title: String,
        description: String,
        direction: Direction,
        budget: Budget,
    ) -> Diagram {
        self.cut(budget);
        let (rows, left_out) = self.table.finish();
        self.left_out.extend(left_out);
        let flow = Flow { direction, groups: self.groups, nodes: self.nodes, edges: self.edges };
        let body = Body::Flow(flow);
        Diagram {
            view,
            title,
            description,
            body,
            rows,
            left_out: self.left_out,
            laid_out: LaidOut::default(),
        }
    }

    fn cut(&mut self, budget: Budget) {
        let beyond = self.nodes.len().saturating_sub(budget.nodes);
        if beyond > 0 {
            let boxes = count(beyond, "box", "boxes");
            self.leave_out(format!("Not drawn: {boxes} {CUT}"));
            self.nodes.truncate(budget.nodes);
        }
        let drawn: BTreeSet<&Id> = self.nodes.iter().map(|node| &node.id).collect();
        self.edges.retain(|edge| drawn.contains(&edge.from) && drawn.contains(&edge.to));
        let beyond = self.edges.len().saturating_sub(budget.edges);
        if beyond > 0 {
            let arrows = count(beyond, "arrow", "arrows");
            self.leave_out(format!("Not drawn: {arrows} {CUT}"));
            self.edges.truncate(budget.edges);
        }
        self.drop_empty_groups();
    }

    fn drop_empty_groups(&mut self) {
        let parents: BTreeMap<&Id, Option<&Id>> =
            self.groups.iter().map(|group| (&group.id, group.parent.as_ref())).collect();
        let mut used: BTreeSet<Id> = BTreeSet::new();
        for node in &self.nodes {
            let mut parent = node.parent.as_ref();
            while let Some(id) = parent {
                if !used.insert(id.clone()) {
                    break;
                }
                parent = parents.get(id).copied().flatten();
            }
        }
        self.groups.retain(|group| used.contains(&group.id));
    }
}

/// The rows beside a diagram: equal ones are one, with the first field and the number of the others.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Row>,
    index: BTreeMap<(String, String, String), (usize, usize)>,
    beyond: usize,
}

impl Table {
    /// Adds a row.
    pub fn add(
        &mut self,
        from: (String, Option<Subject>),
        verb: &str,
        to: (String, Option<Subject>),
        reason: Reason,
    ) {
        let key = (from.0.clone(), verb.to_owned(), to.0.clone());
        if let Some((_, more)) = self.index.get_mut(&key) {
            *more += 1;
        } else if self.rows.len() >= MOST_ROWS {
            self.beyond += 1;
        } else {
            self.index.insert(key, (self.rows.len(), 0));
            let Reason { field, source } = reason;
            self.rows.push(Row { from, verb: verb.to_owned(), to, field, source });
        }
    }

    /// Of rows that differ in one end alone, and are too many, only the first stay.
    fn fold(&mut self) {
        let mut starts: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut ends = starts.clone();
        let all = self.rows.len();
        self.rows.retain(|row| {
            let from = starts.entry((row.from.0.clone(), row.verb.clone())).or_default();
            let to = ends.entry((row.to.0.clone(), row.verb.clone())).or_default();
            *from += 1;
            *to += 1;
            *from <= MOST_ALIKE && *to <= MOST_ALIKE
        });
        self.beyond += all - self.rows.len();
    }

    /// The rows, and a sentence on those that are too many.
    pub fn finish(mut self) -> (Vec<Row>, Option<String>) {
        for (row, more) in std::mem::take(&mut self.index).into_values().filter(|(_, more)| *more > 0) {
            let field = &mut self.rows[row].field;
            if !field.is_empty() {
                *field = format!("{field} and {}", count(more, "more field", "more fields"));
            }
        }
        self.fold();
        let beyond = (self.beyond > 0).then(|| {
            let rows = count(self.beyond, "more row is", "more rows are");
            format!("{rows} not listed here; podviz graph prints every edge.")
        });
        (self.rows, beyond)
    }
}
