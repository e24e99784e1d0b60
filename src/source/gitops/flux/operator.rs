//! The Flux operator: a FluxInstance makes the source and the root Kustomization of its cluster, a ResourceSet makes objects
//! out of a template.
//!
//! Source: controlplaneio-fluxcd/flux-operator `internal/builder` (`sync.yaml` of `templates.go`).

use super::super::applier::Applier;
use super::super::plain::plain;
use super::super::recipe::Said;
use super::source::GROUP;
use crate::document::Value;
use serde_json::{Value as Json, json};

/// The source and the Kustomization that the `sync` of a FluxInstance makes; none where it says none.
pub fn of_instance(instance: &Applier) -> Vec<Said> {
    let Some(sync) = instance.at("spec.sync") else { return Vec::new() };
    let text = |key: &str| sync.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (Some(kind), Some(url)) = (text("kind"), text("url")) else { return Vec::new() };
    let name = text("name").unwrap_or(&instance.namespace);
    let metadata = json!({ "name": name, "namespace": &*instance.namespace });
    let mut source = json!({ "apiVersion": format!("{GROUP}/v1"), "kind": kind, "metadata": metadata, "spec": { "url": url } });
    if let Some(reference) = text("ref") {
        let key = if kind == "GitRepository" { "name" } else { "tag" };
        source["spec"]["ref"] = json!({ key: reference });
    }
    let kustomization = json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": metadata,
        "spec": {
            "interval": "10m",
            "path": text("path").unwrap_or("./"),
            "prune": true,
            "sourceRef": { "kind": kind, "name": name },
        },
    });
    [source, kustomization].into_iter().map(|object| Said { object, line: sync.line }).collect()
}

/// The objects of a ResourceSet whose template names none of its inputs; what names some is nobody's knowledge but the
/// operator's.
pub fn of_set(set: &Applier) -> Vec<Said> {
    let items = set.at("spec.resources").map(Value::items).unwrap_or_default();
    let said = |item: &Value| Said { object: plain(item), line: item.line };
    items.iter().map(said).filter(|said| !is_template(&said.object)).collect()
}

fn is_template(json: &Json) -> bool {
    match json {
        Json::String(text) => text.contains("<<"),
        Json::Array(items) => items.iter().any(is_template),
        Json::Object(entries) => entries.values().any(is_template),
        _ => false,
    }
}
