//! What the API server does not accept on an object that exists: the whole object stays as it was.

use super::{Area, Found, Scene, Severity, lines};
use crate::change::immutable::refused;
use crate::document::{Identity, Value};
use crate::facts::quantity::Quantity;
use crate::facts::quoted;
use crate::model::Object;
use crate::names::english;
use crate::topology::{NodeIndex, State, Topology};

pub(super) fn find(scene: &Scene, found: &mut Found) {
    for (at, change) in scene.objects() {
        let Some((old, new)) = change.both() else { continue };
        let (before, after) = (&scene.before().topology.nodes[old], &scene.after().topology.nodes[new]);
        let (Some(before), Some(after)) = (before.object.as_deref(), after.object.as_deref()) else {
            continue;
        };
        if let Some((fields, way)) = refused(change, before) {
            let names: Vec<String> = fields.iter().map(|field| quoted(&top(&field.field))).collect();
            let mut names = names;
            names.dedup();
            let message = format!(
                "The API server refuses it: {} cannot change once it exists, so nothing of its new manifest takes effect. {way}",
                english::list_up_to(5, &names)
            );
            let kind = ("refused-immutable", Area::Refused, Severity::Danger);
            found.add(kind, scene.object(change), message, lines(fields));
            found.refused.insert(at);
            continue;
        }
        if let Some(reason) = claim_refused(scene.after().topology, new, before, after) {
            let fields = change.below("spec.resources.requests");
            found.add(
                ("refused", Area::Refused, Severity::Danger),
                scene.object(change),
                reason,
                lines(fields),
            );
            found.refused.insert(at);
        }
    }
}

/// The first two keys of a path: `spec.selector` of `spec.selector.matchLabels.tier`.
fn top(path: &str) -> String {
    let whole = path.split('[').next().unwrap_or(path);
    whole.split('.').take(2).collect::<Vec<_>>().join(".")
}

/// Why a claim cannot become as large as it wants to be.
///
/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `ValidatePersistentVolumeClaimUpdate`;
/// `plugin/pkg/admission/storage/persistentvolume/resize/admission.go`.
fn claim_refused(topology: &Topology, index: NodeIndex, old: &Object, new: &Object) -> Option<String> {
    let identity = &topology.nodes[index].identity;
    if !identity.is("", "PersistentVolumeClaim") {
        return None;
    }
    let size = |object: &Object| {
        let text = object.value.at("spec.resources.requests.storage").and_then(Value::scalar_text)?;
        Some((Quantity::parse(&text)?, text))
    };
    let ((before, was), (after, is)) = (size(old)?, size(new)?);
    if after < before {
        return Some(format!(
            "The API server refuses it: a claim cannot shrink from {was} to {is}. Make a new claim, and copy the data."
        ));
    }
    let class = new.value.at("spec.storageClassName").and_then(Value::as_str)?;
    let class =
        Identity { namespace: "".into(), ..identity.sibling("storage.k8s.io", "StorageClass", class) };
    let class = topology
        .find(&class)
        .map(|index| &topology.nodes[index])
        .filter(|node| node.state == State::Present)?;
    let expands = class.object.as_ref()?.value.get("allowVolumeExpansion").and_then(Value::as_bool);
    (after > before && expands != Some(true)).then(|| {
        format!(
            "The API server refuses it: volumes of class {} do not grow, and it wants {is} instead of {was}. Set \
             `allowVolumeExpansion: true` in the class if its driver can do that.",
            quoted(&class.identity.name)
        )
    })
}
