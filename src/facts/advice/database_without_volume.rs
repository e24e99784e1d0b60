//! A database whose files are those of its container.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "database-without-volume",
    level: Level::Warning,
    meaning: "A database mounts no volume that it may write to. Its files are those of the container: every restart loses all its data.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    for position in found.databases_without_volume(pod) {
        let container = &pod.containers[position];
        findings
            .add(
                format!(
                    "Every restart of {} loses all its data: it mounts no volume to write to, so its files go with the container.",
                    quoted(&container.key)
                ),
                "Mount a claim where it keeps its files; a StatefulSet gives each pod one of its own.",
                container.path.clone(),
            )
            .of_container(position);
    }
}
