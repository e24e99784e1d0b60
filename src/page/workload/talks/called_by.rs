//! Who calls a workload through its Services.

use super::calls::said;
use crate::catalog::Relation;
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::network::{of_call, of_entry};
use crate::page::prose::{concat, plain};
use crate::topology::{Call, NodeIndex};
use std::collections::BTreeMap;

/// How many callers are named one by one.
const MOST_CALLERS: usize = 12;

/// One sentence a caller and Service.
pub fn items(know: &Knowledge, index: NodeIndex) -> Vec<Prose> {
    let selects = know.topology.to(index).filter(|edge| edge.relation == Relation::Selects);
    let mut callers: BTreeMap<(NodeIndex, NodeIndex), &Call> = BTreeMap::new();
    for service in selects.map(|edge| edge.from) {
        for call in know.topology.calls_to(service).filter(|call| call.from != index) {
            callers.entry((call.from, service)).or_insert(call);
        }
    }
    let near = &know.node(index).identity;
    let sentence = |(&(caller, service), call): (&(NodeIndex, NodeIndex), &&Call)| {
        concat(vec![
            know.mention(caller, near),
            plain(" calls it through "),
            know.mention(service, near),
            plain(": from "),
            said(know, caller, call),
            plain("."),
            of_call(know, caller, service, call.port),
        ])
    };
    let mut items: Vec<Prose> = callers.iter().take(MOST_CALLERS).map(sentence).collect();
    match callers.len().saturating_sub(MOST_CALLERS) {
        0 => {}
        1 => items.push(plain("1 more workload calls it; the table of the diagram lists it.")),
        more => {
            let words = format!("{more} more workloads call it; the table of the diagram lists them.");
            items.push(plain(words));
        }
    }
    items
}

/// What NetworkPolicies say of the requests from outside that are meant for the pods of a workload.
pub fn entries(know: &Knowledge, index: NodeIndex) -> Vec<Prose> {
    let near = &know.node(index).identity;
    let selects = know.topology.to(index).filter(|edge| edge.relation == Relation::Selects);
    let entries = selects.flat_map(|edge| know.facts.crossings().entries(edge.from));
    let own = entries.filter(|entry| entry.workload == index);
    own.filter_map(|entry| of_entry(know, entry, near)).take(MOST_CALLERS).collect()
}
