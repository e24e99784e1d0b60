//! What decides who may talk to whom beside NetworkPolicies: rules of a mesh or of a network plugin. Whom they are about
//! is known, what they say is not judged.

use super::super::quoted;
use crate::catalog::Relation;
use crate::names::plural;
use crate::topology::{NodeIndex, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// The namespace whose rules count for the whole mesh.
///
/// Source: istio.io, "Authorization Policy" and "PeerAuthentication": the root namespace, `istio-system` by default.
const MESH_NAMESPACE: &str = "istio-system";

/// How many objects of a kind are named.
const MOST_NAMED: usize = 3;

/// The objects that rule over pods, by pod.
#[derive(Debug)]
pub(super) struct Guards {
    all: BTreeSet<NodeIndex>,
    over: BTreeMap<NodeIndex, Vec<NodeIndex>>,
}

impl Guards {
    /// Finds whom each is about.
    pub fn of(topology: &Topology) -> Guards {
        let mut guards = Guards { all: BTreeSet::new(), over: BTreeMap::new() };
        for (guard, names) in topology.guards() {
            guards.all.insert(guard);
            let pods = if names { named(topology, guard) } else { in_reach(topology, guard) };
            for pod in pods {
                guards.over.entry(pod).or_default().push(guard);
            }
        }
        guards
    }

    /// Whether an object is one of them.
    pub fn has(&self, index: NodeIndex) -> bool {
        self.all.contains(&index)
    }

    /// Those that rule over the pods of a node, by identity.
    pub fn over(&self, pod: NodeIndex) -> &[NodeIndex] {
        self.over.get(&pod).map(Vec::as_slice).unwrap_or_default()
    }

    /// A sentence for each kind that rules over one of the nodes.
    pub fn notes(&self, topology: &Topology, pods: &[NodeIndex]) -> Vec<String> {
        let guards: BTreeSet<NodeIndex> = pods.iter().flat_map(|&pod| self.over(pod)).copied().collect();
        let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for guard in guards {
            let identity = &topology.nodes[guard].identity;
            kinds.entry(&identity.kind).or_default().push(quoted(&identity.name));
        }
        let sentence = |(kind, names): (&str, Vec<String>)| match &names[..] {
            [name] => format!("What {kind} {name} says is not judged."),
            [first @ .., last] if names.len() <= MOST_NAMED => {
                format!("What {} {} and {last} say is not judged.", plural(kind), first.join(", "))
            }
            _ => format!("What {} {} say is not judged.", names.len(), plural(kind)),
        };
        kinds.into_iter().map(sentence).collect()
    }
}

/// The pods that an object picks, itself or through what it names: a Service, a port of some pods, a namespace.
fn named(topology: &Topology, guard: NodeIndex) -> BTreeSet<NodeIndex> {
    let picked = |index| {
        let edges = topology.from(index).filter(|edge| edge.relation == Relation::Selects);
        edges.map(|edge| edge.to)
    };
    let mut pods: BTreeSet<NodeIndex> = picked(guard).collect();
    for edge in topology.from(guard).filter(|edge| edge.relation == Relation::References && !edge.optional) {
        let target = &topology.nodes[edge.to].identity;
        if &*target.kind == "Namespace" {
            let of_namespace = topology.workloads().filter(|(_, node, _)| {
                node.identity.environment == target.environment && node.identity.namespace == target.name
            });
            pods.extend(of_namespace.map(|(index, ..)| index));
        } else {
            pods.extend(picked(edge.to));
        }
    }
    pods
}

/// The pods of the object's namespace; all, where it stands in none or in that of the mesh.
fn in_reach(topology: &Topology, guard: NodeIndex) -> BTreeSet<NodeIndex> {
    let own = &topology.nodes[guard].identity;
    let is_wide =
        own.namespace.is_empty() || (own.group.ends_with(".istio.io") && &*own.namespace == MESH_NAMESPACE);
    let near = topology.workloads().filter(|(_, node, _)| {
        node.identity.environment == own.environment && (is_wide || node.identity.namespace == own.namespace)
    });
    near.map(|(index, ..)| index).collect()
}
