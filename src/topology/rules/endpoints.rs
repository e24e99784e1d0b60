//! Endpoints belong to the Service of the same name.
//!
//! Source: `k8s.io/api/core/v1/types.go`, `Endpoints`.

use super::super::build::{Cast, Draft, Reference};
use crate::catalog::{FieldPath, Relation};
use crate::model::Object;

pub(super) fn apply(object: &Object, cast: &Cast, draft: &mut Draft) {
    let service = object.identity.sibling("", "Service", &object.identity.name);
    if cast.find(&service).is_some() {
        let field = FieldPath::of("metadata.name");
        draft.add(Reference::new(object, service, Relation::NamedBy, field));
    }
}
