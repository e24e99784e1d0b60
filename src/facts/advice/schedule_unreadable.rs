//! A schedule that Kubernetes does not understand.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "schedule-unreadable",
    level: Level::Error,
    meaning: "The schedule of a CronJob is none that Kubernetes understands, and it refuses the CronJob. A warning where the schedule \
              names its time zone itself, which newer clusters refuse.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/batch/validation/validation.go`, `validateScheduleFormat`.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(cron) = facts.controller(scene.index).and_then(|controller| controller.cron.as_ref()) else {
        return;
    };
    let field = FieldPath::of("spec.schedule");
    if let Err(why) = &cron.when {
        let what = match cron.written.as_str() {
            "" => "Kubernetes refuses it: it has no schedule.".to_owned(),
            written => format!("Kubernetes refuses the schedule {}: {why}.", quoted(written)),
        };
        findings.add(
            what,
            "Write five fields: minute, hour, day of the month, month, day of the week (0 to 6, Sunday is 0).",
            field,
        );
    } else if cron.zone_in_schedule {
        findings
            .add("Newer clusters refuse a time zone in the schedule itself.", "Move it to `timeZone`.", field)
            .at_level(Level::Warning);
    }
}
