#![allow(dead_code, reason = "every test takes what it needs")]
//! The files and folders that tests read.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

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

/// A temporary folder with these files in it: path and text.
pub fn written(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// A temporary folder with a copy of these files.
pub fn copy(files: &Tree) -> TempDir {
    let temp = TempDir::new().expect("a temporary folder");
    for (name, bytes) in files {
        let path = temp.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    temp
}

/// A search path with kubectl and helm, and with what every system needs to start them: `PODVIZ_TEST_TOOLS` names their
/// folder. None if it is not set.
pub fn tools() -> Option<OsString> {
    let folder = PathBuf::from(std::env::var_os("PODVIZ_TEST_TOOLS")?);
    for tool in ["kubectl", "helm"] {
        assert!(folder.join(tool).is_file(), "PODVIZ_TEST_TOOLS holds no {tool}: {}", folder.display());
    }
    let system = ["/usr/bin", "/bin"].map(PathBuf::from);
    Some(std::env::join_paths([folder].into_iter().chain(system)).expect("a search path"))
}
