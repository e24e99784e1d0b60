//! Ports of a Service that nobody could tell apart.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use std::collections::BTreeMap;

pub(super) static RULE: Rule = Rule {
    code: "service-ports-refused",
    level: Level::Error,
    meaning: "A Service has several ports and one has no name, two have the same name, or two have the same number and protocol; or it has \
              an address of its own and no port. Kubernetes refuses it.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `ValidateService` and `validateServicePort`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    if !scene.is("", "Service") {
        return;
    }
    let list = FieldPath::of("spec.ports");
    let ports = list.find(&scene.object.value).map(Value::items).unwrap_or_default();
    let has_address =
        scene.text("spec.clusterIP") != Some("None") && scene.text("spec.type") != Some("ExternalName");
    // Without a selector it may be a part of a manifest, which changes what another one says.
    let selects = scene.at("spec.selector").is_some_and(|selector| !selector.entries().is_empty());
    if ports.is_empty() && has_address && selects {
        findings.add(
            "Kubernetes refuses it: it has no port.",
            "Add `ports`, or set `clusterIP: None` if it only names pods.",
            list.clone(),
        );
    }
    let text = |port: &Value, key: &str| port.get(key).and_then(Value::scalar_text).unwrap_or_default();
    let mut names: BTreeMap<String, FieldPath> = BTreeMap::new();
    let mut numbers: BTreeMap<(String, String), FieldPath> = BTreeMap::new();
    for (index, port) in ports.iter().enumerate() {
        let field = list.item(index, port);
        let (name, number) = (text(port, "name"), text(port, "port"));
        if name.is_empty() && ports.len() > 1 {
            let which = if number.is_empty() {
                "one of them".to_owned()
            } else {
                format!("port {}", quoted(&number))
            };
            findings.add(
                format!("Kubernetes refuses it: it has {} ports, and {which} has no name.", ports.len()),
                "Give each port a `name`.",
                field.clone(),
            );
        }
        let mut taken = |what: String, earlier: Option<FieldPath>| {
            if let Some(earlier) = earlier {
                findings
                    .add(
                        format!("Kubernetes refuses it: two of its ports have the same {what}."),
                        "Remove the one that is not meant, or change it.",
                        field.clone(),
                    )
                    .because(scene.index, earlier);
            }
        };
        if !name.is_empty() {
            taken(format!("name, {}", quoted(&name)), names.insert(name, field.clone()));
        }
        let protocol =
            Some(text(port, "protocol")).filter(|it| !it.is_empty()).unwrap_or_else(|| "TCP".to_owned());
        if !number.is_empty() {
            let what = format!("number and protocol, {number}/{protocol}");
            taken(what, numbers.insert((number, protocol), field.clone()));
        }
    }
}
