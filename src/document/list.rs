//! Lists taken apart: `kubectl` and the controllers take each item of one as an object of its own.

use super::{Document, Entry, Kind, Value};
use std::sync::Arc;

impl Document {
    /// Whether it is a List, such as what `kubectl get -o yaml` prints.
    pub fn is_list(&self) -> bool {
        let kind = self.value.get("kind").and_then(Value::as_str).unwrap_or_default();
        kind.ends_with("List") && self.value.get("items").is_some_and(Value::is_list)
    }

    /// The items of a List, each as a document of its own; none of anything else.
    pub fn into_items(mut self) -> Vec<Document> {
        let text = |value: &Value, key| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (api_version, kind) = (text(&self.value, "apiVersion"), text(&self.value, "kind"));
        let Kind::Map(entries) = std::mem::replace(&mut self.value.kind, Kind::Null) else {
            return Vec::new();
        };
        let Some(items) = entries.into_iter().find(|entry| &*entry.key == "items") else { return Vec::new() };
        let Kind::List(items) = items.value.kind else { return Vec::new() };
        let ends: Vec<u32> = items.iter().skip(1).map(|next| next.line.saturating_sub(1)).collect();
        let mut documents = Vec::new();
        for (index, mut value) in items.into_iter().enumerate().filter(|(_, value)| value.is_map()) {
            let own_end = self.file.span(value.line, value.column).map(|span| span.last_line);
            let end = own_end.or_else(|| ends.get(index).copied()).unwrap_or(self.last_line);
            // The items of a PodList need not repeat that they are Pods.
            if kind != "List" {
                imply(&mut value, "kind", kind.trim_end_matches("List"));
                imply(&mut value, "apiVersion", &api_version);
            }
            documents.push(Document {
                file: Arc::clone(&self.file),
                index: self.index,
                first_line: value.line,
                last_line: end.max(value.line),
                comment: None,
                environment: self.environment.clone(),
                namespace: self.namespace.clone(),
                imprints: Arc::clone(&self.imprints),
                delivery: self.delivery.clone(),
                value,
            });
        }
        documents
    }

    /// What it holds: the items of a List, and of the Lists in it, else itself.
    pub fn flattened(self) -> Vec<Document> {
        match self.is_list() {
            true => self.into_items().into_iter().flat_map(Document::flattened).collect(),
            false => vec![self],
        }
    }
}

/// Says of an item what its list says, unless it says so itself.
fn imply(value: &mut Value, key: &str, text: &str) {
    let (line, column) = (value.line, value.column);
    let is_said = value.get(key).is_some();
    if let Kind::Map(entries) = &mut value.kind
        && !is_said
    {
        let value = Value { line, column, written: None, kind: Kind::String(text.into()) };
        entries.push(Entry { key: key.into(), line, column, value });
    }
}
