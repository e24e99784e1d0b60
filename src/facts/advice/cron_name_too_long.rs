//! A CronJob whose Jobs would have names that are too long.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::{Facts, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "cron-name-too-long",
    level: Level::Error,
    meaning: "The name of a CronJob has more than 52 characters. Its Jobs get 11 more, and a Job's name may have 63, so Kubernetes \
              refuses the CronJob.",
    check,
};

const MOST: usize = 52;

/// Source: `k8s.io/kubernetes/pkg/apis/batch/validation/validation.go`, `ValidateCronJobCreate`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let length = scene.object.identity.name.chars().count();
    if !scene.is("batch", "CronJob") || length <= MOST {
        return;
    }
    findings.add(
        format!("Kubernetes refuses it: its name has {length} characters, and a CronJob's may have {MOST}."),
        format!("Shorten the name by {}.", crate::names::count(length - MOST, "character", "characters")),
        FieldPath::of("metadata.name"),
    );
}
