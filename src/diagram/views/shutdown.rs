//! How a pod ends: hooks, SIGTERM, the time it gets, SIGKILL; app containers first, then sidecars backwards.

use super::lifecycle::Life;
use super::sheet::Reason;
use super::wording::shorten_to;
use crate::diagram::{Frame, Id};
use crate::facts::lifecycle::{Hook, LEAST_GRACE_S, pre_stop};
use crate::names::{count, duration};
use crate::topology::{Container, ContainerKind};

/// Tells the end of a pod.
pub(super) fn tell(life: &mut Life) {
    let (user, api, pod) = (life.user.clone(), life.api.clone(), life.pod_id.clone());
    let grace = life.facts.lifecycle.grace_s.clone();
    let when =
        if life.is_of_job() { "If the pod is deleted before it is done" } else { "When the pod is deleted" };
    life.tale.open(Frame::Optional, when);
    life.tale.call(&user, &api, "Delete", Reason::none());
    let declared = life.pod.spec.termination_grace_period_seconds.is_some();
    let reason = if declared { life.field(&grace.field) } else { Reason::none() };
    let total = duration(grace.value);
    let text = if grace.value == 0 { "Stop at once".to_owned() } else { format!("Stop within {total}") };
    life.tale.call(&api, &pod, &text, reason);
    if !life.services().is_empty() {
        life.tale.note(&[&api, &pod], "Services stop sending new traffic at about the same time");
    }
    if grace.value > 0 {
        hooks(life);
        let apps = life.drawn(|kind| kind == ContainerKind::App);
        signals(life, &apps);
        let mut sidecars = life.drawn(|kind| kind == ContainerKind::Sidecar);
        sidecars.reverse();
        for sidecar in sidecars {
            signals(life, &[sidecar]);
        }
    }
    if !life.rest.is_empty() {
        let id = life.parts[&life.rest[0]].clone();
        let containers = count(life.rest.len(), "container", "containers");
        let signal = if grace.value == 0 { "SIGKILL" } else { "SIGTERM" };
        life.tale.call(&pod, &id, &format!("{signal} to the {containers} in turn"), Reason::none());
    }
    let text = match grace.value {
        0 => "SIGKILL for whatever runs; no hook runs".to_owned(),
        _ => format!("SIGKILL for whatever still runs after {total}"),
    };
    life.tale.note(&[&pod], &text);
    life.tale.answer(&pod, &api, "Gone");
    life.tale.close();
}

/// The hooks of all containers run at the same time, and the time to end runs too.
fn hooks(life: &mut Life) {
    let pod = life.pod_id.clone();
    for (index, id) in life.drawn(|kind| matches!(kind, ContainerKind::App | ContainerKind::Sidecar)) {
        let container = &life.pod.containers[index];
        let Some(hook) = pre_stop(container) else { continue };
        let path = container.path.key("lifecycle").key("preStop");
        life.tale.call(&pod, &id, &format!("Run its preStop hook: {}", words(&hook)), life.field(&path));
    }
}

/// Tells containers to end; each does.
fn signals(life: &mut Life, containers: &[(usize, Id)]) {
    let pod = life.pod_id.clone();
    let grace = life.facts.lifecycle.grace_s.value;
    for (index, id) in containers {
        let container = &life.pod.containers[*index];
        let left = life.times(*index).and_then(|times| times.stop_s).unwrap_or(LEAST_GRACE_S);
        let signal = signal(container);
        let text = match container.kind {
            ContainerKind::App if left < grace => format!("{signal}, with {} left", duration(left)),
            _ => signal,
        };
        life.tale.call(&pod, id, &text, Reason::none());
    }
    for (_, id) in containers {
        life.tale.answer(id, &pod, "Exit");
    }
}

/// The signal that tells a container to end.
fn signal(container: &Container) -> String {
    let lifecycle = container.spec.lifecycle.as_ref();
    lifecycle.and_then(|lifecycle| lifecycle.stop_signal.clone()).unwrap_or_else(|| "SIGTERM".to_owned())
}

/// What a container does before it is told to end.
fn words(hook: &Hook) -> String {
    match hook {
        Hook::Sleep(seconds) => format!("sleep {}", duration(*seconds)),
        Hook::Exec { sleep_s: Some(i64::MAX), .. } => "sleep without end".to_owned(),
        Hook::Exec { sleep_s: Some(seconds), .. } => format!("sleep {}", duration(*seconds)),
        Hook::Exec { command, .. } => shorten_to(command, 60),
        Hook::Http { path, .. } => format!("GET {}", shorten_to(path, 60)),
        Hook::Nothing => "nothing that Kubernetes does".to_owned(),
    }
}
