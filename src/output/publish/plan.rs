//! What a run has to change.

use super::survey::Survey;
use super::{Destination, PublishError, Published, listing};
use crate::output::{Content, File};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The difference between the site on the disk and the one that is wanted.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub destination: &'a Destination,
    pub survey: &'a Survey,
    /// Each wanted file, and whether the disk holds it already.
    pub files: Vec<(&'a File, bool)>,
    /// The own files that are not wanted any more.
    pub obsolete: Vec<&'a str>,
    /// The text of the new `.podviz`.
    pub listing: String,
}

impl<'a> Plan<'a> {
    /// Compares every file; fails where one has the name of somebody else's.
    pub(super) fn new(
        files: &'a [File],
        destination: &'a Destination,
        survey: &'a Survey,
    ) -> Result<Plan<'a>, PublishError> {
        for path in files.iter().map(|file| file.path.as_str()).chain([listing::NAME]) {
            destination.refuse_occupied(path, survey)?;
        }
        let wanted: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let is_there = |file: &File| {
            survey.own.contains(&file.path) && is_held(&destination.folder.join(&file.path), &file.bytes)
        };
        Ok(Plan {
            destination,
            survey,
            files: files.par_iter().map(|file| (file, is_there(file))).collect(),
            obsolete: survey.own.iter().map(String::as_str).filter(|own| !wanted.contains(own)).collect(),
            listing: listing::text(wanted),
        })
    }

    /// Whether there is nothing to do.
    pub(super) fn is_fulfilled(&self) -> bool {
        self.obsolete.is_empty()
            && self.files.iter().all(|(_, is_there)| *is_there)
            && holds(&self.destination.folder.join(listing::NAME), self.listing.as_bytes())
    }

    /// What the run has changed once it is done.
    pub(super) fn outcome(&self) -> Published {
        let unchanged = self.files.iter().filter(|(_, is_there)| *is_there).count();
        Published { written: self.files.len() - unchanged, unchanged, removed: self.obsolete.len() }
    }

    /// The folders that the files need, relative, parents first.
    pub(super) fn folders(&self) -> BTreeSet<PathBuf> {
        let of = |file: &'a File| listing::folders_of(&file.path).map(PathBuf::from);
        self.files.iter().flat_map(|(file, _)| of(file)).collect()
    }
}

/// Whether the file at `path` holds exactly this content.
fn is_held(path: &Path, content: &Content) -> bool {
    let same_length = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.len() == content.len() as u64);
    same_length && content.read().is_ok_and(|bytes| holds(path, &bytes))
}

/// Whether the file at `path` holds exactly `bytes`.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let same_length = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.len() == bytes.len() as u64);
    same_length && fs::read(path).is_ok_and(|there| there == bytes)
}
