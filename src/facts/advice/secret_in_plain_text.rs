//! A secret that stands in a manifest.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::document::MARK;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;
use crate::topology::Container;

pub(super) static RULE: Rule = Rule {
    code: "secret-in-plain-text",
    level: Level::Warning,
    meaning: "A variable, the command or an argument of a container seems to hold a password or a token. Whoever may read the manifest \
              or the pod can read it.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        let variables = marked_variables(container);
        let words = marked_words(container);
        let Some((_, field)) = variables.first().or(words.first()) else { continue };
        let field = field.clone();
        let all: Vec<String> = variables.iter().chain(&words).map(|(name, _)| name.clone()).collect();
        let seems = if all.len() == 1 {
            "it seems to hold a password or a token"
        } else {
            "they seem to hold passwords or tokens"
        };
        let finding = findings.add(
            format!(
                "Whoever may read the manifest or the pod can read {} of {}, and {seems}.",
                english::list_up_to(5, &all),
                quoted(&container.key)
            ),
            if all.len() == 1 {
                "Keep it in a Secret, read it with `valueFrom.secretKeyRef`, and change it: what was in a repository is known."
            } else {
                "Keep them in a Secret, read them with `valueFrom.secretKeyRef`, and change them: what was in a repository is known."
            },
            field,
        );
        finding.of_container(position);
        for (_, field) in variables.iter().chain(&words).skip(1) {
            finding.because(scene.index, field.clone());
        }
    }
}

/// The variables in which something was hidden, each with its name and its field.
fn marked_variables(container: &Container) -> Vec<(String, FieldPath)> {
    let path = container.path.key("env");
    let variables = container.spec.env.iter().flatten().enumerate();
    let marked = variables.filter(|(_, one)| one.value.as_ref().is_some_and(|value| value.contains(MARK)));
    marked.map(|(at, one)| (quoted(&one.name), path.named_item(at, &one.name).key("value"))).collect()
}

/// The command and the arguments, if something was hidden there, each with the field of the first such word.
fn marked_words(container: &Container) -> Vec<(String, FieldPath)> {
    let lists = [
        ("command", "the command", &container.spec.command),
        ("args", "the arguments", &container.spec.args),
    ];
    let marked = lists.into_iter().filter_map(|(key, name, words)| {
        let at = words.iter().flatten().position(|word| word.contains(MARK))?;
        Some((name.to_owned(), container.path.key(key).named_item(at, "")))
    });
    marked.collect()
}
