//! Pods that call others by name and cannot ask the DNS.

use super::{Findings, Rule};
use crate::facts::reach::Direction;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "dns-cut-off",
    level: Level::Warning,
    meaning: "NetworkPolicies isolate pods for outgoing traffic and let nothing through to port 53. The pods find no host by its name, \
              not even those that a rule lets them reach.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), topology) = (scene.node().pod.as_deref(), scene.topology) else { return };
    let calls = topology.calls_of(scene.index);
    let by_name = calls.iter().find(|call| call.host.parse::<std::net::IpAddr>().is_err());
    let on_node = pod.spec.host_network == Some(true);
    let Some(call) = by_name.filter(|_| !on_node && facts.policies().cuts_off_dns(topology, scene.index))
    else {
        return;
    };
    let Some((policy, _)) = facts.policies().isolating(topology, scene.index, None, Direction::Egress).next()
    else {
        return;
    };
    let name = quoted(&topology.nodes[policy.index].identity.name);
    let finding = findings.add(
        format!(
            "{} cannot look up {}: NetworkPolicy {name} isolates its pods for outgoing traffic, and no rule lets them reach port 53.",
            quoted(&pod.containers[call.container].key),
            quoted(&call.host)
        ),
        "Allow UDP and TCP port 53 to the cluster's DNS in an egress rule.",
        call.field.clone(),
    );
    finding.evidence = vec![(call.declared_by, call.field.clone())];
    finding.because(policy.index, crate::catalog::FieldPath::of("spec.egress"));
}
