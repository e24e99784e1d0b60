//! What a container shares with its siblings.

use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, named, plain};
use crate::page::{Block, Prose};
use crate::topology::{ContainerKind, NodeIndex, Pod};

/// Which volumes it shares, and with whom.
fn shared_files(know: &Knowledge, index: NodeIndex, position: usize, others: usize) -> Vec<Prose> {
    let volumes = know.facts.of(index).map(|facts| facts.volumes.as_slice()).unwrap_or_default().iter();
    let mine = volumes.filter(|usage| usage.mounts.iter().any(|mount| mount.container == position));
    let sentences = mine.filter_map(|usage| {
        let mut others: Vec<usize> = usage.mounts.iter().map(|mount| mount.container).collect();
        others.retain(|other| *other != position);
        others.dedup();
        let sentence = vec![
            plain("It shares volume "),
            vec![code(&usage.name)],
            plain(" with "),
            named(&others, 6, |&other| vec![know.container(index, other)]),
            plain("."),
        ];
        (!others.is_empty()).then(|| concat(sentence))
    });
    let sentences: Vec<Prose> = sentences.collect();
    let none = if others == 1 { "It shares no files with it." } else { "It shares no files with them." };
    if sentences.is_empty() { vec![plain(none)] } else { sentences }
}

pub fn blocks(know: &Knowledge, index: NodeIndex, pod: &Pod, position: usize) -> Vec<Block> {
    let container = &pod.containers[position];
    let others: Vec<usize> = (0..pod.containers.len()).filter(|&other| other != position).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let network = if pod.spec.host_network == Some(true) { "the node's network" } else { "one IP address" };
    let number = others.len();
    let names = named(&others, 6, |&other| vec![know.container(index, other)]);
    let mut items = vec![concat(vec![plain(format!("It shares {network} with ")), names, plain(".")])];
    items.extend(shared_files(know, index, position, number));
    if pod.spec.share_process_namespace == Some(true) {
        items.push(plain("The containers of the pod see each other's processes."));
    } else if pod.spec.host_pid == Some(true) {
        items.push(plain(
            "It sees every process of its node; its file system, environment, and limits are its own.",
        ));
    } else if pod.steps > 0 {
        items.push(plain("It has its own file system, processes, environment, and limits."));
    } else if container.kind != ContainerKind::Init {
        let facts =
            know.facts.of(index).map(|facts| facts.lifecycle.containers.as_slice()).unwrap_or_default();
        let all = facts.iter().any(|times| times.restart.restarts_all());
        let restarts =
            if all { "; a restart rule may restart all containers at once" } else { ", and restarts alone" };
        items.push(plain(format!(
            "It has its own file system, processes, environment, and limits{restarts}."
        )));
    }
    vec![Block::List { ordered: false, items }]
}
