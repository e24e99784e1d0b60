//! The references that the catalog describes: its edge rules, applied to one object.

use super::Pod;
use super::build::{Cast, Draft, HOST, Member, Reference, target};
use super::rules::ports;
use super::selector::{Selector, labels};
use crate::catalog::vocabulary::{Empty, Optional};
use crate::catalog::{EdgeRule, FieldPath, Hit, Selection};
use crate::model::{Identity, Object, Value};

/// Adds every reference of an object that the catalog knows.
pub(super) fn refer(member: &Member, cast: &Cast, draft: &mut Draft) {
    let object = &*member.object;
    let own = cast.catalog.kind(&object.identity.group, &object.identity.kind);
    let own = own.map(|rule| rule.edges.as_slice()).unwrap_or_default();
    let root = FieldPath::root();
    apply(own, object, &object.value, &root, cast, draft);
    apply(cast.catalog.any_edges(), object, &object.value, &root, cast, draft);
    let Some(pod) = &member.pod else { return };
    if let Some(spec) = pod.path.find(&object.value) {
        let mut found = Draft::default();
        apply(cast.catalog.pod_edges(), object, spec, &pod.path, cast, &mut found);
        draft.add_all(found, |field| !is_replaced(pod, field));
    }
    for container in &pod.containers {
        if let Some(value) = container.path.find(&object.value) {
            apply(cast.catalog.container_edges(), object, value, &container.path, cast, draft);
        }
    }
}

/// Whether a field belongs to a volume in whose place a claim template stands.
fn is_replaced(pod: &Pod, field: &FieldPath) -> bool {
    field.is_within(&pod.path.key("volumes"))
        && !pod.volumes.iter().any(|volume| field.is_within(&volume.path))
}

fn apply(rules: &[EdgeRule], by: &Object, root: &Value, prefix: &FieldPath, cast: &Cast, draft: &mut Draft) {
    let counts = |rule: &&EdgeRule| {
        rule.when.as_ref().is_none_or(|when| when.holds(root))
            && !rule.unless.as_ref().is_some_and(|unless| unless.holds(root))
    };
    for rule in rules.iter().filter(counts) {
        let hits = rule.field.find_with_parent(root, prefix);
        match (rule.select, &rule.default) {
            (Some(form), _) => {
                for hit in hits {
                    select(rule, form, by, &hit, cast, draft);
                }
            }
            (None, Some(default)) if hits.is_empty() => {
                let target = named(rule, by, default, None, cast);
                let (field, reverse) = (prefix.clone(), rule.reverse);
                let (to, relation) = (target, rule.relation);
                draft.add(Reference { by, to, relation, field, reverse, optional: true, label: None });
            }
            _ => hits.iter().for_each(|hit| point(rule, by, hit, cast, draft)),
        }
    }
}

/// A field that names another object.
fn point(rule: &EdgeRule, by: &Object, hit: &Hit, cast: &Cast, draft: &mut Draft) {
    let value = hit.value;
    let (holder, name, field): (&Value, &Value, FieldPath) = if value.is_map() {
        let Some(name) = value.get(&rule.name) else { return };
        (value, name, hit.path.key(&rule.name))
    } else {
        (hit.parent, value, hit.path.clone())
    };
    let Some(name) = name.scalar_text().filter(|name: &String| !name.is_empty()) else { return };
    // Only a mapping that names its target may give it another kind or namespace.
    let inside = Some(holder).filter(|_| value.is_map());
    let kind = rule.kind.as_deref().and_then(|key| inside?.get(key)?.as_str());
    if !rule.only.is_empty()
        && !rule.only.iter().any(|only| Some(only.as_str()) == kind.or(rule.to.as_deref()))
    {
        return;
    }
    if kind.is_none() && rule.to.is_none() {
        return;
    }
    let optional = match &rule.optional {
        None => false,
        Some(Optional::Always(always)) => *always,
        Some(Optional::Key(key)) => holder.get(key).and_then(Value::as_bool) == Some(true),
    };
    let to = named(rule, by, &name, inside, cast);
    draft.add(Reference {
        by,
        to,
        relation: rule.relation,
        field,
        reverse: rule.reverse,
        optional,
        label: ports::route_label(by, &hit.path),
    });
}

fn named(rule: &EdgeRule, by: &Object, name: &str, holder: Option<&Value>, cast: &Cast) -> Identity {
    let text = |key: &Option<String>| {
        key.as_deref().and_then(|key| holder?.get(key)?.as_str()).filter(|text| !text.is_empty())
    };
    let default = rule.to.as_deref().unwrap_or_default();
    let (default_kind, default_group) =
        default.split_once('.').map_or((default, None), |(kind, group)| (kind, Some(group)));
    let kind = text(&rule.kind).unwrap_or(default_kind);
    let group = match text(&rule.group) {
        // An apiVersion ends in a version, an API group does not.
        Some(group) => {
            let group =
                group.rsplit_once('/').map_or(if is_version(group) { "" } else { group }, |(group, _)| group);
            cast.catalog.successor(group, kind)
        }
        None if kind == default_kind => default_group.unwrap_or_else(|| cast.catalog.group_of(kind)),
        None => cast.catalog.group_of(kind),
    };
    let group = if kind == HOST { "" } else { group };
    target(&by.identity, group, kind, text(&rule.namespace), name, cast.catalog)
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// A field that picks other objects by their labels, in the object's own namespace.
fn select(rule: &EdgeRule, form: Selection, by: &Object, hit: &Hit, cast: &Cast, draft: &mut Draft) {
    let value = hit.value;
    if !value.is_map() {
        return;
    }
    let selector = Selector::read(value, form);
    if selector.is_empty() && rule.empty == Empty::Nothing {
        return;
    }
    let (environment, namespace) = (&*by.identity.environment, &*by.identity.namespace);
    let picked = match rule.to.as_deref() {
        None | Some("Pod") => cast.picked(environment, namespace, &selector),
        Some(kind) => {
            let of_kind = cast.of_kind(environment, kind).into_iter();
            let near = of_kind.filter(|member| {
                let theirs = &*member.object.identity.namespace;
                theirs.is_empty() || theirs == namespace
            });
            near.filter(|member| selector.matches(&labels(member.object.value.at("metadata.labels"))))
                .collect()
        }
    };
    for member in picked.into_iter().filter(|member| member.object.identity != by.identity) {
        let (to, field) = (member.object.identity.clone(), hit.path.clone());
        let (relation, reverse) = (rule.relation, rule.reverse);
        let label = member.pod.as_ref().and_then(|pod| ports::service_label(by, pod));
        draft.add(Reference { by, to, relation, field, reverse, optional: false, label });
    }
}
