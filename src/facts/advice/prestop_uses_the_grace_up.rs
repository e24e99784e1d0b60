//! A `preStop` that sleeps as long as the pod gets to end, or longer.

use super::{Findings, Rule};
use crate::facts::lifecycle::{Hook, LEAST_GRACE_S, pre_stop};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::duration;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "prestop-uses-the-grace-up",
    level: Level::Warning,
    meaning: "A container's `preStop` sleeps for as long as the pod gets to end. The container is killed about 2 seconds after it is \
              told to end, in the middle of its work.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/kubelet/kuberuntime/kuberuntime_container.go`, `killContainer`. Without any time to
/// end, hooks do not run.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    if found.lifecycle.grace_s.value <= LEAST_GRACE_S {
        return;
    }
    for (position, container) in pod.containers.iter().enumerate() {
        let hook = pre_stop(container);
        let Some(sleep) = hook.as_ref().and_then(Hook::sleep_s) else { continue };
        // Such a pod is refused, which is a rule of its own.
        let is_refused = matches!(hook, Some(Hook::Sleep(_))) && sleep > found.lifecycle.grace_s.value;
        if (is_refused && scene.is_pod_checked())
            || sleep.saturating_add(LEAST_GRACE_S) <= found.lifecycle.grace_s.value
        {
            continue;
        }
        let sleeps = if sleep == i64::MAX {
            "sleeps without end".to_owned()
        } else {
            format!("sleeps {}", duration(sleep))
        };
        findings
            .add(
                format!(
                    "{} {sleeps} in its `preStop`, and the pod gets {} to end: it has only {LEAST_GRACE_S} s from SIGTERM to SIGKILL.",
                    quoted(&container.key),
                    duration(found.lifecycle.grace_s.value)
                ),
                "Raise `terminationGracePeriodSeconds` above the sleep, or sleep less.",
                container.path.key("lifecycle").key("preStop"),
            )
            .of_container(position)
            .because(scene.index, found.lifecycle.grace_s.field.clone());
    }
}
