//! A container that must not run as root and is told to.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::ContainerKind;

pub(super) static RULE: Rule = Rule {
    code: "root-refused",
    level: Level::Error,
    meaning: "A container runs as user 0 and sets `runAsNonRoot`: the kubelet refuses to start it.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/kubelet/kuberuntime/security_context_others.go`, `verifyRunAsNonRoot` ("container's
/// runAsUser breaks non-root policy").
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    let is_windows = pod.spec.os.as_ref().is_some_and(|os| os.name == "windows");
    for (position, container) in pod.containers.iter().enumerate() {
        let context = found.security.context(pod, container);
        let is_root = context.run_as_user.value == Some(0) && context.run_as_non_root.value;
        if !is_root || is_windows || container.kind == ContainerKind::Ephemeral {
            continue;
        }
        let level = if scene.is_pod_checked() { Level::Error } else { Level::Warning };
        findings
            .add(
                format!(
                    "{} never starts: it runs as user 0, which is root, and `runAsNonRoot` forbids that.",
                    quoted(&container.key)
                ),
                "Name another user in `runAsUser`, or set `runAsNonRoot: false` for this container.",
                context.run_as_user.field.clone(),
            )
            .of_container(position)
            .at_level(level)
            .because(scene.index, context.run_as_non_root.field.clone());
    }
}
