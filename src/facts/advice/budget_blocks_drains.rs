//! A budget that lets no pod go even when all are healthy.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::{Facts, scene::Scene};

use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "budget-blocks-drains",
    level: Level::Warning,
    meaning: "A PodDisruptionBudget allows no eviction even when all pods are healthy. A node that runs one of them cannot be drained, \
              so upgrades of the cluster stop there.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let Some(budget) = facts.controller(scene.index).and_then(|controller| controller.budget.as_ref()) else {
        return;
    };
    // A share of what cannot be counted is a rule of its own.
    let blocks = budget.disruptions.value.allowed == Some(0) && budget.uncountable.is_none();
    let pods = budget.pods.unwrap_or(0);
    if !blocks || pods == 0 || budget.workloads.is_empty() {
        return;
    }

    let node = if pods == 1 {
        "The node that runs its only pod cannot be drained, even when the pod is healthy".to_owned()
    } else {
        format!("A node that runs one of its {pods} pods cannot be drained, even when all are healthy")
    };
    let help = if pods == 1 {
        "Run 2 copies or more, or set `maxUnavailable: 1` and live with a short break."
    } else {
        "Let one go: `maxUnavailable: 1`."
    };
    let finding = findings.add(
        format!("{node}, because {}.", budget.disruptions.why),
        help,
        budget.disruptions.field.clone(),
    );
    for &workload in budget.workloads.iter().take(4) {
        finding.because(workload, FieldPath::of("spec.replicas"));
    }
}
