//! How a container starts: its hook, and how long it may take.

use super::{Tale, asks};
use crate::facts::lifecycle::{Hook, Probe, ProbeKind, RestartPolicy, post_start, probes};
use crate::names::{count, duration, durations};
use crate::page::Prose;
use crate::page::prose::{code, concat, listed, plain};
use crate::topology::ContainerKind;

pub fn sentences(tale: &Tale) -> Vec<Prose> {
    [init(tale), hook(tale), startup(tale), delays(tale)].into_iter().flatten().collect()
}

/// An init container ends before the next one starts.
fn init(tale: &Tale) -> Option<Prose> {
    if tale.container.kind != ContainerKind::Init {
        return None;
    }
    Some(plain("The containers after it wait until it has exited with 0. No probe watches it."))
}

fn hook(tale: &Tale) -> Option<Prose> {
    let runs_on = tale.container.kind != ContainerKind::Init;
    let hook = post_start(tale.container).filter(|_| runs_on)?;
    let what = match &hook {
        Hook::Exec { command, .. } => {
            concat(vec![plain("Kubernetes runs "), vec![code(command)], plain(" in it")])
        }
        Hook::Http { path, port } => concat(vec![
            plain("Kubernetes sends "),
            vec![code(format!("GET {path}"))],
            plain(" to its port "),
            vec![code(port)],
        ]),
        Hook::Sleep(seconds) => plain(format!("Kubernetes waits {}", duration(*seconds))),
        Hook::Nothing => return None,
    };
    let sentence = concat(vec![
        plain("Right after its process begins, "),
        what,
        plain("; it counts as running only when that is done, and is killed if that fails."),
    ]);
    Some(tale.because(sentence, &tale.container.path.key("lifecycle").key("postStart")))
}

fn startup(tale: &Tale) -> Option<Prose> {
    let known = tale.times.startup.as_ref()?;
    let probe = probes(tale.container).into_iter().find(|probe| probe.kind == ProbeKind::Startup)?;
    let startup = &known.value;
    let time = if startup.killed_min_s == 0 {
        format!("at most about {}", duration(startup.budget_s))
    } else {
        format!("about {}", durations(startup.killed_min_s, startup.budget_s))
    };
    let tries = count(usize::try_from(probe.failures).unwrap_or(0), "try", "tries");
    let first =
        if probe.delay_s > 0 { format!(", the first after {} s", probe.delay_s) } else { String::new() };
    let then = match tale.policy() {
        _ if !tale.times.restart.rules.is_empty() => {
            "Then it is killed, and its restart rules say whether it starts again."
        }
        RestartPolicy::Never => "Then it is killed and does not start again.",
        _ => "Then it is killed and starts again.",
    };
    let others = probes(tale.container).len() > 1;
    let waits = match (others, tale.container.kind == ContainerKind::Sidecar) {
        (true, true) => "its other probes and the next container wait",
        (false, true) => "the next container waits",
        (true, false) => "its other probes wait",
        (false, false) => "the container is not ready",
    };
    let every = if probe.failures > 1 { format!(", every {} s", probe.period_s) } else { String::new() };
    let sentence = concat(vec![
        plain(format!("It has {time} to start ({tries}{every}{first}). {then} ")),
        asks(&probe, None),
        plain(format!(" Until it succeeds, {waits}.")),
    ]);
    Some(tale.because(sentence, &known.field))
}

/// What Kubernetes says and does about the delays of the other probes of a container with a startup probe.
///
/// Sources: `pkg/kubelet/prober/worker.go` (`doProbe` counts from `StartedAt`); kubernetes.io, "Configure liveness,
/// readiness and startup probes" (delays begin once the startup probe has succeeded).
fn delays(tale: &Tale) -> Option<Prose> {
    tale.times.startup.as_ref()?;
    let delayed = |probe: &Probe| probe.kind != ProbeKind::Startup && probe.delay_s > 0;
    let delayed: Vec<Probe> = probes(tale.container).into_iter().filter(delayed).collect();
    let field = tale.container.path.key(delayed.first()?.kind.field()).key("initialDelaySeconds");
    let names = delayed.iter().map(|probe| vec![code(probe.kind.field())]).collect();
    let sentence = concat(vec![
        vec![code("initialDelaySeconds")],
        plain(" of its "),
        listed(names, 2),
        plain(
            " counts from the start of its process in the kubelet's code, but from the end of its start-up in the \
             documentation.",
        ),
    ]);
    Some(tale.because(sentence, &field))
}
