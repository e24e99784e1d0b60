//! A version of an API that clusters no longer serve.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "old-api-version",
    level: Level::Warning,
    meaning: "The manifest uses an alpha or beta version of an API that has a successor. Clusters stop serving such versions, and \
              then the manifest cannot be applied.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let identity = &scene.object.identity;
    let Some(version) = scene.text("apiVersion") else { return };
    let Some(rule) = scene.catalog.kind(&identity.group, &identity.kind) else { return };
    let is_old = rule.succeeds.iter().any(|old| old == version);
    // `extensions/v1beta1` or `policy/v1beta1`; `autoscaling/v1` is served still.
    if !is_old || !(version.contains("alpha") || version.contains("beta")) {
        return;
    }
    let group =
        if rule.group.is_empty() { "v1".to_owned() } else { format!("group {}", quoted(&rule.group)) };
    findings.add(
        format!("Clusters of today refuse it: they no longer serve {} {}.", identity.kind, quoted(version)),
        format!("Use the current version of {group}, and compare the fields: some have moved."),
        FieldPath::of("apiVersion"),
    );
}
