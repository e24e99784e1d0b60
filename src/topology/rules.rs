//! The references that do not fit the catalog's vocabulary, one file a rule.

mod alb;
mod applies;
pub(super) mod calls;
pub(super) mod claim_template;
pub(super) mod declared_calls;
mod endpoints;
mod grant;
mod ingress_class;
pub(super) mod network_policy;
mod networks;
mod parameter;
pub(super) mod ports;
mod resource_names;
pub(super) mod service_name;
mod traefik;
mod unknown_kind;

pub use grant::grants;

use super::build::{Cast, Draft, Member};
use crate::problem::Problems;

/// Adds what the rules find in one object.
pub(super) fn apply(member: &Member, cast: &Cast, draft: &mut Draft, problems: &mut Problems) {
    let identity = &member.object.identity;
    networks::apply(member, cast, draft);
    applies::apply(member, cast, draft);
    match (&*identity.group, &*identity.kind) {
        ("apps", "StatefulSet") => claim_template::apply(&member.object, draft, problems),
        ("networking.k8s.io", "NetworkPolicy") => network_policy::apply(&member.object, cast, draft),
        ("networking.k8s.io", "Ingress") => {
            traefik::apply(&member.object, cast, draft);
            alb::apply(&member.object, cast, draft);
        }
        ("", "Service") => traefik::apply(&member.object, cast, draft),
        ("", "Endpoints") => endpoints::apply(&member.object, cast, draft),
        (
            "admissionregistration.k8s.io",
            "ValidatingAdmissionPolicyBinding" | "MutatingAdmissionPolicyBinding",
        ) => parameter::apply(&member.object, cast, draft),
        ("networking.k8s.io", "IngressClass") => ingress_class::apply(&member.object, cast, draft),
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => {
            resource_names::apply(&member.object, cast, draft);
        }
        ("gateway.networking.k8s.io", "ReferenceGrant") => grant::apply(&member.object, cast, draft),
        _ => unknown_kind::apply(member, cast, draft),
    }
}
