//! Two mounts of one container at one place.

use super::open::is_open;
use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use std::collections::BTreeMap;

pub(super) static RULE: Rule = Rule {
    code: "mount-path-taken-twice",
    level: Level::Error,
    meaning: "A container mounts two volumes at the same path. Kubernetes refuses the pod.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `ValidateVolumeMounts` ("must be unique").
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref().filter(|_| scene.is_pod_checked()) else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        let mut first: BTreeMap<&str, (String, FieldPath)> = BTreeMap::new();
        let list = container.path.key("volumeMounts");
        for (index, mount) in container.spec.volume_mounts.iter().flatten().enumerate() {
            let field = list.named_item(index, &mount.name).key("mountPath");
            let path = mount.mount_path.as_str();
            if path.is_empty() || is_open(path) {
                continue;
            }
            let Some((other, earlier)) = first.get(path) else {
                first.insert(path, (mount.name.clone(), field));
                continue;
            };
            let what = if *other == mount.name {
                format!("volume {} twice", quoted(other))
            } else {
                format!("volumes {} and {}", quoted(other), quoted(&mount.name))
            };
            findings
                .add(
                    format!(
                        "Kubernetes refuses it: {} mounts {what} at {}.",
                        quoted(&container.key),
                        quoted(path)
                    ),
                    "Mount one of them at another path.",
                    field,
                )
                .of_container(position)
                .because(scene.index, earlier.clone());
        }
    }
}
