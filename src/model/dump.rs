//! Live dumps: what `kubectl get -o yaml` prints of a cluster.

use super::Object;
use crate::document::{Kind, Value};
use std::collections::BTreeSet;

/// What the objects of an environment look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// There is none.
    Nothing,
    /// Somebody wrote at least one of them.
    Written,
    /// The API server recorded each of them. Test data does that, too: beside manifests that somebody wrote, it is no dump.
    Recorded,
    /// The same, and some of them stand in one List, as `kubectl get -o yaml` prints several.
    Listed,
}

/// What objects look like: the API server gives each one an identity, and a version or the time at which it was made.
///
/// Source: `k8s.io/apimachinery/pkg/apis/meta/v1/types.go`, `ObjectMeta`: all three are set by the system, and read-only.
pub(super) fn look<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Look {
    let is_set = |object: &Object, key: &str| {
        object
            .value
            .get("metadata")
            .and_then(|metadata| metadata.get(key))
            .is_some_and(|value| !value.is_null())
    };
    let (mut look, mut places) = (Look::Nothing, BTreeSet::new());
    for object in objects {
        let is_versioned = is_set(object, "resourceVersion") || is_set(object, "creationTimestamp");
        if !is_set(object, "uid") || !is_versioned {
            return Look::Written;
        }
        let is_second = !places.insert((&*object.file.path, object.document));
        look = if is_second || look == Look::Listed { Look::Listed } else { Look::Recorded };
    }
    look
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
