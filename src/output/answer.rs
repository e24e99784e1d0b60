//! An answer that goes into a file instead of the standard output.

use std::fs;
use std::io;
use std::path::Path;

/// Writes an answer into a file, which may be there; without the signs that colour it on a terminal.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write(file: &Path, text: &str) -> io::Result<()> {
    fs::write(file, anstream::adapter::strip_str(text).to_string())
}
