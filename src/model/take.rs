//! Taking the inventory: Lists are unpacked, environments and namespaces are settled, and of two definitions the last one
//! wins.

use super::betrayed::{Betrayed, Sight};
use super::dump::{Look, look, strip_bookkeeping};
use super::split::{self, Definition};
use super::template;
use super::tool_file::is_for_a_tool;
use super::{Inventory, Object};
use crate::catalog::{Catalog, Scope};
use crate::document::{Document, Environment, Identity, PLAIN_ENVIRONMENT, Value};
use crate::names::of_folders;
use crate::problem::{Code, Level, Problem, Problems};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The objects that the documents define, sorted by identity, each once.
///
/// Plain files that define an object differently are taken apart by folder, each an environment. Of two definitions of
/// one object in one environment the last in the order of `documents` wins, as with `kubectl apply -f`, and a problem
/// names both.
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
    if !grouping.flat {
        problems.extend(pass_over(&mut manifests));
    }
    let mut named: Vec<Named> = Vec::with_capacity(manifests.len());
    named.extend(manifests.into_iter().filter_map(|manifest| name(manifest, catalog, &mut problems)));
    let mut environments = grouping.built.clone();
    if !grouping.flat {
        environments.extend(split_plain(&mut named, catalog, grouping));
    }
    let scopes = Scopes::of(&named, catalog);
    let (betrayed, said) = betrayed(&named, &scopes, grouping);
    problems.extend(said);
    let mut objects: BTreeMap<Identity, Arc<Object>> = BTreeMap::new();
    // Names that are made up never meet those that are written.
    named.sort_by_key(|one| one.is_generated);
    for manifest in named {
        let own = grouping.built.iter().find(|one| *one.name == *manifest.environment());
        let namespace = manifest.manifest.document.namespace.clone();
        let namespace = namespace.as_deref().or(own.and_then(|one| one.namespace.as_deref()));
        let inferred = betrayed.of(manifest.environment(), &manifest.manifest.document.file.path);
        let namespace = namespace.or(inferred).unwrap_or(grouping.default_namespace);
        let is_generated = manifest.is_generated;
        let mut object = manifest.identified(&scopes, namespace);
        if is_generated && objects.contains_key(&object.identity) {
            object.identity = another_name(&object, &objects);
        }
        if let Some(earlier) = objects.get(&object.identity) {
            let problem = duplicate(earlier, &object);
            object.is_contested = earlier.is_contested || problem.level == Level::Warning;
            problems.push(problem);
        }
        objects.insert(object.identity.clone(), Arc::new(object));
    }
    let objects: Vec<Arc<Object>> = objects.into_values().collect();
    let used: BTreeSet<&str> = objects.iter().map(|object| &*object.identity.environment).collect();
    if used.is_empty() || used.contains(PLAIN_ENVIRONMENT) {
        environments.push(Environment::plain());
    }
    environments.retain(|one| one.name == PLAIN_ENVIRONMENT || used.contains(one.name.as_str()));
    environments.sort();
    let mut inventory = Inventory { environments, objects };
    mark_dumps(&mut inventory);
    (inventory, problems)
}

/// The namespaces that bindings and webhooks betray, unless the user says one; with a problem for each.
fn betrayed(named: &[Named], scopes: &Scopes, grouping: &Grouping) -> (Betrayed, Problems) {
    if grouping.default_namespace != DEFAULT_NAMESPACE {
        return (Betrayed::default(), Problems::none());
    }
    let sights: Vec<Sight> = named
        .iter()
        .map(|one| {
            let document = &one.manifest.document;
            let own = grouping.built.iter().find(|own| *own.name == *one.environment());
            let is_known = document.namespace.is_some() || own.is_some_and(|own| own.namespace.is_some());
            Sight {
                environment: one.environment(),
                file: &document.file.path,
                object: [&one.group, &one.manifest.kind, &one.name],
                is_open: !is_known && one.namespace.is_none() && scopes.scope(one) == Scope::Namespaced,
                value: &document.value,
            }
        })
        .collect();
    let (betrayed, said) = Betrayed::find(&sights);
    let placed = said.into_iter().map(|(by, problem)| {
        let line = problem.place.as_ref().map_or(0, |place| place.line);
        problem.at_place(named[by].manifest.document.file.place(line), 0)
    });
    (betrayed, placed.collect())
}

/// Says of each environment of plain files whether it is a live dump.
fn mark_dumps(inventory: &mut Inventory) {
    let looks: Vec<Option<Look>> = inventory
        .environments
        .iter()
        .map(|environment| {
            let own =
                inventory.objects.iter().filter(|object| *object.identity.environment == environment.name);
            (environment.source == "plain").then(|| look(own.map(|object| &**object)))
        })
        .collect();
    let none_is_written = !looks.contains(&Some(Look::Written));
    for (environment, look) in inventory.environments.iter_mut().zip(looks) {
        match look {
            Some(Look::Listed) => environment.source = "dump",
            Some(Look::Recorded) if none_is_written => environment.source = "dump",
            _ => {}
        }
    }
}

/// The namespace of objects that name none, unless someone says another.
const DEFAULT_NAMESPACE: &str = "default";

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

/// Leaves out what only tools read, and says so.
fn pass_over(manifests: &mut Vec<Manifest>) -> Problems {
    let mut problems = Problems::none();
    manifests.retain(|one| {
        let group = one.api_version.split_once('/').map_or("", |(group, _)| group);
        let is_passed_over = is_for_a_tool(group);
        if is_passed_over {
            let document = &one.document;
            let message =
                format!("this is configuration of a tool (`{group}`), which no cluster takes: passed over");
            let place = document.file.place(document.first_line);
            problems.push(Problem::new(Level::Note, Code::NotAManifest, message).at_place(place, 0));
        }
        !is_passed_over
    });
    problems
}

/// Gives plain manifests that other folders define differently an environment, and returns these environments.
fn split_plain(named: &mut [Named], catalog: &Catalog, grouping: &Grouping) -> Vec<Environment> {
    let scopes = Scopes::of(named, catalog);
    let namespaces: Vec<&str> =
        named.iter().map(|one| scopes.namespace(one, grouping.default_namespace)).collect();
    let is_plain = |one: &Named| one.manifest.document.environment.is_none() && !one.is_generated;
    let plain = named.iter().zip(&namespaces).filter(|(one, _)| is_plain(one));
    let definitions: Vec<Definition> = plain
        .map(|(one, namespace)| Definition {
            file: &one.manifest.document.file.path,
            object: [&one.group, &one.manifest.kind, namespace, &one.name],
            value: &one.manifest.document.value,
        })
        .collect();
    let folders = split::folders(&definitions);
    let held: BTreeSet<&str> =
        definitions.iter().filter_map(|one| split::innermost(&folders, one.file)).collect();
    let held: Vec<&str> = held.into_iter().collect();
    let built = grouping.built.iter().map(|one| one.name.clone());
    let taken: BTreeSet<String> = built.chain([PLAIN_ENVIRONMENT.to_owned()]).collect();
    let parts = |folder: &&str| ["plain"].into_iter().chain(folder.split('/')).map(str::to_owned).collect();
    let paths: Vec<Vec<String>> = held.iter().map(parts).collect();
    let environments: Vec<Environment> = of_folders(&paths, &taken)
        .into_iter()
        .zip(&held)
        .map(|(name, &path)| Environment { name, path: path.to_owned(), ..Environment::plain() })
        .collect();
    let names: BTreeMap<&str, Arc<str>> =
        environments.iter().map(|one| (one.path.as_str(), one.name.as_str().into())).collect();
    for one in named.iter_mut().filter(|one| one.manifest.document.environment.is_none()) {
        let folder = split::innermost(&folders, &one.manifest.document.file.path);
        one.manifest.document.environment = folder.and_then(|folder| names.get(folder)).cloned();
    }
    environments
}

/// One manifest: a document, or an item of a List.
struct Manifest {
    document: Document,
    api_version: String,
    kind: String,
}

/// Takes a List apart, and the Lists in it; anything else stays as it is.
fn unpack(document: Document, manifests: &mut Vec<Manifest>) {
    let text = |value: &Value, key| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api_version, kind) = (text(&document.value, "apiVersion"), text(&document.value, "kind"));
    if template::is_template(&api_version, &kind) {
        expand(&document, manifests);
    }
    match document.is_list() {
        true => document.into_items().into_iter().for_each(|item| unpack(item, manifests)),
        false => manifests.push(Manifest { document, api_version, kind }),
    }
}

/// Adds the objects of a template, each as a document of its own; they stand in the template's namespace.
fn expand(document: &Document, manifests: &mut Vec<Manifest>) {
    let namespace = document.value.at("metadata.namespace").and_then(Value::as_str);
    let namespace = namespace.map(Into::into).or_else(|| document.namespace.clone());
    let objects = template::objects(&document.value);
    let ends: Vec<u32> = objects.iter().skip(1).map(|next| next.line.saturating_sub(1)).collect();
    for (index, value) in objects.into_iter().enumerate() {
        let own_end = document.file.span(value.line, value.column).map(|span| span.last_line);
        let end = own_end.or_else(|| ends.get(index).copied()).unwrap_or(document.last_line);
        let item = Document {
            file: Arc::clone(&document.file),
            index: document.index,
            first_line: value.line,
            last_line: end.max(value.line),
            comment: None,
            environment: document.environment.clone(),
            namespace: namespace.clone(),
            imprints: Arc::clone(&document.imprints),
            delivery: document.delivery.clone(),
            value,
        };
        unpack(item, manifests);
    }
}

/// A manifest whose object has a name.
struct Named {
    manifest: Manifest,
    group: String,
    name: String,
    /// Whether Kubernetes makes the name up from that: then no other object is the same one.
    is_generated: bool,
    /// The namespace that it names.
    namespace: Option<String>,
}

impl Named {
    fn environment(&self) -> &str {
        self.manifest.document.environment.as_deref().unwrap_or(PLAIN_ENVIRONMENT)
    }

    fn identified(self, scopes: &Scopes, default_namespace: &str) -> Object {
        let namespace = scopes.namespace(&self, default_namespace).into();
        let Manifest { document, api_version, kind } = self.manifest;
        let identity = Identity {
            environment: document.environment.unwrap_or_else(|| PLAIN_ENVIRONMENT.into()),
            group: self.group.into(),
            kind: kind.into(),
            namespace,
            name: self.name.into(),
        };
        Object {
            identity,
            version: api_version.rsplit_once('/').map_or(&*api_version, |(_, version)| version).to_owned(),
            document: document.index,
            first_line: document.first_line,
            last_line: document.last_line,
            is_contested: false,
            comment: document.comment,
            delivery: document.delivery,
            file: document.file,
            imprints: document.imprints,
            value: document.value,
        }
    }
}

fn name(mut manifest: Manifest, catalog: &Catalog, problems: &mut Problems) -> Option<Named> {
    strip_bookkeeping(&mut manifest.document.value);
    let group = manifest.api_version.rsplit_once('/').map_or("", |(group, _)| group);
    let group = catalog.successor(group, &manifest.kind).to_owned();
    let metadata = manifest.document.value.get("metadata");
    let text = |key| {
        let value = metadata.and_then(|metadata| metadata.get(key))?;
        value.scalar_text().filter(|text| !text.is_empty())
    };
    let is_generated = text("name").is_none();
    let Some(name) = text("name").or_else(|| text("generateName")) else {
        // Configuration files of programs have a kind too, but no metadata; they are not sent to a cluster.
        if metadata.is_some() || catalog.kind(&group, &manifest.kind).is_some() {
            problems.push(nameless(&manifest.document, &manifest.kind));
        }
        return None;
    };
    let namespace = text("namespace");
    Some(Named { group, name, is_generated, namespace, manifest })
}

/// The name of an object whose name Kubernetes makes up, where another one of that beginning is there: it ends in five signs
/// that follow from its manifest, so that no other object can change them. Of equal ones, the later ones are numbered.
///
/// Source: `k8s.io/apiserver/pkg/storage/names/generate.go`, `SimpleNameGenerator` (five signs at random).
fn another_name(object: &Object, objects: &BTreeMap<Identity, Arc<Object>>) -> Identity {
    // A namespace may be spelled out or not.
    let parts = object.value.entries().iter().filter(|entry| &*entry.key != "metadata");
    let text: String = parts.map(|entry| format!("{}: {}\n", entry.key, entry.value.to_json())).collect();
    let hash = blake3::hash(text.as_bytes()).to_hex();
    let name = format!("{}{}", object.identity.name, &hash[..5]);
    let mut identity = Identity { name: name.as_str().into(), ..object.identity.clone() };
    let mut number = 1;
    while objects.contains_key(&identity) {
        number += 1;
        identity.name = format!("{name}-{number:02}").into();
    }
    identity
}

/// Which kinds stand in a namespace: the CustomResourceDefinitions of the environment say so first, then those of the
/// rest of the input, then the catalog.
struct Scopes<'a> {
    catalog: &'a Catalog,
    /// By environment, group, and kind.
    here: BTreeMap<[String; 3], Scope>,
    /// By group and kind.
    anywhere: BTreeMap<[String; 2], Scope>,
}

impl<'a> Scopes<'a> {
    fn of(named: &[Named], catalog: &'a Catalog) -> Scopes<'a> {
        let mut scopes = Scopes { catalog, here: BTreeMap::new(), anywhere: BTreeMap::new() };
        for one in named.iter().filter(|one| one.manifest.kind == "CustomResourceDefinition") {
            let Some(([group, kind], scope)) = defined(&one.manifest.document.value) else { continue };
            scopes.here.insert([one.environment().to_owned(), group.clone(), kind.clone()], scope);
            scopes.anywhere.insert([group, kind], scope);
        }
        scopes
    }

    fn scope(&self, one: &Named) -> Scope {
        let (group, kind) = (one.group.as_str(), one.manifest.kind.as_str());
        let custom = || {
            let here = [one.environment(), group, kind].map(str::to_owned);
            self.here.get(&here).or_else(|| self.anywhere.get(&[group, kind].map(str::to_owned))).copied()
        };
        let custom = if self.anywhere.is_empty() { None } else { custom() };
        custom.or_else(|| self.catalog.scope(group, kind)).unwrap_or_default()
    }

    /// The namespace of an object; empty where it has none.
    fn namespace<'b>(&self, one: &'b Named, default_namespace: &'b str) -> &'b str {
        match self.scope(one) {
            Scope::Cluster => "",
            Scope::Namespaced => one.namespace.as_deref().unwrap_or(default_namespace),
        }
    }
}

/// The kind that a CustomResourceDefinition defines, and its scope.
fn defined(value: &Value) -> Option<([String; 2], Scope)> {
    let spec = value.get("spec")?;
    let scope = match spec.get("scope")?.as_str()? {
        "Cluster" => Scope::Cluster,
        _ => Scope::Namespaced,
    };
    Some(([spec.get("group")?.as_str()?.to_owned(), spec.at("names.kind")?.as_str()?.to_owned()], scope))
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
    let folder = |object: &Object| object.file.path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let help = if level == Level::Warning && folder(earlier) == folder(later) {
        "remove one of them; if they are for different clusters, give each a folder: each is an environment then"
    } else {
        "remove one of them"
    };
    Problem::new(level, Code::DuplicateObject, reason).at_place(later.place(later.first_line), 1).help(help)
}
