//! Who sends traffic to a Service, and where it leads.

use crate::catalog::Relation;
use crate::facts::is_headless;
use crate::facts::network::{TargetPort, external, targets};
use crate::model::Object;
use crate::names::thousands;
use crate::page::knowledge::Knowledge;
use crate::page::network::{of_call, of_entry};
use crate::page::prose::{code, concat, folded, listed, plain, text};
use crate::page::workload::talks::calls::said;
use crate::page::{Block, Prose};
use crate::topology::{Call, NodeIndex, is_open};
use std::collections::BTreeMap;

/// How many callers are named one by one.
const MOST_CALLERS: usize = 20;

/// The sentences; none for any other object.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Block> {
    if &*object.identity.kind != "Service" || !object.identity.group.is_empty() {
        return Vec::new();
    }
    let mut items = senders(know, index);
    items.extend(leads_to(know, index, object));
    if items.is_empty() { Vec::new() } else { vec![Block::List { ordered: false, items }] }
}

/// Routes, and workloads whose manifests name it.
fn senders(know: &Knowledge, index: NodeIndex) -> Vec<Prose> {
    let near = &know.node(index).identity;
    let mut items: Vec<Prose> = Vec::new();
    let routes = know.topology.to(index).filter(|edge| edge.relation == Relation::RoutesTo);
    for edge in routes {
        let way = edge.label.as_ref().map(|label| format!(" ({label})")).unwrap_or_default();
        let because = know.because(edge).into_iter().collect();
        items.push(concat(vec![
            know.mention(edge.from, near),
            plain(format!(" sends it requests{way}. ")),
            because,
        ]));
    }
    for edge in know.topology.to(index).filter(|edge| edge.gets_nothing()) {
        let because = know.because(edge).into_iter().collect();
        let words = plain(" names it and sends it nothing: its weight is 0. ");
        items.push(concat(vec![know.mention(edge.from, near), words, because]));
    }
    let mut items = folded(items, |more| plain(format!("{} more routes send it requests.", thousands(more))));
    let mut callers: BTreeMap<NodeIndex, &Call> = BTreeMap::new();
    for call in know.topology.calls_to(index) {
        callers.entry(call.from).or_insert(call);
    }
    for (&caller, call) in callers.iter().take(MOST_CALLERS) {
        let port = call.port.map(|port| format!(" on port {port}")).unwrap_or_default();
        items.push(concat(vec![
            plain("From "),
            said(know, caller, call),
            plain(", "),
            know.mention(caller, near),
            plain(format!(" calls it{port}.")),
            of_call(know, caller, index, call.port),
        ]));
    }
    match callers.len().saturating_sub(MOST_CALLERS) {
        0 => {}
        1 => items.push(plain("1 more workload calls it.")),
        more => items.push(plain(format!("{more} more workloads call it."))),
    }
    let entries = know.facts.crossings().entries(index).iter();
    items.extend(entries.filter_map(|entry| of_entry(know, entry, near)).take(MOST_CALLERS));
    items
}

/// Each workload behind it with the ports, and addresses outside.
fn leads_to(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Prose> {
    let near = &object.identity;
    let mut items: Vec<Prose> = Vec::new();
    for target in targets(know.topology, index) {
        let workload = know.mention(target.workload, near);
        let known: Vec<Prose> = target.ports.iter().filter_map(resolved).collect();
        match known.is_empty() {
            true if target.ports.is_empty() => {
                items.push(concat(vec![
                    plain("It gives the addresses of the pods of "),
                    workload,
                    plain("."),
                ]));
            }
            true => {}
            // Without an address of its own, nothing turns its ports into those of the pods.
            false if is_headless(know.node(index)) => {
                let ports = target.ports.iter().filter_map(|port| port.target.as_ref().ok());
                let ports: Vec<Prose> = ports.map(|port| plain(port.to_string())).collect();
                let word = if ports.len() == 1 { "port " } else { "ports " };
                items.push(concat(vec![
                    plain("It gives the addresses of the pods of "),
                    workload,
                    plain(format!("; callers connect to their {word}")),
                    listed(ports, 6),
                    plain(" themselves."),
                ]));
            }
            false => {
                let ports = listed(known, 6);
                items.push(concat(vec![plain("In the pods of "), workload, plain(", "), ports, plain(".")]));
            }
        }
        for port in &target.ports {
            let pod = know.node(target.workload).pod.as_deref();
            if let Err(name) = &port.target
                && !pod.is_some_and(|pod| is_open(name, pod))
            {
                items.push(concat(vec![
                    plain(format!("Port {} leads nowhere in the pods of ", port.name)),
                    know.mention(target.workload, near),
                    vec![text(": no container has a port named "), code(name), text(".")],
                ]));
            }
        }
    }
    let unlisted = know.topology.unlisted(index).selects;
    let mut items = folded(items, |more| {
        let more = thousands(more + unlisted);
        plain(format!("{more} more workloads stand behind it; their namespace lists them."))
    });
    let addresses = external(know.topology, index);
    if !addresses.is_empty() {
        let names = addresses.iter().map(|one| vec![code(&one.address)]).collect();
        let first = know.node(addresses[0].declared_by).object.as_deref();
        items.push(concat(vec![
            plain("It stands for or is reached at "),
            listed(names, 6),
            plain(", outside of these manifests. "),
            first.map(|first| know.source(first, &addresses[0].field)).into_iter().collect(),
        ]));
    }
    items
}

/// `port 80 reaches port 8080`.
fn resolved(port: &TargetPort) -> Option<Prose> {
    let target = port.target.as_ref().ok()?;
    Some(plain(format!("port {} reaches port {target}", port.name)))
}
