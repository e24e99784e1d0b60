//! Services that actions of the AWS Load Balancer Controller forward to: an annotation holds the action, as JSON.
//!
//! Source: kubernetes-sigs.github.io/aws-load-balancer-controller, "Ingress annotations", `actions.${action-name}`.

use super::super::build::{Cast, Draft, Reference, target};
use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::model::Object;
use serde_json::Value as Json;

/// How the key of an action begins; its name follows.
const ACTION: &str = "alb.ingress.kubernetes.io/actions.";

/// Adds a route to each Service that an action of an Ingress forwards to.
pub(super) fn apply(by: &Object, cast: &Cast, draft: &mut Draft) {
    let annotations = by.value.at("metadata.annotations").map(Value::entries).unwrap_or_default();
    for entry in annotations.iter().filter(|entry| entry.key.starts_with(ACTION)) {
        let action = entry.value.as_str().and_then(|text| serde_json::from_str::<Json>(text).ok());
        let Some(action) = action else { continue };
        let field = FieldPath::of("metadata.annotations").key(&entry.key);
        let groups =
            action.pointer("/forwardConfig/targetGroups").or(action.pointer("/ForwardConfig/TargetGroups"));
        let groups = groups.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        for name in groups.iter().filter_map(|group| group.get("serviceName")?.as_str()) {
            let to = target(&by.identity, "", "Service", None, name, cast.catalog);
            draft.add(Reference::new(by, to, Relation::RoutesTo, field.clone()));
        }
    }
}
