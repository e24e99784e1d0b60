//! The numbered pods of a StatefulSet: in which order they start, stop and change, their DNS names and their claims.

use super::replicas::Replicas;
use super::rollout::Strategy;
use crate::catalog::{FieldPath, Relation};
use crate::facts::known::{Known, quoted};
use crate::facts::ledger::Ledger;
use crate::facts::scene::Scene;
use crate::model::Value;
use crate::topology::{NodeIndex, State, claim_name};

/// How many pods or claims are listed one by one.
const MOST_LISTED: i64 = 1000;

/// The DNS name below which the names of Services stand.
const SERVICES: &str = "svc.cluster.local";

/// The numbered pods of a StatefulSet. Lists hold at most 1000 names.
#[derive(Clone, Debug, PartialEq)]
pub struct StatefulPods {
    /// The number of the first pod.
    pub first: i64,
    /// How many pods there are.
    pub count: i64,
    /// Whether pods start and stop together instead of one after another.
    pub parallel: bool,
    /// The names of pods, in the order in which they start: one phase after another, each phase together.
    pub start_order: Known<Vec<Vec<String>>>,
    /// The names of pods, in the order in which they go when the set is scaled down.
    pub scale_down_order: Known<Vec<Vec<String>>>,
    /// The names of pods, in the order in which an update replaces them; those that it leaves alone are not in it.
    pub update_order: Known<Vec<String>>,
    /// How many pods an update leaves at the old version, because of the partition.
    pub kept: i64,
    /// The DNS names of the pods, in their order; `None` where the Service that gives them is not in the input.
    pub pod_dns: Option<Known<Vec<String>>>,
    /// The Service that gives the pods their DNS names, as far as the set names one.
    pub service: Option<NodeIndex>,
    /// The names of the PersistentVolumeClaims, template by template, in the order of the pods.
    pub claims: Known<Vec<String>>,
}

/// Source: `k8s.io/kubernetes/pkg/controller/statefulset/stateful_set_control.go`, `updateStatefulSet` (pods start
/// upwards from `ordinals.start` and go downwards; the partition counts from there too), and
/// `stateful_set_utils.go`, `getPodName`; kubernetes.io, "StatefulSets", "Stable Network ID".
pub(super) fn derive(scene: &Scene, replicas: Option<&Replicas>) -> Option<StatefulPods> {
    if !scene.is("apps", "StatefulSet") {
        return None;
    }
    let count = replicas?.least.value;
    let first = scene.number("spec.ordinals.start").unwrap_or(0).max(0);
    let name = &*scene.object.identity.name;
    let parallel = scene.text("spec.podManagementPolicy") == Some("Parallel");
    let upwards = names(name, first, 0..count.min(MOST_LISTED));
    let downwards = |from: i64| {
        let lowest = from.max(count.saturating_sub(MOST_LISTED));
        names(name, first, (lowest..count).rev())
    };
    let phases = |names: Vec<String>| match (names.is_empty(), parallel) {
        (true, _) => Vec::new(),
        (false, true) => vec![names],
        (false, false) => names.into_iter().map(|name| vec![name]).collect(),
    };
    let policy = FieldPath::of("spec.podManagementPolicy");
    let (start, stop) = if parallel {
        ("pods start together", "pods go together")
    } else {
        ("each pod waits until the one before is ready", "the highest number goes first, one at a time")
    };
    let strategy = Strategy::read(scene.text("spec.updateStrategy.type"), Strategy::OnDelete);
    let partition = scene.number("spec.updateStrategy.rollingUpdate.partition").unwrap_or(0).clamp(0, count);
    let kept = if strategy == Some(Strategy::RollingUpdate) { partition } else { count };
    let update = Known::new(downwards(kept), update_reason(strategy, kept), update_field(strategy, kept));
    let service = scene.from(Relation::NamedBy).map(|edge| edge.to).next();
    Some(StatefulPods {
        first,
        count,
        parallel,
        pod_dns: dns(scene, service, &upwards, count),
        start_order: Known::new(phases(upwards), shortened(start, count), policy.clone()),
        scale_down_order: Known::new(phases(downwards(0)), shortened(stop, count), policy),
        update_order: Known { why: shortened(&update.why, count - kept), ..update },
        kept,
        service,
        claims: claims(scene, first, count),
    })
}

impl StatefulPods {
    /// The name of the pod at a place, from 0, in the order of their numbers.
    pub fn pod_name(&self, set: &str, place: i64) -> String {
        format!("{set}-{}", self.first.saturating_add(place))
    }

    pub(super) fn tell(&self, index: NodeIndex, ledger: &mut Ledger) {
        ledger.object(index, "start_order", &self.start_order);
        ledger.object(index, "scale_down_order", &self.scale_down_order);
        ledger.object(index, "update_order", &self.update_order);
        if let Some(names) = &self.pod_dns {
            ledger.object(index, "pod_dns", names);
        }
        ledger.object(index, "claims", &self.claims);
    }
}

fn names(set: &str, first: i64, places: impl Iterator<Item = i64>) -> Vec<String> {
    places.map(|place| format!("{set}-{}", first.saturating_add(place))).collect()
}

/// A reason, with a word on what is not listed.
fn shortened(why: &str, all: i64) -> String {
    if all > MOST_LISTED {
        format!("{why}; the first {MOST_LISTED} of {all} are listed")
    } else {
        why.to_owned()
    }
}

fn update_reason(strategy: Option<Strategy>, kept: i64) -> String {
    match (strategy, kept) {
        (Some(Strategy::OnDelete), _) => "a pod is replaced only after someone deletes it".to_owned(),
        (Some(_), 0) => "the highest number goes first".to_owned(),
        (Some(_), kept) => format!(
            "the highest number goes first, and {} keeps the first {kept} as they are",
            quoted("partition")
        ),
        (None, _) => format!("{} is none that Kubernetes knows", quoted("spec.updateStrategy.type")),
    }
}

fn update_field(strategy: Option<Strategy>, kept: i64) -> FieldPath {
    match strategy {
        Some(Strategy::RollingUpdate) if kept > 0 => {
            FieldPath::of("spec.updateStrategy.rollingUpdate.partition")
        }
        _ => FieldPath::of("spec.updateStrategy"),
    }
}

fn dns(scene: &Scene, service: Option<NodeIndex>, pods: &[String], count: i64) -> Option<Known<Vec<String>>> {
    let node = scene.topology.nodes.get(service?).filter(|node| node.state == State::Present)?;
    let (service, namespace) = (&node.identity.name, &node.identity.namespace);
    let names = pods.iter().map(|pod| format!("{pod}.{service}.{namespace}.{SERVICES}")).collect();
    let why = format!("Service {} gives each pod a name of its own", quoted(service));
    Some(Known::new(names, shortened(&why, count), FieldPath::of("spec.serviceName")))
}

fn claims(scene: &Scene, first: i64, count: i64) -> Known<Vec<String>> {
    let field = FieldPath::of("spec.volumeClaimTemplates");
    let templates = scene.at("spec.volumeClaimTemplates").map(Value::items).unwrap_or_default();
    let templates: Vec<String> =
        templates.iter().filter_map(|template| template.at("metadata.name")?.scalar_text()).collect();
    let set = &*scene.object.identity.name;
    let all = templates.iter().flat_map(|template| {
        (0..count).map(move |place| claim_name(template, set, first.saturating_add(place)))
    });
    let listed: Vec<String> = all.take(usize::try_from(MOST_LISTED).unwrap_or_default()).collect();
    let number = i64::try_from(templates.len()).unwrap_or(i64::MAX).saturating_mul(count);
    let why = match templates.len() {
        0 => "it has no claim templates".to_owned(),
        _ => shortened("each pod gets a claim from each template", number),
    };
    Known::new(listed, why, field)
}
