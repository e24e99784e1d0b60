//! What the catalog says of the fields of an object, of its pod, and of its containers.

use crate::catalog::{Explanation, FieldPath};

use crate::document::Value;
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, text};
use crate::page::{Prose, sentence};
use crate::topology::{Container, Pod};

/// What the catalog says of the fields that are set: what each means, then the field and its line.
pub fn explanations(know: &Knowledge, object: &Object) -> Vec<Prose> {
    let Some(rule) = know.catalog.kind(&object.identity.group, &object.identity.kind) else {
        return Vec::new();
    };
    explained(know, object, &rule.explain, &object.value, &FieldPath::root())
}

/// What the catalog says of the fields that the spec of a pod sets.
pub fn of_pod(know: &Knowledge, object: &Object, pod: &Pod) -> Vec<Prose> {
    let spec = pod.path.find(&object.value);
    spec.map(|spec| explained(know, object, know.catalog.pod_explanations(), spec, &pod.path))
        .unwrap_or_default()
}

/// What the catalog says of the fields that a container sets.
pub fn of_container(know: &Knowledge, object: &Object, container: &Container) -> Vec<Prose> {
    let (value, rules) = (container.path.find(&object.value), know.catalog.container_explanations());
    value.map(|value| explained(know, object, rules, value, &container.path)).unwrap_or_default()
}

/// What some explanations say of what stands at a path.
fn explained(
    know: &Knowledge,
    object: &Object,
    explanations: &[Explanation],
    root: &Value,
    prefix: &FieldPath,
) -> Vec<Prose> {
    let mut items: Vec<(FieldPath, bool, Prose)> = Vec::new();
    let scaled =
        know.topology.find(&object.identity).is_some_and(|index| sentence::scaled(know, index).is_some());
    for explanation in explanations {
        for (path, value) in explanation.field.find(root, prefix) {
            // Of a value that a tool puts in later, nothing is said.
            if value.is_placeholder() {
                continue;
            }
            // Where an autoscaler decides, the number in the manifest does not.
            if scaled && path == FieldPath::of("spec.replicas") {
                continue;
            }
            let text_of = value.scalar_text();
            let understood = value.to_json();
            let understood = understood.as_str().map_or_else(|| understood.to_string(), str::to_owned);
            if explanation
                .is
                .as_ref()
                .is_some_and(|is| text_of.as_deref() != Some(&is.0) && understood != is.0)
            {
                continue;
            }
            let shown = text_of.unwrap_or_default();
            let mut item = filled(&explanation.say, &shown);
            if !explanation.why.is_empty() {
                item.push(text(" "));
                item.extend(filled(&explanation.why, &shown));
            }
            item.extend([text(" "), code(path.to_string()), text(" "), know.source(object, &path)]);
            items.push((path, explanation.is.is_some(), item));
        }
    }
    // What is said of a value goes before what is said of the field.
    let special = |path: &FieldPath| items.iter().any(|(other, exact, _)| *exact && other == path);
    let mut kept: Vec<_> = items.iter().filter(|(path, exact, _)| *exact || !special(path)).collect();
    kept.sort_by_key(|(path, ..)| path.line(&object.value));
    kept.into_iter().map(|(_, _, item)| item.clone()).collect()
}

/// A text of the catalog, with `code` between backticks and the value in place of `{value}`.
fn filled(words: &str, value: &str) -> Prose {
    let mut prose = Prose::new();
    for (index, part) in words.split('`').enumerate() {
        if index % 2 == 1 {
            prose.push(code(part.replace("{value}", value)));
            continue;
        }
        for (gap, words) in part.split("{value}").enumerate() {
            if gap > 0 {
                prose.push(code(value));
            }
            if !words.is_empty() {
                prose.push(text(words));
            }
        }
    }
    prose
}
