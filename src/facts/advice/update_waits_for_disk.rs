//! An update that starts the new pod before the old one gives up its disk.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::storage::StorageTrap;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "update-waits-for-disk",
    level: Level::Warning,
    meaning: "An update starts the new pod before the old one ends, and both need a disk that only one node, or one pod, may use. The \
              new one waits for the disk and the old one for the new one: the update hangs.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(found) = facts.of(scene.index) else { return };
    for trap in &found.storage_traps {
        let StorageTrap::UpdateWaitsForDisk { claim, always, .. } = &trap.value else { continue };
        let when = if *always {
            "Every update hangs"
        } else {
            "An update hangs when the new pod comes to another node"
        };
        findings
            .add(
                format!(
                    "{when}: the new pod waits for claim {}, which the old pod holds, and the old one ends only when the new one is ready.",
                    quoted(claim)
                ),
                "Set `strategy.type: Recreate`: then the old pod ends first.",
                FieldPath::of("spec.strategy"),
            )
            .because(scene.index, trap.field.clone());
    }
}
