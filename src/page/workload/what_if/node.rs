//! What if the node is lost that a pod runs on?
//!
//! Sources: kubernetes.io, "Nodes" (the node controller waits 50 s before it takes a node for unreachable), "Taints and
//! Tolerations" (pods stay for 300 s by default), "Force Delete StatefulSet Pods"; `k8s.io/kubernetes/pkg/controller/
//! volume/attachdetach/config/types.go` (disks are detached by force after 6 minutes).

use super::{Asked, named};
use crate::catalog::is_built_in;
use crate::facts::placement::{HOSTNAME, Neighbors, Spread};
use crate::facts::storage::{Access, Claim, ClaimOrigin, Survival, VolumeUse};
use crate::page::Prose;
use crate::page::prose::{code, concat, listed, plain, text};
use crate::page::workload::is_found;

/// The sources of volumes that are disks, each attached to one node at a time.
const ATTACHED: [&str; 6] =
    ["awsElasticBlockStore", "azureDisk", "cinder", "fc", "gcePersistentDisk", "iscsi"];

/// The taint of a node that nobody hears from.
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

pub(super) fn answers(asked: &Asked) -> Vec<Prose> {
    let mut answers = vec![who_comes_next(asked)];
    answers.extend(pinned(asked));
    answers.extend(lost_files(asked));
    answers
}

fn who_comes_next(asked: &Asked) -> Prose {
    let after = waits(asked);
    let meanwhile = meanwhile(asked);
    let own = &asked.object.identity;
    let owner =
        asked.know.topology.owner(asked.index).filter(|_| &*own.kind == "Pod" || !is_built_in(&own.group));
    let maker = owner.map_or(own, |owner| &asked.know.node(owner).identity);
    let words = match &*maker.kind {
        "Pod" => plain("The pod is gone. Nobody starts another one."),
        "DaemonSet" => plain("Its pod there goes with the node; no other node gets one for it."),
        "StatefulSet" => plain(
            "Kubernetes does not replace a numbered pod until the node is back or someone says that it is gone: two pods of one number must never run at once.",
        ),
        "Job" | "CronJob" if has_failure_policy(asked) => plain(format!(
            "{after}, the pod fails, and the failure policy of the Job decides whether that counts."
        )),
        "Job" | "CronJob" if gives_up_at_once(asked) => {
            plain(format!("{after}, the pod counts as failed, and the Job gives up."))
        }
        "Job" | "CronJob" => {
            let next = if is_stuck(asked) { "is made for another node" } else { "starts on another node" };
            let words = format!("{after}, the pod counts as failed, and a new one {next}.");
            concat(vec![plain(words), waits_for_disk(asked)])
        }
        "Deployment" | "ReplicaSet" | "ReplicationController" => next_on_another(asked, &after),
        _ => match owner {
            Some(owner) => concat(vec![
                plain(format!("{after}, the pod is given up; what comes next is up to ")),
                asked.know.mention(owner, own),
                plain("."),
            ]),
            None if is_found(asked.know, asked.object) => {
                plain(format!("{after}, the pod is given up; what comes next is up to what made it."))
            }
            None if asked.pod.ends() => {
                plain(format!("{after}, the pod has failed; what comes next is up to what made it."))
            }
            None => next_on_another(asked, &after),
        },
    };
    if matches!(&*maker.kind, "Pod" | "DaemonSet" | "Job" | "CronJob") {
        words
    } else {
        concat(vec![words, meanwhile])
    }
}

/// When the next pod runs: one that needs a disk which only one node at a time may use waits for that, too. Nobody can
/// ask the lost node to let go of it, so that it is taken away after 6 minutes more.
///
/// Source: `k8s.io/kubernetes/pkg/controller/volume/attachdetach/reconciler/reconciler.go` (force detach); kubernetes.io,
/// "Node Shutdowns", "Forced storage detach on timeout".
fn next_on_another(asked: &Asked, after: &str) -> Prose {
    let (starts, made) = ("a new pod starts on another node", "a new pod is made for another node");
    concat(vec![
        plain(format!("{after}, {}.", if is_stuck(asked) { made } else { starts })),
        waits_for_disk(asked),
    ])
}

fn is_stuck(asked: &Asked) -> bool {
    stuck_disks(asked).next().is_some()
}

/// That the new pod waits until a disk is taken from the lost node.
fn waits_for_disk(asked: &Asked) -> Prose {
    let disks: Vec<Prose> = stuck_disks(asked).map(|volume| vec![code(&volume.name)]).collect();
    let (noun, are) = match disks.len() {
        0 => return Prose::new(),
        1 => ("the disk of volume ", "it is"),
        _ => ("the disks of volumes ", "they are"),
    };
    concat(vec![
        plain(format!(" It does not start yet: {noun}")),
        listed(disks, 4),
        plain(format!(
            " may be attached to one node only, and {are} taken from the lost node by force only about 6 minutes later."
        )),
    ])
}

/// The volumes whose disk stays attached to the lost node: those of a claim that the pods of one node may use, unless the
/// disk is known to be inside of a node or on a file server, and disks that the pod names itself.
fn stuck_disks<'a>(asked: &'a Asked) -> impl Iterator<Item = &'a VolumeUse> {
    asked.facts.volumes.iter().filter(|usage| {
        let source =
            usage.volume.and_then(|volume| asked.pod.volumes.get(volume)).map(|volume| volume.source);
        match &usage.claim {
            Some(claim) => {
                claim.origin != ClaimOrigin::WithPod
                    && claim.is_of_one_node()
                    && !claim.is_local.as_ref().is_some_and(|local| local.value)
                    && !is_file_server(asked, claim)
            }
            None => source.is_some_and(|source| ATTACHED.contains(&source)),
        }
    })
}

/// Whether the PersistentVolume of a claim is a share of a file server, which is attached to no node.
fn is_file_server(asked: &Asked, claim: &Claim) -> bool {
    let object = claim.volume.and_then(|volume| asked.know.node(volume).object.as_deref());
    let spec = object.and_then(|object| object.value.get("spec"));
    spec.is_some_and(|spec| {
        ["nfs", "cephfs", "azureFile", "glusterfs"].iter().any(|kind| spec.get(kind).is_some())
    })
}

/// Whether the first failed pod fails the whole Job, whatever made it fail.
fn gives_up_at_once(asked: &Asked) -> bool {
    let controller = asked.know.facts.controller(asked.index);
    let run = controller.and_then(|controller| controller.job.as_ref());
    run.is_some_and(|run| run.shape.value.backoff_limit == 0)
}

/// Whether a Job has rules of its own about failed pods.
pub(super) fn has_failure_policy(asked: &Asked) -> bool {
    let controller = asked.know.facts.controller(asked.index);
    let path = controller.and_then(|controller| controller.job.as_ref()).map(|run| &run.path);
    path.is_some_and(|path| path.key("podFailurePolicy").find(&asked.object.value).is_some())
}

/// How long Kubernetes waits before it gives a pod up: its tolerations may say.
fn waits(asked: &Asked) -> String {
    let tolerations = asked.facts.placement.tolerations.iter().map(|known| &known.value);
    let own = tolerations.into_iter().find(|toleration| {
        (toleration.key == UNREACHABLE || toleration.key.is_empty())
            && matches!(toleration.effect.as_str(), "NoExecute" | "")
    });
    match own.map(|toleration| toleration.seconds) {
        Some(None) => "Only when someone deletes the node".to_owned(),
        Some(Some(seconds)) => {
            let minutes = (seconds.max(0).saturating_add(50) + 30) / 60;
            if minutes < 2 {
                "After about a minute".to_owned()
            } else {
                format!("After about {minutes} minutes")
            }
        }
        None => "After about 6 minutes (one to notice, five to wait)".to_owned(),
    }
}

/// Where no other node will do.
fn pinned(asked: &Asked) -> Option<Prose> {
    let placement = &asked.facts.placement;
    if let Some(node) = &placement.node_name {
        // A pod that runs has its node from the scheduler.
        if !placement.hosts.is_empty() {
            return None;
        }
        return Some(concat(vec![
            plain("No other node will do: it asks for node"),
            named(&node.value),
            plain(". "),
            vec![asked.know.source(asked.object, &node.field)],
        ]));
    }
    let host = placement.labels.iter().find(|label| label.value.key == HOSTNAME)?;
    Some(concat(vec![
        plain("No other node will do: it asks for one by its name. "),
        vec![asked.know.source(asked.object, &host.field)],
    ]))
}

/// Whether one node may hold all copies.
fn may_share_a_node(asked: &Asked) -> bool {
    let placement = &asked.facts.placement;
    let spread = |spread: &Spread| spread.is_required && spread.topology_key == HOSTNAME;
    !placement.keeps_copies_on_distinct_nodes()
        && placement.host_ports.is_empty()
        && !placement.spread.iter().any(|known| spread(&known.value))
}

/// Whether its copies keep away from each other where they can.
fn prefers_different_nodes(asked: &Asked) -> bool {
    let placement = &asked.facts.placement;
    let away = |rule: &Neighbors| !rule.near && rule.are_copies && rule.topology_key == HOSTNAME;
    placement.neighbors.iter().any(|known| away(&known.value))
        || placement.spread.iter().any(|known| known.value.topology_key == HOSTNAME)
}

/// Who answers until then.
fn meanwhile(asked: &Asked) -> Prose {
    let several = asked.copies().is_some_and(|copies| copies > 1);
    let mut words = asked.meanwhile();
    if several && may_share_a_node(asked) {
        let why = if prefers_different_nodes(asked) {
            "Its copies only prefer different nodes"
        } else {
            "No rule keeps its copies on different nodes"
        };
        words.push(text(format!(" {why}, so they may all be lost at once.")));
    }
    words
}

/// The volumes whose files go with the node.
fn lost_files(asked: &Asked) -> Vec<Prose> {
    let of = |wanted: fn(Survival) -> bool| {
        let volumes = asked.facts.volumes.iter().filter(|volume| {
            let written = volume.mounts.iter().any(|mount| mount.access == Access::ReadWrite);
            written && volume.lifetime.as_ref().is_some_and(|lifetime| wanted(lifetime.node_loss.value))
        });
        volumes.map(|volume| vec![code(&volume.name)]).collect::<Vec<Prose>>()
    };
    let lost = of(|survival| survival == Survival::Lost);
    let kept = asked.facts.volumes.iter().filter(|volume| {
        volume.claim.is_some()
            && volume.lifetime.as_ref().is_some_and(|lifetime| lifetime.node_loss.value == Survival::Kept)
    });
    let is_stuck = |volume: &&VolumeUse| stuck_disks(asked).any(|stuck| stuck.name == volume.name);
    let kept = kept.filter(|volume| !is_stuck(volume));
    let kept: Vec<Prose> = kept.map(|volume| vec![code(&volume.name)]).collect();
    let mut answers = Vec::new();
    if !lost.is_empty() {
        let noun = if lost.len() == 1 { "volume " } else { "volumes " };
        answers.push(concat(vec![
            plain(format!("The files in {noun}")),
            listed(lost, 4),
            plain(" are lost."),
        ]));
    }
    if !kept.is_empty() {
        let noun = if kept.len() == 1 { "The disk behind volume " } else { "The disks behind volumes " };
        let stays = if kept.len() == 1 { " stays" } else { " stay" };
        answers.push(concat(vec![plain(noun), listed(kept, 4), plain(format!("{stays}."))]));
    }
    answers
}
