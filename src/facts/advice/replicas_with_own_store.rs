//! Copies of a pod that each bring their own database along.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::ContainerKind;

pub(super) static RULE: Rule = Rule {
    code: "replicas-with-own-store",
    level: Level::Note,
    meaning: "Several copies of a pod each hold a database or a cache beside the program that uses it. What one copy writes, the others \
              do not see.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    // The pods of a StatefulSet are meant to differ.
    let replicas = facts.controller(scene.index).and_then(|controller| controller.replicas.as_ref());
    let Some(replicas) = replicas.filter(|_| !scene.is("apps", "StatefulSet")) else { return };
    let copies = replicas.most.as_ref().map_or(replicas.least.value, |most| most.value);
    let apps = || (0..pod.containers.len()).filter(|&at| pod.containers[at].kind == ContainerKind::App);
    let keeps = |at: &usize| found.patterns.parts[*at].keeps_data;
    let (Some(store), true) = (apps().find(keeps), apps().any(|at| !keeps(&at))) else { return };
    // A helper such as an exporter does not use the store.
    let is_used = found.network.localhost.iter().chain(&found.patterns.calls).any(|edge| edge.to == store);
    if copies < 2 || !is_used {
        return;
    }
    findings
        .add(
            format!(
                "Each of the {copies} copies has a {} of its own: what one copy writes, the others do not see.",
                quoted(&pod.containers[store].key)
            ),
            format!("Run {} as a workload of its own, behind a Service.", quoted(&pod.containers[store].key)),
            pod.containers[store].path.clone(),
        )
        .of_container(store)
        .because(replicas.least.declared_by.unwrap_or(scene.index), replicas.least.field.clone());
}
