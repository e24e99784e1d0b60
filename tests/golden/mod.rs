//! Whole outputs as files: compared byte by byte, or rewritten under `PODVIZ_BLESS=1`.

use similar::TextDiff;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Files by their path below some folder, with `/`.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// A path below `tests`.
pub fn tests(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

/// The folders directly below `folder`, by name. There must be some: a test over none of them could not fail.
pub fn folders(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a readable entry").path()).filter(|path| path.is_dir());
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut folders: Vec<_> = paths.map(|path| (name(&path), path)).collect();
    folders.sort();
    assert!(!folders.is_empty(), "{} holds no folders", folder.display());
    folders
}

/// Every file below `folder`; nothing if there is no such folder.
pub fn tree(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("a path below the folder");
                let name = name.to_str().expect("a UTF-8 path").replace('\\', "/");
                tree.insert(name, fs::read(&path).expect("a readable file"));
            }
        }
    }
    tree
}

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
