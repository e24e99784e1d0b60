//! Whom the NetworkPolicies let talk to whom: [`Policies::verdict`] says yes or no, and which rules decided.
//!
//! A pod is isolated in a direction if a policy of its namespace selects it and rules over that direction; then only
//! what some rule of some such policy names passes. A connection needs both: its source must be let out, its
//! destination must let it in. Answers need no rule. Nothing here says whether something listens.
//!
//! Source: `k8s.io/api/networking/v1/types.go`; kubernetes.io, "Network Policies".

mod call;
mod crew;
mod entry;
mod guard;
mod policy;
mod question;
mod range;
mod words;

use super::ledger::Ledger;
use super::scene::Scene;
use crate::catalog::{FieldPath, Relation};
use crate::topology::{Labels, Node, NodeIndex, Selector, Topology, labels};
use call::CallKey;
pub use call::{CallVerdict, Outcome};
pub use entry::{Admission, EntryVerdict};
use guard::Guards;
pub use policy::{Direction, Peer, Policy, Ports, Rule, Which, Who};
pub use question::{Answer, Passage, Port, Question, QuestionError};
pub use range::IpRange;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
pub use words::{on_ports, passes, peer_words, plain_words, pods_words, who};

/// Why a pod may always talk to itself.
pub const WITHIN_A_POD: &str = "Traffic within a pod is never filtered.";

/// The label that every namespace has.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// The namespace that clusters run their DNS in.
const DNS_NAMESPACE: &str = "kube-system";

/// The port of the DNS.
const DNS_PORT: i64 = 53;

/// What the NetworkPolicies say of everything that the manifests show: calls, and ways in from outside.
#[derive(Debug)]
pub struct Crossings {
    calls: BTreeMap<CallKey, CallVerdict>,
    entries: BTreeMap<NodeIndex, Vec<EntryVerdict>>,
}

impl Crossings {
    /// Judges every call and every way in.
    pub fn of(policies: &Policies, topology: &Topology) -> Crossings {
        Crossings { calls: call::verdicts(policies, topology), entries: entry::verdicts(policies, topology) }
    }

    /// The verdict on the calls of a workload to one port of a Service or a host outside. `None` where no policy isolates
    /// either end, or where there is no telling.
    pub fn call(&self, from: NodeIndex, to: NodeIndex, port: Option<u16>) -> Option<&CallVerdict> {
        self.calls.get(&(from, to, port))
    }

    /// Every verdict on a call, sorted by who calls whom.
    pub fn calls(&self) -> impl Iterator<Item = &CallVerdict> {
        self.calls.values()
    }

    /// The ways in from outside to the pods behind a Service, sorted by workload and where they begin. Empty where there
    /// is none or no NetworkPolicy.
    pub fn entries(&self, service: NodeIndex) -> &[EntryVerdict] {
        self.entries.get(&service).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Every NetworkPolicy, and what their selectors need to know.
#[derive(Debug)]
pub struct Policies {
    policies: BTreeMap<NodeIndex, Policy>,
    /// The labels of each Namespace in the input, by environment and name.
    namespaces: BTreeMap<(Arc<str>, Arc<str>), Labels>,
    /// Kinds of policies that the catalog does not know, by environment: they are not judged.
    foreign: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    guards: Guards,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// One of the pods that a node makes or is: the one with this number, or one that no policy singles out.
    Pod(NodeIndex, Option<i64>),
    /// Every one of these addresses outside of the cluster.
    Outside(IpRange),
}

/// Whether a connection is allowed, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Whether it is allowed.
    pub allowed: bool,
    /// What decided: where it is allowed, each rule that lets it pass; where it is not, each policy that isolates an end
    /// without such a rule. Empty where no policy isolates either end.
    pub because: Vec<Reason>,
    /// What the verdict does not cover, a sentence each; names in backticks.
    pub notes: Vec<String>,
}

/// A policy that decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The policy.
    pub policy: NodeIndex,
    /// The rule that lets the connection pass, by its index; `None` where the policy isolates and no rule does.
    pub rule: Option<usize>,
    /// The direction, as seen from the pods that the policy selects.
    pub direction: Direction,
    /// The rule, or the list that holds no such rule.
    pub field: FieldPath,
}

/// One direction of a connection: let through by these reasons, or held up by these.
struct Half {
    allowed: bool,
    reasons: Vec<Reason>,
}

impl Policies {
    /// Reads every NetworkPolicy of a topology.
    pub fn of(topology: &Topology) -> Policies {
        let mut all = Policies {
            policies: BTreeMap::new(),
            namespaces: BTreeMap::new(),
            foreign: BTreeMap::new(),
            guards: Guards::of(topology),
        };
        for (index, node) in topology.present() {
            let (Some(object), identity) = (&node.object, &node.identity) else { continue };
            match (&*identity.group, &*identity.kind) {
                ("networking.k8s.io", "NetworkPolicy") => {
                    all.policies.insert(index, Policy::read(index, object));
                }
                ("", "Namespace") => {
                    let key = (Arc::clone(&identity.environment), Arc::clone(&identity.name));
                    all.namespaces.insert(key, labels(object.value.at("metadata.labels")));
                }
                (_, kind) if kind.ends_with("NetworkPolicy") && !all.guards.has(index) => {
                    let kinds = all.foreign.entry(Arc::clone(&identity.environment)).or_default();
                    kinds.insert(Arc::clone(&identity.kind));
                }
                _ => {}
            }
        }
        all
    }

    /// Whether there is no NetworkPolicy.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Every policy, by identity.
    pub fn all(&self) -> impl Iterator<Item = &Policy> {
        self.policies.values()
    }

    /// The policy of a node.
    pub fn get(&self, index: NodeIndex) -> Option<&Policy> {
        self.policies.get(&index)
    }

    /// The policies that select only some pods of a node, by identity, each with which ones in words.
    pub fn over_a_part<'a>(
        &'a self,
        topology: &'a Topology,
        pod: NodeIndex,
    ) -> impl Iterator<Item = (&'a Policy, &'a str)> {
        let edges = topology.to(pod).filter(|edge| edge.relation == Relation::Selects);
        edges.filter_map(|edge| Some((self.policies.get(&edge.from)?, edge.part.as_deref()?)))
    }

    /// The numbers of the pods of a node that some policy of its environment singles out, and whether there are pods beside
    /// these.
    pub fn singled_out(&self, topology: &Topology, pod: NodeIndex) -> (Vec<i64>, bool) {
        let node = &topology.nodes[pod];
        let Some(own) = node.pod.as_deref() else { return (Vec::new(), true) };
        let environment = &node.identity.environment;
        let near = self.policies.values();
        let near = near.filter(|policy| topology.nodes[policy.index].identity.environment == *environment);
        own.singled_out(near.flat_map(Policy::selectors))
    }

    /// The policies that select the pods of a node and rule over a direction, by identity, each with its rules. Without
    /// any, the pods are not isolated. It is about the pod with a number, or about those that no policy singles out.
    pub fn isolating<'a>(
        &'a self,
        topology: &'a Topology,
        pod: NodeIndex,
        number: Option<i64>,
        direction: Direction,
    ) -> impl Iterator<Item = (&'a Policy, &'a [Rule])> {
        let mut last = None;
        topology.to(pod).filter_map(move |edge| {
            // Only what selects a pod leads from a policy to it and stands in the policy's `podSelector`.
            let policy = self.policies.get(&edge.from)?;
            let is_meant = || match &edge.part {
                None if topology.nodes[pod].crew.is_empty() => true,
                _ => has(&topology.nodes[pod], number, &policy.pods),
            };
            let selects = edge.relation == Relation::Selects && last != Some(edge.from) && is_meant();
            let rules = policy.rules(direction).filter(|_| selects)?;
            last = Some(edge.from);
            Some((policy, rules))
        })
    }

    /// Whether a connection may be opened. `port` is the port of the destination pod or address; with `None` it is asked
    /// whether there is a port on which it may. Between two pods of one workload the policies rule as between any
    /// others; a single Pod talks to itself freely. Of addresses outside, all must be allowed. A policy rules over
    /// pods of its own environment only.
    pub fn verdict(
        &self,
        topology: &Topology,
        from: End,
        to: End,
        port: Option<i64>,
        protocol: &str,
    ) -> Verdict {
        let mut verdict = Verdict { allowed: true, because: Vec::new(), notes: Vec::new() };
        if let (End::Pod(from, number), true) = (from, from == to) {
            if is_single(&topology.nodes[from]) || number.is_some() {
                verdict.notes.push(WITHIN_A_POD.to_owned());
                return verdict;
            }
            verdict
                .notes
                .push("Both ends are pods of one workload; within one pod nothing is filtered.".to_owned());
        }
        let asked = Asked { policies: self, topology, to, port, protocol };
        let halves = [asked.half(from, to, Direction::Egress), asked.half(to, from, Direction::Ingress)];
        verdict.allowed = halves.iter().all(|half| half.allowed);
        for half in halves {
            if half.allowed == verdict.allowed {
                verdict.because.extend(half.reasons);
            }
        }
        verdict.notes.extend(asked.notes(&[from, to], &verdict));
        verdict
    }

    /// Takes down what is known of a policy.
    pub(super) fn tell(&self, scene: &Scene, ledger: &mut Ledger) {
        if let Some(policy) = self.get(scene.index) {
            ledger.object(scene.index, "policy_types", &policy.types(scene.object));
        }
    }

    /// What rules over the pods of a node and is not judged: of a mesh or a network plugin, by identity.
    pub fn guards(&self, pod: NodeIndex) -> &[NodeIndex] {
        self.guards.over(pod)
    }

    /// What rules over pods and is not judged, a sentence each.
    fn unjudged(&self, topology: &Topology, pods: &[NodeIndex]) -> Vec<String> {
        let environment = pods.first().map(|&pod| &topology.nodes[pod].identity.environment);
        let kinds = environment.and_then(|environment| self.foreign.get(environment)).into_iter().flatten();
        let kinds =
            kinds.map(|kind| format!("What objects of kind {} say is not judged.", super::quoted(kind)));
        kinds.chain(self.guards.notes(topology, pods)).collect()
    }

    /// The labels of a namespace; one that is not in the input has only the label that Kubernetes gives it.
    fn namespace_labels(&self, environment: &Arc<str>, namespace: &Arc<str>) -> Labels {
        let key = (Arc::clone(environment), Arc::clone(namespace));
        let mut labels = self.namespaces.get(&key).cloned().unwrap_or_default();
        labels.insert(NAMESPACE_NAME.to_owned(), namespace.to_string());
        labels
    }

    /// Whether a peer of a policy means the pods of a node.
    pub fn means(
        &self,
        topology: &Topology,
        policy: NodeIndex,
        peer: &Peer,
        (pod, number): (NodeIndex, Option<i64>),
    ) -> bool {
        let Who::Pods { pods, namespaces } = &peer.who else { return false };
        let (own, other) = (&topology.nodes[policy].identity, &topology.nodes[pod]);
        let theirs = &other.identity;
        own.environment == theirs.environment
            && match namespaces {
                None => own.namespace == theirs.namespace,
                Some(selector) => {
                    selector.matches(&self.namespace_labels(&theirs.environment, &theirs.namespace))
                }
            }
            && pods.as_ref().is_none_or(|selector| has(other, number, selector))
    }

    /// Whether the pods of a node are kept from asking the DNS: they are isolated for outgoing connections, and no rule
    /// could let them reach port 53 of the cluster's DNS. Which pods answer for the DNS is rarely in the input, so a rule
    /// that may mean them counts.
    pub fn cuts_off_dns(&self, topology: &Topology, pod: NodeIndex) -> bool {
        let mut isolating = self.isolating(topology, pod, None, Direction::Egress).peekable();
        isolating.peek().is_some()
            && !isolating
                .any(|(policy, rules)| rules.iter().any(|rule| self.may_mean_dns(topology, policy, rule)))
    }

    /// Whether a rule for outgoing connections may let the DNS through.
    pub fn may_mean_dns(&self, topology: &Topology, policy: &Policy, rule: &Rule) -> bool {
        let own = &topology.nodes[policy.index].identity;
        let is_dns_port = |ports: &Ports| match &ports.which {
            Which::All => matches!(ports.protocol.as_str(), "UDP" | "TCP"),
            // OpenShift's DNS listens on 5353, and names are resolved at the DNS, which is not in the input.
            Which::Numbers(first, last) => [DNS_PORT, 5353].iter().any(|port| (first..=last).contains(&port)),
            Which::Named(name) => name.contains("dns"),
            Which::None => false,
        };
        let runs_dns = |namespace: &str| namespace == DNS_NAMESPACE || namespace.contains("dns");
        let is_dns = |peer: &Peer| match &peer.who {
            Who::Pods { namespaces: None, .. } => runs_dns(&own.namespace),
            Who::Pods { namespaces: Some(selector), .. } => match selector.required_label() {
                Some((NAMESPACE_NAME, name)) => runs_dns(name),
                _ => true,
            },
            who => !who.is_nobody(),
        };
        rule.ports.as_ref().is_none_or(|ports| ports.iter().any(is_dns_port))
            && rule.peers.as_ref().is_none_or(|peers| peers.iter().any(is_dns))
    }
}

/// Whether a pod of a node has the labels that a selector asks for.
fn has(node: &Node, number: Option<i64>, selector: &Selector) -> bool {
    match &node.pod {
        Some(pod) => selector.matches(&pod.labels_of(number)),
        None => crew::has(node, number, selector),
    }
}

/// Whether a node is one pod, not one of many.
fn is_single(node: &Node) -> bool {
    node.identity.is("", "Pod")
}

/// The field with all rules of a policy for a direction.
fn whole(direction: Direction) -> FieldPath {
    FieldPath::of("spec").key(direction.key())
}

/// Whether the pods of a node use the network of the machine that they run on.
fn on_node(node: &Node) -> bool {
    node.pod.as_ref().is_some_and(|pod| pod.spec.host_network == Some(true))
}

/// A question on its way to its answer.
struct Asked<'a> {
    policies: &'a Policies,
    topology: &'a Topology,
    to: End,
    port: Option<i64>,
    protocol: &'a str,
}

impl Asked<'_> {
    /// What a verdict does not cover.
    fn notes(&self, ends: &[End], verdict: &Verdict) -> Vec<String> {
        let mut notes = Vec::new();
        let mut pods: Vec<NodeIndex> = ends
            .iter()
            .filter_map(|end| if let End::Pod(index, _) = end { Some(*index) } else { None })
            .collect();
        pods.dedup();
        for &index in &pods {
            let node = &self.topology.nodes[index];
            if on_node(node) {
                let title = super::quoted(&node.identity.title());
                notes.push(format!(
                    "{title} uses the network of its node; what NetworkPolicies do there is up to the network plugin."
                ));
            }
        }
        if pods.len() == 2 && !verdict.allowed && verdict.because.iter().any(|reason| self.has_block(reason))
        {
            notes.push(
                "An `ipBlock` is for addresses outside; whether it covers pods, too, is up to the network plugin."
                    .to_owned(),
            );
        }
        if !verdict.because.is_empty() {
            notes.extend(pods.iter().filter_map(|&index| crew::note(&self.topology.nodes[index])));
        }
        notes.extend(self.policies.unjudged(self.topology, &pods));
        notes
    }

    /// Whether a rule about the port names a range of addresses, in which pods may have theirs.
    fn has_block(&self, reason: &Reason) -> bool {
        let policy = self.policies.get(reason.policy);
        let rules = policy.and_then(|policy| policy.rules(reason.direction)).into_iter().flatten();
        let mut peers =
            rules.filter(|rule| self.fits_port(rule)).flat_map(|rule| rule.peers.iter().flatten());
        peers.any(|peer| peer.who.ranges().iter().any(|range| !range.is_one()))
    }

    /// Whether the policies of `own` let it talk to, or be talked to by, the other end.
    fn half(&self, own: End, other: End, direction: Direction) -> Half {
        let End::Pod(pod, number) = own else { return Half { allowed: true, reasons: Vec::new() } };
        let (mut passing, mut isolating) = (Vec::new(), Vec::new());
        let mut ranges = Vec::new();
        let mut open = false;
        for (policy, rules) in self.policies.isolating(self.topology, pod, number, direction) {
            let reason = |rule, field| Reason { policy: policy.index, rule, direction, field };
            isolating.push(reason(None, whole(direction)));
            for rule in rules.iter().filter(|rule| self.fits_port(rule)) {
                let let_through = self.let_through(policy, rule, other);
                if let_through == Some(Vec::new()) {
                    continue;
                }
                passing.push(reason(Some(rule.index), rule.field.clone()));
                match let_through {
                    None => open = true,
                    Some(more) => ranges.extend(more),
                }
            }
        }
        let covered = || matches!(other, End::Outside(range) if range.is_covered(&ranges));
        if isolating.is_empty() || open || covered() {
            Half { allowed: true, reasons: passing }
        } else {
            Half { allowed: false, reasons: isolating }
        }
    }

    /// What a rule lets through of the other end: `None` for all of it, else the addresses, which may be none.
    fn let_through(&self, policy: &Policy, rule: &Rule, other: End) -> Option<Vec<IpRange>> {
        let peers = rule.peers.as_ref()?;
        match other {
            End::Pod(pod, number) => {
                let means =
                    |peer: &Peer| self.policies.means(self.topology, policy.index, peer, (pod, number));
                if peers.iter().any(means) { None } else { Some(Vec::new()) }
            }
            End::Outside(asked) => {
                let ranges = peers.iter().flat_map(|peer| peer.who.ranges());
                Some(ranges.filter(|range| range.overlaps(asked)).collect())
            }
        }
    }

    /// Whether a rule is about the port. A named port is one of the pod at the receiving end.
    fn fits_port(&self, rule: &Rule) -> bool {
        let named = |name: &str| {
            let End::Pod(pod, _) = self.to else { return None };
            let node = &self.topology.nodes[pod];
            let port = match &node.pod {
                Some(pod) => pod.resolve_port(name, self.protocol)?,
                None => i32::from(*node.crew.iter().find_map(|crew| crew.ports.get(name))?),
            };
            Some(i64::from(port))
        };
        let fits = |ports: &Ports| {
            ports.protocol == self.protocol
                && match &ports.which {
                    Which::All => true,
                    Which::Numbers(first, last) => {
                        self.port.is_none_or(|port| (*first..=*last).contains(&port))
                    }
                    Which::Named(name) => {
                        named(name).is_some_and(|number| self.port.is_none_or(|port| port == number))
                    }
                    Which::None => false,
                }
        };
        rule.ports.as_ref().is_none_or(|ports| ports.iter().any(fits))
    }
}
