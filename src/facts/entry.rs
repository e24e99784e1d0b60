//! What lets traffic into the cluster, and how Services hand it on.

use crate::catalog::vocabulary::Entry;
use crate::catalog::{Relation, Role};
use crate::document::Value;
use crate::topology::{Node, NodeIndex, Pod, Topology};
use k8s_openapi::api::core::v1::ContainerPort;
use std::collections::BTreeSet;
use std::net::IpAddr;

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

/// How a pod is reached at the address of the node that it runs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodePorts {
    /// The ports there that the manifest names, sorted.
    pub ports: BTreeSet<i32>,
    /// Whether the pod uses the network of its node: then whatever it listens on is reached there.
    pub is_host_network: bool,
}

/// The way to a pod past every Service: the host ports of its containers, or the network of its node. `None` where there is
/// none; a port that is bound to an address of the loopback lets nobody in.
///
/// Source: `k8s.io/api/core/v1/types.go`, `ContainerPort.HostPort`, `ContainerPort.HostIP`, `PodSpec.HostNetwork`.
pub fn node_ports(pod: &Pod) -> Option<NodePorts> {
    let is_host_network = pod.spec.host_network == Some(true);
    let is_local = |port: &ContainerPort| {
        port.host_ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok()).is_some_and(|ip| ip.is_loopback())
    };
    let ports = pod.running().flat_map(|container| container.spec.ports.iter().flatten());
    let ports = ports.filter(|port| !is_local(port)).filter_map(|port| match is_host_network {
        true => Some(port.container_port),
        false => port.host_port,
    });
    let ports: BTreeSet<i32> = ports.filter(|port| *port > 0).collect();
    (is_host_network || !ports.is_empty()).then_some(NodePorts { ports, is_host_network })
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
