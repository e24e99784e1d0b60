//! The networks that the pods of a workload join beside the cluster's own, as an annotation of theirs names them: a list
//! in JSON, or `namespace/name@interface` separated by commas.
//!
//! Source: `github.com/k8snetworkplumbingwg/multi-net-spec`, "Network Attachment Selection Annotation".

use super::super::build::{Cast, Draft, Member, Reference, target};
use crate::catalog::Relation;

const GROUP: &str = "k8s.cni.cncf.io";

/// The annotations that name networks.
const ANNOTATIONS: [&str; 2] = ["k8s.v1.cni.cncf.io/networks", "v1.multus-cni.io/default-network"];

/// Adds a reference for each network of a workload's pods.
pub(super) fn apply(member: &Member, cast: &Cast, draft: &mut Draft) {
    let Some(pod) = &member.pod else { return };
    let object = &*member.object;
    let own = &object.identity;
    let template = pod.path.above().cloned().unwrap_or_default();
    for key in ANNOTATIONS {
        let Some(text) = pod.annotations.get(key) else { continue };
        let field = template.key("metadata").key("annotations").key(key);
        for (namespace, name) in networks(text) {
            let to =
                target(own, GROUP, "NetworkAttachmentDefinition", namespace.as_deref(), &name, cast.catalog);
            draft.add(Reference::new(object, to, Relation::References, field.clone()));
        }
    }
}

/// The namespace, if one is given, and the name of each network.
fn networks(text: &str) -> Vec<(Option<String>, String)> {
    let text = text.trim();
    if text.starts_with('[') {
        let list: Vec<serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
        let word = |entry: &serde_json::Value, key| {
            entry
                .get(key)
                .and_then(serde_json::Value::as_str)
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
        };
        return list
            .iter()
            .filter_map(|entry| Some((word(entry, "namespace"), word(entry, "name")?)))
            .collect();
    }
    let names = text.split(',').map(|entry| entry.trim().split('@').next().unwrap_or_default());
    let split = names.map(|name| match name.split_once('/') {
        Some((namespace, name)) => (Some(namespace.to_owned()), name.to_owned()),
        None => (None, name.to_owned()),
    });
    split.filter(|(_, name)| !name.is_empty()).collect()
}
