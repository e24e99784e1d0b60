//! Which container mounts which volume, and how.

use super::ledger::Ledger;
use super::scene::Scene;
use crate::topology::{Container, Pod, Volume};
use serde::Serialize;

/// One volume with the containers that mount it.
#[derive(Clone, Debug)]
pub struct VolumeUse {
    /// Its index in [`Pod::volumes`]; `None` for a volume that is mounted but not declared.
    pub volume: Option<usize>,
    /// Its name.
    pub name: String,
    /// The mounts, in the order of the containers.
    pub mounts: Vec<Mount>,
}

/// One mount of a volume.
#[derive(Clone, Debug)]
pub struct Mount {
    /// The index of the container.
    pub container: usize,
    /// Where it is mounted; the device path for a raw block volume.
    pub path: String,
    /// The part of the volume that is mounted, if not all of it.
    pub sub_path: Option<String>,
    /// Whether the container may write.
    pub access: Access,
}

/// Whether a container may write to a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// It may only read.
    ReadOnly,
    /// It may write.
    ReadWrite,
}

impl VolumeUse {
    /// Whether more than one container mounts it.
    pub fn is_shared(&self) -> bool {
        let mut containers: Vec<usize> = self.mounts.iter().map(|mount| mount.container).collect();
        containers.dedup();
        containers.len() > 1
    }
}

impl VolumeUse {
    /// Whether more than one container mounts it and one of them may write.
    pub fn is_written_and_shared(&self) -> bool {
        self.is_shared() && self.mounts.iter().any(|mount| mount.access == Access::ReadWrite)
    }
}

/// Every volume that is declared or mounted, in the order of the pod, undeclared ones last.
pub(super) fn uses(pod: &Pod) -> Vec<VolumeUse> {
    let declared = pod.volumes.iter().enumerate().map(|(index, volume)| VolumeUse {
        volume: Some(index),
        name: volume.name.clone(),
        mounts: Vec::new(),
    });
    let mut uses: Vec<VolumeUse> = declared.collect();
    for (index, container) in pod.containers.iter().enumerate() {
        for (name, mount) in mounts(index, container) {
            let at = uses.iter().position(|usage| usage.name == name).unwrap_or_else(|| {
                uses.push(VolumeUse { volume: None, name, mounts: Vec::new() });
                uses.len() - 1
            });
            let read_only = uses[at].volume.is_some_and(|volume| is_read_only(&pod.volumes[volume]));
            let access = if read_only { Access::ReadOnly } else { mount.access };
            uses[at].mounts.push(Mount { access, ..mount });
        }
    }
    uses
}

/// Takes down which volumes the containers share.
pub(super) fn tell(_volumes: &[VolumeUse], _scene: &Scene, _pod: &Pod, _ledger: &mut Ledger) {}

fn mounts(container: usize, spec: &Container) -> Vec<(String, Mount)> {
    let files = spec.spec.volume_mounts.iter().flatten().map(|mount| {
        let access = if mount.read_only == Some(true) { Access::ReadOnly } else { Access::ReadWrite };
        let sub_path = mount.sub_path.clone().or_else(|| mount.sub_path_expr.clone());
        (mount.name.clone(), Mount { container, path: mount.mount_path.clone(), sub_path, access })
    });
    let devices = spec.spec.volume_devices.iter().flatten().map(|device| {
        let (path, sub_path) = (device.device_path.clone(), None);
        (device.name.clone(), Mount { container, path, sub_path, access: Access::ReadWrite })
    });
    files.chain(devices).collect()
}

/// The kubelet mounts these read-only whatever the mount says.
///
/// Source: `k8s.io/kubernetes/pkg/volume/configmap/configmap.go` and its siblings, `GetAttributes`.
fn is_read_only(volume: &Volume) -> bool {
    matches!(volume.source, "configMap" | "secret" | "downwardAPI" | "projected" | "image")
}
