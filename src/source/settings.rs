//! The user's `podviz.yaml`: named on the command line, or found upward from the first input.

use super::ReadError;
use crate::document::{Kind, Limits, Value, decode, settle::settle, yaml};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// More than anybody writes by hand.
const MOST_BYTES: usize = 1 << 20;

/// The names it may have.
pub(super) const NAMES: [&str; 2] = ["podviz.yaml", "podviz.yml"];

/// A `podviz.yaml` and what stands in it.
#[derive(Debug)]
pub struct SettingsFile {
    /// Its path as the user wrote it, or as it was found.
    pub path: String,
    /// What stands in it; null where it is empty.
    pub value: Result<Value, Malformed>,
}

/// Why settings are no YAML that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Line, from 1; 0 where unknown.
    pub line: u32,
    /// Column in characters, from 1; 0 where unknown.
    pub column: u32,
    /// What is wrong.
    pub reason: String,
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
    let value = understand(&bytes);
    Ok(Some(SettingsFile { path: path.display().to_string(), value }))
}

/// The one document of a settings file, each key once.
fn understand(bytes: &[u8]) -> Result<Value, Malformed> {
    let whole = |reason: String| Malformed { line: 0, column: 0, reason };
    if bytes.len() > MOST_BYTES {
        return Err(whole(format!("the settings are larger than {} KiB", MOST_BYTES >> 10)));
    }
    let text = decode::decode(bytes).map_err(|error| whole(format!("not valid {}", error.encoding)))?;
    let mut parts = yaml::read(&text, &Limits::default()).parts.into_iter();
    let Some(part) = parts.next() else {
        return Ok(Value { line: 1, column: 1, written: None, kind: Kind::Null });
    };
    let mut value = part.outcome.map_err(|fault| Malformed {
        line: fault.line,
        column: fault.column,
        reason: fault.message,
    })?;
    if let Some(second) = parts.next() {
        let reason = "settings are one document, and here a second one begins".to_owned();
        return Err(Malformed { line: second.begin, column: 1, reason });
    }
    let mut duplicates = Vec::new();
    settle(&mut value, &mut duplicates);
    match duplicates.into_iter().next() {
        Some(again) => {
            let reason = format!("the key `{}` stands here again", again.key);
            Err(Malformed { line: again.line, column: again.column, reason })
        }
        None => Ok(value),
    }
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
