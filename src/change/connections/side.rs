//! What the NetworkPolicies of one side allow between two ends.

use super::ports::PortSet;
use super::rules_field;
use crate::catalog::FieldPath;
use crate::change::Because;
use crate::change::pairing::Pairing;
use crate::change::{Side, Which};
use crate::facts::reach::Which as Ports;
use crate::facts::reach::{Direction, IpRange, Policy, Rule, Who};
use crate::topology::{Labels, NodeIndex, Topology, labels};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The label that every namespace has.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// One end on one side.
#[derive(Clone)]
pub enum Other<'a> {
    /// A pod.
    Pod(Pod<'a>),
    /// A range of addresses outside.
    Range(String),
}

/// A pod, or one of many that nothing is known of but the namespace.
#[derive(Clone)]
pub struct Pod<'a> {
    /// `None` for any.
    namespace: Option<Cow<'a, str>>,
    labels: Cow<'a, Labels>,
    /// The pod itself, for the names of its ports.
    pod: Option<&'a crate::topology::Pod>,
    /// Whether it uses the network of its node, so that policies may not see it.
    is_on_node: bool,
}

impl<'a> Pod<'a> {
    /// A pod that a node makes.
    pub fn of(topology: &'a Topology, index: NodeIndex) -> Pod<'a> {
        let node = &topology.nodes[index];
        let pod = node.pod.as_deref();
        Pod {
            namespace: Some(Cow::Borrowed(&node.identity.namespace)),
            labels: pod.map(|pod| Cow::Borrowed(&pod.labels)).unwrap_or_default(),
            pod,
            is_on_node: pod.is_some_and(|pod| pod.spec.host_network == Some(true)),
        }
    }

    /// A pod without labels, of a namespace or of one that nobody knows.
    pub fn any(namespace: Option<&str>) -> Pod<'a> {
        let namespace = namespace.map(|name| Cow::Owned(name.to_owned()));
        Pod { namespace, labels: Cow::Owned(Labels::new()), pod: None, is_on_node: false }
    }
}

impl Other<'_> {
    /// The namespace of a pod.
    pub fn namespace(&self) -> Option<&str> {
        match self {
            Other::Pod(pod) => pod.namespace.as_deref(),
            Other::Range(_) => None,
        }
    }
}

/// The policies of an environment.
pub struct Policies<'a> {
    which: Which,
    topology: &'a Topology,
    all: Vec<&'a Policy>,
    /// The labels of the namespaces that are in the input.
    namespaces: BTreeMap<Arc<str>, Labels>,
}

impl<'a> Policies<'a> {
    pub fn of(which: Which, side: Side<'a>, pairing: &Pairing, environment: &Arc<str>) -> Policies<'a> {
        let topology = side.topology;
        let here = |index: NodeIndex| {
            pairing.environment(which, &topology.nodes[index].identity.environment) == *environment
        };
        let namespaces =
            topology.present().filter(|(index, node)| node.identity.is("", "Namespace") && here(*index));
        let labels = namespaces.filter_map(|(_, node)| {
            let object = node.object.as_deref()?;
            Some((Arc::clone(&node.identity.name), labels(object.value.at("metadata.labels"))))
        });
        Policies {
            which,
            topology,
            all: side.facts.policies().all().filter(|policy| here(policy.index)).collect(),
            namespaces: labels.collect(),
        }
    }

    /// Whether nothing that decides differs: then no pair needs to be looked at.
    pub fn is_same(
        &self,
        other: &Policies,
        old: Side,
        new: Side,
        workloads: &[(NodeIndex, NodeIndex)],
    ) -> bool {
        let text = |policies: &Policies| -> Vec<(String, String)> {
            let spec = |policy: &&Policy| {
                let node = &policies.topology.nodes[policy.index];
                let spec = node.object.as_ref().and_then(|object| object.value.get("spec"));
                (node.identity.title(), spec.map(|spec| spec.to_json().to_string()).unwrap_or_default())
            };
            policies.all.iter().map(spec).collect()
        };
        let same_pods = || {
            workloads.iter().all(|(a, b)| {
                let (a, b) = (&old.topology.nodes[*a], &new.topology.nodes[*b]);
                let ports = |pod: &crate::topology::Pod| -> Vec<(Option<String>, i32)> {
                    pod.containers
                        .iter()
                        .flat_map(|one| one.spec.ports.iter().flatten())
                        .map(|port| (port.name.clone(), port.container_port))
                        .collect()
                };
                a.pod.as_ref().zip(b.pod.as_ref()).is_some_and(|(a, b)| {
                    a.labels == b.labels && ports(a) == ports(b) && a.spec.host_network == b.spec.host_network
                })
            })
        };
        self.all.is_empty() && other.all.is_empty()
            || self.namespaces == other.namespaces && text(self) == text(other) && same_pods()
    }

    /// The namespaces that rules pick by their name.
    pub fn namespaces_named(&self) -> impl Iterator<Item = Arc<str>> + '_ {
        self.peers().filter_map(|who| match who {
            Who::Pods { namespaces: Some(selector), .. } => match selector.required_label() {
                Some((NAMESPACE_NAME, name)) => Some(name.into()),
                _ => None,
            },
            _ => None,
        })
    }

    /// The ranges of addresses that rules name.
    pub fn blocks(&self) -> impl Iterator<Item = String> + '_ {
        self.peers().filter_map(|who| match who {
            Who::Block { cidr, .. } if IpRange::read(cidr).is_some() => Some(cidr.clone()),
            _ => None,
        })
    }

    fn peers(&self) -> impl Iterator<Item = &'a Who> + '_ {
        let rules = self.all.iter().flat_map(|policy| {
            Direction::BOTH.into_iter().filter_map(move |direction| policy.rules(direction)).flatten()
        });
        rules.flat_map(|rule| rule.peers.iter().flatten()).map(|peer| &peer.who)
    }

    /// On which ports one end may connect to another.
    pub fn allowed(&self, from: &Other, to: &Other) -> PortSet {
        let out = self.half(from, to, Direction::Egress, to);
        if out.is_empty() { out } else { out.and(&self.half(to, from, Direction::Ingress, to)) }
    }

    /// On which ports of `receiver` the policies of `own` let it talk to `other`.
    fn half(&self, own: &Other, other: &Other, direction: Direction, receiver: &Other) -> PortSet {
        let Other::Pod(pod) = own else { return PortSet::all() };
        let mut isolating = self.isolating(pod, direction).peekable();
        if isolating.peek().is_none() {
            return PortSet::all();
        }
        let mut open = PortSet::none();
        for (policy, rules) in isolating {
            for rule in rules.iter().filter(|rule| self.means(policy, rule, other)) {
                open = open.plus(&ports(rule, receiver));
            }
        }
        open
    }

    /// The policies that rule over a pod in a direction.
    fn isolating<'b>(
        &'b self,
        pod: &'b Pod<'b>,
        direction: Direction,
    ) -> impl Iterator<Item = (&'a Policy, &'a [Rule])> + 'b {
        self.all.iter().copied().filter_map(move |policy| {
            let rules = policy.rules(direction)?;
            let namespace = &self.topology.nodes[policy.index].identity.namespace;
            // Of a pod that nobody knows, nobody knows what rules over it.
            let is_known = pod.pod.is_some();
            let selects = pod.namespace.as_deref() == Some(&**namespace) && policy.pods.matches(&pod.labels);
            (is_known && selects && !pod.is_on_node).then_some((policy, rules))
        })
    }

    fn means(&self, policy: &Policy, rule: &Rule, other: &Other) -> bool {
        let Some(peers) = &rule.peers else { return true };
        let own = &self.topology.nodes[policy.index].identity.namespace;
        peers.iter().any(|peer| match (&peer.who, other) {
            (Who::Pods { pods, namespaces }, Other::Pod(pod)) => {
                let in_namespace = match (namespaces, pod.namespace.as_deref()) {
                    (None, Some(name)) => name == &**own,
                    (None, None) => false,
                    (Some(selector), Some(name)) => selector.matches(&self.labels(name)),
                    (Some(selector), None) => selector.is_empty(),
                };
                in_namespace
                    && pods.as_ref().is_none_or(|selector| match pod.pod {
                        Some(_) => selector.matches(&pod.labels),
                        // A pod of which nothing is known is meant only where every pod is.
                        None => selector.is_empty(),
                    })
            }
            (who @ Who::Block { .. }, Other::Range(cidr)) => {
                IpRange::read(cidr).is_some_and(|wanted| wanted.is_covered(&who.ranges()))
            }
            _ => false,
        })
    }

    fn labels(&self, namespace: &str) -> Labels {
        let mut labels = self.namespaces.get(namespace).cloned().unwrap_or_default();
        labels.insert(NAMESPACE_NAME.to_owned(), namespace.to_owned());
        labels
    }

    /// The lines that decide: of a connection that is open, the rules that let it through; of one that is not, the policies that
    /// isolate an end.
    pub fn deciders(&self, from: &Other, to: &Other, is_open: bool) -> Vec<Because> {
        let mut lines = Vec::new();
        for (own, other, direction) in [(from, to, Direction::Egress), (to, from, Direction::Ingress)] {
            let Other::Pod(pod) = own else { continue };
            let mut isolating = self.isolating(pod, direction).peekable();
            let has_gap = !is_open && self.half(own, other, direction, to) != PortSet::all();
            if isolating.peek().is_none() || !is_open && !has_gap {
                continue;
            }
            for (policy, rules) in isolating {
                match is_open {
                    true => {
                        let rules = rules.iter().filter(|rule| self.means(policy, rule, other));
                        lines.extend(rules.filter_map(|rule| self.line(policy, &rule.field)));
                    }
                    false => lines.extend(self.line(policy, &rules_field(direction))),
                }
            }
        }
        lines
    }

    fn line(&self, policy: &Policy, field: &FieldPath) -> Option<Because> {
        let object = self.topology.nodes[policy.index].object.as_deref()?;
        let (file, line) = object.place(field.line(&object.value));
        Some(Because { side: self.which, file: file.to_owned(), line, field: field.to_string() })
    }
}

/// The ports of a receiver that a rule is about.
fn ports(rule: &Rule, receiver: &Other) -> PortSet {
    let Some(entries) = &rule.ports else { return PortSet::all() };
    let mut open = PortSet::none();
    for entry in entries {
        let more = match &entry.which {
            Ports::All => PortSet::range(&entry.protocol, 0, 65535),
            Ports::Numbers(first, last) => PortSet::range(&entry.protocol, *first, *last),
            Ports::Named(name) => {
                let Other::Pod(Pod { pod: Some(pod), .. }) = receiver else { continue };
                match pod.resolve_port(name, &entry.protocol) {
                    Some(port) => PortSet::range(&entry.protocol, port.into(), port.into()),
                    None => continue,
                }
            }
            Ports::None => continue,
        };
        open = open.plus(&more);
    }
    open
}
