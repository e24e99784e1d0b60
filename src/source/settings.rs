//! The user's `podviz.yaml`: named on the command line, or found upward from the first input.

use super::{Limits, ReadError, parse};
use crate::model::Value;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The names it may have.
pub(super) const NAMES: [&str; 2] = ["podviz.yaml", "podviz.yml"];

/// A `podviz.yaml` and what stands in it.
#[derive(Debug)]
pub struct SettingsFile {
    /// Its path as the user wrote it, or as it was found.
    pub path: String,
    /// What stands in it.
    pub value: Result<Value, String>,
}

/// Reads the settings: the file `named`, or the nearest in the folder of the first input or above it.
///
/// # Errors
///
/// If a file that was named cannot be read.
pub fn read_settings(named: Option<&Path>, inputs: &[PathBuf]) -> Result<Option<SettingsFile>, ReadError> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => match find(inputs) {
            Some(path) => path,
            None => return Ok(None),
        },
    };
    let bytes = fs::read(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => ReadError::NotFound(path.clone()),
        reason => ReadError::Unreadable { path: path.clone(), reason },
    })?;
    let value = if bytes.len() as u64 > Limits::default().file_bytes {
        Err("the file is too large".to_owned())
    } else {
        parse(&bytes)
    };
    Ok(Some(SettingsFile { path: path.display().to_string(), value }))
}

fn find(inputs: &[PathBuf]) -> Option<PathBuf> {
    let first = inputs.first().filter(|input| *input != Path::new("-"))?;
    let start = fs::canonicalize(first).ok()?;
    // The path is shown to the user, so it is written from the input on and not from the root of the disk.
    let mut shown = first.clone();
    let mut folder = Some(start.as_path());
    if !start.is_dir() {
        folder = start.parent();
        shown = shown.parent().map(Path::to_owned).unwrap_or_default();
    }
    while let Some(here) = folder {
        for name in NAMES {
            if here.join(name).is_file() {
                return Some(shown.join(name));
            }
        }
        // A repository is its own world: what lies above it is none of its business.
        if here.join(".git").exists() {
            return None;
        }
        folder = here.parent();
        shown.push("..");
    }
    None
}
