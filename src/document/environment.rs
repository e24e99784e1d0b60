//! Sets of objects that are applied together.

use serde::Serialize;

/// The name of the environment that plain files without collisions make up.
pub const PLAIN_ENVIRONMENT: &str = "default";

/// A set of objects that are applied together; edges never cross environments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Environment {
    /// Its name; `default` for the plain one.
    pub name: String,
    /// What made it: `plain`, `kustomize`, `helm`, `dump`, `flux` or `argo-cd`.
    pub source: &'static str,
    /// Its folder, relative to the input; empty for the whole input. Of a cluster the file of the object that all others in it
    /// follow from.
    pub path: String,
    /// Where its objects go that name no namespace, if it says so itself.
    #[serde(skip)]
    pub namespace: Option<String>,
    /// What is missing in its objects, in a clause, where not all of it could be built; names in backticks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
}

impl Environment {
    /// Whether it is a cluster that GitOps controllers fill: what of it is missing says nothing about the rest.
    pub fn is_cluster(&self) -> bool {
        matches!(self.source, "flux" | "argo-cd")
    }

    /// The one that plain files without collisions make up.
    pub fn plain() -> Environment {
        Environment {
            name: PLAIN_ENVIRONMENT.to_owned(),
            source: "plain",
            path: String::new(),
            namespace: None,
            incomplete: None,
        }
    }
}
