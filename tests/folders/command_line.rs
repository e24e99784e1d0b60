//! `command-line`, one folder a call, made at the top of the repository: `arguments.txt` holds an argument a line, `stdin.yaml`
//! what is typed, `expected/` what comes back.

use crate::call::{files, podviz};
use crate::files::Tree;
use std::fs;
use std::path::Path;

/// What podviz answers to the call of a folder.
pub fn answered(folder: &Path) -> Tree {
    let arguments = fs::read_to_string(folder.join("arguments.txt")).expect("arguments");
    let arguments: Vec<&str> = arguments.lines().collect();
    let typed = fs::read(folder.join("stdin.yaml")).unwrap_or_default();
    let answer = files(podviz(Path::new(env!("CARGO_MANIFEST_DIR")), &arguments, &typed), "stdout.txt", true);
    assert!(answer.len() > 1, "podviz says something");
    answer
}
