//! What speaks for one pod.

use super::{Case, GroupReason};
use crate::catalog::FieldPath;
use crate::facts::known::Known;
use crate::facts::quoted;
use crate::facts::role::ContainerRole;
use crate::facts::storage::VolumeUse;
use crate::topology::ContainerKind;

/// A helper and another container talk over localhost.
pub(super) fn localhost_helper(case: &Case) -> Option<Known<GroupReason>> {
    let helps = |container: usize| case.patterns.parts[container].role.value == ContainerRole::Helper;
    let call = case.patterns.calls.iter().find(|call| helps(call.from) || helps(call.to))?;
    let (from, to) = (case.name(call.from), case.name(call.to));
    let why = format!("{from} reaches {to} on {}", quoted(&format!("localhost:{}", call.port)));
    Some(Known::new(GroupReason::LocalhostHelper, why, call.field.clone()).said_by(call.declared_by))
}

/// They share files that one of them writes.
pub(super) fn shared_volume(case: &Case) -> Option<Known<GroupReason>> {
    let lasting = |index: &usize| case.pod.containers[*index].kind != ContainerKind::Ephemeral;
    let (usage, containers) = case.shared_volumes().find_map(|(usage, containers)| {
        let containers: Vec<usize> = containers.into_iter().filter(lasting).collect();
        (containers.len() > 1).then_some((usage, containers))
    })?;
    let why = format!("{} share volume {}", case.names(&containers), quoted(&usage.name));
    Some(Known::new(GroupReason::SharedVolume, why, volume_field(case, usage)))
}

fn volume_field(case: &Case, usage: &VolumeUse) -> FieldPath {
    let declared = usage.volume.and_then(|index| case.pod.volumes.get(index));
    declared.map_or_else(|| case.pod.path.key("volumes"), |volume| volume.path.clone())
}

/// An init container or a native sidecar starts with every pod.
pub(super) fn same_lifecycle(case: &Case) -> Option<Known<GroupReason>> {
    let container = case
        .pod
        .containers
        .iter()
        .find(|container| matches!(container.kind, ContainerKind::Init | ContainerKind::Sidecar))?;
    let name = quoted(&container.key);
    let why = match container.kind {
        ContainerKind::Init => format!("{name} must finish before the others start, in every pod"),
        _ => format!("{name} starts before the app containers and ends after them"),
    };
    Some(Known::new(GroupReason::SameLifecycle, why, container.path.clone()))
}

/// They share processes, memory or a socket, which works only on one node.
pub(super) fn same_node(case: &Case) -> Option<Known<GroupReason>> {
    if case.pod.spec.share_process_namespace == Some(true) {
        let field = case.pod.path.key("shareProcessNamespace");
        return Some(Known::new(GroupReason::SameNode, "they see each other's processes", field));
    }
    case.volumes.iter().filter(|usage| usage.is_written_and_shared()).find_map(|usage| {
        let in_memory = usage.volume.and_then(|index| {
            let name = &case.pod.volumes.get(index)?.name;
            let mut volumes = case.pod.spec.volumes.iter().flatten();
            let volume = volumes.find(|volume| volume.name == *name)?;
            Some(volume.empty_dir.as_ref()?.medium.as_deref() == Some("Memory"))
        });
        let why = match (in_memory, has_socket(case, usage)) {
            (Some(true), _) => format!("volume {} is memory of one node", quoted(&usage.name)),
            (_, true) => format!("they meet at a socket in volume {}", quoted(&usage.name)),
            _ => return None,
        };
        Some(Known::new(GroupReason::SameNode, why, volume_field(case, usage)))
    })
}

/// Whether a container names a socket in the volume, or the volume is called after one.
fn has_socket(case: &Case, usage: &VolumeUse) -> bool {
    let local = usage
        .volume
        .and_then(|index| case.pod.volumes.get(index))
        .is_some_and(|volume| matches!(volume.source, "emptyDir" | "hostPath"));
    let by_name = usage.name.split(['-', '_', '.']).any(|word| matches!(word, "socket" | "sock" | "sockets"));
    let by_use = || {
        usage.mounts.iter().any(|mount| {
            let spec = &case.pod.containers[mount.container].spec;
            let values = spec.env.iter().flatten().filter_map(|variable| variable.value.as_ref());
            let words = spec.command.iter().flatten().chain(spec.args.iter().flatten());
            let path = mount.path.trim_end_matches('/');
            let mut texts = values.chain(words);
            !path.is_empty()
                && texts.any(|text| text.contains(path) && (text.contains(".sock") || text.contains("unix:")))
        })
    };
    local && (by_name || by_use())
}

/// A proxy in front answers for the others.
pub(super) fn one_identity(case: &Case) -> Option<Known<GroupReason>> {
    let mut parts = case.patterns.parts.iter().enumerate();
    let (index, part) =
        parts.find(|(_, part)| part.patterns.value.iter().any(|pattern| pattern.is_in_front()))?;
    let behind = part.does.as_ref().and_then(|finding| finding.partner);
    let behind = behind.map_or_else(|| "the others".to_owned(), |partner| case.name(partner));
    let why = format!("{} answers for {behind} under the pod's one address", case.name(index));
    Some(Known::new(GroupReason::OneIdentity, why, case.pod.containers[index].path.clone()))
}
