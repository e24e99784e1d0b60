//! The files of folders on the disk, as Argo CD finds them in a checkout.

use super::super::super::roots::{Roots, shown};
use ignore::WalkBuilder;
use std::fs;
use std::path::{Path, PathBuf};

/// Most files and folders of one walk.
const ENTRIES: usize = 200_000;

/// The file that lists what podviz wrote into a folder: nothing of that is in git for Argo CD.
const OWN: &str = ".podviz";

/// The paths below a folder, with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The folder: canonical.
    pub base: PathBuf,
    /// Its folders, without hidden ones and what is in them.
    pub folders: Vec<String>,
    /// Its files.
    pub files: Vec<String>,
}

/// The folders and files below `base`, those that git leaves out excepted; of links only those to files that may be read.
pub fn below(base: &Path, roots: &Roots, recurse: bool) -> Tree {
    let mut walk = WalkBuilder::new(base);
    walk.standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .parents(true)
        .follow_links(false)
        .max_depth((!recurse).then_some(1))
        .filter_entry(|entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            entry.file_name() != ".git"
                && !(is_folder && entry.depth() > 0 && entry.path().join(OWN).is_file())
        });
    let mut tree = Tree { base: base.to_owned(), ..Tree::default() };
    for entry in walk.build().flatten().take(ENTRIES).filter(|entry| entry.depth() > 0) {
        let (path, Some(kind)) = (entry.path(), entry.file_type()) else { continue };
        let name = shown(base, path, "");
        if kind.is_dir() {
            if !name.split('/').any(|part| part.starts_with('.')) {
                tree.folders.push(name);
            }
        } else if kind.is_file() || kind.is_symlink() && allowed(path, roots).is_some() {
            tree.files.push(name);
        }
    }
    tree.folders.sort();
    tree.files.sort();
    tree
}

/// The file that a path leads to, if it is one and may be read: canonical.
pub fn allowed(path: &Path, roots: &Roots) -> Option<PathBuf> {
    let file = fs::canonicalize(path).ok()?;
    (file.is_file() && roots.allow(&file)).then_some(file)
}

/// What a file holds, if it may be read and is no larger than `most` bytes.
pub fn read(path: &Path, roots: &Roots, most: u64) -> Option<Vec<u8>> {
    let file = allowed(path, roots)?;
    let small = fs::metadata(&file).is_ok_and(|metadata| metadata.len() <= most);
    small.then(|| fs::read(&file).ok()).flatten()
}
