//! One port of the node that two ports of a pod want.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::ContainerKind;
use std::collections::BTreeMap;

pub(super) static RULE: Rule = Rule {
    code: "host-port-taken-twice",
    level: Level::Error,
    meaning: "Two ports of one pod want the same port of the node, or a pod in the network of its node wants another port of the node than \
              it listens on. Kubernetes refuses the pod.",
    check,
};

/// Init containers run one after another, so each may take the port that another one has. Without a port of the node, a
/// container in the node's network takes the one that it listens on.
///
/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `checkHostPortConflicts`,
/// `AccumulateUniqueHostPorts` and `validateHostNetwork`; `pkg/apis/core/v1/defaults.go`, `defaultHostNetworkPorts`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref().filter(|_| scene.is_pod_checked()) else { return };
    let is_on_node = pod.spec.host_network == Some(true);
    let mut taken: BTreeMap<(String, String, i32), (usize, FieldPath)> = BTreeMap::new();
    for (position, container) in pod.containers.iter().enumerate() {
        match container.kind {
            ContainerKind::Ephemeral => continue,
            ContainerKind::Init | ContainerKind::Sidecar => taken.clear(),
            ContainerKind::App if position > 0 && pod.containers[position - 1].kind != ContainerKind::App => {
                taken.clear();
            }
            ContainerKind::App => {}
        }
        let list = container.path.key("ports");
        for (index, port) in container.spec.ports.iter().flatten().enumerate() {
            let field = list.named_item(index, port.name.as_deref().unwrap_or_default());
            let written = port.host_port.filter(|port| *port != 0);
            let number = written.or(Some(port.container_port).filter(|port| is_on_node && *port != 0));
            let Some(number) = number else { continue };
            if is_on_node && number != port.container_port && port.container_port != 0 {
                findings
                    .add(
                        format!(
                            "Kubernetes refuses it: {} is in the node's network, so its port {} cannot be port {number} of the node.",
                            quoted(&container.key),
                            port.container_port
                        ),
                        "Remove `hostPort`, or give both the same number.",
                        field.key("hostPort"),
                    )
                    .of_container(position);
            }
            let protocol = port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
            let key = (protocol.clone(), port.host_ip.clone().unwrap_or_default(), number);
            let Some((other, earlier)) = taken.get(&key) else {
                taken.insert(key, (position, field));
                continue;
            };
            let who = if *other == position {
                format!("two ports of {}", quoted(&container.key))
            } else {
                format!("{} and {}", quoted(&pod.containers[*other].key), quoted(&container.key))
            };
            findings
                .add(
                    format!(
                        "Kubernetes refuses it: {who} want the same port of the node, {number}/{protocol}."
                    ),
                    "Give each a port of its own, or remove `hostPort` where it is not needed.",
                    field,
                )
                .of_container(position)
                .because(scene.index, earlier.clone());
        }
    }
}
