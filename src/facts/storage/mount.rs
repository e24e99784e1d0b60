//! Which container mounts which volume, and how.

use super::claim::Claim;
use super::lifetime::Lifetime;
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::model::Object;
use crate::topology::{Container, Pod, Volume};
use serde::Serialize;
use std::collections::BTreeMap;

/// One volume with the containers that mount it.
#[derive(Clone, Debug)]
pub struct VolumeUse {
    /// Its index in [`Pod::volumes`]; `None` for a volume that is mounted but not declared.
    pub volume: Option<usize>,
    /// Its name.
    pub name: String,
    /// The mounts, in the order of the containers.
    pub mounts: Vec<Mount>,
    /// What it survives; `None` where it is not declared.
    pub lifetime: Option<Lifetime>,
    /// The claim behind it, if its source is one.
    pub claim: Option<Claim>,
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
    /// Whether that part is known only when the container starts, because variables stand in it.
    pub is_expression: bool,
    /// Whether it is a raw device without a file system.
    pub is_device: bool,
    /// Whether the container may write.
    pub access: Access,
    /// The field that mounts it.
    pub field: FieldPath,
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
    /// Whether more than one container mounts it. Init containers, sidecars and ephemeral containers count.
    pub fn is_shared(&self) -> bool {
        self.users().len() > 1
    }

    /// Whether more than one container mounts it and one of them may write.
    pub fn is_written_and_shared(&self) -> bool {
        self.is_shared() && self.mounts.iter().any(|mount| mount.access == Access::ReadWrite)
    }

    /// The containers that mount it, in the order of the pod.
    pub fn users(&self) -> Vec<usize> {
        let mut containers: Vec<usize> = self.mounts.iter().map(|mount| mount.container).collect();
        containers.dedup();
        containers
    }

    /// The containers that may write to it, in the order of the pod: one writable mount is enough.
    pub fn writers(&self) -> Vec<usize> {
        let writable = self.mounts.iter().filter(|mount| mount.access == Access::ReadWrite);
        let mut writers: Vec<usize> = writable.map(|mount| mount.container).collect();
        writers.dedup();
        writers
    }

    /// The containers that may only read it, in the order of the pod.
    pub fn readers(&self) -> Vec<usize> {
        let writers = self.writers();
        self.users().into_iter().filter(|user| writers.binary_search(user).is_err()).collect()
    }

    /// Whether no two containers see a common file of it, because each mounts a part of its own.
    pub fn is_divided(&self) -> bool {
        let mut parts: Vec<(Vec<&str>, usize)> = Vec::new();
        for mount in &self.mounts {
            match &mount.sub_path {
                Some(part) if !mount.is_expression => {
                    let steps = part.split('/').filter(|step| !step.is_empty() && *step != ".");
                    parts.push((steps.collect(), mount.container));
                }
                _ => return false,
            }
        }
        // Sorted, a folder stands before all that is inside it.
        parts.sort();
        let mut around: Vec<(Vec<&str>, usize)> = Vec::new();
        for part in parts {
            while around.last().is_some_and(|outer| !part.0.starts_with(outer.0.as_slice())) {
                around.pop();
            }
            if around.last().is_some_and(|outer| outer.1 != part.1) {
                return false;
            }
            around.push(part);
        }
        self.is_shared()
    }
}

/// Every volume that is declared or mounted, in the order of the pod, undeclared ones last.
pub(super) fn uses(object: &Object, pod: &Pod) -> Vec<VolumeUse> {
    let empty = |volume, name| VolumeUse { volume, name, mounts: Vec::new(), lifetime: None, claim: None };
    let mut uses: Vec<VolumeUse> = pod
        .volumes
        .iter()
        .enumerate()
        .map(|(index, volume)| empty(Some(index), volume.name.clone()))
        .collect();
    let read_only: Vec<bool> = pod.volumes.iter().map(|volume| is_read_only(object, volume)).collect();
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    for (index, usage) in uses.iter().enumerate() {
        by_name.entry(usage.name.clone()).or_insert(index);
    }
    for (index, container) in pod.containers.iter().enumerate() {
        for (name, mount) in mounts(index, container) {
            let at = *by_name.entry(name).or_insert_with_key(|name| {
                uses.push(empty(None, name.clone()));
                uses.len() - 1
            });
            let read_only = uses[at].volume.is_some_and(|volume| read_only[volume]);
            let access = if read_only { Access::ReadOnly } else { mount.access };
            uses[at].mounts.push(Mount { access, ..mount });
        }
    }
    uses
}

fn mounts(container: usize, spec: &Container) -> Vec<(String, Mount)> {
    let list = spec.path.key("volumeMounts");
    let files = spec.spec.volume_mounts.iter().flatten().enumerate().map(|(index, mount)| {
        let access = if mount.read_only == Some(true) { Access::ReadOnly } else { Access::ReadWrite };
        let part = |part: &Option<String>| part.clone().filter(|part| !part.is_empty());
        let (plain, expression) = (part(&mount.sub_path), part(&mount.sub_path_expr));
        let field = list.named_item(index, &mount.name);
        let mount_ = Mount {
            container,
            path: mount.mount_path.clone(),
            is_expression: plain.is_none() && expression.is_some(),
            sub_path: plain.or(expression),
            is_device: false,
            access,
            field,
        };
        (mount.name.clone(), mount_)
    });
    let list = spec.path.key("volumeDevices");
    let devices = spec.spec.volume_devices.iter().flatten().enumerate().map(|(index, device)| {
        let mount = Mount {
            container,
            path: device.device_path.clone(),
            sub_path: None,
            is_expression: false,
            is_device: true,
            access: Access::ReadWrite,
            field: list.named_item(index, &device.name),
        };
        (device.name.clone(), mount)
    });
    files.chain(devices).collect()
}

/// Whether no mount of a volume may be written, whatever the mount says: the kubelet mounts some sources read-only, of
/// others the source itself says so.
///
/// Source: `k8s.io/kubernetes/pkg/volume/configmap/configmap.go` and its siblings, `GetAttributes`.
fn is_read_only(object: &Object, volume: &Volume) -> bool {
    if matches!(volume.source, "configMap" | "secret" | "downwardAPI" | "projected" | "image") {
        return true;
    }
    let source = volume.path.find(&object.value).and_then(|value| value.get(volume.source));
    source.and_then(|source| source.get("readOnly")).and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(parts: &[(usize, Option<&str>)]) -> VolumeUse {
        let mount = |&(container, part): &(usize, Option<&str>)| Mount {
            container,
            path: "/data".to_owned(),
            sub_path: part.map(str::to_owned),
            is_expression: false,
            is_device: false,
            access: Access::ReadWrite,
            field: FieldPath::root(),
        };
        let mounts = parts.iter().map(mount).collect();
        VolumeUse { volume: None, name: "data".to_owned(), mounts, lifetime: None, claim: None }
    }

    #[test]
    fn parts_of_a_volume_are_apart_only_if_none_holds_another() {
        assert!(usage(&[(0, Some("a")), (1, Some("b"))]).is_divided());
        assert!(usage(&[(0, Some("a")), (1, Some("ab"))]).is_divided());
        assert!(!usage(&[(0, Some("a")), (1, Some("a/b"))]).is_divided());
        assert!(!usage(&[(0, Some("a/")), (1, Some("./a"))]).is_divided());
        assert!(!usage(&[(0, Some("a")), (1, None)]).is_divided());
        assert!(!usage(&[(0, Some("a")), (0, Some("b"))]).is_divided());
        assert!(!usage(&[(0, Some("a")), (0, Some("a/b")), (1, Some("a/c"))]).is_divided());
    }

    #[test]
    fn a_container_with_one_writable_mount_is_a_writer() {
        let mut usage = usage(&[(0, None), (0, None), (1, None)]);
        usage.mounts[0].access = Access::ReadOnly;
        usage.mounts[2].access = Access::ReadOnly;
        assert_eq!((usage.writers(), usage.readers()), (vec![0], vec![1]));
    }
}
