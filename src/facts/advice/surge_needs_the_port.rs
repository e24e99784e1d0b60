//! A DaemonSet that starts each new pod beside the old one, which has the port of the node that the new one needs.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "surge-needs-the-port",
    level: Level::Error,
    meaning: "A DaemonSet with `maxSurge` starts the new pod on a node before the old one ends, and both need the same port of that node. \
              The new one is never scheduled, so its update never ends.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/scheduler/framework/plugins/nodeports/node_ports.go`;
/// `pkg/controller/daemon/update.go`, `rollingUpdate` (with a surge, old pods end once the new ones are available).
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(found), Some(controller)) = (facts.of(scene.index), facts.controller(scene.index)) else {
        return;
    };
    let Some(port) = controller.port_that_stops_surge(found) else { return };
    findings
        .add(
            format!(
                "Its update never ends: on each node the new pod needs port {} of the node, which the old one keeps until the new one is ready.",
                port.value
            ),
            format!("Set {} and remove {}.", quoted("maxUnavailable: 1"), quoted("maxSurge")),
            FieldPath::of("spec.updateStrategy.rollingUpdate.maxSurge"),
        )
        .because(scene.index, port.field.clone());
}
