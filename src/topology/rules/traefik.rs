//! Objects of Traefik that annotations name: `shop-auth@kubernetescrd` is the one called `auth` in namespace `shop`.
//!
//! Source: doc.traefik.io, "Routing configuration for Kubernetes Ingress", annotations.

use super::super::build::{Cast, Draft, Reference};
use crate::catalog::{FieldPath, Relation};
use crate::document::{Identity, Value};
use crate::model::Object;
use std::sync::Arc;

/// What says that a name is that of an object.
const PROVIDER: &str = "@kubernetescrd";

/// The annotations and the kinds of what they name.
const ANNOTATIONS: [(&str, &str); 3] = [
    ("traefik.ingress.kubernetes.io/router.middlewares", "Middleware"),
    ("traefik.ingress.kubernetes.io/router.tls.options", "TLSOption"),
    ("traefik.ingress.kubernetes.io/service.serverstransport", "ServersTransport"),
];

/// Adds a reference for each name in the annotations of an Ingress or a Service.
pub(super) fn apply(by: &Object, cast: &Cast, draft: &mut Draft) {
    let Some(annotations) = by.value.at("metadata.annotations") else { return };
    for (key, kind) in ANNOTATIONS {
        let text = annotations.get(key).and_then(Value::as_str).unwrap_or_default();
        let field = FieldPath::of("metadata.annotations").key(key);
        for name in text.split(',').filter_map(|name| name.trim().strip_suffix(PROVIDER)) {
            if let Some(to) = meant(by, kind, name, cast) {
                draft.add(Reference::new(by, to, Relation::References, field.clone()));
            }
        }
    }
}

/// The object that `namespace-name` means. Both parts may hold hyphens, so what is there decides; what is not there is
/// looked for in the namespace of the object that names it.
fn meant(by: &Object, kind: &str, name: &str, cast: &Cast) -> Option<Identity> {
    let own = &by.identity;
    let group = cast.catalog.group_of(kind);
    let members = cast.of_kind(&own.environment, kind).into_iter().map(|member| &member.object.identity);
    let mut alike = members.filter(|one| {
        *one.group == *group
            && name.strip_prefix(&*one.namespace).and_then(|rest| rest.strip_prefix('-')) == Some(&one.name)
    });
    alike.next().cloned().or_else(|| {
        let name = name.strip_prefix(&*own.namespace)?.strip_prefix('-').filter(|name| !name.is_empty())?;
        Some(Identity {
            environment: Arc::clone(&own.environment),
            group: group.into(),
            kind: kind.into(),
            namespace: Arc::clone(&own.namespace),
            name: name.into(),
        })
    })
}
