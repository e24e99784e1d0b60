//! The number of a port that no port has.

use super::ports::written;
use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "port-out-of-range",
    level: Level::Error,
    meaning: "The number of a port is not between 1 and 65535. Kubernetes refuses the object.",
    check,
};

const MOST: i64 = 65_535;

/// Source: `k8s.io/apimachinery/pkg/util/validation/validation.go`, `IsValidPortNum`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    for port in written(scene) {
        let Some(number) = port.value.as_i64() else { continue };
        let least = i64::from(!port.may_be_zero);
        if (least..=MOST).contains(&number) {
            continue;
        }
        let key = quoted(port.field.last_key().unwrap_or("port"));
        let finding = findings.add(
            format!("Kubernetes refuses it: {key} is {number}, and a port has a number from 1 to {MOST}."),
            "Correct the number.",
            port.field,
        );
        finding.container = port.container;
    }
}
