//! The inputs of a ResourceSet: its own, and those of the providers that the input holds.
//!
//! Source: controlplaneio-fluxcd/flux-operator `internal/inputs` (`Combine`, `Flattener`, `Permuter`, `NormalizeKeyForTemplate`).

use super::super::applier::{Applier, namespace};
use super::super::plain::plain;
use super::super::selector::matches;
use super::super::world::World;
use crate::document::{Document, Value};
use crate::problem::{Code, Level, Problems};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The API group and version of sets and their providers.
const VERSION: &str = "fluxcd.controlplane.io/v1";

/// Most combinations of inputs, as the operator has it.
const MOST: usize = 10_000;

/// Names and values.
pub type Input = Map<String, Json>;

/// The inputs of a set, one that is empty if it wants none; `None` if they are not known, which is told.
pub fn inputs(set: &Applier, world: &World, problems: &mut Problems) -> Option<Vec<Input>> {
    let own = set.at("spec.inputs").map(Value::items).unwrap_or_default();
    let own = own.iter().map(|item| annotated(object(item), "ResourceSet", &set.name, &set.namespace));
    let mut groups: Vec<(String, Vec<Input>)> = vec![(set.name.to_string(), own.collect())];
    let references = set.at("spec.inputsFrom").map(Value::items).unwrap_or_default();
    let mut providers: BTreeMap<String, &Document> = BTreeMap::new();
    let all: Vec<&Document> = world
        .of_kind(&set.cluster, "fluxcd.controlplane.io", "ResourceSetInputProvider")
        .filter(|provider| namespace(provider) == *set.namespace)
        .collect();
    for reference in references {
        let name = reference.get("name").and_then(Value::scalar_text);
        let found = all.iter().filter(|provider| match &name {
            Some(name) => {
                provider.value.at("metadata.name").and_then(Value::scalar_text).as_ref() == Some(name)
            }
            None => {
                let labels = provider.value.at("metadata.labels").map(Value::entries).unwrap_or_default();
                let labels = labels
                    .iter()
                    .filter_map(|entry| Some((entry.key.to_string(), entry.value.scalar_text()?)))
                    .collect();
                let selector = reference.get("selector").map(Value::to_json);
                selector.is_some_and(|selector| matches(&selector, &labels) == Ok(true))
            }
        });
        let found: Vec<&&Document> = found.collect();
        if let Some(name) = name.filter(|_| found.is_empty()) {
            let message = format!(
                "the objects of {} are not shown: ResourceSetInputProvider `{}/{name}`, which holds its inputs, is not in the input",
                set.title(),
                set.namespace
            );
            problems.push(set.problem(Level::Error, Code::UnknownGenerator, "spec.inputsFrom", message));
            return None;
        }
        for provider in found {
            let name = provider.value.at("metadata.name").and_then(Value::scalar_text).unwrap_or_default();
            providers.insert(name, provider);
        }
    }
    for (name, provider) in providers {
        let kind = provider.value.at("spec.type").and_then(Value::scalar_text).unwrap_or_default();
        if kind != "Static" {
            let message = format!(
                "the objects of {} are not shown: its inputs come from ResourceSetInputProvider `{}/{name}`, which asks the world outside (`{kind}`)",
                set.title(),
                set.namespace
            );
            problems.push(set.problem(Level::Error, Code::UnknownGenerator, "spec.inputsFrom", message));
            return None;
        }
        let mut input = provider.value.at("spec.defaultValues").map(object).unwrap_or_default();
        // In a cluster it is made of the provider's UID, which nobody knows before.
        input.entry("id").or_insert_with(|| id(&name).into());
        let input = annotated(input, "ResourceSetInputProvider", &name, &set.namespace);
        groups.push((name, vec![input]));
    }
    let combined = match set.text("spec.inputStrategy.name") {
        Some("Permute") => permuted(set, groups),
        _ => groups.into_iter().flat_map(|(_, inputs)| inputs).collect(),
    };
    match combined.is_empty() {
        // What is to come from providers comes once for each of theirs.
        true if !references.is_empty() => Some(Vec::new()),
        true => Some(vec![Input::new()]),
        false => Some(combined),
    }
}

fn object(value: &Value) -> Input {
    match plain(value) {
        Json::Object(object) => object,
        _ => Input::new(),
    }
}

fn annotated(mut input: Input, kind: &str, name: &str, namespace: &str) -> Input {
    let provider = json!({ "apiVersion": VERSION, "kind": kind, "name": name, "namespace": namespace });
    input.insert("provider".to_owned(), provider);
    input
}

/// Each input of each group with each of all others, below the names of their groups.
fn permuted(set: &Applier, groups: Vec<(String, Vec<Input>)>) -> Vec<Input> {
    let keeps_empty =
        set.at("spec.inputStrategy.includeEmptyProviders").and_then(Value::as_bool) == Some(true);
    let groups: Vec<_> = groups.into_iter().filter(|(_, inputs)| keeps_empty || !inputs.is_empty()).collect();
    let many = groups.iter().try_fold(1_usize, |all, (_, inputs)| all.checked_mul(inputs.len()));
    if groups.is_empty() || many.is_none_or(|many| many > MOST) {
        return Vec::new();
    }
    let mut combined = vec![(Input::new(), Vec::new())];
    for (name, inputs) in &groups {
        let key = normalized(name);
        combined = combined
            .into_iter()
            .flat_map(|(before, parts): (Input, Vec<String>)| {
                let key = key.clone();
                inputs.iter().enumerate().map(move |(at, input)| {
                    let mut with = before.clone();
                    with.insert(key.clone(), Json::Object(input.clone()));
                    let parts = [parts.as_slice(), &[format!("{key}={at}")]].concat();
                    (with, parts)
                })
            })
            .collect();
    }
    let named = combined.into_iter().map(|(mut input, parts)| {
        input.insert("id".to_owned(), id(&parts.join("/")).into());
        input
    });
    named.collect()
}

/// A name as templates write it: words of small letters and digits with `_` between them.
fn normalized(name: &str) -> String {
    let lower = name.to_lowercase();
    let is_between = |c: char| c.is_whitespace() || c.is_ascii_punctuation();
    let words = lower.split(is_between).map(|word| {
        word.chars().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit()).collect::<String>()
    });
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

/// The Adler-32 checksum of a text, in decimal digits.
fn id(text: &str) -> String {
    let sums = text.bytes().fold((1_u32, 0_u32), |(one, two), byte| {
        let one = (one + u32::from(byte)) % 65521;
        (one, (two + one) % 65521)
    });
    (sums.1 << 16 | sums.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::{id, normalized};

    #[test]
    fn names_and_ids_are_those_of_the_operator() {
        assert_eq!(normalized("Tenants-of.team A__x"), "tenants_of_team_a_x");
        // Source: `hash/adler32` of Go: "Wikipedia" is the well-known example.
        assert_eq!(id("Wikipedia"), 0x11E6_0398_u32.to_string());
    }
}
