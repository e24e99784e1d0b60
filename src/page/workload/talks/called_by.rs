//! Who calls a workload through its Services.

use super::Told;
use super::calls::said;
use crate::catalog::Relation;
use crate::page::knowledge::Knowledge;
use crate::page::network::{of_call, of_entry};
use crate::page::prose::{concat, plain};
use crate::page::{Prose, Table};
use crate::topology::{Call, NodeIndex};
use std::collections::BTreeMap;

/// How many callers are named one by one.
const MOST_CALLERS: usize = 4;

/// How many rows the table has.
const MOST_ROWS: usize = 40;

/// One sentence a caller and Service; many callers are a table.
pub fn told(know: &Knowledge, index: NodeIndex) -> Told {
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
    if callers.len() <= MOST_CALLERS {
        return Told { items: callers.iter().map(sentence).collect(), table: None };
    }
    let row = |(&(caller, service), call): (&(NodeIndex, NodeIndex), &&Call)| {
        let verdict = of_call(know, caller, service, call.port);
        let because = concat(vec![said(know, caller, call), plain("."), verdict]);
        vec![know.mention(caller, near), know.mention(service, near), because]
    };
    let rows: Vec<Vec<Prose>> = callers.iter().take(MOST_ROWS).map(row).collect();
    let rest = match callers.len().saturating_sub(MOST_ROWS) {
        0 => String::new(),
        1 => ", all but 1".to_owned(),
        more => format!(", all but {more}"),
    };
    let mut workloads: Vec<NodeIndex> = callers.keys().map(|(caller, _)| *caller).collect();
    workloads.dedup();
    let words = match workloads.len() {
        1 => {
            format!("1 workload calls it through {} Services; a table below lists them{rest}.", callers.len())
        }
        many => format!("{many} workloads call it; a table below lists them{rest}."),
    };
    let head = ["Caller", "Through", "Because of"].map(str::to_owned).to_vec();
    let table = Table { caption: format!("Who calls {}", near.title()), head, rows };
    Told { items: vec![plain(words)], table: Some(table) }
}

/// What NetworkPolicies say of the requests from outside that are meant for the pods of a workload.
pub fn entries(know: &Knowledge, index: NodeIndex) -> Vec<Prose> {
    let near = &know.node(index).identity;
    let selects = know.topology.to(index).filter(|edge| edge.relation == Relation::Selects);
    let entries = selects.flat_map(|edge| know.facts.crossings().entries(edge.from));
    let own = entries.filter(|entry| entry.workload == index);
    own.filter_map(|entry| of_entry(know, entry, near)).take(MOST_CALLERS).collect()
}
