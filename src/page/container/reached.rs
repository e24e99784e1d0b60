//! Who reaches a container, and whom it reaches.

use super::served::served;
use crate::facts::is_headless;
use crate::names::thousands;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{concat, folded, plain};
use crate::page::workload::talks::{calls, inside};
use crate::page::{Block, Prose};
use crate::topology::{ContainerKind, NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, pod: &Pod, position: usize) -> Vec<Block> {
    let near = &know.node(index).identity;
    let mut items: Vec<Prose> = Vec::new();
    for (service, ports) in served(know, index, pod, position) {
        let noun = if ports.contains(' ') { "ports" } else { "port" };
        items.push(concat(vec![
            know.mention(service, near),
            plain(match is_headless(know.node(service)) {
                true => format!(" leads callers to it, on {noun} {ports}."),
                false => format!(" sends it traffic on {noun} {ports}."),
            }),
        ]));
    }
    let mut items =
        folded(items, |more| plain(format!("{} more Services send it traffic.", thousands(more))));
    if items.is_empty() && pod.containers[position].kind != ContainerKind::Init {
        items.push(plain("No Service in these manifests leads to a port of this container."));
    }
    items.extend(inside::items(know, index, Some(position)));
    let calls = calls::told(know, index, position);
    items.extend(calls.items);
    items.extend(calls::in_secrets(know, index, Some(position)));
    if items.is_empty() {
        return Vec::new();
    }
    let list = Block::List { ordered: false, items };
    [list].into_iter().chain(calls.table.map(Block::Table)).collect()
}
