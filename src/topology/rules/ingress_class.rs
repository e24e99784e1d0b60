//! The workload that serves an IngressClass: a container whose arguments name the class or its controller.
//!
//! Source: `k8s.io/api/networking/v1/types.go`, `IngressClassSpec`; the flags `--controller-class` and `--ingress-class`
//! of ingress-nginx, which other controllers have too.

use super::super::build::{Cast, Draft, Member, Reference};
use super::super::container::Container;
use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::model::Object;

/// What a flag ends in that takes the name of a class, in lower case.
const CLASS_FLAGS: [&str; 2] = ["ingress-class", "ingressclass"];

/// Adds a reference from each workload that says it is the controller; if none does, from each that names the class.
pub(super) fn apply(class: &Object, cast: &Cast, draft: &mut Draft) {
    let controller = class.value.at("spec.controller").and_then(Value::as_str).unwrap_or_default();
    let is_controller = |_: &str, value: &str| !controller.is_empty() && value == controller;
    let names_class = |flag: &str, value: &str| {
        value == &*class.identity.name
            && CLASS_FLAGS.iter().any(|ending| flag.to_ascii_lowercase().ends_with(ending))
    };
    let environment = &*class.identity.environment;
    let mut found = naming(environment, cast, &is_controller);
    if found.is_empty() {
        found = naming(environment, cast, &names_class);
    }
    for (member, field) in found {
        let by = &*member.object;
        let reference = Reference::new(by, class.identity.clone(), Relation::References, field);
        draft.infer_from(by.identity.clone(), reference);
    }
}

/// The workloads with a flag whose name and value fit, with the argument.
fn naming<'a>(
    environment: &str,
    cast: &Cast<'a>,
    fits: &dyn Fn(&str, &str) -> bool,
) -> Vec<(&'a Member, FieldPath)> {
    let pods = cast.with_pods(environment).filter_map(|member| Some((member, member.pod.as_ref()?)));
    let found = pods.filter_map(|(member, pod)| {
        let field = pod.containers.iter().find_map(|container| {
            let lists = ["command", "args"];
            lists.into_iter().find_map(|key| flag(member, container, key, fits))
        });
        field.map(|field| (member, field))
    });
    found.collect()
}

/// The first argument of a list that fits: `--flag=value`, or `--flag` and the value behind it.
fn flag(
    member: &Member,
    container: &Container,
    key: &str,
    fits: &dyn Fn(&str, &str) -> bool,
) -> Option<FieldPath> {
    let list = container.path.key(key);
    let items = list.find(&member.object.value).map(Value::items).unwrap_or_default();
    let mut last = "";
    for (index, item) in items.iter().enumerate() {
        let text = item.as_str().unwrap_or_default();
        let (flag, value) = text.split_once('=').unwrap_or((last, text));
        if flag.starts_with('-') && fits(flag, value) {
            return Some(list.item(index, item));
        }
        last = text;
    }
    None
}
