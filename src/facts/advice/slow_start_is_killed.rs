//! A liveness probe that kills a container which is only slow to start.

use super::{Findings, Rule};
use crate::facts::lifecycle::{ProbeKind, probes};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::{count, duration, durations};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "slow-start-is-killed",
    level: Level::Note,
    meaning: "A container has a liveness probe and no startup probe, and little time until the first failed tries kill it. On a slow \
              node, or with more data, it never gets up. A warning where it has less than 15 seconds.",
    check,
};

/// Who gets so many seconds is fast enough for most nodes.
const ENOUGH_S: i64 = 30;
const SHORT_S: i64 = 15;

/// A closed port fails each try at once: the last one is due at the latest after the delay and all periods.
///
/// Source: `k8s.io/kubernetes/pkg/kubelet/prober/worker.go`, `doProbe`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        let probes = probes(container);
        if probes.iter().any(|probe| probe.kind == ProbeKind::Startup) {
            continue;
        }
        let Some(probe) = probes.iter().find(|probe| probe.kind == ProbeKind::Liveness) else { continue };
        let [delay, period, tries] = [probe.delay_s, probe.period_s, probe.failures].map(i64::from);
        let budget = delay + tries * period;
        if budget >= ENOUGH_S {
            continue;
        }
        let level = if budget < SHORT_S { Level::Warning } else { Level::Note };
        let times = count(usize::try_from(tries).unwrap_or(usize::MAX), "try", "tries");
        findings
            .add(
                format!(
                    "{} is killed if it does not answer within about {} after its start ({times}, every {}): one that is slower never \
                     gets up.",
                    quoted(&container.key),
                    durations(budget - period, budget),
                    duration(period)
                ),
                "Add a `startupProbe` with the same check and enough tries; liveness waits for it.",
                container.path.key(ProbeKind::Liveness.field()),
            )
            .of_container(position)
            .at_level(level);
    }
}
