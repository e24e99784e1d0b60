//! The words of diagrams: numbers of copies, lists, volumes and places in the words of `kubectl`'s users.

use super::Scene;
use crate::catalog::Relation;
use crate::document::{Identity, Value};
use crate::facts::controller::bounds;
use crate::model::Object;
use crate::names::count;
use crate::names::english;
use crate::topology::{Node, NodeIndex, Pod, Volume};

/// The longest a label may be, in characters; no real name is longer than a DNS name.
const LONGEST_LABEL: usize = 160;

/// A text that fits on a label: cut, with an ellipsis, if someone made it absurdly long.
pub(super) fn shorten(text: &str) -> String {
    shorten_to(text, LONGEST_LABEL)
}

/// A text of at most so many characters.
pub(super) fn shorten_to(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// `a`, `a and b`, `a, b and c`; more than four become a count.
pub(super) fn list(names: &[String], one: &str, many: &str) -> String {
    match names {
        [] => format!("no {one}"),
        few if few.len() <= 4 => english::list(few, "and"),
        _ => count(names.len(), one, many),
    }
}

/// How many pods a workload has, in words: `3 pods`, `1 pod per matching node`, `2 to 10 pods` where an autoscaler decides.
pub(super) fn pods(scene: Scene, index: NodeIndex) -> String {
    let topology = scene.topology;
    let node = &topology.nodes[index];
    match &*node.identity.kind {
        "Pod" => return "1 pod".to_owned(),
        "DaemonSet" => return "1 pod per matching node".to_owned(),
        "Job" => {
            return match number(node, "spec.completions") {
                Some(runs) if runs > 1 => count_of(runs, "run", "runs"),
                _ => "1 run".to_owned(),
            };
        }
        "CronJob" => return format!("runs {}", schedule(scene, index)),
        _ => {}
    }
    let mut scalers = topology.to(index).filter(|edge| edge.relation == Relation::Scales);
    let bounds = scalers.find_map(|edge| bounds(&topology.nodes[edge.from]));
    match bounds.and_then(|bounds| Some((bounds.least, bounds.most?))) {
        Some((least, most)) => {
            let most_words = count_of(most, "pod", "pods");
            if least >= most { most_words } else { format!("{least} to {most_words}") }
        }
        None => count_of(node.copies().unwrap_or(1), "pod", "pods"),
    }
}

/// How many pods a workload has and what is in each: `3 pods of 2 containers`.
pub(super) fn pods_of_containers(scene: Scene, index: NodeIndex, pod: &Pod) -> String {
    let runs_again = &*scene.topology.nodes[index].identity.kind == "CronJob";
    let of = if runs_again { ", with " } else { " of " };
    format!("{}{of}{}", pods(scene, index), containers(pod))
}

/// When a CronJob starts Jobs: `at 02:30 every day (Europe/Berlin)`; `on schedule` and what is written where that cannot be
/// said in words.
pub(super) fn schedule(scene: Scene, index: NodeIndex) -> String {
    let cron = scene.facts.controller(index).and_then(|controller| controller.cron.as_ref());
    match cron.map(|cron| (cron.words(), cron)) {
        Some((Some(words), cron)) => {
            let zone = cron.time_zone.as_ref().map(|zone| format!(" ({})", shorten_to(zone, 40)));
            format!("{words}{}", zone.unwrap_or_default())
        }
        Some((None, cron)) if !cron.written.is_empty() => {
            format!("on schedule {}", shorten_to(&cron.written, 40))
        }
        _ => "on a schedule".to_owned(),
    }
}

fn number(node: &Node, path: &str) -> Option<i64> {
    node.object.as_ref()?.value.at(path)?.as_i64()
}

/// A count of something that may be negative in a wrong manifest.
pub(super) fn count_of(number: i64, one: &str, many: &str) -> String {
    count(usize::try_from(number).unwrap_or(0), one, many)
}

/// `1 container`, `3 containers`, with the init containers beside: `2 containers and 1 init container`.
pub(super) fn containers(pod: &Pod) -> String {
    list(&pod.contents(), "", "")
}

/// What kind of storage a volume is, in words: `empty directory`, `claim data`.
pub(super) fn volume_source(volume: &Volume, object: Option<&Object>) -> String {
    let value = object.and_then(|object| volume.path.find(&object.value));
    let source = value.and_then(|value| value.get(volume.source));
    let name = |path: &str| source.and_then(|source| source.at(path)).and_then(Value::scalar_text);
    let with = |words: &str, path: &str| match name(path) {
        Some(name) => format!("{words} {name}"),
        None => words.to_owned(),
    };
    match volume.source {
        "emptyDir" if name("medium").as_deref() == Some("Memory") => {
            "memory, lives as long as the pod".to_owned()
        }
        "emptyDir" => "empty directory, lives as long as the pod".to_owned(),
        "configMap" => with("files of ConfigMap", "name"),
        "secret" => with("files of Secret", "secretName"),
        "persistentVolumeClaim"
            if value.is_some_and(|value| value.get("spec").is_some() || value.get("metadata").is_some()) =>
        {
            "one claim per pod".to_owned()
        }
        "persistentVolumeClaim" => with("claim", "claimName"),
        "ephemeral" => "claim that goes with the pod".to_owned(),
        "hostPath" => with("directory of the node:", "path"),
        "projected" => "files from several sources".to_owned(),
        "downwardAPI" => "facts about the pod".to_owned(),
        "nfs" => with("network share on", "server"),
        "csi" => with("CSI driver", "driver"),
        "image" => with("files of image", "reference"),
        other => other.to_owned(),
    }
}

/// The pod that an object makes or is, in words: `the pod of Deployment web`, `Pod web`.
pub(super) fn the_pod(identity: &Identity) -> String {
    match &*identity.kind {
        "Pod" => format!("Pod {}", identity.name),
        kind => format!("the pod of {kind} {}", identity.name),
    }
}
