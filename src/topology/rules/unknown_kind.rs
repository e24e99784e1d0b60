//! Custom resources of kinds that the catalog does not know: what the names of their fields give away. A field called
//! `databaseRef`, `tlsSecretName` or `serviceAccount` counts if the input holds the object that it would name; it is
//! a guess, so the edge is inferred.

use super::super::build::{Cast, Draft, Member, Reference};
use super::super::shape;
use crate::catalog::{FieldPath, Relation};
use crate::document::{Identity, Kind, Value};
use crate::model::Object;
use std::sync::Arc;

/// Deeper fields are no references of the object itself.
const DEEPEST: usize = 24;

/// What the names of fields that hold a name end in; the rest of such a name ends in a kind.
const ENDINGS: [&str; 6] = ["Reference", "References", "Refs", "Ref", "Names", "Name"];

pub(super) fn apply(member: &Member, cast: &Cast, draft: &mut Draft) {
    let object = &*member.object;
    let known = cast.catalog.kind(&object.identity.group, &object.identity.kind).is_some();
    if known || crate::catalog::is_built_in(&object.identity.group) {
        return;
    }
    let guesser = Guesser { object, cast };
    for entry in object.value.entries() {
        if !matches!(&*entry.key, "apiVersion" | "kind" | "metadata" | "status") {
            guesser.walk(&entry.key, &entry.value, &FieldPath::root().key(&entry.key), 0, draft);
        }
    }
}

struct Guesser<'a> {
    object: &'a Object,
    cast: &'a Cast<'a>,
}

impl Guesser<'_> {
    fn walk(&self, key: &str, value: &Value, path: &FieldPath, depth: usize, draft: &mut Draft) {
        // What a pod template refers to is known for sure.
        if depth > DEEPEST || (shape::is_called_template(key) && shape::is_template(value)) {
            return;
        }
        self.guess(key, value, path, draft);
        match &value.kind {
            Kind::Map(entries) => {
                for entry in entries {
                    self.walk(&entry.key, &entry.value, &path.key(&entry.key), depth + 1, draft);
                }
            }
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.walk(key, item, &path.item(index, item), depth + 1, draft);
                }
            }
            _ => {}
        }
    }

    /// Refers to the object that a field names, if the input has it.
    fn guess(&self, key: &str, value: &Value, path: &FieldPath, draft: &mut Draft) {
        let stem = ENDINGS.iter().find_map(|ending| key.strip_suffix(ending));
        let text = |field: &str| value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (name, kind, group, namespace, field) = if value.is_map() {
            let Some(name) = text("name") else { return };
            // Whoever says the kind means an object, whatever the field is called.
            if stem.is_none() && text("kind").is_none() && self.kind_of(key).is_none() {
                return;
            }
            let group = text("apiVersion").or_else(|| text("apiGroup")).or_else(|| text("group"));
            (name, text("kind"), group, text("namespace"), path.key("name"))
        } else {
            let Some(name) = value.as_str().filter(|name| !name.is_empty()) else { return };
            (name, None, None, None, path.clone())
        };
        let kind = match kind {
            Some(kind) => Some((group.map(group_of), kind.to_owned())),
            None => self.kind_of(stem.unwrap_or(key)),
        };
        let Some((group, kind)) = kind else { return };
        let Some(target) = self.find(group, &kind, namespace, name) else { return };
        if target != self.object.identity {
            let from = self.object.identity.clone();
            draft.infer_from(from, Reference::new(self.object, target, Relation::References, field));
        }
    }

    /// The kind that a name ends in, of those in the input: `tlsSecret` ends in Secret, `imagePullSecret` too.
    fn kind_of(&self, stem: &str) -> Option<(Option<&str>, String)> {
        let stem =
            if stem == "claim" { "persistentvolumeclaim".to_owned() } else { stem.to_ascii_lowercase() };
        let kinds = self.cast.kinds(&self.object.identity.environment);
        let fits = kinds.filter(|kind| stem.ends_with(&kind.to_ascii_lowercase()));
        fits.max_by_key(|kind| kind.len()).map(|kind| (None, kind.to_owned()))
    }

    /// The object of a kind and name: in the namespace that is named, in one's own, or in the whole cluster.
    fn find(&self, group: Option<&str>, kind: &str, namespace: Option<&str>, name: &str) -> Option<Identity> {
        let own = &self.object.identity;
        let near = namespace.map_or_else(|| Arc::clone(&own.namespace), Arc::from);
        let of_kind =
            self.cast.of_kind(&own.environment, kind).into_iter().map(|member| &member.object.identity);
        let mut found = of_kind.filter(|identity| {
            *identity.name == *name
                && group.is_none_or(|group| *identity.group == *group)
                && (identity.namespace.is_empty() || identity.namespace == near)
        });
        let first = found.next()?;
        // Two groups may have a kind of one name; then nobody can tell.
        found.next().is_none().then(|| first.clone())
    }
}

fn group_of(version: &str) -> &str {
    version.rsplit_once('/').map_or(if version.starts_with('v') { "" } else { version }, |(group, _)| group)
}
