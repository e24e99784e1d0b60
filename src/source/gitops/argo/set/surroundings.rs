//! What git generators find on the disk: the repository that is read.

use super::super::super::super::redact::{is_secret_name, redact_text};
use super::super::super::applier::Applier;
use super::super::super::repository::Whose;
use super::super::super::world::World;
use super::super::files::{self, Tree};
use super::super::pattern::is_pattern;
use super::git;
use crate::document::{MARK, parse};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

/// The repository as one set sees it.
pub struct Repositories<'a> {
    world: &'a World<'a>,
    near: Option<PathBuf>,
    trees: RefCell<BTreeMap<PathBuf, Rc<Tree>>>,
    read: RefCell<BTreeMap<PathBuf, Option<Json>>>,
    assumed: RefCell<BTreeSet<String>>,
}

impl<'a> Repositories<'a> {
    /// Nothing looked at yet.
    pub fn new(set: &Applier, world: &'a World<'a>) -> Repositories<'a> {
        Repositories {
            world,
            near: world.near(set),
            trees: RefCell::default(),
            read: RefCell::default(),
            assumed: RefCell::default(),
        }
    }

    /// The addresses that were taken for this repository although nothing says so.
    pub fn into_assumed(self) -> BTreeSet<String> {
        self.assumed.into_inner()
    }

    /// Where the repository begins, if a pattern leads somewhere in it.
    fn base(&self, pattern: &str) -> Option<PathBuf> {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let fixed: Vec<&str> = parts.iter().copied().take_while(|part| !is_pattern(part)).collect();
        if fixed.contains(&"..") {
            return None;
        }
        let repository = &self.world.repository;
        let found = repository.resolve(&fixed.join("/"), self.near.as_deref(), self.world.roots)?;
        let base = found.ancestors().nth(fixed.len())?.to_owned();
        // A link on the way would lead elsewhere.
        (fs::canonicalize(base.join(fixed.join("/"))).ok()? == found).then_some(base)
    }
}

impl git::Repositories for Repositories<'_> {
    fn tree(&self, address: &str, patterns: &[&str]) -> Option<Rc<Tree>> {
        let whose = self.world.repository.whose(address);
        if whose == Whose::Another {
            return None;
        }
        let base = patterns.iter().find_map(|pattern| self.base(pattern));
        let base = match whose {
            Whose::This => base.or_else(|| self.world.repository.base().map(PathBuf::from)),
            _ => base,
        }?;
        if whose == Whose::Unknown {
            self.assumed.borrow_mut().insert(address.to_owned());
        }
        let mut trees = self.trees.borrow_mut();
        let tree =
            trees.entry(base.clone()).or_insert_with(|| Rc::new(files::below(&base, self.world.roots, true)));
        Some(Rc::clone(tree))
    }

    fn read(&self, tree: &Tree, path: &str) -> Option<Json> {
        let file = tree.base.join(path);
        let mut read = self.read.borrow_mut();
        let said = read.entry(file).or_insert_with_key(|file| {
            let bytes = files::read(file, self.world.roots, self.world.limits.file_bytes)?;
            if bytes.iter().all(u8::is_ascii_whitespace) {
                return Some(Json::Null);
            }
            parse(&bytes).ok().map(|value| redacted(value.to_json(), false))
        });
        said.clone()
    }
}

/// A value without secrets, as far as names and looks tell: what a file says may become a part of any object.
fn redacted(value: Json, named: bool) -> Json {
    match value {
        Json::String(_) if named => MARK.into(),
        Json::String(text) => redact_text(&text, false).unwrap_or(text).into(),
        Json::Array(items) => items.into_iter().map(|item| redacted(item, named)).collect(),
        Json::Object(entries) => {
            let entry = |(key, value): (String, Json)| {
                let named = named || is_secret_name(&key);
                (key, redacted(value, named))
            };
            entries.into_iter().map(entry).collect()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::redacted;
    use serde_json::json;

    #[test]
    fn what_is_named_like_a_secret_is_none_here() {
        let said = json!({"tenant": {"name": "acme", "dbPassword": "hunter2-x", "secretName": "acme-db"}, "tag": "2.1.0"});
        let want = json!({"tenant": {"name": "acme", "dbPassword": "[redacted]", "secretName": "acme-db"}, "tag": "2.1.0"});
        assert_eq!(redacted(said, false), want);
    }
}
