//! What lets traffic into the cluster, and how Services hand it on.

use crate::catalog::{Relation, Role};
use crate::model::Value;
use crate::topology::{Node, NodeIndex, Topology};

/// Whether an object lets traffic in from outside: an Ingress, a Gateway, a route that hangs on one, a Service of
/// type LoadBalancer or NodePort. A route whose parents are Services, and a waypoint, serve pods of the cluster only.
///
/// Source: gateway-api.sigs.k8s.io, GAMMA: a route with a Service as its parent is about traffic within the mesh.
pub fn lets_traffic_in(topology: &Topology, index: NodeIndex) -> bool {
    let node = &topology.nodes[index];
    let text =
        |path: &str| node.object.as_ref().and_then(|object| object.value.at(path)).and_then(Value::as_str);
    let is_waypoint = || text("spec.gatewayClassName").is_some_and(|class| class.ends_with("waypoint"));
    match (node.role, &*node.identity.kind) {
        (Role::Service, _) => is_exposed(node),
        (Role::Route, "Gateway") => !is_waypoint(),
        (Role::Route, kind) if kind.ends_with("Route") => {
            let mut parents = topology.from(index).filter(|edge| edge.relation == Relation::References);
            parents.any(|edge| match &*topology.nodes[edge.to].identity.kind {
                "Gateway" => lets_traffic_in(topology, edge.to) || topology.nodes[edge.to].object.is_none(),
                kind => kind.ends_with("ListenerSet"),
            })
        }
        (role, _) => role == Role::Route,
    }
}

/// Whether a Service has an address that the outside can reach.
pub fn is_exposed(service: &Node) -> bool {
    let at = |path: &str| service.object.as_ref().and_then(|object| object.value.at(path));
    matches!(at("spec.type").and_then(Value::as_str), Some("LoadBalancer" | "NodePort"))
        || at("spec.externalIPs").is_some_and(|addresses| !addresses.items().is_empty())
}

/// Whether a Service leaves out pods that are not ready.
///
/// Source: `k8s.io/api/core/v1/types.go`, `ServiceSpec.PublishNotReadyAddresses`.
pub fn follows_readiness(service: &Node) -> bool {
    let object = service.object.as_deref();
    let publishes = object.and_then(|object| object.value.at("spec.publishNotReadyAddresses"));
    publishes.and_then(Value::as_bool) != Some(true)
}

/// Whether a Service has no address of its own: callers find those of its pods by its name.
pub fn is_headless(service: &Node) -> bool {
    let object = service.object.as_deref();
    object.and_then(|object| object.value.at("spec.clusterIP")).and_then(Value::as_str) == Some("None")
}
