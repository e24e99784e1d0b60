//! `apart`, one folder a pod that should be several: the manifest that podviz proposes is one that it reads without a problem.
//!
//! `in/` is what it reads; `expected/` holds the proposed manifests and, as `….edges`, who selects and calls whom in
//! them.

use crate::call::podviz;
use crate::files::{Tree, tree};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The manifests on the pages of a folder's workloads, and the edges of each.
pub fn proposed(folder: &Path) -> Tree {
    let site = tempfile::tempdir().expect("a folder");
    let out = site.path().join("site");
    let arguments =
        ["render", "in", "-o", &out.to_string_lossy(), "--format", "markdown", "--flavor", "github"];
    let output = podviz(folder, &arguments, b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut found = Tree::new();
    for page in tree(&out).into_values() {
        let page = String::from_utf8(page).expect("UTF-8");
        for (name, manifest) in manifests(&page) {
            let file = site.path().join(&name);
            fs::write(&file, &manifest).expect("a file to write");
            found.insert(format!("{name}.edges"), edges(&file).into_bytes());
            found.insert(name, manifest.into_bytes());
        }
    }
    assert!(!found.is_empty(), "{} proposes nothing", folder.display());
    found
}

/// The fenced texts of a page whose caption is the name of a proposal.
fn manifests(page: &str) -> Vec<(String, String)> {
    let mut lines = page.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_suffix(':').filter(|name| name.ends_with("-apart.yaml")) else {
            continue;
        };
        let fence = lines.find(|line| !line.is_empty()).expect("a fence");
        let marks: String = fence.chars().take_while(|c| *c == '`').collect();
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != marks).collect();
        found.push((name.to_owned(), format!("{}\n", text.join("\n"))));
    }
    found
}

/// Who selects and calls whom. There is no problem, and nobody calls localhost across parts any more.
fn edges(file: &Path) -> String {
    let output = podviz(file.parent().expect("a folder"), &["graph", &file.to_string_lossy()], b"");
    let graph: Value = serde_json::from_slice(&output.stdout).expect("a graph");
    assert_eq!(graph["problems"], Value::Array(Vec::new()), "{}", file.display());
    let mut text = String::new();
    for edge in graph["edges"].as_array().expect("a list of edges") {
        let relation = edge["relation"].as_str().unwrap_or_default();
        if matches!(relation, "selects" | "calls") {
            let of = |key: &str| edge[key].as_str().unwrap_or_default().to_owned();
            text.push_str(&format!("{} {relation} {}\n", of("from"), of("to")));
        }
    }
    text
}
