//! The whole topology as one diagram: every object, every edge, namespaces as groups. It is for programs and small
//! inputs; the views answer questions.

use super::cast;
use super::sheet::{Reason, Sheet, line};
use crate::diagram::{Class, Diagram, Direction, Id, View};
use crate::names::count;
use crate::topology::Topology;

/// Every object and every edge, without a budget.
pub fn whole(topology: &Topology) -> Diagram {
    let mut sheet = Sheet::default();
    let ids: Vec<Id> = topology
        .nodes
        .iter()
        .map(|node| {
            let identity = &node.identity;
            let parent = (!identity.namespace.is_empty()).then(|| {
                let id = Id::of('g', &[&identity.environment, &identity.namespace]);
                sheet.group(id, Class::Namespace, &format!("Namespace {}", identity.namespace), None, None)
            });
            sheet.node(cast::object(node), parent.as_ref())
        })
        .collect();
    for edge in &topology.edges {
        let reason = Reason::edge(topology, edge);
        sheet.arrow(&ids[edge.from], &ids[edge.to], edge.relation.verb(), line(topology, edge), reason);
    }
    let description = format!(
        "{} and {} between them.",
        count(topology.nodes.len(), "object", "objects"),
        count(topology.edges.len(), "reference", "references")
    );
    let unlimited = super::Budget { nodes: usize::MAX, edges: usize::MAX };
    sheet.finish(View::Architecture, "All objects".to_owned(), description, Direction::Right, unlimited)
}
