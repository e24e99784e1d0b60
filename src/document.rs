//! The ground that every stage stands on: a [`Document`] is what `source` hands on, a [`Value`] is what it holds.
//!
//! YAML and JSON are read here as Kubernetes reads them, within [`Limits`], and each node knows its line.

pub(crate) mod base64;
pub(crate) mod compiled;
pub(crate) mod compose;
pub(crate) mod decode;
mod environment;
mod file;
mod identity;
mod imprint;
pub(crate) mod json;
mod lines;
mod list;
mod placeholder;
pub(crate) mod scalar;
pub(crate) mod seam;
pub(crate) mod settle;
pub(crate) mod sheet;
mod span;
mod value;
pub(crate) mod yaml;

pub use environment::{Environment, PLAIN_ENVIRONMENT};
pub use file::{AbsentChart, Delivery, Document, Origin, SourceFile};
pub use identity::Identity;
pub use imprint::Imprints;
pub use lines::{Line, Lines, Token, TokenClass};
pub use placeholder::{is_of_programs, is_placeholder};
pub use span::Span;
pub use value::{Entry, Kind, Value};

/// What stands where a secret was: never its length, never a hash of it.
pub const MARK: &str = "[redacted]";

/// How much of anything is read. Each limit costs the document or file that exceeds it, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file.
    pub file_bytes: u64,
    /// Levels of lists and mappings inside each other.
    pub depth: usize,
    /// Values of a document, aliases expanded.
    pub nodes_per_document: usize,
    /// Values of a document that come from aliases.
    pub aliases: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { file_bytes: 32 << 20, depth: 100, nodes_per_document: 1_000_000, aliases: 100_000 }
    }
}

/// Reads one YAML document that is no manifest, such as a knowledge file.
///
/// # Errors
///
/// If it is not valid YAML.
pub fn parse(text: &[u8]) -> Result<Value, String> {
    let text = decode::decode(text).map_err(|error| format!("not valid {}", error.encoding))?;
    let part = yaml::read(&text, &Limits::default()).parts.into_iter().next().ok_or("it is empty")?;
    let mut value = part.outcome.map_err(|fault| format!("line {}: {}", fault.line, fault.message))?;
    settle::settle(&mut value, &mut Vec::new());
    Ok(value)
}
