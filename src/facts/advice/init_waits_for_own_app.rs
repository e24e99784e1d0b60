//! A container that must be done, or started, before the app containers, and that needs one of them.

use super::early::{Early, needs};
use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::{ContainerKind, Pod};

pub(super) static RULE: Rule = Rule {
    code: "init-waits-for-own-app",
    level: Level::Error,
    meaning: "An init container, or the startup probe of a sidecar, needs a port that an app container of the same pod serves. App \
              containers start only after it, so the pod never starts.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    let to_apps = |need: &Early| pod.containers[need.to].kind == ContainerKind::App;
    for need in needs(scene, facts).into_iter().filter(to_apps) {
        let is_main = facts.of(scene.index).is_some_and(|found| found.patterns.main() == Some(need.to));
        let level = if need.is_sure { Level::Error } else { Level::Warning };
        let finding = findings.add(
            reason(pod, &need),
            help(pod, &need, is_main),
            pod.containers[need.from].path.clone(),
        );
        finding.of_container(need.from).at_level(level);
        finding.evidence = vec![(need.declared_by, need.field.clone())];
        finding.because(scene.index, pod.containers[need.to].path.clone());
    }
}

fn reason(pod: &Pod, need: &Early) -> String {
    let [from, to] = [need.from, need.to].map(|at| quoted(&pod.containers[at].key));
    let address = quoted(&need.address);
    if need.is_probed {
        return format!(
            "This pod can never start: the startup probe of {from} asks {}, which {to} serves, and {to} starts only after {from} has \
             started.",
            need.address
        );
    }
    let verb = if need.waits { "waits for" } else { "needs" };
    if need.is_sure {
        format!(
            "This pod can never start: {from} {verb} {address}, which {to} serves, and {to} starts only after {from} is done."
        )
    } else {
        format!(
            "{from} names {address}, which {to} serves, and {to} starts only after {from} is done: nothing answers."
        )
    }
}

fn help(pod: &Pod, need: &Early, is_main: bool) -> String {
    let [from, to] = [need.from, need.to].map(|at| quoted(&pod.containers[at].key));
    if need.is_probed {
        return format!("Probe a port that {from} serves itself.");
    }
    if is_main {
        return format!("Let {to} itself wait, or do the work of {from} once {to} runs.");
    }
    format!("Make {to} a sidecar: move it to `initContainers`, before {from}, with `restartPolicy: Always`.")
}
