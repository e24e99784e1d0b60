//! A ReferenceGrant lets objects of other namespaces refer to objects of its own.
//!
//! Source: `sigs.k8s.io/gateway-api/apis/v1/referencegrant_types.go`.

use super::super::build::{Cast, Draft, Reference};
use crate::catalog::{FieldPath, Pattern, Relation};
use crate::model::{Identity, Object, Value};
use std::sync::Arc;

/// Adds an edge to every object of the input that the grant is for: of a kind and a namespace that it names.
pub(super) fn apply(grant: &Object, cast: &Cast, draft: &mut Draft) {
    let Ok(list) = Pattern::parse("spec.from[]") else { return };
    for (field, from) in list.find(&grant.value, &FieldPath::root()) {
        let Some(kind) = text(from, "kind") else { continue };
        for member in cast.of_kind(&grant.identity.environment, kind) {
            let identity = &member.object.identity;
            if is_from(from, identity) {
                let to = identity.clone();
                draft.add(Reference::new(grant, to, Relation::Allows, field.clone()));
            }
        }
    }
}

/// Whether a ReferenceGrant lets one object refer to another. It speaks for its own namespace only.
pub fn grants(grant: &Object, from: &Identity, to: &Identity) -> bool {
    let list = |path: &str| grant.value.at(path).map(Value::items).unwrap_or_default();
    let is_to = |entry: &Value| {
        *text(entry, "group").unwrap_or_default() == *to.group
            && text(entry, "kind") == Some(&to.kind)
            && text(entry, "name").is_none_or(|name| *name == *to.name)
    };
    Arc::clone(&grant.identity.namespace) == to.namespace
        && list("spec.from").iter().any(|entry| is_from(entry, from))
        && list("spec.to").iter().any(is_to)
}

fn is_from(entry: &Value, identity: &Identity) -> bool {
    *text(entry, "group").unwrap_or_default() == *identity.group
        && text(entry, "kind") == Some(&identity.kind)
        && text(entry, "namespace") == Some(&identity.namespace)
}

fn text<'a>(entry: &'a Value, key: &str) -> Option<&'a str> {
    entry.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}
