//! What Argo CD does to a kustomization before it is built: the edits of an Application.
//!
//! Source: `Build` in `util/kustomize/kustomize.go` of `argoproj/argo-cd`, which calls `kustomize edit`:
//! `kustomize/commands/edit` of `kubernetes-sigs/kustomize`.

use super::application::Kustomize;
use super::variables::Variables;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The fields of a kustomization that change, each with its new value; or why `kustomize edit` would refuse that.
///
/// `own` gives a field of the kustomization as it is, `is_there` says whether a folder of components is.
pub fn edits(
    options: &Kustomize,
    variables: &Variables,
    own: &dyn Fn(&str) -> Json,
    is_there: &dyn Fn(&str) -> bool,
) -> Result<Vec<(&'static str, Json)>, String> {
    let mut edits = Vec::new();
    for (field, text) in [
        ("namePrefix", &options.name_prefix),
        ("nameSuffix", &options.name_suffix),
        ("namespace", &options.namespace),
    ] {
        if !text.is_empty() {
            edits.push((field, json!(text)));
        }
    }
    if !options.images.is_empty() {
        let texts = options.images.iter().map(|image| variables.put_into(image));
        edits.push(("images", images(&own("images"), texts)?));
    }
    if !options.replicas.is_empty() {
        let mut replicas = by_name(&own("replicas"));
        for (name, count) in &options.replicas {
            replicas.insert(name.clone(), json!({"name": name, "count": count}));
        }
        edits.push(("replicas", replicas.into_values().collect()));
    }
    edits.extend(labels(options, variables, own)?);
    if !options.annotations.is_empty() {
        let value = |text: &String| match options.annotations_with_variables {
            true => variables.put_into(text),
            false => text.clone(),
        };
        let pairs = options.annotations.iter().map(|(key, text)| (key.clone(), value(text)));
        let all = added(&own("commonAnnotations"), pairs, options.forces_annotations, "annotation")?;
        edits.push(("commonAnnotations", all));
    }
    if !options.patches.is_empty() {
        edits.push(("patches", extended(&own("patches"), options.patches.iter().cloned())));
    }
    let wanted =
        options.components.iter().filter(|path| !options.ignores_missing_components || is_there(path));
    let own_components = own("components");
    let is_new = |path: &Json| !own_components.as_array().is_some_and(|own| own.contains(path));
    let components: Vec<Json> = wanted.map(|path| json!(path)).filter(is_new).collect();
    if !components.is_empty() {
        edits.push(("components", extended(&own_components, components.into_iter())));
    }
    Ok(edits)
}

/// Source: `edit/set/setimage.go`: an image of the same name is replaced, and `*` keeps what it had.
fn images(own: &Json, texts: impl Iterator<Item = String>) -> Result<Json, String> {
    let mut images = by_name(own);
    for text in texts {
        let (key, value) = text.split_once('=').map_or(("", text.as_str()), |(key, value)| (key, value));
        let (name, tag, digest) = split(value);
        if name == text {
            return Err(format!("`{text}` names an image without saying what becomes of it"));
        }
        let (name, new_name) = if key.is_empty() { (name, "") } else { (key, name) };
        let before = images.get(name).cloned().unwrap_or(Json::Null);
        let mut image = Map::from_iter([("name".to_owned(), json!(name))]);
        for (field, text) in [("newName", new_name), ("newTag", tag), ("digest", digest)] {
            let text =
                if text == "*" { before.get(field).and_then(Json::as_str).unwrap_or_default() } else { text };
            if !text.is_empty() {
                image.insert(field.to_owned(), json!(text));
            }
        }
        images.insert(name.to_owned(), Json::Object(image));
    }
    Ok(images.into_values().collect())
}

/// The name, the tag and the digest of an image.
///
/// Source: `SplitImageName` in `kustomize/commands/internal/util`.
fn split(image: &str) -> (&str, &str, &str) {
    let (image, digest) = image.split_once('@').unwrap_or((image, ""));
    let from = image.rfind('/').map_or(0, |at| at + 1);
    match image[from..].find(':') {
        Some(at) => (&image[..from + at], &image[from + at + 1..], digest),
        None => (image, "", digest),
    }
}

/// Source: `edit/add/addmetadata.go`.
fn labels(
    options: &Kustomize,
    variables: &Variables,
    own: &dyn Fn(&str) -> Json,
) -> Result<Option<(&'static str, Json)>, String> {
    if options.labels.is_empty() {
        return Ok(None);
    }
    let pairs = options.labels.iter().map(|(key, text)| (key.clone(), variables.put_into(text)));
    if !options.labels_without_selectors {
        if options.labels_in_templates {
            return Err("`labelIncludeTemplates` needs `labelWithoutSelector`".to_owned());
        }
        let all = added(&own("commonLabels"), pairs, options.forces_labels, "label")?;
        return Ok(Some(("commonLabels", all)));
    }
    let mut entries = own("labels").as_array().cloned().unwrap_or_default();
    let flag = |entry: &Json, key: &str| entry.get(key).and_then(Json::as_bool) == Some(true);
    let alike = |entry: &&mut Json| {
        !flag(entry, "includeSelectors") && flag(entry, "includeTemplates") == options.labels_in_templates
    };
    match entries.iter_mut().find(alike) {
        Some(entry) => {
            let own = entry.get("pairs").cloned().unwrap_or(Json::Null);
            entry["pairs"] = added(&own, pairs, options.forces_labels, "label")?;
        }
        None => entries.push(json!({
            "pairs": pairs.map(|(key, text)| (key, text.into())).collect::<Map<_, _>>(),
            "includeTemplates": options.labels_in_templates,
        })),
    }
    Ok(Some(("labels", entries.into())))
}

fn added(
    own: &Json,
    pairs: impl Iterator<Item = (String, String)>,
    force: bool,
    what: &str,
) -> Result<Json, String> {
    let mut all = own.as_object().cloned().unwrap_or_default();
    for (key, text) in pairs {
        if all.contains_key(&key) && !force {
            return Err(format!("{what} `{key}` stands in the kustomization already"));
        }
        all.insert(key, text.into());
    }
    Ok(Json::Object(all))
}

fn by_name(list: &Json) -> BTreeMap<String, Json> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |item: &Json| item.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
    items.iter().map(|item| (name(item), item.clone())).collect()
}

fn extended(own: &Json, more: impl Iterator<Item = Json>) -> Json {
    let mut all = own.as_array().cloned().unwrap_or_default();
    all.extend(more);
    all.into()
}

#[cfg(test)]
mod tests {
    use super::{Kustomize, Variables, edits};
    use serde_json::{Value as Json, json};

    fn edited(own: Json, options: Kustomize) -> Result<Json, String> {
        let field = |name: &str| own.get(name).cloned().unwrap_or(Json::Null);
        let variables = Variables::new([("ARGOCD_APP_NAME", "web")]);
        let edits = edits(&options, &variables, &field, &|path| path != "none")?;
        Ok(Json::Object(edits.into_iter().map(|(field, value)| (field.to_owned(), value)).collect()))
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn images_replace_those_of_their_name() {
        let own =
            json!({"images": [{"name": "z", "newTag": "1"}, {"name": "a", "newName": "b", "newTag": "1"}]});
        let images = ["a=*:2", "reg.example:5000/c:3@sha256:0", "d=reg.example/e", "f:$ARGOCD_APP_NAME"];
        let edited =
            edited(own, Kustomize { images: texts(&images), ..Kustomize::default() }).expect("edits");
        assert_eq!(
            edited["images"],
            json!([
                {"name": "a", "newName": "b", "newTag": "2"},
                {"name": "d", "newName": "reg.example/e"},
                {"name": "f", "newTag": "web"},
                {"name": "reg.example:5000/c", "newTag": "3", "digest": "sha256:0"},
                {"name": "z", "newTag": "1"},
            ])
        );
    }

    #[test]
    fn an_image_must_become_something() {
        assert!(edited(json!({}), Kustomize { images: texts(&["a"]), ..Kustomize::default() }).is_err());
    }

    #[test]
    fn labels_are_added_and_replaced_only_by_force() {
        let own = json!({"commonLabels": {"a": "1"}, "labels": [{"pairs": {"x": "1"}}]});
        let options = |labels: &[(&str, &str)]| Kustomize { labels: pairs(labels), ..Kustomize::default() };
        assert_eq!(
            edited(own.clone(), options(&[("b", "2")])),
            Ok(json!({"commonLabels": {"a": "1", "b": "2"}}))
        );
        assert!(edited(own.clone(), options(&[("a", "2")])).is_err());
        let force = Kustomize { forces_labels: true, ..options(&[("a", "2")]) };
        assert_eq!(edited(own.clone(), force), Ok(json!({"commonLabels": {"a": "2"}})));
        let bare = Kustomize { labels_without_selectors: true, ..options(&[("b", "2")]) };
        assert_eq!(
            edited(own.clone(), bare.clone()),
            Ok(json!({"labels": [{"pairs": {"x": "1", "b": "2"}}]}))
        );
        let deep = Kustomize { labels_in_templates: true, ..bare };
        assert_eq!(edited(own, deep).map(|edited| edited["labels"].as_array().map(Vec::len)), Ok(Some(2)));
    }

    #[test]
    fn what_there_is_one_of_is_replaced_and_lists_grow() {
        let own = json!({"namePrefix": "old-", "patches": [{"path": "p"}], "components": ["c"], "replicas": [{"name": "a", "count": 1}]});
        let options = Kustomize {
            name_prefix: "new-".to_owned(),
            namespace: "n".to_owned(),
            replicas: vec![("a".to_owned(), 3)],
            patches: vec![json!({"patch": "x"})],
            components: texts(&["c", "d", "none"]),
            ignores_missing_components: true,
            annotations: pairs(&[("k", "$ARGOCD_APP_NAME")]),
            ..Kustomize::default()
        };
        assert_eq!(
            edited(own, options),
            Ok(json!({
                "namePrefix": "new-",
                "namespace": "n",
                "replicas": [{"name": "a", "count": 3}],
                "commonAnnotations": {"k": "$ARGOCD_APP_NAME"},
                "patches": [{"path": "p"}, {"patch": "x"}],
                "components": ["c", "d"],
            }))
        );
    }
}
