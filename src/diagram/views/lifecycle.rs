//! What happens to one pod, from the first request to the last signal, as a sequence.

use super::place;
use super::serving::{self, ask};
use super::sheet::Reason;
use super::tale::Tale;
use super::wording::{self, list};
use super::{Budget, Definition, Focus, Of, Scene, cast, fold, shutdown};
use crate::catalog::{FieldPath, Relation, Role, is_built_in};
use crate::diagram::{Class, Diagram, Id, View};
use crate::facts::PodFacts;
use crate::facts::follows_readiness;
use crate::facts::lifecycle::{ContainerLifecycle, ProbeKind, RestartPolicy, post_start, probes};
use crate::names::english;
use crate::names::{count, duration};
use crate::topology::{Container, ContainerKind, Node, NodeIndex, Pod};
use std::collections::BTreeMap;

/// How many containers take part one by one; fewer where there is no room for all that they do.
const MOST_CONTAINERS: usize = 6;
/// So many take part at least: one, and one that stands for all others.
const LEAST_CONTAINERS: usize = 2;
/// How many steps one picture may have before it is told in two.
const LONG: usize = 23;

pub(super) static VIEW: Definition =
    Definition { name: "lifecycle", of: Of::Pod, budget: Budget::USUAL, draw };

/// The whole life.
fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let index: NodeIndex = match *focus {
        Focus::Object(index) | Focus::Container(index, _) => index,
        Focus::All(_) | Focus::Namespace(..) | Focus::Application(_) => return None,
    };
    Some(Life::of(scene, index)?.tell(Part::Whole))
}

/// The whole life if it is short, or else its start and its end, a picture each.
pub(super) fn parts(scene: Scene, index: NodeIndex) -> Vec<Diagram> {
    let told = |part| Some(Life::of(scene, index)?.tell(part));
    let whole = Life::of(scene, index).map(Life::steps);
    let parts =
        if whole.is_some_and(|steps| steps > LONG) { &[Part::Start, Part::End][..] } else { &[Part::Whole] };
    parts.iter().filter_map(|part| told(*part)).collect()
}

/// What of a life is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Start,
    End,
}

/// One pod's life, while it is told.
pub(super) struct Life<'a> {
    pub scene: Scene<'a>,
    pub index: NodeIndex,
    pub node: &'a Node,
    pub pod: &'a Pod,
    pub facts: &'a PodFacts,
    pub tale: Tale,
    pub user: Id,
    pub api: Id,
    pub pod_id: Id,
    /// The participant that stands for each container; those that are folded share one.
    pub parts: BTreeMap<usize, Id>,
    /// The containers that are folded into one participant.
    pub rest: Vec<usize>,
}

impl<'a> Life<'a> {
    /// The life of a pod, with as many of its containers as the steps of all fit.
    fn of(scene: Scene<'a>, index: NodeIndex) -> Option<Life<'a>> {
        let fits = |most: &usize| {
            let life = Life::with(scene, index, *most);
            life.is_some_and(|life| life.steps() <= scene.budget.edges)
        };
        let most = (LEAST_CONTAINERS..=MOST_CONTAINERS).rev().find(fits).unwrap_or(LEAST_CONTAINERS);
        Life::with(scene, index, most)
    }

    /// How many steps the whole life has.
    fn steps(mut self) -> usize {
        self.live(Part::Whole);
        self.tale.len()
    }

    fn with(scene: Scene<'a>, index: NodeIndex, most: usize) -> Option<Life<'a>> {
        let node = scene.topology.nodes.get(index)?;
        let (pod, facts) = (node.pod.as_deref()?, scene.facts.of(index)?);
        let mut tale = Tale::default();
        let identity = &node.identity;
        let named = |letter: char, name: &str| Id::of(letter, &[&identity.id(), name]);
        let user = tale.cast(named('u', "user"), Class::Person, "User", "a user", None);
        let api =
            tale.cast(named('u', "api"), Class::ControlPlane, "Kubernetes API", "the Kubernetes API", None);
        let label = match &*identity.kind {
            "Pod" => format!("Pod {}", identity.name),
            kind => format!("Pod of {kind} {}", identity.name),
        };
        let said = wording::the_pod(identity);
        let pod_id = tale.cast(cast::pod(scene, index).node.id, Class::Pod, &label, &said, cast::link(node));
        let (drawn, rest) = fold::containers(pod, most);
        let mut parts = BTreeMap::new();
        for &container in &drawn {
            let actor = cast::container(node, pod, facts.roles.get(container).copied(), container);
            let node = actor.node;
            parts.insert(container, tale.cast(node.id, node.class, &node.label, &actor.said, node.link));
        }
        if !rest.is_empty() {
            let words = count(rest.len(), "more container", "more containers");
            let id = tale.cast(named('f', "containers"), Class::Container, &words, &words, None);
            parts.extend(rest.iter().map(|&index| (index, id.clone())));
            tale.leave_out(format!(
                "Not drawn one by one: {words}; the pod's page lists them in their order."
            ));
        }
        Some(Life { scene, index, node, pod, facts, tale, user, api, pod_id, parts, rest })
    }

    /// Tells it, without the diagram around it.
    fn live(&mut self, part: Part) {
        if part != Part::End {
            self.create();
            self.start();
            serving::tell(self);
        }
        if part != Part::Start {
            serving::trouble(self);
            shutdown::tell(self);
        }
    }

    fn tell(mut self, part: Part) -> Diagram {
        self.live(part);
        if part != Part::Whole {
            self.tale.forget_the_silent();
        }
        let (kind, name) = (&self.node.identity.kind, &self.node.identity.name);
        let whose = if &**kind == "Pod" { format!("Pod {name}") } else { format!("a pod of {kind} {name}") };
        let title = match part {
            Part::Whole => format!("Life of {whose}"),
            Part::Start => format!("Start of {whose}"),
            Part::End => format!("Restart and end of {whose}"),
        };
        let subject = english::capital(&wording::the_pod(&self.node.identity));
        let description = match part {
            Part::Whole => format!("{subject} starts {}; {}.", self.cast_in_words(), self.grace_in_words()),
            Part::Start => format!("{subject} starts {}.", self.cast_in_words()),
            Part::End => {
                format!("{subject}: what follows when a container fails; {}.", self.grace_in_words())
            }
        };
        self.tale.finish(View::Lifecycle, title, description, self.scene.budget)
    }

    fn cast_in_words(&self) -> String {
        let inits = self.count(ContainerKind::Init);
        let (sidecars, apps) = (self.count(ContainerKind::Sidecar), self.count(ContainerKind::App));
        let steps = [
            (inits > 0).then(|| count(inits, "init container", "init containers")),
            (sidecars > 0).then(|| count(sidecars, "sidecar", "sidecars")),
            Some(count(apps, "app container", "app containers")),
        ];
        let steps: Vec<String> = steps.into_iter().flatten().collect();
        let in_turn = if steps.len() > 1 { " in turn" } else { "" };
        format!("{}{in_turn}", list(&steps, "kind of container", "kinds of containers"))
    }

    fn grace_in_words(&self) -> String {
        match self.facts.lifecycle.grace_s.value {
            0 => "on deletion it is killed at once".to_owned(),
            seconds => format!("on deletion it gets {} to end", duration(seconds)),
        }
    }

    /// The times of a container.
    pub fn times(&self, container: usize) -> Option<&'a ContainerLifecycle> {
        self.facts.lifecycle.containers.get(container)
    }

    /// The containers that are drawn one by one, those of some kinds.
    pub fn drawn(&self, is: impl Fn(ContainerKind) -> bool) -> Vec<(usize, Id)> {
        let parts = self.parts.iter().map(|(index, id)| (*index, id.clone()));
        parts
            .filter(|(index, _)| {
                is(self.pod.containers[*index].kind) && self.rest.binary_search(index).is_err()
            })
            .collect()
    }

    /// Whether it is there to finish.
    pub fn is_of_job(&self) -> bool {
        let own = &self.node.identity;
        matches!(&*own.kind, "Job" | "CronJob") || (!is_built_in(&own.group) && self.pod.ends())
    }

    fn count(&self, kind: ContainerKind) -> usize {
        self.pod.containers.iter().filter(|container| container.kind == kind).count()
    }

    /// A field of the object, as a reason.
    pub fn field(&self, path: &FieldPath) -> Reason {
        Reason::field(self.node.object.as_deref(), path)
    }

    /// A number in the object's manifest.
    pub fn number(&self, path: &str) -> Option<i64> {
        self.node.object.as_ref()?.value.at(path)?.as_i64()
    }

    fn create(&mut self) {
        let (kind, name) = (self.node.identity.kind.to_string(), self.node.identity.name.to_string());
        let (user, api, pod) = (self.user.clone(), self.api.clone(), self.pod_id.clone());
        self.tale.call(&user, &api, &format!("Apply {kind} {name}"), Reason::none());
        if kind == "CronJob" {
            let text = format!("Start a Job {}", wording::schedule(self.scene, self.index));
            let reason = self.field(&FieldPath::of("spec.schedule"));
            self.tale.call(&api, &api, &text, reason);
        }
        let place = place::one(self.scene, self.index).actor.said;
        let text = match kind.as_str() {
            "DaemonSet" => "Start one pod on each node".to_owned(),
            "Pod" => format!("Schedule on {place} and start"),
            _ => format!("Create the pod, schedule it on {place} and start it"),
        };
        self.tale.call(&api, &pod, &text, Reason::none());
        let volumes: Vec<String> = self.pod.volumes.iter().map(|volume| volume.name.clone()).collect();
        if !volumes.is_empty() {
            let noun = if volumes.len() == 1 { "volume " } else { "volumes " };
            let noun = if volumes.len() > 4 { "" } else { noun };
            let text = format!("Mount {noun}{}", list(&volumes, "volume", "volumes"));
            let reason = self.field(&self.pod.path.key("volumes"));
            self.tale.call(&pod, &pod, &text, reason);
        }
    }

    /// Everything up to the start of the app containers, one phase after another.
    fn start(&mut self) {
        let pod = self.pod;
        let mut folded_is_told = false;
        for phase in self.facts.lifecycle.startup.value.clone() {
            let apps: Vec<usize> = phase.clone();
            if phase.len() > 1 {
                let (first, last) = (self.part(&phase, 0), self.part(&phase, phase.len() - 1));
                let text =
                    format!("{} start together", count(phase.len(), "app container", "app containers"));
                let over: Vec<&Id> = if first == last { vec![&first] } else { vec![&first, &last] };
                self.tale.note(&over, &text);
            }
            for index in apps {
                if self.rest.binary_search(&index).is_ok() {
                    if !std::mem::replace(&mut folded_is_told, true) {
                        let id = self.parts[&index].clone();
                        self.tale.call(&self.pod_id.clone(), &id, "Start, each in its turn", Reason::none());
                    }
                    continue;
                }
                self.start_one(index, &pod.containers[index]);
            }
        }
    }

    fn part(&self, phase: &[usize], at: usize) -> Id {
        self.parts[&phase[at]].clone()
    }

    fn start_one(&mut self, index: usize, container: &Container) {
        let (pod, id) = (self.pod_id.clone(), self.parts[&index].clone());
        let reason = self.field(&container.path);
        match container.kind {
            ContainerKind::Init => {
                self.tale.call(&pod, &id, "Start, and wait until it is done", reason);
                let never = self.times(index).map(|times| times.restart.policy.value);
                let fails = match never {
                    Some(RestartPolicy::Never) => "otherwise the pod fails",
                    _ => "otherwise it is tried again",
                };
                self.tale.answer(&id, &pod, &format!("Exit code 0; {fails}"));
                return;
            }
            ContainerKind::Sidecar => self.tale.call(&pod, &id, "Start, and keep running", reason),
            _ => self.tale.call(&pod, &id, "Start", reason),
        }
        if post_start(container).is_some() {
            let path = container.path.key("lifecycle").key("postStart");
            self.tale.call(&pod, &id, "Run its postStart hook", self.field(&path));
        }
        let startup = probes(container).into_iter().find(|probe| probe.kind == ProbeKind::Startup);
        let times = self.times(index).and_then(|times| times.startup.as_ref());
        if let (Some(probe), Some(times)) = (startup, times) {
            let tries = wording::count_of(i64::from(probe.failures), "try", "tries");
            let text = format!("Has it started? {}, up to {tries}", ask(&probe));
            self.tale.call(&pod, &id, &text, self.field(&container.path.key(probe.kind.field())));
            self.tale.answer(&id, &pod, &format!("Yes, within about {}", duration(times.value.budget_s)));
        }
    }

    /// The names of the Services that send traffic to the pod while it is ready.
    pub fn services(&self) -> Vec<String> {
        let edges = self.scene.topology.to(self.index).filter(|edge| edge.relation == Relation::Selects);
        let services = edges.map(|edge| &self.scene.topology.nodes[edge.from]);
        let mut names: Vec<String> = services
            .filter(|node| node.role == Role::Service && follows_readiness(node))
            .map(|node| format!("Service {}", node.identity.name))
            .collect();
        names.dedup();
        names
    }
}
