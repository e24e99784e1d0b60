//! A graph that podviz itself printed, as input: its objects become documents again, each line with the file and the line
//! that it once came from.

use super::{Loaded, load_text};
use crate::document::{Entry, Environment, Kind, Limits, Origin, SourceFile, Value};
use crate::names::count;
use crate::problem::{Code, Level, Problem};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The mark of a graph stands within so many bytes.
const HEAD: usize = 256;

/// What of the schema `podviz/graph/1` is read; edges and problems follow from the objects again.
#[derive(Deserialize)]
struct Graph {
    #[serde(default)]
    environments: Vec<EnvironmentEntry>,
    #[serde(default)]
    nodes: Vec<NodeEntry>,
}

#[derive(Deserialize)]
struct EnvironmentEntry {
    name: String,
    source: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    incomplete: Option<String>,
}

#[derive(Deserialize)]
struct NodeEntry {
    environment: String,
    #[serde(default)]
    namespace: String,
    state: String,
    source: Option<SourceEntry>,
    object: Option<ObjectEntry>,
}

#[derive(Deserialize)]
struct SourceEntry {
    file: String,
    #[serde(default)]
    document: usize,
}

#[derive(Deserialize)]
struct ObjectEntry {
    manifest: Json,
    #[serde(default)]
    lines: Vec<u32>,
}

/// Whether a text is a graph.
pub fn is_graph(text: &str) -> bool {
    let head: String = text.trim_start().chars().take(HEAD).filter(|c| !c.is_whitespace()).collect();
    head.starts_with(r#"{"schema":"podviz/graph/1""#)
}

/// Reads the graph that is shown as `name`: its objects as documents, redacted as those of any other file.
pub fn read(name: &str, text: &str, limits: &Limits) -> Loaded {
    let graph: Graph = match serde_json::from_str(text) {
        Ok(graph) => graph,
        Err(error) => {
            let line = u32::try_from(error.line()).unwrap_or(0);
            let problem =
                Problem::new(Level::Error, Code::InvalidManifest, "this is not a graph that podviz made");
            return Loaded::only(problem.at(name, line, 0).help("make it with `podviz graph --full`"));
        }
    };
    let bare = graph.nodes.iter().filter(|node| node.state == "present" && node.object.is_none()).count();
    let mut pages = Pages::default();
    let nodes: Vec<&NodeEntry> = graph.nodes.iter().filter(|node| node.object.is_some()).collect();
    nodes.iter().for_each(|node| pages.add(node));
    let mut loaded = load_text(name, &pages.text, limits);
    let file = loaded.documents.first().map(|document| SourceFile {
        path: name.to_owned(),
        lines: document.file.lines.clone(),
        origin: Some(Origin { files: pages.files, lines: pages.lines }),
    });
    let file = Arc::new(file.unwrap_or_default());
    let known = |name: &str| graph.environments.iter().find(|one| one.name == name);
    for document in &mut loaded.documents {
        document.file = Arc::clone(&file);
        document.comment = None;
        let Some(node) = nodes.get(document.index) else { continue };
        document.environment =
            known(&node.environment).filter(|one| is_built(one)).map(|one| one.name.as_str().into());
        stand_in(&mut document.value, &node.namespace);
        document.index = node.source.as_ref().map_or(0, |source| source.document);
    }
    loaded.environments = graph.environments.iter().filter(|one| is_built(one)).map(environment).collect();
    if bare > 0 {
        let words =
            format!("{} of this graph have no manifest, and are left out", count(bare, "object", "objects"));
        let problem = Problem::new(Level::Error, Code::InvalidManifest, words);
        loaded.problems.push(problem.at(name, 0, 0).help("make it with `podviz graph --full`"));
    }
    loaded
}

/// Says in a manifest which namespace its object stands in, where only its environment or a flag had said so.
fn stand_in(manifest: &mut Value, namespace: &str) {
    let Kind::Map(entries) = &mut manifest.kind else { return };
    let Some(metadata) = entries.iter_mut().find(|entry| &*entry.key == "metadata") else { return };
    let (line, column) = (metadata.line, metadata.column);
    let Kind::Map(metadata) = &mut metadata.value.kind else { return };
    if !namespace.is_empty() && !metadata.iter().any(|entry| &*entry.key == "namespace") {
        let value = Value { line, column, written: None, kind: Kind::String(namespace.into()) };
        metadata.push(Entry { key: "namespace".into(), line, column, value });
    }
}

/// The plain environment is made up again by whoever takes the inventory.
fn is_built(entry: &EnvironmentEntry) -> bool {
    entry.name != crate::document::PLAIN_ENVIRONMENT
}

fn environment(entry: &EnvironmentEntry) -> Environment {
    let sources = ["kustomize", "helm", "dump", "flux", "argo-cd"];
    let source = sources.into_iter().find(|source| *source == entry.source).unwrap_or("plain");
    let (name, path, incomplete) = (entry.name.clone(), entry.path.clone(), entry.incomplete.clone());
    Environment { name, source, path, incomplete, namespace: None }
}

/// The manifests as one text, one value a line.
#[derive(Default)]
struct Pages {
    text: String,
    files: Vec<Arc<SourceFile>>,
    places: BTreeMap<String, usize>,
    lines: Vec<Option<(usize, u32)>>,
}

impl Pages {
    fn add(&mut self, node: &NodeEntry) {
        let Some(object) = &node.object else { return };
        let Ok(manifest) = serde_json::to_string_pretty(&object.manifest) else { return };
        let path = node.source.as_ref().map(|source| source.file.clone()).unwrap_or_default();
        let next = self.files.len();
        let file = *self.places.entry(path.clone()).or_insert(next);
        if file == next {
            self.files.push(Arc::new(SourceFile { path, ..SourceFile::default() }));
        }
        let mut lines = object.lines.iter();
        for line in manifest.lines() {
            // A bracket that closes is no value of its own.
            let closes = line.trim_start().starts_with(['}', ']']);
            let place = if closes { None } else { lines.next() };
            let last = self.lines.last().copied().flatten().filter(|_| closes).map(|(_, line)| line);
            self.lines.push(place.copied().or(last).map(|line| (file, line)));
        }
        self.text.push_str(&manifest);
        self.text.push('\n');
    }
}
