//! Whole outputs as files: compared byte by byte, or rewritten under `PODVIZ_BLESS=1`.

use crate::files::{Tree, tree};
use similar::TextDiff;
use std::fs;
use std::path::Path;

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
        "{count} outputs are not as expected; `PODVIZ_BLESS=1 cargo test --release` rewrites them\n{shown}"
    );
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
