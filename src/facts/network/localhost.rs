//! Who talks to whom inside a pod: an address on localhost that a container names, and the other container that
//! serves the port.

use super::PodNetwork;
use crate::catalog::image_base_name;
use crate::catalog::{Catalog, FieldPath};
use crate::facts::known::{Known, quoted};
use crate::facts::ledger::Ledger;
use crate::facts::scene::Scene;
use crate::topology::{Container, ContainerKind, LocalAddress, NodeIndex, Pod};
use serde_json::json;
use std::collections::BTreeSet;

/// One container that names a port of another on localhost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localhost {
    /// The index of the container that names it.
    pub from: usize,
    /// The index of the container that serves it.
    pub to: usize,
    /// The port.
    pub port: i32,
    /// How podviz knows that it serves it.
    pub listener: Listener,
    /// The field that names it, in the object of `declared_by`.
    pub field: FieldPath,
    /// The workload, or a ConfigMap that it reads.
    pub declared_by: NodeIndex,
}

/// How podviz knows who serves a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listener {
    /// The container declares the port.
    Declared,
    /// Its variables or arguments say that it listens there.
    Said,
    /// Its image listens there as it comes.
    Image,
}

/// A port on localhost that a container names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPort {
    /// The index of the container.
    pub from: usize,
    /// The port.
    pub port: i32,
    /// The field that names it, in the object of `declared_by`.
    pub field: FieldPath,
    /// The workload, or a ConfigMap that it reads.
    pub declared_by: NodeIndex,
}

/// What the addresses on localhost of one pod mean.
#[derive(Default)]
pub(super) struct Local {
    pub edges: Vec<Localhost>,
    pub unresolved: Vec<LocalPort>,
    pub own: Vec<LocalPort>,
}

/// Looks up every address on localhost, each pair and port once. With the node's network, localhost is the node's.
pub(super) fn derive(scene: &Scene, pod: &Pod) -> Local {
    let mut found = Local::default();
    if pod.spec.host_network == Some(true) {
        return found;
    }
    let addresses = scene.topology.local_addresses(scene.index);
    let listens =
        addresses.iter().filter(|one| one.listens).map(|one| (one.container, i32::from(one.port))).collect();
    let ports = Ports { pod, catalog: scene.catalog, listens };
    let mut seen = BTreeSet::new();
    for LocalAddress { container, port, field, declared_by, .. } in
        addresses.iter().filter(|one| !one.listens)
    {
        let (from, port, declared_by) = (*container, i32::from(*port), *declared_by);
        if !seen.insert((from, port)) {
            continue;
        }
        let field = field.clone();
        match ports.server(from, port) {
            Some((to, _)) if to == from => found.own.push(LocalPort { from, port, field, declared_by }),
            Some((to, listener)) => {
                found.edges.push(Localhost { from, to, port, listener, field, declared_by });
            }
            None => found.unresolved.push(LocalPort { from, port, field, declared_by }),
        }
    }
    found
}

/// Who listens where.
struct Ports<'a> {
    pod: &'a Pod,
    catalog: &'a Catalog,
    listens: BTreeSet<(usize, i32)>,
}

impl Ports<'_> {
    /// The container that serves a port to another, itself included: a declared port before one that arguments name,
    /// and both before what an image listens at as it comes.
    fn server(&self, from: usize, port: i32) -> Option<(usize, Listener)> {
        let declares = |index: usize| declares(&self.pod.containers[index], port);
        let says = |index: usize| self.listens.contains(&(index, port));
        let comes = |index: usize| {
            let name = image_base_name(&self.pod.containers[index].image);
            self.catalog.ports().of_image(name).iter().any(|default| i32::from(*default) == port)
        };
        if declares(from) || says(from) {
            return Some((from, Listener::Declared));
        }
        let others = || (0..self.pod.containers.len()).filter(|&other| runs_beside(self.pod, from, other));
        let declared = others().find(|&other| declares(other)).map(|other| (other, Listener::Declared));
        let said = || others().find(|&other| says(other)).map(|other| (other, Listener::Said));
        let own = || comes(from).then_some((from, Listener::Image));
        let image = || others().find(|&other| comes(other)).map(|other| (other, Listener::Image));
        declared.or_else(said).or_else(own).or_else(image)
    }
}

fn declares(container: &Container, port: i32) -> bool {
    container.spec.ports.iter().flatten().any(|declared| declared.container_port == port)
}

/// Whether another container runs while one does: beside an init container only the sidecars before it.
pub(super) fn runs_beside(pod: &Pod, index: usize, other: usize) -> bool {
    let kind = |index: usize| pod.containers[index].kind;
    let lasts = |index: usize| matches!(kind(index), ContainerKind::App | ContainerKind::Sidecar);
    match (kind(index), kind(other)) {
        _ if index == other => false,
        (ContainerKind::Init, ContainerKind::Sidecar) => other < index,
        (ContainerKind::Init, _) => false,
        _ => lasts(other),
    }
}

/// Takes down the three lists.
pub(super) fn tell(network: &PodNetwork, scene: &Scene, pod: &Pod, ledger: &mut Ledger) {
    let name = |index: usize| &*pod.containers[index].key;
    let on_node = pod.spec.host_network == Some(true);
    let none = |why: &str| match on_node {
        true => (
            "localhost is the node's, since the pod uses the node's network".to_owned(),
            pod.path.key("hostNetwork"),
        ),
        false => (why.to_owned(), pod.path.key("containers")),
    };
    let edges = network
        .localhost
        .iter()
        .map(|edge| json!({ "from": name(edge.from), "to": name(edge.to), "port": edge.port }));
    let why = network.localhost.first().map(|edge| {
        let how = match edge.listener {
            Listener::Declared => "declares",
            Listener::Said => "listens at",
            Listener::Image => "listens at as its image comes",
        };
        let (from, to) = (quoted(name(edge.from)), quoted(name(edge.to)));
        let why =
            format!("{from} names {}, a port that {to} {how}", quoted(&format!("localhost:{}", edge.port)));
        (why, edge.field.clone(), edge.declared_by)
    });
    let nothing = none("no container names a port of another on localhost");
    ledger.object(scene.index, "localhost_edges", &known(edges.collect(), why, nothing));

    let list = |ports: &[LocalPort]| {
        ports.iter().map(|one| json!({ "from": name(one.from), "port": one.port })).collect()
    };
    let first = |ports: &[LocalPort], whose: &str| {
        let one = ports.first()?;
        let address = quoted(&format!("localhost:{}", one.port));
        Some((
            format!("{} names {address}, {whose}", quoted(name(one.from))),
            one.field.clone(),
            one.declared_by,
        ))
    };
    let unresolved = &network.unresolved_localhost;
    let why = first(unresolved, "where no container that runs beside it is known to listen");
    let nothing = none("no container names a port on localhost that nobody serves");
    ledger.object(scene.index, "unresolved_localhost", &known(list(unresolved), why, nothing));
    let own = &network.self_references;
    let nothing = none("no container names its own port on localhost");
    ledger.object(scene.index, "self_references", &known(list(own), first(own, "its own port"), nothing));
}

/// A list with the reason of its first entry, or with the reason why there is none.
pub(super) fn known<T>(
    value: Vec<T>,
    first: Option<(String, FieldPath, NodeIndex)>,
    none: (String, FieldPath),
) -> Known<Vec<T>> {
    match first {
        Some((why, field, declared_by)) => Known::new(value, why, field).said_by(declared_by),
        None => Known::new(value, none.0, none.1),
    }
}
