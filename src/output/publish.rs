//! Writes a site onto the disk, at once or not at all.
//!
//! A site is built beside its folder and then takes the folder's place in one step ([`swap`]). So an interrupted,
//! failed or parallel run leaves the old site or the new one. Where a folder cannot be replaced (a mount point, the
//! working folder), everything is written inside it first and then moved into place file by file ([`in_place`]).
//!
//! `.podviz` in the folder lists what podviz wrote. Only those files are ever replaced or removed; all others belong
//! to somebody else, and are kept.
//!
//! Nothing waits for the disk itself, as other site generators do not: flushing 10,000 pages takes seconds, and a site
//! can be made again. A power cut may lose bytes; the next run compares bytes, not names, and repairs such files.

mod compare;
mod guard;
mod in_place;
mod listing;
mod lock;
mod manual;
mod plan;
mod settings;
mod survey;
mod swap;
#[cfg(test)]
mod tests;

pub use compare::{Drift, compare};
pub use guard::{Destination, guard};
pub use manual::write_manual;
pub use settings::write_settings;

use crate::output::File;
use lock::Lock;
use plan::Plan;
use std::io;
use std::path::{Path, PathBuf};
use survey::Survey;

/// Why a site was not written. What was there before is untouched (exit status 2). Names in messages are raw:
/// whoever prints one escapes it.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The output is the root of the file system.
    #[error("`{}` is the root of the file system; choose a folder for the site", .0.display())]
    Root(PathBuf),
    /// The output is the user's home folder, or a folder above it.
    #[error("`{}` is your home folder or holds it; choose a folder for the site", .0.display())]
    Home(PathBuf),
    /// The output is the input.
    #[error("`{}` is the input itself; choose another folder, such as `{}`", .0.display(), .0.join("site").display())]
    Input(PathBuf),
    /// The output is a folder above the input.
    #[error("`{}` holds the input `{}`; choose a folder that does not", output.display(), input.display())]
    HoldsInput {
        /// The output as the user wrote it.
        output: PathBuf,
        /// The input as the user wrote it.
        input: PathBuf,
    },
    /// The output, or a folder above it, is a file.
    #[error("`{}` is a file, not a folder; choose a folder for the site", .0.display())]
    NotAFolder(PathBuf),
    /// The output is a link that leads nowhere.
    #[error("`{}` is a link that leads nowhere; remove it, or create the folder that it names", .0.display())]
    Dangling(PathBuf),
    /// The folder was never written by podviz, and is not empty.
    #[error(
        "`{}` is not a podviz site: it holds files that podviz did not write (for example `{}`); choose another \
         folder, or use --force to keep them and add the site",
        output.display(), example.display()
    )]
    NotASite {
        /// The output as the user wrote it.
        output: PathBuf,
        /// The first of the files, relative to the output.
        example: PathBuf,
    },
    /// The folder is a podviz site with other files in it.
    #[error(
        "`{}` holds files that podviz did not write (for example `{}`); move them away, or use --force to keep them \
         beside the site",
        output.display(), example.display()
    )]
    Foreign {
        /// The output as the user wrote it.
        output: PathBuf,
        /// The first of the files, relative to the output.
        example: PathBuf,
    },
    /// Somebody else's file has the name of a page. Even `--force` does not replace it.
    #[error(
        "`{}` was not written by podviz, and the site needs its name; move it away, or choose another folder",
        .0.display()
    )]
    Occupied(PathBuf),
    /// Something that podviz cannot clear away has the name of a folder that it builds in.
    #[error("`{}` is in the way; look into it, then remove it", .0.display())]
    InTheWay(PathBuf),
    /// Another run holds the lock.
    #[error("another podviz run is writing `{}`; try again when it is done", .0.display())]
    Busy(PathBuf),
    /// A page has a path that is not portable, or two pages share one.
    #[error("the page path `{0}` is not portable or not unique; this is a bug in podviz")]
    PagePath(String),
    /// The disk refused.
    #[error("cannot {doing} `{}`: {reason}", path.display())]
    Disk {
        /// What podviz wanted to do.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not. It is part of what the error says, so it is no `source` that would be told once more.
        reason: io::Error,
    },
}

impl PublishError {
    /// Turns the refusal of `path` into an error that says what was tried.
    fn disk(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> PublishError {
        let path = path.to_owned();
        move |reason| PublishError::Disk { doing, path, reason }
    }
}

/// What a run changed, in files; `.podviz` itself is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// New files, and files with other bytes than before.
    pub written: usize,
    /// Files that were there with the same bytes. They keep their time of change.
    pub unchanged: usize,
    /// Files of the previous site that are gone.
    pub removed: usize,
}

/// Makes `destination` hold exactly `files`, and what others keep there. Files may come in any order.
pub fn publish(files: &[File], destination: &Destination) -> Result<Published, PublishError> {
    listing::check(files)?;
    // Dropped in reverse: first the lock, then the parents that were made for nothing.
    let _parents = guard::Parents::make(destination)?;
    let _lock = Lock::take(destination)?;
    swap::clear_leftovers(destination)?;
    in_place::clear_leftovers(destination)?;

    let survey = Survey::of(&destination.folder).map_err(PublishError::disk("read", &destination.shown))?;
    destination.allow(&survey)?;
    let plan = Plan::new(files, destination, &survey)?;
    if plan.is_fulfilled() {
        return Ok(plan.outcome());
    }
    if survey.cannot_move || destination.must_stay() || !swap::write(&plan)? {
        in_place::write(&plan)?;
    }
    Ok(plan.outcome())
}

/// Whether the system does not let us write in a folder.
fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}
