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
        if let Some((fields, way)) = refused(change, before, after) {
            if let Some(maker) = replaced_by(after) {
                if scene.after().topology.nodes[new].pod.is_some() && !maker.is_hook {
                    let message = format!(
                        "It is deleted and made anew, with all of its pods: {} cannot change, and annotation {} says to replace it.",
                        quoted(&top(&fields[0].field)),
                        quoted(maker.annotation)
                    );
                    let kind = ("recreates-pods", Area::Rollout, Severity::Warning);
                    found.add(kind, scene.object(change), message, lines(fields));
                }
                continue;
            }
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

/// What replaces an object that cannot change.
struct Maker {
    annotation: &'static str,
    /// Whether it runs once for each release, and is made anew for each.
    is_hook: bool,
}

/// What deletes an object and makes it anew instead of changing it.
///
/// Source: helm.sh, "Chart Hooks", and argo-cd.readthedocs.io, "Resource Hooks" (both delete a hook before they make it anew,
/// unless they are told otherwise); "Sync Options" (`Force=true`); fluxcd.io, "Kustomization", "Controlling the apply behavior".
fn replaced_by(object: &Object) -> Option<Maker> {
    let says = |annotation: &str, value: &str| {
        object.annotation(annotation).is_some_and(|text| text.to_ascii_lowercase().contains(value))
    };
    let hooks = [
        ("helm.sh/hook", "helm.sh/hook-delete-policy", "before-hook-creation"),
        ("argocd.argoproj.io/hook", "argocd.argoproj.io/hook-delete-policy", "beforehookcreation"),
    ];
    for (hook, policy, deletes_before) in hooks {
        if object.annotation(hook).is_some()
            && (object.annotation(policy).is_none() || says(policy, deletes_before))
        {
            return Some(Maker { annotation: hook, is_hook: true });
        }
    }
    let forced =
        [("argocd.argoproj.io/sync-options", "force=true"), ("kustomize.toolkit.fluxcd.io/force", "enabled")];
    let (annotation, _) = forced.into_iter().find(|(annotation, value)| says(annotation, value))?;
    Some(Maker { annotation, is_hook: false })
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
