//! Objects, what makes each the one it is, and the sorted set of all of them.

use crate::document::{Delivery, Environment, Identity, Imprints, SourceFile, Value};
use std::sync::Arc;

/// What a page, a diagram node or a link is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Everything in one environment.
    Cluster(Arc<str>),
    /// One namespace of an environment.
    Namespace(Arc<str>, Arc<str>),
    /// One application: its environment, its first namespace, and its name.
    Application(Arc<str>, Arc<str>, Arc<str>),
    /// One object.
    Object(Identity),
    /// One container of the pod that a workload makes.
    Container(Identity, Arc<str>),
}

/// One object of the input.
#[derive(Debug)]
pub struct Object {
    /// What makes it the one it is. Kinds of replaced API groups stand here as their successors.
    pub identity: Identity,
    /// API version without the group, as its author wrote it.
    pub version: String,
    /// The file it stands in.
    pub file: Arc<SourceFile>,
    /// The index of its document in the file, from 0.
    pub document: usize,
    /// Its first line, from 1.
    pub first_line: u32,
    /// Its last line, from 1.
    pub last_line: u32,
    /// Whether the input also defines it differently; then this definition is the last one.
    pub is_contested: bool,
    /// The comment block at the top of its document, if the document is this object.
    pub comment: Option<String>,
    /// What stood where its manifest has marks.
    pub imprints: Arc<Imprints>,
    /// Who brings it to its cluster, if a GitOps controller does.
    pub delivery: Option<Arc<Delivery>>,
    /// Its manifest, redacted.
    pub value: Value,
}

impl Object {
    /// The label `key` of its metadata.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.value.at("metadata.labels")?.get(key)?.as_str()
    }

    /// Where people find a line of its file, from 1.
    pub fn place(&self, line: u32) -> (&str, u32) {
        self.file.place(line)
    }

    /// The annotation `key` of its metadata.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.value.at("metadata.annotations")?.get(key)?.as_str()
    }
}

impl Inventory {
    /// Keeps one environment only; the names of all of them where there is none of this name.
    pub fn keep_only(&mut self, name: &str) -> Result<(), Vec<String>> {
        if !self.environments.iter().any(|environment| environment.name == name) {
            return Err(self.environments.iter().map(|environment| environment.name.clone()).collect());
        }
        self.environments.retain(|environment| environment.name == name);
        self.objects.retain(|object| &*object.identity.environment == name);
        Ok(())
    }
}

/// Every object of the input, sorted by identity, each identity once.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The environments, sorted by name.
    pub environments: Vec<Environment>,
    /// The objects, sorted by identity.
    pub objects: Vec<Arc<Object>>,
}
