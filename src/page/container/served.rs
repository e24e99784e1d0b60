//! Who sends traffic to a container.

use crate::catalog::Relation;
use crate::facts::is_headless;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{joined, plain, words};
use crate::topology::{ContainerKind, NodeIndex, Pod, ServicePort, service_ports};

/// The Services that lead to a port which the container declares, each with its ports.
pub fn served(know: &Knowledge, index: NodeIndex, pod: &Pod, position: usize) -> Vec<(NodeIndex, String)> {
    let container = &pod.containers[position];
    let declared: Vec<i64> =
        container.spec.ports.iter().flatten().map(|port| i64::from(port.container_port)).collect();
    // A lone container is the only one that can listen, declared or not.
    let alone = pod.running().count() == 1 && container.kind == ContainerKind::App;
    let mut services = Vec::new();
    for edge in know.topology.to(index).filter(|edge| edge.relation == Relation::Selects) {
        let Some(service) = know
            .node(edge.from)
            .object
            .as_ref()
            .filter(|_| &*know.node(edge.from).identity.kind == "Service")
        else {
            continue;
        };
        let ports = service_ports(&service.value, pod).into_iter();
        let ports =
            ports.filter(|port| port.target.as_ref().is_ok_and(|target| alone || declared.contains(target)));
        // Behind a Service without an address, callers connect to the port of the container itself.
        let is_headless = is_headless(know.node(edge.from));
        let number = |port: ServicePort| match port.target {
            Ok(target) if is_headless => target.to_string(),
            _ => port.port.to_string(),
        };
        let mut ports: Vec<String> = ports.map(number).collect();
        ports.dedup();
        if !ports.is_empty() {
            services.push((edge.from, words(&joined(ports.into_iter().map(plain).collect(), "and"))));
        }
    }
    services.dedup();
    services
}
