//! The claims behind the volumes of a pod: what each asks for, who may use it, and what becomes of it.

use crate::document::Identity;
use crate::facts::storage::{Claim, ClaimClass, ClaimOrigin, Lifetime, Survival, VolumeUse};
use crate::model::{Object, Subject};
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, muted, plain, text};
use crate::page::{Block, Prose, Table};
use crate::topology::NodeIndex;

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, volumes: &[VolumeUse]) -> Vec<Block> {
    let claims: Vec<(&VolumeUse, &Claim)> =
        volumes.iter().filter_map(|usage| Some((usage, usage.claim.as_ref()?))).collect();
    if claims.is_empty() {
        return Vec::new();
    }
    let rows = claims.iter().map(|(usage, claim)| {
        let known = claim.class != ClaimClass::Unknown;
        let size = claim.size.as_ref().map(|size| plain(crate::facts::quantity::written_size_words(size)));
        let unknown = || vec![muted(if known { "not said" } else { "not in these manifests" })];
        vec![
            vec![code(&usage.name)],
            concat(vec![name(know, index, claim), vec![text(" "), know.source(object, &claim.field)]]),
            size.unwrap_or_else(unknown),
            if claim.access_modes.is_empty() { unknown() } else { access(claim) },
            disk(know, index, claim),
        ]
    });
    let head = ["Volume", "Claim", "Size", "Who may use it", "Disk"].map(str::to_owned).to_vec();
    let caption = format!("Claims of {}", object.identity.title());
    let mut blocks = vec![
        Block::Heading("Claims".to_owned()),
        Block::Table(Table { caption, head, rows: rows.collect() }),
    ];
    let own = claims.iter().find(|(_, claim)| claim.origin == ClaimOrigin::PerPod);
    if let Some(lifetime) = own.and_then(|(usage, _)| usage.lifetime.as_ref()) {
        blocks.extend(retention(know, object, lifetime));
    }
    blocks
}

fn name(know: &Knowledge, index: NodeIndex, claim: &Claim) -> Prose {
    let near = &know.node(index).identity;
    match claim.origin {
        ClaimOrigin::Named => match claim.node {
            Some(node) => vec![know.name(node)],
            None => vec![code(&claim.name)],
        },
        ClaimOrigin::PerPod => {
            vec![text("one for each pod: "), code(format!("{}-{}-N", claim.name, near.name))]
        }
        ClaimOrigin::WithPod => plain("made with each pod, deleted with it"),
    }
}

/// Who may use the disk at the same time.
fn access(claim: &Claim) -> Prose {
    let modes = claim.access_modes.iter().map(|mode| {
        let words = match mode.as_str() {
            "ReadWriteOnce" => "the pods of one node",
            "ReadOnlyMany" => "pods on many nodes, to read",
            "ReadWriteMany" => "pods on many nodes",
            "ReadWriteOncePod" => "one pod",
            _ => return vec![code(mode)],
        };
        vec![text(format!("{words} (")), code(mode), text(")")]
    });
    joined(modes.collect(), "or")
}

fn disk(know: &Knowledge, index: NodeIndex, claim: &Claim) -> Prose {
    let near = &know.node(index).identity;
    let mut words = match (&claim.volume, &claim.class) {
        (Some(volume), _) if claim.is_matched => {
            concat(vec![know.mention(*volume, near), plain(", which satisfies the claim")])
        }
        (Some(volume), _) => know.mention(*volume, near),
        (None, ClaimClass::Named(name)) => {
            let class = near.sibling("storage.k8s.io", "StorageClass", name);
            let class = Subject::Object(Identity { namespace: "".into(), ..class });
            let made = if claim.is_made_by_hand { "one made by hand for" } else { "made by" };
            vec![text(format!("{made} StorageClass ")), know.link(&class, name)]
        }
        (None, ClaimClass::Default) => plain("made by the default StorageClass"),
        (None, ClaimClass::Existing) => plain("a volume that exists already"),
        (None, ClaimClass::Unknown) => vec![muted("not in these manifests")],
    };
    if claim.is_block {
        words.push(text(", as a raw device"));
    }
    if let Some(reclaim) = &claim.reclaim {
        let end = match reclaim.value.as_str() {
            "Delete" => ", deleted with the claim",
            "Retain" => ", kept when the claim is deleted",
            _ => "",
        };
        words.push(text(end));
    }
    words
}

/// What a StatefulSet does with the claims of its pods.
fn retention(know: &Knowledge, object: &Object, lifetime: &Lifetime) -> Option<Block> {
    let scaled = lifetime.scale_down.as_ref()?;
    let deleted = &lifetime.workload_deletion;
    let kind = &object.identity.kind;
    let words = match (scaled.value, deleted.value) {
        (Survival::Kept, Survival::Kept) => {
            format!(
                "Scaling down, or deleting the {kind}, keeps the claims and their files \
                 until someone deletes them."
            )
        }
        (Survival::Kept, _) => format!(
            "Scaling down keeps the claims of the pods that go; deleting the {kind} deletes all its claims."
        ),
        (_, Survival::Kept) => format!(
            "Scaling down deletes the claims of the pods that go; deleting the {kind} keeps its claims."
        ),
        _ => format!(
            "Scaling down deletes the claims of the pods that go, and deleting the {kind} deletes all its claims."
        ),
    };
    let field = if scaled.value == Survival::Kept { &deleted.field } else { &scaled.field };
    Some(Block::Paragraph(vec![text(words), text(" "), know.source(object, field)]))
}
