//! What a parser makes of a file: its documents as raw trees, and where every scalar and comment stands.

use super::compose::{Fault, Spot};
use crate::document::{TokenClass, Value};
use std::ops::Range;

/// A file, read but not yet redacted. Nothing of it may leave `source`.
#[derive(Default)]
pub struct Sheet {
    /// Scalars, comments, anchors and the like, in the order of the file.
    pub lexemes: Vec<Lexeme>,
    /// The documents, in order.
    pub parts: Vec<Part>,
}

/// One document, or what is left of one.
pub struct Part {
    /// The line at which its region begins: that of its `---`, if it has one.
    pub begin: u32,
    /// Line of its last node's end.
    pub last_line: u32,
    /// The raw tree, or why there is none.
    pub outcome: Result<Value, Fault>,
}

/// A run of bytes of the file that means something.
#[derive(Clone, Copy, Debug)]
pub struct Lexeme {
    pub start: usize,
    pub end: usize,
    pub spot: Spot,
    pub class: TokenClass,
    pub form: Form,
}

/// How a lexeme is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    Single,
    Double,
    /// A literal or folded block; the header is not part of the lexeme.
    Block,
    /// Not a scalar.
    Other,
}

/// The lines of each part: from where it begins to where the next one does, which may be on its last line.
pub fn regions(parts: &[Part]) -> Vec<Range<u32>> {
    let begin = |at: usize| if at == 0 { 1 } else { parts[at].begin };
    let end = |at: usize| parts.get(at + 1).map_or(u32::MAX, |next| next.begin.max(parts[at].last_line + 1));
    (0..parts.len()).map(|at| begin(at)..end(at)).collect()
}
