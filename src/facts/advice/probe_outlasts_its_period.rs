//! A probe whose try may take longer than the time between tries.

use super::{Findings, Rule};
use crate::facts::lifecycle::probes;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "probe-outlasts-its-period",
    level: Level::Note,
    meaning: "A try of a probe may take as long as the time between tries, or longer. Tries are then dropped, and a hang is noticed \
              later than the period says.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        for probe in probes(container).iter().filter(|probe| probe.timeout_s > probe.period_s) {
            findings
                .add(
                    format!(
                        "The {} probe of {} waits up to {} s for an answer but is due every {} s: tries are dropped while one hangs.",
                        probe.kind.word(),
                        quoted(&container.key),
                        probe.timeout_s,
                        probe.period_s
                    ),
                    "Make `timeoutSeconds` shorter than `periodSeconds`.",
                    container.path.key(probe.kind.field()).key("timeoutSeconds"),
                )
                .of_container(position);
        }
    }
}
