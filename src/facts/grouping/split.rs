//! What a split would look like: which containers go where, and who calls whom across the parts.

use super::manifest;
use super::proposal::{Proposal, SplitPart};
use crate::facts::PodFacts;
use crate::topology::{ContainerKind, NodeIndex, Pod, Topology};
use std::collections::BTreeSet;

/// How many parts a proposal has at most: a manifest of more is nothing that a person reads.
const MOST_PARTS: usize = 12;

/// How a pod could be taken apart; `None` where there is nothing to take apart, or where its kind runs to an end.
pub fn proposal(topology: &Topology, index: NodeIndex, facts: &PodFacts) -> Option<Proposal> {
    let node = &topology.nodes[index];
    let (object, pod) = (node.object.as_deref()?, node.pod.as_deref()?);
    let members = &facts.grouping.members;
    let kind = &*node.identity.kind;
    let lasting = ["Pod", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet"]
        .contains(&kind);
    if !(2..=MOST_PARTS).contains(&members.len()) || !lasting {
        return None;
    }
    let homes = homes(pod, facts, members);
    let claims = |container: usize| {
        let mounts = pod.containers[container].spec.volume_mounts.iter().flatten();
        let template = |name: &str| {
            pod.volumes.iter().any(|volume| volume.name == name && !volume.path.is_within(&pod.path))
        };
        mounts.into_iter().any(|mount| template(&mount.name))
    };
    let copies = object.value.at("spec.replicas").and_then(crate::document::Value::as_i64).unwrap_or(1);
    let mut names = BTreeSet::new();
    let mut parts: Vec<SplitPart> = Vec::new();
    for &member in members {
        let containers: Vec<usize> =
            (0..pod.containers.len()).filter(|&container| homes[container].0 == Some(member)).collect();
        let unsure = containers.iter().copied().filter(|&container| !homes[container].1).collect();
        let keeps_data = facts.patterns.parts[member].keeps_data;
        let part_kind = match kind {
            "DaemonSet" => "DaemonSet",
            "StatefulSet" if containers.iter().any(|&container| claims(container)) => "StatefulSet",
            _ => "Deployment",
        };
        let replicas = match (kind, keeps_data && part_kind == "Deployment") {
            ("DaemonSet", _) => None,
            (_, true) => Some(1),
            _ => Some(copies.max(0)),
        };
        let name = name(&node.identity.name, &pod.containers[member].name, &mut names);
        let ports =
            containers.iter().flat_map(|&container| ports_of(pod, facts, &homes, container)).collect();
        parts.push(SplitPart {
            name,
            kind: part_kind,
            member,
            containers,
            unsure,
            replicas,
            keeps_data,
            ports,
        });
    }
    let across = |call: &&crate::facts::network::Localhost| homes[call.from].0 != homes[call.to].0;
    let calls: Vec<_> =
        facts.patterns.calls.iter().filter(across).map(|call| (call.from, call.to, call.port)).collect();
    let mut proposal = Proposal { parts, calls, manifest: String::new() };
    proposal.manifest = manifest::write(topology, index, pod, object, facts, &proposal);
    Some(proposal)
}

/// For each container the member that it goes with, and whether something in the manifest says so.
fn homes(pod: &Pod, facts: &PodFacts, members: &[usize]) -> Vec<(Option<usize>, bool)> {
    let patterns = &facts.patterns;
    let is_member = |container: &usize| members.contains(container);
    let fallback = patterns.main().filter(is_member).or(members.first().copied());
    let by_partner = |container: usize| patterns.parts[container].does.as_ref()?.partner.filter(is_member);
    let by_call = |container: usize| {
        patterns.calls.iter().find_map(|call| match (call.from == container, call.to == container) {
            (true, _) => Some(call.to),
            (_, true) => Some(call.from),
            _ => None,
        })
    };
    let by_volume = |container: usize| {
        let shared = facts.volumes.iter().filter(|usage| usage.is_written_and_shared());
        let mine = shared.filter(|usage| usage.mounts.iter().any(|mount| mount.container == container));
        mine.flat_map(|usage| &usage.mounts).map(|mount| mount.container).find(is_member)
    };
    let home = |container: usize| {
        if pod.containers[container].kind == ContainerKind::Ephemeral {
            return (None, true);
        }
        if is_member(&container) {
            return (Some(container), true);
        }
        let known = by_partner(container)
            .or_else(|| by_call(container).filter(is_member))
            .or_else(|| by_volume(container));
        (known.or(fallback), known.is_some())
    };
    (0..pod.containers.len()).map(home).collect()
}

/// The ports of a container that others may call: those it declares, and those that another part calls.
fn ports_of(pod: &Pod, facts: &PodFacts, homes: &[(Option<usize>, bool)], container: usize) -> BTreeSet<i32> {
    let one = &pod.containers[container];
    if one.kind == ContainerKind::Init {
        return BTreeSet::new();
    }
    let declared = one.spec.ports.iter().flatten().map(|port| port.container_port);
    let calls = facts.patterns.calls.iter().filter(|call| call.to == container);
    let called = calls.filter(|call| homes[call.from].0 != homes[container].0).map(|call| call.port);
    declared.chain(called).filter(|port| (1..=65535).contains(port)).collect()
}

/// A name for a part: that of the workload for its namesake, else both names together; never one twice.
fn name(workload: &str, container: &str, taken: &mut BTreeSet<String>) -> String {
    let stem = ["-pod", "-deployment", "-deploy"].iter().find_map(|end| workload.strip_suffix(end));
    let stem = stem.filter(|stem| !stem.is_empty()).unwrap_or(workload);
    let joined = match container {
        same if same == workload || same == stem => workload.to_owned(),
        longer if longer.starts_with(&format!("{stem}-")) => longer.to_owned(),
        other => format!("{stem}-{other}"),
    };
    let clean: String = joined
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' })
        .collect();
    let clean = clean.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    // The name of a Service begins with a letter and has at most 63 characters; there must be room for a number.
    let clean = clean.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let clean: String = clean.chars().take(58).collect();
    let clean = match clean.trim_end_matches('-') {
        "" => "part",
        clean => clean,
    };
    let mut name = clean.to_owned();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{clean}-{number}");
        number += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::name;
    use std::collections::BTreeSet;

    #[test]
    fn parts_have_names_that_services_may_have() {
        let mut taken = BTreeSet::new();
        let mut of = |workload: &str, container: &str| name(workload, container, &mut taken);
        assert_eq!(of("webapp-pod", "frontend"), "webapp-frontend");
        assert_eq!(of("shop", "shop"), "shop");
        assert_eq!(of("shop", "db"), "shop-db");
        assert_eq!(of("shop", "db"), "shop-db-2");
        assert_eq!(of("7up", "..x"), "up-x");
        assert_eq!(of("9", "9"), "part");
        assert!(of(&"x".repeat(300), "y").len() <= 63);
    }
}
