//! A Job whose pod goes on after its work is done.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "job-never-completes",
    level: Level::Warning,
    meaning: "A Job's pod has an app container beside the work that never ends. The Job is not complete until every app container has \
              ended, so it never is.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let job = facts.controller(scene.index).and_then(|controller| controller.job.as_ref());
    let (Some(pod), Some(completion)) =
        (scene.node().pod.as_deref(), job.and_then(|job| job.completion.as_ref()))
    else {
        return;
    };
    for (position, evidence) in &completion.blockers {
        let container = &pod.containers[*position];
        let name = quoted(&container.key);
        findings
            .add(
                format!("The Job never completes: {name} goes on when the work is done, because {evidence}."),
                format!("Make {name} a sidecar: move it to `initContainers`, with `restartPolicy: Always`."),
                container.path.clone(),
            )
            .of_container(*position);
    }
}
