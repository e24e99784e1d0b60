//! The opening sentences: what a workload does, in one breath.

mod crew;
mod job;

pub use crew::crew;
pub use job::{after_failures, job_runs};

use super::Prose;
use super::knowledge::Knowledge;
use super::prose::{code, concat, joined, listed, plain, separated, text};
use crate::catalog::{FieldPath, Relation, is_built_in};
use crate::document::Value;
use crate::facts::is_headless;
use crate::facts::quantity::written_size_words;
use crate::model::Object;
use crate::names::english;
use crate::names::plural;
use crate::topology::{Edge, NodeIndex, Pod, Share, State, service_ports};

/// What a workload does: how many pods of what, who sends it traffic, where its data is.
pub fn workload(know: &Knowledge, index: NodeIndex) -> Prose {
    let node = know.node(index);
    let (Some(object), Some(pod)) = (&node.object, &node.pod) else { return Prose::new() };
    let loses = loses(know, index, pod);
    let keeps = if loses.is_empty() { data(pod, object) } else { Prose::new() };
    let mut parts = vec![runs(know, index, object, pod), loses, traffic(know, index), keeps];
    parts.retain(|part| !part.is_empty());
    let mut prose = separated(parts, "; ");
    prose.push(text("."));
    prose
}

/// `2 containers`, `1 container, 1 sidecar, and 1 init container`.
pub fn containers(pod: &Pod) -> String {
    english::list(pod.contents(), "and")
}

/// The fewest and the most pods that an autoscaler keeps, if one scales the workload.
pub fn scaled(know: &Knowledge, index: NodeIndex) -> Option<(i64, i64)> {
    let replicas = know.facts.controller(index)?.replicas.as_ref().filter(|kept| kept.scaler.is_some())?;
    Some((replicas.least.value, replicas.most.as_ref()?.value))
}

fn runs(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Prose {
    let containers = containers(pod);
    match &*object.identity.kind {
        "Pod" => match know.topology.owner(index) {
            Some(owner) => {
                let pods = match know.topology.alike(index).len() {
                    0 | 1 => "one pod".to_owned(),
                    many => format!("each of {many} pods alike"),
                };
                concat(vec![
                    plain(format!("Runs {containers} in {pods} of ")),
                    absent_owner(know, index, owner),
                ])
            }
            None => plain(format!("Runs {containers} in a single pod that nobody restarts on another node")),
        },
        _ if know.node(index).has_unread_copies() && scaled(know, index).is_none() => plain(format!(
            "Runs an unknown number of copies of {containers}, because what stands there is no number"
        )),
        "DaemonSet" => concat(vec![
            plain("Runs one pod on every node "),
            selected_nodes(pod),
            plain(format!("that accepts it, new ones included, each with {containers}")),
        ]),
        "StatefulSet" => stateful(know, index, &containers),
        "Job" => job::job(know, index, &containers),
        "CronJob" => job::cron_job(know, index, &containers),
        _ if scaled(know, index).is_some_and(|(low, high)| low < high) => {
            let (low, high) = scaled(know, index).unwrap_or_default();
            plain(format!("Runs {low} to {high} identical copies of {containers}, as many as the load needs"))
        }
        _ => match know.node(index).copies() {
            Some(0) => plain(format!("Runs nothing for now: it is scaled to 0 copies of {containers}")),
            Some(1) => plain(format!("Runs 1 copy of {containers}")),
            Some(many) => plain(format!("Runs {many} identical copies of {containers}")),
            None if written_copies(know, index).is_some() => {
                let written = written_copies(know, index).unwrap_or_default();
                concat(vec![
                    plain(format!("Runs identical copies of {containers}, as many as ")),
                    vec![code(written)],
                    plain(" says, which is set by substitution and unknown here"),
                ])
            }
            None => match know.topology.owner(index) {
                Some(owner) => concat(vec![
                    plain(format!("Runs {containers} as a part of ")),
                    know.mention(owner, &object.identity),
                    plain(if pod.steps > 1 { ", one after another" } else { "" }),
                ]),
                None => plain(format!("Runs {containers}")),
            },
        },
    }
}

/// The controller of a pod; where that is not in the input, with the Deployment that its name betrays.
fn absent_owner(know: &Knowledge, pod: NodeIndex, owner: NodeIndex) -> Prose {
    let (node, near) = (know.node(owner), &know.node(pod).identity);
    let mention = know.mention(owner, near);
    if node.state == State::Present {
        return mention;
    }
    match know.node(pod).deployment(&node.identity) {
        Some(name) => concat(vec![
            mention,
            plain(" of Deployment "),
            vec![code(name)],
            plain(", which are not in these manifests"),
        ]),
        None => concat(vec![mention, plain(", which is not in these manifests")]),
    }
}

/// The number of copies as written, where a tool puts it in later.
fn written_copies(know: &Knowledge, index: NodeIndex) -> Option<String> {
    let node = know.node(index);
    let field = node.pod.as_deref()?.copies.as_ref()?;
    field.find(&node.object.as_ref()?.value).filter(|value| value.is_placeholder())?.scalar_text()
}

/// The labels that a node must have to run the pod.
pub fn node_labels(pod: &Pod) -> Vec<Prose> {
    let labels = pod.spec.node_selector.iter().flatten();
    labels.map(|(key, value)| vec![code(format!("{key}={value}"))]).collect()
}

fn selected_nodes(pod: &Pod) -> Prose {
    let labels = node_labels(pod);
    if labels.is_empty() {
        return Prose::new();
    }
    let word = if labels.len() == 1 { "with label " } else { "with labels " };
    concat(vec![plain(word), listed(labels, 4), plain(" ")])
}

fn stateful(know: &Knowledge, index: NodeIndex, containers: &str) -> Prose {
    let stateful = know.facts.controller(index).and_then(|controller| controller.stateful.as_ref());
    let name = |place: i64| {
        let name = stateful.map(|pods| pods.pod_name(place));
        code(name.unwrap_or_default())
    };
    let least = stateful.map_or(1, |pods| pods.count);
    let most = scaled(know, index).map_or(least, |(_, most)| most.max(least));
    match (least, most) {
        (_, 0) => plain(format!("Runs nothing for now: it is scaled to 0 copies of {containers}")),
        (_, 1) => vec![text("Runs 1 numbered pod, "), name(0), text(format!(", with {containers}"))],
        (least, most) => vec![
            text(if least == most {
                format!("Runs {most} numbered pods, ")
            } else {
                format!("Runs {least} to {most} numbered pods, as many as the load needs, ")
            }),
            name(0),
            text(if (least, most) == (2, 2) { " and " } else { " to " }),
            name(most - 1),
            text(format!(", each with {containers}")),
        ],
    }
}

/// Who sends it traffic.
fn traffic(know: &Knowledge, index: NodeIndex) -> Prose {
    let services = know.topology.to(index).filter(|edge| edge.relation == Relation::Selects);
    let near = &know.node(index).identity;
    let pod = know.pod(index).map(|(pod, _)| pod);
    let mut named: Vec<Prose> = Vec::new();
    for edge in services.filter(|edge| &*know.node(edge.from).identity.kind == "Service") {
        let service = know.node(edge.from);
        let ports: Vec<String> = if is_headless(service) {
            // Callers connect to the pods themselves, at the ports that these listen to.
            let value = service.object.as_deref().map(|object| &object.value);
            let ports = value.zip(pod).map(|(value, pod)| service_ports(value, pod));
            ports.into_iter().flatten().filter_map(|port| Some(port.target.ok()?.to_string())).collect()
        } else {
            service
                .object
                .iter()
                .flat_map(|object| object.value.at("spec.ports").map(Value::items).unwrap_or_default())
                .filter_map(|port| port.get("port")?.scalar_text())
                .collect()
        };
        let on = match ports.len() {
            0 => String::new(),
            1 => format!(" on port {}", ports[0]),
            2..=4 => format!(
                " on ports {}",
                super::prose::words(&joined(ports.into_iter().map(plain).collect(), "and"))
            ),
            many => format!(" on {many} ports"),
        };
        let on = match &edge.part {
            Some(part) => format!("{on} ({})", Share::only(part)),
            None => on,
        };
        let mention = know.mention(edge.from, near);
        if !named.contains(&concat(vec![mention.clone(), plain(on.clone())])) {
            named.push(concat(vec![mention, plain(on)]));
        }
    }
    if named.is_empty() {
        named.extend(brought_along(know, index).map(|service| know.mention(service, near)));
    }
    if named.is_empty() {
        let ends = !is_built_in(&near.group) && pod.is_some_and(Pod::ends);
        let runs_to_completion = matches!(&*near.kind, "Job" | "CronJob") || ends;
        return if runs_to_completion {
            Prose::new()
        } else {
            plain("no Service in these manifests sends it traffic")
        };
    }
    concat(vec![plain("gets traffic from "), listed(named, 4)])
}

/// The Service that whoever makes the pods makes for them, under their own name.
fn brought_along(know: &Knowledge, index: NodeIndex) -> Option<NodeIndex> {
    let makers = [Some(index), know.topology.owner(index)];
    let mut made = makers.into_iter().flatten().flat_map(|maker| know.topology.from(maker));
    let is_it = |edge: &&Edge| {
        let to = &know.node(edge.to).identity;
        edge.relation == Relation::Produces
            && to.group.is_empty()
            && &*to.kind == "Service"
            && to.name == know.node(index).identity.name
    };
    made.find(is_it).map(|edge| edge.to)
}

/// What of it does not keep what it is there to keep.
fn loses(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Prose {
    let Some(found) = know.facts.of(index) else { return Prose::new() };
    let databases = found.databases_without_volume(pod);
    if databases.is_empty() {
        return Prose::new();
    }
    let names = databases.into_iter().map(|at| vec![know.container(index, at)]).collect();
    concat(vec![
        plain("every restart of "),
        listed(names, 4),
        plain(" loses all its data, because it has no volume"),
    ])
}

/// Where its data is.
fn data(pod: &Pod, object: &Object) -> Prose {
    let templates =
        FieldPath::of("spec.volumeClaimTemplates").find(&object.value).map(Value::items).unwrap_or_default();
    if &*object.identity.kind == "StatefulSet" && !templates.is_empty() {
        let sizes: Vec<String> = templates
            .iter()
            .filter_map(|claim| claim.at("spec.resources.requests.storage")?.scalar_text())
            .collect();
        let disk = match (templates.len(), sizes.as_slice()) {
            (1, [size]) => format!("its own {} disk that stays", written_size_words(size)),
            (1, _) => "its own disk that stays".to_owned(),
            (many, _) => format!("{many} disks of its own that stay"),
        };
        return plain(format!("each pod has {disk} when the pod goes"));
    }
    let has = |source| pod.volumes.iter().any(|volume| volume.source == source);
    if has("persistentVolumeClaim") || has("ephemeral") {
        let claims = pod.volumes.iter().filter(|volume| volume.source == "persistentVolumeClaim").count();
        return match claims {
            0 => plain("gets a disk that lives as long as the pod"),
            1 => plain("keeps data in a PersistentVolumeClaim"),
            many => plain(format!("keeps data in {many} {}", plural("PersistentVolumeClaim"))),
        };
    }
    let remote = [
        "nfs",
        "iscsi",
        "cephfs",
        "rbd",
        "glusterfs",
        "csi",
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "gcePersistentDisk",
    ];
    if remote.iter().any(|source| has(source)) {
        return plain("keeps data on a disk outside of the pod");
    }
    if has("hostPath") {
        return plain("uses files of the node it runs on");
    }
    // What only one container writes into an empty folder is gone with the pod as well.
    if has("emptyDir") { plain("its files go when the pod goes") } else { plain("keeps no data on disk") }
}
