//! A StatefulSet makes a claim for each of its claim templates and each of its pods: `<template>-<set>-<ordinal>`.
//!
//! Source: `k8s.io/kubernetes/pkg/controller/statefulset/stateful_set_utils.go`, `getPersistentVolumeClaimName`.

use super::super::build::{Draft, Reference};
use crate::catalog::{FieldPath, Relation, Role};
use crate::document::Value;
use crate::model::Object;
use crate::problem::{Code, Level, Problem, Problems};

/// How many of one template's claims are listed one by one.
const MOST_CLAIMS: i64 = 50;

/// The name of the claim that a StatefulSet makes from a template for the pod of an ordinal.
pub fn claim_name(template: &str, set: &str, ordinal: i64) -> String {
    format!("{template}-{set}-{ordinal}")
}

pub(super) fn apply(set: &Object, draft: &mut Draft, problems: &mut Problems) {
    let number = |path| set.value.at(path).and_then(Value::as_i64);
    let replicas = number("spec.replicas").unwrap_or(1).max(0);
    let first = number("spec.ordinals.start").unwrap_or(0).max(0);
    let list = FieldPath::of("spec.volumeClaimTemplates");
    let templates = list.find(&set.value).map(Value::items).unwrap_or_default();
    for (index, template) in templates.iter().enumerate() {
        let Some(name) = template.at("metadata.name").and_then(Value::scalar_text) else { continue };
        let field = list.item(index, template.get("metadata").unwrap_or(template));
        for ordinal in first..first.saturating_add(replicas.min(MOST_CLAIMS)) {
            let claim = claim_name(&name, &set.identity.name, ordinal);
            let to = set.identity.sibling("", "PersistentVolumeClaim", &claim);
            draft.infer(to.clone(), Role::Storage);
            draft.add(Reference::new(set, to, Relation::Claims, field.clone()));
        }
        if replicas > MOST_CLAIMS {
            let title = set.identity.title();
            let reason = format!(
                "{title} claims {replicas} volumes from `{name}`; the first {MOST_CLAIMS} are listed"
            );
            let problem = Problem::new(Level::Note, Code::ListShortened, reason);
            problems.push(problem.at_place(set.place(field.line(&set.value)), 0));
        }
    }
}
