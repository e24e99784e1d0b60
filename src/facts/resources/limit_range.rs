//! What the LimitRanges of a namespace give to containers that set no requests or limits.
//!
//! Source: `k8s.io/kubernetes/plugin/pkg/admission/limitranger/admission.go`, `mergeContainerResources`;
//! `pkg/apis/core/v1/defaults.go`, `SetDefaults_LimitRangeItem`.

use super::amounts::{Origin, Resources};
use super::defaulting::Requirements;
use crate::catalog::FieldPath;
use crate::document::{Identity, Value};
use crate::facts::quantity::Quantity;
use crate::topology::{NodeIndex, Topology};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The defaults for containers by environment and namespace. Where several LimitRanges set one, that of the first by
/// name counts.
#[derive(Debug, Default)]
pub struct LimitRanges(BTreeMap<(Arc<str>, Arc<str>), Requirements>);

impl LimitRanges {
    /// Those of the whole input.
    pub(in crate::facts) fn of(topology: &Topology) -> LimitRanges {
        let mut ranges = LimitRanges::default();
        for (index, node) in topology.present() {
            let Identity { environment, group, kind, namespace, .. } = &node.identity;
            if let (Some(object), "", "LimitRange") = (&node.object, &**group, &**kind) {
                let key = (Arc::clone(environment), Arc::clone(namespace));
                let defaults = ranges.0.entry(key).or_default();
                let more = of_range(index, &object.value);
                defaults.limits.fill(&more.limits);
                defaults.requests.fill(&more.requests);
            }
        }
        ranges
    }

    /// Those for the pods of an object.
    pub(super) fn for_pods_of(&self, identity: &Identity) -> Option<&Requirements> {
        self.0.get(&(Arc::clone(&identity.environment), Arc::clone(&identity.namespace)))
    }
}

/// The defaults of one LimitRange: of two limits for containers, the later one counts.
fn of_range(index: NodeIndex, range: &Value) -> Requirements {
    let path = FieldPath::of("spec.limits");
    let limits = path.find(range).map(Value::items).unwrap_or_default();
    let mut defaults = Requirements::default();
    for (at, limit) in limits.iter().enumerate().filter(|(_, limit)| is_for_containers(limit)) {
        let amounts = |key: &str| amounts(index, limit, &path.item(at, limit), key);
        // A largest size counts as the default limit, that as the default request, and else a smallest size does.
        let mut item = Requirements { requests: amounts("defaultRequest"), limits: amounts("default") };
        item.limits.fill(&amounts("max"));
        item.requests.fill(&item.limits);
        item.requests.fill(&amounts("min"));
        item.requests.fill(&defaults.requests);
        item.limits.fill(&defaults.limits);
        defaults = item;
    }
    defaults
}

fn is_for_containers(limit: &Value) -> bool {
    limit.get("type").and_then(Value::as_str) == Some("Container")
}

fn amounts(index: NodeIndex, limit: &Value, path: &FieldPath, key: &str) -> Resources {
    let mut amounts = Resources::default();
    for entry in limit.get(key).map(Value::entries).unwrap_or_default() {
        let text = entry.value.scalar_text().unwrap_or_default();
        if let Some(quantity) = Quantity::parse(&text) {
            let origin = Origin::LimitRange(index, path.key(key).key(&entry.key));
            amounts.set(&entry.key, quantity.in_millis(), origin);
        }
    }
    amounts
}
