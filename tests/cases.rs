//! One folder a fact: what podviz makes of a few manifests, as the graph, the messages and the exit status.
//!
//! `in/` is what it reads. `expected/` holds `graph.json`, `stderr.txt` if it says anything, and `status.txt` if it is
//! not 0. The name of the folder is the fact that a reader should find in there.

mod files;
mod golden;

use files::{Tree, folders, tests};
use golden::{assert_same, differences};
use std::path::Path;
use std::process::Command;

#[test]
fn each_case_is_as_expected() {
    let differences: Vec<String> = folders(&tests("cases"))
        .into_iter()
        .flat_map(|(_, folder)| differences(&folder.join("expected"), &outcome(&folder)))
        .collect();
    assert_same(&differences);
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
