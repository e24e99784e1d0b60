//! How many pods a workload keeps: its own number, or the range of the autoscaler that scales it.

use crate::catalog::{FieldPath, Relation};
use crate::facts::known::{Known, quoted};
use crate::model::Value;
use crate::topology::{Node, NodeIndex, Topology};

/// How many pods a workload keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicas {
    /// The number, or the lowest one where an autoscaler decides. Never negative.
    pub least: Known<i64>,
    /// The highest number, where an autoscaler decides and says it.
    pub most: Option<Known<i64>>,
    /// The HorizontalPodAutoscaler that decides.
    pub scaler: Option<NodeIndex>,
}

/// How many pods a workload keeps; `None` for kinds without such a number, such as DaemonSets and Jobs.
///
/// A workload that is explicitly scaled to 0 stays there: the autoscaler leaves it alone.
///
/// Source: `k8s.io/api/apps/v1/types.go` (one replica by default); `k8s.io/api/autoscaling/v2/types.go` (a minimum of 1
/// by default); `k8s.io/kubernetes/pkg/controller/podautoscaler/horizontal.go`, `reconcileAutoscaler`.
pub fn replicas(topology: &Topology, index: NodeIndex) -> Option<Replicas> {
    let node = topology.nodes.get(index)?;
    let object = node.object.as_ref()?;
    let identity = &node.identity;
    let field = match node.pod.as_deref().and_then(|pod| pod.copies.clone()) {
        Some(field) => field,
        None => FieldPath::of("spec.replicas"),
    };
    match (&*identity.group, &*identity.kind) {
        ("", "Pod") => {
            let least = Known::new(1, "it is a single pod", FieldPath::root());
            return Some(Replicas { least, most: None, scaler: None });
        }
        ("apps", "Deployment" | "ReplicaSet" | "StatefulSet") | ("", "ReplicationController") => {}
        _ if node.pod.as_ref().is_some_and(|pod| pod.copies.is_some()) => {}
        _ => return None,
    }
    let declared = field.find(&object.value).and_then(Value::as_i64).map(|number| number.max(0));
    let name = quoted(&field.to_string());
    let own = match declared {
        Some(number) => Known::new(number, format!("{name} is {number}"), field),
        None => Known::new(1, format!("{name} is not set, and 1 by default"), field),
    };
    let scaler = (own.value > 0).then(|| scaler(topology, index)).flatten();
    let Some(scaler) = scaler else { return Some(Replicas { least: own, most: None, scaler: None }) };
    let (least, most) = range(topology, scaler);
    Some(Replicas { least, most, scaler: Some(scaler) })
}

/// The HorizontalPodAutoscaler that scales a workload: the first one by name where several do.
fn scaler(topology: &Topology, index: NodeIndex) -> Option<NodeIndex> {
    let scalers = topology.to(index).filter(|edge| edge.relation == Relation::Scales).map(|edge| edge.from);
    scalers.into_iter().find(|&scaler| {
        let node = &topology.nodes[scaler];
        is_autoscaler(node) && node.object.is_some()
    })
}

/// Whether a node is a HorizontalPodAutoscaler.
fn is_autoscaler(node: &Node) -> bool {
    &*node.identity.group == "autoscaling" && &*node.identity.kind == "HorizontalPodAutoscaler"
}

fn range(topology: &Topology, scaler: NodeIndex) -> (Known<i64>, Option<Known<i64>>) {
    let node = &topology.nodes[scaler];
    let name = quoted(&node.identity.name);
    let number = |path: &str| {
        let number = node.object.as_ref().and_then(|object| object.value.at(path)).and_then(Value::as_i64);
        number.map(|number| number.max(0))
    };
    let field = FieldPath::of("spec.minReplicas");
    let least = match number("spec.minReplicas") {
        Some(least) => {
            Known::new(least, format!("HorizontalPodAutoscaler {name} keeps at least {least}"), field)
        }
        None => Known::new(1, format!("HorizontalPodAutoscaler {name} keeps at least 1, by default"), field),
    };
    let most = number("spec.maxReplicas").map(|most| {
        let why = format!("HorizontalPodAutoscaler {name} keeps at most {most}");
        Known::new(most, why, FieldPath::of("spec.maxReplicas")).said_by(scaler)
    });
    (least.said_by(scaler), most)
}
