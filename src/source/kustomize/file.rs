//! One kustomization file: what it is, and everything that it refers to.

use super::Fault;
use crate::document::{Entry, Kind, Limits, Value, decode::decode, settle::settle, yaml};
use crate::problem::Code;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// The names that a kustomization file may have, in kustomize's order.
pub const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What a reference is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Objects: a file, or a folder with a kustomization.
    Resource,
    /// A folder with a `kind: Component`.
    Component,
    /// A file with a patch.
    Patch,
    /// A file of generators, transformers or validators.
    Plugin,
    /// Any other file: what generators read, and what tells kustomize about kinds.
    Data,
}

/// One thing that a kustomization refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it is for.
    pub role: Role,
    /// The path, as it is written.
    pub text: String,
    /// Where it is written, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// A kustomization file.
#[derive(Clone, Debug)]
pub struct Kustomization {
    /// Its folder, canonical.
    pub folder: PathBuf,
    /// The file itself.
    pub file: PathBuf,
    /// The file as it is shown.
    pub name: String,
    /// Its text; not redacted, so that it is never shown.
    pub text: String,
    /// What stands in it; null if it cannot be read. Not redacted.
    pub value: Value,
    /// What it refers to, in the order of the file.
    pub references: Vec<Reference>,
    /// Why it may not be built as it is.
    pub faults: Vec<Fault>,
}

/// The fields of a kustomization (kustomize's api/types/kustomization.go, and what it still understands). Go's decoder
/// takes them in any letter case, so that every other spelling is refused.
const FIELDS: [&str; 37] = [
    "apiVersion",
    "kind",
    "metadata",
    "bases",
    "buildMetadata",
    "commonAnnotations",
    "commonLabels",
    "components",
    "configMapGenerator",
    "configurations",
    "crds",
    "generatorOptions",
    "generators",
    "helmChartInflationGenerator",
    "helmCharts",
    "helmGlobals",
    "imageTags",
    "images",
    "inventory",
    "labels",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "openapi",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "replicas",
    "resources",
    "secretGenerator",
    "sortOptions",
    "transformers",
    "validators",
    "vars",
    "creationTimestamp",
    "status",
];

impl Kustomization {
    /// What stands in the bytes of a kustomization file.
    pub fn read(file: &Path, name: String, bytes: &[u8], limits: &Limits) -> Kustomization {
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let null = Value { line: 1, column: 1, written: None, kind: Kind::Null };
        let mut faults = Vec::new();
        let text = match decode(bytes) {
            Ok(text) => text.into_owned(),
            Err(_) => {
                let message = "this kustomization is not text";
                faults.push(fault(&null, Code::BuildFailed, message, "save the file as UTF-8"));
                String::new()
            }
        };
        let value = match documents(&text, limits) {
            Ok((mut documents, duplicate)) => {
                if duplicate {
                    let message = "a key stands twice in one mapping of this kustomization";
                    faults.push(fault(&null, Code::BuildFailed, message, "remove one of the two"));
                }
                if documents.len() > 1 {
                    let message = "this kustomization file holds several documents";
                    faults.push(fault(&null, Code::BuildFailed, message, "keep one of them"));
                }
                if documents.is_empty() { null } else { documents.remove(0) }
            }
            Err((line, column)) => {
                let message = "this kustomization is not valid YAML";
                faults.push(Fault { line, column, ..fault(&null, Code::BuildFailed, message, "correct it") });
                null
            }
        };
        let mut kustomization = Kustomization {
            folder,
            file: file.to_owned(),
            name,
            text,
            value,
            references: Vec::new(),
            faults,
        };
        kustomization.collect();
        kustomization
    }

    /// One that stands in no file: it names these resources, relative to its folder, which is shown as `name`.
    pub fn of_resources(folder: &Path, name: String, resources: &[String]) -> Kustomization {
        let mut kustomization = Kustomization {
            folder: folder.to_owned(),
            file: folder.join(NAMES[0]),
            name,
            text: String::new(),
            value: Value::of_json(&json!({})),
            references: Vec::new(),
            faults: Vec::new(),
        };
        kustomization.add("resources", resources.iter().map(|path| json!(path)));
        kustomization
    }

    /// Sets a field in the place of what the file says.
    pub fn set(&mut self, field: &str, json: &Json) {
        let new = Value::of_json(json);
        let Kind::Map(entries) = &mut self.value.kind else {
            self.value = Value::of_json(&json!({ field: json }));
            return;
        };
        match entries.iter_mut().find(|entry| *entry.key == *field) {
            Some(entry) => entry.value = new,
            None => entries.push(Entry { key: field.into(), line: 0, column: 0, value: new }),
        }
    }

    /// Adds entries to a list among the fields.
    pub fn add(&mut self, field: &str, items: impl IntoIterator<Item = Json>) {
        let mut items = items.into_iter().map(|item| Value::of_json(&item)).peekable();
        if items.peek().is_none() {
            return;
        }
        if !self.value.get(field).is_some_and(Value::is_list) {
            self.set(field, &json!([]));
        }
        if let Kind::Map(entries) = &mut self.value.kind
            && let Some(entry) = entries.iter_mut().find(|entry| *entry.key == *field)
            && let Kind::List(list) = &mut entry.value.kind
        {
            list.extend(items);
        }
    }

    /// Finds out anew what it refers to, after something was set or added.
    pub fn settle(&mut self) {
        self.references.clear();
        let mut known = std::mem::take(&mut self.faults);
        self.collect();
        self.faults.retain(|fault| !known.contains(fault));
        known.append(&mut self.faults);
        self.faults = known;
    }

    /// What stands in it with each path that `moved` gives another one for.
    pub fn rewritten(&self, moved: &dyn Fn(&str) -> String) -> Json {
        let mut json = self.value.to_json();
        let Some(fields) = json.as_object_mut() else { return json };
        for (key, value) in fields.iter_mut() {
            match key.as_str() {
                "resources" | "bases" | "components" | "crds" | "configurations" => each(value, moved),
                "patchesStrategicMerge" | "generators" | "transformers" | "validators" => {
                    each(value, &|text| if is_inline(text) { text.to_owned() } else { moved(text) });
                }
                "openapi" => at(value, "path", moved),
                "patches" | "patchesJson6902" | "replacements" => {
                    value.as_array_mut().into_iter().flatten().for_each(|item| at(item, "path", moved));
                }
                "configMapGenerator" | "secretGenerator" => {
                    for generator in value.as_array_mut().into_iter().flatten() {
                        at(generator, "env", moved);
                        at(generator, "envs", moved);
                        at(generator, "files", &|text| match text.split_once('=') {
                            Some((name, path)) => format!("{name}={}", moved(path)),
                            None => moved(text),
                        });
                    }
                }
                _ => {}
            }
        }
        json
    }

    /// Whether it is kustomize's at all, and not an object that happens to stand in a file of this name.
    pub fn is_kustomize(&self) -> bool {
        let version = self.value.get("apiVersion").and_then(Value::as_str);
        version.is_none_or(|version| version.split('/').next() == Some("kustomize.config.k8s.io"))
    }

    /// Whether it only takes part in others.
    pub fn is_component(&self) -> bool {
        self.value.get("kind").and_then(Value::as_str) == Some("Component")
    }

    /// The entries of a list among its fields.
    pub fn list(&self, field: &str) -> &[Value] {
        self.value.get(field).map(Value::items).unwrap_or_default()
    }

    fn collect(&mut self) {
        let value =
            std::mem::replace(&mut self.value, Value { line: 1, column: 1, written: None, kind: Kind::Null });
        for entry in value.entries() {
            if !FIELDS.contains(&&*entry.key) {
                let message = "kustomize does not know this field, or not in these letters";
                let at = Value { line: entry.line, column: entry.column, written: None, kind: Kind::Null };
                self.faults.push(fault(
                    &at,
                    Code::BuildFailed,
                    message,
                    "see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/",
                ));
                continue;
            }
            self.field(&entry.key, &entry.value);
        }
        self.value = value;
    }

    fn field(&mut self, key: &str, value: &Value) {
        match key {
            "resources" | "bases" => self.paths(value, Role::Resource),
            "components" => self.paths(value, Role::Component),
            "crds" | "configurations" => self.paths(value, Role::Data),
            "patchesStrategicMerge" => self.paths_or_inline(value, Role::Patch),
            "generators" | "transformers" | "validators" => self.paths_or_inline(value, Role::Plugin),
            "patches" | "patchesJson6902" => {
                self.inside(value, &["path", "patch", "target", "options"], &[("path", Role::Patch)]);
            }
            "replacements" => self.inside(value, &["path", "source", "targets"], &[("path", Role::Data)]),
            "openapi" => self.one(value, &["path"], &[("path", Role::Data)]),
            "configMapGenerator" | "secretGenerator" => {
                let known =
                    ["name", "namespace", "behavior", "literals", "files", "envs", "env", "options", "type"];
                let roles = [("files", Role::Data), ("envs", Role::Data), ("env", Role::Data)];
                self.inside(value, &known, &roles);
            }
            "helmCharts" | "helmChartInflationGenerator" if !value.items().is_empty() => {
                let message =
                    "this kustomization renders a Helm chart, which podviz does not let kustomize do";
                let help = "give podviz the output of `kustomize build --enable-helm`";
                self.faults.push(fault(value, Code::BuildPlugin, message, help));
            }
            _ => {}
        }
    }

    fn paths(&mut self, value: &Value, role: Role) {
        for item in value.items() {
            self.path(item, role);
        }
    }

    /// Entries that are a path, or YAML themselves.
    fn paths_or_inline(&mut self, value: &Value, role: Role) {
        for item in value.items() {
            match item.as_str() {
                Some(text) if is_inline(text) => {
                    if role == Role::Plugin {
                        self.plugin(text, item);
                    }
                }
                _ => self.path(item, role),
            }
        }
    }

    fn inside(&mut self, value: &Value, known: &[&str], roles: &[(&str, Role)]) {
        for item in value.items() {
            self.one(item, known, roles);
        }
    }

    fn one(&mut self, item: &Value, known: &[&str], roles: &[(&str, Role)]) {
        for entry in item.entries() {
            if !known.contains(&&*entry.key) {
                let message = "kustomize does not know this field, or not in these letters";
                self.faults.push(fault(&entry.value, Code::BuildFailed, message, "remove or correct it"));
            }
            let Some((_, role)) = roles.iter().find(|(key, _)| *key == &*entry.key) else { continue };
            match entry.value.is_list() {
                true => entry.value.items().iter().for_each(|item| self.path(item, *role)),
                false => self.path(&entry.value, *role),
            }
        }
    }

    fn path(&mut self, value: &Value, role: Role) {
        let Some(text) = value.scalar_text().filter(|text| !text.is_empty()) else { return };
        // A generator's file may be given another name: `name=path`.
        let text = match text.split_once('=') {
            Some((_, path)) if role == Role::Data && !text.contains("://") => path.to_owned(),
            _ => text,
        };
        self.references.push(Reference { role, text, line: value.line, column: value.column });
    }

    /// Refuses what would start a program or a container.
    pub fn plugin(&mut self, text: &str, at: &Value) {
        if !is_builtin(text) {
            let message = "this is a plugin of kustomize: a program that podviz does not start";
            let help = "give podviz the output of `kustomize build`";
            self.faults.push(fault(at, Code::BuildPlugin, message, help));
        }
    }
}

/// Whether an entry is YAML itself, and no path.
fn is_inline(text: &str) -> bool {
    text.trim_start().starts_with('{') || text.contains('\n') && text.contains(':')
}

fn each(value: &mut Json, change: &dyn Fn(&str) -> String) {
    match value {
        Json::String(text) if !text.is_empty() => *text = change(text),
        Json::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        _ => {}
    }
}

fn at(value: &mut Json, key: &str, change: &dyn Fn(&str) -> String) {
    if let Some(value) = value.get_mut(key) {
        each(value, change);
    }
}

/// Whether every document of a file of generators or transformers is one of kustomize's own, that reads no other file.
pub fn is_builtin(text: &str) -> bool {
    const OWN: [&str; 13] = [
        "AnnotationsTransformer",
        "ConfigMapGenerator",
        "HashTransformer",
        "ImageTagTransformer",
        "LabelTransformer",
        "NamespaceTransformer",
        "PatchJson6902Transformer",
        "PatchStrategicMergeTransformer",
        "PatchTransformer",
        "PrefixTransformer",
        "ReplicaCountTransformer",
        "SecretGenerator",
        "SuffixTransformer",
    ];
    let Ok((documents, false)) = documents(text, &Limits::default()) else { return false };
    documents.iter().filter(|document| !document.is_null()).all(|document| {
        let text = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default();
        let own = text("kind") == "PrefixSuffixTransformer" || OWN.contains(&text("kind"));
        let bare = document.at("metadata.annotations").is_none();
        let reads = |entry: &crate::document::Entry| {
            ["path", "paths", "files", "env", "envs", "kvsources", "replacements"]
                .contains(&entry.key.to_ascii_lowercase().as_str())
                || !entry.key.is_ascii()
        };
        text("apiVersion") == "builtin" && own && bare && !document.entries().iter().any(reads)
    })
}

/// The documents of a text, and whether a key stands twice in one; the place of the first fault if there is one.
pub fn documents(text: &str, limits: &Limits) -> Result<(Vec<Value>, bool), (u32, u32)> {
    let mut duplicates = Vec::new();
    let mut documents = Vec::new();
    for part in yaml::read(text, limits).parts {
        let mut value = part.outcome.map_err(|fault| (fault.line, fault.column))?;
        settle(&mut value, &mut duplicates);
        documents.push(value);
    }
    Ok((documents, !duplicates.is_empty()))
}

fn fault(at: &Value, code: Code, message: &str, help: &'static str) -> Fault {
    Fault { line: at.line, column: at.column, code, message: message.to_owned(), help: help.into() }
}
