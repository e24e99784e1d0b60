//! A pod between its start and its end: probes, traffic, and what follows when a container ends or hangs.

use super::lifecycle::Life;
use super::sheet::Reason;
use super::wording::{self, list, shorten_to};
use crate::catalog::FieldPath;
use crate::diagram::{Frame, Id};
use crate::facts::lifecycle::{Check, Probe, ProbeKind, RestartPolicy, Sight, probes};
use crate::names::{duration, durations};
use crate::topology::{Container, ContainerKind};

/// How many containers are shown hanging.
const MOST_HANGS: usize = 2;
/// How long the waits before restarts are.
const AGAIN: &str = "at once, then after about 10 s, 20 s, 40 s, up to 5 minutes";

/// From the first probe on, as long as all goes well.
pub(super) fn tell(life: &mut Life) {
    let (user, api, pod) = (life.user.clone(), life.api.clone(), life.pod_id.clone());
    become_ready(life);
    if life.is_of_job() {
        complete(life);
        return;
    }
    let (kind, name) = (life.node.identity.kind.to_string(), life.node.identity.name.to_string());
    let ready = match &life.services()[..] {
        [] => "Running and ready".to_owned(),
        services => format!("Ready: gets traffic from {}", list(services, "Service", "Services")),
    };
    life.tale.answer(&pod, &api, &ready);
    let text = if kind == "Pod" { "Pod is ready".to_owned() } else { format!("{kind} {name} is available") };
    life.tale.answer(&api, &user, &text);
    stay_well(life);
}

/// What follows when a container hangs or ends.
pub(super) fn trouble(life: &mut Life) {
    hang(life);
    if !life.is_of_job() {
        crash(life);
    }
}

fn runs_on(kind: ContainerKind) -> bool {
    matches!(kind, ContainerKind::App | ContainerKind::Sidecar)
}

fn probe(container: &Container, kind: ProbeKind) -> Option<Probe> {
    probes(container).into_iter().find(|probe| probe.kind == kind)
}

fn become_ready(life: &mut Life) {
    let pod_id = life.pod_id.clone();
    for (index, id) in life.drawn(runs_on) {
        let container = &life.pod.containers[index];
        let Some(probe) = probe(container, ProbeKind::Readiness) else { continue };
        let reason = life.field(&container.path.key(probe.kind.field()));
        life.tale.call(&pod_id, &id, &format!("Is it ready? {}", ask(&probe)), reason);
        let earliest = life.times(index).and_then(|times| times.earliest_ready_s.as_ref());
        let answer = match earliest.map_or(0, |known| known.value) {
            0 => "Yes".to_owned(),
            seconds => format!("Yes, about {} after its start at the earliest", duration(seconds)),
        };
        life.tale.answer(&id, &pod_id, &answer);
    }
}

/// The probes that never stop.
fn stay_well(life: &mut Life) {
    let pod_id = life.pod_id.clone();
    life.tale.open(Frame::Loop, "As long as it runs");
    for (index, id) in life.drawn(runs_on) {
        let container = &life.pod.containers[index];
        for (kind, question) in
            [(ProbeKind::Readiness, "Is it still ready?"), (ProbeKind::Liveness, "Is it alive?")]
        {
            let Some(probe) = probe(container, kind) else { continue };
            let text = match kind {
                ProbeKind::Readiness => format!("{question} Asked every {} s", probe.period_s),
                _ => format!("{question} {}", ask(&probe)),
            };
            let reason = life.field(&container.path.key(kind.field()));
            life.tale.call(&pod_id, &id, &text, reason);
        }
        let is_probed = probes(container).iter().any(|probe| probe.kind != ProbeKind::Startup);
        if is_probed {
            life.tale.answer(&id, &pod_id, "Yes");
        }
    }
    life.tale.close();
}

/// A container that answers no more: the first ones that are probed.
fn hang(life: &mut Life) {
    let is_probed = |life: &Life, index: usize| {
        let times = life.times(index);
        times.is_some_and(|times| times.liveness.is_some() || times.readiness_removal_max_s.is_some())
    };
    let mut probed: Vec<(usize, Id)> = life.drawn(runs_on);
    probed.retain(|(index, _)| is_probed(life, *index));
    // Those that are killed first, and of these the app containers: they are what people wait for.
    probed.sort_by_key(|(index, _)| {
        let survives = life.times(*index).is_none_or(|times| times.liveness.is_none());
        (survives, life.pod.containers[*index].kind != ContainerKind::App, *index)
    });
    let beyond: Vec<String> = probed
        .iter()
        .skip(MOST_HANGS)
        .map(|(index, _)| life.pod.containers[*index].key.to_string())
        .collect();
    for (index, id) in probed.into_iter().take(MOST_HANGS) {
        hang_one(life, index, &id);
    }
    if !beyond.is_empty() {
        let names = list(&beyond, "container", "containers");
        life.tale
            .leave_out(format!("Not drawn: a hang of {names}; each container's page tells what follows."));
    }
}

fn hang_one(life: &mut Life, index: usize, id: &Id) {
    let Some(times) = life.times(index) else { return };
    let (api, pod) = (life.api.clone(), life.pod_id.clone());
    let container = &life.pod.containers[index];
    let sight = match &times.liveness {
        Some(known) => known.value.sight,
        None => probe(container, ProbeKind::Readiness).map_or(Sight::Program, |probe| probe.check.sight()),
    };
    let event = sight.event();
    life.tale.open(Frame::Optional, &format!("If {} {event}", wording::shorten_to(&container.key, 60)));
    if let Some(removal) = times.readiness_removal_max_s.as_ref().filter(|_| !life.is_of_job()) {
        let time = duration(removal.value);
        let effect = if life.services().is_empty() { "not ready" } else { "no new traffic" };
        let reason = life.field(&removal.field);
        life.tale.call(&pod, &api, &format!("Within about {time}: {effect}"), reason);
    }
    match &times.liveness {
        Some(liveness) => {
            let found = &liveness.value;
            let noticed = durations(found.detect_min_s, found.detect_max_s);
            let end = match found.grace_s {
                0 => "SIGKILL".to_owned(),
                seconds => format!("SIGTERM, and SIGKILL after {}", duration(seconds)),
            };
            let reason = life.field(&liveness.field);
            life.tale.call(&pod, id, &format!("After about {noticed}: {end}"), reason);
            if !times.restart.rules.is_empty() {
                life.tale.note(&[id], "Its restart rules say whether it starts again");
            } else if times.restart.policy.value == RestartPolicy::Never {
                life.tale.note(&[id], "It does not start again");
            } else {
                let latest = duration(found.kill_by_max_s);
                life.tale.call(
                    &pod,
                    id,
                    &format!("Start again, after about {latest} at the latest"),
                    Reason::none(),
                );
            }
        }
        None => life.tale.note(&[id], "Nothing restarts it: it has no liveness probe"),
    }
    life.tale.close();
}

fn complete(life: &mut Life) {
    let (user, api, pod) = (life.user.clone(), life.api.clone(), life.pod_id.clone());
    let apps = life.drawn(|kind| kind == ContainerKind::App);
    let is_job = matches!(&*life.node.identity.kind, "Job" | "CronJob");
    for (_, app) in
        apps.iter().filter(|(index, _)| is_job || apps.len() == 1 || life.pod.step(*index).is_some())
    {
        life.tale.answer(app, &pod, "Exit code 0");
    }
    let mut sidecars = life.drawn(|kind| kind == ContainerKind::Sidecar);
    sidecars.reverse();
    for (_, sidecar) in sidecars {
        life.tale.call(&pod, &sidecar, "SIGTERM: the app containers are done", Reason::none());
    }
    life.tale.answer(&pod, &api, "Succeeded");
    if !is_job {
        let text = format!("{} {} is done", life.node.identity.kind, life.node.identity.name);
        life.tale.answer(&api, &user, &text);
        return;
    }
    life.tale.answer(&api, &user, "Job is complete");
    let base = if &*life.node.identity.kind == "CronJob" { "spec.jobTemplate.spec." } else { "spec." };
    let field = format!("{base}backoffLimit");
    let limit = life.number(&field);
    let reason = if limit.is_some() { life.field(&FieldPath::of(&field)) } else { Reason::none() };
    let limit = limit.unwrap_or(6);
    life.tale.open(Frame::Optional, "If a container fails");
    if life.facts.lifecycle.restart_policy.value == "OnFailure" {
        let restarts = wording::count_of(limit, "restart", "restarts");
        let text = format!("Start it again {AGAIN}; give up after {restarts}");
        life.tale.call(&api, &pod, &text, reason);
    } else {
        let pods = wording::count_of(limit, "more pod", "more pods");
        let text = format!("Start a new pod after about 10 s, 20 s, 40 s and so on; try at most {pods}");
        life.tale.call(&api, &pod, &text, reason);
    }
    life.tale.close();
}

fn crash(life: &mut Life) {
    let pod = life.pod_id.clone();
    let apps = life.drawn(|kind| kind == ContainerKind::App).into_iter();
    let mut policies = apps.filter_map(|(app, id)| Some((id, life.times(app)?.restart.policy.value)));
    let Some((id, policy)) = policies.find(|(_, policy)| *policy != RestartPolicy::Never) else { return };
    let fails = policy == RestartPolicy::OnFailure;
    let when = if fails { "If a container fails" } else { "If a container ends" };
    life.tale.open(Frame::Optional, when);
    life.tale.call(&pod, &id, &format!("Start it alone again: {AGAIN}"), Reason::none());
    life.tale.close();
}

/// `HTTP GET /healthz on port 8080, about every 10 s`.
pub(super) fn ask(probe: &Probe) -> String {
    let check = match &probe.check {
        Check::Unknown => "No check that Kubernetes knows".to_owned(),
        check => check.words(),
    };
    format!("{}, every {} s", shorten_to(&check, 70), probe.period_s)
}
