//! A class that decides whether pods are let in, and that nothing in the input defines.

use super::open::is_open;
use super::{Findings, Rule};
use crate::catalog::Relation;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::State;

pub(super) static RULE: Rule = Rule {
    code: "class-not-here",
    level: Level::Note,
    meaning: "Pods name a PriorityClass or a RuntimeClass that is not in these manifests. If the cluster has none of that name, it \
              rejects them; a Deployment is accepted and stays without pods.",
    check,
};

/// The classes that every cluster has are no finding.
///
/// Source: `k8s.io/kubernetes/plugin/pkg/admission/priority/admission.go`, `admitPod` ("no PriorityClass with name … was
/// found"); `plugin/pkg/admission/runtimeclass/admission.go`; `pkg/apis/scheduling/helpers.go`, `systemPriorityClasses`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    if scene.node().pod.is_none() {
        return;
    }
    for edge in scene.from(Relation::References).filter(|edge| edge.declared_by == scene.index) {
        let class = &scene.topology.nodes[edge.to];
        let kind = &*class.identity.kind;
        let name = &*class.identity.name;
        let is_class = matches!(
            (&*class.identity.group, kind),
            ("scheduling.k8s.io", "PriorityClass") | ("node.k8s.io", "RuntimeClass")
        );
        let is_system = matches!(name, "system-cluster-critical" | "system-node-critical");
        if !is_class || is_system || class.state == State::Present || is_open(name) {
            continue;
        }
        findings.add(
            format!(
                "Its pods are rejected unless the cluster has a {kind} {}: these manifests define none.",
                quoted(name)
            ),
            format!("Add the {kind}, or see to it that the cluster has it before these pods come."),
            edge.field.clone(),
        );
    }
}
