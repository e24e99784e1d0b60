//! The values that a Kustomization puts into what it builds, and where it has them from.
//!
//! Source: fluxcd/pkg `kustomize/kustomize_varsub.go` (`LoadVariables`).

use super::super::applier::{Applier, namespace};
use super::super::envsubst::Variable;
use super::super::substitution::Substitution;
use super::super::world::World;
use crate::document::{Document, MARK, Value};
use std::collections::BTreeMap;

/// How values look that SOPS encrypted.
const ENCRYPTED: &str = "ENC[AES256_GCM,";

/// An object that values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `ConfigMap` or `Secret`.
    pub kind: String,
    /// Its name; it stands in the namespace of the applier.
    pub name: String,
    /// Whether it may be absent.
    pub optional: bool,
}

/// The objects that a list of an applier names, such as `spec.postBuild.substituteFrom`.
pub fn references(applier: &Applier, at: &str) -> Vec<Reference> {
    let items = applier.at(at).map(Value::items).unwrap_or_default();
    let reference = |item: &Value| {
        let text = |key: &str| item.get(key).and_then(Value::scalar_text);
        let optional = item.get("optional").and_then(Value::as_bool) == Some(true);
        Some(Reference { kind: text("kind")?, name: text("name")?, optional })
    };
    items.iter().filter_map(reference).collect()
}

/// What is put in; `None` where the Kustomization says nothing of it. A value of a Secret is hidden, and so is one that looks
/// like a secret.
pub fn substitution(applier: &Applier, world: &World) -> Option<Substitution> {
    let post_build = applier.at("spec.postBuild")?;
    let mut variables = BTreeMap::new();
    let (mut absent, mut is_open) = (Vec::new(), false);
    for reference in references(applier, "spec.postBuild.substituteFrom") {
        let object = world.object(&applier.cluster, "", &reference.kind, &applier.namespace, &reference.name);
        let Some(object) = object else {
            let made = made(&reference, applier, world);
            is_open |= made.as_ref().is_some_and(Vec::is_empty);
            if let Some(keys) = made {
                variables.extend(keys.into_iter().map(|key| (key, Variable::Hidden)));
            } else if !reference.optional {
                absent.push(format!("{} `{}/{}`", reference.kind, applier.namespace, reference.name));
            }
            continue;
        };
        let is_secret = reference.kind == "Secret";
        let fields: &[&str] = if is_secret { &["data", "stringData"] } else { &["data"] };
        for entry in fields.iter().filter_map(|field| object.value.get(field)).flat_map(Value::entries) {
            let value = if is_secret { Variable::Hidden } else { variable(&entry.value) };
            variables.insert(entry.key.to_string(), value);
        }
    }
    for entry in post_build.get("substitute").map(Value::entries).unwrap_or_default() {
        variables.insert(entry.key.to_string(), variable(&entry.value));
    }
    let always = post_build.get("substituteStrategy").and_then(Value::as_str) == Some("Always");
    Some(Substitution { variables, always: always || is_open || !absent.is_empty(), absent, is_open })
}

/// The keys of a Secret that something of the input makes when it runs; empty if they are not known, `None` if nothing makes it.
fn made(reference: &Reference, applier: &Applier, world: &World) -> Option<Vec<String>> {
    if reference.kind != "Secret" {
        return None;
    }
    let named = |document: &&Document, at: &str| {
        let own = document.value.at(at).or_else(|| document.value.at("metadata.name"));
        own.and_then(Value::as_str) == Some(&reference.name) && namespace(document) == *applier.namespace
    };
    let mut sealed = world.of_kind(&applier.cluster, "bitnami.com", "SealedSecret");
    if let Some(sealed) = sealed.find(|one| named(one, "spec.template.metadata.name")) {
        let keys = sealed.value.at("spec.encryptedData").map(Value::entries).unwrap_or_default();
        return Some(keys.iter().map(|entry| entry.key.to_string()).collect());
    }
    let mut external = world.of_kind(&applier.cluster, "external-secrets.io", "ExternalSecret");
    external.find(|one| named(one, "spec.target.name")).map(|_| Vec::new())
}

fn variable(value: &Value) -> Variable {
    match value.scalar_text() {
        Some(text) if text.contains(MARK) || text.contains(ENCRYPTED) => Variable::Hidden,
        Some(text) => Variable::Known(text.replace('\n', "")),
        None => Variable::Known(String::new()),
    }
}
