//! Everything that one environment is built from: the files of its kustomizations, and what these change.

use super::super::redact::Values;
use super::super::{Loaded, load};
use super::file::{Kustomization, Role};
use super::patch::{Names, Patch, Step};
use super::reference::{Volume, bytes};
use crate::document::{Document, Limits, SourceFile, Value};
use crate::source::roots::Roots;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A line of one of the files: the file's place among them, and the line from 1.
pub type Spot = (usize, u32);

/// The files of an environment, and what its kustomizations say.
pub struct Chain<'a> {
    /// Every file that something of the built text may come from, by its shown path.
    pub files: Vec<Arc<SourceFile>>,
    /// What the Secrets in them hold.
    pub values: Values,
    places: BTreeMap<PathBuf, usize>,
    documents: Vec<Vec<Document>>,
    /// The outermost first.
    links: Vec<Link<'a>>,
}

/// One kustomization of the chain.
struct Link<'a> {
    volume: &'a Volume,
    /// The place of its file.
    file: usize,
    patches: Vec<Patch>,
    /// The files of objects that it reaches.
    reach: BTreeSet<&'a Path>,
}

/// An object of the files.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The place of its file.
    pub file: usize,
    /// Its document.
    pub document: &'a Document,
    /// What it is before anything is changed: the document, or an item of a List.
    pub value: &'a Value,
}

impl<'a> Chain<'a> {
    /// Reads the files of a closure, the outermost kustomization first.
    pub fn read(closure: &[&'a Volume], roots: &Roots, limits: &Limits) -> Chain<'a> {
        let mut paths: BTreeMap<String, (PathBuf, bool)> = BTreeMap::new();
        for volume in closure {
            let own = &volume.kustomization;
            paths.insert(own.name.clone(), (own.file.clone(), false));
            for (_, file) in volume.files().filter(|(role, _)| matches!(role, Role::Resource | Role::Patch)) {
                paths.insert(roots.shown(file), (file.to_owned(), true));
            }
        }
        let mut chain = Chain {
            files: Vec::new(),
            values: Values::default(),
            places: BTreeMap::new(),
            documents: Vec::new(),
            links: Vec::new(),
        };
        for (place, (name, (path, shown))) in paths.into_iter().enumerate() {
            let loaded = if shown { load(&name, &bytes(&path, limits), limits) } else { Loaded::default() };
            let documents = loaded.documents;
            chain.values.extend(loaded.values);
            let hidden = || Arc::new(SourceFile { path: name, ..SourceFile::default() });
            chain.files.push(documents.first().map_or_else(hidden, |first| Arc::clone(&first.file)));
            chain.documents.push(documents);
            chain.places.insert(path, place);
        }
        for volume in closure {
            let Some(&file) = chain.places.get(&volume.kustomization.file) else { continue };
            let read = |path: &Path| {
                let place = *chain.places.get(path)?;
                Some((place, String::from_utf8(bytes(path, limits)).ok()?))
            };
            let patches = Patch::of(volume, file, read);
            chain.links.push(Link { volume, file, patches, reach: BTreeSet::new() });
        }
        let folders: BTreeMap<&Path, &Volume> =
            closure.iter().map(|volume| (volume.kustomization.folder.as_path(), *volume)).collect();
        let reach: Vec<BTreeSet<&Path>> = closure.iter().map(|volume| reach(volume, &folders)).collect();
        chain.links.iter_mut().zip(reach).for_each(|(link, reach)| link.reach = reach);
        chain
    }

    /// The place of a file.
    pub fn place(&self, path: &Path) -> Option<usize> {
        self.places.get(path).copied()
    }

    /// The object of a file, or of any file, that a built one comes from.
    pub fn source(&self, built: &Value, file: Option<usize>) -> Option<Source<'_>> {
        let kind = built.get("kind")?.as_str()?;
        let group = |value: &Value| {
            let version = value.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
            version.rsplit_once('/').map_or("", |(group, _)| group).to_owned()
        };
        let text =
            |value: &Value, path: &str| value.at(path).and_then(Value::scalar_text).unwrap_or_default();
        let name = text(built, "metadata.name");
        let namespace = text(built, "metadata.namespace");
        let mut best: Option<((bool, bool, usize), Source)> = None;
        let mut candidates = 0;
        let places = file.map_or(0..self.documents.len(), |file| file..file + 1);
        for (place, document) in
            places.flat_map(|place| self.documents[place].iter().map(move |one| (place, one)))
        {
            for value in objects(&document.value) {
                if value.get("kind").and_then(Value::as_str) != Some(kind) || group(value) != group(built) {
                    continue;
                }
                candidates += 1;
                let own = text(value, "metadata.name");
                if !name.contains(&own) {
                    continue;
                }
                let rank = (name == own, text(value, "metadata.namespace") == namespace, own.len());
                if best.as_ref().is_none_or(|(other, _)| rank > *other) {
                    best = Some((rank, Source { file: place, document, value }));
                }
            }
        }
        if let (None, Some(file), 1) = (&best, file, candidates) {
            // Renamed by a patch: there is only one that it can be.
            return self.documents[file].iter().find_map(|document| {
                let same = |value: &&Value| value.get("kind").and_then(Value::as_str) == Some(kind);
                objects(&document.value).into_iter().find(same).map(|value| Source { file, document, value })
            });
        }
        best.map(|(_, source)| source)
    }

    /// Where the value that is built at `path` is said by a patch, or by a field of a kustomization.
    pub fn changed(
        &self,
        names: &Names,
        from: Option<usize>,
        path: &[Step],
        built: &Value,
        before: Option<&Value>,
    ) -> Option<Spot> {
        // A patch names its object, and does not give it the name.
        if let [Step::Key("metadata"), Step::Key("name")] = path {
            return None;
        }
        let from = from.and_then(|from| self.places.iter().find(|(_, place)| **place == from));
        let from = from.map(|(path, _)| path.as_path());
        let links: Vec<&Link> = self.links.iter().filter(|link| link.concerns(from)).collect();
        let patched = |equal: bool| {
            links.iter().find_map(|link| {
                let patches = link.patches.iter().filter(|patch| patch.is_for(names));
                patches.into_iter().find_map(|patch| Some((patch.file, patch.line(path, built, equal)?)))
            })
        };
        let configured = || {
            links.iter().find_map(|link| {
                let line = configured(&link.volume.kustomization, names, path, built, before)?;
                Some((link.file, line))
            })
        };
        // What a controller adds stands in none of the files.
        patched(true).or_else(configured).or_else(|| patched(false)).filter(|(_, line)| *line > 0)
    }

    /// The entry of a generator that makes an object, and for a key of its data the entry's line that names it.
    pub fn generated(&self, names: &Names, from: usize, key: Option<&str>) -> Option<Spot> {
        let field = match names.kind {
            "Secret" => "secretGenerator",
            _ => "configMapGenerator",
        };
        let links = self.links.iter().filter(|link| key.is_some() || link.file == from);
        links.into_iter().find_map(|link| {
            let entries = link.volume.kustomization.list(field).iter();
            entries.filter(|entry| is_named(entry, names)).find_map(|entry| {
                let Some(key) = key else { return (entry.line > 0).then_some((link.file, entry.line)) };
                let says = |item: &&Value| item.as_str().is_some_and(|text| says(text, key));
                let lists = ["literals", "files"].into_iter().filter_map(|list| entry.get(list));
                let item = lists.flat_map(Value::items).find(says)?;
                (item.line > 0).then_some((link.file, item.line))
            })
        })
    }
}

impl Link<'_> {
    /// Whether what it says may change an object of a file: it reaches the file, or is added to what does.
    fn concerns(&self, file: Option<&Path>) -> bool {
        file.is_none_or(|file| self.reach.contains(file) || self.volume.kustomization.is_component())
    }
}

/// The files of objects that a kustomization reaches, its bases included: those among `folders`.
fn reach<'a>(volume: &'a Volume, folders: &BTreeMap<&'a Path, &'a Volume>) -> BTreeSet<&'a Path> {
    let (mut files, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![volume]);
    while let Some(volume) = open.pop() {
        if !seen.insert(volume.kustomization.folder.as_path()) {
            continue;
        }
        files.extend(volume.files().map(|(_, file)| file));
        open.extend(volume.folders().filter_map(|folder| folders.get(folder)));
    }
    files
}

/// The document, or the items of a List.
fn objects(value: &Value) -> Vec<&Value> {
    let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    match value.get("items").filter(|_| is_list) {
        Some(items) if items.is_list() => items.items().iter().flat_map(objects).collect(),
        _ => vec![value],
    }
}

/// Whether an entry of a generator, of replicas or the like is about the object.
fn is_named(entry: &Value, names: &Names) -> bool {
    let name = entry.get("name").and_then(Value::as_str);
    name.is_some_and(|name| match names.own {
        Some(_) => names.answer_to(name),
        // A generated name is that of the entry, a prefix before it, a suffix and a hash behind it.
        None => {
            let parts: Vec<&str> = names.built.split(name).collect();
            let ends = |part: &str| part.is_empty() || part.ends_with('-');
            parts.len() > 1 && ends(parts[0]) && (parts[1].is_empty() || parts[1].starts_with('-'))
        }
    })
}

/// Whether `KEY=value`, `key=path` or a path is where the data under `key` comes from.
fn says(text: &str, key: &str) -> bool {
    match text.split_once('=') {
        Some((name, _)) => name == key,
        None => text.rsplit('/').next() == Some(key),
    }
}

/// The line of a field of a kustomization, other than a patch, that makes a value what it is.
fn configured(
    kustomization: &Kustomization,
    names: &Names,
    path: &[Step],
    built: &Value,
    before: Option<&Value>,
) -> Option<u32> {
    let keys: Vec<&str> =
        path.iter().filter_map(|step| if let Step::Key(key) = step { Some(*key) } else { None }).collect();
    let last = *keys.last()?;
    let value = &kustomization.value;
    let same = |other: &Value| built.scalar_text().is_some() && other.scalar_text() == built.scalar_text();
    if last == "image" && built.as_str().is_some() {
        let image = before.and_then(Value::as_str).map(image_name);
        let is_it = |entry: &&Value| entry.get("name").and_then(Value::as_str) == image;
        return kustomization
            .list("images")
            .iter()
            .filter(|_| image.is_some())
            .find(is_it)
            .map(|entry| entry.line);
    }
    if keys == ["spec", "replicas"] {
        return kustomization
            .list("replicas")
            .iter()
            .find(|entry| is_named(entry, names))
            .map(|entry| entry.line);
    }
    if last == "namespace" {
        let entry = value.entries().iter().find(|entry| &*entry.key == "namespace")?;
        return same(&entry.value).then_some(entry.line);
    }
    let parent = keys.len().checked_sub(2).map(|at| keys[at])?;
    let labels = kustomization.list("labels").iter().filter_map(|entry| entry.get("pairs"));
    let pairs: Vec<&Value> = match parent {
        "labels" | "matchLabels" | "selector" => {
            value.get("commonLabels").into_iter().chain(labels).collect()
        }
        "annotations" => value.get("commonAnnotations").into_iter().collect(),
        _ => Vec::new(),
    };
    let mut entries = pairs.into_iter().flat_map(Value::entries);
    entries.find(|entry| *entry.key == *last && same(&entry.value)).map(|entry| entry.line)
}

/// An image without its tag and digest.
fn image_name(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    }
}
