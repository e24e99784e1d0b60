//! A file of a ConfigMap or a Secret that a running container never sees change.

use super::{Findings, Rule};
use crate::facts::storage::StorageTrap;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "frozen-config",
    level: Level::Note,
    meaning: "A container mounts a part of a ConfigMap or a Secret with `subPath`. Kubernetes does not update such files: the container \
              sees a change only after a restart.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    for trap in &found.storage_traps {
        let StorageTrap::FrozenFiles { volume, container, path } = &trap.value else { continue };
        findings
            .add(
                format!(
                    "{} sees {} as it was when it started: a change of volume {} does not reach a mount with `subPath`.",
                    quoted(&pod.containers[*container].key),
                    quoted(path),
                    quoted(volume)
                ),
                "Restart the pods after a change, or mount the whole volume into a folder of its own.",
                trap.field.clone(),
            )
            .of_container(*container);
    }
}
