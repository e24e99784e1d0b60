//! The parts that objects play beyond what their role says.

use super::{Node, NodeIndex};
use crate::catalog::vocabulary::{Entry, Optional};
use crate::catalog::{Catalog, EdgeRule, FieldPath};
use std::collections::BTreeMap;

/// What the catalog says of nodes, where it says anything.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// How traffic from outside reaches them.
    pub entries: BTreeMap<NodeIndex, Entry>,
    /// Which of them decide who may talk to whom, and whether they name what they are about.
    pub guards: BTreeMap<NodeIndex, bool>,
}

/// The parts that nodes play.
pub(super) fn of(nodes: &[Node], catalog: &Catalog) -> Parts {
    let mut parts = Parts::default();
    for (index, node) in nodes.iter().enumerate() {
        let Some(rule) = catalog.kind(&node.identity.group, &node.identity.kind) else { continue };
        let object = node.object.as_ref().map(|object| &object.value);
        let entry = rule.entry.of(object);
        if entry != Entry::default() {
            parts.entries.insert(index, entry);
        }
        if let Some(object) = object.filter(|_| rule.guards) {
            let is_told = |edge: &&EdgeRule| edge.optional != Some(Optional::Always(true));
            let names = |edge: &EdgeRule| {
                let found = edge.field.find(object, &FieldPath::root());
                found
                    .iter()
                    .any(|(_, value)| value.is_list() || value.is_map() || value.scalar_text().is_some())
            };
            parts.guards.insert(index, rule.edges.iter().filter(is_told).any(names));
        }
    }
    parts
}
