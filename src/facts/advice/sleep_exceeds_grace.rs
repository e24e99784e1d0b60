//! A hook that sleeps longer than the pod has to end.

use super::{Findings, Rule};
use crate::facts::lifecycle::{Hook, post_start, pre_stop};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::duration;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "sleep-exceeds-grace",
    level: Level::Error,
    meaning: "A `sleep` hook takes longer than the pod gets to end. Kubernetes refuses the pod.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `validateSleepAction` ("must be … less than
/// terminationGracePeriodSeconds"), which looks at both hooks.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    if !scene.is_pod_checked() || pod.spec.termination_grace_period_seconds.is_some_and(|seconds| seconds < 0)
    {
        return;
    }
    let grace = pod.spec.termination_grace_period_seconds.unwrap_or(30);
    for (position, container) in pod.containers.iter().enumerate() {
        for (key, hook) in [("postStart", post_start(container)), ("preStop", pre_stop(container))] {
            let Some(Hook::Sleep(sleep)) =
                hook.filter(|hook| matches!(hook, Hook::Sleep(sleep) if *sleep > grace))
            else {
                continue;
            };
            findings
                .add(
                    format!(
                        "Kubernetes refuses it: the {} of {} sleeps {}, longer than the {} that the pod gets to end.",
                        quoted(key),
                        quoted(&container.key),
                        duration(sleep),
                        duration(grace)
                    ),
                    "Raise `terminationGracePeriodSeconds` above the sleep, or sleep less.",
                    container.path.key("lifecycle").key(key).key("sleep").key("seconds"),
                )
                .of_container(position)
                .because(scene.index, found.lifecycle.grace_s.field.clone());
        }
    }
}
