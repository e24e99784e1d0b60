//! The Flux operator: a FluxInstance makes the source and the root Kustomization of its cluster.
//!
//! Source: controlplaneio-fluxcd/flux-operator `internal/builder` (`sync.yaml` of `templates.go`).

use super::super::applier::Applier;
use super::super::recipe::Said;
use super::source::GROUP;
use crate::document::Value;
use serde_json::json;

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
