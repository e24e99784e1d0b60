//! The files that a container mounts.

use crate::facts::storage::Access;
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, plain, text};
use crate::page::{Block, Inline, Table};
use crate::topology::{NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod, position: usize) -> Vec<Block> {
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let mut rows = Vec::new();
    for usage in &facts.volumes {
        for mount in usage.mounts.iter().filter(|mount| mount.container == position) {
            let what = match usage.volume.map(|volume| &pod.volumes[volume]) {
                Some(volume) => crate::page::workload::storage::volume_words(know, index, object, volume),
                None => vec![Inline::Strong("not declared in the pod".to_owned())],
            };
            let access = if mount.access == Access::ReadOnly { "may read" } else { "may read and write" };
            let mut volume = vec![code(&usage.name)];
            volume.extend(mount.sub_path.iter().flat_map(|part| [text(", only "), code(part)]));
            rows.push(vec![vec![code(&mount.path)], volume, what, plain(access)]);
        }
    }
    if rows.is_empty() {
        let security = pod.containers[position].spec.security_context.as_ref();
        let read_only = security.is_some_and(|security| security.read_only_root_filesystem == Some(true));
        let words = if read_only {
            "It mounts no volume, and its root file system is read-only: it cannot write files."
        } else {
            "It mounts no volume: what it writes is gone when it restarts."
        };
        return vec![Block::Paragraph(plain(words))];
    }
    let head = ["Path", "Volume", "What it is", "Access"].map(str::to_owned).to_vec();
    let caption = format!("Volumes that {} mounts", pod.containers[position].key);
    vec![Block::Table(Table { caption, head, rows })]
}
