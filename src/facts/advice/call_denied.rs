//! A call that a NetworkPolicy does not let through.

use super::{Findings, Rule, called};
use crate::facts::reach::Direction;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use std::collections::BTreeSet;

pub(super) static RULE: Rule = Rule {
    code: "call-denied",
    level: Level::Warning,
    meaning: "A container calls a Service, and the NetworkPolicies let none of the connections through to the pods behind it.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(found) = facts.of(scene.index) else { return };
    let mut told = BTreeSet::new();
    for edge in &found.network.service_edges {
        let verdict = facts.crossings().call(scene.index, edge.to, edge.port);
        let Some(verdict) = verdict.filter(|verdict| verdict.is_denied()) else { continue };
        let (Some(reason), Some(&container)) = (verdict.because.first(), edge.containers.first()) else {
            continue;
        };
        if !told.insert((edge.to, edge.port)) {
            continue;
        }
        let policy = &scene.topology.nodes[reason.policy].identity.name;
        let (whose, direction) = match reason.direction {
            Direction::Egress => ("the calling", "outgoing"),
            Direction::Ingress => ("its", "incoming"),
        };
        let port = edge.port.map(|port| format!(" on port {port}")).unwrap_or_default();
        let finding = findings.add(
            format!(
                "Calls to {}{port} do not get through: NetworkPolicy {} isolates {whose} pods for {direction} traffic, and no \
                 rule lets them pass.",
                called(scene, edge.to),
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
