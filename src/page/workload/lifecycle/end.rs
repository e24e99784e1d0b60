//! What happens when a pod is deleted.

use super::Life;
use crate::facts::lifecycle::pre_stop;
use crate::names::duration;
use crate::page::prose::{code, concat, plain};
use crate::page::workload::is_served;
use crate::page::{Prose, unknown};
use crate::topology::ContainerKind;

/// What happens when the pod is deleted.
pub fn end(life: &Life) -> Option<Prose> {
    let lifecycle = &life.facts.lifecycle;
    if lifecycle.termination.value.is_empty() {
        return None;
    }
    let grace = &lifecycle.grace_s;
    let source = vec![life.know.source(life.object, &grace.field)];
    if let Some(instead) = unknown::depends(life.object, &grace.field) {
        return Some(concat(vec![instead, plain(" "), source]));
    }
    if grace.value == 0 {
        let words =
            "On deletion the pod has no time to end: its containers are killed at once, and no hook runs. ";
        return Some(concat(vec![plain(words), source]));
    }
    let total = duration(grace.value);
    let traffic = match is_served(life.know, life.index) {
        true => " New traffic stops at about the same time, in parallel.",
        false => "",
    };
    let words = format!("On deletion the pod gets {total} to end: ");
    Some(concat(vec![
        plain(words),
        hooks(life),
        plain("SIGTERM, then SIGKILL for what still runs."),
        sidecars(life),
        plain(traffic),
        plain(" "),
        source,
    ]))
}

/// What runs before the signal: "10 s of them go to the `preStop` sleep of `app`, then ".
fn hooks(life: &Life) -> Prose {
    let hooked = |wanted: &dyn Fn(Option<i64>) -> bool| -> Vec<usize> {
        let containers = life.pod.containers.iter().enumerate();
        let hooked = containers.filter(|(_, one)| {
            matches!(one.kind, ContainerKind::App | ContainerKind::Sidecar)
                && pre_stop(one).is_some_and(|hook| wanted(hook.sleep_s()))
        });
        hooked.map(|(index, _)| index).collect()
    };
    let sleepers = hooked(&|sleep| sleep.is_some_and(|seconds| seconds > 0));
    let others = hooked(&|sleep| sleep.is_none());
    let mut pieces: Vec<Prose> = Vec::new();
    if let [only] = sleepers[..] {
        let hook = pre_stop(&life.pod.containers[only]).and_then(|hook| hook.sleep_s()).unwrap_or(0);
        let spent = duration(hook.min(life.facts.lifecycle.grace_s.value));
        pieces.push(concat(vec![
            plain(format!("{spent} of them go to the ")),
            vec![code("preStop")],
            plain(" sleep of "),
            life.name(only),
        ]));
    } else if !sleepers.is_empty() {
        pieces.push(concat(vec![
            life.names(&sleepers),
            plain(" sleep first, in their "),
            vec![code("preStop")],
        ]));
    }
    if !others.is_empty() {
        let hook = if others.len() == 1 { " hook of " } else { " hooks of " };
        let run = if others.len() == 1 { " runs" } else { " run" };
        pieces.push(concat(vec![
            plain("the "),
            vec![code("preStop")],
            plain(hook),
            life.names(&others),
            plain(format!("{run} within that time")),
        ]));
    }
    if pieces.is_empty() {
        return plain("first ");
    }
    let last = pieces.pop().unwrap_or_default();
    let first = pieces.pop().map(|first| concat(vec![first, plain(", and ")])).unwrap_or_default();
    concat(vec![first, last, plain(", then ")])
}

fn sidecars(life: &Life) -> Prose {
    let phases = life.facts.lifecycle.termination.value.iter();
    let sidecars: Vec<usize> = phases
        .flatten()
        .copied()
        .filter(|&one| life.pod.containers[one].kind == ContainerKind::Sidecar)
        .collect();
    match sidecars.len() {
        0 => Prose::new(),
        1 => concat(vec![
            plain(" Sidecar "),
            life.names(&sidecars),
            plain(" gets its signal after the last app container has ended, in what is left of that time."),
        ]),
        _ => concat(vec![
            plain(" The sidecars get their signals after the last app container has ended, one by one: "),
            life.names(&sidecars),
            plain("; all in what is left of that time."),
        ]),
    }
}
