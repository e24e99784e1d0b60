//! What rules find in one object, its ends still identities.

use crate::catalog::{FieldPath, Relation};
use crate::document::Identity;
use crate::model::Object;

/// A reference that was found: who refers to whom, and which field says so.
pub struct Reference<'a> {
    /// The object whose manifest holds the field.
    pub by: &'a Object,
    /// The other one.
    pub to: Identity,
    /// What the first does to the second.
    pub relation: Relation,
    /// The field.
    pub field: FieldPath,
    /// Whether the arrow points from `to` to `by`.
    pub reverse: bool,
    /// Whether the other need not exist: then it is drawn only if it does.
    pub optional: bool,
    /// More on it, such as ports.
    pub label: Option<String>,
    /// Which of the other's pods it is about, where not all.
    pub part: Option<String>,
}

impl<'a> Reference<'a> {
    /// A reference to an object that must exist, with nothing more to say about it.
    pub fn new(by: &'a Object, to: Identity, relation: Relation, field: FieldPath) -> Reference<'a> {
        Reference { by, to, relation, field, reverse: false, optional: false, label: None, part: None }
    }
}

/// A [`super::super::Call`] as it is found.
pub struct DraftCall {
    pub from: Identity,
    pub container: usize,
    pub to: Identity,
    pub host: String,
    pub port: Option<u16>,
    pub names_port: bool,
    pub port_exists: bool,
    pub via: String,
    pub written: Vec<String>,
    pub field: FieldPath,
    pub declared_by: Identity,
    pub confidence: u8,
}

/// A [`super::super::LocalAddress`] as it is found.
pub struct DraftLocal {
    pub from: Identity,
    pub container: usize,
    pub port: u16,
    pub listens: bool,
    pub field: FieldPath,
    pub declared_by: Identity,
}
