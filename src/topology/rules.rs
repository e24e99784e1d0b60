//! The references that do not fit the catalog's vocabulary, one file a rule.

pub(super) mod calls;
pub(super) mod claim_template;
mod endpoints;
mod grant;
pub(super) mod network_policy;
mod parameter;
pub(super) mod ports;
pub(super) mod service_name;

pub use grant::grants;

use super::build::{Cast, Draft, Member};
use crate::problem::Problems;

/// Adds what the rules find in one object.
pub(super) fn apply(member: &Member, cast: &Cast, draft: &mut Draft, problems: &mut Problems) {
    let identity = &member.object.identity;
    match (&*identity.group, &*identity.kind) {
        ("apps", "StatefulSet") => claim_template::apply(&member.object, draft, problems),
        ("networking.k8s.io", "NetworkPolicy") => network_policy::apply(&member.object, cast, draft),
        ("", "Endpoints") => endpoints::apply(&member.object, cast, draft),
        (
            "admissionregistration.k8s.io",
            "ValidatingAdmissionPolicyBinding" | "MutatingAdmissionPolicyBinding",
        ) => parameter::apply(&member.object, cast, draft),
        ("gateway.networking.k8s.io", "ReferenceGrant") => grant::apply(&member.object, cast, draft),
        _ => {}
    }
}
