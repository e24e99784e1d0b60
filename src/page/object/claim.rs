//! Who uses a claim, a PersistentVolume or a StorageClass, and what becomes of the data.

use crate::catalog::Relation;
use crate::diagram::View;
use crate::facts::storage::{Access, Claim, ClaimOrigin, Mount, VolumeUse};
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, marked, plain, text};
use crate::page::workload::diagrams;
use crate::page::{Block, Prose, Table};
use crate::topology::NodeIndex;

/// Who mounts a claim and what becomes of its disk; for a volume or a class, the claims that lead to it.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Block> {
    let mut blocks = diagrams(know, index, &[View::Storage]);
    if &*object.identity.kind != "PersistentVolumeClaim" {
        return blocks;
    }
    let mut workloads: Vec<NodeIndex> = know
        .topology
        .to(index)
        .filter(|edge| edge.relation == Relation::Claims)
        .map(|edge| edge.from)
        .collect();
    workloads.dedup();
    let mut rows = Vec::new();
    let mut asked: Option<&Claim> = None;
    for workload in workloads {
        let Some(facts) = know.facts.of(workload) else { continue };
        for usage in &facts.volumes {
            let Some(claim) = usage.claim.as_ref().filter(|claim| leads_to(know, workload, claim, index))
            else {
                continue;
            };
            asked = asked.or(Some(claim));
            rows.push(row(know, object, workload, usage));
        }
    }
    if rows.is_empty() {
        blocks.push(Block::Paragraph(plain("No pod in these manifests mounts it.")));
        return blocks;
    }
    let head = ["Workload", "Volume", "Mounted by"].map(str::to_owned).to_vec();
    let caption = format!("Who uses {}", object.identity.title());
    blocks.push(Block::Table(Table { caption, head, rows }));
    blocks.extend(asked.and_then(|claim| satisfied(know, index, claim)).map(Block::Paragraph));
    blocks.push(Block::Paragraph(end(know, asked)));
    blocks
}

/// Whether a volume's claim is this one; a StatefulSet numbers the claims that it makes from a template.
fn leads_to(know: &Knowledge, workload: NodeIndex, claim: &Claim, index: NodeIndex) -> bool {
    match claim.origin {
        ClaimOrigin::Named => claim.node == Some(index),
        ClaimOrigin::WithPod => false,
        ClaimOrigin::PerPod => {
            let start = format!("{}-{}-", claim.name, know.node(workload).identity.name);
            let rest = know.node(index).identity.name.strip_prefix(start.as_str());
            rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
        }
    }
}

fn row(know: &Knowledge, object: &Object, workload: NodeIndex, usage: &VolumeUse) -> Vec<Prose> {
    let owner = know.node(workload);
    let volume = owner.pod.as_ref().zip(usage.volume).and_then(|(pod, volume)| pod.volumes.get(volume));
    let source =
        volume.zip(owner.object.as_deref()).map(|(volume, object)| know.source(object, &volume.path));
    let mount = |mount: &Mount| {
        let access = if mount.access == Access::ReadOnly { " reads it at " } else { " may write at " };
        vec![know.container(workload, mount.container), text(access), code(&mount.path)]
    };
    let mounts: Vec<Prose> = usage.mounts.iter().map(mount).collect();
    let mut name = vec![code(&usage.name)];
    name.extend(source.into_iter().flat_map(|source| [text(" "), source]));
    vec![
        know.mention(workload, &object.identity),
        name,
        if mounts.is_empty() { plain("no container") } else { joined(mounts, "and") },
    ]
}

/// The PersistentVolume of the input that satisfies it, where it names none.
fn satisfied(know: &Knowledge, index: NodeIndex, claim: &Claim) -> Option<Prose> {
    let volume = claim.volume.filter(|_| claim.is_matched)?;
    Some(concat(vec![
        know.mention(volume, &know.node(index).identity),
        plain(
            " satisfies it, in class, size, and access mode: Kubernetes takes such a volume before it makes a disk.",
        ),
    ]))
}

/// What becomes of the data.
fn end(know: &Knowledge, claim: Option<&Claim>) -> Prose {
    let mut words = plain("Its files stay when a pod that uses it goes.");
    let Some(reclaim) = claim.and_then(|claim| claim.reclaim.as_ref()) else { return words };
    let sentence = match reclaim.value.as_str() {
        "Delete" => " When the claim is deleted, its disk and its files are deleted too, because ",
        "Retain" => " When the claim is deleted, its disk and its files stay, because ",
        _ => return words,
    };
    let by = reclaim.declared_by.and_then(|index| know.node(index).object.as_deref());
    let source = by.map(|object| know.source(object, &reclaim.field));
    let source = source.into_iter().flat_map(|source| [text(" "), source]).collect();
    words = concat(vec![words, plain(sentence), marked(&reclaim.why), plain("."), source]);
    words
}
