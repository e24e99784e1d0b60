//! Ports that several containers of a pod declare while they run at the same time: only one of them can listen there.
//!
//! Source: `k8s.io/kubernetes/pkg/api/pod/warnings.go`, which warns of the same port and protocol in one pod.

use super::localhost::runs_beside;
use crate::catalog::FieldPath;
use crate::facts::known::{Known, quoted};
use crate::facts::ledger::Ledger;
use crate::facts::scene::Scene;
use crate::names::english;
use crate::topology::{ContainerKind, Pod};
use serde_json::json;
use std::collections::BTreeMap;

/// A port that several containers declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortConflict {
    /// The port.
    pub port: i32,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// The indexes of the containers, two or more.
    pub containers: Vec<usize>,
    /// The field of the second one that declares it.
    pub field: FieldPath,
}

/// Every clash, sorted by port and protocol.
pub(super) fn derive(pod: &Pod) -> Vec<PortConflict> {
    let mut declared: BTreeMap<(i32, String), Vec<(usize, FieldPath)>> = BTreeMap::new();
    for (index, container) in pod.containers.iter().enumerate() {
        for (at, port) in container.spec.ports.iter().flatten().enumerate() {
            let protocol = port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
            let list = declared.entry((port.container_port, protocol)).or_default();
            if list.last().is_none_or(|(last, _)| *last != index) {
                let name = port.name.as_deref().unwrap_or_default();
                list.push((index, container.path.key("ports").named_item(at, name).key("containerPort")));
            }
        }
    }
    let clashes = declared.into_iter().filter_map(|((port, protocol), list)| {
        // Init containers clash with sidecars before them only.
        let lasting = |index: usize| pod.containers[index].kind != ContainerKind::Init;
        let lasting_many = list.iter().filter(|(index, _)| lasting(*index)).count() > 1;
        let first_sidecar = list
            .iter()
            .map(|(index, _)| *index)
            .find(|&index| pod.containers[index].kind == ContainerKind::Sidecar);
        let beside_a_sidecar =
            |index: usize| first_sidecar.is_some_and(|sidecar| runs_beside(pod, index, sidecar));
        let starts_clash = list.iter().any(|(index, _)| !lasting(*index) && beside_a_sidecar(*index));
        let clashing = list.into_iter().filter(|(index, _)| match lasting(*index) {
            true => lasting_many || (starts_clash && pod.containers[*index].kind == ContainerKind::Sidecar),
            false => beside_a_sidecar(*index),
        });
        let (containers, fields): (Vec<usize>, Vec<FieldPath>) = clashing.unzip();
        let field = fields.get(1).cloned()?;
        Some(PortConflict { port, protocol, containers, field })
    });
    clashes.collect()
}

/// Takes them down.
pub(super) fn tell(conflicts: &[PortConflict], scene: &Scene, pod: &Pod, ledger: &mut Ledger) {
    let names = |conflict: &PortConflict| {
        conflict.containers.iter().map(|&index| &*pod.containers[index].key).collect::<Vec<_>>()
    };
    let value: Vec<_> = conflicts
        .iter()
        .map(|one| json!({ "port": one.port, "protocol": one.protocol, "containers": names(one) }))
        .collect();
    let known = match conflicts.first() {
        Some(first) => {
            let names = names(first);
            let many = if names.len() > 2 {
                format!("{} containers", names.len())
            } else {
                english::list(names.iter().map(|name| quoted(name)), "and")
            };
            let why =
                format!("{many} declare port {}/{} and run at the same time", first.port, first.protocol);
            Known::new(value, why, first.field.clone())
        }
        None => {
            let why = "no two containers that run at the same time declare one port";
            Known::new(value, why, pod.path.key("containers"))
        }
    };
    ledger.object(scene.index, "port_conflicts", &known);
}
