//! Live dumps: what the pods of a workload were doing when they were read, from their status.

use crate::document::Value;
use crate::model::Object;
use crate::topology::{NodeIndex, Topology};

/// One pod that a workload made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningPod {
    /// Its node in the topology.
    pub index: NodeIndex,
    /// The name of the Node that it runs on; empty while it waits for one.
    pub host: String,
    /// The word that `kubectl get pods` shows: `Running`, `CrashLoopBackOff`, `Completed`.
    pub status: String,
    /// How many of its containers are ready, sidecars among them.
    pub ready: usize,
    /// How many containers it has that are meant to run side by side.
    pub containers: usize,
    /// How often its containers were started again.
    pub restarts: i64,
    /// The container that ended last, and how: `OOMKilled, exit code 137`.
    pub last_end: Option<(String, String)>,
    /// The containers that the workload's template does not name.
    pub added: Vec<String>,
}

impl RunningPod {
    /// Whether it has done what it was made for, or does it.
    pub fn is_well(&self) -> bool {
        self.status == "Completed"
            || self.status == "Succeeded"
            || (self.status == "Running" && self.ready == self.containers)
    }
}

/// The pods that a workload made, sorted by name.
pub fn running_pods(topology: &Topology, workload: NodeIndex) -> Vec<RunningPod> {
    let template = topology.nodes[workload].pod.as_deref();
    let named =
        |name: &str| template.is_none_or(|pod| pod.containers.iter().any(|container| container.name == name));
    let pods = topology.pods_made(workload).into_iter().filter_map(|index| {
        let pod = topology.nodes[index].object.as_deref()?;
        let statuses =
            || list(pod, "status.containerStatuses").chain(list(pod, "status.initContainerStatuses"));
        let sidecars =
            list(pod, "spec.initContainers").filter(|container| text(container, "restartPolicy") == "Always");
        let beside: Vec<String> =
            list(pod, "spec.containers").chain(sidecars).map(|container| text(container, "name")).collect();
        let is_ready = |status: &&Value| {
            status.get("ready").and_then(Value::as_bool) == Some(true)
                && beside.contains(&text(status, "name"))
        };
        let restarts =
            |status: &Value| status.get("restartCount").and_then(Value::as_i64).unwrap_or(0).max(0);
        Some(RunningPod {
            index,
            host: pod.value.at("spec.nodeName").and_then(Value::scalar_text).unwrap_or_default(),
            status: status(pod),
            ready: statuses().filter(is_ready).count(),
            containers: beside.len(),
            restarts: statuses().map(restarts).fold(0, i64::saturating_add),
            last_end: statuses().find_map(last_end),
            added: beside.into_iter().filter(|name| !named(name)).collect(),
        })
    });
    pods.collect()
}

/// The word for the state of a pod.
///
/// Source: `k8s.io/kubernetes/pkg/printers/internalversion/printers.go`, `printPod`.
pub fn status(pod: &Object) -> String {
    let at = |path: &str| pod.value.at(path).and_then(Value::scalar_text).filter(|text| !text.is_empty());
    let mut word = at("status.reason").or_else(|| at("status.phase")).unwrap_or_else(|| "Unknown".to_owned());
    let mut starts = false;
    for init in list(pod, "status.initContainerStatuses") {
        let ended = init.at("state.terminated");
        let done = ended.is_some_and(|ended| ended.get("exitCode").and_then(Value::as_i64) == Some(0));
        // A sidecar is through with its turn once it has started.
        if done || init.get("started").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        starts = true;
        let reason = [ended, init.at("state.waiting")].into_iter().flatten().find_map(reason);
        word =
            format!("Init:{}", reason.filter(|reason| reason != "PodInitializing").unwrap_or("…".to_owned()));
        break;
    }
    if !starts {
        let reasons = list(pod, "status.containerStatuses").filter_map(|status| {
            [status.at("state.waiting"), status.at("state.terminated")].into_iter().flatten().find_map(reason)
        });
        // Of a pod whose containers ended well and badly, the bad end counts.
        let reasons: Vec<String> = reasons.collect();
        let bad = reasons.iter().find(|reason| *reason != "Completed").or(reasons.first());
        word = bad.cloned().unwrap_or(word);
    }
    if at("metadata.deletionTimestamp").is_some() { "Terminating".to_owned() } else { word }
}

/// Why a container waits, or how it ended.
fn reason(state: &Value) -> Option<String> {
    let named = state.get("reason").and_then(Value::scalar_text).filter(|reason| !reason.is_empty());
    named.or_else(|| state.get("exitCode").and_then(Value::as_i64).map(|code| format!("ExitCode:{code}")))
}

fn last_end(status: &Value) -> Option<(String, String)> {
    let ended = status.at("lastState.terminated")?;
    let code = ended.get("exitCode").and_then(Value::as_i64).map(|code| format!("exit code {code}"));
    let words: Vec<String> =
        ended.get("reason").and_then(Value::scalar_text).into_iter().chain(code).collect();
    Some((text(status, "name"), words.join(", ")))
}

fn list<'a>(object: &'a Object, path: &str) -> impl Iterator<Item = &'a Value> {
    object.value.at(path).map(Value::items).unwrap_or_default().iter()
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::scalar_text).unwrap_or_default()
}
