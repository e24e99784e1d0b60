//! What if a container hangs: it runs, and does not answer? A probe over TCP, or one that asks nothing of it, does not notice that.

use super::Asked;
use crate::facts::controller::span_words;
use crate::facts::lifecycle::{ProbeKind, Sight, probes};
use crate::names::{duration, durations};
use crate::page::Prose;
use crate::page::prose::{concat, joined, plain};
use crate::page::workload::is_served;
use crate::topology::Container;

pub(super) fn answers(asked: &Asked) -> Vec<Prose> {
    let mut answers = Vec::new();
    let mut unnoticed = Vec::new();
    for (position, container) in asked.running() {
        let Some(times) = asked.facts.lifecycle.containers.get(position) else { continue };
        let name = asked.names(&[position]);
        let removal = times.readiness_removal_max_s.as_ref().filter(|_| notices_hang(container));
        let liveness = times.liveness.as_ref().filter(|liveness| liveness.value.sight.notices_hang());
        if liveness.is_none() && removal.is_none() {
            unnoticed.push((position, container));
            continue;
        }
        let mut words = Vec::new();
        if let Some(removal) = removal {
            let effect = match is_served(asked.know, asked.index) {
                true => "New traffic stops within about ",
                false => "Its pod stops being ready within about ",
            };
            words.push(concat(vec![
                plain(format!("{effect}{} after ", duration(removal.value))),
                name.clone(),
                plain(" hangs. "),
                vec![asked.know.source(asked.object, &removal.field)],
            ]));
        }
        match liveness {
            Some(liveness) => {
                let again = times.restart.after_kill();
                let value = &liveness.value;
                let start = match removal {
                    Some(_) => plain(" "),
                    None => concat(vec![plain("If "), name, plain(" hangs, ")]),
                };
                words.push(concat(vec![
                    start,
                    plain(format!(
                        "Kubernetes notices after about {} and kills it, at the latest after about {}; {again}. ",
                        durations(value.detect_min_s, value.detect_max_s),
                        duration(value.kill_by_max_s)
                    )),
                    vec![asked.know.source(asked.object, &liveness.field)],
                ]));
            }
            None => words.push(plain(match &times.liveness {
                Some(known) => {
                    format!(" Nothing restarts it: its liveness probe {}.", known.value.sight.why())
                }
                None => " Nothing restarts it: it has no liveness probe.".to_owned(),
            })),
        }
        answers.push(concat(words));
    }
    let has_probe = |container: &Container| {
        container.spec.readiness_probe.is_some() || container.spec.liveness_probe.is_some()
    };
    let (probed, bare): (Vec<_>, Vec<_>) = unnoticed.into_iter().partition(|(_, one)| has_probe(one));
    answers.extend(unseen(
        asked,
        &bare,
        ["it has no probe that would", "neither has a probe that would", "none has a probe that would"],
    ));
    let (open, idle): (Vec<_>, Vec<_>) = probed.into_iter().partition(|(_, one)| watches(one));
    answers.extend(unseen(asked, &open, ["a probe sees only that the port is open"; 3]));
    answers.extend(unseen(asked, &idle, ["what its probe runs asks nothing of the program"; 3]));
    answers
}

/// That nobody notices if one of these hangs; the reason for one, for two, and for more.
fn unseen(asked: &Asked, containers: &[(usize, &Container)], why: [&str; 3]) -> Option<Prose> {
    let names = containers.iter().map(|&(one, _)| vec![asked.know.container(asked.index, one)]).collect();
    let why = why.get(containers.len().checked_sub(1)?.min(2))?;
    Some(concat(vec![
        plain("Nobody notices if "),
        joined(names, "or"),
        plain(format!(" hangs{}: {why}.", until(asked))),
    ]))
}

/// Until when nobody does: a Job ends after its deadline, whatever its containers do.
fn until(asked: &Asked) -> String {
    let controller = asked.know.facts.controller(asked.index);
    let job = controller.and_then(|controller| controller.job.as_ref());
    match job.and_then(|job| job.shape.value.active_deadline_s) {
        Some(seconds) => format!(" before the Job's time of {} is over", span_words(seconds)),
        None => String::new(),
    }
}

/// Whether a probe sees at least whether its port is open.
fn watches(container: &Container) -> bool {
    probes(container)
        .iter()
        .any(|probe| probe.kind != ProbeKind::Startup && probe.check.sight() == Sight::Port)
}

/// Whether the readiness probe needs the program itself to answer: the kernel opens connections for one that hangs.
fn notices_hang(container: &Container) -> bool {
    let readiness = probes(container).into_iter().find(|probe| probe.kind == ProbeKind::Readiness);
    readiness.is_some_and(|probe| probe.check.sight().notices_hang())
}
