//! Pod templates in custom resources that nobody told podviz about: they are known by their shape.

use super::build::Member;
use super::described::member_of;
use super::typed::read_template;
use super::{Pod, build};
use crate::catalog::{Catalog, FieldPath, Step, is_built_in};
use crate::document::{Kind, Value};
use crate::model::Object;
use crate::problem::Problems;
use std::sync::Arc;

/// Deeper fields are no templates of the object itself.
const DEEPEST: usize = 12;

/// The pod of the only template in an object of a kind that neither the catalog nor the user's rules know.
pub(super) fn only_pod(object: &Object, catalog: &Catalog, problems: &mut Problems) -> Option<Pod> {
    let [only] = &templates(object, catalog)[..] else { return None };
    read_template(object, only.clone(), problems)
}

/// The pods of an object with several templates, each as a member of its own.
pub(super) fn pods(member: &Member, catalog: &Catalog, problems: &mut Problems) -> Vec<build::Member> {
    let templates = templates(&member.object, catalog);
    if templates.len() < 2 {
        return Vec::new();
    }
    let kind: Arc<str> = format!("{}Pod", member.object.identity.kind).into();
    let members = templates.into_iter().filter_map(|template| {
        let name = format!("{}.{}", member.object.identity.name, place(&template));
        member_of(&member.object, &kind, &name, template, problems)
    });
    members.collect()
}

/// The mappings that look like pod templates: called `template` or `…Template`, with containers that each have a name and
/// an image.
fn templates(object: &Object, catalog: &Catalog) -> Vec<FieldPath> {
    let identity = &object.identity;
    if is_built_in(&identity.group) || catalog.kind(&identity.group, &identity.kind).is_some() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let spec = FieldPath::of("spec");
    if let Some(value) = spec.find(&object.value) {
        collect(value, &spec, 0, &mut found);
    }
    found
}

fn collect(value: &Value, path: &FieldPath, depth: usize, found: &mut Vec<FieldPath>) {
    if depth > DEEPEST {
        return;
    }
    match &value.kind {
        Kind::Map(entries) => {
            for entry in entries {
                let path = path.key(&entry.key);
                if is_called_template(&entry.key) && is_template(&entry.value) {
                    found.push(path);
                } else {
                    collect(&entry.value, &path, depth + 1, found);
                }
            }
        }
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &path.item(index, item), depth + 1, found);
            }
        }
        _ => {}
    }
}

/// Whether a field is called as one with a pod template is.
pub(super) fn is_called_template(key: &str) -> bool {
    key == "template" || key.ends_with("Template")
}

/// Whether a mapping has containers, each with a name and an image.
pub(super) fn is_template(value: &Value) -> bool {
    let containers = value.at("spec.containers").map(Value::items).unwrap_or_default();
    let has = |container: &Value, key: &str| {
        container.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
    };
    !containers.is_empty()
        && containers.iter().all(|container| has(container, "name") && has(container, "image"))
}

/// What tells a template from the others of its object: the fields above it, without `spec`.
fn place(template: &FieldPath) -> String {
    let words = template.steps().into_iter().map(|step| match step {
        Step::Key(key) => key.to_string(),
        Step::Item(index, name) => name.as_deref().map_or_else(|| (index + 1).to_string(), str::to_owned),
    });
    let words: Vec<String> = words.collect();
    let last = words.len().saturating_sub(1);
    let inner: Vec<&str> = words[..last].iter().map(String::as_str).filter(|word| *word != "spec").collect();
    if inner.is_empty() { words.join(".") } else { inner.join(".") }
}
