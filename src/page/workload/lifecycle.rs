//! How a pod starts and ends, step by step, with its seconds.

mod end;
mod trouble;

use super::drawn_life;
use crate::catalog::is_built_in;
use crate::facts::PodFacts;
use crate::facts::lifecycle::{Startup, holds_back, post_start};
use crate::model::Object;
use crate::names::duration;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, listed, named, plain};
use crate::page::{Block, Prose};
use crate::topology::{ContainerKind, NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let life = Life { know, index, object, pod, facts };
    let starts = facts.lifecycle.startup.value.iter().map(|phase| life.start(phase));
    let items: Vec<Prose> = starts
        .chain(
            [life.ready(), trouble::own_policies(&life), trouble::deadline(&life), end::end(&life)]
                .into_iter()
                .flatten(),
        )
        .collect();
    let list = Block::List { ordered: true, items };
    let drawn = Block::fold("The same as a picture: start, restart, and end", drawn_life(know, index));
    std::iter::once(list).chain(drawn).collect()
}

struct Life<'a> {
    know: &'a Knowledge<'a>,
    index: NodeIndex,
    object: &'a Object,
    pod: &'a Pod,
    facts: &'a PodFacts,
}

impl Life<'_> {
    fn name(&self, container: usize) -> Prose {
        vec![self.know.container(self.index, container)]
    }

    fn is_of_job(&self) -> bool {
        let own = &self.object.identity;
        matches!(&*own.kind, "Job" | "CronJob") || (!is_built_in(&own.group) && self.pod.ends())
    }

    /// One phase: what starts, and what the next one waits for.
    fn start(&self, phase: &[usize]) -> Prose {
        let names = named(phase, 6, |&one| self.name(one));
        let words = match phase {
            [one] if self.pod.step(*one).is_some() => self.step(*one),
            [_] if self.pod.steps > 0 => " starts, and runs until the last step has ended.".to_owned(),
            _ if self.pod.steps > 0 => " start together, and run until the last step has ended.".to_owned(),
            [one] => self.turn(*one),
            [_, _] => " start together; neither waits until the other is ready.".to_owned(),
            _ => " start together; none waits until another is ready.".to_owned(),
        };
        concat(vec![names, plain(words), self.held_back(phase)])
    }

    /// That the app containers behind a phase wait for the hook of its last one.
    fn held_back(&self, phase: &[usize]) -> Prose {
        let phases = &self.facts.lifecycle.startup.value;
        let is_last = phases.last().is_some_and(|last| last.as_slice() == phase);
        let Some((&last, container)) = phase.last().map(|last| (last, &self.pod.containers[*last])) else {
            return Prose::new();
        };
        let holds = container.kind == ContainerKind::App && self.pod.step(last).is_none();
        if is_last || !holds || !holds_back(container) {
            return Prose::new();
        }
        let time = match post_start(container).and_then(|hook| hook.sleep_s()) {
            Some(seconds) => format!(", which takes {}", duration(seconds)),
            None => String::new(),
        };
        let whose = plain(if phase.len() == 1 { "its " } else { "the " });
        let of = if phase.len() == 1 { Prose::new() } else { concat(vec![plain(" of "), self.name(last)]) };
        let field = container.path.key("lifecycle").key("postStart");
        concat(vec![
            plain(" The next one starts only when "),
            whose,
            vec![code("postStart")],
            plain(" hook"),
            of,
            plain(format!(" has ended{time}. ")),
            vec![self.know.source(self.object, &field)],
        ])
    }

    /// What the next step waits for.
    fn step(&self, one: usize) -> String {
        if self.pod.step(one).is_some_and(|turn| turn + 1 < self.pod.steps) {
            " runs to its end; the next step begins once it has exited with 0.".to_owned()
        } else {
            " runs to its end.".to_owned()
        }
    }

    /// What the next container waits for.
    fn turn(&self, one: usize) -> String {
        match self.pod.containers[one].kind {
            ContainerKind::Init => {
                " runs to completion; the next one starts once it has exited with 0.".to_owned()
            }
            ContainerKind::Sidecar => {
                let known = self.facts.lifecycle.containers.get(one).and_then(|times| times.startup.as_ref());
                let started = match known.map(|known| &known.value) {
                    Some(Startup { budget_s, .. }) => {
                        let time = duration(*budget_s);
                        format!("its startup probe has succeeded, for which it has about {time}")
                    }
                    None => "its process runs".to_owned(),
                };
                let hook = if holds_back(&self.pod.containers[one]) {
                    "its postStart hook has ended, and "
                } else {
                    ""
                };
                format!(" starts and keeps running; the next one starts once {hook}{started}.")
            }
            ContainerKind::App | ContainerKind::Ephemeral => " starts.".to_owned(),
        }
    }

    /// When the pod is ready, or, for a Job, done.
    fn ready(&self) -> Option<Prose> {
        let apps = self.pod.apps().count();
        if apps == 0 {
            return None;
        }
        if self.pod.steps > 0 {
            let all = if self.pod.steps == 1 { "the step has" } else { "all steps have" };
            return Some(plain(format!("The pod has succeeded once {all} exited with 0.")));
        }
        if self.is_of_job() && apps > 1 && !is_built_in(&self.object.identity.group) {
            return None;
        }
        if self.is_of_job() {
            let all = if apps == 1 { "its app container has" } else { "all its app containers have" };
            let sidecars = self.pod.containers.iter().any(|one| one.kind == ContainerKind::Sidecar);
            let rest = if sidecars { "; its sidecars are told to end then" } else { "" };
            return Some(plain(format!("The pod has succeeded once {all} exited with 0{rest}.")));
        }
        let probed: Vec<usize> = (0..self.pod.containers.len())
            .filter(|&one| {
                let times = self.facts.lifecycle.containers.get(one);
                times.is_some_and(|times| times.readiness_removal_max_s.is_some())
            })
            .collect();
        let gates = self.pod.spec.readiness_gates.iter().flatten();
        let gates: Vec<Prose> = gates.map(|gate| vec![code(&gate.condition_type)]).collect();
        let gates = match gates.len() {
            0 => Prose::new(),
            1 => concat(vec![plain(", and once condition "), listed(gates, 4), plain(" is true")]),
            _ => concat(vec![plain(", and once the conditions "), listed(gates, 4), plain(" are true")]),
        };
        let times = || self.facts.lifecycle.containers.iter().zip(&self.pod.containers);
        let apps_only = times().filter(|(_, one)| one.kind == ContainerKind::App);
        let earliest = apps_only.filter_map(|(times, _)| times.earliest_ready_s.as_ref());
        let earliest = match earliest.map(|known| known.value).max() {
            None | Some(0) => String::new(),
            Some(seconds) => {
                let start = if apps == 1 { "its app container starts" } else { "its app containers start" };
                format!(", at the earliest about {} after {start}", duration(seconds))
            }
        };
        let once = match probed.len() {
            0 if times().any(|(times, _)| times.startup.is_some()) => {
                plain("as soon as all its containers have started")
            }
            0 => {
                let watched: Vec<usize> = (0..self.pod.containers.len())
                    .filter(|&one| {
                        matches!(self.pod.containers[one].kind, ContainerKind::App | ContainerKind::Sidecar)
                    })
                    .collect();
                match watched[..] {
                    [_] => concat(vec![plain("as soon as "), self.names(&watched), plain(" runs")]),
                    [_, _] => concat(vec![plain("as soon as "), self.names(&watched), plain(" run")]),
                    _ => plain("as soon as all its containers run"),
                }
            }
            1 => concat(vec![plain("once the readiness probe of "), self.names(&probed), plain(" succeeds")]),
            _ => concat(vec![plain("once the readiness probes of "), self.names(&probed), plain(" succeed")]),
        };
        let traffic = match super::is_served(self.know, self.index) {
            true => ", and gets traffic then",
            false => "",
        };
        let why = match (probed.len(), self.pod.running().count()) {
            (1.., _) => ".",
            (_, 1) => ": it has no readiness probe.",
            (_, 2) => ": neither has a readiness probe.",
            _ => ": none has a readiness probe.",
        };
        Some(concat(vec![
            plain("The pod is ready "),
            once,
            plain(earliest),
            gates,
            plain(traffic),
            plain(why),
        ]))
    }

    fn names(&self, containers: &[usize]) -> Prose {
        named(containers, 4, |&one| self.name(one))
    }
}
