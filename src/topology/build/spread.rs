//! What objects of the whole cluster make in namespaces.

use super::{Draft, DraftEdge};
use crate::catalog::{Catalog, Relation, Scope};
use crate::document::Identity;
use std::collections::BTreeSet;

impl Draft {
    /// What an object of the whole cluster makes in its namespaces is there wherever something refers to it.
    pub(super) fn spread(&mut self, catalog: &Catalog) {
        let is_everywhere = |identity: &Identity| {
            identity.namespace.is_empty()
                && catalog.scope(&identity.group, &identity.kind) == Some(Scope::Namespaced)
        };
        self.made.retain(|made, _| !is_everywhere(made));
        let edges = std::mem::take(&mut self.edges);
        let (copies, edges): (Vec<DraftEdge>, Vec<DraftEdge>) = edges
            .into_iter()
            .partition(|edge| edge.relation == Relation::Produces && is_everywhere(&edge.to));
        self.edges = edges;
        for copy in copies {
            let wanted = |to: &&Identity| {
                !to.namespace.is_empty() && Identity { namespace: "".into(), ..(*to).clone() } == copy.to
            };
            let wanted: BTreeSet<Identity> =
                self.edges.iter().map(|edge| &edge.to).filter(wanted).cloned().collect();
            for to in wanted {
                self.made.entry(to.clone()).or_insert_with(|| copy.from.clone());
                self.edges.push(DraftEdge { to, ..copy.clone() });
            }
        }
    }
}
