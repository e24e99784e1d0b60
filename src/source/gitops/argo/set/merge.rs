//! How templates of sets are joined and patched.

use serde_json::{Map, Value as Json};

/// Fields of an Application that Go keeps as bytes: joined as a whole, or not at all.
const WHOLE: [&str; 1] = ["valuesObject"];

/// Fills what is empty in `own` from `other`: the template of a generator from that of the set.
///
/// Source: `mergeGeneratorTemplate` in `applicationset/generators/generator_spec_processor.go`, `mergo.Merge`.
pub fn fill(own: &mut Json, other: &Json) {
    match (own, other) {
        (Json::Object(own), Json::Object(other)) => {
            for (key, value) in other {
                match own.get_mut(key) {
                    Some(inner) if WHOLE.contains(&key.as_str()) && !is_empty(inner) => {}
                    Some(inner) => fill(inner, value),
                    None => drop(own.insert(key.clone(), value.clone())),
                }
            }
        }
        (own, other) if is_empty(own) => *own = other.clone(),
        _ => {}
    }
}

/// Puts a patch of a template into an Application; its project stays, and its finalizers are joined.
///
/// Source: `applyTemplatePatch` in `applicationset/controllers/template/patch.go`: a strategic merge in which lists of
/// Applications have no keys.
pub fn patch(application: &mut Json, patch: &Json) {
    let project = application.pointer("/spec/project").cloned();
    let finalizers = application.pointer("/metadata/finalizers").and_then(Json::as_array).cloned();
    merge(application, patch);
    if let Some(Json::Object(spec)) = application.get_mut("spec") {
        match project {
            Some(project) => drop(spec.insert("project".to_owned(), project)),
            None => drop(spec.remove("project")),
        }
    }
    let joined = application.pointer_mut("/metadata/finalizers").and_then(Json::as_array_mut);
    if let (Some(joined), Some(finalizers)) = (joined, finalizers) {
        let more: Vec<Json> = finalizers.into_iter().filter(|own| !joined.contains(own)).collect();
        joined.extend(more);
    }
}

/// Puts one value into another: maps are joined, null removes, everything else is replaced (RFC 7386).
pub fn merge(value: &mut Json, patch: &Json) {
    let Json::Object(patch) = patch else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = Json::Object(Map::new());
    }
    let Json::Object(own) = value else { return };
    for (key, patch) in patch {
        match patch {
            Json::Null => drop(own.shift_remove(key)),
            patch => merge(own.entry(key.clone()).or_insert(Json::Null), patch),
        }
    }
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::Bool(true) => false,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::{fill, patch};
    use serde_json::json;

    #[test]
    fn what_a_generator_says_itself_stays() {
        let mut own = json!({"metadata": {"labels": {"a": "own"}}, "spec": {"project": "", "source": {"helm": {"valuesObject": {"x": 1}}}}});
        fill(
            &mut own,
            &json!({"metadata": {"name": "n", "labels": {"a": "set", "b": "set"}}, "spec": {"project": "p", "source": {"path": "q", "helm": {"valuesObject": {"y": 1}}}}}),
        );
        assert_eq!(
            own,
            json!({"metadata": {"labels": {"a": "own", "b": "set"}, "name": "n"}, "spec": {"project": "p", "source": {"helm": {"valuesObject": {"x": 1}}, "path": "q"}}})
        );
    }

    #[test]
    fn a_patch_replaces_lists_and_never_the_project() {
        let mut app = json!({"metadata": {"finalizers": ["a"]}, "spec": {"project": "p", "sources": [1], "x": {"y": 1, "z": 2}}});
        patch(
            &mut app,
            &json!({"metadata": {"finalizers": ["b", "a"]}, "spec": {"project": "q", "sources": [2, 3], "x": {"y": null}}}),
        );
        assert_eq!(
            app,
            json!({"metadata": {"finalizers": ["b", "a"]}, "spec": {"project": "p", "sources": [2, 3], "x": {"z": 2}}})
        );
    }
}
