//! What else ends or starts the containers of a pod.

use super::Life;
use crate::facts::lifecycle::ContainerLifecycle;
use crate::names::duration;
use crate::page::Prose;
use crate::page::prose::{code, concat, plain, text};
use crate::topology::{Container, ContainerKind};

/// That not all containers follow the restart policy of the pod. What follows when one of them ends is told by "What if…".
pub fn own_policies(life: &Life) -> Option<Prose> {
    let lifecycle = &life.facts.lifecycle;
    let has_own = |(times, one): (&ContainerLifecycle, &Container)| {
        one.kind != ContainerKind::Sidecar && (times.restart.is_own || !times.restart.rules.is_empty())
    };
    let own = lifecycle.containers.iter().zip(&life.pod.containers).any(has_own);
    let all = lifecycle.containers.iter().any(|times| times.restart.restarts_all());
    let own = own.then_some("Containers with a restart policy or restart rules of their own follow these.");
    let all =
        all.then_some("A restart rule may start all containers of the pod again, init containers included.");
    let words: Vec<&str> = own.into_iter().chain(all).collect();
    let source = life.know.source(life.object, &lifecycle.restart_policy.field);
    (!words.is_empty()).then(|| vec![text(format!("{} ", words.join(" "))), source])
}

/// When the pod is ended because it runs for too long.
///
/// Source: `k8s.io/api/core/v1/types.go`, `PodSpec.ActiveDeadlineSeconds`; the kubelet's `active_deadline.go`.
pub fn deadline(life: &Life) -> Option<Prose> {
    let seconds = life.pod.spec.active_deadline_seconds.filter(|seconds| *seconds > 0)?;
    let name = "activeDeadlineSeconds";
    let source = life.know.source(life.object, &life.pod.path.key(name));
    let time = duration(seconds);
    let words = format!("The pod is ended and counts as failed {time} after it started, because ");
    Some(concat(vec![plain(words), vec![code(name)], plain(" says so. "), vec![source]]))
}
