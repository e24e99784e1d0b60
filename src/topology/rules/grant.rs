//! A ReferenceGrant lets objects of other namespaces refer to objects of its own.
//!
//! Source: `sigs.k8s.io/gateway-api/apis/v1/referencegrant_types.go`.

use super::super::build::{Cast, Draft, Reference};
use crate::catalog::{FieldPath, Pattern, Relation};
use crate::document::{Identity, Value};
use crate::model::Object;
use std::sync::Arc;

/// Where a grant is for more objects of a kind than this, none of them is named.
const MOST_NAMED: usize = 20;

/// Adds an edge to every object of the input that the grant is for, of a kind and a namespace that it names, and to
/// those that they may refer to.
pub(super) fn apply(grant: &Object, cast: &Cast, draft: &mut Draft) {
    refer(grant, cast, draft);
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

/// Refers to the objects of the input that others may refer to: those that the grant names, or all of a kind.
fn refer(grant: &Object, cast: &Cast, draft: &mut Draft) {
    let Ok(list) = Pattern::parse("spec.to[]") else { return };
    let own = &grant.identity;
    for (field, entry) in list.find(&grant.value, &FieldPath::root()) {
        let Some(kind) = text(entry, "kind") else { continue };
        let group = text(entry, "group").unwrap_or_default();
        let alike = cast.of_kind(&own.environment, kind).into_iter().filter(|member| {
            let identity = &member.object.identity;
            *identity.group == *group
                && identity.namespace == own.namespace
                && text(entry, "name").is_none_or(|name| *name == *identity.name)
        });
        let alike: Vec<_> = alike.take(MOST_NAMED + 1).collect();
        for member in alike.iter().filter(|_| alike.len() <= MOST_NAMED) {
            let to = member.object.identity.clone();
            draft.add(Reference::new(grant, to, Relation::References, field.clone()));
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
