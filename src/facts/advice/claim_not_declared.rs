//! A claim of devices that a container uses and its pod does not have.

use super::near::near;
use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "claim-not-declared",
    level: Level::Error,
    meaning: "A container uses a claim of devices by a name that its pod does not list under `resourceClaims`. Kubernetes refuses the pod.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `validateResourceClaimNames` ("must be one of the
/// names in pod.spec.resourceClaims").
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref().filter(|_| scene.is_pod_checked()) else { return };
    let declared: Vec<&str> =
        pod.spec.resource_claims.iter().flatten().map(|claim| claim.name.as_str()).collect();
    for (position, container) in pod.containers.iter().enumerate() {
        let used = container.spec.resources.iter().flat_map(|it| it.claims.iter().flatten());
        for (index, claim) in used.enumerate().filter(|(_, claim)| !declared.contains(&claim.name.as_str())) {
            let help = match near(&claim.name, declared.iter().copied()) {
                Some(meant) => format!("Correct the name to {}.", quoted(meant)),
                None => format!("Declare {} under `resourceClaims` of the pod.", quoted(&claim.name)),
            };
            findings
                .add(
                    format!(
                        "Kubernetes refuses it: {} uses claim {}, which the pod does not declare.",
                        quoted(&container.key),
                        quoted(&claim.name)
                    ),
                    help,
                    container.path.key("resources").key("claims").named_item(index, &claim.name),
                )
                .of_container(position);
        }
    }
}
