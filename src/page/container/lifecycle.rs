//! How a container starts, stays healthy and ends.

use crate::facts::{PodFacts, Probe, ProbeKind, probes};
use crate::model::Object;
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, plain, text};
use crate::page::{Block, Prose};
use crate::topology::{Container, ContainerKind};
use k8s_openapi::api::core::v1 as api;

pub fn blocks(know: &Knowledge, object: &Object, container: &Container, facts: &PodFacts) -> Vec<Block> {
    let (grace_s, restart_policy) = (facts.grace_s, facts.restart_policy.as_str());
    let mut items: Vec<Prose> = Vec::new();
    for probe in probes(container) {
        let source = know.source(object, &container.path.key(probe.kind.field()));
        items.push(concat(vec![probe_sentence(&probe, restart_policy), plain(" "), vec![source]]));
    }
    if items.is_empty() && matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar) {
        let then = match restart_policy {
            "Never" => "and does not start it again when that ends",
            "OnFailure" => "and starts it again only when that fails",
            _ => "and starts it again only when that ends",
        };
        items.push(plain(format!(
            "It has no probes: Kubernetes takes it as ready once its process runs, {then}."
        )));
    }
    let hooks = container.spec.lifecycle.as_ref();
    for (name, hook, words) in [
        (
            "postStart",
            hooks.and_then(|hooks| hooks.post_start.as_ref()),
            "Right after it starts, Kubernetes runs ",
        ),
        (
            "preStop",
            hooks.and_then(|hooks| hooks.pre_stop.as_ref()),
            "Before SIGTERM, within the grace period, Kubernetes runs ",
        ),
    ] {
        if let Some(hook) = hook {
            let source = know.source(object, &container.path.key("lifecycle").key(name));
            items.push(concat(vec![plain(words), hook_words(hook), plain(". "), vec![source]]));
        }
    }
    if matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar) {
        let time = count(usize::try_from(grace_s).unwrap_or(0), "second", "seconds");
        items.push(plain(format!("When its pod is deleted, it has {time} to end before it is killed.")));
    }
    if items.is_empty() { Vec::new() } else { vec![Block::List { ordered: false, items }] }
}

fn probe_sentence(probe: &Probe, restart_policy: &str) -> Prose {
    let then =
        if restart_policy == "Never" { "killed, and not started again" } else { "killed and started again" };
    let every = format!(" every {}", seconds(probe.period_s));
    let tries = count(usize::try_from(probe.failures).unwrap_or(0), "failed try", "failed tries in a row");
    let effect = match probe.kind {
        ProbeKind::Startup => format!(
            " until it succeeds; the other probes wait for that. After {tries} the container is {then}."
        ),
        ProbeKind::Readiness => {
            format!("; after {tries} this pod gets no new traffic until it succeeds again.")
        }
        ProbeKind::Liveness => format!("; after {tries} the container is {then}."),
    };
    let delay = if probe.delay_s > 0 {
        format!(", first after about {}", seconds(probe.delay_s))
    } else {
        String::new()
    };
    let opening = match probe.kind {
        ProbeKind::Startup => "Startup: Kubernetes tries ",
        ProbeKind::Readiness => "Readiness: Kubernetes tries ",
        ProbeKind::Liveness => "Liveness: Kubernetes tries ",
    };
    concat(vec![plain(opening), vec![code(probe.check.words())], plain(format!("{every}{delay}{effect}"))])
}

fn seconds(number: i32) -> String {
    if number == 1 { "second".to_owned() } else { format!("{number} s") }
}

fn hook_words(hook: &api::LifecycleHandler) -> Prose {
    if let Some(exec) = &hook.exec {
        return vec![code(exec.command.clone().unwrap_or_default().join(" "))];
    }
    if let Some(http) = &hook.http_get {
        let path = http.path.clone().unwrap_or_else(|| "/".to_owned());
        return vec![code(format!("GET {path}")), text(" on port "), code(crate::facts::port(&http.port))];
    }
    match &hook.sleep {
        Some(sleep) => plain(format!("a sleep of {} s", sleep.seconds)),
        None => plain("nothing"),
    }
}
