//! Who may talk to whom, before and after: what the NetworkPolicies of two sides allow, compared for pairs of ends that are on
//! both. A connection is told for the widest ends and never again for what follows from it.
//!
//! Source: `k8s.io/api/networking/v1/types.go`, as in [`crate::facts::reach`].

mod ports;
mod side;

use super::Because;
use super::pairing::Pairing;
use super::{Side, Which};
use crate::catalog::FieldPath;
use crate::document::Identity;
use crate::facts::reach::Direction;
use crate::topology::NodeIndex;
use ports::PortSet;
use serde::Serialize;
use side::{Other, Pod, Policies};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// More groups of equal pods than this are not compared with each other.
const MOST_GROUPS: usize = 400;

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Every pod, also those that are not in the input.
    Cluster,
    /// Every pod of a namespace.
    Namespace(String),
    /// The pods of a workload.
    Workload(String),
    /// Every address outside of the cluster.
    Outside,
    /// A range of addresses outside.
    Block(String),
}

impl End {
    /// Whether it is a workload.
    pub fn is_workload(&self) -> bool {
        matches!(self, End::Workload(_))
    }

    /// How sentences call it, names in backticks.
    pub fn words(&self) -> String {
        match self {
            End::Cluster => "every pod of the cluster".to_owned(),
            End::Namespace(name) => format!("every pod of namespace `{name}`"),
            End::Workload(subject) => format!("`{subject}`"),
            End::Outside => "every address outside".to_owned(),
            End::Block(cidr) => format!("the addresses `{cidr}`"),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Cluster => f.write_str("cluster"),
            End::Namespace(name) => write!(f, "namespace:{name}"),
            End::Workload(subject) | End::Block(subject) => f.write_str(subject),
            End::Outside => f.write_str("outside"),
        }
    }
}

impl Serialize for End {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A connection that is allowed on one side only.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Connection {
    /// Who opens it.
    pub from: End,
    /// Who accepts it.
    pub to: End,
    /// On which ports: `5432/TCP`, `8000-8010/TCP`, or `all`.
    pub ports: Vec<String>,
    /// The environment.
    pub environment: String,
    /// The ports that it is not about, where these are few and the others many.
    #[serde(skip)]
    pub but: Vec<String>,
    /// The policies and lines that decide.
    #[serde(skip)]
    pub because: Vec<Because>,
}

/// What may be connected on one side only.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Connections {
    /// Allowed now, and not before.
    pub opened: Vec<Connection>,
    /// Allowed before, and not now.
    pub closed: Vec<Connection>,
    /// Whether there are too many pods to compare them all.
    #[serde(skip)]
    pub is_cut: bool,
}

/// Compares two sides, environment by environment.
pub fn compare(pairing: &Pairing, old: Side, new: Side) -> Connections {
    let mut all = Connections::default();
    let mut environments: BTreeMap<Arc<str>, Vec<(NodeIndex, NodeIndex)>> = BTreeMap::new();
    for pair in pairing.pairs() {
        let Some((before, after)) = pair.old.zip(pair.new) else { continue };
        let node = &new.topology.nodes[after];
        if node.pod.is_some() && old.topology.nodes[before].pod.is_some() {
            environments.entry(Arc::clone(&node.identity.environment)).or_default().push((before, after));
        }
    }
    for (environment, workloads) in environments {
        let [before, after] = [
            Policies::of(Which::Old, old, pairing, &environment),
            Policies::of(Which::New, new, pairing, &environment),
        ];
        if before.is_same(&after, old, new, &workloads) {
            continue;
        }
        if workloads.len() > MOST_GROUPS {
            all.is_cut = true;
            continue;
        }
        let comparison = Comparison {
            pairing,
            old,
            new,
            before: &before,
            after: &after,
            workloads: &workloads,
            environment: &environment,
        };
        all.opened.extend(comparison.lines(Which::New));
        all.closed.extend(comparison.lines(Which::Old));
    }
    all.opened.sort_by(|a, b| (&a.environment, &a.from, &a.to).cmp(&(&b.environment, &b.from, &b.to)));
    all.closed.sort_by(|a, b| (&a.environment, &a.from, &a.to).cmp(&(&b.environment, &b.from, &b.to)));
    all
}

struct Comparison<'a> {
    pairing: &'a Pairing,
    old: Side<'a>,
    new: Side<'a>,
    before: &'a Policies<'a>,
    after: &'a Policies<'a>,
    /// The workloads that are on both sides.
    workloads: &'a [(NodeIndex, NodeIndex)],
    environment: &'a Arc<str>,
}

/// An end as it is looked at on both sides.
#[derive(Clone)]
struct Both<'a> {
    end: End,
    old: Other<'a>,
    new: Other<'a>,
}

/// Which end of a connection a workload is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It accepts it.
    In,
    /// It opens it.
    Out,
}

impl Way {
    /// Who opens a connection between a workload and another end, and who accepts it.
    fn of<'b, 'a>(self, own: &'b Both<'a>, other: &'b Both<'a>) -> (&'b Both<'a>, &'b Both<'a>) {
        match self {
            Way::In => (other, own),
            Way::Out => (own, other),
        }
    }
}

impl<'a> Comparison<'a> {
    /// What is allowed on one side and not on the other, grouped so that no line follows from another one.
    fn lines(&self, allowed: Which) -> Vec<Connection> {
        let workloads: Vec<Both> = self.workloads.iter().map(|&(old, new)| self.workload(old, new)).collect();
        let wide = self.wide();
        let mut found = Vec::new();
        let mut covered: BTreeMap<(usize, usize), PortSet> = BTreeMap::new();
        for at in 0..workloads.len() {
            for way in [Way::In, Way::Out] {
                self.wide_lines(allowed, &workloads, &wide, (at, way), &mut covered, &mut found);
            }
        }
        for (other, from) in workloads.iter().enumerate() {
            for (at, to) in workloads.iter().enumerate().filter(|(at, _)| *at != other) {
                let ports = self.gained(allowed, from, to);
                let ports = covered.get(&(other, at)).map_or(ports.clone(), |known| ports.minus(known));
                if !ports.is_empty() {
                    found.push(self.line(allowed, from, to, &ports));
                }
            }
        }
        found
    }

    /// The lines between one workload and wide ends, the widest first; what a wide end may, all in it may.
    fn wide_lines(
        &self,
        allowed: Which,
        workloads: &[Both<'a>],
        wide: &[Both<'a>],
        (at, way): (usize, Way),
        covered: &mut BTreeMap<(usize, usize), PortSet>,
        found: &mut Vec<Connection>,
    ) {
        let own = &workloads[at];
        let (mut to_cluster, mut to_outside) = (PortSet::none(), PortSet::none());
        for end in wide {
            let (from, to) = way.of(own, end);
            let ports = self.gained(allowed, from, to);
            let ports = match end.end {
                End::Namespace(_) => ports.minus(&to_cluster),
                End::Block(_) => ports.minus(&to_outside),
                _ => ports,
            };
            let is_within = |one: &Both| match &end.end {
                End::Cluster => true,
                End::Namespace(name) => one.old.namespace() == Some(name.as_str()),
                _ => false,
            };
            // What is not new for one of them is no news of all: that is told of the others by their names.
            let known = workloads.iter().filter(|one| is_within(one) && one.end != own.end);
            let ports = known.fold(ports, |ports, one| {
                let (from, to) = way.of(own, one);
                ports.and(&self.gained(allowed, from, to))
            });
            if ports.is_empty() {
                continue;
            }
            for (other, _) in workloads.iter().enumerate().filter(|(_, one)| is_within(one)) {
                let pair = if way == Way::In { (other, at) } else { (at, other) };
                let known = covered.entry(pair).or_default();
                *known = known.plus(&ports);
            }
            match end.end {
                End::Cluster => to_cluster = to_cluster.plus(&ports),
                End::Outside => to_outside = to_outside.plus(&ports),
                _ => {}
            }
            found.push(self.line(allowed, from, to, &ports));
        }
    }

    fn may(&self, side: Which, from: &Both, to: &Both) -> PortSet {
        match side {
            Which::Old => self.before.allowed(&from.old, &to.old),
            Which::New => self.after.allowed(&from.new, &to.new),
        }
    }

    /// What one end may do to another on a side, and not on the other side.
    fn gained(&self, side: Which, from: &Both, to: &Both) -> PortSet {
        let other = if side == Which::Old { Which::New } else { Which::Old };
        self.may(side, from, to).minus(&self.may(other, from, to))
    }

    fn workload(&self, old: NodeIndex, new: NodeIndex) -> Both<'a> {
        let identity = &self.new.topology.nodes[new].identity;
        let subject = self.pairing.subject(Which::New, self.new, identity);
        Both {
            end: End::Workload(subject),
            old: Other::Pod(Pod::of(self.old.topology, old)),
            new: Other::Pod(Pod::of(self.new.topology, new)),
        }
    }

    /// Ends that stand for more than one workload: all pods, those of each namespace, and addresses outside; the widest first.
    fn wide(&self) -> Vec<Both<'a>> {
        let pod = |namespace: Option<&str>| Other::Pod(Pod::any(namespace));
        let mut ends = vec![Both { end: End::Cluster, old: pod(None), new: pod(None) }];
        let names: BTreeSet<Arc<str>> = [(self.old, Which::Old), (self.new, Which::New)]
            .into_iter()
            .flat_map(|(side, which)| self.namespaces(side, which))
            .chain(self.before.namespaces_named())
            .chain(self.after.namespaces_named())
            .collect();
        ends.extend(names.iter().map(|name| Both {
            end: End::Namespace(name.to_string()),
            old: pod(Some(name)),
            new: pod(Some(name)),
        }));
        let outside = || Other::Range("0.0.0.0/0".to_owned());
        ends.push(Both { end: End::Outside, old: outside(), new: outside() });
        let blocks: BTreeSet<String> = self.before.blocks().chain(self.after.blocks()).collect();
        ends.extend(blocks.into_iter().filter(|cidr| cidr != "0.0.0.0/0" && cidr != "::/0").map(|cidr| {
            Both { end: End::Block(cidr.clone()), old: Other::Range(cidr.clone()), new: Other::Range(cidr) }
        }));
        ends
    }

    fn namespaces(&self, side: Side<'a>, which: Which) -> BTreeSet<Arc<str>> {
        let here =
            |identity: &Identity| self.pairing.environment(which, &identity.environment) == *self.environment;
        let nodes = side.topology.present().filter(|(_, node)| node.pod.is_some() && here(&node.identity));
        nodes.map(|(_, node)| Arc::clone(&node.identity.namespace)).collect()
    }

    fn line(&self, allowed: Which, from: &Both, to: &Both, ports: &PortSet) -> Connection {
        let mut because = Vec::new();
        // The rule that lets it through on one side, or the policy that keeps it out on the other.
        let (open, shut) = match allowed {
            Which::New => ((self.after, &from.new, &to.new), (self.before, &from.old, &to.old)),
            Which::Old => ((self.before, &from.old, &to.old), (self.after, &from.new, &to.new)),
        };
        because.extend(open.0.deciders(open.1, open.2, true));
        because.extend(shut.0.deciders(shut.1, shut.2, false));
        because.truncate(4);
        Connection {
            from: from.end.clone(),
            to: to.end.clone(),
            ports: ports.words(),
            but: ports.left_out(),
            environment: self.environment.to_string(),
            because,
        }
    }
}

/// The field of a policy that holds its rules for a direction.
fn rules_field(direction: Direction) -> FieldPath {
    FieldPath::of("spec").key(direction.key())
}
