//! A sidecar whose port is needed at once, and that nobody asks whether it listens yet.

use super::{Findings, Rule};
use crate::facts::lifecycle::{ProbeKind, post_start, probes};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::ContainerKind;

pub(super) static RULE: Rule = Rule {
    code: "sidecar-without-startup-probe",
    level: Level::Note,
    meaning: "A container talks to a sidecar that has no startup probe. Kubernetes goes on as soon as the sidecar's process runs, so \
              the first connections may be refused.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    for (position, sidecar) in pod.containers.iter().enumerate() {
        let waits = post_start(sidecar).is_some()
            || probes(sidecar).iter().any(|probe| probe.kind == ProbeKind::Startup);
        if sidecar.kind != ContainerKind::Sidecar || waits {
            continue;
        }
        // Who waits until it answers comes to no harm. An init container needs it more than an app that may try again.
        let mut callers: Vec<_> = found
            .network
            .localhost
            .iter()
            .filter(|edge| edge.to == position && !found.patterns.parts[edge.from].waits())
            .collect();
        callers.sort_by_key(|edge| pod.containers[edge.from].kind != ContainerKind::Init);
        let Some(edge) = callers.first().filter(|edge| edge.from > position) else { continue };
        findings
            .add(
                format!(
                    "{} may call `localhost:{}` before {} listens there: Kubernetes goes on as soon as the sidecar's process runs.",
                    quoted(&pod.containers[edge.from].key),
                    edge.port,
                    quoted(&sidecar.key)
                ),
                format!("Add a `startupProbe` to {} that succeeds once the port answers.", quoted(&sidecar.key)),
                sidecar.path.clone(),
            )
            .of_container(position)
            .because(edge.declared_by, edge.field.clone());
    }
}
