//! What lets traffic into the cluster, and how Services hand it on.

use crate::catalog::vocabulary::Entry;
use crate::catalog::{Relation, Role};
use crate::document::Value;
use crate::topology::{Node, NodeIndex, Topology};
use std::collections::BTreeSet;

/// Whether an object lets traffic in from outside: an Ingress, a Gateway, a route that hangs on one or that another
/// route leads to, a Service of type LoadBalancer or NodePort. A route whose parents are Services, and a waypoint, serve
/// pods of the cluster only.
///
/// Source: gateway-api.sigs.k8s.io, GAMMA: a route with a Service as its parent is about traffic within the mesh.
pub fn lets_traffic_in(topology: &Topology, index: NodeIndex) -> bool {
    lets_in(topology, index, &mut BTreeSet::new())
}

fn lets_in(topology: &Topology, index: NodeIndex, seen: &mut BTreeSet<NodeIndex>) -> bool {
    let node = &topology.nodes[index];
    match node.role {
        Role::Service => return is_exposed(node),
        Role::Route if seen.insert(index) => {}
        _ => return false,
    }
    let text =
        |path: &str| node.object.as_ref().and_then(|object| object.value.at(path)).and_then(Value::as_str);
    let is_waypoint = || text("spec.gatewayClassName").is_some_and(|class| class.ends_with("waypoint"));
    let entry = topology.entry(index);
    if entry == Entry::Here {
        return !is_waypoint();
    }
    let hangs = topology.from(index).filter(|edge| edge.relation == Relation::References);
    let mut parents = hangs.map(|edge| edge.to).filter(|&to| topology.nodes[to].role == Role::Route);
    if entry == Entry::Parent && parents.any(|parent| lets_in(topology, parent, seen)) {
        return true;
    }
    let mut routes = topology.to(index).filter(|edge| edge.relation == Relation::RoutesTo);
    routes.any(|edge| topology.nodes[edge.from].role == Role::Route && lets_in(topology, edge.from, seen))
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
