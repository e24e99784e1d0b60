//! What a field must say for a rule to count.

use crate::catalog::{FieldPath, Pattern};
use crate::document::{Kind, Value};
use schemars::JsonSchema;
use serde::Deserialize;

/// What another field says: of the same object, pod or container, or beside the field itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The field.
    pub field: Pattern,
    /// The value that it has, or one of those, as written; any if absent.
    #[serde(default)]
    pub is: Option<Scalars>,
    /// A number that it is above.
    #[serde(default)]
    pub above: Option<f64>,
    /// Whether it is empty: a mapping, a list or a text with nothing in it.
    #[serde(default)]
    pub empty: Option<bool>,
}

impl Condition {
    /// Whether it holds in `root`.
    pub fn holds(&self, root: &Value) -> bool {
        let values = self.field.find(root, &FieldPath::root());
        values.iter().any(|(_, value)| fits(value, self.is.as_ref(), self.above, self.empty))
    }
}

/// Whether a value is one of `is`, above a number, and empty or not, as far as these are asked for; nothing is never.
pub(super) fn fits(value: &Value, is: Option<&Scalars>, above: Option<f64>, empty: Option<bool>) -> bool {
    !value.is_null()
        && is.is_none_or(|is| is.has(value))
        && above.is_none_or(|least| number(value).is_some_and(|number| number > least))
        && empty.is_none_or(|empty| is_empty(value) == empty)
}

/// The number that a value is, also as a text.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.scalar_text()?.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether nothing is in a value: `{}`, `[]`, an empty text, or a mapping of such values, as the selector
/// `{ matchLabels: {} }`.
fn is_empty(value: &Value) -> bool {
    match &value.kind {
        Kind::Null => true,
        Kind::Map(entries) => entries.iter().all(|entry| is_empty(&entry.value)),
        Kind::List(items) => items.is_empty(),
        Kind::String(text) => text.is_empty(),
        Kind::Bool(_) | Kind::Number(_) => false,
    }
}

/// A scalar as text, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "OneOrMany")]
pub struct Scalars(pub Vec<String>);

impl Scalars {
    /// Whether a value is one of them, as it is written or as it is understood.
    fn has(&self, value: &Value) -> bool {
        let Scalars(texts) = self;
        let is = |text: &str| texts.iter().any(|one| one == text);
        value.scalar_text().is_some_and(|text| is(&text))
            || matches!(value.kind, Kind::Bool(_) | Kind::Number(_)) && is(&value.to_json().to_string())
    }
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "the forms of the schema; Scalars is what they are read as")]
enum OneOrMany {
    One(Plain),
    Many(Vec<Plain>),
}

/// A value.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "the forms of the schema; texts are what they are read as")]
enum Plain {
    Text(String),
    Number(f64),
    Word(bool),
}

impl<'de> Deserialize<'de> for Scalars {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Scalars, D::Error> {
        let text = |value| match value {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        Ok(Scalars(match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Array(values) => values.into_iter().map(text).collect(),
            value => vec![text(value)],
        }))
    }
}
