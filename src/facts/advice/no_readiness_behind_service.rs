//! A container that a Service sends traffic to and that nobody asks whether it is ready.

use super::{Findings, Rule};
use crate::catalog::Relation;
use crate::facts::lifecycle::{ProbeKind, probes};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::{ContainerKind, service_ports};

pub(super) static RULE: Rule = Rule {
    code: "no-readiness-behind-service",
    level: Level::Note,
    meaning: "A Service sends traffic to a container without a readiness probe. It gets requests as soon as its process runs, so \
              some fail whenever a pod starts, and during every update.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        let long_lived = matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar);
        if !long_lived || probes(container).iter().any(|probe| probe.kind == ProbeKind::Readiness) {
            continue;
        }
        let alone = pod.running().count() == 1;
        let declared = |port: i64| {
            container.spec.ports.iter().flatten().any(|own| i64::from(own.container_port) == port)
        };
        let service = scene.to(Relation::Selects).find(|edge| {
            let Some(service) = &scene.topology.nodes[edge.from].object else { return false };
            &*service.identity.kind == "Service"
                && service.value.at("spec.publishNotReadyAddresses").is_none()
                && service_ports(&service.value, pod)
                    .iter()
                    .any(|port| port.target.as_ref().is_ok_and(|target| alone || declared(*target)))
        });
        let Some(service) = service else { continue };
        let name = quoted(&scene.topology.nodes[service.from].identity.name);
        findings
            .add(
                format!(
                    "Service {name} sends traffic to {} as soon as its process runs: requests fail while it starts.",
                    quoted(&container.key)
                ),
                "Add a `readinessProbe` that succeeds once it can answer.",
                container.path.clone(),
            )
            .of_container(position)
            .because(service.from, service.field.clone());
    }
}
