//! What NetworkPolicies say of the requests that an Ingress or a route hands on.

use crate::catalog::{Relation, Role};
use crate::page::knowledge::Knowledge;
use crate::page::network::of_entry;
use crate::page::{Block, Prose};
use crate::topology::NodeIndex;

/// How many ways to a workload are told.
const MOST_TOLD: usize = 20;

/// A sentence for each workload that not everyone may reach; none for an object that is no route.
pub fn blocks(know: &Knowledge, index: NodeIndex) -> Vec<Block> {
    if know.node(index).role != Role::Route {
        return Vec::new();
    }
    let routes = know.topology.from(index).filter(|edge| edge.relation == Relation::RoutesTo);
    let mut services: Vec<NodeIndex> = routes.map(|edge| edge.to).collect();
    services.dedup();
    let near = &know.node(index).identity;
    let entries = services.iter().flat_map(|&service| know.facts.crossings().entries(service));
    let own = entries.filter(|entry| entry.by == index);
    let items: Vec<Prose> = own.filter_map(|entry| of_entry(know, entry, near)).take(MOST_TOLD).collect();
    if items.is_empty() { Vec::new() } else { vec![Block::List { ordered: false, items }] }
}
