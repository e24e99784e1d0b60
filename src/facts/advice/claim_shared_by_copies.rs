//! Several copies of a pod that share a disk which only one node, or one pod, may use at a time.

use super::{Findings, Rule};
use crate::facts::storage::StorageTrap;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "claim-shared-by-copies",
    level: Level::Warning,
    meaning: "Several copies of a pod mount one claim whose access modes allow one node, or one pod, at a time. The copies that do not \
              fit wait forever.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(found) = facts.of(scene.index) else { return };
    for trap in &found.storage_traps {
        let (volume, who) = match &trap.value {
            StorageTrap::OneNodeClaim { volume, .. } => {
                (volume, "a copy on another node than the first waits")
            }
            StorageTrap::OnePodClaim { volume, .. } => (volume, "every copy but the first waits"),
            _ => continue,
        };
        findings
            .add(
                format!(
                    "All copies mount volume {}, and {}: {who} for the disk and does not start.",
                    quoted(volume),
                    trap.why
                ),
                "Keep one copy, give each copy a claim of its own (a StatefulSet with `volumeClaimTemplates`), or ask for `ReadWriteMany`.",
                trap.field.clone(),
            );
    }
}
