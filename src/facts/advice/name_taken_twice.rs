//! Containers, volumes or ports of one pod with one name.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use std::collections::BTreeMap;

pub(super) static RULE: Rule = Rule {
    code: "name-taken-twice",
    level: Level::Error,
    meaning: "Two containers or two volumes of one pod, or two ports of one container, have the same name. Kubernetes refuses the pod.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `validateContainers`, `validateInitContainers`,
/// `ValidateVolumes` and `validateContainerPorts` (`field.Duplicate`).
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref().filter(|_| scene.is_pod_checked()) else { return };
    let mut tell = |what: &str, container: Option<usize>, names: Vec<(&str, FieldPath)>| {
        let mut first: BTreeMap<&str, FieldPath> = BTreeMap::new();
        for (name, field) in names.into_iter().filter(|(name, _)| !name.is_empty()) {
            let Some(earlier) = first.get(name) else {
                first.insert(name, field);
                continue;
            };
            let finding = findings.add(
                format!("Kubernetes refuses it: two {what} have the same name, {}.", quoted(name)),
                "Give each a name of its own, or remove the one that is not meant.",
                field,
            );
            finding.container = container;
            finding.because(scene.index, earlier.clone());
        }
    };
    let containers = pod.containers.iter().map(|it| (it.name.as_str(), it.path.key("name")));
    tell("containers of the pod", None, containers.collect());
    // A claim template stands in the place of a volume of the same name.
    let own = pod.volumes.iter().filter(|volume| volume.path.is_within(&pod.path));
    tell("volumes of the pod", None, own.map(|it| (it.name.as_str(), it.path.key("name"))).collect());
    for (position, container) in pod.containers.iter().enumerate() {
        let list = container.path.key("ports");
        let names = container.spec.ports.iter().flatten().enumerate().filter_map(|(index, port)| {
            let name = port.name.as_deref()?;
            Some((name, list.named_item(index, name).key("name")))
        });
        tell(&format!("ports of {}", quoted(&container.key)), Some(position), names.collect());
    }
}
