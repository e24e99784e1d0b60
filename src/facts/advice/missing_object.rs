//! A reference to an object that is not in the input.

use super::open::is_open;
use super::{Findings, Rule};
use crate::catalog::is_built_in;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::{Certainty, Node, State};

pub(super) static RULE: Rule = Rule {
    code: "missing-object",
    level: Level::Warning,
    meaning: "An object is named that is not in these manifests. If it is not in the cluster either, a pod does not start, \
              or traffic goes nowhere. Secrets are often kept elsewhere on purpose, and so is what one custom resource needs of another: they are \
              a note.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let mut seen = Vec::new();
    for edge in scene.topology.from(scene.index) {
        let other = &scene.topology.nodes[edge.to];
        let is_said = edge.declared_by == scene.index
            && edge.certainty == Certainty::Declared
            && !edge.is_of_settings();
        let without = without(scene, other);
        let is_missed = other.state == State::Missing || without.is_some();
        if !is_missed || !is_said || seen.contains(&edge.to) || is_open(&other.identity.name) {
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
        // Sources of a deployment, stores and the like often stand in another repository.
        let is_custom = |group: &str| !is_built_in(group);
        let lives_elsewhere = is_custom(&other.identity.group) && is_custom(&scene.object.identity.group);
        let elsewhere = scene.topology.elsewhere(edge.to);
        let is_note = kind == "Secret" || lives_elsewhere || without.is_some() || elsewhere.is_some();
        let level = if is_note { Level::Note } else { Level::Warning };
        let help = if elsewhere.is_some() {
            format!("If both are applied to one cluster, nothing is wrong; else add the {kind} there.")
        } else if lives_elsewhere {
            format!(
                "If the {kind} stands in another repository, nothing is wrong; else add it, or correct the name."
            )
        } else {
            format!("Add the {kind}, correct the name, or see to it that something else makes it.")
        };
        findings
            .add(
                match elsewhere {
                    Some(environment) => format!(
                        "{title}{place} is named here and is in environment {} alone, not in this one.{}",
                        quoted(environment),
                        without.unwrap_or_default()
                    ),
                    None => format!(
                        "{title}{place} is named here and is not in these manifests.{}",
                        without.unwrap_or_default()
                    ),
                },
                help,
                edge.field.clone(),
            )
            .at_level(level);
    }
}

/// What happens where the cluster does not have an object that is kept elsewhere; `None` where nothing does, or where
/// clusters bring it along.
fn without(scene: &Scene, other: &Node) -> Option<String> {
    let is_unknown = other.state == State::External && !other.is_ambient;
    let rule = scene.catalog.kind(&other.identity.group, &other.identity.kind).filter(|_| is_unknown)?;
    (!rule.without.is_empty()).then(|| format!(" {}", rule.without))
}
