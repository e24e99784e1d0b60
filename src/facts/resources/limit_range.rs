//! What the LimitRanges of a namespace give to containers that set no requests or limits.
//!
//! Source: `k8s.io/kubernetes/plugin/pkg/admission/limitranger/admission.go`, `mergeContainerResources`;
//! `pkg/apis/core/v1/defaults.go`, `SetDefaults_LimitRangeItem`.

use super::amounts::{Origin, Resources};
use super::defaulting::Requirements;
use crate::catalog::FieldPath;
use crate::facts::quantity::Quantity;
use crate::facts::scene::Scene;
use crate::model::Value;
use crate::topology::NodeIndex;

/// The defaults for containers that each LimitRange of the pod's namespace sets, by its name.
pub(super) fn defaults(scene: &Scene) -> Vec<Requirements> {
    let nodes = &scene.topology.nodes;
    let key = scene.object.identity.sibling("", "LimitRange", "");
    let first = nodes.partition_point(|node| node.identity < key);
    let same = nodes[first..].iter().take_while(|node| {
        let other = &node.identity;
        (&other.environment, &other.group, &other.kind, &other.namespace)
            == (&key.environment, &key.group, &key.kind, &key.namespace)
    });
    let ranges = same.enumerate().filter_map(|(at, node)| Some((first + at, node.object.as_ref()?)));
    ranges.map(|(index, object)| of_range(index, &object.value)).collect()
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
