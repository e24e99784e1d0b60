//! One run at a time writes a folder.

use super::{Destination, PublishError, is_closed, listing, swap};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// A second run waits this often for this long: 30 s, many times what a large site takes.
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(50);

/// The lock on a destination, held until it is dropped. The system frees the lock of a killed run, and the next run
/// removes its file.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Waits for the lock. It lies beside the folder, which itself may be exchanged; inside where the parent is closed.
    pub(super) fn take(destination: &Destination) -> Result<Lock, PublishError> {
        let beside = swap::beside(&destination.folder, "lock");
        match wait_for(&beside) {
            Err(error) if is_closed(&error) && destination.folder.is_dir() => {
                wait_for(&destination.folder.join(listing::LOCK))
            }
            result => result,
        }
        .map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => PublishError::Busy(destination.shown.clone()),
            _ => PublishError::disk("lock", &destination.shown)(error),
        })
    }
}

fn wait_for(path: &Path) -> io::Result<Lock> {
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits() as i32;
    for _ in 0..TRIES {
        let mut options = OpenOptions::new();
        let file =
            options.read(true).write(true).create(true).truncate(false).custom_flags(no_follow).open(path)?;
        match file.try_lock() {
            // The run before removes its file: a lock on a file that has no name any more locks nobody out.
            Ok(()) if is_at(&file, path) => return Ok(Lock { path: path.to_owned(), _file: file }),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}

fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Before the file is closed, so that nobody can hold a lock on the name while it goes.
        let _ = fs::remove_file(&self.path);
    }
}
