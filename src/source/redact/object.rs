//! Objects of kind Secret, and those that hold one: opaque, but for what `object.yaml` lists.

use super::values::is_made_up;
use super::{Edit, Edits, text};
use crate::document::{Entry, Kind, Limits, Value, compose::MERGE, json, parse, yaml};
use std::sync::LazyLock;

/// What a mapping is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A Secret.
    Secret,
    /// A list of Secrets, which need not say what they are.
    Secrets,
    /// A SealedSecret: what it is made of is public, what it is made into is not.
    Sealed,
    /// Anything else, a reference to a Secret included.
    Other,
}

/// What the mapping `entries` is; `root` if it is a document, and so no reference.
pub fn role(entries: &[Entry], root: bool) -> Role {
    let kind = |test: fn(&str) -> bool| any(entries, "kind", move |kind| test(kind.trim()));
    if kind(|kind| kind.eq_ignore_ascii_case("SecretList")) {
        Role::Secrets
    } else if kind(|kind| kind.eq_ignore_ascii_case("SealedSecret")) {
        Role::Sealed
    } else if is_typed(entries) || kind(is_secret) && (root || !is_reference(entries)) {
        Role::Secret
    } else {
        Role::Other
    }
}

/// Hides all of a Secret that is not listed.
pub fn hide(entries: &[Entry], edits: &mut Edits) {
    let bare = !entries.iter().any(|entry| *entry.key == *"metadata");
    for entry in entries {
        let (key, value) = (&*entry.key, &entry.value);
        if key == MERGE {
            merged(value).for_each(|more| hide(more, edits));
            continue;
        }
        show_field(entry, edits);
        match key {
            "metadata" => metadata(value, edits),
            // What stands for an object in a list of others may be named beside its kind.
            "name" | "namespace" if bare && value.as_str().is_some() => show(value, edits),
            "immutable" if value.as_bool().is_none() => everything(value, edits),
            _ if is_listed("fields", key) && is_scalar(value) => show(value, edits),
            _ if is_listed_in_any_case("data", key) => data(key, value, edits),
            _ => secret(key, value, edits),
        }
    }
}

/// Hides what every Secret of a list says.
pub fn hide_list(entries: &[Entry], edits: &mut Edits) {
    for entry in entries {
        match &*entry.key {
            MERGE => merged(&entry.value).for_each(|more| hide_list(more, edits)),
            "items" => {
                for item in entry.value.items() {
                    if item.is_map() { hide(item.entries(), edits) } else { everything(item, edits) }
                }
                if !entry.value.is_list() {
                    everything(&entry.value, edits);
                }
            }
            "metadata" => metadata(&entry.value, edits),
            key if is_listed("fields", key) && is_scalar(&entry.value) => show(&entry.value, edits),
            _ => everything(&entry.value, edits),
        }
    }
}

/// Hides all of what a Secret holds under `key`, which is hidden elsewhere, too.
pub fn secret(key: &str, value: &Value, edits: &mut Edits) {
    learn(key, value, edits);
    everything(value, edits);
}

/// Notes what a patch puts into a Secret: by the path of each step, or by the keys.
pub fn learn_patch(patch: &Value, edits: &mut Edits) {
    for step in patch.items() {
        let path = step.get("path").and_then(Value::as_str).unwrap_or_default();
        if let Some(value) = step.get("value").filter(|_| !path.starts_with("/metadata")) {
            learn(path.rsplit('/').next().unwrap_or_default(), value, edits);
        }
    }
    let fields = patch.entries().iter().filter(|entry| is_listed_in_any_case("data", &entry.key));
    fields.for_each(|entry| learn(&entry.key, &entry.value, edits));
}

fn learn(key: &str, value: &Value, edits: &mut Edits) {
    match &value.kind {
        Kind::List(items) => items.iter().for_each(|item| learn(key, item, edits)),
        Kind::Map(entries) => entries.iter().for_each(|entry| learn(&entry.key, &entry.value, edits)),
        Kind::String(text) => edits.values.learn(key, text),
        Kind::Number(_) => edits.values.learn(key, &value.scalar_text().unwrap_or_default()),
        Kind::Null | Kind::Bool(_) => {}
    }
}

/// Hides every scalar of `value`, and every key.
pub fn everything(value: &Value, edits: &mut Edits) {
    match &value.kind {
        Kind::Null => {}
        Kind::String(string) if string.is_empty() => {}
        Kind::List(items) => items.iter().for_each(|item| everything(item, edits)),
        Kind::Map(entries) => {
            for entry in entries {
                if *entry.key != *MERGE {
                    edits.add(entry.line, entry.column, Edit::Whole);
                }
                everything(&entry.value, edits);
            }
        }
        _ => edits.add(value.line, value.column, Edit::Whole),
    }
}

/// Whether an annotation holds a whole object, or packed bytes: a copy of what may be a Secret.
pub fn is_copy(key: &str, text: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let applied = key.ends_with("/applied") || key.contains("last-applied") || key.contains("lastapplied");
    applied || is_packed(text) || text.trim_start().starts_with(['{', '[']) && speaks_of_secret(text)
}

/// Whether `text` begins like base64 of what gzip packed: nobody can read in it, but unpack it.
pub fn is_packed(text: &str) -> bool {
    let text = text.trim_start();
    text.len() >= 32 && text.starts_with("H4sI")
}

/// Whether a JSON patch of `entries` is one onto a Secret: its `target` says so.
pub fn patches_secret(entries: &[Entry]) -> bool {
    let target = entries.iter().find(|entry| *entry.key == *"target").map(|entry| &entry.value);
    target.is_some_and(|target| any(target.entries(), "kind", is_secret))
}

/// Whether `key` maps to a string that passes `test`, here or in what is merged in; any duplicate counts.
pub fn any(entries: &[Entry], key: &str, test: impl Fn(&str) -> bool + Copy) -> bool {
    entries.iter().any(|entry| {
        if *entry.key == *MERGE {
            return merged(&entry.value).any(|more| any(more, key, test));
        }
        entry.key.eq_ignore_ascii_case(key) && entry.value.as_str().is_some_and(test)
    })
}

fn merged(value: &Value) -> impl Iterator<Item = &[Entry]> {
    std::iter::once(value).chain(value.items()).map(Value::entries)
}

/// Whether a kind is that of Secrets, however it is spelled.
fn is_secret(kind: &str) -> bool {
    let kind = kind.trim();
    kind.eq_ignore_ascii_case("secret") || kind.eq_ignore_ascii_case("secrets")
}

/// Whether a mapping is a Secret by its type, whatever its kind.
fn is_typed(entries: &[Entry]) -> bool {
    any(entries, "type", |kind| kind == "Opaque" || kind.starts_with("kubernetes.io/"))
        && entries.iter().any(|entry| is_listed_in_any_case("data", &entry.key))
}

/// Whether what calls itself a Secret only refers to one: `kind`, a name and the like, but nothing that an object holds.
fn is_reference(entries: &[Entry]) -> bool {
    !entries.iter().any(|entry| {
        *entry.key == *"metadata" || entry.value.is_map() || is_listed_in_any_case("data", &entry.key)
    })
}

/// Whether a text, a comment among it, makes what stands around it a Secret.
pub fn speaks_of_secret(text: &str) -> bool {
    static SECRET: LazyLock<regex::Regex> = LazyLock::new(|| {
        let pattern = r#"(?im)(?:^|[\s{,#\-"'])kind\\*["']?\s*:\s*(?:[&!]\S+\s+)*\\*["']?secrets?(?:list)?\\*["']?[ \t]*(?:$|[,}#\\])|\bstringdata\\*["']?\s*:"#;
        regex::Regex::new(pattern).expect("a pattern")
    });
    SECRET.is_match(text)
}

/// Notes what the Secrets hold that stand in a text.
pub fn learn_text(text: &str, edits: &mut Edits) {
    if !speaks_of_secret(text) {
        return;
    }
    let limits = Limits::default();
    let sheet = json::read(text, &limits).unwrap_or_else(|| yaml::read(text, &limits));
    let mut inside = Edits::default();
    sheet
        .parts
        .iter()
        .filter_map(|part| part.outcome.as_ref().ok())
        .for_each(|root| learn_inside(root, &mut inside));
    edits.values.extend(inside.values);
}

fn learn_inside(value: &Value, edits: &mut Edits) {
    match role(value.entries(), false) {
        Role::Secret => hide(value.entries(), edits),
        Role::Secrets => hide_list(value.entries(), edits),
        Role::Sealed | Role::Other => {
            value.items().iter().for_each(|item| learn_inside(item, edits));
            value.entries().iter().for_each(|entry| learn_inside(&entry.value, edits));
        }
    }
}

/// Hides the metadata of a Secret.
pub fn metadata(value: &Value, edits: &mut Edits) {
    if !value.is_map() {
        return everything(value, edits);
    }
    for entry in value.entries() {
        let (key, value) = (&*entry.key, &entry.value);
        match key {
            MERGE => merged(value).for_each(|more| more.iter().for_each(|entry| field(entry, edits))),
            _ => field(entry, edits),
        }
    }
}

/// One field of the metadata.
fn field(entry: &Entry, edits: &mut Edits) {
    let value = &entry.value;
    show_field(entry, edits);
    match &*entry.key {
        key if is_listed("metadata", key) && is_scalar(value) => show(value, edits),
        "labels" if value.is_map() => {
            for label in value.entries() {
                show_key(label, edits);
                if is_scalar(&label.value) {
                    show(&label.value, edits);
                } else {
                    everything(&label.value, edits);
                }
            }
        }
        "annotations" if value.is_map() => value.entries().iter().for_each(|entry| annotation(entry, edits)),
        "ownerReferences" if value.is_list() => {
            for owner in value.items() {
                if !owner.is_map() {
                    everything(owner, edits);
                }
                for entry in owner.entries() {
                    if !is_listed("owner", &entry.key) || !is_scalar(&entry.value) {
                        everything(&entry.value, edits);
                    }
                }
            }
        }
        key if is_listed_in_any_case("data", key) => data(key, value, edits),
        _ => everything(value, edits),
    }
}

fn annotation(entry: &Entry, edits: &mut Edits) {
    if is_listed("annotations", &entry.key) && is_scalar(&entry.value) {
        show_key(entry, edits);
        return show(&entry.value, edits);
    }
    if *entry.key != *MERGE && !is_listed("named", &entry.key) {
        edits.add(entry.line, entry.column, Edit::Whole);
    }
    everything(&entry.value, edits);
}

/// What stands under `data` or `stringData`: the keys are shown, since they are names.
fn data(key: &str, value: &Value, edits: &mut Edits) {
    if !value.is_map() {
        return secret(key, value, edits);
    }
    for entry in value.entries() {
        if *entry.key == *MERGE {
            merged(&entry.value).flatten().for_each(|entry| pair(entry, edits));
        } else {
            pair(entry, edits);
        }
    }
}

fn pair(entry: &Entry, edits: &mut Edits) {
    show_key(entry, edits);
    secret(&entry.key, &entry.value, edits);
}

/// A key that is not listed reads like the name of a field, or may be a value at the wrong place.
fn show_field(entry: &Entry, edits: &mut Edits) {
    if *entry.key != *MERGE && is_made_up(&entry.key) {
        edits.add(entry.line, entry.column, Edit::Whole);
    }
    show_key(entry, edits);
}

/// A key is a name and stays, unless it holds what looks like a secret.
fn show_key(entry: &Entry, edits: &mut Edits) {
    if *entry.key != *MERGE
        && let Some(redacted) = text::redact(&entry.key, true)
    {
        edits.add(entry.line, entry.column, Edit::Text(redacted.into()));
    }
}

/// A scalar that is listed stays, unless it looks like a secret.
fn show(value: &Value, edits: &mut Edits) {
    if let Some(redacted) = value.as_str().and_then(|text| text::redact(text, false)) {
        edits.add(value.line, value.column, Edit::Text(redacted.into()));
    }
}

fn is_scalar(value: &Value) -> bool {
    !value.is_map() && !value.is_list()
}

fn is_listed(list: &str, key: &str) -> bool {
    listed(list).any(|own| own == key)
}

fn is_listed_in_any_case(list: &str, key: &str) -> bool {
    listed(list).any(|own| own.eq_ignore_ascii_case(key))
}

fn listed(list: &str) -> impl Iterator<Item = &'static str> {
    static SHOWN: LazyLock<Value> =
        LazyLock::new(|| parse(include_bytes!("object.yaml")).expect("our own file"));
    SHOWN.get(list).map(Value::items).unwrap_or_default().iter().filter_map(Value::as_str)
}
