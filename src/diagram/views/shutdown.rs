//! How a pod ends: hooks, SIGTERM, the time it gets, SIGKILL; app containers first, then sidecars backwards.

use super::lifecycle::Life;
use super::sheet::Reason;
use super::wording::{count_of, shorten_to};
use crate::diagram::{Frame, Id};
use crate::names::count;
use crate::topology::{Container, ContainerKind};

/// Tells the end of a pod.
pub(super) fn tell(life: &mut Life) {
    let (user, api, pod) = (life.user.clone(), life.api.clone(), life.pod_id.clone());
    let grace = count_of(life.facts.grace_s, "second", "seconds");
    life.tale.open(Frame::Optional, "When the pod is deleted");
    life.tale.call(&user, &api, "Delete", Reason::none());
    let declared = life.pod.spec.termination_grace_period_seconds.is_some();
    let path = life.pod.path.key("terminationGracePeriodSeconds");
    let reason = if declared { life.field(&path) } else { Reason::none() };
    life.tale.call(&api, &pod, &format!("Stop within {grace}"), reason);
    if !life.services().is_empty() {
        life.tale.note(&[&api, &pod], "Services stop sending new traffic at about the same time");
    }
    stop(life, ContainerKind::App, false);
    stop(life, ContainerKind::Sidecar, true);
    if !life.rest.is_empty() {
        let id = life.parts[&life.rest[0]].clone();
        let containers = count(life.rest.len(), "container", "containers");
        life.tale.call(&pod, &id, &format!("SIGTERM to the {containers} in turn"), Reason::none());
    }
    life.tale.note(&[&pod], &format!("SIGKILL for whatever still runs after {grace}"));
    life.tale.answer(&pod, &api, "Gone");
    life.tale.close();
}

fn stop(life: &mut Life, kind: ContainerKind, backwards: bool) {
    let pod_id = life.pod_id.clone();
    let mut indexes: Vec<(usize, Id)> = life
        .parts
        .iter()
        .filter(|(index, _)| life.pod.containers[**index].kind == kind && !life.rest.contains(index))
        .map(|(index, id)| (*index, id.clone()))
        .collect();
    if backwards {
        indexes.reverse();
    }
    for (index, id) in indexes {
        let container = &life.pod.containers[index];
        if let Some(hook) = hook(container) {
            let path = container.path.key("lifecycle").key("preStop");
            life.tale.call(&pod_id, &id, &format!("Run its preStop hook: {hook}"), life.field(&path));
        }
        let spec = container.spec.lifecycle.as_ref();
        let signal =
            spec.and_then(|lifecycle| lifecycle.stop_signal.clone()).unwrap_or_else(|| "SIGTERM".to_owned());
        life.tale.call(&pod_id, &id, &signal, Reason::none());
        life.tale.answer(&id, &pod_id, "Exit");
    }
}

/// What a container does before it is told to stop.
fn hook(container: &Container) -> Option<String> {
    let hook = container.spec.lifecycle.as_ref()?.pre_stop.as_ref()?;
    if let Some(sleep) = &hook.sleep {
        return Some(format!("sleep {} s", sleep.seconds));
    }
    if let Some(exec) = &hook.exec {
        let command = exec.command.clone().unwrap_or_default().join(" ");
        return Some(shorten_to(&command, 60));
    }
    let http = hook.http_get.as_ref()?;
    Some(format!("GET {}", http.path.as_deref().unwrap_or("/")))
}
