//! From workloads to what only they use: each object joins the application of those that it is connected with, if they
//! all belong to one. What several use belongs to the namespace.

use super::{Membership, may_belong};
use crate::catalog::Role;
use crate::topology::{NodeIndex, Topology};
use std::collections::BTreeSet;

/// Gives objects without an application that of their neighbors, ring by ring from the workloads outward. What a
/// controller owns goes where its owner goes.
pub(super) fn spread(topology: &Topology, membership: &mut Membership) {
    let mut edge: BTreeSet<NodeIndex> =
        (0..membership.len()).filter(|&index| membership[index].is_some()).collect();
    let mut shared: BTreeSet<NodeIndex> = BTreeSet::new();
    while !edge.is_empty() {
        let candidates: BTreeSet<NodeIndex> =
            edge.iter().flat_map(|&index| neighbors(topology, index)).collect();
        let mut next = Vec::new();
        for candidate in candidates {
            if membership[candidate].is_some()
                || shared.contains(&candidate)
                || !may_belong(topology, candidate)
            {
                continue;
            }
            let near = decisive(topology, candidate);
            let mut groups: Vec<usize> = near.iter().filter_map(|&index| membership[index]).collect();
            groups.sort_unstable();
            groups.dedup();
            match groups[..] {
                [only] if !near.iter().any(|index| shared.contains(index)) => next.push((candidate, only)),
                _ => {
                    shared.insert(candidate);
                }
            }
        }
        edge = next.iter().map(|(index, _)| *index).collect();
        next.into_iter().for_each(|(index, group)| membership[index] = Some(group));
    }
}

/// The neighbors that say where a node belongs: what a Service, a route or a policy is made for; of anything else, all.
fn decisive(topology: &Topology, index: NodeIndex) -> Vec<NodeIndex> {
    if matches!(topology.nodes[index].role, Role::Service | Role::Route | Role::Policy) {
        let out = topology.from(index).filter(|edge| edge.relation.ties()).map(|edge| edge.to);
        let out: Vec<NodeIndex> = out.collect();
        if !out.is_empty() {
            return out;
        }
    }
    neighbors(topology, index)
}

/// What a node uses and what uses it.
fn neighbors(topology: &Topology, index: NodeIndex) -> Vec<NodeIndex> {
    let out = topology.from(index).filter(|edge| edge.relation.ties()).map(|edge| edge.to);
    let back = topology.to(index).filter(|edge| edge.relation.ties()).map(|edge| edge.from);
    out.chain(back).collect()
}
