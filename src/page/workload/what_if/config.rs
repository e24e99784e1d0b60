//! What if a ConfigMap or a Secret changes that a pod reads?
//!
//! Source: kubernetes.io, "ConfigMaps", "Mounted ConfigMaps are updated automatically" and "Immutable ConfigMaps".

use super::Asked;
use crate::catalog::Relation;
use crate::page::Prose;
use crate::page::prose::{concat, plain};
use crate::topology::NodeIndex;
use std::collections::BTreeMap;

/// How a pod sees a change.
#[derive(Default)]
struct Reading {
    as_environment: bool,
    as_files: bool,
    as_fixed_files: bool,
}

pub(super) fn answers(asked: &Asked) -> Vec<Prose> {
    let mut readings: BTreeMap<NodeIndex, Reading> = BTreeMap::new();
    for edge in asked.know.topology.from(asked.index) {
        let kind = &*asked.know.node(edge.to).identity.kind;
        if !matches!(kind, "ConfigMap" | "Secret") {
            continue;
        }
        match edge.relation {
            Relation::ReadsEnv => readings.entry(edge.to).or_default().as_environment = true,
            Relation::Mounts => {
                let reading = readings.entry(edge.to).or_default();
                let volume = asked.facts.volumes.iter().find(|volume| {
                    volume.volume.is_some_and(|at| edge.field.is_within(&asked.pod.volumes[at].path))
                });
                let mounts = volume.map(|volume| volume.mounts.as_slice()).unwrap_or_default();
                reading.as_fixed_files |= mounts.iter().any(|mount| mount.sub_path.is_some());
                reading.as_files |= mounts.iter().any(|mount| mount.sub_path.is_none());
            }
            _ => {}
        }
    }
    let near = &asked.object.identity;
    let answer = |(index, reading): (NodeIndex, Reading)| {
        let node = asked.know.node(index);
        let object = node.object.as_deref();
        let is_immutable = object
            .and_then(|object| object.value.get("immutable"))
            .is_some_and(|value| value.kind == crate::model::Kind::Bool(true));
        let restart = "only after its pods are restarted";
        let effect = match (reading.as_environment, reading.as_files, reading.as_fixed_files) {
            _ if is_immutable => " cannot change: it is immutable. A new one needs a new name.".to_owned(),
            (false, true, false) => {
                " reaches its files within about a minute; whether the program reads them again is up to it."
                    .to_owned()
            }
            (true, true, _) => {
                format!(" reaches its files within about a minute, and its environment {restart}.")
            }
            (false, true, true) => {
                format!(
                    " reaches its files within about a minute, but those mounted with a `subPath` {restart}."
                )
            }
            (true, false, _) => {
                format!(" takes effect {restart}: it is read into the environment at the start.")
            }
            (false, false, true) => {
                format!(" takes effect {restart}: it is mounted with a `subPath`, which is never updated.")
            }
            (false, false, false) => return None,
        };
        Some(concat(vec![
            plain("A change of "),
            asked.know.mention(index, near),
            crate::page::prose::marked(&effect),
        ]))
    };
    readings.into_iter().filter_map(answer).collect()
}
