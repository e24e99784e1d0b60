//! What follows when a container of a pod hangs or ends.

use super::Life;
use crate::facts::Known;
use crate::facts::lifecycle::{ContainerLifecycle, Liveness, Restart, Sight};
use crate::names::{count, duration, durations};
use crate::page::prose::{code, concat, joined, plain, text};
use crate::page::{Prose, unknown};
use crate::topology::{Container, ContainerKind};

/// How many containers are said to hang one by one.
const MOST_HANGS: usize = 3;

/// Who notices that a container hangs, and when.
pub fn hang(life: &Life) -> Option<Prose> {
    let runs_on = |one: &Container| matches!(one.kind, ContainerKind::App | ContainerKind::Sidecar);
    let times = life.facts.lifecycle.containers.iter().zip(&life.pod.containers).enumerate();
    let running: Vec<(usize, &ContainerLifecycle)> =
        times.filter(|(_, (_, one))| runs_on(one)).map(|(index, (times, _))| (index, times)).collect();
    let watched: Vec<(usize, &Known<Liveness>, &Restart)> = running
        .iter()
        .filter_map(|(index, times)| Some((*index, times.liveness.as_ref()?, &times.restart)))
        .collect();
    let unwatched: Vec<usize> =
        running.iter().filter(|(_, times)| times.liveness.is_none()).map(|(index, _)| *index).collect();
    let mut sentences: Vec<Prose> = Vec::new();
    for (index, known, restart) in watched.iter().take(MOST_HANGS) {
        sentences.push(one(life, *index, known, restart));
    }
    if watched.len() > MOST_HANGS {
        let more = count(watched.len() - MOST_HANGS, "more container has", "more containers have");
        sentences.push(plain(format!("{more} a liveness probe; each one's page says what it does.")));
    }
    match unwatched[..] {
        [] => {}
        [only] => sentences.push(concat(vec![
            plain("If "),
            life.name(only),
            plain(" hangs, nothing restarts it: it has no liveness probe."),
        ])),
        _ => {
            let none = if unwatched.len() == 2 { "neither has" } else { "none has" };
            let names = unwatched.iter().map(|&one| life.name(one)).collect();
            sentences.push(concat(vec![
                plain("If "),
                joined(names, "or"),
                plain(format!(" hangs, nothing restarts it: {none} a liveness probe.")),
            ]));
        }
    }
    let mut prose = Prose::new();
    for sentence in sentences {
        if !prose.is_empty() {
            prose.push(text(" "));
        }
        prose.extend(sentence);
    }
    Some(prose).filter(|prose| !prose.is_empty())
}

fn one(life: &Life, index: usize, known: &Known<Liveness>, restart: &Restart) -> Prose {
    if let Some(instead) = unknown::depends(life.object, &known.field) {
        let whose = concat(vec![plain("For "), life.name(index), plain(": ")]);
        return concat(vec![whose, instead, plain(" "), vec![life.know.source(life.object, &known.field)]]);
    }
    let found = &known.value;
    let noticed = durations(found.detect_min_s, found.detect_max_s);
    let latest = duration(found.kill_by_max_s);
    let event = match found.sight {
        Sight::Elsewhere => return unnoticed(life, index, known),
        sight => sight.event(),
    };
    let then = restart.after_kill();
    concat(vec![
        plain("If "),
        life.name(index),
        plain(format!(
            " {event}, Kubernetes notices after about {noticed} and kills it, at the latest after about {latest}; \
             {then}. "
        )),
        vec![life.know.source(life.object, &known.field)],
    ])
}

/// A probe that asks nothing of the program does not notice that it hangs.
fn unnoticed(life: &Life, index: usize, known: &Known<Liveness>) -> Prose {
    concat(vec![
        plain("Nothing notices if "),
        life.name(index),
        plain(" hangs: its liveness probe asks nothing of the program. "),
        vec![life.know.source(life.object, &known.field)],
    ])
}

/// What follows when a container ends.
pub fn restart(life: &Life) -> Option<Prose> {
    let lifecycle = &life.facts.lifecycle;
    if lifecycle.termination.value.is_empty() {
        return None;
    }
    let again = "at once, then after about 10 s, 20 s, 40 s, up to 5 minutes";
    let it = if life.pod.running().count() > 1 { "it alone" } else { "it" };
    let words = match lifecycle.restart_policy.value.as_str() {
        "Never" => "When an app container ends, it does not start again.".to_owned(),
        "OnFailure" => format!("When a container fails, {it} starts again: {again}."),
        _ => format!("When a container ends, {it} starts again: {again}."),
    };
    let has_own = |(times, one): (&ContainerLifecycle, &Container)| {
        one.kind != ContainerKind::Sidecar && (times.restart.is_own || !times.restart.rules.is_empty())
    };
    let own = lifecycle.containers.iter().zip(&life.pod.containers).any(has_own);
    let own = if own {
        " Containers with a restart policy or restart rules of their own follow these."
    } else {
        ""
    };
    let all = lifecycle.containers.iter().any(|times| times.restart.restarts_all());
    let all = if all {
        " A restart rule may start all containers of the pod again, init containers included."
    } else {
        ""
    };
    let own = format!("{own}{all}");
    let source = life.know.source(life.object, &lifecycle.restart_policy.field);
    Some(concat(vec![plain(format!("{words}{own} ")), vec![source]]))
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
