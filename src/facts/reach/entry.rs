//! What the NetworkPolicies say of requests from outside: whom they let in of those who come through an Ingress, a route
//! or an exposed Service. Which pods carry out an Ingress is rarely in the input, so only what is sure is said.

use super::{Asked, Direction, End, IpRange, NAMESPACE_NAME, Peer, Policies, Reason, Who, on_node};
use crate::catalog::{Relation, Role};
use crate::facts::{is_exposed, lets_traffic_in};
use crate::topology::{NodeIndex, ServicePort, State, Topology, crew_ports, route_port, service_ports};
use std::collections::BTreeMap;

/// What the NetworkPolicies say of requests that come from outside to the pods of a workload.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryVerdict {
    /// The Ingress or route, or the exposed Service itself.
    pub by: NodeIndex,
    /// The Service.
    pub service: NodeIndex,
    /// The workload behind it.
    pub workload: NodeIndex,
    /// The ports of the pods that the requests are for, sorted.
    pub ports: Vec<i64>,
    /// Who is let in there.
    pub admission: Admission,
    /// What decided: the rules that let someone in, or the policies without such a rule. Empty where anyone is let in.
    pub because: Vec<Reason>,
    /// What makes it less than sure, a sentence each; names in backticks.
    pub notes: Vec<String>,
}

/// Who is let in, from nobody to anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Admission {
    /// Nobody.
    Nobody,
    /// Certain pods of the workload's own namespace.
    OwnNamespace,
    /// Certain pods, also of other namespaces.
    Pods,
    /// Certain addresses, and maybe certain pods.
    Addresses,
    /// Anyone.
    Anyone,
}

impl EntryVerdict {
    /// Whether the requests surely do not arrive: nobody is let in, or only pods where clients outside come without one
    /// between.
    pub fn is_denied(&self) -> bool {
        let no_client = self.by == self.service && self.admission < Admission::Addresses;
        self.notes.is_empty() && (self.admission == Admission::Nobody || no_client)
    }
}

/// Every way in from outside, sorted by Service, workload and where it begins; none where there is no NetworkPolicy.
pub(super) fn verdicts(policies: &Policies, topology: &Topology) -> BTreeMap<NodeIndex, Vec<EntryVerdict>> {
    let mut found: BTreeMap<NodeIndex, Vec<EntryVerdict>> = BTreeMap::new();
    if policies.is_empty() {
        return found;
    }
    for (service, node) in topology.present().filter(|(_, node)| node.role == Role::Service) {
        let mut ways: BTreeMap<NodeIndex, Vec<Option<String>>> = BTreeMap::new();
        if is_exposed(node) {
            ways.entry(service).or_default().push(None);
        }
        for edge in topology.to(service).filter(|edge| edge.relation == Relation::RoutesTo) {
            let route = &topology.nodes[edge.from];
            let is_way = route.role == Role::Route && route.state == State::Present;
            if let Some(object) = route.object.as_deref().filter(|_| is_way)
                && lets_traffic_in(topology, edge.from)
            {
                ways.entry(edge.from).or_default().push(route_port(object, &edge.field));
            }
        }
        let selects = topology.from(service).filter(|edge| edge.relation == Relation::Selects);
        let workloads: Vec<NodeIndex> = selects.map(|edge| edge.to).collect();
        for workload in workloads {
            for (&by, named) in &ways {
                let verdict = judge(policies, topology, (by, service, workload), named);
                found.entry(service).or_default().extend(verdict);
            }
        }
    }
    found
}

fn judge(
    policies: &Policies,
    topology: &Topology,
    (by, service, workload): (NodeIndex, NodeIndex, NodeIndex),
    named: &[Option<String>],
) -> Option<EntryVerdict> {
    let object = topology.nodes[service].object.as_deref()?;
    let node = &topology.nodes[workload];
    let is_meant = |port: &ServicePort| {
        named.iter().any(|name| match name {
            None => true,
            Some(name) => port.port.to_string() == *name || port.name.as_ref() == Some(name),
        })
    };
    let ports = match node.pod.as_deref() {
        Some(pod) => service_ports(&object.value, pod),
        // Of pods with labels of their own, some may be let through and others not.
        None if super::crew::ways(node).count() == 1 => crew_ports(&object.value, &node.crew),
        None => return None,
    };
    let ports = ports.into_iter().filter(is_meant);
    let ports: Vec<(i64, String)> =
        ports.filter_map(|port| Some((port.target.ok()?, port.protocol))).collect();
    if ports.is_empty() || on_node(node) {
        return None;
    }
    let mut verdict = EntryVerdict {
        by,
        service,
        workload,
        ports: ports.iter().map(|(port, _)| *port).collect(),
        admission: Admission::Nobody,
        because: Vec::new(),
        notes: super::crew::note(node).into_iter().chain(policies.unjudged(topology, &[workload])).collect(),
    };
    verdict.ports.sort_unstable();
    verdict.ports.dedup();
    // Of several ports the most open one counts.
    for (port, protocol) in &ports {
        let (admission, because) = admission(policies, topology, workload, *port, protocol);
        if admission > verdict.admission || verdict.because.is_empty() {
            (verdict.admission, verdict.because) = (admission, because);
        }
    }
    Some(verdict)
}

/// Who is let in at a port.
fn admission(
    policies: &Policies,
    topology: &Topology,
    workload: NodeIndex,
    port: i64,
    protocol: &str,
) -> (Admission, Vec<Reason>) {
    let asked = Asked { policies, topology, to: End::Pod(workload, None), port: Some(port), protocol };
    let namespace = &*topology.nodes[workload].identity.namespace;
    let (mut isolating, mut passing) = (Vec::new(), Vec::new());
    let mut widest = Admission::Nobody;
    for (policy, rules) in policies.isolating(topology, workload, None, Direction::Ingress) {
        let reason =
            |rule, field| Reason { policy: policy.index, rule, direction: Direction::Ingress, field };
        isolating.push(reason(None, super::whole(Direction::Ingress)));
        for rule in rules.iter().filter(|rule| asked.fits_port(rule)) {
            let admits = match &rule.peers {
                None => Admission::Anyone,
                Some(peers) => {
                    peers.iter().map(|peer| admits(peer, namespace)).max().unwrap_or(Admission::Nobody)
                }
            };
            if admits > Admission::Nobody {
                passing.push(reason(Some(rule.index), rule.field.clone()));
            }
            widest = widest.max(admits);
        }
    }
    match widest {
        Admission::Nobody if isolating.is_empty() => (Admission::Anyone, Vec::new()),
        Admission::Nobody => (widest, isolating),
        Admission::Anyone => (widest, Vec::new()),
        _ => (widest, passing),
    }
}

/// Whom one peer lets in, as seen from pods of a namespace.
fn admits(peer: &Peer, namespace: &str) -> Admission {
    match &peer.who {
        Who::Pods { namespaces: None, .. } => Admission::OwnNamespace,
        Who::Pods { namespaces: Some(selector), .. } => match selector.required_label() {
            Some((NAMESPACE_NAME, name)) if name == namespace => Admission::OwnNamespace,
            _ => Admission::Pods,
        },
        Who::Block { .. } if peer.who.ranges().contains(&IpRange::ANYWHERE) => Admission::Anyone,
        Who::Block { .. } if !peer.who.is_nobody() => Admission::Addresses,
        _ => Admission::Nobody,
    }
}
