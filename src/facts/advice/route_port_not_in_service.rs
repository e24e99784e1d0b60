//! A route to a port that the Service does not have.

use super::{Findings, Rule};
use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "route-port-not-in-service",
    level: Level::Warning,
    meaning: "An Ingress or a route of the Gateway API sends traffic to a port that the Service does not have. Requests get an error.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let group = &*scene.object.identity.group;
    if !matches!(group, "networking.k8s.io" | "gateway.networking.k8s.io") {
        return;
    }
    for edge in scene.from(Relation::RoutesTo).filter(|edge| edge.declared_by == scene.index) {
        let service = &scene.topology.nodes[edge.to];
        let (Some(asked), Some(object)) = (asked_port(&edge.field, &scene.object.value), &service.object)
        else {
            continue;
        };
        let is_service = service.identity.is("", "Service");
        // Controllers differ in what they do with another name for a host.
        if !is_service || object.value.at("spec.type").and_then(Value::as_str) == Some("ExternalName") {
            continue;
        }
        let ports = object.value.at("spec.ports").map(Value::items).unwrap_or_default();
        let text = |port: &Value, key: &str| port.get(key).and_then(Value::scalar_text);
        let has = |port: &Value| [text(port, "port"), text(port, "name")].contains(&Some(asked.clone()));
        if ports.is_empty() || ports.iter().any(has) {
            continue;
        }
        let names: Vec<String> = ports
            .iter()
            .filter_map(|port| {
                let number = text(port, "port")?;
                Some(
                    text(port, "name").map_or(number.clone(), |name| format!("{number} ({})", quoted(&name))),
                )
            })
            .collect();
        let (name, word) =
            (quoted(&service.identity.name), if names.len() == 1 { "port" } else { "the ports" });
        findings
            .add(
                format!(
                    "Requests that it sends to Service {name} fail: it names port {}, and the Service has only {word} {}.",
                    quoted(&asked),
                    english::list_up_to(6, &names)
                ),
                "Name a port of the Service.",
                edge.field.clone(),
            )
            .because(edge.to, FieldPath::of("spec.ports"));
    }
}

/// The port of a backend, by number or by name: `service.port`, `servicePort` of old versions, or `port` of a
/// `backendRef`.
fn asked_port(backend: &FieldPath, object: &Value) -> Option<String> {
    let way = backend.values(object);
    let port = way.iter().rev().take(2).find_map(|value| value.get("port").or(value.get("servicePort")))?;
    match port.scalar_text() {
        Some(port) => Some(port),
        None => ["number", "name"].into_iter().find_map(|key| port.get(key)?.scalar_text()),
    }
}
