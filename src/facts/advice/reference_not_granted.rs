//! A reference of the Gateway API into another namespace that nothing there allows.

use super::{Findings, Rule};
use crate::catalog::{FieldPath, Step};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::{State, grants};

pub(super) static RULE: Rule = Rule {
    code: "reference-not-granted",
    level: Level::Warning,
    meaning: "A route or a Gateway refers to an object of another namespace, and no ReferenceGrant there allows it. The reference \
              does not count: requests get an error, or a listener has no certificate.",
    check,
};

/// The fields that a ReferenceGrant must allow to lead into another namespace. Whether a route may attach to a Gateway is
/// for the Gateway to say.
///
/// Source: gateway-api.sigs.k8s.io, "ReferenceGrant".
const GUARDED: [&str; 5] =
    ["backendRef", "backendRefs", "caCertificateRefs", "certificateRefs", "clientCertificateRef"];

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let own = &scene.object.identity;
    if &*own.group != "gateway.networking.k8s.io" {
        return;
    }
    for edge in scene.topology.from(scene.index).filter(|edge| edge.declared_by == scene.index) {
        let other = &scene.topology.nodes[edge.to];
        let to = &other.identity;
        let is_abroad = !to.namespace.is_empty() && to.namespace != own.namespace;
        // What is not in the input may have a grant that is not there either.
        if !is_abroad || matches!(other.state, State::Missing | State::External) || !is_guarded(&edge.field) {
            continue;
        }
        let here = scene.topology.of_kind(&own.environment, &own.group, "ReferenceGrant");
        let mut objects = here.filter_map(|(_, node)| node.object.as_deref());
        if objects.any(|grant| grants(grant, own, to)) {
            continue;
        }
        let (target, namespace) = (format!("{} {}", to.kind, quoted(&to.name)), quoted(&to.namespace));
        findings
            .add(
                format!(
                    "Its reference to {target} in namespace {namespace} does not count: no ReferenceGrant there allows it."
                ),
                format!(
                    "Add a ReferenceGrant to namespace {namespace} with `from` {} of namespace {} and `to` {}.",
                    own.kind,
                    quoted(&own.namespace),
                    to.kind
                ),
                edge.field.clone(),
            )
            .because(edge.to, FieldPath::root());
    }
}

fn is_guarded(field: &FieldPath) -> bool {
    field
        .outward()
        .filter_map(FieldPath::last)
        .any(|step| matches!(step, Step::Key(key) if GUARDED.contains(&&**key)))
}
