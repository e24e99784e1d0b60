//! A call to a Service on a port that it does not have.

use super::{Findings, Rule, called};
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::{Facts, scene::Scene};
use crate::names::english;
use crate::problem::Level;
use std::collections::BTreeSet;

pub(super) static RULE: Rule = Rule {
    code: "call-to-missing-port",
    level: Level::Warning,
    meaning: "A container names a Service with a port that the Service does not have. Connections to it fail.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(found) = facts.of(scene.index) else { return };
    let mut told = BTreeSet::new();
    for edge in found.network.service_edges.iter().filter(|edge| !edge.port_exists) {
        let node = &scene.topology.nodes[edge.to];
        let (Some(port), Some(object)) = (edge.port, node.object.as_deref()) else { continue };
        // Names without an address of their own lead to the pods or to another host, whatever ports they list.
        let is_address = object.value.at("spec.clusterIP").and_then(Value::as_str) != Some("None")
            && object.value.at("spec.type").and_then(Value::as_str) != Some("ExternalName");
        if !is_address || !told.insert((edge.to, port)) {
            continue;
        }
        let ports = object.value.at("spec.ports").map(Value::items).unwrap_or_default();
        let ports: Vec<String> =
            ports.iter().filter_map(|port| port.get("port").and_then(Value::scalar_text)).collect();
        let Some(&container) = edge.containers.first() else { continue };
        let finding = findings.add(
            format!(
                "Calls to {} on port {port} fail: it has only {} {}.",
                called(scene, edge.to),
                if ports.len() == 1 { "port" } else { "the ports" },
                english::list_up_to(6, &ports)
            ),
            format!("Name a port of the Service, or add port {port} to it."),
            edge.field.clone(),
        );
        finding.of_container(container);
        finding.evidence = vec![(edge.declared_by, edge.field.clone())];
        finding.because(edge.to, FieldPath::of("spec.ports"));
    }
}
