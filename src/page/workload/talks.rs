//! Who talks to a pod, and to whom it talks.

mod called_by;
pub mod calls;
pub mod inside;

use crate::catalog::Relation;
use crate::diagram::View;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, listed, plain};
use crate::page::workload::diagrams;
use crate::page::{Block, Prose};
use crate::topology::{Edge, NodeIndex, Pod, isolates};

pub fn blocks(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Block> {
    let mut blocks = diagrams(know, index, &[View::Interaction, View::Traffic, View::Calls]);
    let mut items = incoming(know, index);
    items.extend(called_by::items(know, index));
    items.extend(calls::items(know, index, None));
    items.extend(calls::without_cluster_dns(know, index, pod));
    items.extend(inside::items(know, index, None));
    items.extend(conflicts(know, index, pod));
    if !is_limited(know, index) {
        items.push(plain("No NetworkPolicy in these manifests limits who may reach it."));
    }
    if pod.running().count() > 1 && pod.spec.host_network != Some(true) {
        let names = pod.running().map(|container| vec![code(&*container.key)]).collect();
        items.push(concat(vec![
            listed(names, 4),
            plain(" share one IP address and reach each other on localhost."),
        ]));
    }
    if pod.spec.host_network == Some(true) {
        items.push(plain(
            "It uses the network of its node: its ports are the node's ports, and localhost is the node.",
        ));
    }
    blocks.push(Block::List { ordered: false, items });
    blocks
}

/// The Services that send it traffic, and the policies that select it.
fn incoming(know: &Knowledge, index: NodeIndex) -> Vec<Prose> {
    let near = &know.node(index).identity;
    let selecting = know.topology.to(index).filter(|edge| edge.relation == Relation::Selects);
    let item = |edge: &Edge| {
        let from = know.node(edge.from);
        let words = match &*from.identity.kind {
            "Service" => edge.label.as_ref().map_or_else(
                || " sends it traffic.".to_owned(),
                |ports| format!(" sends it traffic: {ports}."),
            ),
            "NetworkPolicy" => {
                let rules = |way| from.object.as_ref().is_some_and(|policy| isolates(policy, way));
                match (rules("Ingress"), rules("Egress")) {
                    (true, true) => " limits who may reach it and whom it may reach.".to_owned(),
                    (false, true) => " limits whom it may reach.".to_owned(),
                    _ => " limits who may reach it.".to_owned(),
                }
            }
            _ => " selects it.".to_owned(),
        };
        let because = know.because(edge).into_iter().collect();
        concat(vec![know.mention(edge.from, near), plain(words), plain(" "), because])
    };
    selecting.map(item).collect()
}

/// Containers that cannot both listen where they say they do.
fn conflicts(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Prose> {
    let Some((_, facts)) = know.pod(index) else { return Vec::new() };
    let item = |conflict: &crate::facts::PortConflict| {
        let names: Vec<Prose> =
            conflict.containers.iter().map(|&container| vec![know.container(index, container)]).collect();
        let all = if names.len() == 2 { " both" } else { " all" };
        let on_node = if pod.spec.host_network == Some(true) { " of the node" } else { "" };
        let port = format!("{}/{}", conflict.port, conflict.protocol);
        let object = know.node(index).object.as_deref();
        concat(vec![
            listed(names, 4),
            plain(format!(
                "{all} declare port {port} and run at the same time: only one of them can listen at this port{on_node}. "
            )),
            object.map(|object| know.source(object, &conflict.field)).into_iter().collect(),
        ])
    };
    facts.network.port_conflicts.iter().map(item).collect()
}

fn is_limited(know: &Knowledge, index: NodeIndex) -> bool {
    let mut selecting = know.topology.to(index).filter(|edge| edge.relation == Relation::Selects);
    selecting.any(|edge| {
        let policy = know.node(edge.from);
        let object = policy.object.as_ref().filter(|_| &*policy.identity.kind == "NetworkPolicy");
        object.is_some_and(|object| isolates(object, "Ingress"))
    })
}
