//! A StatefulSet whose pods do not get names of their own in the DNS.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "statefulset-service-not-headless",
    level: Level::Note,
    meaning: "The Service that a StatefulSet names has an address of its own. The pods then have no names in the DNS, such as \
              `db-0.db`, by which to reach one of them.",
    check,
};

/// Source: kubernetes.io, "StatefulSets", "Limitations" and "Stable Network ID".
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(name) = scene.text("spec.serviceName").filter(|_| scene.is("apps", "StatefulSet")) else {
        return;
    };
    let Some(service) = scene.topology.find(&scene.object.identity.sibling("", "Service", name)) else {
        return;
    };
    let Some(object) = scene.topology.nodes[service].object.as_deref() else { return };
    if object.value.at("spec.clusterIP").and_then(Value::as_str) == Some("None") {
        return;
    }
    let pod = format!("{}-0.{name}", scene.object.identity.name);
    findings
        .add(
            format!(
                "Service {} has an address of its own, so single pods have no name such as {} in the DNS.",
                quoted(name),
                quoted(&pod)
            ),
            "Name a Service with `clusterIP: None`.",
            FieldPath::of("spec.serviceName"),
        )
        .because(service, FieldPath::of("spec.clusterIP"));
}
