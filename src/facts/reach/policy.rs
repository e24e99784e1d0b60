//! One NetworkPolicy, typed: whom it isolates, and what its rules let through.
//!
//! Source: `k8s.io/api/networking/v1/types.go`; defaults: `k8s.io/kubernetes/pkg/apis/networking/v1/defaults.go`.

use super::range::IpRange;
use crate::catalog::{FieldPath, Selection};
use crate::document::Value;
use crate::facts::Known;
use crate::model::Object;
use crate::topology::{NodeIndex, Selector, isolates};

/// Incoming or outgoing connections, as seen from the pods that a policy selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Connections that the pods accept.
    Ingress,
    /// Connections that the pods open.
    Egress,
}

impl Direction {
    /// Both, in the order in which Kubernetes lists them.
    pub const BOTH: [Direction; 2] = [Direction::Ingress, Direction::Egress];

    /// Its name as a policy type: `Ingress`.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Ingress => "Ingress",
            Direction::Egress => "Egress",
        }
    }

    /// The key of its rules in a policy's spec: `ingress`.
    pub fn key(self) -> &'static str {
        match self {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        }
    }

    /// The order in which a connection passes them: out of its source, then into its destination.
    pub(super) fn turn(self) -> usize {
        match self {
            Direction::Egress => 0,
            Direction::Ingress => 1,
        }
    }

    /// The key of the peers in one of its rules.
    fn peers(self) -> &'static str {
        match self {
            Direction::Ingress => "from",
            Direction::Egress => "to",
        }
    }
}

/// One NetworkPolicy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its node.
    pub index: NodeIndex,
    /// The pods of its namespace that it is for.
    pub pods: Selector,
    /// Its rules for incoming connections, `None` where it does not rule over these.
    pub ingress: Option<Vec<Rule>>,
    /// The same for outgoing connections.
    pub egress: Option<Vec<Rule>>,
    /// Rules for a direction that it does not rule over: they have no effect.
    pub idle: Vec<Direction>,
}

/// One rule: it lets through what matches one of its peers and one of its ports.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its place among the rules of its direction, from 0.
    pub index: usize,
    /// Where it stands.
    pub field: FieldPath,
    /// Whom it lets through; `None` for everyone, in the cluster and outside.
    pub peers: Option<Vec<Peer>>,
    /// On which ports; `None` for every port of every protocol.
    pub ports: Option<Vec<Ports>>,
}

/// Whom one entry of a rule means.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Where it stands.
    pub field: FieldPath,
    /// Whom it means.
    pub who: Who,
}

/// Pods, or addresses outside.
#[derive(Clone, Debug)]
pub enum Who {
    /// Pods.
    Pods {
        /// Which labels the pods have; `None` for any.
        pods: Option<Selector>,
        /// Which labels their namespaces have; `None` for the policy's own namespace.
        namespaces: Option<Selector>,
    },
    /// Addresses outside of the cluster.
    Block {
        /// The range as written.
        cidr: String,
        /// What the range leaves out, as written.
        except: Vec<String>,
    },
    /// Nobody: it names neither pods nor addresses, which the API server refuses.
    Nobody,
}

/// The ports of one entry of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports {
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// Which of them.
    pub which: Which,
}

/// Ports by number or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// From the first to the last, both included.
    Numbers(i64, i64),
    /// The one that a container of the pod at the receiving end calls so.
    Named(String),
    /// None: the API server refuses such an entry.
    None,
}

impl Policy {
    /// Reads a NetworkPolicy.
    pub fn read(index: NodeIndex, object: &Object) -> Policy {
        let rules = |direction: Direction| {
            let path = FieldPath::of("spec").key(direction.key());
            let rules = path.find(&object.value).map(Value::items).unwrap_or_default();
            // `null` is an empty rule: it allows everything.
            let rules = rules.iter().enumerate().filter(|(_, rule)| rule.is_map() || rule.is_null());
            let rules = rules.map(|(index, rule)| {
                let field = path.item(index, rule);
                Rule { index, peers: peers(rule, direction, &field), ports: ports(rule), field }
            });
            rules.collect::<Vec<_>>()
        };
        let ruled = |direction: Direction| isolates(object, direction.name()).then(|| rules(direction));
        let idle = Direction::BOTH
            .into_iter()
            .filter(|direction| !isolates(object, direction.name()) && !rules(*direction).is_empty());
        Policy {
            index,
            pods: selector(object.value.at("spec.podSelector")).unwrap_or_default(),
            ingress: ruled(Direction::Ingress),
            egress: ruled(Direction::Egress),
            idle: idle.collect(),
        }
    }

    /// Its rules for a direction, `None` where it does not rule over it.
    pub fn rules(&self, direction: Direction) -> Option<&[Rule]> {
        match direction {
            Direction::Ingress => self.ingress.as_deref(),
            Direction::Egress => self.egress.as_deref(),
        }
    }

    /// Every selector of pods in it.
    pub fn selectors(&self) -> impl Iterator<Item = &Selector> {
        let rules = self.ingress.iter().chain(&self.egress).flatten();
        let peers = rules.flat_map(|rule| rule.peers.iter().flatten());
        let peers = peers.filter_map(|peer| match &peer.who {
            Who::Pods { pods, .. } => pods.as_ref(),
            Who::Block { .. } | Who::Nobody => None,
        });
        std::iter::once(&self.pods).chain(peers)
    }

    /// The directions that it rules over, in the order in which Kubernetes lists them.
    pub fn types(&self, object: &Object) -> Known<Vec<&'static str>> {
        let types = Direction::BOTH.into_iter().filter(|direction| self.rules(*direction).is_some());
        let types: Vec<&str> = types.map(Direction::name).collect();
        let field = FieldPath::of("spec.policyTypes");
        let written = field.find(&object.value).is_some_and(|list| !list.items().is_empty());
        let why = match (written, types.len()) {
            (true, _) => "its `policyTypes` say so",
            (false, 2) => {
                "without `policyTypes` it rules over incoming connections, and over outgoing ones because of its `egress` rules"
            }
            (false, _) => "without `policyTypes` and `egress` rules it rules over incoming connections only",
        };
        Known::new(types, why, field)
    }
}

impl Rule {
    /// Whether it lets everything through.
    pub fn is_open(&self) -> bool {
        self.peers.is_none() && self.ports.is_none()
    }

    /// Whether it lets nothing through: the API server would refuse all its peers or all its ports.
    pub fn is_void(&self) -> bool {
        let no_peer = |peers: &Vec<Peer>| peers.iter().all(|peer| peer.who.is_nobody());
        let no_port = |ports: &Vec<Ports>| ports.iter().all(|ports| ports.which == Which::None);
        self.peers.as_ref().is_some_and(no_peer) || self.ports.as_ref().is_some_and(no_port)
    }
}

impl Who {
    /// Whether it means neither pods nor addresses.
    pub fn is_nobody(&self) -> bool {
        match self {
            Who::Pods { .. } => false,
            Who::Block { cidr, .. } => IpRange::read(cidr).is_none(),
            Who::Nobody => true,
        }
    }

    /// The addresses that a block means, as ranges; none for pods and for text that is no address.
    pub fn ranges(&self) -> Vec<IpRange> {
        let Who::Block { cidr, except } = self else { return Vec::new() };
        let holes: Vec<IpRange> = except.iter().filter_map(|text| IpRange::read(text)).collect();
        IpRange::read(cidr).map(|range| range.without(&holes)).unwrap_or_default()
    }
}

/// A label selector; `None` where there is none or it is `null`.
fn selector(value: Option<&Value>) -> Option<Selector> {
    value.filter(|value| value.is_map()).map(|value| Selector::read(value, Selection::LabelSelector))
}

/// The peers of a rule; an absent and an empty list are everyone.
fn peers(rule: &Value, direction: Direction, field: &FieldPath) -> Option<Vec<Peer>> {
    let list = rule.get(direction.peers()).map(Value::items).filter(|list| !list.is_empty())?;
    let field = field.key(direction.peers());
    let peers = list.iter().enumerate();
    Some(peers.map(|(index, peer)| Peer { field: field.item(index, peer), who: who(peer) }).collect())
}

fn who(peer: &Value) -> Who {
    if let Some(block) = peer.get("ipBlock").filter(|block| block.is_map()) {
        let except = block.get("except").map(Value::items).unwrap_or_default();
        return Who::Block {
            cidr: block.get("cidr").and_then(Value::as_str).unwrap_or_default().to_owned(),
            except: except.iter().filter_map(Value::scalar_text).collect(),
        };
    }
    let (pods, namespaces) = (selector(peer.get("podSelector")), selector(peer.get("namespaceSelector")));
    if pods.is_none() && namespaces.is_none() { Who::Nobody } else { Who::Pods { pods, namespaces } }
}

/// The ports of a rule; an absent and an empty list are every port.
fn ports(rule: &Value) -> Option<Vec<Ports>> {
    let list = rule.get("ports").map(Value::items).filter(|list| !list.is_empty())?;
    let ports = list.iter().map(|entry| {
        let protocol = entry.get("protocol").and_then(Value::as_str).unwrap_or("TCP").to_owned();
        Ports { protocol, which: which(entry) }
    });
    Some(ports.collect())
}

fn which(entry: &Value) -> Which {
    let field = |key| entry.get(key).filter(|value| !value.is_null());
    match (field("port"), field("endPort")) {
        (None, None) => Which::All,
        (Some(port), last) => match (port.as_i64(), port.as_str(), last) {
            (Some(first), _, None) => Which::Numbers(first, first),
            (Some(first), _, Some(last)) => last
                .as_i64()
                .filter(|last| *last >= first)
                .map_or(Which::None, |last| Which::Numbers(first, last)),
            (None, Some(name), None) => Which::Named(name.to_owned()),
            _ => Which::None,
        },
        (None, Some(_)) => Which::None,
    }
}
