//! Taking the inventory: Lists are unpacked, namespaces are settled, and of two definitions the last one wins.

use super::dump::{is_dump, strip_bookkeeping};
use super::{Document, Environment, Identity, Inventory, Kind, Object, PLAIN_ENVIRONMENT, Value};
use crate::catalog::{Catalog, Scope};
use crate::problem::{Code, Level, Problem, Problems};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The objects that the documents define, sorted by identity, each once.
///
/// Of two definitions of one object the last in the order of `documents` wins, as with `kubectl apply -f`, and a
/// problem names both.
pub fn take_inventory(
    documents: Vec<Document>,
    catalog: &Catalog,
    grouping: &Grouping,
) -> (Inventory, Problems) {
    let mut problems = Problems::none();
    let mut manifests = Vec::new();
    for document in documents {
        unpack(document, &mut manifests);
    }
    let scopes = Scopes { catalog, custom: custom_scopes(&manifests) };
    let mut objects: BTreeMap<Identity, Arc<Object>> = BTreeMap::new();
    for manifest in manifests {
        let Some(object) = identify(manifest, &scopes, grouping.default_namespace, &mut problems) else {
            continue;
        };
        if let Some(earlier) = objects.insert(object.identity.clone(), Arc::clone(&object)) {
            problems.push(duplicate(&earlier, &object));
        }
    }
    let mut inventory =
        Inventory { environments: vec![Environment::plain()], objects: objects.into_values().collect() };
    mark_dumps(&mut inventory);
    (inventory, problems)
}

/// Says of each environment of plain files whether it is a live dump.
fn mark_dumps(inventory: &mut Inventory) {
    for environment in inventory.environments.iter_mut().filter(|environment| environment.source == "plain") {
        let own = inventory.objects.iter().filter(|object| *object.identity.environment == environment.name);
        if is_dump(own.map(|object| &**object)) {
            environment.source = "dump";
        }
    }
}

/// How objects are grouped into environments and namespaces.
#[derive(Debug)]
pub struct Grouping<'a> {
    /// Where namespaced objects go that name none.
    pub default_namespace: &'a str,
    /// The environments that tools built.
    pub built: Vec<Environment>,
    /// Whether all plain files are one environment, whatever they define twice.
    pub flat: bool,
}

impl Grouping<'_> {
    /// Plain files, and nothing built.
    pub fn plain(default_namespace: &str) -> Grouping<'_> {
        Grouping { default_namespace, built: Vec::new(), flat: false }
    }
}

/// One manifest: a document, or an item of a List.
struct Manifest {
    document: Document,
    api_version: String,
    kind: String,
}

/// Takes a List apart, and the Lists in it; anything else stays as it is.
fn unpack(mut document: Document, manifests: &mut Vec<Manifest>) {
    let text = |value: &Value, key| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api_version, kind) = (text(&document.value, "apiVersion"), text(&document.value, "kind"));
    let is_list = kind.ends_with("List") && document.value.get("items").is_some_and(Value::is_list);
    if !is_list {
        manifests.push(Manifest { document, api_version, kind });
        return;
    }
    let Kind::Map(entries) = std::mem::replace(&mut document.value.kind, Kind::Null) else { return };
    let Some(items) = entries.into_iter().find(|entry| &*entry.key == "items") else { return };
    let Kind::List(items) = items.value.kind else { return };
    let ends: Vec<u32> = items.iter().skip(1).map(|next| next.line.saturating_sub(1)).collect();
    for (index, value) in items.into_iter().enumerate() {
        if !value.is_map() {
            continue;
        }
        let mut item = Document {
            file: Arc::clone(&document.file),
            index: document.index,
            first_line: value.line,
            last_line: ends.get(index).copied().unwrap_or(document.last_line).max(value.line),
            comment: None,
            environment: document.environment.clone(),
            value,
        };
        // The items of a PodList need not repeat that they are Pods.
        for (key, implied) in [("kind", kind.trim_end_matches("List")), ("apiVersion", api_version.as_str())]
        {
            if item.value.get(key).is_none() && kind != "List" {
                insert(&mut item.value, key, implied);
            }
        }
        unpack(item, manifests);
    }
}

fn insert(value: &mut Value, key: &str, text: &str) {
    let (line, column) = (value.line, value.column);
    if let Kind::Map(entries) = &mut value.kind {
        let value = Value { line, column, written: None, kind: Kind::String(text.into()) };
        entries.push(super::Entry { key: key.into(), line, column, value });
    }
}

/// Which kinds stand in a namespace: the input's own CustomResourceDefinitions say so first, then the catalog.
struct Scopes<'a> {
    catalog: &'a Catalog,
    custom: BTreeMap<(String, String), Scope>,
}

impl Scopes<'_> {
    fn of(&self, group: &str, kind: &str) -> Scope {
        let custom = self.custom.get(&(group.to_owned(), kind.to_owned())).copied();
        custom.or_else(|| self.catalog.scope(group, kind)).unwrap_or_default()
    }
}

fn custom_scopes(manifests: &[Manifest]) -> BTreeMap<(String, String), Scope> {
    let definitions = manifests.iter().filter(|manifest| manifest.kind == "CustomResourceDefinition");
    let scopes = definitions.filter_map(|manifest| {
        let spec = manifest.document.value.get("spec")?;
        let scope = match spec.get("scope")?.as_str()? {
            "Cluster" => Scope::Cluster,
            _ => Scope::Namespaced,
        };
        Some(((spec.get("group")?.as_str()?.to_owned(), spec.at("names.kind")?.as_str()?.to_owned()), scope))
    });
    scopes.collect()
}

fn identify(
    manifest: Manifest,
    scopes: &Scopes,
    default_namespace: &str,
    problems: &mut Problems,
) -> Option<Arc<Object>> {
    let Manifest { mut document, api_version, kind } = manifest;
    strip_bookkeeping(&mut document.value);
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", &api_version));
    let group = scopes.catalog.successor(group, &kind);
    let metadata = document.value.get("metadata");
    let text = |key| {
        let value = metadata.and_then(|metadata| metadata.get(key))?;
        value.scalar_text().filter(|text| !text.is_empty())
    };
    let Some(name) = text("name").or_else(|| text("generateName")) else {
        // Configuration files of programs have a kind too, but no metadata; they are not sent to a cluster.
        if metadata.is_some() || scopes.catalog.kind(group, &kind).is_some() {
            problems.push(nameless(&document, &kind));
        }
        return None;
    };
    let namespace = match scopes.of(group, &kind) {
        Scope::Cluster => String::new(),
        Scope::Namespaced => text("namespace").unwrap_or_else(|| default_namespace.to_owned()),
    };
    let identity = Identity {
        environment: PLAIN_ENVIRONMENT.into(),
        group: group.into(),
        kind: kind.as_str().into(),
        namespace: namespace.into(),
        name: name.into(),
    };
    Some(Arc::new(Object {
        identity,
        version: version.to_owned(),
        document: document.index,
        first_line: document.first_line,
        last_line: document.last_line,
        comment: document.comment,
        file: document.file,
        value: document.value,
    }))
}

fn nameless(document: &Document, kind: &str) -> Problem {
    let place = document.value.get("metadata").unwrap_or(&document.value);
    let reason = format!("this {kind} has no name, so it was left out");
    Problem::new(Level::Error, Code::InvalidManifest, reason)
        .at_place(document.file.place(place.line), place.column)
        .help("give it a `metadata.name`")
}

/// Equal definitions are worth a note, different ones a warning.
fn duplicate(earlier: &Object, later: &Object) -> Problem {
    let level = if earlier.value.to_json() == later.value.to_json() { Level::Note } else { Level::Warning };
    let title = later.identity.title();
    let (file, line) = earlier.place(earlier.first_line);
    let reason = format!("{title} is also defined at {file}:{line}; this one counts");
    Problem::new(level, Code::DuplicateObject, reason).at_place(later.place(later.first_line), 1)
}
