//! A version of an API that clusters no longer serve.

use super::{Findings, Rule};
use crate::catalog::{FieldPath, is_built_in};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "old-api-version",
    level: Level::Warning,
    meaning: "The manifest uses an alpha or beta version of an API that has a successor. Clusters stop serving such versions, and \
              then the manifest cannot be applied. A note where clusters may serve it still.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let identity = &scene.object.identity;
    let Some(version) = scene.text("apiVersion") else { return };
    let Some(rule) = scene.catalog.kind(&identity.group, &identity.kind) else { return };
    let is_old = rule.succeeds.iter().any(|old| old == version);
    // Where versions of Kubernetes differ, another rule says it.
    if scene.catalog.kubernetes.serves(version, &identity.kind) == Some(false) {
        return;
    }
    // `extensions/v1beta1` or `policy/v1beta1`; `autoscaling/v1` is served still.
    if !is_old || !(version.contains("alpha") || version.contains("beta")) {
        return;
    }
    let group =
        if rule.group.is_empty() { "v1".to_owned() } else { format!("group {}", quoted(&rule.group)) };
    let (reason, level) = if may_be_served(&rule.group, &rule.kind, version) {
        let reason = format!(
            "{} {} has a successor; clusters stop serving it sooner or later, and then refuse the manifest.",
            identity.kind,
            quoted(version)
        );
        (reason, Level::Note)
    } else {
        let reason = format!(
            "Clusters of today refuse it: they no longer serve {} {}.",
            identity.kind,
            quoted(version)
        );
        (reason, Level::Warning)
    };
    findings
        .add(
            reason,
            format!("Use the current version of {group}, and compare the fields: some have moved."),
            FieldPath::of("apiVersion"),
        )
        .at_level(level);
}

/// Whether clusters of today may still serve a version: what they serve of custom resources depends on what someone
/// installed, and the beta versions of young APIs stay for a few releases.
///
/// Source: kubernetes.io, "Deprecated API Migration Guide" (what is gone), "Kubernetes Deprecation Policy".
fn may_be_served(group: &str, kind: &str, version: &str) -> bool {
    let is_young = match group {
        "resource.k8s.io" | "storagemigration.k8s.io" => true,
        "admissionregistration.k8s.io" => kind.contains("AdmissionPolicy"),
        "certificates.k8s.io" => kind != "CertificateSigningRequest",
        "coordination.k8s.io" => kind == "LeaseCandidate",
        "networking.k8s.io" => matches!(kind, "IPAddress" | "ServiceCIDR"),
        "scheduling.k8s.io" => kind != "PriorityClass",
        "storage.k8s.io" => kind == "VolumeAttributesClass",
        _ => false,
    };
    !is_built_in(group) || (is_young && version.contains("beta"))
}
