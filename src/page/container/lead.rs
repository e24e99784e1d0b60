//! What a container is for, in a few sentences.

use crate::catalog::Relation;
use crate::facts::ContainerRole;
use crate::model::Object;
use crate::names::count;
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{concat, joined, listed, plain, text};
use crate::topology::{ContainerKind, NodeIndex, Pod, service_ports};

/// The role sentence.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, position: usize) -> Prose {
    let Some((pod, facts)) = know.pod(index) else { return Prose::new() };
    let container = &pod.containers[position];
    let workload = concat(vec![plain(format!("{} ", object.identity.kind)), vec![know.name(index)]]);
    let opening = match (container.kind, facts.roles[position]) {
        (ContainerKind::Init, _) => plain(
            "Runs to completion before the app containers and every later init container, each time a pod of ",
        ),
        (ContainerKind::Sidecar, _) => plain(
            "A sidecar: it starts before the app containers and runs as long as they do, in each pod of ",
        ),
        (ContainerKind::Ephemeral, _) => {
            plain("An ephemeral container, added to look into a running pod of ")
        }
        (ContainerKind::App, ContainerRole::Main) if pod.apps().count() == 1 && pod.containers.len() == 1 => {
            plain("The only container of ")
        }
        (ContainerKind::App, ContainerRole::Main) => plain("The main container of "),
        (ContainerKind::App, ContainerRole::Helper) => {
            plain("Runs beside the main container in each pod of ")
        }
        (ContainerKind::App, ContainerRole::Peer) => plain(format!(
            "One of {} that run side by side in each pod of ",
            count(pod.apps().count(), "container", "containers")
        )),
    };
    let closing = if container.kind == ContainerKind::Init { " starts." } else { "." };
    let mut prose = concat(vec![opening, workload, plain(closing)]);
    let services = served(know, index, pod, position);
    if !services.is_empty() {
        let services = services.into_iter().map(|(service, ports)| {
            concat(vec![know.mention(service, &object.identity), plain(format!(" on port {ports}"))])
        });
        prose.extend(concat(vec![
            plain(" It gets traffic from "),
            listed(services.collect(), 4),
            plain("."),
        ]));
    }
    let before: Vec<Prose> = facts
        .start_order
        .iter()
        .take_while(|phase| !phase.contains(&position))
        .flatten()
        .map(|&earlier| {
            let word = if pod.containers[earlier].kind == ContainerKind::Init {
                " has finished"
            } else {
                " has started"
            };
            vec![know.container(index, earlier), text(word)]
        })
        .collect();
    if !before.is_empty() {
        prose.extend(concat(vec![plain(" It starts after "), listed(before, 4), plain(".")]));
    }
    prose
}

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
        let mut ports: Vec<String> = ports.map(|port| port.port.to_string()).collect();
        ports.dedup();
        if !ports.is_empty() {
            services.push((
                edge.from,
                crate::page::prose::words(&joined(ports.into_iter().map(plain).collect(), "and")),
            ));
        }
    }
    services.dedup();
    services
}
