//! The Services that a workload calls, and the names that would be Services if there were any.

use super::PodNetwork;
use super::localhost::known;
use crate::catalog::FieldPath;
use crate::facts::known::quoted;
use crate::facts::ledger::Ledger;
use crate::facts::scene::Scene;
use crate::names::english;
use crate::topology::{Call, HOST, NodeIndex, Pod, State};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// A Service that a workload calls: one a piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEdge {
    /// The Service.
    pub to: NodeIndex,
    /// The containers that name it, by their indexes.
    pub containers: Vec<usize>,
    /// The port: what the text says, else the scheme's default, else the Service's only port.
    pub port: Option<u16>,
    /// Whether the Service has the port; `true` where there is no telling.
    pub port_exists: bool,
    /// Where it is said: `env DB_URL`, `ConfigMap ns/name key K`, `arg --upstream`.
    pub via: String,
    /// What is written there, for people; redacted.
    pub written: Vec<String>,
    /// The field that says so, in the object of `declared_by`.
    pub field: FieldPath,
    /// The workload, or a ConfigMap that it reads.
    pub declared_by: NodeIndex,
}

/// A name that only a Service can have, and none in the input has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnresolvedEdge {
    /// The missing Service.
    pub to: NodeIndex,
    /// The name as written, with the port if there is one: `tracing.obs.svc:4318`.
    pub name: String,
    /// The index of the first container that names it.
    pub container: usize,
    /// What is written there, for people; redacted.
    pub written: Vec<String>,
    /// The field that says so, in the object of `declared_by`.
    pub field: FieldPath,
    /// The workload, or a ConfigMap that it reads.
    pub declared_by: NodeIndex,
}

/// The calls of a workload: those to Services, sorted by Service, port and evidence; and those that lead nowhere.
pub(super) fn derive(scene: &Scene) -> (Vec<ServiceEdge>, Vec<UnresolvedEdge>) {
    let mut edges: BTreeMap<(NodeIndex, Option<u16>, &str), ServiceEdge> = BTreeMap::new();
    let (mut unresolved, mut names) = (Vec::new(), BTreeSet::new());
    for call in scene.topology.calls_of(scene.index) {
        let node = &scene.topology.nodes[call.to];
        if &*node.identity.kind == HOST {
            continue;
        }
        if node.state == State::Missing {
            if names.insert(name(call)) {
                unresolved.push(lone(call));
            }
            continue;
        }
        let edge = edges.entry((call.to, call.port, &call.via)).or_insert_with(|| edge(call));
        if !edge.containers.contains(&call.container) {
            edge.containers.push(call.container);
        }
    }
    unresolved.sort_by(|a: &UnresolvedEdge, b| a.name.cmp(&b.name));
    (edges.into_values().collect(), unresolved)
}

fn edge(call: &Call) -> ServiceEdge {
    ServiceEdge {
        to: call.to,
        containers: Vec::new(),
        port: call.port,
        port_exists: call.port_exists,
        via: call.via.clone(),
        written: call.written.clone(),
        field: call.field.clone(),
        declared_by: call.declared_by,
    }
}

fn lone(call: &Call) -> UnresolvedEdge {
    UnresolvedEdge {
        to: call.to,
        name: name(call),
        container: call.container,
        written: call.written.clone(),
        field: call.field.clone(),
        declared_by: call.declared_by,
    }
}

/// The host as written, with the port that is written beside it.
fn name(call: &Call) -> String {
    match call.port.filter(|_| call.names_port) {
        Some(port) => format!("{}:{port}", call.host),
        None => call.host.clone(),
    }
}

/// Takes both down.
pub(super) fn tell(network: &PodNetwork, scene: &Scene, pod: &Pod, ledger: &mut Ledger) {
    let subject = |index: NodeIndex| ledger.subject(&scene.topology.nodes[index].identity);
    let value: Vec<_> = network
        .service_edges
        .iter()
        .map(|edge| json!({ "to": subject(edge.to), "port": edge.port, "via": edge.via }))
        .collect();
    let written = |words: &[String]| english::list(words.iter().map(|one| quoted(one)), "and");
    let container = |index: usize| quoted(&pod.containers[index].key);
    let first = network.service_edges.first().map(|edge| {
        let from = edge.containers.first().copied().map(container).unwrap_or_default();
        let to = quoted(&scene.topology.nodes[edge.to].identity.name);
        (
            format!("{from} has {}, which names Service {to}", written(&edge.written)),
            edge.field.clone(),
            edge.declared_by,
        )
    });
    let none = || pod.path.key("containers");
    let nothing = "no variable, argument or mounted ConfigMap names a Service of these manifests";
    let edges = known(value, first, (nothing.to_owned(), none()));
    let names: Vec<&str> = network.unresolved.iter().map(|one| one.name.as_str()).collect();
    let first = network.unresolved.first().map(|one| {
        let why = format!(
            "{} has {}, and no such Service is in these manifests",
            container(one.container),
            written(&one.written)
        );
        (why, one.field.clone(), one.declared_by)
    });
    let nothing = "every name of a Service that it uses is in these manifests";
    let unresolved = known(names, first, (nothing.to_owned(), none()));
    ledger.object(scene.index, "service_edges", &edges);
    ledger.object(scene.index, "unresolved_edges", &unresolved);
}
