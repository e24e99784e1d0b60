//! Workloads that only hold the template of pods which another object runs.

use super::super::{Taken, Topology};
use crate::catalog::{Catalog, FieldPath};
use crate::document::Value;

/// Notes which workloads only hold the template of pods that another object runs.
pub(super) fn take_over(topology: &mut Topology, catalog: &Catalog) {
    let mut taken = Vec::new();
    for (by, node) in topology.nodes.iter().enumerate().filter(|(_, node)| node.pod.is_none()) {
        let rule = catalog.kind(&node.identity.group, &node.identity.kind);
        let Some((object, rule)) = node.object.as_ref().zip(rule) else { continue };
        let Some(reference) = rule.pods_of.as_deref().map(FieldPath::of) else { continue };
        let field = FieldPath::of(rule.copies.as_deref().unwrap_or_default());
        let copies = field.find(&object.value).and_then(Value::as_i64).unwrap_or(1).max(0);
        let named = topology.from(by).find(|edge| edge.field.is_within(&reference)).map(|edge| edge.to);
        taken.extend(named.map(|to| (to, Taken { by, field, copies })));
    }
    for (to, by) in taken {
        topology.nodes[to].taken = Some(by).filter(|_| topology.nodes[to].pod.is_some());
    }
}
