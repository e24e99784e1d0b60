//! Secrets end here: what may not be shown is found in a raw tree, and replaced in it and in the shown source.
//!
//! Found by type (Secrets), by name ([`name`]), by shape ([`shape`]), by the arguments of programs ([`command`]) and by the
//! syntax of files ([`mod@line`]); what is known of these is data ([`rules`]). What is found at one place of the file
//! is replaced wherever that place is used: aliases, merges and duplicates share their scalar's fate.

mod assignment;
mod command;
mod comment;
mod line;
mod name;
mod object;
mod rewrite;
mod rules;
mod shape;
mod structure;
mod table;
mod text;
mod tree;
mod value;
mod values;
mod zone;

pub use command::commands;
pub use comment::find as find_in_comments;
pub use object::speaks_of_secret;
pub use rewrite::rewrite;
pub use structure::documents as documents_in;
pub use structure::redact as redact_structure;
pub use text::redact as redact_text;
pub use values::{SHORTEST, Values};
pub use zone::{Region, widen};

use crate::document::{Kind, MARK, Value, compose::Spot};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Whether a name says that whatever it names is a secret.
pub fn is_secret_name(name: &str) -> bool {
    name::class(name).is_some_and(|class| matches!(class, name::Class::Password | name::Class::Token))
}

/// What becomes of a scalar or a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// All of it is secret.
    Whole,
    /// Its text with marks in it; as many lines as before.
    Text(Box<str>),
}

/// The edits of a file, by line and column of what they change.
#[derive(Default)]
pub struct Edits {
    places: HashMap<(u32, u32), Edit>,
    /// Lines of Secrets: their comments may say what the values decode to.
    zones: BTreeMap<u32, u32>,
    /// What Secrets hold.
    pub values: Values,
}

impl Edits {
    /// Adds what must be replaced in the tree of a document; says whether all of it is a Secret.
    pub fn find(&mut self, root: &Value) -> bool {
        tree::find(root, self)
    }

    /// Adds an edit; of two for one place the stricter counts.
    pub fn add(&mut self, line: u32, column: u32, edit: Edit) {
        self.places
            .entry((line, column))
            .and_modify(|old| {
                if *old != edit {
                    *old = Edit::Whole;
                }
            })
            .or_insert(edit);
    }

    /// Whether `line` belongs to a Secret.
    pub fn in_secret(&self, line: u32) -> bool {
        self.zones.range(..=line).next_back().is_some_and(|(_, &last)| line <= last)
    }

    /// Notes the lines of a Secret.
    pub fn add_zone(&mut self, first: u32, last: u32) {
        let zone = self.zones.entry(first).or_insert(last);
        *zone = last.max(*zone);
    }

    /// The edit of what begins at `spot`.
    pub fn at(&self, spot: Spot) -> Option<&Edit> {
        self.places.get(&(spot.line, spot.column))
    }

    /// Replaces in a tree what was found, there or in any other document of the file.
    pub fn apply(&self, value: &mut Value) {
        if self.places.is_empty() {
            return;
        }
        match &mut value.kind {
            Kind::Null => {}
            Kind::List(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Kind::Map(entries) => {
                let mut renamed = false;
                for entry in entries.iter_mut() {
                    if let Some(edit) = self.places.get(&(entry.line, entry.column)) {
                        entry.key = edit.text();
                        renamed = true;
                    }
                    self.apply(&mut entry.value);
                }
                // Of several keys that read alike now the first stays: a key stands once in a mapping.
                if renamed {
                    let mut seen = HashSet::with_capacity(entries.len());
                    entries.retain(|entry| seen.insert(entry.key.clone()));
                }
            }
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
                if let Some(edit) = self.places.get(&(value.line, value.column)) {
                    value.kind = Kind::String(edit.text());
                    value.written = None;
                }
            }
        }
    }
}

impl Edit {
    fn text(&self) -> Box<str> {
        match self {
            Edit::Whole => MARK.into(),
            Edit::Text(text) => text.clone(),
        }
    }
}
