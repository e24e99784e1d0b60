//! A field that picks other objects by their labels.

use super::super::build::{Cast, Draft, Pick};
use super::super::selector::{Selector, labels};
use crate::catalog::vocabulary::{Empty, EmptyReach, Reach};
use crate::catalog::{EdgeRule, FieldPath, Hit, Selection};
use crate::document::Value;
use crate::model::Object;
use std::sync::Arc;

/// Adds an edge to everything that the selector picks in the namespaces that the rule names.
pub(super) fn select(
    rule: &EdgeRule,
    form: Selection,
    by: &Object,
    hit: &Hit,
    cast: &Cast,
    draft: &mut Draft,
) {
    let value = hit.value;
    let is_text = form == Selection::Expression && value.scalar_text().is_some();
    if !value.is_map() && !is_text {
        return;
    }
    let selector = Selector::read(value, form);
    if selector.is_empty() && rule.empty == Empty::Nothing {
        return;
    }
    let environment = &*by.identity.environment;
    let namespaces = namespaces(&rule.namespaces, by, cast);
    let Some(own) = cast.index(&by.identity) else { return };
    let of_pods = rule.to.as_deref().is_none_or(|to| to == "Pod");
    let picked: Vec<usize> = match rule.to.as_deref().filter(|_| !of_pods) {
        None => {
            let pods = namespaces.iter();
            pods.flat_map(|namespace| cast.picked_or_made(environment, namespace, &selector)).collect()
        }
        Some(to) => {
            let (kind, group) = to.split_once('.').map_or((to, None), |(kind, group)| (kind, Some(group)));
            let near = cast.each_of_kind(environment, kind).filter(|(_, member)| {
                let theirs = &member.object.identity;
                group.is_none_or(|group| *theirs.group == *group)
                    && (theirs.namespace.is_empty() || namespaces.contains(&theirs.namespace))
            });
            near.filter(|(_, member)| {
                let own = labels(member.object.value.at("metadata.labels"));
                // A Namespace has one label more than its manifest.
                let given = Some(&member.object.identity)
                    .filter(|one| one.group.is_empty() && &*one.kind == "Namespace");
                let given = given.and_then(|one| cast.labels_of_namespace(environment, &one.name));
                selector.matches(given.unwrap_or(&own))
            })
            .map(|(index, _)| index)
            .collect()
        }
    };
    let picked = picked.into_iter().filter(|&index| index != own);
    draft.pick(Pick {
        by: own,
        relation: rule.relation,
        field: hit.path.clone(),
        reverse: rule.reverse,
        of_pods,
        picked: picked.filter_map(|index| u32::try_from(index).ok()).collect(),
        selector,
    });
}

/// The namespaces in which an object selects, sorted.
fn namespaces(reach: &Reach, by: &Object, cast: &Cast) -> Vec<Arc<str>> {
    let every = || cast.namespaces(&by.identity.environment).map(|(name, _)| Arc::clone(name));
    let own = || match &*by.identity.namespace {
        "" => every().collect(),
        _ => vec![Arc::clone(&by.identity.namespace)],
    };
    let (field, empty) = match reach {
        Reach::Own => return own(),
        Reach::All => return every().collect(),
        Reach::Field(field, empty) => (field, empty),
    };
    let found = field.find(&by.value, &FieldPath::root());
    let Some((_, value)) = found.into_iter().find(|(_, value)| !value.is_null()) else { return own() };
    let of_names = |names: &[Value]| {
        let names: Vec<String> = names.iter().filter_map(Value::scalar_text).collect();
        every().filter(|one| names.iter().any(|name| name == "*" || **name == **one)).collect()
    };
    if value.is_list() {
        return of_names(value.items());
    }
    if value.get("any").and_then(Value::as_bool) == Some(true) {
        return every().collect();
    }
    match value.get("matchNames").map(Value::items).filter(|names| !names.is_empty()) {
        Some(names) => of_names(names),
        None => {
            let selector = Selector::read(value, Selection::LabelSelector);
            if !value.is_map() || (selector.is_empty() && *empty == EmptyReach::Own) {
                return own();
            }
            let all = cast.namespaces(&by.identity.environment);
            all.filter(|(_, labels)| selector.matches(labels)).map(|(name, _)| Arc::clone(name)).collect()
        }
    }
}
