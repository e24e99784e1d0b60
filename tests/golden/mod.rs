#![allow(dead_code, reason = "every test takes what it needs")]
//! Whole outputs as files: compared byte by byte, or rewritten under `PODVIZ_BLESS=1`.

use crate::files::{Tree, tree};
use similar::TextDiff;
use std::fs;
use std::path::{Path, PathBuf};

/// How the files below `expected` differ from `actual`: one text a file, none if nothing does. Under `PODVIZ_BLESS`
/// they are made equal instead.
pub fn differences(expected: &Path, actual: &Tree) -> Vec<String> {
    let known = tree(expected);
    if std::env::var_os("PODVIZ_BLESS").is_some() {
        bless(expected, &known, actual);
        return Vec::new();
    }
    let mut paths: Vec<&String> = known.keys().chain(actual.keys()).collect();
    paths.sort();
    paths.dedup();
    let differences = paths.into_iter().filter_map(|path| {
        let place = expected.join(path);
        let place = place.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&place).display();
        match (known.get(path), actual.get(path)) {
            (Some(known), Some(actual)) if known == actual => None,
            (Some(known), Some(actual)) => Some(format!("{place}\n{}", diff(known, actual))),
            (Some(_), None) => Some(format!("{place} is not written any more")),
            (None, _) => Some(format!("{place} is new")),
        }
    });
    differences.collect()
}

/// Fails if there are differences, with a word on what to do about them.
pub fn assert_same(differences: &[String]) {
    let shown = differences.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    let count = differences.len();
    assert!(
        differences.is_empty(),
        "{count} outputs are not as expected; `PODVIZ_BLESS=1` before the same command rewrites them\n{shown}"
    );
}

/// Fails if a file of the book is another than `wanted`.
pub fn assert_in_book(name: &str, wanted: &str) {
    let path = book(name);
    if std::env::var_os("PODVIZ_BLESS").is_some() {
        fs::write(path, wanted).expect("a file of the book to write");
        return;
    }
    let known = fs::read(path).unwrap_or_default();
    let same = known == wanted.as_bytes();
    assert!(
        same,
        "book/src/{name} is not as expected; `PODVIZ_BLESS=1 cargo test` rewrites it\n{}",
        diff(&known, wanted.as_bytes())
    );
}

/// Fails if a table of the book, which stands between `<!-- part -->` and `<!-- end of part -->`, is another one.
pub fn assert_table_in_book(name: &str, part: &str, table: &str) {
    let page = fs::read_to_string(book(name)).expect("a page of the book");
    let (start, end) = (format!("<!-- {part} -->"), format!("<!-- end of {part} -->"));
    let (before, rest) = page.split_once(&start).expect("the start of the table");
    let (_, after) = rest.split_once(&end).expect("the end of the table");
    assert_in_book(name, &format!("{before}{start}\n\n{table}\n{end}{after}"));
}

fn book(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src").join(name)
}

fn bless(expected: &Path, known: &Tree, actual: &Tree) {
    for path in known.keys().filter(|path| !actual.contains_key(*path)) {
        fs::remove_file(expected.join(path)).expect("a file to remove");
    }
    for (path, bytes) in actual.iter().filter(|(path, bytes)| known.get(*path) != Some(bytes)) {
        let path = expected.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder to write to");
        fs::write(path, bytes).expect("a file to write");
    }
}

fn diff(known: &[u8], actual: &[u8]) -> String {
    let (known, actual) = (String::from_utf8_lossy(known), String::from_utf8_lossy(actual));
    let diff = TextDiff::from_lines(known.as_ref(), actual.as_ref());
    let text = diff.unified_diff().context_radius(2).to_string();
    text.lines().take(60).collect::<Vec<_>>().join("\n")
}
