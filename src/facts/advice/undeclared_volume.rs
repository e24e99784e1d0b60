//! A volume that a container mounts and the pod does not have.

use super::{Findings, Rule};
use crate::facts::storage::StorageTrap;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "undeclared-volume",
    level: Level::Error,
    meaning: "A container mounts a volume that the pod does not declare. Kubernetes refuses the pod.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `ValidateVolumeMounts`.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    for trap in &found.storage_traps {
        let StorageTrap::Undeclared { volume, containers } = &trap.value else { continue };
        let Some(&first) = containers.first() else { continue };
        let names: Vec<String> = containers.iter().map(|&at| quoted(&pod.containers[at].key)).collect();
        let verb = if names.len() == 1 { "mounts" } else { "mount" };
        findings
            .add(
                format!(
                    "Kubernetes refuses it: {} {verb} volume {}, which the pod does not declare.",
                    english::list_up_to(4, &names),
                    quoted(volume)
                ),
                format!("Declare {} under `volumes`, or correct the name.", quoted(volume)),
                trap.field.clone(),
            )
            .of_container(first);
    }
}
