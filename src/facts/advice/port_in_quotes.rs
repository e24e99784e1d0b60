//! The number of a port in quotes, where a text is a name.

use super::ports::written;
use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "port-in-quotes",
    level: Level::Error,
    meaning: "The number of a port stands in quotes. Kubernetes takes it for the name of a port, which must have a letter, and refuses \
              the object.",
    check,
};

/// Source: `k8s.io/apimachinery/pkg/util/validation/validation.go`, `IsValidPortName`; who asks it is
/// `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `ValidatePortNumOrName` and `ValidateService`, and
/// `pkg/apis/networking/validation/validation.go`, `validateServiceBackendPort` and `ValidateNetworkPolicyPort`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    for port in written(scene).into_iter().filter(|port| port.may_be_name) {
        let Some(text) = port.value.as_str() else { continue };
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let finding = findings.add(
            format!(
                "Kubernetes refuses it: a text is the name of a port and needs a letter, and {} has none.",
                quoted(&format!("\"{text}\""))
            ),
            if port.field.last_key() == Some("name") {
                format!("Write `number: {text}` in its place.")
            } else {
                format!("Write the number without quotes: {}.", quoted(text))
            },
            port.field,
        );
        finding.container = port.container;
    }
}
