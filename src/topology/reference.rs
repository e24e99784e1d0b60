//! The references that the catalog describes: its edge rules, applied to one object.

mod name;
mod select;
#[cfg(test)]
mod tests;

use super::Pod;
use super::build::{Cast, Draft, Member, Reference};
use super::described;
use super::fold::maker;
use super::rules::ports;
use crate::catalog::vocabulary::{NameForm, Optional};
use crate::catalog::{EdgeRule, FieldPath, Hit, Relation};
use crate::document::{Identity, Value};
use crate::model::Object;
use name::{Mention, named};
use select::select;

/// The label of the edge from a route to a backend whose weight is 0.
pub(super) const GETS_NOTHING: &str = "gets nothing, since its weight is 0";

/// Adds every reference of an object that the catalog knows.
pub(super) fn refer(member: &Member, cast: &Cast, draft: &mut Draft) {
    let object = &*member.object;
    let own = cast.catalog.kind(&object.identity.group, &object.identity.kind);
    let own = own.map(|rule| rule.edges.as_slice()).unwrap_or_default();
    let root = FieldPath::root();
    apply(own, object, &object.value, &root, cast, draft);
    apply(cast.catalog.any_edges(), object, &object.value, &root, cast, draft);
    let Some(pod) = &member.pod else { return };
    if let Some((whole, field)) = &member.part_of {
        draft.add(Reference::new(whole, object.identity.clone(), Relation::Owns, field.clone()));
        described::claim(object, pod, draft);
    }
    refer_from_pod(object, pod, cast, draft);
}

/// Adds what a pod of a live dump reads beside what the template of its workload names: what was added when it was made,
/// such as the certificate of the API server. It is drawn only if the dump holds it.
pub(super) fn refer_beside_template(member: &Member, cast: &Cast, draft: &mut Draft) {
    let maker = member.like.clone().or_else(|| maker(&member.object, cast.catalog));
    let maker = maker.and_then(|maker| cast.find(&maker));
    let (Some(pod), Some(maker)) = (&member.replica, maker) else { return };
    let mut named = Draft::default();
    if let Some(template) = maker.pod.as_ref().or(maker.replica.as_ref()) {
        refer_from_pod(&maker.object, template, cast, &mut named);
    }
    let mut found = Draft::default();
    refer_from_pod(&member.object, pod, cast, &mut found);
    draft.add_read(found, &named.targets().collect());
}

/// The references of a pod and its containers.
fn refer_from_pod(object: &Object, pod: &Pod, cast: &Cast, draft: &mut Draft) {
    refer_from_spec(object, pod, cast, draft);
    for container in &pod.containers {
        if let Some(value) = container.path.find(&object.value) {
            apply(cast.catalog.container_edges(), object, value, &container.path, cast, draft);
        }
    }
}

/// The references of a pod, each where it counts: in its spec, or in what the spec inherits.
fn refer_from_spec(object: &Object, pod: &Pod, cast: &Cast, draft: &mut Draft) {
    let Some(spec) = pod.path.find(&object.value) else { return };
    let inherited = pod.inherits.as_ref().and_then(|path| Some((path, path.find(&object.value)?)));
    for rule in cast.catalog.pod_edges() {
        let mut found = Draft::default();
        let rules = std::slice::from_ref(rule);
        let is_settled = |value: &Value| rule.unless.as_ref().is_some_and(|unless| unless.holds(value));
        if inherited.is_some_and(|(_, value)| is_settled(value)) {
            continue;
        }
        let has = |value: &Value| !rule.field.find(value, &FieldPath::root()).is_empty();
        let own = has(spec) || !inherited.is_some_and(|(_, value)| has(value));
        if own {
            apply(rules, object, spec, &pod.path, cast, &mut found);
        }
        if let Some((path, value)) = inherited.filter(|(_, value)| has(value)) {
            let mut more = Draft::default();
            apply(rules, object, value, path, cast, &mut more);
            // Volumes add up; of everything else the pod's own counts.
            found.add_all(more, |field| !own || field.is_within(&path.key("volumes")));
        }
        draft.add_all(found, |field| !is_replaced(pod, field));
    }
}

/// The Services that an object makes beside its own manifest.
pub(super) fn produced_services(member: &Member, cast: &Cast) -> Vec<Identity> {
    let object = &*member.object;
    let Some(kind) = cast.catalog.kind(&object.identity.group, &object.identity.kind) else {
        return Vec::new();
    };
    let mut draft = Draft::default();
    let rules = kind.edges.iter().filter(|rule| rule.relation == Relation::Produces);
    for rule in rules.filter(|rule| rule.to.as_deref() == Some("Service")) {
        apply(std::slice::from_ref(rule), object, &object.value, &FieldPath::root(), cast, &mut draft);
    }
    draft.targets().collect()
}

/// What a route does to a backend, and its share of the traffic: one that gets nothing is only named.
fn weighed(
    relation: Relation,
    label: Option<String>,
    by: &Object,
    path: &FieldPath,
    cast: &Cast,
) -> (Relation, Option<String>) {
    let rule = cast.catalog.kind(&by.identity.group, &by.identity.kind);
    let mut weights = rule.iter().filter(|_| relation == Relation::RoutesTo).flat_map(|rule| &rule.weights);
    match weights.find_map(|weights| weights.share(&by.value, path)) {
        Some(share) if share.is_nothing() => (Relation::References, Some(GETS_NOTHING.to_owned())),
        Some(share) if !share.is_everything() => {
            let words = label.into_iter().chain(share.words());
            (relation, Some(words.collect::<Vec<_>>().join(", ")))
        }
        _ => (relation, label),
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
        let mut hits = rule.field.find_with_parent(root, prefix);
        if hits.is_empty() && rule.select.is_none() {
            mean_default(rule, by, (prefix, None), cast, draft);
            continue;
        }
        hits.retain(|hit| {
            rule.only_where.as_ref().is_none_or(|it| it.holds(holder(by, hit)))
                && !rule.except_where.as_ref().is_some_and(|it| it.holds(holder(by, hit)))
        });
        for hit in hits {
            match rule.select {
                Some(form) => select(rule, form, by, &hit, cast, draft),
                None => point(rule, by, &hit, cast, draft),
            }
        }
    }
}

/// The innermost mapping that holds a field.
fn holder<'a>(by: &'a Object, hit: &Hit<'a>) -> &'a Value {
    hit.path.holder(&by.value).unwrap_or(hit.parent)
}

/// A field that is absent, where the rule says what that means.
fn mean_default(
    rule: &EdgeRule,
    by: &Object,
    (place, holder): (&FieldPath, Option<&Value>),
    cast: &Cast,
    draft: &mut Draft,
) {
    let Some(default) = &rule.default else { return };
    let name = default.fill("", &by.identity.name, &by.identity.namespace);
    let mention = Mention { name, holder };
    let Some(to) = named(rule, by, &mention, cast) else { return };
    let (relation, reverse) = (rule.relation, rule.reverse);
    let optional = relation != Relation::Produces;
    // What it makes bears a name that follows from its own.
    let field = if optional { place.clone() } else { FieldPath::of("metadata.name") };
    draft.add(Reference { by, to, relation, field, reverse, optional, label: None, line: None, part: None });
}

/// A field that names another object.
fn point(rule: &EdgeRule, by: &Object, hit: &Hit, cast: &Cast, draft: &mut Draft) {
    let value = hit.value;
    let key = hit.path.last_key().filter(|_| rule.form == NameForm::Key);
    let (holder, name, field): (&Value, &Value, FieldPath) = if value.is_map() && key.is_none() {
        let Some(name) = value.get(&rule.name) else {
            // A mapping that leaves out the name, as one that leaves out the field.
            return mean_default(rule, by, (&hit.path, Some(value)), cast, draft);
        };
        (value, name, hit.path.key(&rule.name))
    } else {
        (holder(by, hit), value, hit.path.clone())
    };
    let name = key.map(str::to_owned).or_else(|| name.scalar_text());
    let Some(name) = name.filter(|name| !name.is_empty()) else { return };
    if rule.except.contains(&name) {
        return;
    }
    // The keys beside a name count only where the rule says so; those of a mapping always do.
    let inside = Some(holder).filter(|_| value.is_map() || rule.beside);
    let kind = rule.kind.as_deref().and_then(|key| inside?.get(key)?.as_str());
    let default = rule.to.as_deref().map(|to| to.split_once('.').map_or(to, |(kind, _)| kind));
    if !rule.only.is_empty() && !rule.only.iter().any(|only| Some(only.as_str()) == kind.or(default)) {
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
    let name = match &rule.name_as {
        Some(template) => template.fill(&name, &by.identity.name, &by.identity.namespace),
        None => name,
    };
    let Some(to) = named(rule, by, &Mention { name, holder: inside }, cast) else { return };
    let label = ports::route_label(by, &hit.path, rule.relation);
    let (relation, label) = weighed(rule.relation, label, by, &hit.path, cast);
    draft.add(Reference {
        by,
        to,
        relation,
        field,
        reverse: rule.reverse,
        optional,
        label,
        line: None,
        part: None,
    });
}
