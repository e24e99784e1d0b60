//! How a pod starts and ends, step by step.

use crate::diagram::View;
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, listed, plain};
use crate::page::workload::diagrams;
use crate::page::{Block, Prose};
use crate::topology::{ContainerKind, NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Block> {
    let mut blocks = diagrams(know, index, &[View::Lifecycle]);
    let Some(facts) = know.facts.of(index) else { return blocks };
    let mut items: Vec<Prose> = Vec::new();
    for phase in &facts.start_order {
        let names: Vec<Prose> =
            phase.iter().map(|&container| vec![know.container(index, container)]).collect();
        let last = phase.last().map(|&last| &pod.containers[last]);
        let starts = if names.len() == 1 { " starts" } else { " start" };
        let words = match last.map(|last| last.kind) {
            Some(ContainerKind::Init) => {
                " runs to completion; the next one starts once it has exited with 0.".to_owned()
            }
            Some(ContainerKind::Sidecar) => {
                let probed = last.is_some_and(|last| last.spec.startup_probe.is_some());
                let started = if probed { "its startup probe has succeeded" } else { "its process runs" };
                format!(" starts and keeps running; the next one starts once {started}.")
            }
            _ if names.len() > 1 => format!("{starts} together; none waits until another is ready."),
            _ => format!("{starts}."),
        };
        items.push(concat(vec![listed(names, 6), plain(words)]));
    }
    items.extend(shutdown(pod, facts.grace_s));
    blocks.push(Block::List { ordered: true, items });
    blocks
}

fn shutdown(pod: &Pod, grace_s: i64) -> Vec<Prose> {
    let hooks: Vec<Prose> = pod
        .running()
        .filter(|container| container.spec.lifecycle.as_ref().is_some_and(|hooks| hooks.pre_stop.is_some()))
        .map(|container| vec![code(&*container.key)])
        .collect();
    let hooks = if hooks.is_empty() {
        Prose::new()
    } else {
        concat(vec![
            plain(" The "),
            vec![code("preStop")],
            plain(" hook of "),
            listed(hooks, 4),
            plain(" runs first, within that time."),
        ])
    };
    let time = count(usize::try_from(grace_s).unwrap_or(0), "second", "seconds");
    let mut words = vec![plain(format!(
        "On deletion the pod gets {time} to end: SIGTERM first, SIGKILL for what is left."
    ))];
    words.push(hooks);
    if pod.containers.iter().any(|container| container.kind == ContainerKind::Sidecar) {
        words.push(plain(" Sidecars stop after the last app container, in reverse order."));
    }
    vec![concat(words)]
}
