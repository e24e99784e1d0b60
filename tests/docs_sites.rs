//! What docs tools need beside the pages: tables of contents that list every page, and diagrams that stay diagrams.

mod files;

use files::{Tree, tree};
use podviz::output::Flavour;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// The pages of an example in which two containers share a network.
fn pages(flavor: &str) -> Tree {
    let temp = TempDir::new().expect("a temporary folder");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/webapp-single-pod");
    let output = Command::new(env!("CARGO_BIN_EXE_podviz"))
        .args(["render", "--flavor", flavor, "-o"])
        .arg(temp.path().join("out"))
        .arg(example)
        .output()
        .expect("podviz runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    tree(&temp.path().join("out"))
}

fn text(files: &Tree, path: &str) -> String {
    String::from_utf8(files[path].clone()).expect("text")
}

#[test]
fn the_table_of_contents_lists_every_page() {
    let tables = Flavour::markdown()
        .flat_map(|flavour| flavour.tables_of_contents().map(move |table| (flavour, table)));
    let tables: Vec<_> = tables.collect();
    assert!(tables.len() > 2, "{tables:?}");
    for (flavour, table) in tables {
        let (flavor, index) = (flavour.name(), flavour.index());
        let files = pages(flavor);
        let table = text(&files, table);
        let pages: Vec<_> = files.keys().filter(|path| path.ends_with(index)).collect();
        assert!(pages.len() > 5, "{flavor}: {pages:?}");
        for page in pages {
            let count = table.split([' ', '(', ')', '\n']).filter(|word| word == page).count();
            assert_eq!(count, 1, "{flavor} {page}:\n{table}");
        }
    }
}

#[test]
fn every_diagram_is_a_fence() {
    let count = |files: &Tree| {
        let all = files.iter().filter(|(path, _)| path.ends_with(".md"));
        all.map(|(path, _)| text(files, path).matches("\n```mermaid\n").count()).sum::<usize>()
    };
    let expected = count(&pages("github"));
    assert!(expected > 5, "{expected} diagrams");
    for flavour in Flavour::markdown().filter(|flavour| !flavour.has_pictures()) {
        assert_eq!(count(&pages(flavour.name())), expected, "{flavour:?}");
    }
}
