//! The volumes of a pod: who mounts which, what each survives, and what is likely to go wrong.

mod claims;
mod survival;
mod traps;

use crate::diagram::View;
use crate::document::Value;
use crate::facts::quantity::written_size_words;
use crate::facts::storage::{Access, Claim, Mount, VolumeUse};
use crate::model::{Object, Subject};
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, listed, muted, named, plain, text};
use crate::page::workload::diagrams;
use crate::page::{Block, Inline, Prose, Table};
use crate::topology::{NodeIndex, Pod, State, Volume};

/// How many containers a sentence names.
const MOST_NAMED: usize = 4;
/// How many containers have a column of their own.
const MOST_COLUMNS: usize = 12;
/// How many mounts of one volume a cell names.
const MOST_MOUNTS: usize = 8;

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let Some(facts) = know.facts.of(index).filter(|facts| !facts.volumes.is_empty()) else {
        return Vec::new();
    };
    let (mut blocks, mut drawn) = (Vec::new(), Vec::new());
    if facts.volumes.iter().any(|usage| usage.claim.is_some() || usage.is_written_and_shared()) {
        drawn = diagrams(know, index, &[View::Storage]);
    }
    blocks.push(Block::Table(matrix(know, index, object, pod, &facts.volumes)));
    if pod.containers.len() > 1 {
        blocks.push(Block::Paragraph(apart(&facts.volumes)));
        let shared = facts.volumes.iter().filter(|usage| usage.is_shared());
        let items: Vec<Prose> = shared.map(|usage| who_writes(know, index, pod, usage)).collect();
        if !items.is_empty() {
            blocks.push(Block::List { ordered: false, items });
        }
    }
    blocks.extend(Block::fold("What survives what", survival::blocks(object, pod, &facts.volumes)));
    blocks.extend(claims::blocks(know, index, object, &facts.volumes));
    blocks.extend(traps::blocks(know, index, object, &facts.storage_traps));
    blocks.extend(Block::fold("A picture of who writes and who reads", drawn));
    blocks
}

/// Volumes by containers: where each is mounted, and how. Where a column for each container would be too many, one says
/// who mounts the volume.
fn matrix(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod, volumes: &[VolumeUse]) -> Table {
    let mut head = vec!["Volume".to_owned(), "What it is".to_owned()];
    let has_columns = pod.containers.len() <= MOST_COLUMNS;
    match has_columns {
        true => head.extend(pod.containers.iter().map(|container| container.key.to_string())),
        false => head.push("Mounted by".to_owned()),
    }
    let empty = || vec![muted("–")];
    let rows = volumes.iter().map(|usage| {
        let mut name = vec![code(&usage.name)];
        let what = match usage.volume.map(|volume| &pod.volumes[volume]) {
            Some(volume) => {
                name.extend([text(" "), know.source(object, &volume.path)]);
                volume_words(know, index, object, volume, usage.claim.as_ref())
            }
            None => vec![Inline::Strong("not declared in the pod".to_owned())],
        };
        let mut row = vec![name, what];
        if !has_columns {
            let by = |mount: &Mount| {
                concat(vec![vec![know.container(index, mount.container), text(" at ")], mounted(mount)])
            };
            row.push(if usage.mounts.is_empty() { empty() } else { named(&usage.mounts, MOST_MOUNTS, by) });
            return row;
        }
        let mut cells = vec![Vec::new(); pod.containers.len()];
        for mount in &usage.mounts {
            cells[mount.container].push(mounted(mount));
        }
        row.extend(cells.into_iter().map(|cell| if cell.is_empty() { empty() } else { joined(cell, "and") }));
        row
    });
    Table { caption: format!("Volumes of {}", object.identity.title()), head, rows: rows.collect() }
}

fn mounted(mount: &Mount) -> Prose {
    let access = match (mount.is_device, mount.access) {
        (true, Access::ReadOnly) => " as a raw device, read-only",
        (true, Access::ReadWrite) => " as a raw device",
        (false, Access::ReadOnly) => " read-only",
        (false, Access::ReadWrite) => " read-write",
    };
    let part = mount.sub_path.iter().flat_map(|part| [text(", only "), code(part)]);
    concat(vec![vec![code(&mount.path), text(access)], part.collect()])
}

/// Which files the containers do and do not share.
fn apart(volumes: &[VolumeUse]) -> Prose {
    let shared: Vec<Prose> =
        volumes.iter().filter(|usage| usage.is_shared()).map(|usage| vec![code(&usage.name)]).collect();
    let each = "Each container has its own file system; they share no files";
    match shared.len() {
        0 => plain(format!("{each}.")),
        1 => concat(vec![plain(format!("{each}, except volume ")), joined(shared, "and"), plain(".")]),
        _ => concat(vec![
            plain(format!("{each}, except the volumes ")),
            listed(shared, MOST_NAMED),
            plain("."),
        ]),
    }
}

/// Who writes a volume that several containers mount, and who only reads it.
fn who_writes(know: &Knowledge, index: NodeIndex, pod: &Pod, usage: &VolumeUse) -> Prose {
    let names = |containers: &[usize]| {
        named(containers, MOST_NAMED, |&container| vec![know.container(index, container)])
    };
    let (writers, readers) = (usage.writers(), usage.readers());
    let volume = || vec![text("volume "), code(&usage.name)];
    let reads = if readers.len() == 1 { " only reads it" } else { " only read it" };
    let meets = |&one: &usize| writers.iter().any(|&other| pod.may_overlap(one, other));
    let at_once: Vec<usize> = writers.iter().copied().filter(meets).collect();
    let mut words = match (writers.len(), readers.len()) {
        (2.., 0) if at_once.is_empty() => concat(vec![
            names(&writers),
            plain(" may write "),
            volume(),
            plain(", one after another: they never run at the same time"),
        ]),
        (0, 2) => concat(vec![names(&readers), plain(" both read "), volume(), plain("; neither writes it")]),
        (0, _) => concat(vec![names(&readers), plain(" read "), volume(), plain("; none of them writes it")]),
        (2, 0) => concat(vec![names(&writers), plain(" may both write "), volume()]),
        (_, 0) => concat(vec![names(&writers), plain(" may all write "), volume()]),
        _ => concat(vec![
            names(&writers),
            plain(" may write "),
            volume(),
            plain("; "),
            names(&readers),
            plain(reads),
        ]),
    };
    if usage.is_divided() {
        words.push(text(". Each mounts a part of its own, so they see none of each other's files"));
    } else if readers.is_empty() && at_once.len() == writers.len() {
        words.push(text(", so they must agree on who writes which file"));
    } else if !at_once.is_empty() && readers.is_empty() {
        words = concat(vec![
            names(&writers),
            plain(" may write "),
            volume(),
            plain("; of them, "),
            names(&at_once),
            plain(" run at the same time, so they must agree on who writes which file"),
        ]);
    }
    words.push(text("."));
    words
}

/// Whether the disk behind a claim is known to be inside of one node.
fn is_of_one_node(claim: Option<&Claim>) -> bool {
    claim.and_then(|claim| claim.is_local.as_ref()).is_some_and(|local| local.value)
}

/// What a volume is and how long it lives, given the claim that backs it.
pub fn volume_words(
    know: &Knowledge,
    index: NodeIndex,
    object: &Object,
    volume: &Volume,
    claim: Option<&Claim>,
) -> Prose {
    let value = volume.path.find(&object.value);
    let part =
        |key: &str| value.and_then(|value| value.get(volume.source)?.get(key)).and_then(Value::scalar_text);
    let refer = |kind: &str, key: &str| match part(key) {
        Some(name) => {
            let identity = know.node(index).identity.sibling("", kind, &name);
            let found = know.topology.find(&identity);
            let state = found.map(|found| know.node(found).state);
            let maker = found.and_then(|found| know.made_by(found));
            let mut prose = vec![text(format!("{kind} ")), know.link(&Subject::Object(identity), &name)];
            let is_optional = part("optional").as_deref() == Some("true");
            match state {
                Some(State::Present) => {}
                _ if maker.is_some() => {
                    prose.extend(concat(vec![plain(" ("), maker.unwrap_or_default(), plain(")")]));
                }
                _ if is_optional => prose.push(text(", if there is one (not in these manifests)")),
                Some(State::Missing) => prose.push(text(" (not in these manifests)")),
                _ => {}
            }
            prose
        }
        None => plain(format!("a {kind}")),
    };
    match volume.source {
        "emptyDir" => {
            let memory = part("medium").as_deref() == Some("Memory");
            let size = part("sizeLimit")
                .map(|size| format!(", at most {}", written_size_words(&size)))
                .unwrap_or_default();
            let place = if memory { "An empty folder in memory" } else { "An empty folder" };
            plain(format!("{place}{size}: it survives a container's restart, not the pod's deletion"))
        }
        "configMap" => concat(vec![plain("Files from "), refer("ConfigMap", "name")]),
        "secret" => concat(vec![plain("Files from "), refer("Secret", "secretName")]),
        "persistentVolumeClaim" if part("claimName").is_some() => concat(vec![
            refer("PersistentVolumeClaim", "claimName"),
            plain(if is_of_one_node(claim) {
                ": it keeps its files when the pod is deleted; they are on one node"
            } else {
                ": it keeps its files when the pod is deleted or moves"
            }),
        ]),
        "persistentVolumeClaim" => {
            let size = value
                .and_then(|claim| claim.at("spec.resources.requests.storage"))
                .and_then(Value::scalar_text);
            let size = size.map(|size| format!(" of {}", written_size_words(&size))).unwrap_or_default();
            plain(format!("A claim{size} for each pod: it stays when the pod goes"))
        }
        "hostPath" => vec![
            text("Path "),
            code(part("path").unwrap_or_default()),
            text(" of the node: another node has other files"),
        ],
        "downwardAPI" => plain("Facts about the pod, as files"),
        "projected" => plain("Tokens, ConfigMaps, Secrets, or facts about the pod, as files"),
        "ephemeral" => plain("A disk that is made with the pod and deleted with it"),
        "nfs" => vec![
            text("NFS share "),
            code(format!("{}:{}", part("server").unwrap_or_default(), part("path").unwrap_or_default())),
        ],
        "csi" => vec![text("A volume of driver "), code(part("driver").unwrap_or_default())],
        "image" => vec![text("Files of image "), code(part("reference").unwrap_or_default())],
        other => vec![text("A volume of type "), code(other)],
    }
}
