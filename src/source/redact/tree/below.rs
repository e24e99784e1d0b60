//! What stands below a name that says secret: everything, but for what only points at a secret or describes it.

use super::super::rules::{Group, RULES};
use super::super::value::{is_generated, is_object_name, is_placeholder, is_worth, secret_parts};
use super::super::{Edit, MARK, name};
use super::Finder;
use crate::document::{Entry, Kind, Value};
use regex::Regex;
use std::sync::LazyLock;

impl Finder<'_> {
    /// Everything in a value under a name that says secret; in a pair also numbers.
    pub(super) fn below(&mut self, value: &Value, key: &str, class: name::Class, pair: bool) {
        match &value.kind {
            Kind::Map(entries) if is_schema(entries) => self.schema(entries, class),
            Kind::Map(entries) if is_pointer(entries) => self.pointer(entries),
            Kind::Map(entries) if is_object(entries) => self.value(value, key),
            Kind::Map(entries) => {
                let named = pair_name(entries).is_some();
                for entry in entries {
                    let own = class_of(&entry.key, &entry.value).filter(is_sure);
                    // Of several secrets each has a name of its own, whatever that says.
                    let several = class == name::Class::Likely || key.ends_with(['s', 'S']);
                    let secret = several && entry.value.as_str().is_some_and(is_generated)
                        || named && is_value(&entry.key);
                    if own.is_none() && is_about(&entry.key) && !secret {
                        self.key(entry);
                        self.entry(entry, None);
                    } else {
                        self.key(entry);
                        self.below(&entry.value, &entry.key, own.unwrap_or(class), pair);
                    }
                }
            }
            Kind::List(items) => {
                for item in items {
                    match item.as_str() {
                        // Lists of Secrets hold their names.
                        Some(text) if is_list_of_objects(key, text) => self.value(item, key),
                        _ => self.below(item, key, class, pair),
                    }
                }
            }
            Kind::String(text) => {
                let sure = pair && is_sure(&class);
                let worth = is_worth(text, if sure { name::Class::Password } else { class });
                if worth && !is_template(text) && !is_accounts(text) {
                    self.text(value, text, key, secret_parts(text, class));
                } else {
                    self.value(value, key);
                }
            }
            Kind::Number(_) if pair && is_sure(&class) || class == name::Class::Password => self.all(value),
            Kind::Number(_) | Kind::Bool(_) | Kind::Null => {}
        }
    }

    /// A schema of what is a secret: only its samples are one.
    fn schema(&mut self, entries: &[Entry], class: name::Class) {
        for entry in entries {
            if is(Group::Samples, &entry.key) {
                self.below(&entry.value, &entry.key, class, false);
            } else {
                self.entry(entry, None);
            }
        }
    }

    /// A mapping that says where a secret is: its strings are names.
    pub(super) fn pointer(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.key(entry);
            self.value(&entry.value, &entry.key);
        }
    }

    /// Logins under a name that promises them.
    pub(super) fn logins(&mut self, value: &Value, key: &str) {
        match &value.kind {
            Kind::String(text) => match without_passwords(text) {
                Some(redacted) => self.edits.add(value.line, value.column, Edit::Text(redacted.into())),
                None => self.value(value, key),
            },
            Kind::List(items) => items.iter().for_each(|item| self.logins(item, key)),
            Kind::Map(entries) if is_schema(entries) => self.schema(entries, name::Class::Token),
            Kind::Map(entries) if is_pointer(entries) => self.pointer(entries),
            Kind::Map(entries) => {
                for entry in entries {
                    self.key(entry);
                    let plain = plain(&entry.key);
                    match class_of(&entry.key, &entry.value).filter(is_sure) {
                        None if is(Group::LoginLists, &plain) => {
                            self.logins(&entry.value, &entry.key);
                        }
                        None if !is_about_logins(&entry.key) && !entry.value.is_map() => {
                            self.below(&entry.value, &entry.key, name::Class::Password, false);
                        }
                        _ => self.entry(entry, None),
                    }
                }
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
        }
    }

    /// Headers by name.
    pub(super) fn headers(&mut self, entries: &[Entry]) {
        for entry in entries {
            let named = is(Group::HeaderWords, &last_word(&entry.key));
            match entry.value.as_str() {
                Some(text) if named && is_worth(text, name::Class::Password) && !is_template(text) => {
                    self.all(&entry.value);
                }
                _ => self.entry(entry, None),
            }
        }
    }
}

/// What a key says of the value under it; of a collection also in the plural.
pub fn class_of(key: &str, value: &Value) -> Option<name::Class> {
    // The login of npm at a registry: `//registry.example.com/:_auth`.
    if key.ends_with(":_auth") {
        return Some(name::Class::Token);
    }
    match &value.kind {
        Kind::Map(_) => of_many(key).or_else(|| of_variables(key)),
        Kind::List(_) => of_many(key),
        Kind::String(text) => name::class(key).or_else(|| of_file(key, text)),
        _ => name::class(key),
    }
}

/// What a key says of all that stands below it.
fn of_many(key: &str) -> Option<name::Class> {
    let one = key.strip_suffix(['s', 'S']).unwrap_or(key);
    [key, one].into_iter().filter_map(name::class).find(is_sure)
}

/// What a key says of the variables below it: `secretEnv`, `extraSecrets`.
fn of_variables(key: &str) -> Option<name::Class> {
    let last = last_word(key);
    let stem = key.get(..key.len() - last.len()).filter(|_| is(Group::Variables, &last))?;
    of_many(stem.trim_end_matches(|c: char| !c.is_alphanumeric())).map(|_| name::Class::Likely)
}

/// What the name of a file says of a text that is only one word: `db-password.conf`.
fn of_file(key: &str, text: &str) -> Option<name::Class> {
    let (stem, _) = key.rsplit_once('.').filter(|(_, ending)| matches!(*ending, "conf" | "cfg" | "txt"))?;
    let one_word = !text.trim().contains([' ', '\n', '=', ':', '/']);
    if one_word { name::class(stem).filter(is_sure) } else { None }
}

/// Whether a name says so without a look at the value.
fn is_sure(class: &name::Class) -> bool {
    matches!(class, name::Class::Password | name::Class::Token)
}

/// Whether a key says that what stands below it is secret, as one or as several.
pub fn says_secret(key: &str) -> bool {
    of_many(key).is_some() || is_logins(key)
}

/// The `name` (or `key`, `header` …) of a mapping, where it names something beside it that is a secret: an
/// environment variable, a parameter, a step of a JSON patch.
pub fn pair_name(entries: &[Entry]) -> Option<&str> {
    if entries.iter().any(|entry| *entry.key == *"operator") {
        return None;
    }
    if entries.iter().any(|entry| *entry.key == *"op") {
        let path = entries.iter().find(|entry| *entry.key == *"path").and_then(text)?;
        let secret = |step: &&str| *step == "stringData" || pair_class(step).is_some();
        return path.split('/').rev().find(secret);
    }
    let mut names = entries.iter().filter(|entry| is(Group::Naming, &plain(&entry.key))).filter_map(text);
    names.rfind(|name| pair_class(name).is_some())
}

/// A string; in XML also one in an element that has attributes.
fn text(entry: &Entry) -> Option<&str> {
    entry.value.as_str().or_else(|| entry.value.get("value")?.as_str())
}

/// What the name of a pair says of its value.
pub fn pair_class(name: &str) -> Option<name::Class> {
    if name == "stringData" {
        return Some(name::Class::Password);
    }
    name::pair_class(name).or_else(|| of_many(name).filter(|_| !name.contains(' ')))
}

/// Whether what stands under `key` is what the name beside it names.
pub fn is_value(key: &str) -> bool {
    let plain = plain(key);
    is(Group::Named, &plain) || plain.ends_with("value") || plain.starts_with("value") && !is_about(key)
}

/// Whether `key` promises logins.
pub fn is_logins(key: &str) -> bool {
    is(Group::LoginFields, &plain(key))
}

/// Whether `key` is that of a mapping of HTTP headers.
pub fn is_headers(key: &str) -> bool {
    matches!(&*last_word(key), "headers" | "header")
}

/// Whether a mapping says from where an operator takes a value: what it calls a `secretKey` is a name.
pub fn is_remote(entries: &[Entry]) -> bool {
    has(entries, &["remoteref", "sourceref"])
}

/// Whether a mapping under `key` points at a secret, so that its strings are names.
pub fn points(key: &str, entries: &[Entry]) -> bool {
    is(Group::Pointing, &last_word(key))
        && has(entries, &["name", "secretname"])
        && entries.iter().all(|entry| match &entry.value.kind {
            Kind::String(text) => is_object_name(text),
            Kind::List(_) | Kind::Map(_) => false,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => true,
        })
}

fn is_pointer(entries: &[Entry]) -> bool {
    let points = |entry: &Entry| is(Group::Pointers, &plain(&entry.key));
    let pure = entries.iter().all(points)
        && entries.iter().any(|entry| is(Group::Targets, &plain(&entry.key)))
        && !entries.iter().filter_map(|entry| entry.value.as_str()).any(is_generated);
    pure || has(entries, &["secretname", "secretref"])
        && entries.iter().all(|entry| points(entry) || is_about(&entry.key))
}

fn is_schema(entries: &[Entry]) -> bool {
    let typed = |entry: &Entry| {
        *entry.key == *"type" && entry.value.as_str().is_some_and(|kind| is(Group::Types, kind))
            || matches!(&*entry.key, "$ref" | "anyOf" | "oneOf" | "allOf")
    };
    entries.iter().any(typed)
}

fn is_object(entries: &[Entry]) -> bool {
    has(entries, &["apiversion"]) && has(entries, &["kind"])
}

fn has(entries: &[Entry], keys: &[&str]) -> bool {
    entries.iter().any(|entry| keys.contains(&&*plain(&entry.key)))
}

fn is_about(key: &str) -> bool {
    let last = last_word(key);
    let names_a_key = matches!(&*last, "key" | "keys")
        && last.len() < key.len()
        && matches!(name::class(key), None | Some(name::Class::Reference));
    let switch = key.starts_with("existing") || key.starts_with("use");
    is(Group::About, &last) || name::is_about(&last) || names_a_key || switch
}

/// Whether `key` is no user beside others, but says something about logins.
fn is_about_logins(key: &str) -> bool {
    let last = last_word(key);
    let one = last.len() == key.len() && is_about(key);
    one || is(Group::AboutLogins, &last)
}

fn is_list_of_objects(key: &str, text: &str) -> bool {
    let plain = plain(key);
    (plain.ends_with("secrets") || plain.ends_with("credentials") && text.contains('-'))
        && is_object_name(text)
        && !text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether nothing of `text` is left without its templates.
fn is_template(text: &str) -> bool {
    // Also the reference of Argo CD to a key of a Secret: `$name:key`.
    static KEY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\$[\w\-]+:[\w.\-]+$").expect("a pattern"));
    if KEY.is_match(text) {
        return true;
    }
    let mut rest = text.trim_matches(['"', '\'', ' ']);
    for (open, close) in
        [("{{", "}}"), ("<%", "%>"), ("{%", "%}"), ("$(", ")"), ("#{", "}"), ("%{", "}"), ("${", "}")]
    {
        if let Some(inner) = rest.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            rest = inner;
            // A default is a value: `${PASSWORD:-x}`.
            return !rest.contains(":-") && !rest.contains(":=") && !rest.contains("default");
        }
    }
    false
}

/// Whether `text` is a file of accounts, as `/etc/passwd` is: they have no passwords there.
fn is_accounts(text: &str) -> bool {
    static ACCOUNT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^[\w.-]+:[x*!]?:\d+:\d+:").expect("a pattern"));
    text.contains('\n') && text.lines().all(|line| line.is_empty() || ACCOUNT.is_match(line))
}

/// `text` with marks for the passwords in its lines `user:password`, if it is made of such lines.
fn without_passwords(text: &str) -> Option<String> {
    let line = |line: &str| -> Option<String> {
        let indent = line.len() - line.trim_start().len();
        let (user, password) = line.trim().split_once(':')?;
        let is_user = !user.is_empty() && !user.contains([' ', '/', '{', '"', '$']);
        let is_password = !password.starts_with([' ', '/']) && !is_placeholder(password);
        (is_user && is_password).then(|| format!("{}{user}:{MARK}", &line[..indent]))
    };
    let mut out = Vec::new();
    let mut found = false;
    for old in text.split('\n') {
        match line(old) {
            Some(new) => {
                found = true;
                out.push(new);
            }
            None if old.trim().is_empty() || old.trim_start().starts_with('#') => out.push(old.to_owned()),
            None => return None,
        }
    }
    found.then(|| out.join("\n"))
}

fn is(group: Group, word: &str) -> bool {
    RULES.names.has(group, word)
}

/// A key in lower case without what separates its words.
fn plain(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '-' | '_' | '.')).flat_map(char::to_lowercase).collect()
}

/// The last word of a key, in lower case: `name` of `secretName`, `secret-name` and `SECRET_NAME`.
fn last_word(key: &str) -> String {
    let end = key.trim_end_matches(|c: char| !c.is_alphanumeric());
    let mixed = end.contains(|c: char| c.is_lowercase());
    let start = end.char_indices().rev().find_map(|(at, c)| {
        if !c.is_alphanumeric() {
            Some(at + c.len_utf8())
        } else if mixed && c.is_uppercase() && end[at + c.len_utf8()..].starts_with(char::is_lowercase) {
            Some(at)
        } else {
            None
        }
    });
    end[start.unwrap_or(0)..].to_lowercase()
}
