//! A container, or a pod, that reserves more than it may use.

use super::{Findings, Rule};
use crate::facts::quantity::{Quantity, resource_words};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use k8s_openapi::api::core::v1 as api;

pub(super) static RULE: Rule = Rule {
    code: "request-above-limit",
    level: Level::Error,
    meaning: "A container reserves more of a resource than it may use, or of huge pages and devices not just as much. Kubernetes \
              refuses the pod.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `validateContainerResourceRequirements` and
/// `validatePodResourceRequirements` ("must be less than or equal to"); `pkg/apis/core/helper/helpers.go`,
/// `IsOvercommitAllowed`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref().filter(|_| scene.is_pod_checked()) else { return };
    let own = pod.containers.iter().enumerate().map(|(position, container)| {
        (Some(position), container.spec.resources.as_deref(), container.path.key("resources"))
    });
    let whole = (None, pod.spec.resources.as_ref(), pod.path.key("resources"));
    for (position, resources, field) in own.chain([whole]) {
        let who = position.map_or_else(|| "the pod".to_owned(), |at| quoted(&pod.containers[at].key));
        for (name, request, limit) in resources.into_iter().flat_map(contradictions) {
            let may_differ = is_overcommitted(&name);
            let (request, limit) = (resource_words(&name, request), resource_words(&name, limit));
            let reason = if may_differ {
                format!("Kubernetes refuses it: {who} reserves {request}, and may use only {limit}.")
            } else {
                format!(
                    "Kubernetes refuses it: {who} reserves {request} and may use {limit}, which must be equal."
                )
            };
            let requests = field.key("requests").key(&name);
            let finding = findings.add(reason, "Lower the request, or raise the limit.", requests);
            finding.container = position;
            finding.because(scene.index, field.key("limits").key(&name));
        }
    }
}

/// The resources of which more, or of some another amount, is requested than the limit.
fn contradictions(resources: &api::ResourceRequirements) -> Vec<(String, Quantity, Quantity)> {
    let (Some(requests), Some(limits)) = (&resources.requests, &resources.limits) else { return Vec::new() };
    let both = requests.iter().filter_map(|(name, request)| {
        let limit = Quantity::parse(&limits.get(name)?.0)?;
        Some((name.clone(), Quantity::parse(&request.0)?, limit))
    });
    both.filter(|(name, request, limit)| request > limit || (!is_overcommitted(name) && request != limit))
        .collect()
}

/// Whether a resource may be promised more often than it is there: those of Kubernetes itself, apart from huge pages.
fn is_overcommitted(name: &str) -> bool {
    let is_native = !name.contains('/') || name.contains("kubernetes.io/");
    is_native && !name.starts_with("hugepages-")
}

#[cfg(test)]
mod tests {
    use super::is_overcommitted;

    #[test]
    fn devices_and_huge_pages_are_promised_once() {
        assert!(is_overcommitted("cpu") && is_overcommitted("ephemeral-storage"));
        assert!(!is_overcommitted("nvidia.com/gpu") && !is_overcommitted("hugepages-2Mi"));
    }
}
