//! Writes a site into a folder that must remain the same folder.
//!
//! All bytes are written before the first file is replaced, so a full disk leaves the old site. Only a run that is
//! killed during the renames leaves a mix, and the next run completes it: `.podviz` names old and new files meanwhile.

use super::plan::Plan;
use super::survey::entries;
use super::swap::write_file;
use super::{Destination, PublishError, listing};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Clears away what a killed run prepared. The caller holds the lock.
pub(super) fn clear_leftovers(destination: &Destination) -> Result<(), PublishError> {
    let stage = destination.folder.join(listing::STAGE);
    clear(&stage);
    if fs::symlink_metadata(&stage).is_ok() {
        return Err(PublishError::InTheWay(destination.show(Path::new(listing::STAGE))));
    }
    Ok(())
}

/// Removes the folder if it holds nothing but prepared files, whose names are numbers.
fn clear(stage: &Path) {
    if !fs::symlink_metadata(stage).is_ok_and(|metadata| metadata.is_dir()) {
        return;
    }
    for entry in entries(stage).unwrap_or_default() {
        if entry.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit) {
            let _ = fs::remove_file(entry.path());
        }
    }
    let _ = fs::remove_dir(stage);
}

/// Writes what has changed.
pub(super) fn write(plan: &Plan) -> Result<(), PublishError> {
    let stage = plan.destination.folder.join(listing::STAGE);
    let result = prepare(plan, &stage).and_then(|prepared| settle(plan, prepared));
    clear(&stage);
    result
}

/// Files that are written and need a rename: where each is, and its path in the site.
type Prepared<'a> = Vec<(PathBuf, &'a str)>;

/// Writes everything into `stage`; the list of both sites comes first, the list of the new one last.
fn prepare<'a>(plan: &'a Plan, stage: &Path) -> Result<Prepared<'a>, PublishError> {
    let destination = plan.destination;
    fs::create_dir(stage)
        .map_err(PublishError::disk("create", &destination.show(Path::new(listing::STAGE))))?;
    let wanted = plan.files.iter().map(|(file, _)| file.path.as_str());
    let both = listing::text(plan.survey.own.iter().map(String::as_str).chain(wanted));

    let changed = plan.files.iter().filter(|(_, is_there)| !is_there);
    let pages = changed.map(|(file, _)| (file.path.as_str(), file.bytes.read()));
    let first = std::iter::once((listing::NAME, Ok(both.as_bytes().into())));
    let last = std::iter::once((listing::NAME, Ok(plan.listing.as_bytes().into())));
    let mut prepared = Vec::new();
    for (number, (path, bytes)) in first.chain(pages).chain(last).enumerate() {
        let at = stage.join(number.to_string());
        let written = bytes.and_then(|bytes| write_file(&at, &bytes));
        written.map_err(PublishError::disk("write", &destination.show(Path::new(path))))?;
        prepared.push((at, path));
    }
    Ok(prepared)
}

/// Removes what is obsolete and moves what was prepared into place.
fn settle(plan: &Plan, prepared: Prepared) -> Result<(), PublishError> {
    let destination = plan.destination;
    let folder = &destination.folder;
    let place = |(from, path): &(PathBuf, &str)| {
        fs::rename(from, folder.join(path))
            .map_err(PublishError::disk("write", &destination.show(Path::new(path))))
    };
    let mut prepared = prepared.iter();
    prepared.by_ref().take(1).try_for_each(place)?;
    for path in &plan.obsolete {
        remove(folder, path).map_err(PublishError::disk("remove", &destination.show(Path::new(path))))?;
    }
    for path in plan.folders() {
        let at = folder.join(&path);
        if !at.is_dir() {
            fs::create_dir(at).map_err(PublishError::disk("create", &destination.show(&path)))?;
        }
    }
    prepared.try_for_each(place)
}

/// Removes a file, and the folders that are empty without it.
fn remove(folder: &Path, path: &str) -> io::Result<()> {
    fs::remove_file(folder.join(path))?;
    for above in Path::new(path).ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()) {
        if fs::remove_dir(folder.join(above)).is_err() {
            break;
        }
    }
    Ok(())
}
