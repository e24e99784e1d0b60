//! A restart policy that the kind of workload does not allow.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "restart-policy-refused",
    level: Level::Error,
    meaning: "Deployments, StatefulSets, DaemonSets and ReplicaSets allow only the restart policy `Always`, Jobs and CronJobs \
              only `OnFailure` and `Never`. Kubernetes refuses any other.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/apps/validation/validation.go` and `pkg/apis/batch/validation/validation.go`.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(pod_facts)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    let allowed: &[&str] = match (&*scene.object.identity.group, &*scene.object.identity.kind) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("", "ReplicationController") => &["Always"],
        ("batch", "Job" | "CronJob") => &["OnFailure", "Never"],
        _ => return,
    };
    let policy = pod_facts.lifecycle.restart_policy.value.as_str();
    if allowed.contains(&policy) {
        return;
    }
    let said =
        if pod.spec.restart_policy.is_some() { "" } else { ", which is what it gets as it names none" };
    let kind = &scene.object.identity.kind;
    let names = english::list(allowed.iter().map(|name| quoted(name)), "or");
    findings.add(
        format!("Kubernetes refuses it: a {kind} may not have the restart policy {}{said}.", quoted(policy)),
        format!("Set `restartPolicy` to {names}."),
        pod.path.key("restartPolicy"),
    );
}
