//! Templates of OpenShift: the objects in them, with the defaults of their parameters filled in.
//!
//! Source: `github.com/openshift/library-go`, `pkg/template/templateprocessing/template.go`: `${NAME}` stands for the
//! value in a text, `${{NAME}}` for all of a text that is then read as JSON; a parameter without a value is empty, unless
//! one is required or made up.

use crate::document::{Entry, Kind, Value};
use crate::source;
use std::collections::BTreeMap;

/// Longer values of parameters stay as they are named: they could be repeated without end.
const LONGEST: usize = 4_096;
/// How many bytes the objects of one template may grow by.
const MOST_GROWTH: usize = 4 << 20;

/// Whether a manifest is a template of objects.
pub(super) fn is_template(api_version: &str, kind: &str) -> bool {
    kind == "Template" && matches!(api_version, "v1" | "template.openshift.io/v1")
}

/// The objects of a template, in their order.
pub(super) fn objects(template: &Value) -> Vec<Value> {
    let mut filler = Filler { values: parameters(template), growth: 0 };
    let labels = template.get("labels").map(|labels| filler.fill(labels));
    let objects = template.get("objects").map(Value::items).unwrap_or_default();
    let filled = objects.iter().filter(|object| object.is_map()).map(|object| {
        let mut object = filler.fill(object);
        if let Some(labels) = &labels {
            add_labels(&mut object, labels.entries());
        }
        // A value that says nothing as that of a parameter may be a password where it is filled in.
        source::hide(&mut object);
        object
    });
    filled.collect()
}

/// The values of the parameters that have one.
fn parameters(template: &Value) -> BTreeMap<String, String> {
    let parameters = template.get("parameters").map(Value::items).unwrap_or_default().iter();
    let known = parameters.filter_map(|parameter| {
        let name = parameter.get("name")?.scalar_text()?;
        let value = parameter.get("value").and_then(Value::scalar_text).unwrap_or_default();
        let is_set = |key: &str| {
            parameter.get(key).is_some_and(|value| {
                value.as_bool() == Some(true) || value.as_str().is_some_and(|text| !text.is_empty())
            })
        };
        let is_open = value.is_empty() && (is_set("required") || is_set("generate"));
        (!is_open && value.len() <= LONGEST).then_some((name, value))
    });
    known.collect()
}

struct Filler {
    values: BTreeMap<String, String>,
    growth: usize,
}

impl Filler {
    fn fill(&mut self, value: &Value) -> Value {
        let kind = match &value.kind {
            Kind::String(text) => match self.filled(text) {
                Some(kind) => return Value { kind, written: None, ..value.clone() },
                None => return value.clone(),
            },
            Kind::List(items) => Kind::List(items.iter().map(|item| self.fill(item)).collect()),
            Kind::Map(entries) => {
                let filled = entries.iter().map(|entry| {
                    let key = match self.filled(&entry.key) {
                        Some(Kind::String(key)) => (&*key).into(),
                        _ => entry.key.clone(),
                    };
                    Entry { key, value: self.fill(&entry.value), ..*entry }
                });
                Kind::Map(filled.collect())
            }
            _ => return value.clone(),
        };
        Value { kind, written: value.written.clone(), ..*value }
    }

    /// What a text becomes; `None` where it names no parameter with a value.
    fn filled(&mut self, text: &str) -> Option<Kind> {
        let whole = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
        if let Some(value) = whole.and_then(|name| self.values.get(name)) {
            return Some(match serde_json::from_str(value) {
                Ok(serde_json::Value::Number(number)) => Kind::Number(number),
                Ok(serde_json::Value::Bool(value)) => Kind::Bool(value),
                Ok(serde_json::Value::Null) => Kind::Null,
                _ => Kind::String(value.as_str().into()),
            });
        }
        let mut filled = String::new();
        let mut rest = text;
        let mut is_changed = false;
        while let Some((before, after)) = rest.split_once("${") {
            filled.push_str(before);
            match after.split_once('}').and_then(|(name, behind)| Some((self.values.get(name)?, behind))) {
                Some((value, behind)) if self.growth + value.len() <= MOST_GROWTH => {
                    self.growth += value.len();
                    filled.push_str(value);
                    (rest, is_changed) = (behind, true);
                }
                _ => {
                    filled.push_str("${");
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        is_changed.then(|| Kind::String(filled.as_str().into()))
    }
}

/// Gives an object the labels that a template has for all of them.
fn add_labels(object: &mut Value, labels: &[Entry]) {
    let Some(metadata) = entry(object, "metadata") else { return };
    let Some(own) = entry(metadata, "labels") else { return };
    let Kind::Map(own) = &mut own.kind else { return };
    own.retain(|one| !labels.iter().any(|label| label.key == one.key));
    own.extend(labels.iter().cloned());
}

/// The value of a key, made where the mapping has none.
fn entry<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Value> {
    let (line, column) = (value.line, value.column);
    let Kind::Map(entries) = &mut value.kind else { return None };
    if !entries.iter().any(|entry| &*entry.key == key) {
        let empty = Value { line, column, written: None, kind: Kind::Map(Vec::new()) };
        entries.push(Entry { key: key.into(), line, column, value: empty });
    }
    entries.iter_mut().find(|entry| &*entry.key == key).map(|entry| &mut entry.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        let value = crate::document::parse(text.as_bytes()).unwrap();
        let objects: Vec<_> = objects(&value).iter().map(Value::to_json).collect();
        serde_json::to_string(&objects).unwrap()
    }

    #[test]
    fn parameters_are_filled_in_with_their_defaults() {
        let text = "
parameters: [{ name: APP, value: cart }, { name: N, value: '2' }, { name: OPT }, { name: PW, generate: expression }]
labels: { app: '${APP}' }
objects:
- { metadata: { name: 'the-${APP}${OPT}' }, spec: { replicas: '${{N}}', pw: '${PW}', other: '${X}', '${APP}': 1 } }
";
        assert_eq!(
            filled(text),
            r#"[{"metadata":{"name":"the-cart","labels":{"app":"cart"}},"spec":{"replicas":2,"pw":"${PW}","other":"${X}","cart":1}}]"#
        );
    }

    #[test]
    fn what_becomes_a_password_is_hidden() {
        let text = "
parameters: [{ name: WORD, value: Xk41Canary }]
objects: [{ kind: Pod, spec: { containers: [{ name: a, env: [{ name: DB_PASSWORD, value: '${WORD}' }] }] } }]
";
        let shown = filled(text);
        assert!(shown.contains("DB_PASSWORD") && !shown.contains("Xk41Canary"), "{shown}");
    }

    #[test]
    fn a_long_value_is_not_repeated() {
        let text = format!(
            "parameters: [{{ name: A, value: {} }}]\nobjects: [{{ a: '${{A}}' }}]",
            "x".repeat(LONGEST + 1)
        );
        assert_eq!(filled(&text), r#"[{"a":"${A}"}]"#);
    }
}
