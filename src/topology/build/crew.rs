//! The pods that operators make for objects which describe none.

use super::super::selector::{Labels, labels};
use crate::catalog::KindRule;
use crate::model::Object;

/// The labels of the pods that an operator makes, if they are known: its own win over those of the manifest.
pub(super) fn crew(object: &Object, rule: &KindRule) -> Option<Labels> {
    if rule.pod_labels.is_empty() {
        return None;
    }
    let (name, namespace) = (&object.identity.name, &object.identity.namespace);
    let more = rule.pod_labels_from.as_deref().and_then(|path| object.value.at(path));
    let mut all = labels(more);
    all.extend(rule.pod_labels.iter().map(|(key, value)| (key.clone(), value.fill("", name, namespace))));
    Some(all)
}
