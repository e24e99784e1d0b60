//! Values that tools may be given: redacted, and without the mark that would be a list in YAML.

use crate::document::{MARK, Value};
use serde_json::Value as Json;

/// What stands in the place of [`MARK`] where a tool reads it.
const WORD: &str = "redacted";

/// A redacted value for a tool: the mark, which reads like a list in YAML, is a word.
pub fn plain(value: &Value) -> Json {
    clean(value.to_json())
}

/// A redacted text for a tool.
pub fn plain_text(text: &str) -> String {
    text.replace(MARK, WORD)
}

fn clean(value: Json) -> Json {
    match value {
        Json::String(text) => plain_text(&text).into(),
        Json::Array(items) => items.into_iter().map(clean).collect(),
        Json::Object(entries) => {
            entries.into_iter().map(|(key, value)| (plain_text(&key), clean(value))).collect()
        }
        other => other,
    }
}
