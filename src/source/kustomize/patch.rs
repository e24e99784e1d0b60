//! Patches of kustomizations: whom they are for, and on which line they say a value.

use super::file::{Kustomization, documents};
use super::reference::Volume;
use crate::document::{Kind, Limits, Value};
use regex::Regex;
use std::path::Path;

/// One step from an object to a value in it.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// Into the value of a key.
    Key(&'a str),
    /// Into an item of a list: its index, and the item.
    Item(usize, &'a Value),
}

/// What an object is called, before and after the build.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its name in the file that it comes from, if that is known.
    pub own: Option<&'a str>,
    /// Its name in the built text.
    pub built: &'a str,
}

impl Names<'_> {
    /// Whether `name` is what the object is called on some level: with none, some or all of the prefixes and suffixes.
    pub fn answer_to(&self, name: &str) -> bool {
        let between = |own: &str| name.contains(own) && self.built.contains(name);
        name == self.built || self.own.is_some_and(|own| name == own || between(own))
    }
}

/// One patch.
#[derive(Debug)]
pub struct Patch {
    /// The place of its file among those of the chain.
    pub file: usize,
    /// What is added to its lines: those of an inline patch begin with 1.
    offset: u32,
    /// Whom it is for, if that is said apart.
    target: Option<Selector>,
    body: Body,
}

#[derive(Debug)]
struct Selector {
    kind: Option<String>,
    name: Option<Regex>,
}

#[derive(Debug)]
enum Body {
    /// A strategic merge patch: a part of an object.
    Merge(Value),
    /// JSON 6902 operations.
    Operations(Vec<Operation>),
}

#[derive(Debug)]
struct Operation {
    path: Vec<String>,
    line: u32,
    value: Option<Value>,
}

impl Patch {
    /// The patches of one kustomization, the last first: it has the last word. `read` gives the place of a file among
    /// those of the chain, and its text.
    pub fn of(volume: &Volume, own: usize, read: impl Fn(&Path) -> Option<(usize, String)>) -> Vec<Patch> {
        let kustomization = &volume.kustomization;
        let mut patches = Vec::new();
        let mut add = |value: &Value, inline: bool, target: Option<&Value>| {
            let Some(text) = value.as_str().filter(|_| value.line > 0) else { return };
            let path =
                (!inline).then(|| std::fs::canonicalize(kustomization.folder.join(text)).ok()).flatten();
            let known = path.as_deref().filter(|path| volume.files().any(|(_, file)| file == *path));
            match known.and_then(&read) {
                Some((file, text)) => patches.extend(parsed(&text, file, 0, target)),
                None => patches.extend(parsed(text, own, offset(kustomization, value), target)),
            }
        };
        for item in kustomization.list("patchesStrategicMerge") {
            add(item, false, None);
        }
        for item in kustomization.list("patches").iter().chain(kustomization.list("patchesJson6902")) {
            let target = item.get("target");
            item.get("path").into_iter().for_each(|path| add(path, false, target));
            item.get("patch").into_iter().for_each(|patch| add(patch, true, target));
        }
        patches.reverse();
        patches
    }

    /// Whether it changes the object.
    pub fn is_for(&self, names: &Names) -> bool {
        if let Some(target) = &self.target {
            let kind = target.kind.as_deref().is_none_or(|kind| kind == names.kind);
            let matches =
                |name: &Regex| name.is_match(names.built) || names.own.is_some_and(|own| name.is_match(own));
            return kind && target.name.as_ref().is_none_or(matches);
        }
        let Body::Merge(value) = &self.body else { return false };
        let text = |path: &str| value.at(path).and_then(Value::as_str);
        text("kind") == Some(names.kind) && text("metadata.name").is_some_and(|name| names.answer_to(name))
    }

    /// The line on which it says the value that is built at `path`; `equal` if it must be the same value.
    pub fn line(&self, path: &[Step], built: &Value, equal: bool) -> Option<u32> {
        let same = |value: &Value| {
            !equal
                || !built.is_map() && !built.is_list() && value.kind == built.kind
                || value.to_json() == built.to_json()
        };
        let line = match &self.body {
            Body::Merge(value) => {
                let (line, value) = descend(value, value.line, path)?;
                same(value).then_some(line)
            }
            Body::Operations(operations) => operations.iter().rev().find_map(|operation| {
                let rest = operation.rest(path)?;
                let value = operation.value.as_ref()?;
                let (line, value) = descend(value, operation.line, rest)?;
                same(value).then_some(line)
            }),
        };
        line.map(|line| line + self.offset)
    }
}

impl Operation {
    /// What is left of a path behind the operation's own.
    fn rest<'p, 'v>(&self, path: &'p [Step<'v>]) -> Option<&'p [Step<'v>]> {
        let (own, rest) = path.split_at_checked(self.path.len())?;
        let is_same = |(token, step): (&String, &Step)| match step {
            Step::Key(key) => token == key,
            Step::Item(index, _) if token != "-" => token.parse() == Ok(*index),
            Step::Item(_, item) => {
                self.value.as_ref().is_some_and(|value| rest.is_empty() && value.to_json() == item.to_json())
                    || !rest.is_empty()
            }
        };
        self.path.iter().zip(own).all(is_same).then_some(rest)
    }
}

/// Follows a path as far as it goes, to the line of the last key and the value there.
fn descend<'v>(value: &'v Value, line: u32, path: &[Step]) -> Option<(u32, &'v Value)> {
    let mut found = (line, value);
    for step in path {
        found = match step {
            Step::Key(key) => {
                let entry = found.1.entries().iter().find(|entry| *entry.key == **key)?;
                (entry.line, &entry.value)
            }
            Step::Item(index, item) => {
                let counterpart = counterpart(item, *index, found.1.items())?;
                (counterpart.line, counterpart)
            }
        };
    }
    Some(found)
}

/// The keys that tell the items of a list apart, as strategic merge patches do.
const MERGE_KEYS: [&str; 8] =
    ["name", "containerPort", "port", "mountPath", "devicePath", "ip", "key", "topologyKey"];

/// The one of `items` that an item of another version of the list corresponds to.
pub fn counterpart<'v>(item: &Value, index: usize, items: &'v [Value]) -> Option<&'v Value> {
    if let Some((key, own)) = MERGE_KEYS.iter().find_map(|key| item.get(key).map(|own| (key, own))) {
        let same = |other: &&Value| other.get(key).is_some_and(|other| other.kind_eq(own));
        let mut all = items.iter().filter(same);
        let (first, second) = (all.next(), all.next());
        if second.is_none() {
            return first;
        }
    }
    let equal = |other: &&Value| other.to_json() == item.to_json();
    let at = items.get(index);
    at.filter(equal)
        .or_else(|| items.iter().find(equal))
        .or(at.filter(|other| other.is_map() == item.is_map()))
}

impl Value {
    fn kind_eq(&self, other: &Value) -> bool {
        !self.is_map() && !self.is_list() && self.kind == other.kind
    }
}

fn parsed(text: &str, file: usize, offset: u32, target: Option<&Value>) -> Vec<Patch> {
    let Ok((documents, _)) = documents(text, &Limits::default()) else { return Vec::new() };
    let selector = || target.map(selector);
    let patch = |body| Patch { file, offset, target: selector(), body };
    documents
        .into_iter()
        .filter_map(|document| match &document.kind {
            Kind::Map(_) => Some(patch(Body::Merge(document))),
            Kind::List(items) => Some(patch(Body::Operations(items.iter().filter_map(operation).collect()))),
            _ => None,
        })
        .collect()
}

fn selector(target: &Value) -> Selector {
    let text = |key: &str| target.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let name = text("name").map(|name| {
        let whole = Regex::new(&format!("^(?:{name})$"));
        whole.or_else(|_| Regex::new(&format!("^{}$", regex::escape(name))))
    });
    Selector { kind: text("kind").map(str::to_owned), name: name.and_then(Result::ok) }
}

fn operation(item: &Value) -> Option<Operation> {
    let path = item.get("path")?.as_str()?;
    let path = path.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
    let entry = item.entries().iter().find(|entry| &*entry.key == "value");
    Some(Operation {
        path,
        line: entry.map_or(item.line, |entry| entry.line),
        value: entry.map(|entry| entry.value.clone()),
    })
}

/// What is added to the lines of a text that stands in a block of the kustomization file.
fn offset(kustomization: &Kustomization, value: &Value) -> u32 {
    let first = value.as_str().and_then(|text| text.lines().next()).unwrap_or_default().trim();
    let lines = kustomization.text.lines().enumerate().skip(value.line as usize - 1).take(4);
    let found = lines.into_iter().find(|(_, line)| line.trim().trim_start_matches("- ") == first);
    found.map_or(value.line - 1, |(at, _)| at as u32)
}
