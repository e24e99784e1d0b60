//! The values of a release, out of all that its applier names.

use super::applier::Applier;
use super::plain::{plain, plain_text};
use super::world::World;
use crate::document::{Document, Entry, MARK, Value, parse};
use crate::problem::{Code, Level, Problem, Problems};
use crate::source::helm::merged::{Tree, merge, set_at};
use serde_json::{Value as Json, json};

/// The values of a HelmRelease: those of `valuesFrom` in their order, then `values`.
///
/// What a Secret holds stays unknown: a value of its own (`targetPath`) is a word in its place, and whole values of one are left
/// out and told of.
///
/// Source: fluxcd/pkg `chartutil/values.go`, `ChartValuesFromReferences`.
pub fn of_helm_release(release: &Applier, world: &World) -> (Json, Problems) {
    let own = release.at("spec.values").map_or_else(|| json!({}), plain);
    let own = if let Json::Object(own) = own { own } else { Tree::new() };
    let (mut values, mut problems) = (Tree::new(), Problems::none());
    for item in release.at("spec.valuesFrom").map(Value::items).unwrap_or_default() {
        let Some(from) = From::read(item) else { continue };
        match from.text(release, world) {
            Ok(Some(text)) => match &from.target {
                Some(path) => {
                    merge(&mut values, own.clone());
                    if set_at(&mut values, path, &text).is_err() {
                        problems.push(from.problem(release, item, "its target path cannot be understood"));
                    }
                }
                None => match tree(&text) {
                    Some(tree) => merge(&mut values, tree),
                    None => {
                        problems.push(from.problem(release, item, "what stands there is no mapping in YAML"));
                    }
                },
            },
            Ok(None) => {}
            Err(reason) => problems.push(from.problem(release, item, reason)),
        }
    }
    merge(&mut values, own);
    (Json::Object(values), problems)
}

/// The entry of a ConfigMap that holds whole values for a release, by an item of its `valuesFrom`, and its document.
pub fn text_of<'a>(item: &Value, release: &Applier, world: &'a World) -> Option<(&'a Document, &'a Entry)> {
    let from = From::read(item).filter(|from| from.target.is_none() && from.kind != "Secret")?;
    let object = world.object(&release.cluster, "", &from.kind, &release.namespace, &from.name)?;
    let entry = object.value.get("data")?.entries().iter().find(|entry| *entry.key == *from.key)?;
    Some((object, entry))
}

/// One entry of `valuesFrom`.
struct From {
    kind: String,
    name: String,
    key: String,
    target: Option<String>,
    optional: bool,
}

impl From {
    fn read(item: &Value) -> Option<From> {
        let text = |key: &str| item.get(key).and_then(Value::scalar_text).filter(|text| !text.is_empty());
        Some(From {
            kind: text("kind")?,
            name: text("name")?,
            key: text("valuesKey").unwrap_or_else(|| "values.yaml".to_owned()),
            target: text("targetPath"),
            optional: item.get("optional").and_then(Value::as_bool) == Some(true),
        })
    }

    /// The text of the key; nothing where an optional one is absent.
    fn text(&self, release: &Applier, world: &World) -> Result<Option<String>, &'static str> {
        let object = world.object(&release.cluster, "", &self.kind, &release.namespace, &self.name);
        let absent = |reason| if self.optional { Ok(None) } else { Err(reason) };
        if self.kind == "Secret" {
            return match (&self.target, object) {
                (Some(_), _) => Ok(Some(plain_text(MARK))),
                (None, Some(_)) => Err("the values that a Secret holds stay unknown here, and are left out"),
                (None, None) => {
                    absent("there is no such Secret in the input, and its values would stay unknown anyway")
                }
            };
        }
        let Some(object) = object else { return absent("it is not in the input") };
        match data(object, &self.key) {
            Some(text) => Ok(Some(plain_text(&text))),
            None => absent("it does not have that key"),
        }
    }

    fn problem(&self, release: &Applier, item: &Value, reason: &str) -> Problem {
        let message = format!(
            "{} takes values from key `{}` of {} `{}/{}`: {reason}",
            release.title(),
            self.key,
            self.kind,
            release.namespace,
            self.name
        );
        Problem::new(Level::Warning, Code::UnknownVariable, message)
            .at_place(release.file.place(item.line), 0)
    }
}

fn data(object: &Document, key: &str) -> Option<String> {
    object.value.get("data")?.get(key)?.scalar_text()
}

fn tree(text: &str) -> Option<Tree> {
    match parse(text.as_bytes()).ok()?.to_json() {
        Json::Object(tree) => Some(tree),
        Json::Null => Some(Tree::new()),
        _ => None,
    }
}
