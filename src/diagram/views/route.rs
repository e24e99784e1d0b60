//! How a Service leads to pods: the verb on its arrow, and the container that answers.

use crate::catalog::{Relation, Role};
use crate::document::Value;
use crate::model::Object;
use crate::topology::{Edge, HOST, Node, Pod, Topology, service_ports};

/// What the arrow of an edge says, with ports or paths behind the verb.
pub(super) fn verb(topology: &Topology, edge: &Edge) -> String {
    let verb = bare_verb(topology, edge);
    match edge.detail() {
        Some(label) => format!("{verb} ({label})"),
        None => verb.to_owned(),
    }
}

/// The verb alone.
pub(super) fn bare_verb(topology: &Topology, edge: &Edge) -> &'static str {
    let from = &topology.nodes[edge.from];
    match (edge.relation, from.role) {
        (Relation::Selects, Role::Service) if is_headless(from) => "gives the addresses of",
        (Relation::Selects, Role::Service) => "sends traffic to",
        (Relation::Selects, Role::Policy) if &*from.identity.kind == "NetworkPolicy" => "limits traffic of",
        (Relation::RoutesTo, Role::Service) if &*topology.nodes[edge.to].identity.kind == HOST => {
            "is another name for"
        }
        (Relation::RoutesTo, Role::Service) => "sends traffic to the pods of",
        (Relation::Allows, _) if edge.allows_incoming() == Some(true) => "allows connections from",
        (Relation::Allows, _) if edge.allows_incoming() == Some(false) => "allows connections to",
        (relation, _) => relation.verb(),
    }
}

/// Whether a Service has no address of its own.
pub(super) fn is_headless(service: &Node) -> bool {
    text(service.object.as_deref(), "spec.clusterIP") == Some("None")
}

/// The type of a Service, `ClusterIP` where it says none.
pub(super) fn service_type(service: &Node) -> &str {
    text(service.object.as_deref(), "spec.type").unwrap_or("ClusterIP")
}

/// What a Service is, for its note.
pub(super) fn service_note(service: &Node) -> String {
    match service_type(service) {
        "ExternalName" => "Service: a name for a host outside".to_owned(),
        "ClusterIP" if is_headless(service) => "headless Service".to_owned(),
        "ClusterIP" => "Service".to_owned(),
        exposed => format!("Service of type {exposed}"),
    }
}

/// The containers that declare a port which a Service sends traffic to, each with these ports.
pub(super) fn servers(service: &Node, pod: &Pod) -> Vec<(usize, Vec<i64>)> {
    let Some(object) = &service.object else { return Vec::new() };
    let targets: Vec<i64> =
        service_ports(&object.value, pod).into_iter().filter_map(|port| port.target.ok()).collect();
    let serve = |index: usize| {
        let declared = pod.containers[index].spec.ports.iter().flatten();
        let mut ports: Vec<i64> = declared
            .map(|port| i64::from(port.container_port))
            .filter(|port| targets.contains(port))
            .collect();
        ports.dedup();
        (!ports.is_empty()).then_some((index, ports))
    };
    (0..pod.containers.len()).filter_map(serve).collect()
}

fn text<'a>(object: Option<&'a Object>, path: &str) -> Option<&'a str> {
    object?.value.at(path).and_then(Value::as_str)
}
