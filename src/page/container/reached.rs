//! Who reaches a container, and whom it reaches.

use super::lead::served;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, plain, text};
use crate::page::{Block, Prose};
use crate::topology::{ContainerKind, NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, pod: &Pod, position: usize) -> Vec<Block> {
    let near = &know.node(index).identity;
    let mut items: Vec<Prose> = Vec::new();
    for (service, ports) in served(know, index, pod, position) {
        items.push(concat(vec![
            know.mention(service, near),
            plain(format!(" sends it traffic on port {ports}.")),
        ]));
    }
    for call in know.facts.of(index).iter().flat_map(|facts| &facts.network.localhost) {
        let address = code(format!("localhost:{}", call.port));
        let source = know.node(index).object.as_deref().map(|object| know.source(object, &call.field));
        let mut prose = match (call.from == position, call.to == position) {
            (true, _) => {
                vec![text("It reaches "), know.container(index, call.to), text(" at "), address, text(". ")]
            }
            (_, true) => vec![know.container(index, call.from), text(" reaches it at "), address, text(". ")],
            _ => continue,
        };
        prose.extend(source);
        items.push(prose);
    }
    if items.is_empty() && pod.containers[position].kind != ContainerKind::Init {
        items.push(plain("No Service in these manifests leads to a port of this container."));
    }
    if items.is_empty() { Vec::new() } else { vec![Block::List { ordered: false, items }] }
}
