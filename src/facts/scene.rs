//! One object in the light of all others: what a rule looks at.

use crate::catalog::{Catalog, Relation};
use crate::document::Value;
use crate::model::Object;
use crate::topology::{Edge, Node, NodeIndex, Topology, is_pod_checked};

/// One object in the light of all others: what a rule looks at.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Everything there is.
    pub topology: &'a Topology,
    /// What is known of kinds and images.
    pub catalog: &'a Catalog,
    /// The node of the object.
    pub index: NodeIndex,
    /// The object.
    pub object: &'a Object,
}

impl<'a> Scene<'a> {
    /// The scenes of all objects of the input, sorted by identity.
    pub fn all(topology: &'a Topology, catalog: &'a Catalog) -> impl Iterator<Item = Scene<'a>> {
        topology.present().filter_map(move |(index, node)| {
            Some(Scene { topology, catalog, index, object: node.object.as_deref()? })
        })
    }

    /// The node of the object.
    pub fn node(&self) -> &'a Node {
        &self.topology.nodes[self.index]
    }

    /// Whether the object is of a kind of Kubernetes itself: `is("apps", "Deployment")`; the core group is empty.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        &*self.object.identity.group == group && &*self.object.identity.kind == kind
    }

    /// Whether the API server checks the pod of the object as it is written. A manifest whose containers name no image is a
    /// part of one, which changes what another one says.
    pub fn is_pod_checked(&self) -> bool {
        let pod = self.node().pod.as_deref();
        let names_image = pod.is_some_and(|pod| pod.containers.iter().any(|one| !one.image.is_empty()));
        names_image && is_pod_checked(&self.object.identity)
    }

    /// The value of a field of plain keys, such as `spec.replicas`.
    pub fn at(&self, field: &str) -> Option<&'a Value> {
        self.object.value.at(field)
    }

    /// The whole number in a field of plain keys.
    pub fn number(&self, field: &str) -> Option<i64> {
        self.at(field).and_then(Value::as_i64)
    }

    /// The text in a field of plain keys.
    pub fn text(&self, field: &str) -> Option<&'a str> {
        self.at(field).and_then(Value::as_str)
    }

    /// The edges of one relation that start here.
    pub fn from(&self, relation: Relation) -> impl Iterator<Item = &'a Edge> {
        self.topology.from(self.index).filter(move |edge| edge.relation == relation)
    }

    /// The edges of one relation that end here.
    pub fn to(&self, relation: Relation) -> impl Iterator<Item = &'a Edge> {
        self.topology.to(self.index).filter(move |edge| edge.relation == relation)
    }
}
