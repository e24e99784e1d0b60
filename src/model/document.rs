//! What `source` hands on: documents, and the files they came from as redacted, highlighted lines.

use super::Value;
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
    /// What it holds: always a mapping with `apiVersion` and `kind`; a `List` is not unpacked yet.
    pub value: Value,
}

/// One file of the input as it may be shown: every secret is replaced, every line is split into tokens.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path relative to the input, with `/`; `-` for the standard input.
    pub path: String,
    /// Its lines, in order, without line ends.
    pub lines: Vec<Vec<Token>>,
}

/// A run of characters of one line that is shown alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub class: TokenClass,
    /// Its text, redacted, raw: whoever writes it escapes it.
    pub text: String,
}

/// What a token of a manifest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenClass {
    /// White space, punctuation and everything that has no class of its own.
    Plain,
    /// A key of a mapping.
    Key,
    /// A string, quoted or not.
    String,
    /// A number.
    Number,
    /// A boolean or null.
    Word,
    /// A comment.
    Comment,
    /// An anchor, an alias, a tag, a directive or a document separator.
    Meta,
    /// The mark that stands where a secret was.
    Redacted,
}
