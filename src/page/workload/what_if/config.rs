//! What if a ConfigMap or a Secret changes that a pod reads?
//!
//! Source: kubernetes.io, "ConfigMaps", "Mounted ConfigMaps are updated automatically" and "Immutable ConfigMaps".

use super::Asked;
use crate::catalog::Relation;
use crate::page::Prose;
use crate::page::prose::{concat, joined, listed, marked, plain};
use crate::topology::NodeIndex;
use std::collections::BTreeMap;

/// How many objects a sentence names.
const MOST_NAMED: usize = 4;

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
    let mut alike: BTreeMap<Effect, Vec<NodeIndex>> = BTreeMap::new();
    for (index, reading) in readings {
        if let Some(effect) = effect(asked, index, &reading) {
            alike.entry(effect).or_default().push(index);
        }
    }
    alike.into_iter().map(|(effect, objects)| answer(asked, effect, &objects)).collect()
}

/// What a change of an object does to a pod.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    AtRestart,
    InFiles,
    InBoth,
    InSomeFiles,
    InFixedFiles,
    Never,
}

fn effect(asked: &Asked, index: NodeIndex, reading: &Reading) -> Option<Effect> {
    let object = asked.know.node(index).object.as_deref();
    let is_immutable = object
        .and_then(|object| object.value.get("immutable"))
        .is_some_and(|value| value.kind == crate::document::Kind::Bool(true));
    match (reading.as_environment, reading.as_files, reading.as_fixed_files) {
        (false, false, false) => None,
        _ if is_immutable => Some(Effect::Never),
        (false, true, false) => Some(Effect::InFiles),
        (true, true, _) => Some(Effect::InBoth),
        (false, true, true) => Some(Effect::InSomeFiles),
        (true, false, _) => Some(Effect::AtRestart),
        (false, false, true) => Some(Effect::InFixedFiles),
    }
}

fn answer(asked: &Asked, effect: Effect, objects: &[NodeIndex]) -> Prose {
    let one = objects.len() == 1;
    let names: Vec<Prose> =
        objects.iter().map(|&index| asked.know.mention(index, &asked.object.identity)).collect();
    let all = listed(names.clone(), MOST_NAMED);
    let any = if names.len() > MOST_NAMED { all.clone() } else { joined(names, "or") };
    let later = "only in containers that start later";
    if effect == Effect::Never {
        let rest = if one {
            " cannot change: it is immutable. A new version needs a new name."
        } else {
            " cannot change: they are immutable. A new version needs a new name."
        };
        return concat(vec![all, plain(rest)]);
    }
    let (it_is, files) = if one { ("it is", "its files") } else { ("they are", "their files") };
    let words = match effect {
        Effect::InFiles => {
            format!(
                " reaches {files} within about a minute; whether the program reads them again is up to it."
            )
        }
        Effect::InBoth => format!(" reaches {files} within about a minute, and the environment {later}."),
        Effect::InSomeFiles => {
            format!(" reaches {files} within about a minute, but those mounted with a `subPath` {later}.")
        }
        Effect::InFixedFiles => {
            format!(" takes effect {later}: {it_is} mounted with a `subPath`, which is never updated.")
        }
        Effect::AtRestart | Effect::Never => {
            format!(" takes effect {later}: {it_is} read into the environment at the start.")
        }
    };
    concat(vec![plain("A change of "), any, marked(&words)])
}
