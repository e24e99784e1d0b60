//! How many pods a workload keeps: its own number, or the range of the autoscaler that scales it.

use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::facts::known::{Known, quoted};
use crate::topology::{Node, NodeIndex, Topology};

/// How many pods a workload keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicas {
    /// The number, or the lowest one where an autoscaler decides. Never negative.
    pub least: Known<i64>,
    /// The highest number, where an autoscaler decides and says it.
    pub most: Option<Known<i64>>,
    /// The autoscaler that decides: a HorizontalPodAutoscaler, or a ScaledObject of KEDA.
    pub scaler: Option<NodeIndex>,
}

/// How many pods a workload keeps; `None` for kinds without such a number, such as DaemonSets and Jobs, and where it cannot
/// be read, or a tool puts it in later, and no autoscaler decides.
///
/// A workload that is explicitly scaled to 0 stays there: a HorizontalPodAutoscaler leaves it alone, unless its own minimum
/// is 0. KEDA does not.
///
/// Source: `k8s.io/api/apps/v1/types.go` (one replica by default); `k8s.io/api/autoscaling/v2/types.go` (a minimum of 1
/// by default); `k8s.io/kubernetes/pkg/controller/podautoscaler/horizontal.go`, `reconcileAutoscaler`.
pub fn replicas(topology: &Topology, index: NodeIndex) -> Option<Replicas> {
    let node = topology.nodes.get(index)?;
    if let [crew] = &node.crew[..] {
        let [one, many] = &crew.what;
        let number = crew.copies?;
        let kept = crate::names::count(usize::try_from(number).unwrap_or(0), one, many);
        let maker = node.maker.as_ref().and_then(|maker| topology.find(maker)).unwrap_or(index);
        let least = Known::new(number, format!("its operator keeps {kept}"), crew.field.clone());
        return Some(Replicas { least: least.said_by(maker), most: None, scaler: None });
    }
    let object = node.object.as_ref()?;
    if node.identity.is("", "Pod") {
        let alike = i64::try_from(topology.alike(index).len()).unwrap_or(i64::MAX);
        let least = match alike {
            0 => Known::new(1, "it is a single pod", FieldPath::root()),
            many => Known::new(
                many,
                format!("these manifests hold {many} pods alike of its owner"),
                FieldPath::root(),
            ),
        };
        return Some(Replicas { least, most: None, scaler: None });
    }
    let field = node.pod.as_deref()?.copies.clone()?;
    if field.find(&object.value).is_some_and(Value::is_placeholder) {
        return None;
    }
    let declared = field.find(&object.value).and_then(Value::as_i64).map(|number| number.max(0));
    let name = quoted(&field.to_string());
    if let Some(least) = taken(topology, node) {
        return Some(Replicas { least, most: None, scaler: None });
    }
    let own = match declared {
        Some(number) => Known::new(number, format!("{name} is {number}"), field),
        None => Known::new(1, format!("{name} is not set, and 1 by default"), field),
    };
    let scaler = scaler(topology, index).filter(|&scaler| {
        own.value > 0 || bounds(&topology.nodes[scaler]).is_some_and(|bounds| bounds.from_zero)
    });
    let Some(scaler) = scaler else {
        return (!node.has_unread_copies()).then_some(Replicas { least: own, most: None, scaler: None });
    };
    let (least, most) = range(topology, scaler);
    Some(Replicas { least, most, scaler: Some(scaler) })
}

/// How many pods of its template another object runs in its place.
fn taken(topology: &Topology, node: &Node) -> Option<Known<i64>> {
    let taken = node.taken.as_ref()?;
    let by = &topology.nodes[taken.by].identity;
    let why = format!("{} {} runs them, from its template", by.kind, quoted(&by.name));
    Some(Known::new(taken.copies, why, taken.field.clone()).said_by(taken.by))
}

/// The autoscaler of a workload: the first one by name where several do.
fn scaler(topology: &Topology, index: NodeIndex) -> Option<NodeIndex> {
    let scalers = topology.to(index).filter(|edge| edge.relation == Relation::Scales).map(|edge| edge.from);
    scalers.into_iter().find(|&scaler| {
        let node = &topology.nodes[scaler];
        bounds(node).is_some() && node.object.is_some()
    })
}

/// How many pods an autoscaler keeps, as its manifest says or leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The lowest number.
    pub least: i64,
    /// The field that says it, whether it is there or not.
    pub least_field: &'static str,
    /// The highest number, where there is one.
    pub most: Option<i64>,
    /// The field that says it, whether it is there or not.
    pub most_field: &'static str,
    /// Whether it also scales a workload whose own number is 0.
    pub from_zero: bool,
}

/// How many pods an object keeps that changes their number; `None` for other objects, where a number cannot be read, and for
/// a VerticalPodAutoscaler, which changes what pods reserve.
///
/// Source: `k8s.io/api/autoscaling/v2/types.go`, `HorizontalPodAutoscalerSpec`; `github.com/kedacore/keda`,
/// `apis/keda/v1alpha1/scaledobject_types.go` (from 0 to 100 by default; `idleReplicaCount` while no trigger is active).
pub fn bounds(scaler: &Node) -> Option<Bounds> {
    let number = |path: &str| {
        let number = scaler.object.as_ref().and_then(|object| object.value.at(path)).and_then(Value::as_i64);
        number.map(|number| number.max(0))
    };
    let fields =
        ["spec.minReplicas", "spec.maxReplicas", "spec.minReplicaCount", "spec.maxReplicaCount"].into_iter();
    let mut written = fields.filter_map(|field| scaler.object.as_ref()?.value.at(field));
    if written.any(|value| !value.is_null() && value.as_i64().is_none()) {
        return None;
    }
    match (&*scaler.identity.group, &*scaler.identity.kind) {
        ("autoscaling", "HorizontalPodAutoscaler") => Some(Bounds {
            least: number("spec.minReplicas").unwrap_or(1),
            least_field: "spec.minReplicas",
            most: number("spec.maxReplicas"),
            most_field: "spec.maxReplicas",
            from_zero: number("spec.minReplicas") == Some(0),
        }),
        ("keda.sh", "ScaledObject") => {
            let idle = number("spec.idleReplicaCount");
            Some(Bounds {
                least: idle.or_else(|| number("spec.minReplicaCount")).unwrap_or(0),
                least_field: if idle.is_some() { "spec.idleReplicaCount" } else { "spec.minReplicaCount" },
                most: Some(number("spec.maxReplicaCount").unwrap_or(100)),
                most_field: "spec.maxReplicaCount",
                from_zero: true,
            })
        }
        _ => None,
    }
}

fn range(topology: &Topology, scaler: NodeIndex) -> (Known<i64>, Option<Known<i64>>) {
    let node = &topology.nodes[scaler];
    let who = format!("{} {}", node.identity.kind, quoted(&node.identity.name));
    let Some(bounds) = bounds(node) else { return (Known::new(1, who, FieldPath::root()), None) };
    let says = |field: &str| node.object.as_ref().is_some_and(|object| object.value.at(field).is_some());
    let known = |number: i64, word: &str, field: &str| {
        let default = if says(field) { "" } else { ", by default" };
        let why = format!("{who} keeps {word} {number}{default}");
        Known::new(number, why, FieldPath::of(field)).said_by(scaler)
    };
    let least = known(bounds.least, "at least", bounds.least_field);
    (least, bounds.most.map(|most| known(most, "at most", bounds.most_field)))
}
