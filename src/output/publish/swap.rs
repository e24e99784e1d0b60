//! Builds the new site beside the old one, then exchanges the two in one step.
//!
//! Invariant: what podviz did not write is never removed unless the same file (the same inode) stands in the site.

use super::plan::Plan;
use super::survey::entries;
use super::{Destination, PublishError, is_closed, listing};
use rayon::prelude::*;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Where podviz works for `folder`: a hidden name beside it, the same in every run, so that the next run finds what a
/// killed one left. The name is a hash because `folder`'s own may be as long as a name can be.
pub(super) fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default();
    let hash = blake3::hash(name.as_encoded_bytes()).to_hex();
    folder.with_file_name(format!(".podviz-{}-{what}", &hash[..10]))
}

/// Clears away what a killed run left beside the folder. The caller holds the lock.
pub(super) fn clear_leftovers(destination: &Destination) -> Result<(), PublishError> {
    let folder = &destination.folder;
    let (new, old) = (beside(folder, "new"), beside(folder, "old"));
    if is_own_folder(&old) && fs::symlink_metadata(folder).is_err() {
        // Killed between the two renames of a system that cannot exchange.
        fs::rename(&old, folder).map_err(PublishError::disk("restore", &destination.shown))?;
    }
    for leftover in [new, old] {
        if is_own_folder(&leftover) {
            retire(&leftover, folder);
        }
        if fs::symlink_metadata(&leftover).is_ok() {
            return Err(PublishError::InTheWay(leftover));
        }
    }
    Ok(())
}

/// A real folder of ours: in a folder that everybody may write, others could have put theirs under this name.
fn is_own_folder(path: &Path) -> bool {
    let user = rustix::process::geteuid().as_raw();
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == user)
}

/// Writes the whole site; `false` where the folder or something in it cannot be moved, and nothing has changed.
pub(super) fn write(plan: &Plan) -> Result<bool, PublishError> {
    let folder = &plan.destination.folder;
    let new = beside(folder, "new");
    match fs::create_dir(&new) {
        Err(error) if is_closed(&error) && folder.is_dir() => return Ok(false),
        result => result.map_err(PublishError::disk("create", &plan.destination.shown))?,
    }
    let is_swapped = build(plan, &new).and_then(|is_complete| {
        if !is_complete {
            return Ok(false);
        }
        match exchange(&new, folder, &beside(folder, "old")) {
            Err(error) if cannot_move(&error) && folder.is_dir() => Ok(false),
            result => result.map(|()| true).map_err(PublishError::disk("replace", &plan.destination.shown)),
        }
    });
    // By now `new` is the old site, or what could not be finished.
    for leftover in [new, beside(folder, "old")] {
        retire(&leftover, folder);
    }
    is_swapped
}

/// Fills `new` with the site and with links to what others keep in the folder; `false` if such a link is impossible.
fn build(plan: &Plan, new: &Path) -> Result<bool, PublishError> {
    let destination = plan.destination;
    let folder = &destination.folder;
    // First, so that an unfinished folder can tell what in it is podviz's.
    write_file(&new.join(listing::NAME), plan.listing.as_bytes())
        .map(drop)
        .map_err(PublishError::disk("write", &destination.show(Path::new(listing::NAME))))?;
    for path in plan.folders() {
        fs::create_dir(new.join(&path)).map_err(PublishError::disk("create", &destination.show(&path)))?;
    }
    plan.files.par_iter().try_for_each(|(file, is_there)| {
        let target = new.join(&file.path);
        // A linked file keeps its time of change. Nobody writes into it: podviz only ever replaces files.
        if *is_there && fs::hard_link(folder.join(&file.path), &target).is_ok() {
            return Ok(());
        }
        let bytes = file.bytes.read();
        bytes
            .and_then(|bytes| write_file(&target, &bytes))
            .map(drop)
            .map_err(PublishError::disk("write", &destination.show(Path::new(&file.path))))
    })?;
    if !keep_foreign(plan, new) {
        return Ok(false);
    }
    if folder.is_dir() && take_after(folder, new).is_err() {
        return Ok(false);
    }
    Ok(true)
}

/// Links what others keep in the folder into `new`; `false` if that is impossible, as across mounts.
fn keep_foreign(plan: &Plan, new: &Path) -> bool {
    let folder = &plan.destination.folder;
    let link = |path: &PathBuf| {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(new.join(parent))?;
        }
        fs::hard_link(folder.join(path), new.join(path))
    };
    let copy_folder = |path: &PathBuf| {
        fs::create_dir_all(new.join(path))?;
        take_after(&folder.join(path), &new.join(path))
    };
    plan.survey.folders.iter().all(|path| copy_folder(path).is_ok())
        && plan.survey.foreign.iter().all(|path| link(path).is_ok())
}

/// Gives the folder `new` the permissions of `old`. What root renders for a web server stays the web server's.
fn take_after(old: &Path, new: &Path) -> io::Result<()> {
    let old = fs::metadata(old)?;
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(new, Some(old.uid()), Some(old.gid()))?;
    }
    fs::set_permissions(new, old.permissions())
}

/// Puts `new` in the place of `folder`. Afterwards the old site is at `new`, or at `old`, or there was none.
fn exchange(new: &Path, folder: &Path, old: &Path) -> io::Result<()> {
    if fs::symlink_metadata(folder).is_err() {
        return fs::rename(new, folder);
    }
    match exchange_at_once(new, folder) {
        Err(error) if is_unknown_to_system(&error) => exchange_in_two_steps(new, folder, old),
        result => result,
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn exchange_at_once(new: &Path, folder: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, new, CWD, folder, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
fn exchange_at_once(_new: &Path, _folder: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// For file systems that cannot exchange. A run that is killed in between leaves no site, and the next one brings
/// the old one back.
pub(super) fn exchange_in_two_steps(new: &Path, folder: &Path, old: &Path) -> io::Result<()> {
    fs::rename(folder, old)?;
    fs::rename(new, folder).or_else(|error| fs::rename(old, folder).and(Err(error)))
}

fn is_unknown_to_system(error: &io::Error) -> bool {
    // EINVAL is what a file system says that does not know the flag.
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

/// Whether the folder, not the disk, is the obstacle: a mount point, a lower layer of a container image, a parent that
/// is closed.
fn cannot_move(error: &io::Error) -> bool {
    is_closed(error) || matches!(error.kind(), io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices)
}

/// Writes a file that does not exist yet.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> io::Result<fs::File> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Removes a folder that podviz built in or took away: its own files, and those that also stand in `site`. What
/// somebody added at the last moment moves over to `site`. What cannot be settled stays, for a person to look at.
pub(super) fn retire(tree: &Path, site: &Path) {
    let listed = listing::read(tree).unwrap_or_default();
    let internal = [listing::NAME, listing::LOCK];
    let (mut open, mut folders) = (vec![PathBuf::new()], Vec::new());
    while let Some(relative) = open.pop() {
        for entry in entries(&tree.join(&relative)).unwrap_or_default() {
            let path = relative.join(entry.file_name());
            let is_own = path.to_str().is_some_and(|path| listed.contains(path));
            if entry.file_type().is_ok_and(|sort| sort.is_dir()) {
                open.push(path);
            } else if is_own || is_same_file(&tree.join(&path), &site.join(&path)) {
                let _ = fs::remove_file(tree.join(&path));
            } else if !internal.iter().any(|name| path == Path::new(name)) {
                rescue(tree, site, &path);
            }
        }
        folders.push(relative);
    }
    // Inner folders were found after outer ones. The list goes once nothing else is left: a run that is killed before
    // that leaves a folder which still tells what in it is podviz's.
    folders.remove(0);
    for folder in folders.iter().rev() {
        let _ = fs::remove_dir(tree.join(folder));
    }
    let is_settled = |entry: &fs::DirEntry| internal.iter().any(|name| entry.file_name() == *name);
    if entries(tree).is_ok_and(|rest| rest.iter().all(is_settled)) {
        for name in internal {
            let _ = fs::remove_file(tree.join(name));
        }
        let _ = fs::remove_dir(tree);
    }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::symlink_metadata(one), fs::symlink_metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Moves a foreign file that appeared, or was replaced, after it had been linked. It never replaces a page, nor a
/// newer version of itself, and never follows a link.
fn rescue(tree: &Path, site: &Path, path: &Path) {
    let (from, to) = (tree.join(path), site.join(path));
    let changed = |path: &Path| fs::symlink_metadata(path).and_then(|metadata| metadata.modified()).ok();
    let is_newer = match (changed(&from), changed(&to)) {
        (Some(here), Some(there)) => here > there,
        (here, _) => here.is_some(),
    };
    let is_page =
        listing::read(site).is_some_and(|pages| path.to_str().is_some_and(|path| pages.contains(path)));
    let is_behind_a_link =
        path.ancestors().skip(1).any(|above| !above.as_os_str().is_empty() && site.join(above).is_symlink());
    if site.is_dir() && is_newer && !is_page && !is_behind_a_link {
        let _ = to.parent().map(fs::create_dir_all);
        let _ = fs::rename(from, to);
    }
}
