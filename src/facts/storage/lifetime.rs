//! What a volume survives: a restart of a container, the pod's deletion, the loss of its node, and the deletion of the
//! workload.
//!
//! Source: kubernetes.io, "Volumes", "Ephemeral Volumes", "Persistent Volumes"; for StatefulSets
//! `k8s.io/api/apps/v1/types.go`, `StatefulSetPersistentVolumeClaimRetentionPolicy`.

use super::super::known::{Known, quoted};
use super::super::scene::Scene;
use super::claim::{Claim, ClaimOrigin};
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::topology::Volume;
use serde::Serialize;

/// What a volume survives.
#[derive(Clone, Debug)]
pub struct Lifetime {
    /// A container ends and starts again in the same pod.
    pub container_restart: Known<Survival>,
    /// The pod is deleted or moves, and another takes its place.
    pub pod_deletion: Known<Survival>,
    /// The node goes with its disks, and the pod starts on another one.
    pub node_loss: Known<Survival>,
    /// The workload itself is deleted.
    pub workload_deletion: Known<Survival>,
    /// The StatefulSet is scaled down, and the pod goes; `None` where it has no claim of its own for each pod.
    pub scale_down: Option<Known<Survival>>,
}

/// What becomes of the files of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Survival {
    /// They stay.
    Kept,
    /// They are gone.
    Lost,
    /// They come again from where they came from; what was written since is gone.
    MadeAgain,
    /// They stay on that node; a pod on another node does not see them.
    OnNode,
    /// The input does not say.
    Unknown,
}

/// What a volume of the pod survives.
pub(super) fn derive(scene: &Scene, volume: &Volume, claim: Option<&Claim>) -> Lifetime {
    use Survival::{Kept, Lost, MadeAgain, OnNode, Unknown};
    let field = volume.path.key(volume.source);
    let all = |restart, survivals: [Survival; 3], why: &'static str| {
        let known = |survival| Known::new(survival, why, field.clone());
        let [pod, node, workload] = survivals;
        Lifetime {
            container_restart: known(restart),
            pod_deletion: known(pod),
            node_loss: known(node),
            workload_deletion: known(workload),
            scale_down: None,
        }
    };
    match volume.source {
        "emptyDir" => all(Kept, [Lost, Lost, Lost], "an `emptyDir` is made with the pod and goes with it"),
        "gitRepo" => all(Kept, [MadeAgain, MadeAgain, Lost], "each pod gets a clone of its own"),
        "configMap" => all(Kept, [MadeAgain, MadeAgain, Kept], "its files stand in a ConfigMap"),
        "secret" => all(Kept, [MadeAgain, MadeAgain, Kept], "its files stand in a Secret"),
        "downwardAPI" => all(Kept, [MadeAgain, MadeAgain, Lost], "its files are facts about the pod"),
        "projected" => all(Kept, [MadeAgain, MadeAgain, Lost], "its files are put together for each pod"),
        "image" => all(Kept, [MadeAgain, MadeAgain, Kept], "its files are those of an image"),
        "hostPath" => all(Kept, [OnNode, Lost, OnNode], "its files are the node's own"),
        "ephemeral" => all(Kept, [Lost, Lost, Lost], "its claim is made with the pod and deleted with it"),
        "persistentVolumeClaim" => of_claim(scene, claim, field),
        "csi" => all(Kept, [Unknown, Unknown, Unknown], "its driver decides"),
        "flexVolume" => all(Kept, [Unknown, Unknown, Unknown], "its driver decides"),
        _ => all(Kept, [Kept, Kept, Kept], "its files are on storage outside of the node"),
    }
}

fn of_claim(scene: &Scene, claim: Option<&Claim>, field: FieldPath) -> Lifetime {
    use Survival::{Kept, Lost, Unknown};
    let kept = |why: &'static str| Known::new(Kept, why, field.clone());
    let node_loss = match claim.and_then(|claim| claim.is_local.as_ref()) {
        Some(local) => {
            let survival = if local.value { Lost } else { Kept };
            Known {
                value: survival,
                why: local.why.clone(),
                field: local.field.clone(),
                declared_by: local.declared_by,
            }
        }
        None => Known::new(Unknown, "these manifests do not say where the disk is", field.clone()),
    };
    let is_per_pod = claim.is_some_and(|claim| claim.origin == ClaimOrigin::PerPod);
    let workload_deletion = if is_per_pod {
        retention(scene, "whenDeleted")
    } else {
        kept("the claim is an object of its own, which someone must delete")
    };
    Lifetime {
        container_restart: kept("a claim does not depend on the container"),
        pod_deletion: kept("a claim outlives the pods that use it"),
        node_loss,
        workload_deletion,
        scale_down: is_per_pod.then(|| retention(scene, "whenScaled")),
    }
}

/// What a StatefulSet does with the claims of its pods when it is deleted (`whenDeleted`) or scaled down
/// (`whenScaled`).
fn retention(scene: &Scene, when: &str) -> Known<Survival> {
    let field = FieldPath::of("spec.persistentVolumeClaimRetentionPolicy").key(when);
    let policy = field.find(&scene.object.value).and_then(Value::as_str);
    match policy {
        Some("Delete") => {
            let why = format!("{} is {}", quoted(when), quoted("Delete"));
            Known::new(Survival::Lost, why, field)
        }
        Some(_) => Known::new(Survival::Kept, format!("{} is {}", quoted(when), quoted("Retain")), field),
        None => Known::new(Survival::Kept, "a StatefulSet keeps the claims of its pods by default", field),
    }
}
