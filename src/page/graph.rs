//! The topology as JSON, for other programs: schema `podviz/graph/1`.

use crate::catalog::Relation;
use crate::document::{Environment, Identity, Kind, Value};
use crate::escape::visible;
use crate::facts::Facts;
use crate::model::Object;
use crate::problem::{Code, Level, Problem, Problems};
use crate::topology::{Application, Certainty, ContainerKind, Edge, Node, NodeIndex, State, Topology};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

#[derive(Serialize)]
#[serde(bound = "Each<N>: Serialize, Each<E>: Serialize, Each<P>: Serialize")]
struct Graph<'a, N, E, P> {
    schema: &'static str,
    environments: &'a [Environment],
    nodes: Each<N>,
    edges: Each<E>,
    problems: Each<P>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    applications: Vec<ApplicationEntry<'a>>,
}

/// Entries that are made one after another when they are written.
struct Each<F>(F);

impl<I: Iterator<Item: Serialize>, F: Fn() -> I> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

#[derive(Serialize)]
struct ApplicationEntry<'a> {
    environment: &'a str,
    namespace: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    by: &'static str,
    members: Vec<&'a str>,
}

#[derive(Serialize)]
struct NodeEntry<'a> {
    id: String,
    environment: &'a str,
    group: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<DocumentEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pod: Option<PodEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    applied_by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wave: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectEntry<'a>>,
}

#[derive(Serialize)]
struct DocumentEntry<'a> {
    file: &'a str,
    line: u32,
    document: usize,
}

#[derive(Serialize)]
struct PodEntry<'a> {
    containers: Vec<ContainerEntry<'a>>,
    volumes: Vec<VolumeEntry<'a>>,
}

#[derive(Serialize)]
struct ContainerEntry<'a> {
    name: &'a str,
    image: &'a str,
    role: Option<crate::facts::ContainerRole>,
    kind: ContainerKind,
}

#[derive(Serialize)]
struct VolumeEntry<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    source: &'a str,
}

/// The redacted manifest, and the line of each of its values in the order in which they are printed, outer first.
#[derive(Serialize)]
struct ObjectEntry<'a> {
    manifest: ManifestEntry<'a>,
    lines: Vec<u32>,
}

/// A manifest as [`Value::to_json`] would have it, without a second tree of it.
struct ManifestEntry<'a>(&'a Value);

impl Serialize for ManifestEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.kind {
            Kind::Null => serializer.serialize_unit(),
            Kind::Bool(value) => serializer.serialize_bool(*value),
            Kind::Number(number) => number.serialize(serializer),
            Kind::String(text) => serializer.serialize_str(text),
            Kind::List(items) => serializer.collect_seq(items.iter().map(ManifestEntry)),
            Kind::Map(entries) => {
                serializer.collect_map(entries.iter().map(|entry| (&*entry.key, ManifestEntry(&entry.value))))
            }
        }
    }
}

#[derive(Serialize)]
struct EdgeEntry<'a> {
    from: &'a str,
    to: &'a str,
    relation: Relation,
    field: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    certainty: Certainty,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<LineEntry<'a>>,
}

#[derive(Serialize)]
struct LineEntry<'a> {
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct ProblemEntry<'a> {
    level: Level,
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    message: &'a str,
}

/// How the JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// Indented, for people.
    Pretty,
    /// On one line, for programs: less than half as large.
    Compact,
}

fn application_entry<'a>(application: &'a Application, ids: &'a [String]) -> ApplicationEntry<'a> {
    ApplicationEntry {
        environment: &application.environment,
        namespace: &application.namespace,
        name: &application.name,
        title: application.title.as_deref(),
        by: application.by.id(),
        members: application.members.iter().map(|&member| ids[member].as_str()).collect(),
    }
}

/// The graph as JSON text that ends in a newline; with `full`, each object of the input that is not hidden with its
/// manifest.
pub fn json(topology: &Topology, facts: &Facts, problems: &Problems, full: bool, spacing: Spacing) -> String {
    let ids: Vec<String> = topology.nodes.iter().map(|node| node.identity.id()).collect();
    let node = |(index, node)| entry(facts, index, node, full && !topology.is_hidden(index));
    let graph = Graph {
        applications: topology
            .applications
            .iter()
            .map(|application| application_entry(application, &ids))
            .collect(),
        schema: "podviz/graph/1",
        environments: &topology.environments,
        nodes: Each(|| topology.nodes.iter().enumerate().map(node)),
        edges: Each(|| {
            topology.edges.iter().map(|edge| edge_entry(topology, [&ids[edge.from], &ids[edge.to]], edge))
        }),
        problems: Each(|| problems.iter().map(problem_entry)),
    };
    let text = match spacing {
        Spacing::Pretty => serde_json::to_string_pretty(&graph),
        Spacing::Compact => serde_json::to_string(&graph),
    };
    let mut text = text.unwrap_or_default();
    text.push('\n');
    text.shrink_to_fit();
    // The only characters that `visible` changes stand inside of strings, where their visible form is as good.
    match visible(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(visible) => visible,
    }
}

/// One edge, as the graph lists it.
pub fn edge_json(topology: &Topology, edge: &Edge) -> serde_json::Value {
    let ids = [edge.from, edge.to].map(|index| topology.nodes[index].identity.id());
    serde_json::to_value(edge_entry(topology, [&ids[0], &ids[1]], edge)).unwrap_or_default()
}

fn edge_entry<'a>(topology: &'a Topology, [from, to]: [&'a str; 2], edge: &'a Edge) -> EdgeEntry<'a> {
    let object = topology.nodes[edge.declared_by].object.as_ref();
    EdgeEntry {
        from,
        to,
        relation: edge.relation,
        field: edge.field.to_string(),
        label: edge.label.as_deref(),
        certainty: edge.certainty,
        source: object.map(|object| {
            let (file, line) = object.place(edge.line);
            LineEntry { file, line }
        }),
    }
}

fn problem_entry(problem: &Problem) -> ProblemEntry<'_> {
    let known = |number: u32| Some(number).filter(|number| *number > 0);
    ProblemEntry {
        level: problem.level,
        code: problem.code,
        file: problem.place.as_ref().map(|place| place.file.as_str()),
        line: problem.place.as_ref().and_then(|place| known(place.line)),
        column: problem.place.as_ref().and_then(|place| known(place.column)),
        message: &problem.message,
    }
}

fn entry<'a>(facts: &Facts, index: NodeIndex, node: &'a Node, full: bool) -> NodeEntry<'a> {
    let identity = &node.identity;
    let object = node.object.as_deref();
    let pod = node.pod.as_deref().or(node.replica.as_deref()).map(|pod| PodEntry {
        containers: pod
            .containers
            .iter()
            .enumerate()
            .map(|(position, container)| ContainerEntry {
                name: &container.name,
                image: &container.image,
                role: facts.of(index).map(|facts| facts.roles[position]),
                kind: container.kind,
            })
            .collect(),
        volumes: pod
            .volumes
            .iter()
            .map(|volume| VolumeEntry { name: &volume.name, source: volume.source })
            .collect(),
    });
    let delivery = object.and_then(|object| object.delivery.as_deref());
    NodeEntry {
        id: identity.id(),
        environment: &identity.environment,
        group: &identity.group,
        version: object.map(|object| object.version.as_str()),
        kind: &identity.kind,
        namespace: &identity.namespace,
        name: &identity.name,
        state: node.state,
        source: object.map(|object| {
            let (file, line) = object.place(object.first_line);
            DocumentEntry { file, line, document: object.document }
        }),
        pod,
        applied_by: delivery
            .map(|delivery| delivery.applied_by.iter().map(Identity::id).collect())
            .unwrap_or_default(),
        wave: delivery.and_then(|delivery| delivery.wave),
        object: object.filter(|_| full).map(|object| {
            let mut lines = Vec::new();
            collect_lines(object, object.first_line, &object.value, &mut lines);
            ObjectEntry { manifest: ManifestEntry(&object.value), lines }
        }),
    }
}

/// The line of each field, that of its key, in the file where the object begins; what comes from another file stands where
/// the object does.
fn collect_lines(object: &Object, line: u32, value: &Value, lines: &mut Vec<u32>) {
    let (home, first) = object.place(object.first_line);
    let (file, line) = object.place(line);
    lines.push(if file == home { line } else { first });
    match &value.kind {
        Kind::List(items) => items.iter().for_each(|item| collect_lines(object, item.line, item, lines)),
        Kind::Map(entries) => {
            entries.iter().for_each(|entry| collect_lines(object, entry.line, &entry.value, lines));
        }
        _ => {}
    }
}
