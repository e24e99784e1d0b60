//! The pods that operators make, as ends of connections: those that policies or a Service tell apart, one end each.

use super::{End, Policies};
use crate::topology::{Labels, Node, NodeIndex, Selector, Topology};

/// The labels of the pods that an operator makes for a node, in each way in which they vary; an end names one by its place.
pub(super) fn ways(node: &Node) -> impl Iterator<Item = &Labels> {
    node.crew.iter().flat_map(|crew| &crew.labels)
}

/// Whether the pods of one way have the labels that a selector asks for; without a number, those of the first.
pub(super) fn has(node: &Node, number: Option<i64>, selector: &Selector) -> bool {
    let at = number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    ways(node).nth(at).is_some_and(|labels| selector.matches(labels))
}

/// What is not sure of the pods that an operator makes: podviz knows the labels that it documents.
pub(super) fn note(node: &Node) -> Option<String> {
    let title = crate::facts::quoted(&node.identity.title());
    let note = format!(
        "An operator makes the pods of {title}: podviz takes them to have the labels that it documents."
    );
    (!node.crew.is_empty()).then_some(note)
}

/// The ends that the pods of a node's operator make, each with its name: those that no policy tells apart are one. Of the
/// pods behind a Service, those that its selector picks.
pub(super) fn ends(
    policies: &Policies,
    topology: &Topology,
    index: NodeIndex,
    name: &str,
    selector: Option<&Selector>,
) -> Vec<(End, String)> {
    let environment = &topology.nodes[index].identity.environment;
    let near =
        policies.all().filter(|policy| topology.nodes[policy.index].identity.environment == *environment);
    let asked: Vec<&Selector> = near.flat_map(super::Policy::selectors).collect();
    let mut found: Vec<(Vec<bool>, NodeIndex, End, String)> = Vec::new();
    for at in stand_ins(topology, index) {
        let node = &topology.nodes[at];
        let mut number = 0;
        for crew in &node.crew {
            for labels in &crew.labels {
                let seen: Vec<bool> = asked.iter().map(|one| one.matches(labels)).collect();
                let end = End::Pod(at, Some(number));
                number += 1;
                let is_new = !found.iter().any(|(other, place, ..)| *other == seen && *place == at);
                if is_new && selector.is_none_or(|one| one.matches(labels)) {
                    let differs = |key: &&String| {
                        asked.iter().any(|one| one.asks_for(key))
                            && crew.labels.iter().any(|one| one.get(*key) != labels.get(*key))
                    };
                    let own: Vec<String> =
                        labels.keys().filter(differs).map(|key| format!("{key}={}", labels[key])).collect();
                    let with = if own.is_empty() { String::new() } else { format!(" ({})", own.join(", ")) };
                    found.push((seen, at, end, format!("{}{with} of {name}", crew.what[1])));
                }
            }
        }
    }
    match &found[..] {
        [(_, _, end, _)] => vec![(*end, name.to_owned())],
        _ => found.into_iter().map(|(_, _, end, name)| (end, name)).collect(),
    }
}

/// The nodes that stand for the pods of a node: the workloads that its operator makes, where selectors lead to them.
fn stand_ins(topology: &Topology, index: NodeIndex) -> Vec<NodeIndex> {
    let node = &topology.nodes[index];
    let mut found: Vec<NodeIndex> =
        node.crew.iter().map(|crew| topology.find(&crew.stands_for).unwrap_or(index)).collect();
    found.sort_unstable();
    found.dedup();
    found
}
