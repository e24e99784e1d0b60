//! What rules find in one object, its ends still identities.

use super::super::call::{Call, SecretAddress};
use super::NodeIndex;
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
    /// The line, where the field has several; else that of the field.
    pub line: Option<u32>,
}

impl<'a> Reference<'a> {
    /// A reference to an object that must exist, with nothing more to say about it.
    pub fn new(by: &'a Object, to: Identity, relation: Relation, field: FieldPath) -> Reference<'a> {
        Reference {
            by,
            to,
            relation,
            field,
            reverse: false,
            optional: false,
            label: None,
            line: None,
            part: None,
        }
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
    pub line: Option<u32>,
    pub declared_by: Identity,
    pub alias: Option<String>,
    pub is_declared: bool,
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

/// A [`super::super::SecretAddress`] as it is found.
pub struct DraftSecretAddress {
    pub from: Identity,
    pub container: usize,
    pub secret: Identity,
    pub variable: String,
    pub key: String,
    pub field: FieldPath,
}

impl DraftCall {
    /// The call between nodes; `None` if one of them is not there.
    pub fn between(self, index: &dyn Fn(&Identity) -> Option<NodeIndex>) -> Option<Call> {
        Some(Call {
            from: index(&self.from)?,
            container: self.container,
            to: index(&self.to)?,
            host: self.host,
            port: self.port,
            names_port: self.names_port,
            port_exists: self.port_exists,
            via: self.via,
            written: self.written,
            field: self.field,
            line: self.line,
            declared_by: index(&self.declared_by)?,
            alias: self.alias,
            is_declared: self.is_declared,
            confidence: self.confidence,
        })
    }
}

impl DraftSecretAddress {
    /// The same between nodes; `None` if one of them is not there.
    pub fn between(self, index: &dyn Fn(&Identity) -> Option<NodeIndex>) -> Option<SecretAddress> {
        Some(SecretAddress {
            from: index(&self.from)?,
            container: self.container,
            secret: index(&self.secret)?,
            variable: self.variable,
            key: self.key,
            field: self.field,
        })
    }
}
