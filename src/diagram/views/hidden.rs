//! What the user hides is taken out of a diagram, with the arrows and rows that touch it.

use crate::diagram::{Body, Diagram, Flow, Group, Id};
use crate::names::count;
use crate::names::english;
use crate::topology::Topology;
use std::collections::BTreeSet;

/// The diagram without what is hidden; `None` where nothing is left.
pub(super) fn without_hidden(mut diagram: Diagram, topology: &Topology) -> Option<Diagram> {
    let hides = |link: &Option<_>| link.as_ref().is_some_and(|subject| topology.hides(subject));
    diagram.rows.retain(|row| !hides(&row.from.1) && !hides(&row.to.1));
    if let Body::Flow(flow) = &mut diagram.body {
        let gone: BTreeSet<Id> =
            flow.nodes.iter().filter(|node| hides(&node.link)).map(|node| node.id.clone()).collect();
        if !gone.is_empty() {
            let had_edges = !flow.edges.is_empty();
            flow.nodes.retain(|node| !gone.contains(&node.id));
            flow.edges.retain(|edge| !gone.contains(&edge.from) && !gone.contains(&edge.to));
            drop_empty_groups(flow);
            // What only says who has to do with the hidden says nothing now.
            if flow.nodes.is_empty() || (had_edges && flow.edges.is_empty()) {
                return None;
            }
            let (things, verb) = (count(gone.len(), "object", "objects"), english::are(gone.len()));
            diagram.left_out.push(format!("{things} that podviz.yaml hides {verb} not drawn."));
        }
    }
    Some(diagram)
}

fn drop_empty_groups(flow: &mut Flow) {
    let mut used: BTreeSet<Id> = flow.nodes.iter().filter_map(|node| node.parent.clone()).collect();
    // Groups stand outer before inner, so the other way round each finds its parent.
    for Group { id, parent, .. } in flow.groups.iter().rev() {
        if used.contains(id) {
            used.extend(parent.clone());
        }
    }
    flow.groups.retain(|group| used.contains(&group.id));
}
