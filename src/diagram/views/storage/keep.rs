//! What keeps the data of a pod: a claim, a path of a node, or a path of a server, and what is behind it.

use super::super::Scene;
use super::super::cast::{self, Actor};
use super::super::sheet::{Reason, Sheet};
use super::super::wording::volume_source;
use crate::catalog::FieldPath;
use crate::diagram::{Class, Id, Line};
use crate::document::Value;
use crate::facts::storage::{Claim, ClaimClass, ClaimOrigin, VolumeUse};
use crate::topology::{NodeIndex, Pod, State};

/// What keeps the data of a pod beyond its life.
pub(super) struct Keep {
    /// Its box.
    pub actor: Actor,
    /// Its kind, for boxes that stand for several.
    pub kind: &'static str,
    /// What the pod does with it.
    pub verb: String,
    /// Dashed for what is missing.
    pub line: Line,
    /// The field that says so.
    pub reason: Reason,
    /// The claim, if it is one.
    pub claim: Option<Claim>,
    /// Whether it belongs to a namespace.
    pub is_namespaced: bool,
}

impl Keep {
    /// Whether a claim, a volume or a class has to do with it.
    pub fn concerns(&self, node: NodeIndex) -> bool {
        self.claim.as_ref().is_some_and(|claim| {
            [claim.node, claim.volume, claim.class_node].into_iter().flatten().any(|one| one == node)
        })
    }
}

/// Whether a volume may hold data, rather than settings or the files of an image.
pub(super) fn may_hold_data(pod: &Pod, usage: &VolumeUse) -> bool {
    let source = usage.volume.and_then(|index| pod.volumes.get(index)).map(|volume| volume.source);
    source.is_some_and(|source| {
        !matches!(source, "configMap" | "secret" | "downwardAPI" | "projected" | "image" | "gitRepo")
    })
}

/// What keeps the data of a volume; `None` where it goes with the pod.
pub(super) fn read(scene: Scene, workload: NodeIndex, pod: &Pod, usage: &VolumeUse) -> Option<Keep> {
    let volume = usage.volume.and_then(|index| pod.volumes.get(index))?;
    if let Some(claim) = usage.claim.as_ref().filter(|claim| claim.origin != ClaimOrigin::WithPod) {
        return Some(of_claim(scene, workload, usage, claim));
    }
    if !may_hold_data(pod, usage) || matches!(volume.source, "emptyDir" | "ephemeral") {
        return None;
    }
    let node = &scene.topology.nodes[workload];
    let object = node.object.as_deref()?;
    let source = volume.path.find(&object.value).and_then(|value| value.get(volume.source));
    let text = |key: &str| source.and_then(|source| source.get(key)).and_then(Value::scalar_text);
    let environment = &*node.identity.environment;
    let (kind, label, note) = match volume.source {
        "hostPath" => ("node path", text("path").unwrap_or_default(), "path of the node".to_owned()),
        "nfs" => {
            let (server, path) = (text("server").unwrap_or_default(), text("path").unwrap_or_default());
            ("network share", format!("{server}:{path}"), "NFS share".to_owned())
        }
        _ => ("volume", usage.name.clone(), volume_source(volume, Some(object))),
    };
    let own = if kind == "volume" { node.identity.id() } else { String::new() };
    let id = Id::of('v', &[environment, kind, &label, &own]);
    let actor = Actor::new(id, Class::Volume, &label, &note).called(format!("{kind} {label}"));
    let reason = Reason::field(Some(object), &volume.path);
    let (verb, line) = (verb(pod, usage), Line::Solid);
    Some(Keep { actor, kind, verb, line, reason, claim: None, is_namespaced: kind == "volume" })
}

/// The claim behind a volume.
pub(super) fn of_claim(scene: Scene, workload: NodeIndex, usage: &VolumeUse, claim: &Claim) -> Keep {
    let owner = &scene.topology.nodes[workload];
    let size = claim.size.as_ref().map(|size| format!("{size} ")).unwrap_or_default();
    let modes = match &claim.access_modes[..] {
        [] => String::new(),
        modes => format!(", {}", modes.join(", ")),
    };
    let name = &owner.identity.name;
    let made = |label: String, note: String| {
        let id = Id::of('v', &[&owner.identity.id(), &claim.name, "claim"]);
        Actor::new(id, Class::Claim, &label, &note).called(format!("claims {label}"))
    };
    let actor = match (claim.origin, claim.node) {
        (ClaimOrigin::Named, Some(node)) => {
            let node = &scene.topology.nodes[node];
            let actor = cast::object(node);
            match node.state {
                State::Present => actor.noted(format!("{size}claim{modes}")),
                _ => actor,
            }
        }
        (ClaimOrigin::Named, None) => {
            let id = Id::of('v', &[&owner.identity.id(), &claim.name, "claim"]);
            Actor::new(id, Class::Missing, &claim.name, "PersistentVolumeClaim, not in these manifests")
                .called(format!("PersistentVolumeClaim {} (missing)", claim.name))
        }
        (ClaimOrigin::PerPod, _) => {
            made(format!("{}-{name}-N", claim.name), format!("{size}claim for each pod{modes}"))
        }
        (ClaimOrigin::WithPod, _) => {
            made(claim.name.clone(), format!("{size}claim that goes with the pod{modes}"))
        }
    };
    let missing = actor.node.class == Class::Missing;
    Keep {
        kind: "PersistentVolumeClaim",
        verb: owner.pod.as_deref().map(|pod| verb(pod, usage)).unwrap_or_default(),
        line: if missing { Line::Dashed } else { Line::Solid },
        reason: Reason::field(owner.object.as_deref(), &claim.field),
        claim: Some(claim.clone()),
        is_namespaced: true,
        actor,
    }
}

/// What a pod does with a volume, and which of its containers, where it has several.
fn verb(pod: &Pod, usage: &VolumeUse) -> String {
    let (writers, users) = (usage.writers(), usage.users());
    let who = |containers: &[usize]| match containers {
        _ if pod.containers.len() == 1 => String::new(),
        [one] => format!(" ({})", cast::container_name(pod, *one)),
        [one, two] => {
            format!(" ({} and {})", cast::container_name(pod, *one), cast::container_name(pod, *two))
        }
        many => format!(" ({} containers)", many.len()),
    };
    match (&writers[..], &users[..]) {
        (_, []) => "declares, but nobody mounts,".to_owned(),
        ([], users) => format!("reads{}", who(users)),
        (writers, _) => format!("may write{}", who(writers)),
    }
}

/// Draws the disk behind a claim, and what makes it.
pub(super) fn draw_backing(sheet: &mut Sheet, scene: Scene, claim: &Claim, from: &Id, reason: &Reason) {
    let object = claim.node.and_then(|index| scene.topology.nodes[index].object.as_deref());
    let is_bound = claim.volume.is_some() && !claim.is_matched;
    let field = if is_bound { "spec.volumeName" } else { "spec.storageClassName" };
    let reason = match object {
        Some(object) => Reason::field(Some(object), &FieldPath::of(field)),
        None => reason.clone(),
    };
    let line = |state: State| if state == State::Missing { Line::Dashed } else { Line::Solid };
    if let Some(volume) = claim.volume.map(|index| &scene.topology.nodes[index]) {
        let id = sheet.node(cast::object(volume), None);
        let (verb, line) = match claim.is_matched {
            true => ("is satisfied by", Line::Dashed),
            false => ("is bound to", line(volume.state)),
        };
        sheet.arrow(from, &id, verb, line, reason.clone());
        return;
    }
    if let Some(class) = claim.class_node.map(|index| &scene.topology.nodes[index]) {
        let id = sheet.node(cast::object(class), None);
        sheet.arrow(from, &id, "gets its disk from", line(class.state), reason.clone());
    } else if claim.class == ClaimClass::Default {
        let id = Id::of('m', &["default storage class"]);
        let actor = Actor::new(id, Class::External, "Default StorageClass", "of the cluster")
            .called("the default StorageClass".to_owned());
        let id = sheet.node(actor, None);
        sheet.arrow(from, &id, "gets its disk from", Line::Dashed, reason.clone());
    }
}
