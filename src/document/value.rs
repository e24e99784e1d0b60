//! The tree that a document holds, each node with the line it came from.
//!
//! It is redacted: `source` replaced everything secret before it built it.

use serde_json::Number;

/// One node of a document: what it is, where it stands, and for a scalar how it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// Line in the file, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// A scalar as its author wrote it (`1.10`, `0755`, `yes`), without quotes; `None` for collections and
    /// where it reads the same as the value does.
    pub written: Option<Box<str>>,
    /// What Kubernetes understands.
    pub kind: Kind,
}

/// What a node is, as Kubernetes reads it (sigs.k8s.io/yaml): `yes` is true, `0755` is 493, `1:20` is a string.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`, `~` or nothing at all.
    Null,
    /// A boolean, in any of YAML 1.1's spellings.
    Bool(bool),
    /// A number; `1.0` is 1.
    Number(Number),
    /// A string.
    String(Box<str>),
    /// A list.
    List(Vec<Value>),
    /// A mapping in the order of the file, each key once (merge keys applied, the last duplicate kept).
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key, always a string (`1:` is `"1"`, `yes:` is `"true"`).
    pub key: Box<str>,
    /// Line of the key, from 1.
    pub line: u32,
    /// Column of the key in characters, from 1.
    pub column: u32,
    /// What the key maps to.
    pub value: Value,
}

impl Value {
    /// The value under `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries().iter().find(|entry| *entry.key == *key).map(|entry| &entry.value)
    }

    /// The value at a dotted path of keys, such as `spec.template`; `None` where any step is absent.
    pub fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').filter(|step| !step.is_empty()).try_fold(self, |value, step| value.get(step))
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Value] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.kind {
            Kind::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// Whether it is a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.kind, Kind::Map(_))
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.kind, Kind::List(_))
    }

    /// A scalar as text for people: as its author wrote it. `None` for collections and null.
    pub fn scalar_text(&self) -> Option<String> {
        if let (Some(written), false) = (&self.written, self.is_null()) {
            return Some(written.to_string());
        }
        match &self.kind {
            Kind::Bool(value) => Some(value.to_string()),
            Kind::Number(number) => Some(number.to_string()),
            Kind::String(text) => Some(text.to_string()),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// A tree that stands in no file: every line and column in it is 0.
    pub fn of_json(json: &serde_json::Value) -> Value {
        let kind = match json {
            serde_json::Value::Null => Kind::Null,
            serde_json::Value::Bool(value) => Kind::Bool(*value),
            serde_json::Value::Number(number) => Kind::Number(number.clone()),
            serde_json::Value::String(text) => Kind::String(text.as_str().into()),
            serde_json::Value::Array(items) => Kind::List(items.iter().map(Value::of_json).collect()),
            serde_json::Value::Object(entries) => {
                let entry = |(key, value): (&String, &serde_json::Value)| Entry {
                    key: key.as_str().into(),
                    line: 0,
                    column: 0,
                    value: Value::of_json(value),
                };
                Kind::Map(entries.iter().map(entry).collect())
            }
        };
        Value { line: 0, column: 0, written: None, kind }
    }

    /// The same tree as JSON, without lines: what Kubernetes' API server would receive.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool(value) => (*value).into(),
            Kind::Number(number) => number.clone().into(),
            Kind::String(text) => (**text).into(),
            Kind::List(items) => items.iter().map(Value::to_json).collect(),
            Kind::Map(entries) => {
                entries.iter().map(|entry| (entry.key.to_string(), entry.value.to_json())).collect()
            }
        }
    }
}
