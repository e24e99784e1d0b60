//! Live dumps: what `kubectl get -o yaml` prints of a cluster.

use super::Object;
use crate::document::{Kind, Value};

/// Whether objects were read from a cluster: the API server gave each of them an identity.
pub(super) fn is_dump<'a>(objects: impl IntoIterator<Item = &'a Object>) -> bool {
    let mut objects = objects.into_iter().peekable();
    objects.peek().is_some() && objects.all(|object| object.value.at("metadata.uid").is_some())
}

/// Takes out of a manifest what the API server keeps for itself: who set which field.
pub(super) fn strip_bookkeeping(manifest: &mut Value) {
    let Kind::Map(entries) = &mut manifest.kind else { return };
    for entry in entries.iter_mut().filter(|entry| &*entry.key == "metadata") {
        if let Kind::Map(metadata) = &mut entry.value.kind {
            metadata.retain(|entry| &*entry.key != "managedFields");
        }
    }
}
