//! A call that a NetworkPolicy does not let through.

use super::{Findings, Rule};
use crate::facts::network::{ServiceEdge, targets};
use crate::facts::reach::{Direction, End, Reason};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::service_ports;
use std::collections::BTreeSet;

pub(super) static RULE: Rule = Rule {
    code: "call-denied",
    level: Level::Warning,
    meaning: "A container calls a Service, and the NetworkPolicies let none of the connections through to the pods behind it.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    // What policies do to pods on the node's network is up to the network plugin.
    if facts.policies().is_empty() || pod.spec.host_network == Some(true) {
        return;
    }
    let mut told = BTreeSet::new();
    for edge in &found.network.service_edges {
        let Some(reasons) = denied(scene, facts, edge) else { continue };
        let (Some(reason), Some(&container)) = (reasons.first(), edge.containers.first()) else { continue };
        if !told.insert((edge.to, edge.port)) {
            continue;
        }
        let service = &scene.topology.nodes[edge.to].identity.name;
        let policy = &scene.topology.nodes[reason.policy].identity.name;
        let (whose, direction) = match reason.direction {
            Direction::Egress => ("the calling", "outgoing"),
            Direction::Ingress => ("its", "incoming"),
        };
        let port = edge.port.map(|port| format!(" on port {port}")).unwrap_or_default();

        let finding = findings.add(
            format!(
                "Calls to Service {}{port} do not get through: NetworkPolicy {} isolates {whose} pods for {direction} traffic, and no \
                 rule lets them pass.",
                quoted(service),
                quoted(policy)
            ),
            format!("Add a rule to NetworkPolicy {}, or remove the call.", quoted(policy)),
            edge.field.clone(),
        );
        finding.of_container(container);
        finding.evidence = vec![(edge.declared_by, edge.field.clone())];
        finding.because(reason.policy, reason.field.clone());
    }
}

/// Why no connection gets through to any pod behind a Service; `None` where one may, or where there is no telling.
fn denied(scene: &Scene, facts: &Facts, edge: &ServiceEdge) -> Option<Vec<Reason>> {
    let service = scene.topology.nodes[edge.to].object.as_deref()?;
    let mut reasons = None;
    for target in targets(scene.topology, edge.to) {
        let pod = scene.topology.nodes[target.workload].pod.as_deref()?;
        if pod.spec.host_network == Some(true) {
            return None;
        }
        for port in service_ports(&service.value, pod) {
            let is_meant = edge.port.is_none_or(|asked| i64::from(asked) == port.port);
            let Some(number) = port.target.ok().filter(|_| is_meant) else { continue };
            let (from, to) = (End::Pod(scene.index), End::Pod(target.workload));
            let verdict = facts.verdict(scene.topology, from, to, Some(number), &port.protocol);
            if verdict.allowed {
                return None;
            }
            reasons = reasons.or(Some(verdict.because));
        }
    }
    reasons
}
