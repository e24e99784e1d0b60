//! The volumes of a pod: who mounts which, and how long each lives.

use crate::facts::quantity::written_size_words;
use crate::facts::storage::Access;
use crate::model::{Object, Subject, Value};
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, muted, plain, text};
use crate::page::{Block, Inline, Prose, Table};
use crate::topology::{NodeIndex, Pod, State, Volume};

/// The matrix of volumes and containers.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let Some(facts) = know.facts.of(index).filter(|facts| !facts.volumes.is_empty()) else {
        return Vec::new();
    };
    let mut head = vec!["Volume".to_owned(), "What it is".to_owned()];
    head.extend(pod.containers.iter().map(|container| container.key.to_string()));
    let rows = facts.volumes.iter().map(|usage| {
        let mut name = vec![code(&usage.name)];
        let what = match usage.volume.map(|volume| &pod.volumes[volume]) {
            Some(volume) => {
                name.extend([text(" "), know.source(object, &volume.path)]);
                volume_words(know, index, object, volume)
            }
            None => vec![Inline::Strong("not declared in the pod".to_owned())],
        };
        let mut row = vec![name, what];
        row.extend((0..pod.containers.len()).map(|container| {
            let mounts = usage.mounts.iter().filter(|mount| mount.container == container);
            let cells = mounts.map(|mount| {
                let access = if mount.access == Access::ReadOnly { " read-only" } else { " read-write" };
                let part =
                    mount.sub_path.as_ref().map(|part| vec![text(", only "), code(part)]).unwrap_or_default();
                concat(vec![vec![code(&mount.path), text(access)], part])
            });
            let cells: Vec<Prose> = cells.collect();
            if cells.is_empty() { vec![muted("–")] } else { joined(cells, "and") }
        }));
        row
    });
    let caption = format!("Volumes of {}", object.identity.title());
    let table = Table { caption, head, rows: rows.collect() };
    let shared: Vec<Prose> =
        facts.volumes.iter().filter(|usage| usage.is_shared()).map(|usage| vec![code(&usage.name)]).collect();
    let mut blocks = vec![Block::Table(table)];
    let running = pod.containers.len();
    if running > 1 {
        let each = plain("Each container has its own file system");
        let words = if shared.is_empty() {
            concat(vec![each, plain("; they share no files.")])
        } else {
            let word = if shared.len() == 1 {
                "; they share no files, except volume "
            } else {
                "; they share no files, except the volumes "
            };
            concat(vec![each, plain(word), joined(shared, "and"), plain(".")])
        };
        blocks.push(Block::Paragraph(words));
    }
    blocks
}

/// What a volume is and how long it lives.
pub fn volume_words(know: &Knowledge, index: NodeIndex, object: &Object, volume: &Volume) -> Prose {
    let value = volume.path.find(&object.value);
    let part =
        |key: &str| value.and_then(|value| value.get(volume.source)?.get(key)).and_then(Value::scalar_text);
    let refer = |kind: &str, key: &str| match part(key) {
        Some(name) => {
            let identity = know.node(index).identity.sibling("", kind, &name);
            let state = know.topology.find(&identity).map(|found| know.node(found).state);
            let mut prose = vec![text(format!("{kind} ")), know.link(&Subject::Object(identity), &name)];
            if state == Some(State::Missing) {
                prose.push(text(" (not in these manifests)"));
            }
            prose
        }
        None => plain(format!("a {kind}")),
    };
    match volume.source {
        "emptyDir" => {
            let memory = part("medium").as_deref() == Some("Memory");
            let size = part("sizeLimit")
                .map(|size| format!(", at most {}", written_size_words(&size)))
                .unwrap_or_default();
            let place = if memory { "An empty folder in memory" } else { "An empty folder" };
            plain(format!("{place}{size}: it survives a container's restart, not the pod's deletion"))
        }
        "configMap" => concat(vec![plain("Files from "), refer("ConfigMap", "name")]),
        "secret" => concat(vec![plain("Files from "), refer("Secret", "secretName")]),
        "persistentVolumeClaim" if part("claimName").is_some() => concat(vec![
            refer("PersistentVolumeClaim", "claimName"),
            plain(": it keeps its files when the pod is deleted or moves"),
        ]),
        "persistentVolumeClaim" => {
            let size = value
                .and_then(|claim| claim.at("spec.resources.requests.storage"))
                .and_then(Value::scalar_text);
            let size = size.map(|size| format!(" of {}", written_size_words(&size))).unwrap_or_default();
            plain(format!("A claim{size} for each pod: it stays when the pod goes"))
        }
        "hostPath" => vec![
            text("Path "),
            code(part("path").unwrap_or_default()),
            text(" of the node: another node has other files"),
        ],
        "downwardAPI" => plain("Facts about the pod, as files"),
        "projected" => plain("Tokens, ConfigMaps, Secrets, or facts about the pod, as files"),
        "ephemeral" => plain("A disk that is made with the pod and deleted with it"),
        "nfs" => vec![
            text("NFS share "),
            code(format!("{}:{}", part("server").unwrap_or_default(), part("path").unwrap_or_default())),
        ],
        "csi" => vec![text("A volume of driver "), code(part("driver").unwrap_or_default())],
        "image" => vec![text("Files of image "), code(part("reference").unwrap_or_default())],
        other => vec![text("A volume of type "), code(other)],
    }
}
