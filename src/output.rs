//! Stage 8: a site as files, and the files on the disk.

pub mod publish;

/// One file of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path relative to the site, parts joined by `/`.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}
