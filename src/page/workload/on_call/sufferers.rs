//! Who calls a workload, who suffers when no pod of it answers, and the way in from outside that ends there.

use crate::catalog::{Relation, Role};
use crate::facts::{is_exposed, lets_traffic_in};
use crate::topology::{NodeIndex, Topology};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Who suffers when no pod of a workload answers.
#[derive(Debug, Default)]
pub struct Sufferers {
    /// The workloads that call it through Services that nobody else answers for, in the order of the graph.
    pub callers: Vec<NodeIndex>,
    /// Those that call these, and so on.
    pub others: Vec<NodeIndex>,
    /// The shortest way of a request from outside, the way in first, without the workload itself.
    pub way_in: Option<Vec<NodeIndex>>,
}

/// Walks up from a workload: to its Services, to the routes that lead to these, and to who calls them.
pub fn sufferers(topology: &Topology, workload: NodeIndex) -> Sufferers {
    let mut found = Sufferers::default();
    // What stands behind each node on the way down to the workload.
    let mut behind: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
    let mut seen = BTreeSet::from([workload]);
    let mut left = VecDeque::from([(workload, 0_usize)]);
    while let Some((here, depth)) = left.pop_front() {
        for service in services(topology, here) {
            if !seen.insert(service) {
                continue;
            }
            behind.insert(service, here);
            if found.way_in.is_none() {
                found.way_in = way_in(topology, service, workload, &behind);
            }
            let callers: BTreeSet<NodeIndex> = topology.calls_to(service).map(|call| call.from).collect();
            for caller in callers {
                if seen.insert(caller) {
                    behind.insert(caller, service);
                    let list = if depth == 0 { &mut found.callers } else { &mut found.others };
                    list.push(caller);
                    left.push_back((caller, depth + 1));
                }
            }
        }
    }
    found.callers.sort_unstable();
    found.others.sort_unstable();
    found
}

/// The workloads that call it, through whichever Services and whoever else answers for these, in the order of the graph.
pub fn callers(topology: &Topology, workload: NodeIndex) -> Vec<NodeIndex> {
    let services = all_services(topology, workload);
    let calls = services.flat_map(|service| topology.calls_to(service)).map(|call| call.from);
    let callers: BTreeSet<NodeIndex> = calls.filter(|&caller| caller != workload).collect();
    callers.into_iter().collect()
}

/// The way of a request from outside without another workload between, the way in first: a route and its Service, or a
/// Service alone.
pub fn direct_way(topology: &Topology, workload: NodeIndex) -> Option<Vec<NodeIndex>> {
    all_services(topology, workload).find_map(|service| {
        let door = door_of(topology, service)?;
        Some(if door == service { vec![service] } else { vec![door, service] })
    })
}

fn all_services(topology: &Topology, workload: NodeIndex) -> impl Iterator<Item = NodeIndex> {
    let selects = topology.to(workload).filter(|edge| edge.relation == Relation::Selects);
    selects.map(|edge| edge.from).filter(|&from| topology.nodes[from].role == Role::Service)
}

/// The Services that send traffic to a workload and to no other.
fn services(topology: &Topology, workload: NodeIndex) -> impl Iterator<Item = NodeIndex> {
    all_services(topology, workload).filter(move |&service| {
        let mut picked = topology.from(service).filter(|edge| edge.relation == Relation::Selects);
        picked.all(|edge| {
            let is_same = edge.to == workload
                || topology.owner(edge.to) == Some(workload)
                || topology.owner(workload) == Some(edge.to);
            is_same || topology.nodes[edge.to].pod.is_none()
        })
    })
}

/// The way in from outside that leads to a Service, and what follows up to the workload.
fn way_in(
    topology: &Topology,
    service: NodeIndex,
    workload: NodeIndex,
    behind: &BTreeMap<NodeIndex, NodeIndex>,
) -> Option<Vec<NodeIndex>> {
    let door = door_of(topology, service)?;
    let route = Some(door).filter(|&door| door != service);
    let down = std::iter::successors(Some(service), |at| behind.get(at).copied());
    Some(route.into_iter().chain(down.take_while(|&at| at != workload)).collect())
}

/// The route that lets requests from outside through to a Service, or the Service if it does so itself.
fn door_of(topology: &Topology, service: NodeIndex) -> Option<NodeIndex> {
    let routes = topology.to(service).filter(|edge| edge.relation == Relation::RoutesTo);
    let mut routes = routes.map(|edge| edge.from).filter(|&from| topology.nodes[from].role == Role::Route);
    let route = routes.find(|&route| lets_traffic_in(topology, route));
    route.or_else(|| is_exposed(&topology.nodes[service]).then_some(service))
}
