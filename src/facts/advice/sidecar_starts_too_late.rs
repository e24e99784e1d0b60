//! An init container that needs a sidecar which stands after it.

use super::early::{Early, needs};
use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::ContainerKind;

pub(super) static RULE: Rule = Rule {
    code: "sidecar-starts-too-late",
    level: Level::Error,
    meaning: "An init container needs a port of a sidecar that stands after it in `initContainers`. They start in their order, so \
              the sidecar never starts, and neither does the pod.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    let to_sidecars = |need: &Early| pod.containers[need.to].kind == ContainerKind::Sidecar;
    for need in needs(scene, facts).into_iter().filter(to_sidecars) {
        let [from, to] = [need.from, need.to].map(|at| quoted(&pod.containers[at].key));
        let verb = if need.is_probed {
            "probes"
        } else if need.is_sure && need.waits {
            "waits for"
        } else if need.is_sure {
            "needs"
        } else {
            "names"
        };
        let effect = if need.is_sure { "This pod can never start" } else { "Nothing answers" };
        let level = if need.is_sure { Level::Error } else { Level::Warning };
        let finding = findings.add(
            format!(
                "{effect}: {from} {verb} {}, which sidecar {to} serves, and {to} stands after {from} and starts only when that is done.",
                quoted(&need.address)
            ),
            format!("Move {to} before {from} in `initContainers`."),
            pod.containers[need.from].path.clone(),
        );
        finding.of_container(need.from).at_level(level);
        finding.evidence = vec![(need.declared_by, need.field.clone())];
        finding.because(scene.index, pod.containers[need.to].path.clone());
    }
}
