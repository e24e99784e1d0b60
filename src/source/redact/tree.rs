//! Secrets in a document's tree: by the type of the object, by the names of keys, by what strings hold.

pub mod below;

use super::object::{self, Role, any};
use super::rules::{Group, RULES};
use super::value::{is_object_name, is_placeholder, slips};
use super::{Edit, Edits, command, name, shape, structure, text};
use crate::document::{Entry, Kind, Value, base64, compose::MERGE, parse};
use std::ops::Range;

/// Adds what must be replaced in `root`; says whether all of it is a Secret. Depth is bounded by the composer.
pub fn find(root: &Value, edits: &mut Edits) -> bool {
    find_in_string(root, edits, 0)
}

/// The same in a document that is a string, `level` strings deep.
pub fn find_in_string(root: &Value, edits: &mut Edits, level: u8) -> bool {
    let whole = object::role(root.entries(), true) != Role::Other;
    let mut finder =
        Finder { edits, level, sealed: false, external: false, pointing: false, command: Vec::new() };
    match &root.kind {
        Kind::Map(entries) => finder.map(entries, true),
        _ => finder.value(root, ""),
    }
    whole
}

struct Finder<'e> {
    edits: &'e mut Edits,
    /// In how many strings the tree stands.
    level: u8,
    /// Inside a SealedSecret: its `encryptedData` is meant to be public.
    sealed: bool,
    /// Inside an ExternalSecret: its `secretKey` names a key.
    external: bool,
    /// Inside an object of a controller whose `secret` is the name of a Secret.
    pointing: bool,
    /// The `command` of a container, before its `args`.
    command: Vec<String>,
}

impl Finder<'_> {
    fn value(&mut self, value: &Value, key: &str) {
        match &value.kind {
            Kind::Map(entries) => {
                if object::role(entries, false) != Role::Other {
                    self.edits.add_zone(value.line, last_line(value));
                }
                self.map(entries, false);
            }
            Kind::List(items) => self.list(items),
            Kind::String(string) => self.text(value, string, key, Vec::new()),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
        }
    }

    /// `root` if the mapping is a document.
    fn map(&mut self, entries: &[Entry], root: bool) {
        let role = object::role(entries, root);
        match role {
            Role::Secret => return object::hide(entries, self.edits),
            Role::Secrets => return object::hide_list(entries, self.edits),
            Role::Sealed | Role::Other => {}
        }
        let outer = (self.sealed, self.external, self.pointing);
        self.sealed |= role == Role::Sealed;
        self.external |=
            below::is_remote(entries) || any(entries, "kind", |kind| kind.ends_with("ExternalSecret"));
        self.pointing |= any(entries, "apiVersion", |version| {
            version.split_once('/').is_some_and(|(group, _)| is(Group::PointingApis, group))
        });
        let named = below::pair_name(entries);
        let patched = object::patches_secret(entries);
        let command = command(entries);
        for entry in entries {
            self.key(entry);
            match &*entry.key {
                "patch" if patched => self.patch(&entry.value),
                "args" if entry.value.is_list() => {
                    self.command.clone_from(&command);
                    self.list(entry.value.items());
                    self.command.clear();
                }
                _ if named.is_none() && below::is_value(&entry.key) => {
                    match entries
                        .iter()
                        .find(|entry| *entry.key == *"name")
                        .and_then(|entry| entry.value.as_str())
                    {
                        Some(name) if name::is_open(name) && entry.value.as_str().is_some() => {
                            self.value(&entry.value, name);
                        }
                        _ => self.entry(entry, named),
                    }
                }
                _ => self.entry(entry, named),
            }
        }
        (self.sealed, self.external, self.pointing) = outer;
    }

    fn entry(&mut self, entry: &Entry, named: Option<&str>) {
        let (key, value) = (&*entry.key, &entry.value);
        match key {
            MERGE => {
                for map in std::iter::once(value).chain(value.items()) {
                    self.map(map.entries(), false);
                }
            }
            "annotations" => self.annotations(value),
            "secretGenerator" => self.generators(value),
            "metadata" if self.sealed => object::metadata(value, self.edits),
            "template" if self.sealed => object::hide(value.entries(), self.edits),
            "template" if self.external => {
                value.entries().iter().for_each(|entry| self.template(entry));
            }
            key if is(Group::Opaque, key) => self.opaque(value),
            key if is(Group::Stores, key) => self.store(value),
            "encryptedData" if self.sealed => {}
            "secretKey" if self.external => {}
            "secret" | "clientSecret" if self.pointing && value.as_str().is_some_and(is_object_name) => {}
            // What plugins are told and what headers hold is nobody's reference.
            "plugin" | "headers" if self.pointing => {
                self.pointing = false;
                self.named(value, key, None, false);
                self.pointing = true;
            }
            "auth" if value.as_str().is_some_and(is_login) => self.all(value),
            _ if below::is_logins(key) => self.logins(value, key),
            _ if below::is_headers(key) && value.is_map() => self.headers(value.entries()),
            _ if below::points(key, value.entries()) => self.pointer(value.entries()),
            _ if below::is_value(key)
                && let Some(name) = named =>
            {
                self.named(value, key, below::pair_class(name), true);
            }
            // In text, headers look as if they were mappings.
            _ if self.level > 0 && name::is_header(key) && value.as_str().is_some() => {
                self.named(value, key, name::pair_class(key), false);
            }
            _ => self.named(value, key, below::class_of(key, value), false),
        }
    }

    /// A value under a name; in a pair (`name` and `value`) also numbers count.
    fn named(&mut self, value: &Value, key: &str, class: Option<name::Class>, pair: bool) {
        match class {
            Some(class) => self.below(value, key, class, pair),
            None if value.as_str().is_some_and(|text| slips(key, text)) => self.all(value),
            None => self.value(value, key),
        }
    }

    /// Every scalar below is secret, but for those that are filled in elsewhere.
    fn opaque(&mut self, value: &Value) {
        match &value.kind {
            Kind::Map(entries) => {
                for entry in entries {
                    self.key(entry);
                    self.opaque(&entry.value);
                }
            }
            Kind::List(items) => items.iter().for_each(|item| self.opaque(item)),
            Kind::String(text) if is_placeholder(text) => {}
            _ => self.all(value),
        }
    }

    /// Annotations hold anything, copies of whole objects too.
    fn annotations(&mut self, value: &Value) {
        for entry in value.entries() {
            self.key(entry);
            match entry.value.as_str() {
                Some(text) if object::is_copy(&entry.key, text) => self.all(&entry.value),
                _ => self.entry(entry, None),
            }
        }
        if !value.is_map() {
            self.value(value, "annotations");
        }
    }

    /// A field of what an ExternalSecret is made into: a value without a placeholder is the secret itself.
    fn template(&mut self, entry: &Entry) {
        self.key(entry);
        if *entry.key != *"data" {
            return self.entry(entry, None);
        }
        for entry in entry.value.entries() {
            self.key(entry);
            match entry.value.as_str() {
                Some(text) if text.contains("{{") => self.entry(entry, None),
                _ => self.all(&entry.value),
            }
        }
        if !entry.value.is_map() {
            self.all(&entry.value);
        }
    }

    /// A store that is nothing but its values: those of its `data`.
    fn store(&mut self, store: &Value) {
        for entry in store.entries() {
            for item in entry.value.items() {
                for entry in item.entries() {
                    self.key(entry);
                    if below::is_value(&entry.key) { self.all(&entry.value) } else { self.entry(entry, None) }
                }
            }
            if !entry.value.is_list() {
                self.entry(entry, None);
            }
        }
        if !store.is_map() {
            self.value(store, "");
        }
    }

    /// What kustomize makes Secrets of: pairs `key=value`.
    fn generators(&mut self, value: &Value) {
        for literal in value.items().iter().filter_map(|item| item.get("literals")).flat_map(Value::items) {
            if let Some((key, value)) = literal.as_str().and_then(|pair| pair.split_once('=')) {
                self.edits.values.learn(key, value.trim_matches(['"', '\'']));
            }
            self.all(literal);
        }
        self.value(value, "secretGenerator");
    }

    /// A patch onto a Secret: of its steps, what they do and where.
    fn patch(&mut self, value: &Value) {
        if let Some(Ok(inner)) = value.as_str().map(|text| parse(text.as_bytes())) {
            object::learn_patch(&inner, self.edits);
        }
        object::learn_patch(value, self.edits);
        for step in value.items() {
            for entry in step.entries() {
                if !matches!(&*entry.key, "op" | "path" | "from") {
                    object::everything(&entry.value, self.edits);
                }
            }
        }
        if !value.is_list() {
            object::everything(value, self.edits);
        }
    }

    fn list(&mut self, items: &[Value]) {
        let texts: Vec<String> = items.iter().map(|item| item.scalar_text().unwrap_or_default()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let before: Vec<&str> = self.command.iter().map(String::as_str).collect();
        let mut found = command::arguments(&before, &texts);
        for (at, item) in items.iter().enumerate() {
            let ranges: Vec<_> = found.extract_if(.., |(of, _)| *of == at).map(|(_, range)| range).collect();
            match &item.kind {
                Kind::String(string) => self.text(item, string, "", ranges),
                // A number after `--password` is one, too.
                Kind::Number(_) if !ranges.is_empty() => self.all(item),
                _ => self.value(item, ""),
            }
        }
    }

    /// A string under `key`, in which `known` is secret.
    fn text(&mut self, value: &Value, string: &str, key: &str, known: Vec<Range<usize>>) {
        // What is public may look random.
        if known.is_empty()
            && name::is_open(key)
            && !string.contains(char::is_whitespace)
            && string.len() < 8192
            && !shape::is_known(string)
            && !string.contains(['@', '=', ':'])
        {
            return;
        }
        if object::is_packed(string) || known.contains(&(0..string.len())) {
            return self.edits.add(value.line, value.column, Edit::Whole);
        }
        object::learn_text(string, self.edits);
        let masked = (!known.is_empty()).then(|| text::mask(string, known));
        let shown = structure::redact(masked.as_deref().unwrap_or(string), key, self.level).or(masked);
        if let Some(shown) = shown {
            self.edits.add(value.line, value.column, Edit::Text(shown.into()));
        }
    }

    /// A key is a name and stays, unless it holds what looks like a secret.
    fn key(&mut self, entry: &Entry) {
        if *entry.key != *MERGE
            && let Some(redacted) = text::redact(&entry.key, true)
        {
            self.edits.add(entry.line, entry.column, Edit::Text(redacted.into()));
        }
    }

    /// Every scalar below is secret; keys stay.
    fn all(&mut self, value: &Value) {
        match &value.kind {
            Kind::Null => {}
            Kind::List(items) => items.iter().for_each(|item| self.all(item)),
            Kind::Map(entries) => {
                for entry in entries {
                    self.key(entry);
                    self.all(&entry.value);
                }
            }
            Kind::String(string) if string.is_empty() => {}
            _ => self.edits.add(value.line, value.column, Edit::Whole),
        }
    }
}

fn is(group: Group, word: &str) -> bool {
    RULES.names.has(group, word)
}

/// The `command` of a container.
fn command(entries: &[Entry]) -> Vec<String> {
    let command = entries.iter().find(|entry| *entry.key == *"command" && entry.value.is_list());
    command.map_or_else(Vec::new, |entry| entry.value.items().iter().filter_map(Value::scalar_text).collect())
}

/// The line of the last node in `value`.
fn last_line(value: &Value) -> u32 {
    let items = value.items().iter().map(last_line);
    let entries = value.entries().iter().map(|entry| last_line(&entry.value).max(entry.line));
    items.chain(entries).max().unwrap_or(0).max(value.line)
}

/// Whether `text` is base64 of `user:password`, as in a Docker configuration.
fn is_login(text: &str) -> bool {
    base64::decode(text).is_some_and(|bytes| bytes.is_ascii() && bytes.contains(&b':'))
}
