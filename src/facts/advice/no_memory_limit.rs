//! A container without a memory limit beside containers that have one.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;
use crate::topology::ContainerKind;
use std::collections::BTreeSet;

pub(super) static RULE: Rule = Rule {
    code: "no-memory-limit",
    level: Level::Note,
    meaning: "Nothing limits the memory of a container, while others of its pod have a limit. If it leaks, the node runs out of memory, \
              and the whole pod may be evicted.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    let Some(unlimited) = found.resources.unlimited.get("memory") else { return };
    let lasts = |at: &usize| matches!(pod.containers[*at].kind, ContainerKind::App | ContainerKind::Sidecar);
    let unlimited: BTreeSet<usize> = unlimited.iter().copied().filter(lasts).collect();
    let limited = (0..pod.containers.len()).filter(lasts).find(|at| !unlimited.contains(at));
    let (Some(&first), Some(_)) = (unlimited.first(), limited) else { return };
    let names: Vec<String> = unlimited.iter().map(|&at| quoted(&pod.containers[at].key)).collect();
    findings.add(
        format!(
            "Nothing limits the memory of {}, though others in the pod have a limit: if it leaks, the whole pod may be evicted.",
            english::list_up_to(4, &names)
        ),
        format!("Set `resources.limits.memory` of {}.", english::list_up_to(4, &names)),
        pod.containers[first].path.key("resources"),
    );
}
