//! `environments`, one folder a fact: which environments podviz finds, what it builds, and where each line of it comes from.
//!
//! `in/` is what it reads; `arguments.txt` holds other arguments than that, one a line. `expected/` is as in `cases`.
//! A folder with a file `no-tools` needs no program of others, and sees none. For all others `PODVIZ_TEST_TOOLS` names a
//! folder with `kubectl` and `helm`; without it they are ignored.

use crate::call::{answer, command, files};
use crate::files::{Tree, tools};
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// Everything that `podviz graph` says about the environments of a folder.
pub fn built(folder: &Path) -> Tree {
    let arguments = fs::read_to_string(folder.join("arguments.txt")).unwrap_or_else(|_| "in\n".to_owned());
    let arguments: Vec<&str> = ["graph", "--verbose"].into_iter().chain(arguments.lines()).collect();
    let path = if needs_tools(folder) { tools().expect("PODVIZ_TEST_TOOLS") } else { OsString::new() };
    files(answer(command(folder, &arguments).env("PATH", path), b""), "graph.json", false)
}

/// Whether a folder needs kubectl or helm.
pub fn needs_tools(folder: &Path) -> bool {
    !folder.join("no-tools").exists()
}
