//! The states of a container, and what leads from one to the next, with this container's own seconds.
//!
//! Source: kubernetes.io, "Pod lifecycle" (container states) and "Container restarts". `CrashLoopBackOff` and
//! `Terminating` are words of `kubectl get pods`, not states: the former waits, the latter still runs.

use super::cast::{self, Actor};
use super::sheet::{Reason, Sheet};
use super::wording;
use super::{Budget, Definition, Focus, Of, Scene};
use crate::catalog::Relation;
use crate::diagram::{Body, Class, Diagram, Direction, Id, Line, View};
use crate::facts::follows_readiness;
use crate::facts::lifecycle::{
    ContainerLifecycle, ProbeKind, RestartPolicy, Sight, holds_back, post_start, pre_stop, probes,
};
use crate::facts::{ContainerRole, PodFacts};
use crate::names::{duration, durations};
use crate::topology::{Container, ContainerKind, Node, NodeIndex, Pod};

pub(super) static VIEW: Definition = Definition { name: "states", of: Of::Pod, budget: Budget::USUAL, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let (index, position) = match *focus {
        Focus::Container(index, position) => (index, Some(position)),
        Focus::Object(index) => (index, None),
        Focus::All(_) | Focus::Namespace(..) | Focus::Application(_) => return None,
    };
    let node = &scene.topology.nodes[index];
    let (pod, facts) = (node.pod.as_deref()?, scene.facts.of(index)?);
    let chosen = position.or_else(|| chosen(pod, facts))?;
    let container = pod.containers.get(chosen).filter(|one| one.kind != ContainerKind::Ephemeral)?;
    let times = facts.lifecycle.containers.get(chosen)?;
    let mut chart =
        Chart { scene, index, node, pod, facts, position: chosen, container, times, sheet: Sheet::default() };
    if position.is_none() && pod.apps().count() > 1 {
        chart
            .sheet
            .leave_out("Not drawn: the pod's other containers; each has a diagram on its page.".to_owned());
    }
    Some(chart.draw())
}

/// The container that a pod's states are about: the main one, or else the first app container.
fn chosen(pod: &Pod, facts: &PodFacts) -> Option<usize> {
    let main = facts.roles.iter().position(|role| *role == ContainerRole::Main);
    main.or_else(|| pod.containers.iter().position(|container| container.kind == ContainerKind::App))
}

/// The states of one container, while they are drawn.
struct Chart<'a> {
    scene: Scene<'a>,
    index: NodeIndex,
    node: &'a Node,
    pod: &'a Pod,
    facts: &'a PodFacts,
    position: usize,
    container: &'a Container,
    times: &'a ContainerLifecycle,
    sheet: Sheet,
}

impl Chart<'_> {
    fn draw(mut self) -> Diagram {
        let start = self.state("start", Class::Start, "Start", "");
        let turn = self.turn();
        let waiting = self.state("waiting", Class::Waiting, "Waiting", &turn);
        self.sheet.arrow(&start, &waiting, "its pod is on a node", Line::Solid, Reason::none());
        match self.container.kind {
            ContainerKind::Init => self.run_once(&waiting),
            _ => self.run_on(&waiting),
        }
        if !self.times.restart.rules.is_empty() {
            self.sheet.leave_out(
                "Not drawn: its restartPolicyRules, which win over its restart policy.".to_owned(),
            );
        }
        let name = cast::container_name(self.pod, self.position);
        let title = format!("States of {} {name}", self.container.kind.words());
        let description = format!(
            "The states of {} {name} of {}, and what leads from one to the next.",
            self.container.kind.words(),
            wording::the_pod(&self.node.identity),
        );
        let mut diagram =
            self.sheet.finish(View::States, title, description, Direction::Down, self.scene.budget);
        if let Body::Flow(flow) = diagram.body {
            diagram.body = Body::States(flow);
        }
        diagram
    }

    fn state(&mut self, key: &str, class: Class, label: &str, note: &str) -> Id {
        let container = cast::container_id(&self.node.identity, self.pod, self.position).to_string();
        let actor = Actor::new(Id::of('s', &[&container, key]), class, label, note);
        let said = label.to_lowercase();
        self.sheet.node(actor.called(said), None)
    }

    fn field(&self, name: &str) -> Reason {
        Reason::field(self.node.object.as_deref(), &self.container.path.key(name))
    }

    /// What it waits for before its process begins: `until migrate is done`.
    fn turn(&self) -> String {
        let phases = &self.facts.lifecycle.startup.value;
        let before = phases.iter().take_while(|phase| !phase.contains(&self.position)).last();
        let Some(&before) = before.and_then(|phase| phase.last()) else {
            return "for its image and volumes".to_owned();
        };
        let done = match self.pod.containers[before].kind {
            ContainerKind::Init => "is done",
            ContainerKind::App if holds_back(&self.pod.containers[before]) => "has run its postStart hook",
            _ => "has started",
        };
        format!("until {} {done}", cast::container_name(self.pod, before))
    }

    /// An init container: it runs until it exits with 0.
    fn run_once(&mut self, waiting: &Id) {
        let running = self.state("running", Class::Running, "Running", "the next containers wait");
        self.sheet.arrow(waiting, &running, "its process begins", Line::Solid, Reason::none());
        let done = self.state("done", Class::Terminated, "Completed", "Terminated, exit code 0");
        self.sheet.arrow(&running, &done, "it exits with 0", Line::Solid, Reason::none());
        let end = self.state("end", Class::End, "End", "");
        self.sheet.arrow(&done, &end, "the next container starts", Line::Solid, Reason::none());
        let failed = self.state("failed", Class::Terminated, "Failed", "Terminated, another exit code");
        self.sheet.arrow(&running, &failed, "it fails", Line::Solid, Reason::none());
        if self.times.restart.policy.value == RestartPolicy::Never {
            self.sheet.arrow(&failed, &end, "the pod fails", Line::Solid, self.policy());
        } else {
            self.again(&failed, &running);
        }
    }

    /// An app container or a sidecar.
    fn run_on(&mut self, waiting: &Id) {
        let starts = self.times.startup.is_some();
        let reads = self.times.readiness_removal_max_s.is_some();
        let starting =
            starts.then(|| self.state("starting", Class::Running, "Starting", "Running, other probes wait"));
        let note = if self.is_served() { "Running, no new traffic to its pod" } else { "Running" };
        let not_ready = reads.then(|| self.state("not-ready", Class::Running, "Not ready", note));
        let note = if self.is_served() { "Running, its pod may get traffic" } else { "Running" };
        let ready = self.state("ready", Class::Running, "Ready", note);
        let first = not_ready.clone().unwrap_or_else(|| ready.clone());
        let entry = starting.clone().unwrap_or_else(|| first.clone());
        let hook = post_start(self.container).is_some();
        let begins =
            if hook { "its process begins and its postStart hook is done" } else { "its process begins" };
        self.sheet.arrow(waiting, &entry, begins, Line::Solid, Reason::none());
        if let Some(starting) = &starting {
            self.start(starting, &first);
        }
        if let Some(not_ready) = &not_ready {
            self.read(not_ready, &ready);
        }
        self.end_by_itself(&ready, &entry);
        self.end_by_request(&ready);
        if starts || reads {
            self.sheet.leave_out(
                "Not drawn: it may also end before it is ready, with the same consequences.".to_owned(),
            );
        }
    }

    /// Its startup probe.
    fn start(&mut self, starting: &Id, first: &Id) {
        let Some(startup) = &self.times.startup else { return };
        let times = &startup.value;
        let verb = match times.earliest_started_s {
            0 => format!("its startup probe succeeds, within about {}", duration(times.budget_s)),
            least => format!("its startup probe succeeds, after about {}", durations(least, times.budget_s)),
        };
        self.sheet.arrow(starting, first, &verb, Line::Solid, self.field("startupProbe"));
    }

    /// Its readiness probe.
    fn read(&mut self, not_ready: &Id, ready: &Id) {
        let Some(removal) = &self.times.readiness_removal_max_s else { return };
        let earliest = self.times.earliest_ready_s.as_ref().map_or(0, |known| known.value);
        let verb = match earliest {
            seconds if seconds > 0 && self.times.startup.is_none() => {
                format!("its readiness probe succeeds, after about {} at the earliest", duration(seconds))
            }
            _ => "its readiness probe succeeds".to_owned(),
        };
        self.sheet.arrow(not_ready, ready, &verb, Line::Solid, self.field("readinessProbe"));
        let event = match self.sight(ProbeKind::Readiness) {
            Sight::Program => "hang",
            Sight::Port => "closed port",
            Sight::Elsewhere => "failed check",
        };
        let time = duration(removal.value);
        let verb = format!("its readiness probe fails: within about {time} of a {event}");
        self.sheet.arrow(ready, not_ready, &verb, Line::Solid, self.field("readinessProbe"));
    }

    /// What follows when it ends without being asked to, or hangs.
    fn end_by_itself(&mut self, ready: &Id, entry: &Id) {
        let policy = self.times.restart.policy.value;
        let is_probed = self.times.liveness.is_some() || self.times.startup.is_some();
        let over = if policy == RestartPolicy::Always {
            let over = self.state("over", Class::Terminated, "Terminated", "whatever its exit code");
            self.sheet.arrow(ready, &over, "it ends", Line::Solid, Reason::none());
            over
        } else {
            let done = self.state("done", Class::Terminated, "Completed", "Terminated, exit code 0");
            self.sheet.arrow(ready, &done, "it exits with 0", Line::Solid, Reason::none());
            let end = self.state("end", Class::End, "End", "");
            self.sheet.arrow(&done, &end, "it does not start again", Line::Solid, self.policy());
            let note = if is_probed {
                "Terminated, another exit code or killed"
            } else {
                "Terminated, another exit code"
            };
            let failed = self.state("failed", Class::Terminated, "Failed", note);
            self.sheet.arrow(ready, &failed, "it fails", Line::Solid, Reason::none());
            failed
        };
        if let Some(liveness) = self.times.liveness.clone() {
            let found = &liveness.value;
            let verb = format!(
                "it {}: noticed after about {}, killed by about {}",
                found.sight.event(),
                durations(found.detect_min_s, found.detect_max_s),
                duration(found.kill_by_max_s)
            );
            self.sheet.arrow(ready, &over, &verb, Line::Solid, self.field("livenessProbe"));
        }
        if let Some(startup) = self.times.startup.clone() {
            let verb = format!("not started within about {}: killed", duration(startup.value.budget_s));
            self.sheet.arrow(entry, &over, &verb, Line::Solid, self.field("startupProbe"));
        }
        if policy == RestartPolicy::Never {
            let end = self.state("end", Class::End, "End", "");
            self.sheet.arrow(&over, &end, "it does not start again", Line::Solid, self.policy());
        } else {
            self.again(&over, entry);
        }
    }

    /// The wait before a restart.
    fn again(&mut self, over: &Id, entry: &Id) {
        let wait = self.state(
            "back-off",
            Class::Waiting,
            "Waiting to restart",
            "Waiting, CrashLoopBackOff in kubectl",
        );
        let verb = match self.times.restart.policy.value {
            RestartPolicy::OnFailure => "it is restarted on failure",
            _ => "it is always restarted",
        };
        self.sheet.arrow(over, &wait, verb, Line::Solid, self.policy());
        let verb = "at once, then after about 10 s, 20 s, 40 s, up to 5 minutes";
        self.sheet.arrow(&wait, entry, verb, Line::Solid, Reason::none());
    }

    /// The end of its pod.
    fn end_by_request(&mut self, ready: &Id) {
        let is_job = matches!(&*self.node.identity.kind, "Job" | "CronJob");
        let is_sidecar = self.container.kind == ContainerKind::Sidecar;
        if is_job && !is_sidecar {
            return;
        }
        let grace = self.facts.lifecycle.grace_s.value;
        let signal = self.container.spec.lifecycle.as_ref().and_then(|hooks| hooks.stop_signal.clone());
        let signal = signal.unwrap_or_else(|| "SIGTERM".to_owned());
        let hook = pre_stop(self.container).filter(|_| grace > 0);
        let note = match hook.map(|hook| hook.sleep_s()) {
            Some(Some(seconds)) if seconds > 0 => {
                format!("Running, preStop sleep of {}, then {signal}", duration(seconds.min(grace)))
            }
            Some(_) => format!("Running, preStop hook, then {signal}"),
            None if grace == 0 => "killed at once".to_owned(),
            None => format!("Running, {signal}"),
        };
        let ending = self.state("ending", Class::Running, "Ending", &note);
        let verb = match (is_sidecar, is_job) {
            (true, true) => "the app containers are done",
            (true, false) => "the pod is deleted, and the app containers have ended",
            _ => "the pod is deleted",
        };
        self.sheet.arrow(ready, &ending, verb, Line::Solid, Reason::none());
        let end = self.state("end", Class::End, "End", "");
        let path = self.pod.path.key("terminationGracePeriodSeconds");
        let declared = self.pod.spec.termination_grace_period_seconds.is_some();
        let reason =
            if declared { Reason::field(self.node.object.as_deref(), &path) } else { Reason::none() };
        let verb = match grace {
            0 => "SIGKILL".to_owned(),
            _ if is_sidecar => {
                format!("it exits, or SIGKILL when the {} of its pod are over", duration(grace))
            }
            _ => format!("it exits, or SIGKILL after {}", duration(grace)),
        };
        self.sheet.arrow(&ending, &end, &verb, Line::Solid, reason);
    }

    fn policy(&self) -> Reason {
        let known = &self.times.restart.policy;
        let declared = self.times.restart.is_own || self.pod.spec.restart_policy.is_some();
        if declared { Reason::field(self.node.object.as_deref(), &known.field) } else { Reason::none() }
    }

    /// What a probe of it sees.
    fn sight(&self, kind: ProbeKind) -> Sight {
        let probe = probes(self.container).into_iter().find(|probe| probe.kind == kind);
        probe.map_or(Sight::Program, |probe| probe.check.sight())
    }

    /// Whether Services send traffic to its pod, for an app container.
    fn is_served(&self) -> bool {
        if self.container.kind != ContainerKind::App {
            return false;
        }
        let selects = self.scene.topology.to(self.index).filter(|edge| edge.relation == Relation::Selects);
        let mut services = selects.map(|edge| &self.scene.topology.nodes[edge.from]);
        services.any(|one| &*one.identity.kind == "Service" && follows_readiness(one))
    }
}
