//! What goes wrong, in a line.

use super::{Findings, Rule};
use crate::facts::{Facts, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "@kebab@",
    level: Level::Warning,
    meaning: "What it finds, as a sentence.",
    check,
};

/// Source: the file of Kubernetes that says so.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(_)) = (&scene.topology.nodes[scene.index].pod, facts.of(scene.index)) else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        if container.name == "@kebab@" {
            let field = container.path.key("name");
            findings
                .add("What goes wrong, and when.", "The smallest change that prevents it.", field)
                .of_container(position);
        }
    }
}
