//! What is likely to go wrong with the volumes of a pod: each a fact with its reason, for pages and advice.

use super::super::known::{Known, quoted};
use super::super::scene::Scene;
use super::claim::{Claim, ClaimOrigin};
use super::mount::{Access, VolumeUse};
use super::{Copies, stays};
use crate::document::Value;
use crate::names::english;
use crate::topology::{Pod, State, Volume};

/// What is likely to go wrong with a volume of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorageTrap {
    /// Several copies of the pod share a claim that only the pods of one node may use at a time: a copy on another node
    /// waits.
    OneNodeClaim {
        /// The volume.
        volume: String,
        /// The claim.
        claim: String,
    },
    /// Several copies of the pod share a claim that only one pod may use at a time: the others wait.
    OnePodClaim {
        /// The volume.
        volume: String,
        /// The claim.
        claim: String,
    },
    /// An update starts a new pod before the old one ends, and the new one needs the old one's disk.
    UpdateWaitsForDisk {
        /// The volume.
        volume: String,
        /// The claim.
        claim: String,
        /// Whether it waits on every node; else only on another node than the old one's.
        always: bool,
    },
    /// It mounts files of the node.
    NodeFiles {
        /// The volume.
        volume: String,
        /// The path on the node.
        path: String,
        /// The containers that may write there.
        writers: Vec<usize>,
    },
    /// Its files are in memory, and count as memory of the container that writes them.
    Memory {
        /// The volume.
        volume: String,
        /// The most that it may hold, as written.
        size_limit: Option<String>,
    },
    /// A container sees the files of a ConfigMap or a Secret as they were when it started.
    FrozenFiles {
        /// The volume.
        volume: String,
        /// The container.
        container: usize,
        /// Where it is mounted.
        path: String,
    },
    /// The claim is not in the input.
    MissingClaim {
        /// The volume.
        volume: String,
        /// The claim.
        claim: String,
    },
    /// It is mounted but not declared: the API server refuses the pod.
    Undeclared {
        /// The volume.
        volume: String,
        /// The containers that mount it.
        containers: Vec<usize>,
    },
    /// It is declared but no container mounts it.
    Unused {
        /// The volume.
        volume: String,
    },
}

/// What is likely to go wrong, in the order of the volumes.
pub(super) fn derive(scene: &Scene, pod: &Pod, uses: &[VolumeUse]) -> Vec<Known<StorageTrap>> {
    let mut traps = Vec::new();
    for usage in uses {
        let Some(volume) = usage.volume.and_then(|index| pod.volumes.get(index)) else {
            // Who makes pods for another kind may add the volume.
            traps.extend(undeclared(usage).filter(|_| scene.is_pod_checked()));
            continue;
        };
        traps.extend(unused(usage, volume));
        traps.extend(usage.claim.as_ref().and_then(|claim| of_claim(scene, usage, claim)));
        traps.extend(of_source(scene, usage, volume));
        traps.extend(frozen(pod, usage, volume));
    }
    traps
}

fn undeclared(usage: &VolumeUse) -> Option<Known<StorageTrap>> {
    let first = usage.mounts.first()?;
    let trap = StorageTrap::Undeclared { volume: usage.name.clone(), containers: usage.users() };
    let why = format!("no volume of the pod is called {}", quoted(&usage.name));
    Some(Known::new(trap, why, first.field.clone()))
}

fn unused(usage: &VolumeUse, volume: &Volume) -> Option<Known<StorageTrap>> {
    let trap = StorageTrap::Unused { volume: usage.name.clone() };
    let why = format!("no container mounts {}", quoted(&usage.name));
    usage.mounts.is_empty().then(|| Known::new(trap, why, volume.path.clone()))
}

fn of_claim(scene: &Scene, usage: &VolumeUse, claim: &Claim) -> Option<Known<StorageTrap>> {
    if claim.origin != ClaimOrigin::Named {
        return None;
    }
    let (volume, name) = (usage.name.clone(), claim.name.clone());
    let state = claim.node.map(|index| scene.topology.nodes[index].state);
    if state.is_none_or(|state| state == State::Missing) {
        let why = format!("PersistentVolumeClaim {} is not in these manifests", quoted(&name));
        return Some(Known::new(StorageTrap::MissingClaim { volume, claim: name }, why, claim.field.clone()));
    }
    let modes: Vec<String> = claim.access_modes.iter().map(|mode| quoted(mode)).collect();
    let why = format!("claim {} asks for {} alone", quoted(&name), english::list(&modes, "and"));
    let several = Copies::of(scene).are_several();
    // Where the disk is inside of a node, the scheduler places every pod there.
    let is_local = claim.is_local.as_ref().is_some_and(|local| local.value);
    let trap = if several && claim.is_of_one_pod() {
        StorageTrap::OnePodClaim { volume, claim: name }
    } else if several && claim.is_of_one_node() {
        StorageTrap::OneNodeClaim { volume, claim: name }
    } else if claim.is_of_one_node() && overlaps(scene) && (claim.is_of_one_pod() || !is_local) {
        StorageTrap::UpdateWaitsForDisk { volume, claim: name, always: claim.is_of_one_pod() }
    } else {
        return None;
    };
    Some(Known::new(trap, why, claim.field.clone()))
}

/// Whether an update of a single copy starts the new pod before the old one ends: a Deployment does unless its surge is
/// 0 or its strategy another. A surge of any percentage above 0 is at least one pod.
///
/// Source: `k8s.io/kubernetes/pkg/controller/deployment/util/deployment_util.go`, `ResolveFenceposts`.
fn overlaps(scene: &Scene) -> bool {
    let surge = scene.at("spec.strategy.rollingUpdate.maxSurge").and_then(Value::scalar_text);
    let none = surge.is_some_and(|surge| surge.trim_end_matches('%').parse::<i64>() == Ok(0));
    scene.is("apps", "Deployment") && scene.text("spec.strategy.type") != Some("Recreate") && !none
}

fn of_source(scene: &Scene, usage: &VolumeUse, volume: &Volume) -> Option<Known<StorageTrap>> {
    let source = volume.path.find(&scene.object.value)?.get(volume.source)?;
    let text = |key: &str| source.get(key).and_then(Value::scalar_text);
    let (name, field) = (usage.name.clone(), volume.path.key(volume.source));
    match volume.source {
        "hostPath" => {
            let path = text("path").unwrap_or_default();
            let why = format!("{} is a path of the node", quoted(&path));
            let writers = usage.writers();
            Some(Known::new(StorageTrap::NodeFiles { volume: name, path, writers }, why, field.key("path")))
        }
        "emptyDir" if text("medium").as_deref() == Some("Memory") => {
            let trap = StorageTrap::Memory { volume: name, size_limit: text("sizeLimit") };
            let why = format!("{} is {}", quoted("medium"), quoted("Memory"));
            Some(Known::new(trap, why, field.key("medium")))
        }
        _ => None,
    }
}

/// The kubelet updates mounted ConfigMaps and Secrets, but not what a mount with a `subPath` shows of them.
///
/// Source: kubernetes.io, "ConfigMaps", "Mounted ConfigMaps are updated automatically".
fn frozen(pod: &Pod, usage: &VolumeUse, volume: &Volume) -> Vec<Known<StorageTrap>> {
    if !matches!(volume.source, "configMap" | "secret" | "projected" | "downwardAPI") {
        return Vec::new();
    }
    let frozen = usage.mounts.iter().filter(|mount| mount.sub_path.is_some());
    let frozen = frozen.filter(|mount| {
        stays(pod.containers[mount.container].kind) && mount.access == Access::ReadOnly && !mount.is_device
    });
    let traps = frozen.map(|mount| {
        let (container, path) = (mount.container, mount.path.clone());
        let trap = StorageTrap::FrozenFiles { volume: usage.name.clone(), container, path };
        let why = format!("it mounts only a {} of the volume", quoted("subPath"));
        Known::new(trap, why, mount.field.key("subPath"))
    });
    traps.collect()
}
