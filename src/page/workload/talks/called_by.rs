//! Who calls a workload through its Services.

use super::calls::said;
use crate::catalog::Relation;
use crate::names::count;
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::network::{of_call, of_entry};
use crate::page::object::Tie;
use crate::page::prose::{concat, plain};
use crate::topology::{Call, NodeIndex};
use std::collections::BTreeMap;

/// How many sentences there are on what policies say of requests from outside.
const MOST_ENTRIES: usize = 4;

/// How many callers have a row of their own.
const MOST_ROWS: usize = 40;

/// A tie to each caller and Service: who, through what, and because of what.
pub fn ties(know: &Knowledge, index: NodeIndex) -> Vec<Tie> {
    let selects = know.topology.to(index).filter(|edge| edge.relation == Relation::Selects);
    let mut callers: BTreeMap<(NodeIndex, NodeIndex), &Call> = BTreeMap::new();
    for service in selects.map(|edge| edge.from) {
        for call in know.topology.calls_to(service).filter(|call| call.from != index) {
            callers.entry((call.from, service)).or_insert(call);
        }
    }
    let near = &know.node(index).identity;
    let tie = |(&(caller, service), call): (&(NodeIndex, NodeIndex), &&Call)| {
        let verdict = of_call(know, caller, service, call.port);
        let because = concat(vec![said(know, caller, call), plain("."), verdict]);
        let how = concat(vec![plain("calls it through "), know.mention(service, near)]);
        Tie { others: know.mention(caller, near), how, because }
    };
    let mut ties: Vec<Tie> = callers.iter().take(MOST_ROWS).map(tie).collect();
    let rest = callers.len().saturating_sub(MOST_ROWS);
    ties.extend((rest > 0).then(|| Tie {
        others: plain(count(rest, "more caller", "more callers")),
        how: plain("on the pages of its Services"),
        because: Prose::new(),
    }));
    ties
}

/// What NetworkPolicies say of the requests from outside that are meant for the pods of a workload.
pub fn entries(know: &Knowledge, index: NodeIndex) -> Vec<Prose> {
    let near = &know.node(index).identity;
    let selects = know.topology.to(index).filter(|edge| edge.relation == Relation::Selects);
    let entries = selects.flat_map(|edge| know.facts.crossings().entries(edge.from));
    let own = entries.filter(|entry| entry.workload == index);
    own.filter_map(|entry| of_entry(know, entry, near)).take(MOST_ENTRIES).collect()
}
