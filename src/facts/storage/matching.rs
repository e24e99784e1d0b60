//! Which PersistentVolume of the input satisfies a claim that names none.

use super::super::quantity::Quantity;
use super::super::scene::Scene;
use crate::catalog::{Relation, Selection};
use crate::document::Value;
use crate::topology::{NodeIndex, Selector, State, labels};
use std::collections::BTreeSet;

/// The smallest volume that satisfies a claim and that nobody else is bound to; `None` where other claims of the input
/// want the same volumes and there are not enough for all, since nobody knows then who gets one. `class` is the class that
/// it must have, empty for none.
///
/// Source: `k8s.io/component-helpers/storage/volume/pv_helpers.go`, `FindMatchingVolume`.
pub(super) fn volume(scene: &Scene, claim: NodeIndex, written: &Value, class: String) -> Option<NodeIndex> {
    let environment = &*scene.object.identity.environment;
    let volumes = || scene.topology.of_kind(environment, "", "PersistentVolume");
    let bound: BTreeSet<NodeIndex> = scene
        .topology
        .edges
        .iter()
        .filter(|edge| edge.relation == Relation::Binds)
        .flat_map(|edge| [edge.from, edge.to])
        .collect();
    let wish = Wish::of(written, class)?;
    let mut fitting: Vec<(Quantity, NodeIndex)> = volumes()
        .filter(|(index, node)| node.state == State::Present && !bound.contains(index))
        .filter_map(|(index, node)| Some((wish.fits(&node.object.as_ref()?.value)?, index)))
        .collect();
    fitting.sort_unstable();
    let (_, best) = *fitting.first()?;
    let rivals = scene.topology.of_kind(environment, "", "PersistentVolumeClaim").filter(|(index, node)| {
        let object = node.object.as_ref().filter(|_| *index != claim && !bound.contains(index));
        object.is_some_and(|object| {
            // One that names no class gets the default one of the cluster.
            let class =
                object.value.at("spec.storageClassName").map(|name| name.scalar_text().unwrap_or_default());
            let wish = class.and_then(|class| Wish::of(&object.value, class));
            let volume = scene.topology.nodes[best].object.as_ref();
            wish.zip(volume).is_some_and(|(wish, volume)| wish.fits(&volume.value).is_some())
        })
    });
    (rivals.count() < fitting.len()).then_some(best)
}

/// What a claim asks of a volume.
struct Wish {
    class: String,
    size: Quantity,
    modes: Vec<String>,
    is_block: bool,
    selector: Option<Selector>,
}

impl Wish {
    fn of(claim: &Value, class: String) -> Option<Wish> {
        let spec = claim.get("spec")?;
        let size = spec.at("resources.requests.storage").and_then(Value::scalar_text)?;
        let selector = spec.get("selector").filter(|selector| selector.is_map());
        Some(Wish {
            class,
            size: Quantity::parse(&size)?,
            modes: modes(spec),
            is_block: is_block(spec),
            selector: selector.map(|selector| Selector::read(selector, Selection::LabelSelector)),
        })
    }

    /// How large a volume is, if it satisfies the wish.
    fn fits(&self, volume: &Value) -> Option<Quantity> {
        let spec = volume.get("spec")?;
        let class = spec.get("storageClassName").and_then(Value::scalar_text).unwrap_or_default();
        let size = Quantity::parse(&spec.at("capacity.storage").and_then(Value::scalar_text)?)?;
        let offered = modes(spec);
        let own = labels(volume.at("metadata.labels"));
        let fits = class == self.class
            && size >= self.size
            && !self.modes.is_empty()
            && self.modes.iter().all(|mode| offered.contains(mode))
            && is_block(spec) == self.is_block
            && spec.get("claimRef").is_none_or(Value::is_null)
            && self.selector.as_ref().is_none_or(|selector| selector.matches(&own));
        fits.then_some(size)
    }
}

fn modes(spec: &Value) -> Vec<String> {
    let modes = spec.get("accessModes").map(Value::items).unwrap_or_default();
    modes.iter().filter_map(Value::scalar_text).collect()
}

fn is_block(spec: &Value) -> bool {
    spec.get("volumeMode").and_then(Value::as_str) == Some("Block")
}
