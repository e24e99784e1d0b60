//! The part that a container plays in its pod: the main one, one of several peers, or a helper.

use super::known::Known;
use super::ledger::Ledger;
use super::scene::Scene;
use crate::catalog::Relation;
use crate::topology::{Container, ContainerKind, NodeIndex, Pod, Topology, service_ports};
use serde::Serialize;

/// The part that a container plays in its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerRole {
    /// The pod is there for its sake.
    Main,
    /// One of several containers of equal rank.
    Peer,
    /// It prepares or serves the others.
    Helper,
}

/// Init containers, sidecars and ephemeral containers help. A lone app container is the main one; of several, the one
/// that bears the workload's name, or else the only one that a Service sends traffic to, and the others help it.
/// Without a main one, all app containers are peers.
pub(super) fn roles(topology: &Topology, index: NodeIndex, pod: &Pod) -> Vec<ContainerRole> {
    let main = main_container(topology, index, pod);
    let role = |(index, container): (usize, &Container)| match (container.kind, main) {
        (ContainerKind::App, Some(main)) if main == index => ContainerRole::Main,
        (ContainerKind::App, None) => ContainerRole::Peer,
        _ => ContainerRole::Helper,
    };
    pod.containers.iter().enumerate().map(role).collect()
}

/// Takes down the kind and the role of each container.
pub(super) fn tell(roles: &[ContainerRole], scene: &Scene, pod: &Pod, ledger: &mut Ledger) {
    for (position, (container, role)) in pod.containers.iter().zip(roles).enumerate() {
        let kind = match container.kind {
            ContainerKind::Init => "it is one of the init containers, and ends",
            ContainerKind::Sidecar => "it is one of the init containers, and always restarts",
            ContainerKind::App => "it is one of the app containers",
            ContainerKind::Ephemeral => "it is one of the ephemeral containers",
        };
        ledger.container(
            scene.index,
            position,
            "kind",
            &Known::new(container.kind, kind, container.path.clone()),
        );
        let why = match role {
            ContainerRole::Main => "the pod is there for its sake",
            ContainerRole::Peer => "no app container of the pod is its main one",
            ContainerRole::Helper => "it prepares or serves the others",
        };
        ledger.container(scene.index, position, "role", &Known::new(role, why, container.path.clone()));
    }
}

fn main_container(topology: &Topology, index: NodeIndex, pod: &Pod) -> Option<usize> {
    let apps: Vec<usize> =
        (0..pod.containers.len()).filter(|&i| pod.containers[i].kind == ContainerKind::App).collect();
    if let [only] = apps[..] {
        return Some(only);
    }
    let workload = &*topology.nodes[index].identity.name;
    let by_name = |&i: &usize| {
        let container = &pod.containers[i];
        container.name == workload || image_base_name(&container.image).contains(workload)
    };
    let served = |&i: &usize| {
        let ports: Vec<i64> = pod.containers[i]
            .spec
            .ports
            .iter()
            .flatten()
            .map(|port| i64::from(port.container_port))
            .collect();
        let services = topology.to(index).filter(|edge| edge.relation == Relation::Selects);
        services.filter_map(|edge| topology.nodes[edge.from].object.as_ref()).any(|service| {
            let targets = service_ports(&service.value, pod);
            targets.iter().any(|port| port.target.as_ref().is_ok_and(|target| ports.contains(target)))
        })
    };
    only(apps.iter().copied().filter(by_name)).or_else(|| only(apps.iter().copied().filter(served)))
}

fn only(mut candidates: impl Iterator<Item = usize>) -> Option<usize> {
    candidates.next().filter(|_| candidates.next().is_none())
}

/// The last part of an image's repository: `redis` of `registry.example/library/redis:7@sha256:…`.
pub fn image_base_name(image: &str) -> &str {
    let without_digest = image.split('@').next().unwrap_or_default();
    let last = without_digest.rsplit('/').next().unwrap_or_default();
    last.split(':').next().unwrap_or_default()
}
