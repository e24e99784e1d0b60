//! What makes an object the one it is.

use super::PLAIN_ENVIRONMENT;
use std::sync::Arc;

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
