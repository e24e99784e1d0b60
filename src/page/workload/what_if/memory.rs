//! What if a container needs more memory than it has?

use super::Asked;
use crate::facts::quantity::size_words;
use crate::facts::resources::{AfterKill, after_kill};
use crate::page::Prose;
use crate::page::prose::{concat, joined, plain};
use std::collections::BTreeMap;

pub(super) fn answers(asked: &Asked) -> Vec<Prose> {
    let resources = &asked.facts.resources;
    let mut killed: BTreeMap<AfterKill, Vec<Prose>> = BTreeMap::new();
    let mut unlimited = Vec::new();
    for (position, container) in asked.running() {
        let Some(own) = resources.containers.get(position) else { continue };
        let Some(limit) = own.limits.value.memory_bytes() else {
            // What a tool puts in later may be a limit.
            if !own.limits.value.is_open("memory") {
                unlimited.push(position);
            }
            continue;
        };
        killed.entry(after_kill(asked.pod, container)).or_default().push(concat(vec![
            asked.names(&[position]),
            plain(format!(" above {} ", size_words(limit))),
            vec![asked.know.source(asked.object, &own.limits.field)],
        ]));
    }
    let mut answers: Vec<Prose> =
        killed.into_iter().map(|(then, containers)| at_limit(then, containers)).collect();
    let together = resources.together.as_ref().and_then(|pod| pod.limits.value.memory_bytes());
    if !unlimited.is_empty() {
        let names = asked.names(&unlimited);
        answers.push(match together {
            Some(limit) => concat(vec![
                names,
                plain(format!(" may use what the others leave of the pod's {}.", size_words(limit))),
            ]),
            None => {
                let grows = if unlimited.len() == 1 { "it may grow" } else { "they may grow" };
                concat(vec![
                    plain("Nothing limits "),
                    names,
                    plain(format!(": {grows} until the node has no memory left, and then the kernel kills whatever frees the most.")),
                ])
            }
        });
    }
    answers
}

fn at_limit(then: AfterKill, containers: Vec<Prose>) -> Prose {
    let one = containers.len() == 1;
    let then = match (then, one) {
        (AfterKill::StartsAgain, true) => "; then it starts again, as after a crash.",
        (AfterKill::StartsAgain, false) => "; then it alone starts again, as after a crash.",
        (AfterKill::StaysDown, true) => "; it does not start again.",
        (AfterKill::StaysDown, false) => "; whichever is killed does not start again.",
        (AfterKill::PodFails, _) => "; then the pod has failed.",
        (AfterKill::Rules, _) => "; its own restart rules say what comes next.",
    };
    concat(vec![plain("The kernel kills "), joined(containers, "and"), plain(then)])
}
