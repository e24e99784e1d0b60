//! What is likely to go wrong with the volumes of a pod, a sentence each.

use crate::facts::Known;
use crate::facts::storage::StorageTrap;
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, named, plain, text};
use crate::page::{Block, Inline, Prose};
use crate::topology::NodeIndex;

/// How many containers a sentence names.
const MOST_NAMED: usize = 4;

pub fn blocks(
    know: &Knowledge,
    index: NodeIndex,
    object: &Object,
    traps: &[Known<StorageTrap>],
) -> Vec<Block> {
    let is_unused = |trap: &&Known<StorageTrap>| matches!(trap.value, StorageTrap::Unused { .. });
    // That another node has other files, the table of volumes says already.
    let is_said = |trap: &&Known<StorageTrap>| matches!(&trap.value, StorageTrap::NodeFiles { writers, .. } if writers.is_empty());
    let (unused, traps): (Vec<_>, Vec<_>) = traps.iter().filter(|trap| !is_said(trap)).partition(is_unused);
    let mut items: Vec<Prose> = traps
        .iter()
        .map(|trap| {
            concat(vec![words(know, index, &trap.value), vec![text(" "), know.source(object, &trap.field)]])
        })
        .collect();
    items.extend(nobody_mounts(know, object, &unused));
    if items.is_empty() {
        return Vec::new();
    }
    vec![Block::Heading("Good to know".to_owned()), Block::List { ordered: false, items }]
}

/// The volumes that no container mounts, in one sentence.
fn nobody_mounts(know: &Knowledge, object: &Object, unused: &[&Known<StorageTrap>]) -> Option<Prose> {
    let first = unused.first()?;
    let name = |trap: &&Known<StorageTrap>| match &trap.value {
        StorageTrap::Unused { volume } => vec![code(volume)],
        _ => Prose::new(),
    };
    let noun = if unused.len() == 1 { "volume " } else { "the volumes " };
    let names = named(unused, MOST_NAMED, name);
    let start = plain(format!("No container mounts {noun}"));
    Some(concat(vec![start, names, plain(". "), vec![know.source(object, &first.field)]]))
}

fn words(know: &Knowledge, index: NodeIndex, trap: &StorageTrap) -> Prose {
    let names = |containers: &[usize]| {
        named(containers, MOST_NAMED, |&container| vec![know.container(index, container)])
    };
    let claim = |name: &str| -> Vec<Inline> { vec![text("claim "), code(name)] };
    match trap {
        StorageTrap::OneNodeClaim { claim: name, .. } => concat(vec![
            plain("Copies of this pod on another node wait: only the pods of one node at a time may use "),
            claim(name),
            plain("."),
        ]),
        StorageTrap::OnePodClaim { claim: name, .. } => concat(vec![
            plain("Only one copy of this pod can run: only one pod at a time may use "),
            claim(name),
            plain("; the others stay pending."),
        ]),
        StorageTrap::UpdateWaitsForDisk { claim: name, always, .. } => {
            let (when, who) = if *always {
                ("hangs", "pod")
            } else {
                ("hangs if the new pod comes to another node", "node")
            };
            concat(vec![
                plain(format!("An update {when}: the new pod waits for ")),
                claim(name),
                plain(format!(
                    ", which only one {who} at a time may use, and the old pod stays until the new one is ready. With "
                )),
                vec![code("strategy.type: Recreate")],
                plain(" the old pod goes first."),
            ])
        }
        StorageTrap::NodeFiles { volume, path, writers } => {
            let node = || vec![code(path), text(" of its node")];
            let who = if writers.is_empty() {
                concat(vec![plain("Volume "), vec![code(volume)], plain(" shows "), node()])
            } else {
                concat(vec![names(writers), plain(" may write to "), node()])
            };
            concat(vec![who, plain(": on another node there are other files.")])
        }
        StorageTrap::Memory { volume, size_limit } => {
            let limit = match size_limit {
                Some(size) => format!(" At most {} fit.", crate::facts::quantity::written_size_words(size)),
                None => " Nothing else limits its size.".to_owned(),
            };
            vec![
                text("Volume "),
                code(volume),
                text(" is in memory: what a container writes there counts toward its memory limit."),
                text(limit),
            ]
        }
        StorageTrap::FrozenFiles { volume, container, path } => vec![
            know.container(index, *container),
            text(" does not see changes at "),
            code(path),
            text(" until it starts again, because it mounts only a "),
            code("subPath"),
            text(" of volume "),
            code(volume),
            text("."),
        ],
        StorageTrap::MissingClaim { claim: name, .. } => vec![
            text("PersistentVolumeClaim "),
            code(name),
            text(" is not in these manifests; without it the pod stays pending."),
        ],
        StorageTrap::Undeclared { volume, containers } => {
            let verb = if containers.len() == 1 { " mounts" } else { " mount" };
            concat(vec![
                plain("Kubernetes refuses this pod: "),
                names(containers),
                plain(format!("{verb} volume ")),
                vec![code(volume)],
                plain(", which the pod does not declare."),
            ])
        }
        StorageTrap::Unused { .. } => Prose::new(),
    }
}
