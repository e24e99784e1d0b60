//! What is kept on disk: claims that go or grow, and pods that look at another volume.

use super::{Area, Found, Scene, Severity, lines};
use crate::catalog::{FieldPath, Relation};
use crate::change::{Fate, ObjectChange, Which};
use crate::document::{Identity, Value};
use crate::facts::quantity::Quantity;
use crate::facts::quoted;
use crate::topology::{NodeIndex, State};

pub(super) fn find(scene: &Scene, found: &mut Found) {
    for (at, change) in scene.objects() {
        let is_claim = change.identity.is("", "PersistentVolumeClaim");
        match change.change {
            Fate::Removed if is_claim => claim_removed(scene, change, found),
            Fate::Removed if change.identity.is("apps", "StatefulSet") => set_removed(scene, change, found),
            Fate::Changed if is_claim && !found.refused.contains(&at) => claim_grown(scene, change, found),
            Fate::Changed if !found.refused.contains(&at) => volumes(scene, change, found),
            _ => {}
        }
    }
}

/// A claim that is gone takes its volume with it, unless the volume or its class says otherwise.
///
/// Source: kubernetes.io, "Persistent Volumes", "Reclaiming": volumes of a class are deleted by default.
fn claim_removed(scene: &Scene, change: &ObjectChange, found: &mut Found) {
    let Some(old) = change.old else { return };
    let because = scene.whole(Which::Old, old);
    match keeps(scene, old) {
        Some(keeper) => {
            let message = format!(
                "Once it is deleted, its volume stays, because {keeper} says Retain; a new claim does not find it by itself."
            );
            found.add(("data-moved", Area::Data, Severity::Warning), scene.object(change), message, because);
        }
        None => {
            let message = "Once it is deleted, its volume is deleted too, and everything on it is lost, unless the reclaim policy \
                           of the volume is Retain."
                .to_owned();
            found.add(("data-lost", Area::Data, Severity::Danger), scene.object(change), message, because);
        }
    }
}

/// What of the old side says that the volume of a claim stays.
fn keeps(scene: &Scene, claim: NodeIndex) -> Option<String> {
    let topology = scene.before().topology;
    let says = |index: NodeIndex, path: &str| {
        let node = &topology.nodes[index];
        let policy = node.object.as_ref()?.value.at(path)?.as_str()?;
        (node.state == State::Present && policy == "Retain")
            .then(|| format!("{} {}", node.identity.kind, quoted(&node.identity.name)))
    };
    let mut near = topology
        .from(claim)
        .chain(topology.to(claim))
        .map(|edge| if edge.from == claim { edge.to } else { edge.from });
    near.find_map(|index| {
        says(index, "reclaimPolicy").or_else(|| says(index, "spec.persistentVolumeReclaimPolicy"))
    })
}

/// The claims of a StatefulSet that is gone stay, unless it says otherwise.
fn set_removed(scene: &Scene, change: &ObjectChange, found: &mut Found) {
    let Some(old) = change.old else { return };
    let field = FieldPath::of("spec.persistentVolumeClaimRetentionPolicy.whenDeleted");
    let object = scene.node(Which::Old, old).object.as_deref();
    let deletes =
        object.and_then(|object| field.find(&object.value)).and_then(Value::as_str) == Some("Delete");
    let has_claims = object
        .and_then(|object| object.value.at("spec.volumeClaimTemplates"))
        .is_some_and(|list| !list.items().is_empty());
    if deletes && has_claims {
        let message = "Once it is deleted, the claims of its pods are deleted too, because `whenDeleted` is Delete: their data is lost.";
        let kind = ("data-lost", Area::Data, Severity::Danger);
        found.add(kind, scene.object(change), message.to_owned(), scene.line(Which::Old, old, &field));
    }
}

fn claim_grown(scene: &Scene, change: &ObjectChange, found: &mut Found) {
    let fields: Vec<_> = change.below("spec.resources.requests.storage").collect();
    let Some(field) = fields.first() else { return };
    let size = |value: &serde_json::Value| value.as_str().and_then(Quantity::parse);
    if size(&field.new) <= size(&field.old) {
        return;
    }
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let message = format!(
        "Its volume grows from {} to {}, if its class allows that; it never shrinks again.",
        text(&field.old),
        text(&field.new)
    );
    found.add(("claim-grown", Area::Data, Severity::Notice), scene.object(change), message, lines(fields));
}

/// Volumes of a pod that lead elsewhere.
fn volumes(scene: &Scene, change: &ObjectChange, found: &mut Found) {
    let Some((old, new)) = change.both() else { return };
    let claims = |which: Which, index: NodeIndex| -> Vec<(String, Identity)> {
        let side = scene.change.side(which);
        let edges = side.topology.from(index).filter(|edge| edge.relation == Relation::Claims);
        edges
            .map(|edge| {
                (
                    edge.field.to_string(),
                    scene.pairing.followed(which, &side.topology.nodes[edge.to].identity),
                )
            })
            .collect()
    };
    let (before, after) = (claims(Which::Old, old), claims(Which::New, new));
    if scene.node(Which::New, new).pod.is_none() {
        return;
    }
    for (_, claim) in before.iter().filter(|(_, claim)| !after.iter().any(|(_, other)| other == claim)) {
        // A claim that goes is told of by itself.
        let goes = scene.objects().any(|(_, one)| one.change == Fate::Removed && one.identity == *claim);
        let is_of_set = scene.node(Which::New, new).identity.is("apps", "StatefulSet");
        if goes || is_of_set {
            continue;
        }
        let fields = change.fields.iter().filter(|field| field.field.contains("volumes["));
        let other: Vec<String> = after
            .iter()
            .filter(|(_, other)| !before.iter().any(|(_, one)| one == other))
            .map(|(_, other)| quoted(&other.name))
            .collect();
        let now = match other.first() {
            Some(other) => format!("It uses claim {other} instead"),
            None => "It uses no claim instead".to_owned(),
        };
        let message =
            format!("{now}: what it wrote stays in claim {}, where it no longer looks.", quoted(&claim.name));
        let level = if other.is_empty() { Severity::Warning } else { Severity::Notice };
        found.add(("data-moved", Area::Data, level), scene.object(change), message, lines(fields));
    }
}
