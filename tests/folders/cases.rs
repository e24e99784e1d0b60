//! `cases`, one folder a fact: what podviz makes of a few manifests, as the graph, the messages and the exit status.
//!
//! `in/` is what it reads. `expected/` holds `graph.json`, `stderr.txt` if it says anything, and `status.txt` if it is
//! not 0. The name of the folder is the fact that a reader should find in there.

use crate::call::{answer, command, files};
use crate::files::{Tree, folders, tests};
use libtest_mimic::Trial;
use serde_json::Value;
use std::path::Path;

/// Everything that `podviz graph` says about the manifests of a case.
pub fn graph(folder: &Path) -> Tree {
    // What is installed here makes no difference; `environments` starts tools.
    let output = answer(command(folder, &["graph", "--verbose", "in"]).env("PATH", ""), b"");
    files(output, "graph.json", false)
}

/// A test a case: its graph may be read again, and says the same.
pub fn read_again() -> impl Iterator<Item = Trial> {
    folders(&tests("cases")).into_iter().map(|(name, folder)| {
        Trial::test(format!("cases/{name}/read-again"), move || {
            is_the_same_when_read_again(&folder);
            Ok(())
        })
    })
}

fn is_the_same_when_read_again(folder: &Path) {
    let graph =
        |arguments: &[&str], typed: &[u8]| answer(command(folder, arguments).env("PATH", ""), typed).stdout;
    let first = graph(&["graph", "--full", "in"], b"");
    // Who reads the graph from the standard input knows nothing of the settings beside the manifests.
    if first.is_empty() || folder.join("in/podviz.yaml").exists() {
        return;
    }
    assert_eq!(essence(&graph(&["graph", "--full", "-"], &first)), essence(&first));
}

/// Everything of a graph but the manifests, in which a namespace may have been spelled out, and the problems of reading.
fn essence(graph: &[u8]) -> Value {
    let mut graph: Value = serde_json::from_slice(graph).expect("a graph");
    for node in graph["nodes"].as_array_mut().expect("nodes") {
        node.as_object_mut().expect("a node").remove("object");
    }
    graph.as_object_mut().expect("a graph").remove("problems");
    graph
}
