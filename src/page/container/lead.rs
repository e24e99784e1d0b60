//! What a container is for, in a few sentences.

use super::part;
use super::served::served;
use crate::facts::ContainerRole;
use crate::facts::lifecycle::holds_back;
use crate::model::Object;
use crate::names::count;
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{concat, joined, listed, marked, named, plain};
use crate::topology::{ContainerKind, NodeIndex};

/// The role sentence.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, position: usize) -> Prose {
    let Some((pod, facts)) = know.pod(index) else { return Prose::new() };
    let container = &pod.containers[position];
    let workload = concat(vec![plain(format!("{} ", object.identity.kind)), vec![know.name(index)]]);
    let help = part::help(know, index, object, position);
    // A Pod is itself what others make copies of.
    let is_pod = &*object.identity.kind == "Pod";
    let of = if is_pod { "" } else { "each pod of " };
    let opening = |before: String, after: &str| concat(vec![plain(before), workload.clone(), plain(after)]);
    let has_main = facts.patterns.main().is_some();
    let mut prose = match (container.kind, facts.roles[position]) {
        (ContainerKind::Init, _) => {
            let of = if is_pod { "" } else { "a pod of " };
            let before = format!(
                "Runs to completion before the app containers and every later init container, each time {of}"
            );
            let preparation = part::preparation(know, index, object, &facts.patterns.parts[position]);
            concat(vec![opening(before, " starts."), preparation])
        }
        (ContainerKind::Sidecar, _) => match help {
            Some(help) => {
                let when =
                    format!(" It starts before the app containers and runs as long as they do, in {of}");
                concat(vec![help, opening(when, ".")])
            }
            None => {
                let when = format!(
                    "A sidecar: it starts before the app containers and runs as long as they do, in {of}"
                );
                opening(when, ".")
            }
        },
        (ContainerKind::Ephemeral, _) => {
            opening("An ephemeral container, added to look into a running pod of ".to_owned(), ".")
        }
        (ContainerKind::App, _) if pod.step(position).is_some() && pod.steps > 1 => {
            let turn = pod.step(position).map_or(0, |turn| turn + 1);
            opening(format!("Step {turn} of {} that run one after another in {of}", pod.steps), ".")
        }
        (ContainerKind::App, _) if pod.steps > 0 && pod.step(position).is_none() => {
            let steps = if pod.steps == 1 { "step" } else { "steps" };
            opening(
                format!("Runs beside the {steps} in {of}"),
                ", and is stopped when the last step has ended.",
            )
        }
        (ContainerKind::App, ContainerRole::Main) if pod.containers.len() == 1 => {
            opening("The only container of ".to_owned(), ".")
        }
        (ContainerKind::App, ContainerRole::Main) => opening("The main container of ".to_owned(), "."),
        (ContainerKind::App, ContainerRole::Helper) => match help {
            Some(help) => concat(vec![help, opening(format!(" It runs in {of}"), ".")]),
            None => opening(format!("Runs beside the main container in {of}"), "."),
        },
        (ContainerKind::App, ContainerRole::Peer) if has_main => {
            let after = "; nothing in these manifests shows that it only helps that one.";
            opening(format!("Runs beside the main container in {of}"), after)
        }
        (ContainerKind::App, ContainerRole::Peer) => {
            let number = count(pod.apps().count(), "container", "containers");
            opening(format!("One of {number} that run side by side in {of}"), ".")
        }
    };
    let services = served(know, index, pod, position);
    let is_front = facts.patterns.parts[position]
        .does
        .as_ref()
        .is_some_and(|finding| finding.pattern.is_in_front() && finding.partner.is_some());
    if !services.is_empty() && !is_front {
        let services = services.into_iter().map(|(service, ports)| {
            concat(vec![know.mention(service, &object.identity), plain(format!(" on port {ports}"))])
        });
        prose.extend(concat(vec![
            plain(" It gets traffic from "),
            listed(services.collect(), 4),
            plain("."),
        ]));
    }
    let is_helper = container.kind == ContainerKind::App && facts.roles[position] == ContainerRole::Helper;
    if is_helper && matches!(&*object.identity.kind, "Job" | "CronJob") {
        // Source: kubernetes/website, concepts/workloads/controllers/job.md, "Jobs with sidecar containers".
        let words = " The pod succeeds only after this container has exited with 0, too; a native sidecar would not \
                     hold it up.";
        prose.push(crate::page::prose::text(words));
    }
    prose.extend(after(know, index, position));
    prose
}

/// After which containers it starts.
fn after(know: &Knowledge, index: NodeIndex, position: usize) -> Prose {
    let Some((pod, facts)) = know.pod(index) else { return Prose::new() };
    let earlier =
        facts.lifecycle.startup.value.iter().take_while(|phase| !phase.contains(&position)).flatten();
    let (finished, rest): (Vec<usize>, Vec<usize>) = earlier.partition(|&&earlier| {
        pod.containers[earlier].kind == ContainerKind::Init || pod.step(earlier).is_some()
    });
    let (hooked, started): (Vec<usize>, Vec<usize>) = rest.into_iter().partition(|&earlier| {
        let container = &pod.containers[earlier];
        container.kind == ContainerKind::App && holds_back(container)
    });
    let groups = [
        (finished, "finished", "finished"),
        (started, "started", "started"),
        (hooked, "started and run its `postStart` hook", "started and run their `postStart` hooks"),
    ];
    let groups = groups.into_iter().filter(|(group, ..)| !group.is_empty()).map(|(group, one, many)| {
        let word = if group.len() == 1 { format!(" has {one}") } else { format!(" have {many}") };
        let names = named(&group, 4, |&earlier| vec![know.container(index, earlier)]);
        concat(vec![names, marked(&word)])
    });
    let groups: Vec<Prose> = groups.collect();
    if groups.is_empty() {
        return Prose::new();
    }
    concat(vec![plain(" It starts after "), joined(groups, "and"), plain(".")])
}
