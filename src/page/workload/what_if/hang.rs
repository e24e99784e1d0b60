//! What if a container hangs: it runs, and does not answer? A probe over TCP does not notice that.

use super::Asked;
use crate::facts::lifecycle::{Check, ProbeKind, RestartPolicy, probes};
use crate::names::{duration, durations};
use crate::page::Prose;
use crate::page::prose::{concat, plain};
use crate::page::workload::is_served;
use crate::topology::Container;

pub(super) fn answers(asked: &Asked) -> Vec<Prose> {
    let mut answers = Vec::new();
    let mut unnoticed = Vec::new();
    for (position, container) in asked.running() {
        let Some(times) = asked.facts.lifecycle.containers.get(position) else { continue };
        let name = asked.names(&[position]);
        let removal = times.readiness_removal_max_s.as_ref().filter(|_| !only_sees_the_port(container));
        let liveness = times.liveness.as_ref().filter(|liveness| liveness.value.notices_hang);
        if liveness.is_none() && removal.is_none() {
            unnoticed.push(position);
            continue;
        }
        let mut words = Vec::new();
        if let Some(removal) = removal {
            let effect = match is_served(asked.know, asked.index) {
                true => "New traffic stops",
                false => "Its pod stops being ready",
            };
            words.push(concat(vec![
                plain(format!("{effect} within about ")),
                plain(format!("{} after ", duration(removal.value))),
                name.clone(),
                plain(" hangs. "),
                vec![asked.know.source(asked.object, &removal.field)],
            ]));
        }
        match liveness {
            Some(liveness) => {
                let again = match times.restart.policy.value {
                    RestartPolicy::Never => "it does not start again",
                    _ => "then it starts again",
                };
                let value = &liveness.value;
                let who = if removal.is_some() { plain("it") } else { name };
                words.push(concat(vec![
                    plain(format!(
                        "{}Kubernetes notices after about {} and kills ",
                        if words.is_empty() { "" } else { " " },
                        durations(value.detect_min_s, value.detect_max_s)
                    )),
                    who,
                    plain(format!(
                        ", at the latest after about {}; {again}. ",
                        duration(value.kill_by_max_s)
                    )),
                    vec![asked.know.source(asked.object, &liveness.field)],
                ]));
            }
            None => words.push(plain(match container.spec.liveness_probe {
                Some(_) => " Its liveness probe only sees that the port is open, so it is not restarted.",
                None => " Nothing restarts it: it has no liveness probe.",
            })),
        }
        answers.push(concat(words));
    }
    if !unnoticed.is_empty() {
        let (hang, it) = if unnoticed.len() == 1 { ("hangs", "it has") } else { ("hang", "they have") };
        answers.push(concat(vec![
            plain("Nobody notices if "),
            asked.names(&unnoticed),
            plain(format!(" {hang}: {it} no probe that would.")),
        ]));
    }
    answers
}

/// Whether the readiness probe only asks whether the port is open, which it stays while the program hangs.
fn only_sees_the_port(container: &Container) -> bool {
    let readiness = probes(container).into_iter().find(|probe| probe.kind == ProbeKind::Readiness);
    readiness.is_some_and(|probe| matches!(probe.check, Check::Tcp { .. }))
}
