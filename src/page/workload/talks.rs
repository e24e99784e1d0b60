//! Who talks to a pod, and to whom it talks.

use crate::catalog::Relation;
use crate::diagram::View;
use crate::page::knowledge::Knowledge;
use crate::page::network::limits;
use crate::page::prose::{code, concat, listed, plain, text};
use crate::page::workload::diagrams;
use crate::page::{Block, Prose};
use crate::topology::{NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Block> {
    let mut blocks = diagrams(know, index, &[View::Interaction, View::Traffic, View::NetworkPolicy]);
    let near = &know.node(index).identity;
    let mut items: Vec<Prose> = Vec::new();
    for edge in know.topology.to(index).filter(|edge| edge.relation == Relation::Selects) {
        let from = know.node(edge.from);
        if know.facts.policies().get(edge.from).is_some() {
            continue;
        }
        let words = match &*from.identity.kind {
            "Service" => edge.label.as_ref().map_or_else(
                || " sends it traffic.".to_owned(),
                |ports| format!(" sends it traffic: {ports}."),
            ),
            _ => " selects it.".to_owned(),
        };
        items.push(concat(vec![
            know.mention(edge.from, near),
            plain(words),
            plain(" "),
            know.because(edge).into_iter().collect(),
        ]));
    }
    for call in know.facts.of(index).iter().flat_map(|facts| &facts.localhost) {
        let object = know.node(index).object.as_deref();
        let source = object.map(|object| know.source(object, &call.field));
        let mut prose = vec![
            know.container(index, call.from),
            text(" reaches "),
            know.container(index, call.to),
            text(" at "),
            code(format!("localhost:{}", call.port)),
            text(". "),
        ];
        prose.extend(source);
        items.push(prose);
    }
    items.extend(limits(know, index));
    if pod.running().count() > 1 && pod.spec.host_network != Some(true) {
        let names = pod.running().map(|container| vec![code(&*container.key)]).collect();
        items.push(concat(vec![
            listed(names, 4),
            plain(" share one IP address and reach each other on localhost."),
        ]));
    }
    if pod.spec.host_network == Some(true) {
        items.push(plain(
            "It uses the network of its node: its ports are the node's ports, and localhost is the node.",
        ));
    }
    blocks.push(Block::List { ordered: false, items });
    blocks
}
