//! Writes a settings file where none is.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Writes `text` into a file that is not there yet; with `replace`, in place of what is there, links included.
///
/// # Errors
///
/// If something is there, or the disk refuses.
pub fn write_settings(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    if replace && path.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
        fs::remove_file(path)?;
    }
    // A file that came to be in between is nobody's to overwrite, and no link is followed.
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
