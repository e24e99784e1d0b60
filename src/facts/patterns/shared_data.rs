//! Shared data: one container writes files that another one reads.

use super::clues::Clues;
use super::pattern::{Pattern, Sign};
use crate::catalog::FieldPath;
use crate::facts::known::quoted;
use crate::facts::storage::{Access, Mount, VolumeUse};
use crate::topology::ContainerKind;

pub(super) static PATTERN: Pattern = Pattern {
    word: "shared-data",
    title: "Shared data",
    meaning: "one container writes files that another reads.",
    signs: &[Sign::Pod(|pod| !pod.shared.is_empty())],
};

/// A volume through which containers hand files to each other.
#[derive(Clone, Debug)]
pub struct SharedData {
    /// Its index in the volumes of the pod's facts.
    pub usage: usize,
    /// How sure it is, in percent: 90 where one writes and another only reads, or an init container writes.
    pub percent: u8,
    /// Why.
    pub why: String,
    /// The mount of the reader.
    pub field: FieldPath,
}

/// Every volume through which containers hand files to each other.
pub(super) fn find(clues: &Clues) -> Vec<SharedData> {
    let volumes = clues.volumes.iter().enumerate();
    volumes.filter_map(|(index, usage)| shared(clues, index, usage)).collect()
}

fn shared(clues: &Clues, index: usize, usage: &VolumeUse) -> Option<SharedData> {
    let kind = |mount: &Mount| clues.containers[mount.container].container.kind;
    let counts = |mount: &&Mount| kind(mount) != ContainerKind::Ephemeral;
    let mounts: Vec<&Mount> = usage.mounts.iter().filter(counts).collect();
    let writers: Vec<&Mount> =
        mounts.iter().copied().filter(|mount| mount.access == Access::ReadWrite).collect();
    let other = |than: &Mount| mounts.iter().copied().find(|mount| mount.container != than.container);
    let prepared = writers.iter().find(|writer| kind(writer) == ContainerKind::Init);
    let read = mounts.iter().copied().find(|mount| mount.access == Access::ReadOnly);
    let handed = read.and_then(|read| {
        let writer = writers.iter().find(|writer| writer.container != read.container)?;
        Some((*writer, read, 90))
    });
    let sure = prepared.and_then(|writer| Some((*writer, other(writer)?, 90))).or(handed);
    let both = || {
        let first = writers.first()?;
        let second = writers.iter().find(|mount| mount.container != first.container)?;
        Some((*first, *second, 50))
    };
    let (writer, reader, percent) = sure.or_else(both)?;
    let name = |mount: &Mount| quoted(&clues.containers[mount.container].container.name);
    let volume = quoted(&usage.name);
    let why = match percent {
        90 => format!("{} writes to volume {volume}, and {} reads it", name(writer), name(reader)),
        _ => format!("{} and {} both write to volume {volume}", name(writer), name(reader)),
    };
    let field = clues.mount(reader.container, &usage.name);
    Some(SharedData { usage: index, percent, why, field })
}
