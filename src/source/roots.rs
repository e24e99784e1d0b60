//! The folders among the inputs: how a path below them is shown, and what lies inside of them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// A folder among the inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Where it is, canonical.
    pub path: PathBuf,
    /// What stands in front of the names of its files, if there are several inputs.
    pub label: String,
    /// The last part of its path, as the user wrote it.
    pub name: String,
}

/// The folders among the inputs.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    all: Vec<Root>,
    /// The repositories that hold them, which their files may refer to.
    repositories: Vec<PathBuf>,
}

impl Roots {
    /// The roots, with the repository of each.
    pub fn new(all: Vec<Root>) -> Roots {
        let repository =
            |root: &Root| root.path.ancestors().find(|path| path.join(".git").exists()).map(Path::to_owned);
        let repositories = all.iter().filter_map(repository).collect();
        Roots { all, repositories }
    }

    /// The folders, canonical.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.all.iter().map(|root| root.path.as_path())
    }

    /// The name of the first of them.
    pub fn first_name(&self) -> Option<String> {
        self.all.first().map(|root| root.name.clone())
    }

    /// Where the file of a root is that is shown like this: the way back from [`Roots::shown`].
    pub fn find(&self, shown: &str) -> Option<PathBuf> {
        let below = |root: &Root| match root.label.as_str() {
            "" => Some(root.path.join(shown)),
            label => Some(root.path.join(shown.strip_prefix(label)?.strip_prefix('/')?)),
        };
        self.all.iter().filter_map(below).find(|path| path.is_file())
    }

    /// The innermost root that a canonical path lies in.
    pub fn of(&self, path: &Path) -> Option<&Root> {
        let inside = self.all.iter().filter(|root| path.starts_with(&root.path));
        inside.max_by_key(|root| root.path.components().count())
    }

    /// Whether what the input refers to may lie at a canonical path: in the input, or beside it in the same repository.
    pub fn allow(&self, path: &Path) -> bool {
        self.of(path).is_some() || self.repositories.iter().any(|repository| path.starts_with(repository))
    }

    /// A canonical path as it is shown: relative to its root, with `/`; beside the roots it begins with `..`.
    pub fn shown(&self, path: &Path) -> String {
        let Some(root) = self.of(path).or(self.all.first()) else { return String::new() };
        if path.starts_with(&root.path) {
            return shown(&root.path, path, &root.label);
        }
        let shared = root.path.ancestors().find(|above| path.starts_with(above)).unwrap_or(Path::new(""));
        let ups = root.path.strip_prefix(shared).map_or(0, |below| below.components().count());
        format!("{}{}", "../".repeat(ups), shown(shared, path, ""))
    }

    /// The parts of a folder's name, the root's own name first.
    pub fn parts(&self, folder: &Path) -> Vec<String> {
        let Some(root) = self.of(folder) else { return Vec::new() };
        let below = shown(&root.path, folder, "");
        let label = root.label.rsplit_once('/').map_or("", |(above, _)| above);
        let parts = label.split('/').chain([root.name.as_str()]).chain(below.split('/'));
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }
}

/// `path` relative to `root`, with `/`, below `label` if there is one.
pub fn shown(root: &Path, path: &Path, label: &str) -> String {
    let relative = path.strip_prefix(root).unwrap_or(Path::new(""));
    let parts = relative.components().filter_map(|part| match part {
        Component::Normal(name) => Some(text(name)),
        _ => None,
    });
    let parts = (!label.is_empty()).then(|| label.to_owned()).into_iter().chain(parts);
    parts.collect::<Vec<_>>().join("/")
}

/// A name as text; bytes that are none stand as `\xFF`, so that two names never become one.
pub fn text(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02X}")));
    }
    text
}

/// A name for each input: as many of its last path components as tell it from the others.
pub fn labels(inputs: &[PathBuf]) -> Vec<String> {
    let parts: Vec<Vec<String>> = inputs
        .iter()
        .map(|input| {
            let named = |path: &Path| -> Vec<String> {
                let normal = path.components().filter_map(|part| match part {
                    Component::Normal(name) => Some(text(name)),
                    _ => None,
                });
                normal.collect()
            };
            let whole = if input.ends_with("..") || named(input).is_empty() {
                fs::canonicalize(input).unwrap_or_else(|_| input.clone())
            } else {
                input.clone()
            };
            named(&whole)
        })
        .collect();
    let label = |parts: &[String], n: usize| parts[parts.len().saturating_sub(n)..].join("/");
    let deepest = parts.iter().map(Vec::len).max().unwrap_or(1).max(1);
    parts
        .iter()
        .enumerate()
        .map(|(at, own)| {
            let alone = |n: &usize| {
                parts
                    .iter()
                    .enumerate()
                    .all(|(other, theirs)| other == at || label(theirs, *n) != label(own, *n))
            };
            label(own, (1..=deepest).find(alone).unwrap_or(1))
        })
        .collect()
}
