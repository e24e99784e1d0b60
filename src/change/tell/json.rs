//! The change for programs: the schema `podviz/diff/1`.

use super::Names;
use crate::change::{Change, FieldChange, ObjectChange, Side};
use crate::escape::visible_json;
use crate::page::findings::entries;
use crate::page::graph::edge_json;
use crate::topology::Edge;
use serde_json::{Value, json};

/// The change as JSON.
pub fn json(change: &Change, names: &Names) -> String {
    let edges = |side: Side, edges: &[&Edge]| -> Vec<Value> {
        edges.iter().map(|edge| edge_json(side.topology, edge)).collect()
    };
    let told = json!({
        "schema": "podviz/diff/1",
        "old": names.old,
        "new": names.new,
        "verdict": change.verdict().map_or("none", |verdict| verdict.word()),
        "environments": change.environments,
        "objects": change.objects.iter().map(object).collect::<Vec<_>>(),
        "effects": change.effects,
        "facts": change.facts,
        "edges": {
            "added": edges(change.new, &change.edges_added),
            "removed": edges(change.old, &change.edges_removed),
        },
        "connections": change.connections,
        "advice": {
            "new": entries(change.new.topology, &change.advice_new),
            "mended": entries(change.old.topology, &change.advice_mended),
        },
    });
    format!("{:#}\n", visible_json(told))
}

fn object(change: &ObjectChange) -> Value {
    let mut told = json!({
        "subject": change.subject,
        "environment": &*change.identity.environment,
        "change": change.change,
        "fields": change.fields.iter().map(field).collect::<Vec<_>>(),
    });
    if let Some(was) = &change.was {
        told["was"] = json!(was);
    }
    told
}

fn field(change: &FieldChange) -> Value {
    json!({
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "source": { "side": change.side, "file": change.file, "line": change.line },
    })
}
