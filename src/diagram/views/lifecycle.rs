//! What happens to one pod, from the first request to the last signal, as a sequence.

use super::cast;
use super::place;
use super::sheet::Reason;
use super::shutdown;
use super::tale::Tale;
use super::wording::{self, list, shorten_to};
use super::{Focus, Scene, fold};
use crate::catalog::{FieldPath, Relation, Role};
use crate::diagram::{Class, Diagram, Frame, Id, View};
use crate::facts::{Check, PodFacts, Probe, ProbeKind, probes};
use crate::model::Value;
use crate::names::count;
use crate::topology::{Container, ContainerKind, Node, NodeIndex, Pod};
use std::collections::BTreeMap;

/// How many containers take part one by one.
const MOST_CONTAINERS: usize = 6;

pub(super) fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let index: NodeIndex = match *focus {
        Focus::Object(index) | Focus::Container(index, _) => index,
        Focus::All(_) | Focus::Namespace(..) => return None,
    };
    let node = &scene.topology.nodes[index];
    let (pod, facts) = (node.pod.as_deref()?, scene.facts.of(index)?);
    let life = Life::new(scene, index, node, pod, facts);
    Some(life.tell())
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
    fn new(
        scene: Scene<'a>,
        index: NodeIndex,
        node: &'a Node,
        pod: &'a Pod,
        facts: &'a PodFacts,
    ) -> Life<'a> {
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
        let pod_id =
            tale.cast(cast::pod(scene.topology, index).node.id, Class::Pod, &label, &said, cast::link(node));
        let (drawn, rest) = fold::containers(pod, MOST_CONTAINERS);
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
        Life { scene, index, node, pod, facts, tale, user, api, pod_id, parts, rest }
    }

    fn tell(mut self) -> Diagram {
        self.create();
        self.start();
        self.run();
        shutdown::tell(&mut self);
        let (kind, name) = (&self.node.identity.kind, &self.node.identity.name);
        let inits = self.count(ContainerKind::Init);
        let (sidecars, apps) = (self.count(ContainerKind::Sidecar), self.count(ContainerKind::App));
        let steps = [
            (inits > 0).then(|| count(inits, "init container", "init containers")),
            (sidecars > 0).then(|| count(sidecars, "sidecar", "sidecars")),
            Some(count(apps, "app container", "app containers")),
        ];
        let steps: Vec<String> = steps.into_iter().flatten().collect();
        let in_turn = if steps.len() > 1 { " in turn" } else { "" };
        let description = format!(
            "{} starts {}{in_turn}; on deletion it gets {} to stop.",
            wording::sentence(&wording::the_pod(&self.node.identity)),
            list(&steps, "kind of container", "kinds of containers"),
            wording::count_of(self.facts.grace_s, "second", "seconds")
        );
        let title = format!("Life of a pod of {kind} {name}");
        let title = if &**kind == "Pod" { format!("Life of Pod {name}") } else { title };
        self.tale.finish(View::Lifecycle, title, description, self.scene.budget)
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

    fn text(&self, path: &str) -> Option<String> {
        self.node.object.as_ref()?.value.at(path).and_then(Value::scalar_text)
    }

    fn create(&mut self) {
        let (kind, name) = (self.node.identity.kind.to_string(), self.node.identity.name.to_string());
        let (user, api, pod) = (self.user.clone(), self.api.clone(), self.pod_id.clone());
        self.tale.call(&user, &api, &format!("Apply {kind} {name}"), Reason::none());
        if kind == "CronJob" {
            let schedule = self.text("spec.schedule").unwrap_or_default();
            let zone = self.text("spec.timeZone").map(|zone| format!(" ({zone})")).unwrap_or_default();
            let text = format!("Start a Job on schedule {}{zone}", shorten_to(&schedule, 40));
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
        for phase in self.facts.start_order.clone() {
            let apps: Vec<usize> = phase.clone();
            if phase.len() > 1 {
                let (first, last) = (self.part(&phase, 0), self.part(&phase, phase.len() - 1));
                let text =
                    format!("{} start together", count(phase.len(), "app container", "app containers"));
                let over: Vec<&Id> = if first == last { vec![&first] } else { vec![&first, &last] };
                self.tale.note(&over, &text);
            }
            for index in apps {
                if self.rest.contains(&index) {
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
                self.tale.answer(&id, &pod, "Exit code 0");
            }
            ContainerKind::Sidecar => self.tale.call(&pod, &id, "Start, and keep running", reason),
            _ => self.tale.call(&pod, &id, "Start", reason),
        }
        let hook = container.spec.lifecycle.as_ref().and_then(|lifecycle| lifecycle.post_start.as_ref());
        if hook.is_some() && container.kind != ContainerKind::Init {
            let path = container.path.key("lifecycle").key("postStart");
            self.tale.call(&pod, &id, "Run its postStart hook", self.field(&path));
        }
        let startup = probes(container).into_iter().find(|probe| probe.kind == ProbeKind::Startup);
        if let Some(probe) = startup.filter(|_| container.kind != ContainerKind::Init) {
            let text = format!("Has it started? {}, up to {}", ask(&probe), count_tries(probe.failures));
            self.tale.call(&pod, &id, &text, self.field(&container.path.key(probe.kind.field())));
            self.tale.answer(&id, &pod, "Started");
        }
    }

    /// From the first probe on.
    fn run(&mut self) {
        let (user, api, pod) = (self.user.clone(), self.api.clone(), self.pod_id.clone());
        let (kind, name) = (self.node.identity.kind.to_string(), self.node.identity.name.to_string());
        let once = matches!(kind.as_str(), "Job" | "CronJob");
        self.probe(ProbeKind::Readiness);
        if once {
            self.complete();
        } else {
            let ready = match &self.services()[..] {
                [] => "Running and ready".to_owned(),
                services => format!("Ready: gets traffic from {}", list(services, "Service", "Services")),
            };
            self.tale.answer(&pod, &api, &ready);
            let text =
                if kind == "Pod" { "Pod is ready".to_owned() } else { format!("{kind} {name} is available") };
            self.tale.answer(&api, &user, &text);
        }
        self.tale.open(Frame::Loop, "As long as it runs");
        self.probe(ProbeKind::Liveness);
        self.tale.close();
        if !once {
            self.crash();
        }
    }

    fn probe(&mut self, kind: ProbeKind) {
        let pod_id = self.pod_id.clone();
        let parts: Vec<(usize, Id)> = self.parts.iter().map(|(index, id)| (*index, id.clone())).collect();
        for (index, id) in parts.into_iter().filter(|(index, _)| !self.rest.contains(index)) {
            let container = &self.pod.containers[index];
            if container.kind == ContainerKind::Init {
                continue;
            }
            let Some(probe) = probes(container).into_iter().find(|probe| probe.kind == kind) else {
                continue;
            };
            let path = container.path.key(kind.field());
            let failures = count_tries(probe.failures);
            let (text, answer) = match kind {
                ProbeKind::Liveness => (
                    format!("Is it alive? {}", ask(&probe)),
                    format!("Yes; after {failures} in vain it is killed"),
                ),
                _ => (format!("Is it ready? {}", ask(&probe)), "Ready".to_owned()),
            };
            self.tale.call(&pod_id, &id, &text, self.field(&path));
            self.tale.answer(&id, &pod_id, &answer);
        }
    }

    fn complete(&mut self) {
        let (user, api, pod) = (self.user.clone(), self.api.clone(), self.pod_id.clone());
        let apps: Vec<Id> = self
            .parts
            .iter()
            .filter(|(index, _)| {
                self.pod.containers[**index].kind == ContainerKind::App && !self.rest.contains(index)
            })
            .map(|(_, id)| id.clone())
            .collect();
        for app in &apps {
            self.tale.answer(app, &pod, "Exit code 0");
        }
        self.tale.answer(&pod, &api, "Succeeded");
        self.tale.answer(&api, &user, "Job is complete");
        let base = if &*self.node.identity.kind == "CronJob" { "spec.jobTemplate.spec." } else { "spec." };
        let limit = self.number(&format!("{base}backoffLimit")).unwrap_or(6);
        self.tale.open(Frame::Optional, "If a container fails");
        let text = if self.facts.restart_policy == "OnFailure" {
            let restarts = wording::count_of(limit, "restart", "restarts");
            format!("Restart it after about 10 s, 20 s, 40 s and so on; give up after {restarts}")
        } else {
            let pods = wording::count_of(limit, "more pod", "more pods");
            format!("Start a new pod after about 10 s, 20 s, 40 s and so on; try at most {pods}")
        };
        let reason = self.field(&FieldPath::of(&format!("{base}backoffLimit")));
        let reason =
            if self.number(&format!("{base}backoffLimit")).is_some() { reason } else { Reason::none() };
        self.tale.call(&api, &pod, &text, reason);
        self.tale.close();
    }

    fn crash(&mut self) {
        let pod = self.pod_id.clone();
        let app =
            self.parts.iter().find(|(index, _)| self.pod.containers[**index].kind == ContainerKind::App);
        let Some((_, app)) = app.map(|(index, id)| (*index, id.clone())) else { return };
        let (when, text) = match self.facts.restart_policy.as_str() {
            "Never" => return,
            "OnFailure" => ("If a container fails", "Restart it alone"),
            _ => ("If a container ends", "Restart it alone"),
        };
        self.tale.open(Frame::Optional, when);
        let text = format!("{text}: at once, then after about 10 s, 20 s, 40 s, up to 5 minutes");
        self.tale.call(&pod, &app, &text, Reason::none());
        self.tale.close();
    }

    /// The names of the Services that send traffic to the pod.
    pub fn services(&self) -> Vec<String> {
        let edges = self.scene.topology.to(self.index).filter(|edge| edge.relation == Relation::Selects);
        let services = edges.map(|edge| &self.scene.topology.nodes[edge.from]);
        let mut names: Vec<String> = services
            .filter(|node| node.role == Role::Service)
            .map(|node| format!("Service {}", node.identity.name))
            .collect();
        names.dedup();
        names
    }
}

/// `HTTP GET /healthz on port 8080, about every 10 s`.
fn ask(probe: &Probe) -> String {
    let check = match &probe.check {
        Check::Unknown => "No check that Kubernetes knows".to_owned(),
        check => check.words(),
    };
    format!("{}, about every {} s", shorten_to(&check, 70), probe.period_s)
}

fn count_tries(tries: i32) -> String {
    wording::count_of(i64::from(tries), "try", "tries")
}
