//! The files that a container mounts.

use crate::facts::storage::{Access, Lifetime, Mount, Survival, VolumeUse};
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, named, plain, text};
use crate::page::workload::storage::volume_words;
use crate::page::{Block, Inline, Prose, Table};
use crate::topology::{NodeIndex, Pod};

/// How many siblings a cell names.
const MOST_NAMED: usize = 4;

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod, position: usize) -> Vec<Block> {
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let container = &pod.containers[position];
    let security = container.spec.security_context.as_ref();
    let read_only = security.is_some_and(|security| security.read_only_root_filesystem == Some(true));
    let mut rows = Vec::new();
    let (mut keeps, mut writes) = (false, false);
    for usage in &facts.volumes {
        for mount in usage.mounts.iter().filter(|mount| mount.container == position) {
            let what = match usage.volume.map(|volume| &pod.volumes[volume]) {
                Some(volume) => volume_words(know, index, object, volume, usage.claim.as_ref()),
                None => vec![Inline::Strong("not declared in the pod".to_owned())],
            };
            let mut volume = vec![code(&usage.name)];
            volume.extend(mount.sub_path.iter().flat_map(|part| [text(", only "), code(part)]));
            let path = vec![code(&mount.path), text(" "), know.source(object, &mount.field)];
            let access = concat(vec![access(mount), siblings(know, index, usage, position)]);
            rows.push(vec![path, volume, what, access]);
            writes |= mount.access == Access::ReadWrite;
            keeps |= mount.access == Access::ReadWrite && usage.lifetime.as_ref().is_some_and(outlives_pod);
        }
    }
    if rows.is_empty() {
        let words = if read_only {
            "It mounts no volume, and its root file system is read-only: it writes only where its image declares a volume, \
             and that is gone when it restarts."
        } else {
            "It mounts no volume: what it writes is gone when it restarts."
        };
        return vec![Block::Paragraph(plain(words))];
    }
    let head = ["Path", "Volume", "What it is", "Access"].map(str::to_owned).to_vec();
    let caption = format!("Volumes that {} mounts", container.key);
    let elsewhere = match (read_only, keeps) {
        (true, _) if !writes => "Its root file system is read-only as well.",
        (true, _) => {
            "Elsewhere it writes only where its image declares a volume, because its root file system is read-only."
        }
        (false, true) => "What it writes elsewhere is gone when it restarts.",
        (false, false) => {
            "What it writes elsewhere is gone when it restarts, and nothing that it writes outlives the pod."
        }
    };
    let mut words = plain(elsewhere);
    if read_only {
        let field = container.path.key("securityContext").key("readOnlyRootFilesystem");
        words.extend([text(" "), know.source(object, &field)]);
    }
    vec![Block::Table(Table { caption, head, rows }), Block::Paragraph(words)]
}

fn access(mount: &Mount) -> Prose {
    plain(match (mount.is_device, mount.access) {
        (true, Access::ReadOnly) => "raw device, may read",
        (true, Access::ReadWrite) => "raw device, may read and write",
        (false, Access::ReadOnly) => "may read",
        (false, Access::ReadWrite) => "may read and write",
    })
}

/// Who else mounts the volume.
fn siblings(know: &Knowledge, index: NodeIndex, usage: &VolumeUse, position: usize) -> Prose {
    let others: Vec<usize> = usage.users().into_iter().filter(|&user| user != position).collect();
    if others.is_empty() {
        return Prose::new();
    }
    let words = if usage.is_divided() { "; other parts go to " } else { "; shared with " };
    concat(vec![plain(words), named(&others, MOST_NAMED, |&other| vec![know.container(index, other)])])
}

/// Whether the files may be there after the pod, or are not known not to be.
fn outlives_pod(lifetime: &Lifetime) -> bool {
    matches!(lifetime.pod_deletion.value, Survival::Kept | Survival::OnNode | Survival::Unknown)
}
