//! What `source` hands on: documents, and the files they came from as redacted, highlighted lines.

use super::{Identity, Imprints, Lines, Value};
use std::sync::Arc;

/// One document of one file, redacted.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file it came from.
    pub file: Arc<SourceFile>,
    /// Its index in the file, from 0, empty documents counted.
    pub index: usize,
    /// Line of its first node, from 1.
    pub first_line: u32,
    /// Its last line, from 1, comments and separators excluded.
    pub last_line: u32,
    /// The comment block at its top, without `#`, redacted.
    pub comment: Option<String>,
    /// The environment that it was built for; `None` for a plain file, whose environment follows from what others define.
    pub environment: Option<Arc<str>>,
    /// Where its object goes if it names no namespace; `None` where that is said for all.
    pub namespace: Option<Arc<str>>,
    /// What stood where it has marks.
    pub imprints: Arc<Imprints>,
    /// Who brings it to its cluster, if a GitOps controller does.
    pub delivery: Option<Arc<Delivery>>,
    /// What it holds: always a mapping with `apiVersion` and `kind`; a `List` is not unpacked yet.
    pub value: Value,
}

/// How an object comes to its cluster, as what GitOps controllers are told says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivery {
    /// The objects that apply it, the outermost first: the last of them does so itself.
    pub applied_by: Vec<Identity>,
    /// Its sync wave, if an Application applies it and it names one.
    pub wave: Option<i64>,
    /// Whether one of `applied_by` is suspended, so that the cluster need not hold what is shown.
    pub suspended: bool,
    /// Whether what it is built from could not be built as a whole, so that the cluster may get it with other fields.
    pub in_part: bool,
    /// The charts that it installs itself and that are not here.
    pub absent: Vec<AbsentChart>,
}

/// A chart that is not here, and the values that a release gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct AbsentChart {
    /// The chart as people write it, with its version: `webapp 1.x`.
    pub title: String,
    /// The repository or registry that it comes from; empty if it is a folder of the input.
    pub repository: String,
    /// All values that the release gives it and that are known, merged.
    pub values: Value,
    /// The text that the lines of `values` belong to: its origin says where each stands.
    pub file: Arc<SourceFile>,
}

/// One file of the input, or what a tool built out of some, as it may be shown: every secret is replaced, every line is
/// split into tokens.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SourceFile {
    /// The path relative to the input, with `/`; `-` for the standard input; the folder where a tool built the text.
    pub path: String,
    /// Its lines, in order, without line ends; none where the file itself may not be shown, such as a template.
    pub lines: Lines,
    /// Where its lines come from, if a tool built it.
    pub origin: Option<Origin>,
}

impl SourceFile {
    /// Where people find what stands in a line, from 1: for a built text the file that it was built from, if known.
    pub fn place(&self, line: u32) -> (&str, u32) {
        match self.origin.as_ref().and_then(|origin| origin.of(line)) {
            Some((file, line)) => (&file.path, line),
            None => (&self.path, line),
        }
    }
}

/// Where the lines of a built text come from.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The files, by path.
    pub files: Vec<Arc<SourceFile>>,
    /// For each line of the built text: the index of its file, and the line in that file, from 1.
    pub lines: Vec<Option<(usize, u32)>>,
}

impl Origin {
    /// The file that a line, from 1, comes from, and the line there.
    pub fn of(&self, line: u32) -> Option<(&Arc<SourceFile>, u32)> {
        let (file, line) = (*self.lines.get((line as usize).checked_sub(1)?)?)?;
        Some((self.files.get(file)?, line))
    }
}
