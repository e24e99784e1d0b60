//! Different hosts: one container needs something of its node that the others do not.

use super::needs::{is_device, requests};
use super::{Case, SplitReason};
use crate::catalog::FieldPath;
use crate::facts::known::Known;
use crate::facts::quoted;

/// Whether exactly one of the containers is bound to something of its node.
pub(super) fn find(case: &Case) -> Option<Known<SplitReason>> {
    let mut bound = case.members.iter().filter_map(|&member| Some((member, need(case, member)?)));
    let (member, (what, field)) = bound.next()?;
    if bound.next().is_some() {
        return None;
    }
    let why = format!("only {} {what}", case.name(member));
    Some(Known::new(SplitReason::DifferentHosts, why, field))
}

/// What binds a container to its node: a path or a device of it, or full rights over it.
fn need(case: &Case, member: usize) -> Option<(String, FieldPath)> {
    let container = &case.pod.containers[member];
    let privileged = container.spec.security_context.as_ref().and_then(|context| context.privileged);
    if privileged == Some(true) {
        let field = container.path.key("securityContext").key("privileged");
        return Some(("is privileged".to_owned(), field));
    }
    let of_node =
        |name: &str| case.pod.volumes.iter().any(|volume| volume.name == name && volume.source == "hostPath");
    let mounts = container.spec.volume_mounts.iter().flatten().enumerate();
    if let Some((index, mount)) = mounts.into_iter().find(|(_, mount)| of_node(&mount.name)) {
        let field = container.path.key("volumeMounts").named_item(index, &mount.name);
        return Some((format!("mounts a path of the node, as {}", quoted(&mount.mount_path)), field));
    }
    if container.spec.volume_devices.as_ref().is_some_and(|devices| !devices.is_empty()) {
        return Some(("uses a block device".to_owned(), container.path.key("volumeDevices")));
    }
    let (device, _) = requests(case, member)?.iter().find(|(name, _)| is_device(name))?;
    Some((format!("needs nodes with {}", quoted(device)), container.path.key("resources")))
}
