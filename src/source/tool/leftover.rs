//! What would be left behind if podviz were interrupted: programs that run, and folders of our own in the system's
//! temporary one.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

/// What is there now: the ids of children, and folders.
static LEFTOVERS: Mutex<(BTreeSet<u32>, BTreeSet<PathBuf>)> = Mutex::new((BTreeSet::new(), BTreeSet::new()));

fn leftovers() -> MutexGuard<'static, (BTreeSet<u32>, BTreeSet<PathBuf>)> {
    LEFTOVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An empty folder of our own, which is removed when it is dropped, or swept.
#[derive(Debug)]
pub struct Scratch(Option<TempDir>, PathBuf);

impl Scratch {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.1
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut leftovers = leftovers();
        drop(self.0.take());
        leftovers.1.remove(&self.1);
    }
}

/// A new empty folder in the system's temporary one.
///
/// # Errors
///
/// What the system says if there can be none.
pub fn scratch() -> io::Result<Scratch> {
    let mut leftovers = leftovers();
    let folder = tempfile::Builder::new().prefix("podviz-").tempdir()?;
    let path = folder.path().to_owned();
    leftovers.1.insert(path.clone());
    Ok(Scratch(Some(folder), path))
}

/// Kills every program that was started, removes every folder, and lets no new one come into being: for the moment before
/// podviz itself ends.
pub fn sweep() {
    let leftovers = leftovers();
    leftovers.0.iter().for_each(|id| kill_group(*id));
    for folder in &leftovers.1 {
        // What is not there any more needs no removal.
        let _ = fs::remove_dir_all(folder);
    }
    std::mem::forget(leftovers);
}

/// Starts a program.
pub(super) fn spawn(command: &mut Command) -> io::Result<Child> {
    let mut leftovers = leftovers();
    let child = command.spawn()?;
    leftovers.0.insert(child.id());
    Ok(child)
}

/// How a child ended, if it did.
pub(super) fn try_wait(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    let mut leftovers = leftovers();
    let status = child.try_wait()?;
    if status.is_some() {
        leftovers.0.remove(&child.id());
    }
    Ok(status)
}

/// Kills a child and everything that it started.
pub(super) fn kill(child: &mut Child) {
    let mut leftovers = leftovers();
    // Not waited for yet, so that its id is still its own.
    kill_group(child.id());
    let _ = child.kill();
    let _ = child.wait();
    leftovers.0.remove(&child.id());
}

#[cfg(unix)]
fn kill_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(id, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_id: u32) {}
