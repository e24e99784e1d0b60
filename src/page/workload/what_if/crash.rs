//! What if a container crashes?

use super::Asked;
use super::node::has_failure_policy;
use crate::facts::lifecycle::RestartPolicy;
use crate::page::Prose;
use crate::page::prose::{concat, joined, plain};
use crate::topology::ContainerKind;
use std::collections::BTreeMap;

pub(super) fn answers(asked: &Asked) -> Vec<Prose> {
    let mut answers = Vec::new();
    let mut alike: BTreeMap<bool, Vec<usize>> = BTreeMap::new();
    for (position, _) in asked.running() {
        let restarts = restarts(asked, position);
        alike.entry(!restarts).or_default().push(position);
    }
    let several = asked.running().count() > 1;
    let ruled: Vec<usize> =
        alike.values().flatten().copied().filter(|&position| has_rules(asked, position)).collect();
    alike.values_mut().for_each(|positions| positions.retain(|position| !ruled.contains(position)));
    answers.extend(by_rules(asked, &ruled));
    for (stays_down, mut positions) in alike {
        // What runs beside the steps decides nothing.
        if asked.pod.steps > 0 {
            positions.retain(|&position| asked.pod.step(position).is_some());
        }
        if positions.is_empty() {
            continue;
        }
        let source = asked
            .facts
            .lifecycle
            .containers
            .get(positions[0])
            .map(|container| asked.know.source(asked.object, &container.restart.policy.field));
        let names = asked.names(&positions);
        let one = positions.len() == 1;
        let words = if stays_down && asked.pod.steps > 1 {
            let steps = positions.iter().map(|&step| vec![asked.know.container(asked.index, step)]);
            let then = " fails, the steps after it do not run, and the pod has failed.";
            concat(vec![plain("If "), joined(steps.collect(), "or"), plain(then)])
        } else if stays_down {
            let stays = if one { " stays down" } else { " stay down" };
            let then = match (asked.is_job(), several) {
                (true, _) if has_failure_policy(asked) => {
                    ": the pod has failed, and the failure policy of the Job decides what comes next."
                }
                (true, false) => ": the pod has failed, and the Job counts it.",
                (true, true) => {
                    ": once the other containers have ended too, the pod has failed, and the Job counts it."
                }
                (false, false) => ": the pod has failed.",
                (false, true) => ": once the other containers have ended too, the pod has failed.",
            };
            concat(vec![names, plain(format!("{stays}{then}"))])
        } else {
            let starts = match (one, several) {
                (true, true) => " starts again in the same pod, and the other containers keep running",
                (true, false) => " starts again in the same pod",
                (false, _) => " start again, each alone, in the same pod",
            };
            let delays = ": at once, then after about 10 s, 20 s, 40 s, up to 5 minutes.";
            let ready = if asked.is_job() { "" } else { " Until then the pod is not ready." };
            concat(vec![names, plain(format!("{starts}{delays}{ready}")), asked.meanwhile()])
        };
        answers.push(concat(vec![words, plain(" "), source.into_iter().collect()]));
    }
    answers.extend(init(asked));
    answers
}

fn has_rules(asked: &Asked, position: usize) -> bool {
    let container = asked.facts.lifecycle.containers.get(position);
    container.is_some_and(|container| !container.restart.rules.is_empty())
}

/// Of a container with restart rules, its exit code decides.
fn by_rules(asked: &Asked, ruled: &[usize]) -> Option<Prose> {
    let first = *ruled.first()?;
    let field = asked.pod.containers[first].path.key("restartPolicyRules");
    let all = asked.facts.lifecycle.containers.iter().any(|container| container.restart.restarts_all());
    let what = if all { "it starts again, alone or with all other containers" } else { "it starts again" };
    Some(concat(vec![
        plain("If "),
        joined(ruled.iter().map(|&one| vec![asked.know.container(asked.index, one)]).collect(), "or"),
        plain(format!(
            " crashes, its exit code and its restart rules decide whether {what}; its page lists them. "
        )),
        vec![asked.know.source(asked.object, &field)],
    ]))
}

fn restarts(asked: &Asked, position: usize) -> bool {
    let container = asked.facts.lifecycle.containers.get(position);
    container.is_none_or(|container| container.restart.policy.value != RestartPolicy::Never)
}

/// What a failing init container keeps from starting.
fn init(asked: &Asked) -> Option<Prose> {
    let inits: Vec<usize> = (0..asked.pod.containers.len())
        .filter(|&position| asked.pod.containers[position].kind == ContainerKind::Init)
        .collect();
    let first = *inits.first()?;
    let then = if restarts(asked, first) {
        " fails, it is tried again with the same delays; until it succeeds, nothing after it starts."
    } else {
        " fails, the pod has failed, and nothing after it starts."
    };
    let names = inits.iter().map(|&init| vec![asked.know.container(asked.index, init)]).collect();
    Some(concat(vec![plain("If "), joined(names, "or"), plain(then)]))
}
