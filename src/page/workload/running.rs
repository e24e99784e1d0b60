//! Live dumps: what the pods of a workload were doing when they were read.

use crate::catalog::Relation;
use crate::document::{Identity, Value};
use crate::facts::running::{RunningPod, running_pods, status};
use crate::model::{Object, Subject};
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, listed, muted, plain, text};
use crate::page::{Block, Prose, Table};
use crate::topology::NodeIndex;

/// Pods beyond so many are counted.
const MOST_PODS: usize = 40;

/// The runs of a CronJob beyond so many are counted.
const MOST_JOBS: usize = 20;

/// What its pods were doing; empty where the manifests hold none of them.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Block> {
    let pods = running_pods(know.topology, index);
    let mut blocks: Vec<Block> = jobs(know, index).into_iter().collect();
    let is_alone = &*object.identity.kind == "Pod" && pods.is_empty();
    if is_alone && object.value.at("status.phase").is_some() {
        let words = vec![text("When this was read, its status was "), code(status(object)), text(".")];
        blocks.push(Block::Paragraph(words));
    }
    if pods.is_empty() {
        return blocks;
    }
    blocks.push(Block::Paragraph(sum(know, &pods)));
    let rows = pods.iter().take(MOST_PODS).map(|pod| row(know, pod)).collect();
    let head = ["Pod", "Node", "Status", "Ready", "Restarts", "Last end"].map(str::to_owned).to_vec();
    blocks.push(Block::Table(Table { caption: "Running pods".to_owned(), head, rows }));
    if pods.len() > MOST_PODS {
        let words = format!("{} more are not listed.", count(pods.len() - MOST_PODS, "pod", "pods"));
        blocks.push(Block::Paragraph(plain(words)));
    }
    blocks.extend(kept(know, index).map(Block::Paragraph));
    blocks
}

/// What an object is that a workload made; `None` for any other.
pub fn made(know: &Knowledge, index: NodeIndex, object: &Object) -> Option<Prose> {
    let workload = know.topology.workload_of(index)?;
    let maker = know.mention(workload, &object.identity);
    let at = |path: &str| object.value.at(path).and_then(Value::scalar_text).filter(|text| !text.is_empty());
    let identity = &object.identity;
    let mut prose = match know.topology.owner(index).filter(|_| !know.topology.alike(workload).is_empty()) {
        Some(owner) => {
            let pods = format!("One of {} pods alike of ", know.topology.alike(workload).len());
            let owner = know.mention(owner, identity);
            concat(vec![plain(pods), owner, plain("; the page of "), maker, plain(" tells of all. It runs")])
        }
        None => concat(vec![plain(format!("One {} of ", word(&identity.kind))), maker]),
    };
    if &*identity.kind != "Pod" {
        prose.push(text("; the pods that it made are listed there."));
        return Some(prose);
    }
    if let Some(host) = at("spec.nodeName") {
        let node = Identity { namespace: "".into(), ..identity.sibling("", "Node", &host) };
        prose.extend([text(" on Node "), know.link(&Subject::Object(node), &host)]);
    }
    if at("status.phase").is_some() {
        prose.extend([text("; when it was read, its status was "), code(status(object))]);
    }
    prose.push(text("."));
    Some(prose)
}

fn word(kind: &str) -> &str {
    if kind == "Pod" { "pod" } else { kind }
}

fn sum(know: &Knowledge, pods: &[RunningPod]) -> Prose {
    let well = pods.iter().filter(|pod| pod.is_well()).count();
    let mut prose = match (pods.len(), well) {
        (1, 1) => plain("When this was read, its pod was well."),
        (1, _) => plain("When this was read, its pod was not ready."),
        (2, 2) => plain("When this was read, both pods were well."),
        (all, well) if all == well => plain(format!("When this was read, all {all} pods were well.")),
        (all, 0) => plain(format!("When this was read, none of the {all} pods was ready.")),
        (all, 1) => plain(format!("When this was read, 1 of {all} pods was well.")),
        (all, well) => plain(format!("When this was read, {well} of {all} pods were well.")),
    };
    let worst = pods.iter().filter(|pod| pod.restarts > 0).max_by_key(|pod| pod.restarts);
    if let Some(pod) = worst {
        let end = match &pod.last_end {
            Some((container, how)) => {
                vec![text("; container "), code(container), text(format!(" ended last with {how}"))]
            }
            None => Prose::new(),
        };
        let times = if pod.restarts == 1 { "once".to_owned() } else { format!("{} times", pod.restarts) };
        let words =
            vec![text(" Containers of "), know.name(pod.index), text(format!(" were started again {times}"))];
        prose = concat(vec![prose, words, end, plain(".")]);
    }
    let mut added: Vec<&String> = pods.iter().flat_map(|pod| &pod.added).collect();
    added.sort();
    added.dedup();
    if !added.is_empty() {
        let names = added.into_iter().map(|name| vec![code(name)]).collect();
        let words =
            plain(", which its template does not name: something in the cluster, such as a mesh, adds it.");
        prose = concat(vec![prose, plain(" Its pods also run "), joined(names, "and"), words]);
    }
    prose
}

fn row(know: &Knowledge, pod: &RunningPod) -> Vec<Prose> {
    let host = if pod.host.is_empty() { vec![muted("none yet")] } else { vec![code(&pod.host)] };
    let end = match &pod.last_end {
        Some((container, how)) => vec![code(container), text(format!(": {how}"))],
        None => vec![muted("–")],
    };
    vec![
        vec![know.name(pod.index)],
        host,
        vec![code(&pod.status)],
        plain(format!("{} of {}", pod.ready, pod.containers)),
        plain(pod.restarts.to_string()),
        end,
    ]
}

/// The ReplicaSets that are kept for a way back.
fn kept(know: &Knowledge, index: NodeIndex) -> Option<Prose> {
    let owned = know.topology.from(index).filter(|edge| edge.relation == Relation::Owns).map(|edge| edge.to);
    let empty = |&set: &NodeIndex| {
        let node = know.node(set);
        let replicas = node.object.as_ref().and_then(|object| object.value.at("spec.replicas")?.as_i64());
        &*node.identity.kind == "ReplicaSet" && replicas == Some(0)
    };
    let old: Vec<Prose> = owned.filter(empty).map(|set| vec![know.name(set)]).collect();
    let words = match old.len() {
        0 => return None,
        1 => "An earlier version is kept for a way back: ",
        _ => "Earlier versions are kept for a way back: ",
    };
    Some(concat(vec![plain(words), listed(old, 5), plain(".")]))
}

/// The Jobs that a CronJob started.
fn jobs(know: &Knowledge, index: NodeIndex) -> Option<Block> {
    let owned = know.topology.from(index).filter(|edge| edge.relation == Relation::Owns).map(|edge| edge.to);
    let jobs: Vec<NodeIndex> = owned.filter(|&job| &*know.node(job).identity.kind == "Job").collect();
    let rows = jobs.iter().rev().take(MOST_JOBS).filter_map(|&job| {
        let object = know.node(job).object.as_deref()?;
        let at = |path: &str| object.value.at(path).and_then(Value::scalar_text);
        let conditions = object.value.at("status.conditions").map(Value::items).unwrap_or_default();
        let over = conditions.iter().find(|condition| {
            let text = |key| condition.get(key).and_then(Value::as_str);
            matches!(text("type"), Some("Complete" | "Failed")) && text("status") == Some("True")
        });
        let state = match over.and_then(|over| over.get("type")?.as_str()) {
            Some("Complete") => plain("complete"),
            Some(_) => match over.and_then(|over| over.get("reason")?.scalar_text()) {
                Some(reason) => vec![text("failed: "), code(reason)],
                None => plain("failed"),
            },
            None => plain("not over"),
        };
        let time = |path: &str| at(path).map_or_else(|| vec![muted("–")], |time| vec![code(time)]);
        Some(vec![vec![know.name(job)], state, time("status.startTime"), time("status.completionTime")])
    });
    let rows: Vec<Vec<Prose>> = rows.collect();
    let head = ["Job", "How it went", "Started", "Completed"].map(str::to_owned).to_vec();
    (!rows.is_empty()).then_some(Block::Table(Table { caption: "Jobs it started".to_owned(), head, rows }))
}
