//! A reference to an object that is not in the input.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::{Certainty, State};

pub(super) static RULE: Rule = Rule {
    code: "missing-object",
    level: Level::Warning,
    meaning: "An object is named that is not in these manifests. If it is not in the cluster either, a pod does not start, \
              or traffic goes nowhere. Secrets are often kept elsewhere on purpose, so they are a note.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let mut seen = Vec::new();
    for edge in scene.topology.from(scene.index) {
        let other = &scene.topology.nodes[edge.to];
        let is_said = edge.declared_by == scene.index && edge.certainty == Certainty::Declared;
        if other.state != State::Missing || !is_said || seen.contains(&edge.to) {
            continue;
        }
        seen.push(edge.to);
        let kind = &*other.identity.kind;
        let title = format!("{kind} {}", quoted(&other.identity.name));
        let place = match &*other.identity.namespace {
            "" => String::new(),
            namespace if *namespace == *scene.object.identity.namespace => String::new(),
            namespace => format!(" in namespace {}", quoted(namespace)),
        };
        let level = if kind == "Secret" { Level::Note } else { Level::Warning };
        findings
            .add(
                format!("{title}{place} is named here and is not in these manifests."),
                format!("Add the {kind}, correct the name, or see to it that something else makes it."),
                edge.field.clone(),
            )
            .at_level(level);
    }
}
