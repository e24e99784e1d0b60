//! `gitops`, one folder a fact: what Flux and Argo CD apply of a tree, to which environment, and who brings it there.
//!
//! `in/` is the tree. `remote.txt` names the git remote that it has; without it there is no git. `arguments.txt` holds further
//! arguments of `podviz graph`, one a line. `expected/graph.txt` says what the graph holds, a line an object:
//!
//!     ENVIRONMENT: KIND NAMESPACE/NAME | IMAGES | FILE:LINE | by APPLIER > APPLIER | wave N
//!
//! No value that says `nobody-may-see-this` may be in the graph or a message. Edges `applies` are left out: they follow from who brings an object. A folder with a file `no-tools` needs no program of
//! others; for all others `PODVIZ_TEST_TOOLS` names a folder with `kubectl` and `helm`.

use crate::call::{answer, command, files};
use crate::files::{Tree, copy, tools, tree};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// What `podviz graph` says of a tree.
pub fn followed(folder: &Path) -> Tree {
    let mut input = tree(&folder.join("in"));
    if let Ok(remote) = fs::read_to_string(folder.join("remote.txt")) {
        let config = format!("[remote \"origin\"]\n\turl = {}\n", remote.trim());
        input.insert(".git/config".to_owned(), config.into_bytes());
        input.insert(".git/HEAD".to_owned(), b"ref: refs/heads/main\n".to_vec());
    }
    let place = copy(&input);
    let more = fs::read_to_string(folder.join("arguments.txt")).unwrap_or_default();
    let arguments: Vec<&str> =
        ["graph", "--full", "--verbose", "."].into_iter().chain(more.lines()).collect();
    let path = if needs_tools(folder) { tools().expect("PODVIZ_TEST_TOOLS") } else { OsString::new() };
    let mut made =
        files(answer(command(place.path(), &arguments).env("PATH", path), b""), "graph.json", false);
    for bytes in made.values() {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("nobody-may-see-this"), "a value of a Secret is shown");
    }
    if let Some(graph) = made.remove("graph.json") {
        let graph = serde_json::from_slice(&graph).expect("a graph");
        made.insert("graph.txt".to_owned(), summary(&graph).into_bytes());
    }
    made
}

/// Whether a folder needs kubectl or helm.
pub fn needs_tools(folder: &Path) -> bool {
    !folder.join("no-tools").exists()
}

fn summary(graph: &Value) -> String {
    let mut text = String::new();
    for one in list(graph, "environments") {
        let path = if said(one, "path").is_empty() { "." } else { said(one, "path") };
        let missing = match said(one, "incomplete") {
            "" => String::new(),
            missing => format!(" | incomplete: {missing}"),
        };
        text.push_str(&format!(
            "environment {} ({}) {path}{missing}\n",
            said(one, "name"),
            said(one, "source")
        ));
    }
    let titles: BTreeMap<&str, String> =
        list(graph, "nodes").map(|node| (said(node, "id"), title(node))).collect();
    let present = list(graph, "nodes").filter(|node| said(node, "state") == "present");
    for node in present {
        let mut parts = vec![format!("{}: {}", said(node, "environment"), title(node))];
        let containers = node["pod"]["containers"].as_array().into_iter().flatten();
        let images: BTreeSet<&str> = containers.map(|container| said(container, "image")).collect();
        parts.extend((!images.is_empty()).then(|| images.into_iter().collect::<Vec<_>>().join(" ")));
        parts.push(format!("{}:{}", said(&node["source"], "file"), node["source"]["line"]));
        let appliers: Vec<&str> =
            list(node, "applied_by").filter_map(|id| titles.get(id.as_str()?).map(String::as_str)).collect();
        parts.extend((!appliers.is_empty()).then(|| format!("by {}", appliers.join(" > "))));
        parts.extend(node["wave"].as_i64().map(|wave| format!("wave {wave}")));
        text.push_str(&format!("{}\n", parts.join(" | ")));
    }
    for edge in list(graph, "edges").filter(|edge| said(edge, "relation") == "waits-for") {
        let end = |key: &str| titles.get(said(edge, key)).cloned().unwrap_or_default();
        text.push_str(&format!("{} waits for {}\n", end("from"), end("to")));
    }
    text
}

fn title(node: &Value) -> String {
    match said(node, "namespace") {
        "" => format!("{} {}", said(node, "kind"), said(node, "name")),
        namespace => format!("{} {namespace}/{}", said(node, "kind"), said(node, "name")),
    }
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

fn said<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}
