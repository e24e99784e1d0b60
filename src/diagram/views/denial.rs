//! What NetworkPolicies turn away, in the words of arrows and rows: calls, and requests from outside.

use super::wording::list;
use super::{Scene, cast};
use crate::catalog::Relation;
use crate::facts::reach::{CallVerdict, EntryVerdict, Outcome, Reason};
use crate::names::plural;
use crate::topology::{Edge, NodeIndex};

/// What an arrow and its row say of what does not get through.
pub(super) struct Denial {
    /// The verb on the arrow; `None` where a part gets through, so that the arrow stays what it is.
    pub arrow: Option<String>,
    /// The verb in the row, with the policies.
    pub row: String,
}

/// What NetworkPolicies turn away of the calls that an edge sums up, or of the requests that a route hands to a Service.
/// `verb` is what the arrow says without them.
pub(super) fn of_edge(scene: Scene, edge: &Edge, verb: &str) -> Option<Denial> {
    match edge.relation {
        Relation::Calls if edge.is_call_of_workload() => of_calls(scene, edge, verb),
        Relation::RoutesTo => {
            let ways = scene.facts.crossings().entries(edge.to).iter();
            of_entries(scene, ways.filter(|entry| entry.by == edge.from), verb)
        }
        _ => None,
    }
}

/// What they turn away of all that comes from outside through a Service to the pods of a workload.
pub(super) fn of_entry(scene: Scene, edge: &Edge, verb: &str) -> Option<Denial> {
    let ways = scene.facts.crossings().entries(edge.from).iter();
    of_entries(scene, ways.filter(|entry| entry.workload == edge.to), verb)
}

fn of_calls(scene: Scene, edge: &Edge, verb: &str) -> Option<Denial> {
    let calls = scene.topology.calls_of(edge.from).iter().filter(|call| call.to == edge.to);
    let mut ports: Vec<Option<u16>> = calls.map(|call| call.port).collect();
    ports.sort_unstable();
    ports.dedup();
    let verdict = |port: &Option<u16>| scene.facts.crossings().call(edge.from, edge.to, *port);
    let verdicts = ports.iter().filter_map(verdict).filter(|verdict| verdict.notes.is_empty());
    let denied: Vec<&CallVerdict> = verdicts.filter(|one| one.outcome != Outcome::Allowed).collect();
    let by = policies(scene, denied.iter().flat_map(|verdict| &verdict.because));
    if denied.is_empty() {
        return None;
    }
    if denied.len() == ports.len() && denied.iter().all(|verdict| verdict.is_denied()) {
        let arrow = match edge.detail() {
            Some(ports) => format!("may not call on {ports}"),
            None => "may not call".to_owned(),
        };
        return Some(Denial { row: format!("{arrow} (denied by {by})"), arrow: Some(arrow) });
    }
    let parts: Vec<String> = denied.iter().map(|verdict| part(scene, verdict, ports.len() > 1)).collect();
    Some(Denial { arrow: None, row: format!("{verb}; {by} denies {}", list(&parts, "part", "parts")) })
}

/// The part of a call that does not get through: `port 90`, `those to Deployment b`.
fn part(scene: Scene, verdict: &CallVerdict, has_more_ports: bool) -> String {
    let port = verdict.port.filter(|_| has_more_ports).map(|port| format!("port {port}"));
    let names = verdict.kept_from.iter().map(|&index| cast::object(&scene.topology.nodes[index]).said);
    let names: Vec<String> = names.collect();
    match (port, verdict.outcome) {
        (Some(port), Outcome::PartlyDenied) => {
            format!("{port} of {}", list(&names, "workload", "workloads"))
        }
        (Some(port), _) => port,
        (None, _) => format!("the way to {}", list(&names, "workload", "workloads")),
    }
}

fn of_entries<'a>(scene: Scene, ways: impl Iterator<Item = &'a EntryVerdict>, verb: &str) -> Option<Denial> {
    let ways: Vec<&EntryVerdict> = ways.collect();
    if ways.is_empty() || !ways.iter().all(|entry| entry.is_denied()) {
        return None;
    }
    let by = policies(scene, ways.iter().flat_map(|entry| &entry.because));
    Some(Denial { arrow: Some(format!("denied: {verb}")), row: format!("denied by {by}: {verb}") })
}

/// The policies that decided: `NetworkPolicy db`, `NetworkPolicies db and shop`.
pub(super) fn policies<'a>(scene: Scene, because: impl Iterator<Item = &'a Reason>) -> String {
    let mut indexes: Vec<NodeIndex> = because.map(|reason| reason.policy).collect();
    indexes.sort_unstable();
    indexes.dedup();
    let name = |&index: &NodeIndex| scene.topology.nodes[index].identity.name.to_string();
    let names: Vec<String> = indexes.iter().map(name).collect();
    let many = plural("NetworkPolicy");
    match names.len() {
        1 => format!("NetworkPolicy {}", names[0]),
        2..=4 => format!("{many} {}", list(&names, "", "")),
        _ => list(&names, "NetworkPolicy", &many),
    }
}
