//! Label selectors, as the API machinery understands them.

mod expression;

use crate::catalog::Selection;
use crate::document::Value;
use expression::Expression;
use std::collections::BTreeMap;

/// Labels of an object.
pub type Labels = BTreeMap<String, String>;

/// What labels must be like. Every requirement must hold.
///
/// Source: `k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go`, `LabelSelectorAsSelector`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Requirement {
    Equal(String, String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
    Meets(Expression, String),
    Never,
}

impl Selector {
    /// Reads a selector of the given form. One that the API server would refuse picks nothing.
    pub fn read(value: &Value, form: Selection) -> Selector {
        match form {
            Selection::Labels => Selector(equals(value).collect()),
            Selection::Expression => {
                let text = value.scalar_text().unwrap_or_default();
                Selector(match Expression::parse(&text) {
                    Some(expression) if expression.is_empty() => Vec::new(),
                    Some(expression) => vec![Requirement::Meets(expression, text)],
                    None => vec![Requirement::Never],
                })
            }
            Selection::LabelSelector => {
                let labels = value.get("matchLabels").into_iter().flat_map(equals);
                let expressions = value.get("matchExpressions").map(Value::items).unwrap_or_default();
                Selector(labels.chain(expressions.iter().map(expression)).collect())
            }
        }
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the labels meet every requirement.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|requirement| match requirement {
            Requirement::Equal(key, value) => labels.get(key) == Some(value),
            Requirement::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
            // A label that is absent is not in any list of values.
            Requirement::NotIn(key, values) => labels.get(key).is_none_or(|value| !values.contains(value)),
            Requirement::Exists(key) => labels.contains_key(key),
            Requirement::Absent(key) => !labels.contains_key(key),
            Requirement::Meets(expression, _) => expression.matches(labels),
            Requirement::Never => false,
        })
    }

    /// A label that everything it picks has, if it asks for one: a key for an index.
    pub fn required_label(&self) -> Option<(&str, &str)> {
        self.required_labels().next()
    }

    /// The labels that everything it picks has.
    pub(super) fn required_labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|requirement| match requirement {
            Requirement::Equal(key, value) => Some((key.as_str(), value.as_str())),
            _ => None,
        })
    }

    /// The keys that it asks for, each with the values that it names; one that it names no value of has an empty one.
    pub(super) fn mentioned(&self) -> Vec<(&str, &str)> {
        let mut found: Vec<(&str, &str)> = Vec::new();
        for requirement in &self.0 {
            match requirement {
                Requirement::Equal(key, value) => found.push((key, value)),
                Requirement::In(key, values) | Requirement::NotIn(key, values) => {
                    found.extend(values.iter().map(|value| (key.as_str(), value.as_str())));
                }
                Requirement::Exists(key) | Requirement::Absent(key) => found.push((key, "")),
                Requirement::Meets(expression, _) => expression.mentioned(&mut found),
                Requirement::Never => {}
            }
        }
        found
    }

    /// Whether it asks for a label of this key.
    pub fn asks_for(&self, key: &str) -> bool {
        self.mentioned().iter().any(|(own, _)| *own == key)
    }

    /// The selector in words people know from kubectl: `app=web, tier in (a, b)`.
    pub fn text(&self) -> String {
        let words = self.0.iter().map(|requirement| match requirement {
            Requirement::Equal(key, value) => format!("{key}={value}"),
            Requirement::In(key, values) => format!("{key} in ({})", values.join(", ")),
            Requirement::NotIn(key, values) => format!("{key} not in ({})", values.join(", ")),
            Requirement::Exists(key) => key.clone(),
            Requirement::Absent(key) => format!("not {key}"),
            Requirement::Meets(_, text) => text.clone(),
            Requirement::Never => "nothing".to_owned(),
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

/// The labels under `value`, scalars as text.
pub fn labels(value: Option<&Value>) -> Labels {
    let entries = value.map(Value::entries).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((entry.key.to_string(), label(&entry.value)?))).collect()
}

/// The text of a label's value: `null` is the empty text, as for Kubernetes; a list or a mapping has none.
fn label(value: &Value) -> Option<String> {
    if value.is_null() { Some(String::new()) } else { value.scalar_text() }
}

fn equals(value: &Value) -> impl Iterator<Item = Requirement> {
    value.entries().iter().map(|entry| match label(&entry.value) {
        Some(text) => Requirement::Equal(plain_key(&entry.key).to_owned(), text),
        None => Requirement::Never,
    })
}

/// The key of a label without what Cilium writes before it; no label of Kubernetes has a colon.
///
/// Source: docs.cilium.io, "Terminology", label source.
fn plain_key(key: &str) -> &str {
    key.strip_prefix("k8s:").or_else(|| key.strip_prefix("any:")).unwrap_or(key)
}

fn expression(value: &Value) -> Requirement {
    let key = value.get("key").and_then(Value::scalar_text).map(|key| plain_key(&key).to_owned());
    let operator = value.get("operator").and_then(Value::as_str);
    let values: Vec<String> = value
        .get("values")
        .map(Value::items)
        .unwrap_or_default()
        .iter()
        .filter_map(Value::scalar_text)
        .collect();
    match (key, operator) {
        (Some(key), Some("In")) if !values.is_empty() => Requirement::In(key, values),
        (Some(key), Some("NotIn")) if !values.is_empty() => Requirement::NotIn(key, values),
        (Some(key), Some("Exists")) => Requirement::Exists(key),
        (Some(key), Some("DoesNotExist")) => Requirement::Absent(key),
        _ => Requirement::Never,
    }
}
