//! Writes the pages of the manual beside those of other programs.

use super::write_settings;
use std::fs;
use std::io;
use std::path::Path;

/// Writes files, each a name and a text, into a folder that may hold others; the folder is made if need be.
///
/// # Errors
///
/// If the disk refuses; files that were written until then stay.
pub fn write_manual<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    files.into_iter().try_for_each(|(name, text)| write_settings(&folder.join(name), text, true))
}
