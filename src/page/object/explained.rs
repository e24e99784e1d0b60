//! What the catalog says of the fields of an object, of its pod, and of its containers.

use crate::catalog::vocabulary::{Explanation, Gap, Unit, WeightRule, Words};
use crate::catalog::{FieldPath, Hit, Pattern};
use crate::document::Value;
use crate::facts::quantity::{Quantity, core_words, size_words};
use crate::model::Object;
use crate::names::{count, duration};
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, text};
use crate::page::sentence::scaled;
use crate::topology::{Container, Pod};

/// Longer values are cut in a sentence.
const LONGEST: usize = 160;

/// What the catalog says of the fields that are set, or left out: what each means, then the field and its line.
pub fn explanations(know: &Knowledge, object: &Object) -> Vec<Prose> {
    let Some(rule) = know.catalog.kind(&object.identity.group, &object.identity.kind) else {
        return Vec::new();
    };
    explained(know, object, Rules { explanations: &rule.explain, weights: &rule.weights }, &FieldPath::root())
}

/// What the catalog says of the fields that the spec of a pod sets, or leaves out.
pub fn of_pod(know: &Knowledge, object: &Object, pod: &Pod) -> Vec<Prose> {
    explained(know, object, Rules::alone(know.catalog.pod_explanations()), &pod.path)
}

/// What the catalog says of the fields that a container sets, or leaves out.
pub fn of_container(know: &Knowledge, object: &Object, container: &Container) -> Vec<Prose> {
    explained(know, object, Rules::alone(know.catalog.container_explanations()), &container.path)
}

/// What the catalog knows of the fields of something.
#[derive(Clone, Copy)]
struct Rules<'a> {
    explanations: &'a [Explanation],
    /// Which of its numbers are weights.
    weights: &'a [WeightRule],
}

impl<'a> Rules<'a> {
    /// Those of something that has no weights.
    fn alone(explanations: &'a [Explanation]) -> Rules<'a> {
        Rules { explanations, weights: &[] }
    }
}

/// What some explanations say of what stands at a path of an object.
fn explained(know: &Knowledge, object: &Object, rules: Rules, prefix: &FieldPath) -> Vec<Prose> {
    let Some(root) = prefix.find(&object.value) else { return Vec::new() };
    let mut items: Vec<(FieldPath, bool, Prose)> = Vec::new();
    let scaled = know.topology.find(&object.identity).is_some_and(|index| scaled(know, index).is_some());
    for explanation in rules.explanations {
        for hit in explanation.hits(root) {
            // Of a value that a tool puts in later, nothing is said.
            if hit.value.is_placeholder() && !explanation.absent {
                continue;
            }
            // Where an autoscaler decides, the number in the manifest does not.
            if scaled && hit.path == FieldPath::of("spec.replicas") {
                continue;
            }
            let Some(mut item) = sentences(explanation, &hit, rules, root) else { continue };
            let path = prefix.then(&hit.path);
            item.extend([text(" "), code(path.to_string())]);
            item.push(text(if explanation.absent { " is not set " } else { " " }));
            item.push(know.source(object, &path));
            items.push((path, explanation.is_special(), item));
        }
    }
    // What is said of a value goes before what is said of the field.
    let special = |path: &FieldPath| items.iter().any(|(other, exact, _)| *exact && other == path);
    let mut kept: Vec<_> = items.iter().filter(|(path, exact, _)| *exact || !special(path)).collect();
    kept.sort_by_key(|(path, ..)| path.line(&object.value));
    kept.into_iter().map(|(_, _, item)| item.clone()).collect()
}

/// What is said of a field and why; `None` where a gap has nothing to fill it.
fn sentences(explanation: &Explanation, hit: &Hit, rules: Rules, root: &Value) -> Option<Prose> {
    let filled = |words: &Words| filled(words, explanation, hit, rules, root);
    let mut item = filled(&explanation.say)?;
    // A reason whose gap has nothing to fill it is left out.
    if let Some(why) = filled(&explanation.why).filter(|why| !why.is_empty()) {
        item.push(text(" "));
        item.extend(why);
    }
    Some(item)
}

fn filled(words: &Words, explanation: &Explanation, hit: &Hit, rules: Rules, root: &Value) -> Option<Prose> {
    let mut prose = Prose::new();
    for part in words.parts() {
        match part {
            Gap::Text { text: words, is_code: true } => push_code(&mut prose, words),
            Gap::Text { text: words, is_code: false } => prose.push(text(words.clone())),
            Gap::Value { is_code: true } => push_code(&mut prose, &shown(hit.value)?),
            Gap::Value { is_code: false } => match &explanation.unit {
                Some(unit) => prose.extend(counted(unit, hit, rules, root)?),
                None => push_code(&mut prose, &shown(hit.value)?),
            },
            Gap::Beside { field, .. } => push_code(&mut prose, &beside(field, explanation, hit, root)?),
        }
    }
    Some(prose)
}

/// Adds code, as one with what stands before it where that is code as well.
fn push_code(prose: &mut Prose, words: &str) {
    if let Some(crate::page::Inline::Code(before)) = prose.last_mut() {
        before.push_str(words);
        return;
    }
    prose.push(code(words));
}

/// The text of a value on one line; `None` for one that is no scalar, or empty.
fn shown(value: &Value) -> Option<String> {
    let words = value.scalar_text()?;
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > LONGEST {
        return Some(format!("{}…", line.chars().take(LONGEST).collect::<String>()));
    }
    (!line.is_empty()).then_some(line)
}

/// The value of a field in the mapping that holds the one that is explained.
fn beside(field: &Pattern, explanation: &Explanation, hit: &Hit, root: &Value) -> Option<String> {
    let holder = if explanation.absent { hit.value } else { hit.path.holder(root)? };
    field.find(holder, &FieldPath::root()).first().and_then(|(_, value)| shown(value))
}

/// The value with what it counts.
fn counted(unit: &Unit, hit: &Hit, rules: Rules, root: &Value) -> Option<Prose> {
    let quantity = || hit.value.scalar_text().and_then(|text| Quantity::parse(&text));
    let number =
        hit.value.scalar_text().and_then(|text| text.parse::<i64>().ok()).filter(|number| *number >= 0);
    match (unit, number) {
        (Unit::Share, _) => {
            let mut weights = rules.weights.iter();
            let share = weights.find_map(|weights| weights.share(root, &hit.path))?;
            Some(vec![text(share.words()?)])
        }
        (Unit::Seconds, Some(seconds)) => Some(vec![text(duration(seconds))]),
        (Unit::Seconds, None) => Some(vec![code(shown(hit.value)?)]),
        (Unit::Things(one, many), Some(number)) => {
            Some(vec![text(count(usize::try_from(number).ok()?, one, many))])
        }
        (Unit::Things(_, many), None) => {
            let words = shown(hit.value)?;
            let of = if words.ends_with('%') { " of the " } else { " " };
            Some(vec![code(words), text(format!("{of}{many}"))])
        }
        (Unit::Bytes, _) => match quantity() {
            Some(quantity) => Some(vec![text(size_words(quantity.units()))]),
            None => Some(vec![code(shown(hit.value)?)]),
        },
        (Unit::Cpu, _) => match quantity() {
            Some(quantity) => Some(vec![text(core_words(quantity.millis()))]),
            None => Some(vec![code(shown(hit.value)?), text(" CPU cores")]),
        },
    }
}
