//! A port on localhost that no container of the pod is known to serve.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::ContainerKind;

pub(super) static RULE: Rule = Rule {
    code: "localhost-nobody-listens",
    level: Level::Note,
    meaning: "A container names a port on localhost, and no container of the pod is known to listen there. Localhost is the pod \
              itself: a program in another pod is not there.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    for local in &found.network.unresolved_localhost {
        let container = &pod.containers[local.from];
        // A command may well ask the program beside it in the same container; a variable is a setting.
        let is_setting = local.field.is_within(&container.path.key("env"));
        let lasts = matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar);
        if !lasts || !is_setting || local.declared_by != scene.index {
            continue;
        }
        findings
            .add(
                format!(
                    "{} names `localhost:{}`, and no container of the pod is known to listen there. Localhost is this pod, not another.",
                    quoted(&container.key),
                    local.port
                ),
                "Name a Service if the program is in another pod; else declare the port in the container that listens.",
                local.field.clone(),
            )
            .of_container(local.from);
    }
}
