//! Objects, what makes each the one it is, and the sorted set of all of them.

use super::{SourceFile, Value};
use serde::Serialize;
use std::sync::Arc;

/// The name of the environment that plain files without collisions make up.
pub const PLAIN_ENVIRONMENT: &str = "default";

/// A set of objects that are applied together; edges never cross environments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Environment {
    /// Its name; `default` for the plain one.
    pub name: String,
    /// What made it: `plain`, `kustomize`, `helm` or `dump`.
    pub source: &'static str,
    /// Its folder, relative to the input; empty for the whole input.
    pub path: String,
    /// Where its objects go that name no namespace, if it says so itself.
    #[serde(skip)]
    pub namespace: Option<String>,
}

impl Environment {
    /// The one that plain files without collisions make up.
    pub fn plain() -> Environment {
        Environment {
            name: PLAIN_ENVIRONMENT.to_owned(),
            source: "plain",
            path: String::new(),
            namespace: None,
        }
    }
}

/// What makes an object the one it is. The order is that of every list podviz prints.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The environment it is applied in.
    pub environment: Arc<str>,
    /// API group; empty for the core group.
    pub group: Arc<str>,
    /// Kind, such as `Deployment`.
    pub kind: Arc<str>,
    /// Namespace; empty for a cluster-scoped object.
    pub namespace: Arc<str>,
    /// Name.
    pub name: Arc<str>,
}

impl Identity {
    /// The stable id `environment:group/Kind/namespace/name`: the core group is `core`, the plain environment has no
    /// prefix, and `/`, `%`, control characters and, in the environment's name, `:` are percent-encoded.
    pub fn id(&self) -> String {
        let group = if self.group.is_empty() { "core" } else { &self.group };
        let object = [group, &self.kind, &self.namespace, &self.name].map(encode).join("/");
        match &*self.environment {
            PLAIN_ENVIRONMENT => object,
            environment => format!("{}:{object}", encode(environment).replace(':', "%3A")),
        }
    }

    /// `Kind namespace/name`, or `Kind name` for a cluster-scoped object: what people are shown and may ask for.
    pub fn title(&self) -> String {
        match &*self.namespace {
            "" => format!("{} {}", self.kind, self.name),
            namespace => format!("{} {namespace}/{}", self.kind, self.name),
        }
    }

    /// Whether it is of a kind; the core group is empty.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        *self.group == *group && *self.kind == *kind
    }

    /// The same namespace and environment, another kind and name.
    pub fn sibling(&self, group: &str, kind: &str, name: &str) -> Identity {
        Identity { group: group.into(), kind: kind.into(), name: name.into(), ..self.clone() }
    }
}

fn encode(part: &str) -> String {
    let mut encoded = String::with_capacity(part.len());
    for c in part.chars() {
        if c == '/' || c == '%' || c.is_control() {
            let mut bytes = [0; 4];
            c.encode_utf8(&mut bytes).bytes().for_each(|byte| encoded.push_str(&format!("%{byte:02X}")));
        } else {
            encoded.push(c);
        }
    }
    encoded
}

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
    /// The comment block at the top of its document, if the document is this object.
    pub comment: Option<String>,
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
