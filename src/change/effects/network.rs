//! Who may talk to whom now, and calls that a change makes, ends or breaks.

use super::exposure::behind;
use super::{Area, Found, Scene, Severity, Whom};
use crate::catalog::Relation;
use crate::change::Because;
use crate::change::{Connection, End, Which};
use crate::document::{Identity, Value};
use crate::facts::quoted;
use crate::facts::reach::CallVerdict;
use crate::names::english;
use crate::topology::{Edge, NodeIndex, State, Topology};
use std::collections::BTreeMap;

pub(super) fn find(scene: &Scene, found: &mut Found) {
    connections(scene, found);
    calls(scene, found);
}

fn connections(scene: &Scene, found: &mut Found) {
    let all = &scene.change.connections;
    for (lines, code, level, word) in [
        (&all.opened, "connection-opened", Severity::Warning, "may now"),
        (&all.closed, "connection-closed", Severity::Notice, "may no longer"),
    ] {
        // One effect for each end that is reached; for connections to outside, the end that sends.
        let mut ends: BTreeMap<(String, String), Vec<&Connection>> = BTreeMap::new();
        for line in lines {
            let end = if line.to.is_workload() { &line.to } else { &line.from };
            ends.entry((line.environment.clone(), end.to_string())).or_default().push(line);
        }
        for ((environment, _), lines) in ends {
            let end = if lines[0].to.is_workload() { &lines[0].to } else { &lines[0].from };
            let End::Workload(subject) = end else { continue };
            // Ends that may do the same are told together; those that it connects to apart from those that connect to it.
            let mut alike: Vec<((bool, String), Vec<String>)> = Vec::new();
            for line in &lines {
                let comes_in = line.to.is_workload();
                let (other, way) = (if comes_in { &line.from } else { &line.to }, (comes_in, ports(line)));
                match alike.iter_mut().find(|(known, _)| *known == way) {
                    Some((_, others)) => others.push(other.words()),
                    None => alike.push((way, vec![other.words()])),
                }
            }
            alike.sort_by_key(|((comes_in, _), _)| !comes_in);
            let message = alike.into_iter().map(|((comes_in, ports), others)| {
                let others = english::list_up_to(4, &others);
                match comes_in {
                    true => format!("{} {word} connect to it on {ports}.", english::capital(&others)),
                    false => format!("It {word} connect to {others} on {ports}."),
                }
            });
            let message = message.collect::<Vec<_>>().join(" ");
            let because: Vec<Because> =
                lines.iter().flat_map(|line| line.because.iter().cloned()).take(6).collect();
            let whom = Whom { subject: subject.clone(), environment };
            found.add((code, Area::Network, level), whom, message, because);
        }
    }
}

/// `every port`, `every port but 22/TCP`, `port 5432/TCP`, `ports 80/TCP and 443/TCP`.
fn ports(line: &Connection) -> String {
    if !line.but.is_empty() {
        return format!("every port but {}", english::list_up_to(5, &line.but));
    }
    match line.ports.as_slice() {
        [only] if only == "all" => "every port".to_owned(),
        [only] => format!("port {only}"),
        several => format!("ports {}", english::list_up_to(5, several)),
    }
}

/// Who calls whom: the caller and whom it calls, as they are on both sides.
type CallKey = (Identity, Identity);

fn calls(scene: &Scene, found: &mut Found) {
    let (before, after) = (edges(scene, Which::Old), edges(scene, Which::New));
    let (old, new) = (scene.before().topology, scene.after().topology);
    let callers: BTreeMap<Identity, (NodeIndex, NodeIndex)> = scene
        .workloads()
        .map(|(a, b)| (scene.pairing.followed(Which::New, &new.nodes[b].identity), (a, b)))
        .collect();
    for (key, edge) in &after {
        let Some((_, caller)) = callers.get(&key.0) else { continue };
        let target = &new.nodes[edge.to].identity;
        match before.get(key) {
            Some(earlier) if answers(scene, Which::Old, earlier) => {
                if let Some((reason, mut because)) = broken(scene, edge) {
                    let message =
                        format!("It still calls {} {}, and {reason}.", target.kind, quoted(&target.name));
                    because.extend(scene.edge(Which::New, edge));
                    let kind = ("call-broken", Area::Network, Severity::Danger);
                    found.add(kind, scene.whom(Which::New, *caller), message, because);
                }
            }
            Some(_) => {}
            None => {
                let message = format!("It calls {} now.", named(target));
                let kind = ("call-added", Area::Network, Severity::Notice);
                found.add(kind, scene.whom(Which::New, *caller), message, scene.edge(Which::New, edge));
            }
        }
    }
    for (key, edge) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        let Some((caller, _)) = callers.get(&key.0) else { continue };
        let message = format!("It calls {} no more.", named(&old.nodes[edge.to].identity));
        let kind = ("call-removed", Area::Network, Severity::Notice);
        found.add(kind, scene.whom(Which::Old, *caller), message, scene.edge(Which::Old, edge));
    }
}

fn named(target: &Identity) -> String {
    match &*target.kind {
        crate::topology::HOST => quoted(&target.name),
        kind => format!("{kind} {}", quoted(&target.name)),
    }
}

fn edges<'a>(scene: &Scene<'a>, which: Which) -> BTreeMap<CallKey, &'a Edge> {
    let topology = scene.change.side(which).topology;
    let calls = topology.edges.iter().filter(|edge| edge.relation == Relation::Calls);
    let key = |edge: &Edge| {
        let end = |index: NodeIndex| scene.pairing.followed(which, &topology.nodes[index].identity);
        (end(edge.from), end(edge.to))
    };
    calls.map(|edge| (key(edge), edge)).collect()
}

/// Whether somebody answers a call.
fn answers(scene: &Scene, which: Which, edge: &Edge) -> bool {
    let topology = scene.change.side(which).topology;
    let node = &topology.nodes[edge.to];
    let is_there = node.state != State::Missing && !picks_nobody(topology, edge.to);
    is_there && lacks_port(topology, edge).is_none() && !is_denied(scene, which, edge)
}

/// Why nobody answers a call on the new side, with the lines that say so.
fn broken(scene: &Scene, edge: &Edge) -> Option<(String, Vec<Because>)> {
    let topology = scene.after().topology;
    let node = &topology.nodes[edge.to];
    if node.state == State::Missing {
        let key = scene.pairing.canonical(Which::New, &node.identity);
        let was = scene
            .before()
            .topology
            .nodes
            .iter()
            .position(|old| scene.pairing.followed(Which::Old, &old.identity) == key);
        let because = was.map(|was| scene.whole(Which::Old, was)).unwrap_or_default();
        return Some(("that is no longer there".to_owned(), because));
    }
    if picks_nobody(topology, edge.to) {
        let because = scene.line(Which::New, edge.to, &crate::catalog::FieldPath::of("spec.selector"));
        return Some(("its selector picks no pod any more, so nobody answers".to_owned(), because));
    }
    if let Some(port) = lacks_port(topology, edge) {
        let because = scene.line(Which::New, edge.to, &crate::catalog::FieldPath::of("spec.ports"));
        return Some((format!("that has no port {port} any more"), because));
    }
    if is_denied(scene, Which::New, edge) {
        let crossings = scene.after().facts.crossings();
        let verdict = crossings.calls().find(|verdict| (verdict.from, verdict.to) == (edge.from, edge.to))?;
        let policy = verdict.because.first()?;
        let name = &topology.nodes[policy.policy].identity.name;
        let because = scene.line(Which::New, policy.policy, &policy.field);
        return Some((format!("NetworkPolicy {} does not let it through any more", quoted(name)), because));
    }
    None
}

/// The port that a call names and that its Service does not have, if all calls along an edge name such ones.
fn lacks_port(topology: &Topology, edge: &Edge) -> Option<u16> {
    let mut calls = topology.calls_of(edge.from).iter().filter(|call| call.to == edge.to).peekable();
    let first = calls.peek().and_then(|call| call.port)?;
    let is_there = topology.nodes[edge.to].state == State::Present;
    (is_there && calls.all(|call| call.names_port && !call.port_exists)).then_some(first)
}

/// Whether a Service has a selector, and it picks no pod.
fn picks_nobody(topology: &Topology, index: NodeIndex) -> bool {
    let node = &topology.nodes[index];
    let selector = node.object.as_ref().and_then(|object| object.value.at("spec.selector"));
    let selects = selector.map(Value::entries).is_some_and(|entries| !entries.is_empty());
    node.identity.is("", "Service")
        && node.state == State::Present
        && selects
        && behind(topology, index).is_empty()
        && !topology.from(index).any(|edge| edge.relation == Relation::Selects)
}

fn is_denied(scene: &Scene, which: Which, edge: &Edge) -> bool {
    let crossings = scene.change.side(which).facts.crossings();
    let mut verdicts =
        crossings.calls().filter(|verdict| (verdict.from, verdict.to) == (edge.from, edge.to)).peekable();
    verdicts.peek().is_some() && verdicts.all(CallVerdict::is_denied)
}
