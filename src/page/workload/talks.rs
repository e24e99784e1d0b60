//! Who talks to a pod, and to whom it talks.

mod called_by;
pub mod calls;
pub mod inside;

use crate::catalog::Relation;
use crate::diagram::views::Focus;
use crate::diagram::{Body, Class, View};
use crate::document::Identity;
use crate::facts::{follows_readiness, is_exposed, is_headless};
use crate::names::{count, thousands};
use crate::page::knowledge::Knowledge;
use crate::page::network::limits;
use crate::page::prose::{code, concat, folded, listed, plain};
use crate::page::workload::{diagrams, drawn};
use crate::page::{Block, Prose, Table};
use crate::topology::{Edge, NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Block> {
    let mut blocks = diagrams(know, index, &[View::Interaction]);
    blocks.extend(way_in(know, index));
    blocks.extend(diagrams(know, index, &[View::Calls, View::NetworkPolicy]));
    let mut items: Vec<Prose> = Vec::new();
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
    items.extend(inside::items(know, index, None));
    items.extend(conflicts(know, index, pod));
    items.extend(incoming(know, index));
    items.extend(called_by::entries(know, index));
    let callers = called_by::told(know, index);
    let calls = calls::told(know, index, None);
    items.extend(callers.items);
    items.extend(calls.items);
    items.extend(calls::in_secrets(know, index, None));
    items.extend(calls::without_cluster_dns(know, index, pod));
    items.extend(limits(know, index));
    blocks.push(Block::List { ordered: false, items });
    blocks.extend([callers.table, calls.table].into_iter().flatten().map(Block::Table));
    blocks
}

/// How traffic gets in from outside of the cluster. Who calls it from inside is said by the calls.
fn way_in(know: &Knowledge, index: NodeIndex) -> Option<Block> {
    let block = drawn(know, View::Traffic, &Focus::Object(index))?;
    let Block::Diagram(diagram) = &block else { return None };
    let Body::Flow(flow) = &diagram.body else { return None };
    let from_outside = flow.nodes.iter().any(|node| node.class == Class::Person);
    from_outside.then_some(block)
}

/// How many routes to one Service are named one by one.
const MOST_ROUTES: usize = 4;

/// Sentences, and a table in place of too many of them.
pub struct Told {
    /// The sentences.
    pub items: Vec<Prose>,
    /// What would be too many sentences.
    pub table: Option<Table>,
}

/// The Services that send it traffic, and the routes that lead to them from outside.
fn incoming(know: &Knowledge, index: NodeIndex) -> Vec<Prose> {
    let near = &know.node(index).identity;
    let selecting = know
        .topology
        .to(index)
        .filter(|edge| edge.relation == Relation::Selects && know.facts.policies().get(edge.from).is_none());
    let item = |edge: &Edge| {
        let from = know.node(edge.from);
        let ports = edge.label.as_ref().map(|ports| format!(": {ports}")).unwrap_or_default();
        let words = match &*from.identity.kind {
            "Service" if is_headless(from) && follows_readiness(from) => {
                " gives callers the addresses of its pods, of those that are ready.".to_owned()
            }
            "Service" if is_headless(from) => {
                " gives callers the addresses of its pods, ready or not.".to_owned()
            }
            "Service" if !follows_readiness(from) => format!(" sends it traffic, ready or not{ports}."),
            "Service" if is_exposed(from) => {
                format!(" sends it traffic, from outside of the cluster too{ports}.")
            }
            "Service" => format!(" sends it traffic{ports}."),
            _ => " selects it.".to_owned(),
        };
        let because = know.because(edge).into_iter().collect();
        concat(vec![know.mention(edge.from, near), plain(words), plain(" "), because])
    };
    let items = selecting.flat_map(|edge| std::iter::once(item(edge)).chain(routes(know, edge.from, near)));
    folded(items.collect(), |more| {
        plain(format!("{} more Services and routes lead to it; its references count them.", thousands(more)))
    })
}

/// The routes that send requests to a Service.
fn routes(know: &Knowledge, service: NodeIndex, near: &Identity) -> Vec<Prose> {
    let routes: Vec<&Edge> =
        know.topology.to(service).filter(|edge| edge.relation == Relation::RoutesTo).collect();
    let item = |edge: &&Edge| {
        let way = edge.label.as_ref().map(|label| format!(" ({label})")).unwrap_or_default();
        let because = know.because(edge).into_iter().collect();
        concat(vec![
            know.mention(edge.from, near),
            plain(" sends it requests through "),
            know.mention(service, near),
            plain(format!("{way}. ")),
            because,
        ])
    };
    let told = if routes.len() > MOST_ROUTES { MOST_ROUTES - 1 } else { routes.len() };
    let mut items: Vec<Prose> = routes[..told].iter().map(item).collect();
    if routes.len() > told {
        let more = count(routes.len() - told, "more route leads", "more routes lead");
        items.push(concat(vec![
            plain(format!("{more} to ")),
            know.mention(service, near),
            plain("; its page lists them."),
        ]));
    }
    items
}

/// Containers that cannot both listen where they say they do.
fn conflicts(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Prose> {
    let Some((_, facts)) = know.pod(index) else { return Vec::new() };
    let item = |conflict: &crate::facts::network::PortConflict| {
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
