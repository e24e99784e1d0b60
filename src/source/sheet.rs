//! What a parser makes of a file: its documents as raw trees, and where every scalar and comment stands.

use super::compose::{Fault, Spot};
use crate::model::{TokenClass, Value};

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
