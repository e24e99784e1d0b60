//! One folder a fact: what podviz makes of a few manifests, as the graph, the messages and the exit status.
//!
//! `in/` is what it reads. `expected/` holds `graph.json`, `stderr.txt` if it says anything, and `status.txt` if it is
//! not 0. The name of the folder is the fact that a reader should find in there.

mod files;
mod golden;

use files::{Tree, folders, tests};
use golden::{assert_same, differences};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn each_case_is_as_expected() {
    let differences: Vec<String> = folders(&tests("cases"))
        .into_iter()
        .flat_map(|(_, folder)| differences(&folder.join("expected"), &outcome(&folder)))
        .collect();
    assert_same(&differences);
}

#[test]
fn each_graph_may_be_read_again() {
    for (name, folder) in folders(&tests("cases")) {
        let first = graph(&folder, &["graph", "--full", "in"], b"");
        // Who reads the graph from the standard input knows nothing of the settings beside the manifests.
        if first.is_empty() || folder.join("in/podviz.yaml").exists() {
            continue;
        }
        let again = graph(&folder, &["graph", "--full", "-"], &first);
        assert_eq!(essence(&again), essence(&first), "{name}");
    }
}

fn graph(folder: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut podviz = Command::new(env!("CARGO_BIN_EXE_podviz"))
        .args(arguments)
        .current_dir(folder)
        .env("PATH", "")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("podviz starts");
    let mut stdin = podviz.stdin.take().expect("its input");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = podviz.wait_with_output().expect("podviz ends");
    let _ = writer.join();
    output.stdout
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

/// Everything that `podviz graph` says about the manifests of a case.
fn outcome(folder: &Path) -> Tree {
    let output = Command::new(env!("CARGO_BIN_EXE_podviz"))
        .args(["graph", "--verbose", "in"])
        .current_dir(folder)
        .env("PATH", "") // what is installed here makes no difference; `tests/environments/` starts tools
        .output()
        .expect("podviz runs");
    let status = output.status.code().expect("podviz ends by itself");
    let status = if status == 0 { Vec::new() } else { format!("{status}\n").into_bytes() };
    let files = [("graph.json", output.stdout), ("stderr.txt", output.stderr), ("status.txt", status)];
    let files = files.into_iter().filter(|(_, bytes)| !bytes.is_empty());
    files.map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}
