//! What the NetworkPolicies say of the calls that manifests show: each call to a Service ends at the pods behind it.

use super::question::{behind, is_headless};
use super::{Direction, End, IpRange, Policies, Reason, Who, on_node};
use crate::document::Value;
use crate::topology::{Call, HOST, Node, NodeIndex, State, Topology};
use std::collections::BTreeMap;

/// What the NetworkPolicies say of one call.
#[derive(Clone, Debug, PartialEq)]
pub struct CallVerdict {
    /// The workload that calls.
    pub from: NodeIndex,
    /// The Service, or the host outside.
    pub to: NodeIndex,
    /// The port of the Service or the host, if it is known.
    pub port: Option<u16>,
    /// Whether the call gets through.
    pub outcome: Outcome,
    /// The workloads behind the Service that it does not get through to, sorted.
    pub kept_from: Vec<NodeIndex>,
    /// What decided: the rules that let it through, or the policies that do not. Never empty.
    pub because: Vec<Reason>,
    /// What makes it less than sure, a sentence each; names in backticks.
    pub notes: Vec<String>,
}

/// Whether a call gets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// To all pods behind the Service.
    Allowed,
    /// To the pods of some workloads behind the Service, and not to those of others.
    PartlyDenied,
    /// To nobody.
    Denied,
}

impl CallVerdict {
    /// Whether it surely gets through to nobody.
    pub fn is_denied(&self) -> bool {
        self.outcome == Outcome::Denied && self.notes.is_empty()
    }
}

/// A call: who, whom, and on which port of the other.
pub(super) type CallKey = (NodeIndex, NodeIndex, Option<u16>);

/// The verdict on each call on which there is one. A call is absent where no policy isolates either end, where it is
/// not known who answers, and where an end is on the network of its node.
pub(super) fn verdicts(policies: &Policies, topology: &Topology) -> BTreeMap<CallKey, CallVerdict> {
    let mut found: BTreeMap<CallKey, Option<CallVerdict>> = BTreeMap::new();
    if policies.is_empty() {
        return BTreeMap::new();
    }
    for call in &topology.calls {
        let key = (call.from, call.to, call.port);
        found.entry(key).or_insert_with(|| judge(policies, topology, call));
    }
    found.into_iter().filter_map(|(key, verdict)| Some((key, verdict?))).collect()
}

fn judge(policies: &Policies, topology: &Topology, call: &Call) -> Option<CallVerdict> {
    let (from, to) = (&topology.nodes[call.from], &topology.nodes[call.to]);
    if on_node(from) {
        return None;
    }
    if &*to.identity.kind == HOST {
        return to_outside(policies, topology, call);
    }
    if to.state != State::Present || !call.port_exists {
        return None;
    }
    to_service(policies, topology, call)
}

/// What is known of the way to the pods of one workload.
#[derive(Default)]
struct Way {
    passages: usize,
    denied: usize,
    because: Vec<Reason>,
    notes: Vec<String>,
}

fn to_service(policies: &Policies, topology: &Topology, call: &Call) -> Option<CallVerdict> {
    let mut ways: BTreeMap<NodeIndex, Way> = BTreeMap::new();
    for (number, protocol) in ports(&topology.nodes[call.to], call.port) {
        for (end, _, port) in behind(policies, topology, call.to, number, &protocol).unwrap_or_default() {
            let End::Pod(workload, _) = end else { continue };
            let verdict = policies.verdict(topology, End::Pod(call.from, None), end, Some(port), &protocol);
            let way = ways.entry(workload).or_default();
            way.passages += 1;
            way.denied += usize::from(!verdict.allowed);
            way.because.extend(verdict.because);
            way.notes.extend(verdict.notes);
        }
    }
    // A workload that calls itself may reach its own pod, where nothing is filtered.
    let sure = |workload: NodeIndex| workload != call.from && !on_node(&topology.nodes[workload]);
    let is_denied = |(workload, way): &(&NodeIndex, &Way)| sure(**workload) && way.denied == way.passages;
    let kept_from: Vec<NodeIndex> = ways.iter().filter(is_denied).map(|(&workload, _)| workload).collect();
    let is_open = ways.iter().all(|(&workload, way)| sure(workload) && way.denied == 0);
    let outcome = match kept_from.len() {
        0 if is_open => Outcome::Allowed,
        0 => return None,
        some if some == ways.len() => Outcome::Denied,
        _ => Outcome::PartlyDenied,
    };
    let mut verdict =
        CallVerdict { outcome, kept_from, because: Vec::new(), notes: Vec::new(), ..unsaid(call) };
    for (workload, way) in ways {
        if outcome == Outcome::Allowed || verdict.kept_from.contains(&workload) {
            verdict.because.extend(way.because);
            verdict.notes.extend(way.notes);
        }
    }
    Some(settled(verdict)).filter(|verdict| !verdict.because.is_empty())
}

/// The ports of a Service that a call may mean, each with its protocol.
fn ports(service: &Node, called: Option<u16>) -> Vec<(i64, String)> {
    let object = service.object.as_deref();
    let declared = object.and_then(|object| object.value.at("spec.ports")).map(Value::items);
    let declared = declared.unwrap_or_default().iter().filter_map(|entry| {
        let protocol = entry.get("protocol").and_then(Value::as_str).unwrap_or("TCP");
        Some((entry.get("port")?.as_i64()?, protocol.to_owned()))
    });
    let called = called.map(i64::from);
    let meant: Vec<(i64, String)> =
        declared.filter(|(port, _)| called.is_none_or(|called| called == *port)).collect();
    match called {
        // The pods behind a headless Service may listen where they want.
        Some(port) if meant.is_empty() && is_headless(service) => vec![(port, "TCP".to_owned())],
        None if is_headless(service) => Vec::new(),
        _ => meant,
    }
}

/// Whether pods may leave for some address.
enum Leave {
    /// No policy holds them back.
    Free,
    /// These rules let them.
    Open(Vec<Reason>),
    /// It depends on the address.
    Maybe,
    /// These policies let them reach no address outside.
    Shut(Vec<Reason>),
}

/// A host outside: its name says nothing of its addresses, so a rule with some range may mean it.
fn to_outside(policies: &Policies, topology: &Topology, call: &Call) -> Option<CallVerdict> {
    let pod = topology.nodes[call.from].pod.as_deref()?;
    let name = &*topology.nodes[call.to].identity.name;
    let mut aliases =
        pod.spec.host_aliases.iter().flatten().flat_map(|alias| alias.hostnames.iter().flatten());
    if aliases.any(|alias| alias.eq_ignore_ascii_case(name)) {
        return None;
    }
    let leave = |protocol| leave(policies, topology, call, IpRange::read(name), protocol);
    let (outcome, because) = match (leave("TCP"), leave("UDP")) {
        (Leave::Open(because), _) => (Outcome::Allowed, because),
        (Leave::Shut(because), Leave::Shut(_)) => (Outcome::Denied, because),
        _ => return None,
    };
    let notes = policies.unjudged(topology, &[call.from]);
    Some(settled(CallVerdict { outcome, because, notes, ..unsaid(call) }))
}

fn leave(
    policies: &Policies,
    topology: &Topology,
    call: &Call,
    address: Option<IpRange>,
    protocol: &str,
) -> Leave {
    let port = call.port.map(i64::from);
    let to = End::Outside(address.unwrap_or(IpRange::ANYWHERE));
    let asked = super::Asked { policies, topology, to, port, protocol };
    let (mut isolating, mut open, mut maybe) = (Vec::new(), Vec::new(), false);
    for (policy, rules) in policies.isolating(topology, call.from, None, Direction::Egress) {
        let reason = |rule, field| Reason { policy: policy.index, rule, direction: Direction::Egress, field };
        isolating.push(reason(None, super::whole(Direction::Egress)));
        for rule in rules.iter().filter(|rule| asked.fits_port(rule)) {
            match &rule.peers {
                None => open.push(reason(Some(rule.index), rule.field.clone())),
                Some(peers) => {
                    let ranges: Vec<IpRange> = peers.iter().flat_map(|peer| peer.who.ranges()).collect();
                    match address {
                        Some(address) if address.is_covered(&ranges) => {
                            open.push(reason(Some(rule.index), rule.field.clone()));
                        }
                        // An address may be one of a pod, a name that is public is not.
                        Some(_) => maybe |= peers.iter().any(|peer| matches!(peer.who, Who::Pods { .. })),
                        None => maybe |= !ranges.is_empty(),
                    }
                }
            }
        }
    }
    match (isolating.is_empty(), open.is_empty(), maybe) {
        (true, ..) => Leave::Free,
        (_, false, _) if port.is_some() => Leave::Open(open),
        (_, true, false) => Leave::Shut(isolating),
        _ => Leave::Maybe,
    }
}

/// A verdict on a call, with nothing said yet.
fn unsaid(call: &Call) -> CallVerdict {
    CallVerdict {
        from: call.from,
        to: call.to,
        port: call.port,
        outcome: Outcome::Allowed,
        kept_from: Vec::new(),
        because: Vec::new(),
        notes: Vec::new(),
    }
}

/// The same with each reason and note once.
fn settled(mut verdict: CallVerdict) -> CallVerdict {
    verdict.because.sort_by_key(|reason| (reason.direction.turn(), reason.policy, reason.rule));
    verdict.because.dedup();
    verdict.notes.sort();
    verdict.notes.dedup();
    verdict
}
