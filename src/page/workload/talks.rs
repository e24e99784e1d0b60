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
use crate::page::object::{self, Tie};
use crate::page::prose::{code, concat, listed, plain, shown_of};
use crate::page::workload::{diagrams, drawn, listed_items};
use crate::page::{Block, Prose, Table};
use crate::topology::{Edge, NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Block> {
    let mut blocks: Vec<Block> = ties(know, index).into_iter().collect();
    let mut items: Vec<Prose> = Vec::new();
    let several = pod.running().count() > 1;
    if several && pod.spec.host_network != Some(true) {
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
    items.extend(called_by::entries(know, index));
    items.extend(calls::in_secrets(know, index, None));
    items.extend(calls::without_cluster_dns(know, index, pod));
    let mut limits = limits(know, index);
    let policies = diagrams(know, index, &[View::NetworkPolicy]);
    let rules = if limits.len() > MOST_RULES { std::mem::take(&mut limits) } else { Vec::new() };
    items.extend(limits);
    blocks.extend(listed_items(items));
    let title = match rules.is_empty() {
        true => "A picture of what NetworkPolicies allow".to_owned(),
        false => format!("What NetworkPolicies let in and out, in {} sentences", rules.len()),
    };
    blocks.extend(Block::fold(title, listed_items(rules).into_iter().chain(policies).collect()));
    let calls = diagrams(know, index, &[View::Calls]);
    blocks.extend(Block::fold("A picture of who calls whom around it", calls));
    // One container has nobody to work together with.
    let together = if several { diagrams(know, index, &[View::Interaction]) } else { Vec::new() };
    blocks.extend(Block::fold("A picture of how its containers work together", together));
    blocks.extend(Block::fold("A picture of how traffic gets in", way_in(know, index).into_iter().collect()));
    blocks
}

/// Everything that it has to do with, a row each: who sends it traffic and calls it, whom it calls, what it reads and
/// mounts, and what else names it.
fn ties(know: &Knowledge, index: NodeIndex) -> Option<Block> {
    let is_told = |edge: &Edge| is_traffic(know, index, edge) || edge.relation == Relation::Calls;
    let mut ties = incoming(know, index);
    ties.extend(called_by::ties(know, index));
    ties.extend(calls::ties(know, index));
    ties.extend(object::ties(know, index, &|edge| !is_told(edge)));
    let rows: Vec<Vec<Prose>> = ties.into_iter().map(|tie| vec![tie.others, tie.how, tie.because]).collect();
    let head = ["Other end", "What happens", "Because of"].map(str::to_owned).to_vec();
    let caption = format!("What {} has to do with", know.node(index).identity.title());
    (!rows.is_empty()).then(|| Block::Table(Table { caption, head, rows }))
}

/// Whether something other than a policy picks the pods: a Service.
fn is_traffic(know: &Knowledge, index: NodeIndex, edge: &Edge) -> bool {
    edge.to == index && edge.relation == Relation::Selects && know.facts.policies().get(edge.from).is_none()
}

/// How traffic gets in from outside of the cluster. Who calls it from inside is said by the calls.
fn way_in(know: &Knowledge, index: NodeIndex) -> Option<Block> {
    let block = drawn(know, View::Traffic, &Focus::Object(index))?;
    let Block::Diagram(diagram) = &block else { return None };
    let Body::Flow(flow) = &diagram.body else { return None };
    let from_outside = flow.nodes.iter().any(|node| node.class == Class::Person);
    from_outside.then_some(block)
}

/// More sentences than this on what NetworkPolicies allow are folded.
const MOST_RULES: usize = 3;

/// How many routes to one Service are named one by one.
const MOST_ROUTES: usize = 4;

/// Sentences, and a table in place of too many of them.
pub struct Told {
    /// The sentences.
    pub items: Vec<Prose>,
    /// What would be too many sentences.
    pub table: Option<Table>,
}

/// A tie to each Service that sends it traffic, and to the routes that lead to that.
fn incoming(know: &Knowledge, index: NodeIndex) -> Vec<Tie> {
    let near = &know.node(index).identity;
    let selecting = know.topology.to(index).filter(|edge| is_traffic(know, index, edge));
    let tie = |edge: &Edge| {
        let from = know.node(edge.from);
        let ports = edge.label.as_ref().map(|ports| format!(": {ports}")).unwrap_or_default();
        let how = match &*from.identity.kind {
            "Service" if is_headless(from) && follows_readiness(from) => {
                "gives callers the addresses of its pods, of those that are ready".to_owned()
            }
            "Service" if is_headless(from) => {
                "gives callers the addresses of its pods, ready or not".to_owned()
            }
            "Service" if !follows_readiness(from) => format!("sends it traffic, ready or not{ports}"),
            "Service" if is_exposed(from) => {
                format!("sends it traffic, from outside of the cluster too{ports}")
            }
            "Service" => format!("sends it traffic{ports}"),
            _ => "selects it".to_owned(),
        };
        let because = know.because(edge).into_iter().collect();
        Tie { others: know.mention(edge.from, near), how: plain(how), because }
    };
    let mut ties: Vec<Tie> =
        selecting.flat_map(|edge| std::iter::once(tie(edge)).chain(routes(know, edge.from, near))).collect();
    let rest = ties.len() - shown_of(ties.len());
    if rest > 0 {
        ties.truncate(ties.len() - rest);
        let others = plain(format!("{} more Services and routes", thousands(rest)));
        ties.push(Tie { others, how: plain("lead to it"), because: Prose::new() });
    }
    ties
}

/// The routes that send requests to a Service.
fn routes(know: &Knowledge, service: NodeIndex, near: &Identity) -> Vec<Tie> {
    let routes: Vec<&Edge> =
        know.topology.to(service).filter(|edge| edge.relation == Relation::RoutesTo).collect();
    let tie = |edge: &&Edge| {
        let way = edge.label.as_ref().map(|label| format!(" ({label})")).unwrap_or_default();
        let how = concat(vec![plain("sends it requests through "), know.mention(service, near), plain(way)]);
        let because = know.because(edge).into_iter().collect();
        Tie { others: know.mention(edge.from, near), how, because }
    };
    let told = if routes.len() > MOST_ROUTES { MOST_ROUTES - 1 } else { routes.len() };
    let mut ties: Vec<Tie> = routes[..told].iter().map(tie).collect();
    if routes.len() > told {
        let others = plain(count(routes.len() - told, "more route", "more routes"));
        let how =
            concat(vec![plain("lead to "), know.mention(service, near), plain("; its page lists them")]);
        ties.push(Tie { others, how, because: Prose::new() });
    }
    ties
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
