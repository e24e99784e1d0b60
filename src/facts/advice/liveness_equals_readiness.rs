//! A liveness probe that is the readiness probe once more.

use super::{Findings, Rule};
use crate::facts::lifecycle::{Check, Probe, ProbeKind, probes};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "liveness-equals-readiness",
    level: Level::Note,
    meaning: "Liveness and readiness ask the same question, and liveness gives up no later. A container that is only busy is then killed as soon as it \
              gets no more traffic, instead of being left to recover.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        let probes = probes(container);
        let of = |kind| probes.iter().find(|probe| probe.kind == kind);
        let (Some(liveness), Some(readiness)) = (of(ProbeKind::Liveness), of(ProbeKind::Readiness)) else {
            continue;
        };
        let rhythm = |probe: &Probe| i64::from(probe.period_s) * i64::from(probe.failures);
        if liveness.check != readiness.check
            || liveness.check == Check::Unknown
            || rhythm(liveness) > rhythm(readiness)
        {
            continue;
        }
        findings
            .add(
                format!(
                    "{} is killed as soon as it is not ready: both probes ask the same, and liveness gives up no later. Under load that makes things worse.",
                    quoted(&container.key)
                ),
                "Let liveness fail later (a higher `failureThreshold`), or ask something simpler.",
                container.path.key("livenessProbe"),
            )
            .of_container(position)
            .because(scene.index, container.path.key("readinessProbe"));
    }
}
