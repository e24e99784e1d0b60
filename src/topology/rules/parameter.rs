//! The binding of an admission policy hands it parameters: objects of the kind that the policy names.
//!
//! Source: `k8s.io/api/admissionregistration/v1/types.go`, `ParamKind` and `ParamRef`.

use super::super::build::{Cast, Draft, Reference, target};
use super::super::selector::{Selector, labels};
use crate::catalog::{FieldPath, Relation, Selection};
use crate::document::Value;
use crate::model::Object;

pub(super) fn apply(binding: &Object, cast: &Cast, draft: &mut Draft) {
    let text = |path: &str| binding.value.at(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    let own = &binding.identity;
    let (Some(policy), Some(policy_kind)) = (text("spec.policyName"), own.kind.strip_suffix("Binding"))
    else {
        return;
    };
    let Some(policy) = cast.find(&own.sibling(&own.group, policy_kind, policy)) else { return };
    let of_policy = |path: &str| policy.object.value.at(path).and_then(Value::as_str);
    let (Some(version), Some(kind)) =
        (of_policy("spec.paramKind.apiVersion"), of_policy("spec.paramKind.kind"))
    else {
        return;
    };
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    let namespace = text("spec.paramRef.namespace");
    let is_meant = |object: &Object| {
        let theirs = &object.identity;
        // Without a namespace, each request's own is looked in.
        *theirs.group == *group
            && namespace.is_none_or(|name| theirs.namespace.is_empty() || *theirs.namespace == *name)
    };
    let of_kind = cast.of_kind(&own.environment, kind).into_iter();
    let candidates = of_kind.filter(|member| is_meant(&member.object));
    let mut add = |to, key: &str| {
        let field = FieldPath::of("spec.paramRef").key(key);
        draft.add(Reference::new(binding, to, Relation::References, field));
    };
    if let Some(name) = text("spec.paramRef.name") {
        let named: Vec<_> = candidates.filter(|member| *member.object.identity.name == *name).collect();
        for member in &named {
            add(member.object.identity.clone(), "name");
        }
        let is_optional = text("spec.paramRef.parameterNotFoundAction") == Some("Allow");
        if named.is_empty() && !is_optional {
            add(target(own, group, kind, namespace, name, cast.catalog), "name");
        }
    } else if let Some(selector) = binding.value.at("spec.paramRef.selector") {
        let selector = Selector::read(selector, Selection::LabelSelector);
        let has = |object: &Object| selector.matches(&labels(object.value.at("metadata.labels")));
        for member in candidates.filter(|member| has(&member.object)) {
            add(member.object.identity.clone(), "selector");
        }
    }
}
