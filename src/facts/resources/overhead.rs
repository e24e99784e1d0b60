//! What a pod needs beside its containers: the overhead of the way in which its node runs it.
//!
//! Source: `k8s.io/kubernetes/plugin/pkg/admission/runtimeclass/admission.go`, `setOverhead`.

use super::amounts::{Origin, Resources};
use crate::catalog::FieldPath;
use crate::catalog::Relation;
use crate::document::Value;
use crate::facts::known::{Known, quoted};
use crate::facts::quantity::Quantity;
use crate::facts::scene::Scene;
use crate::topology::Pod;

/// The overhead that the pod says itself, else that of its RuntimeClass, if that is in the input.
pub(super) fn of(scene: &Scene, pod: &Pod) -> Option<Known<Resources>> {
    let written = Resources::read(pod.spec.overhead.as_ref());
    if !written.is_empty() {
        return Some(Known::new(written, "the pod says so itself", pod.path.key("overhead")));
    }
    let class = pod.spec.runtime_class_name.as_ref()?;
    let nodes = scene.from(Relation::References).map(|edge| edge.to);
    let (index, object) = nodes
        .filter_map(|index| Some((index, scene.topology.nodes[index].object.as_ref()?)))
        .find(|(_, object)| &*object.identity.kind == "RuntimeClass" && *object.identity.name == **class)?;
    let fixed = FieldPath::of("overhead.podFixed");
    let mut overhead = Resources::default();
    for entry in fixed.find(&object.value).map(Value::entries).unwrap_or_default() {
        let text = entry.value.scalar_text().unwrap_or_default();
        if let Some(quantity) = Quantity::parse(&text) {
            overhead.set(&entry.key, quantity.in_millis(), Origin::Overhead);
        }
    }
    let why = format!("RuntimeClass {} says so", quoted(class));
    (!overhead.is_empty()).then(|| Known::new(overhead, why, fixed).said_by(index))
}
