//! `examples`, one folder an example: its graph, and every Markdown page.

use crate::call::{command, podviz};
use crate::files::{Tree, tests, tree};
use std::path::Path;
use tempfile::TempDir;

/// What podviz writes for the example that a folder is named after.
pub fn written(folder: &Path) -> Tree {
    let name = folder.file_name().and_then(|name| name.to_str()).expect("the name of an example");
    let examples = tests("../examples");
    let temp = TempDir::new().expect("a temporary folder");
    let out = temp.path().join("site");
    let arguments = ["render", name, "-o", out.to_str().expect("a UTF-8 path"), "--flavor", "github"];
    let output = command(&examples, &arguments).output().expect("podviz runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // The full graph says nothing that the pages do not, and is large.
    let pages = tree(&out).into_iter().filter(|(path, _)| path.ends_with(".md"));
    let mut actual: Tree = pages.map(|(path, bytes)| (format!("site/{path}"), bytes)).collect();
    assert!(actual.len() > 5, "there are pages");
    actual.insert("graph.json".to_owned(), podviz(&examples, &["graph", name], b"").stdout);
    actual
}
