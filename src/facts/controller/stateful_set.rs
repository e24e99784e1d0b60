//! The numbered pods of a StatefulSet: in which order they start, stop and change, their DNS names and their claims.

use super::replicas::Replicas;
use super::rollout::Strategy;
use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::facts::known::{Known, quoted};
use crate::facts::ledger::Ledger;
use crate::facts::scene::Scene;
use crate::topology::{NodeIndex, State, claim_name};

/// How many pods or claims are listed one by one.
const MOST_LISTED: i64 = 200;

/// The numbered pods of a StatefulSet. Their names are made when they are asked for: there may be very many.
#[derive(Clone, Debug, PartialEq)]
pub struct StatefulPods {
    /// The name of the set.
    pub set: String,
    /// The number of the first pod.
    pub first: i64,
    /// How many pods there are.
    pub count: i64,
    /// Whether pods start and stop together instead of one after another.
    pub parallel: bool,
    /// How many pods an update leaves at the old version, because of the partition or because it deletes none.
    pub kept: i64,
    /// The Service that gives the pods their DNS names, as far as the set names one.
    pub service: Option<NodeIndex>,
    /// The names of the claim templates, in their order.
    pub templates: Vec<String>,
    /// The domain below which the pods have their DNS names: `db.shop.svc.cluster.local`; `None` where the Service is
    /// not in the input.
    pub domain: Option<String>,
    strategy: Option<Strategy>,
}

/// Source: `k8s.io/kubernetes/pkg/controller/statefulset/stateful_set_control.go`, `updateStatefulSet` (pods start
/// upwards from `ordinals.start` and go downwards; the partition counts from there too), and
/// `stateful_set_utils.go`, `getPodName`; kubernetes.io, "StatefulSets", "Stable Network ID".
pub(super) fn derive(scene: &Scene, replicas: Option<&Replicas>) -> Option<StatefulPods> {
    if !scene.is("apps", "StatefulSet") {
        return None;
    }
    let count = replicas?.least.value;
    let strategy = Strategy::read(scene.text("spec.updateStrategy.type"), Strategy::OnDelete);
    let partition = scene.number("spec.updateStrategy.rollingUpdate.partition").unwrap_or(0).clamp(0, count);
    let service = scene.from(Relation::NamedBy).map(|edge| edge.to).next();
    let templates = scene.at("spec.volumeClaimTemplates").map(Value::items).unwrap_or_default();
    let node = service.map(|service| &scene.topology.nodes[service]);
    let domain = node.filter(|node| node.state == State::Present).map(|node| &node.identity);
    Some(StatefulPods {
        set: scene.object.identity.name.to_string(),
        first: scene.number("spec.ordinals.start").unwrap_or(0).max(0),
        count,
        parallel: scene.text("spec.podManagementPolicy") == Some("Parallel"),
        kept: if strategy == Some(Strategy::RollingUpdate) { partition } else { count },
        service,
        templates: templates.iter().filter_map(|one| one.at("metadata.name")?.scalar_text()).collect(),
        domain: domain.map(|service| {
            let cluster = &scene.catalog.cluster_domain;
            format!("{}.{}.svc.{cluster}", service.name, service.namespace)
        }),
        strategy,
    })
}

impl StatefulPods {
    /// The number of the pod at a place, from 0.
    fn ordinal(&self, place: i64) -> i64 {
        self.first.saturating_add(place)
    }

    /// The name of the pod at a place, from 0, in the order of their numbers.
    pub fn pod_name(&self, place: i64) -> String {
        format!("{}-{}", self.set, self.ordinal(place))
    }

    /// The DNS name of the pod at a place, if the Service that gives it is in the input.
    pub fn dns_name(&self, place: i64) -> Option<String> {
        self.domain.as_ref().map(|domain| format!("{}.{domain}", self.pod_name(place)))
    }

    /// The claims of the pod at a place, one a template.
    pub fn claims_of(&self, place: i64) -> Vec<String> {
        self.templates.iter().map(|template| claim_name(template, &self.set, self.ordinal(place))).collect()
    }

    /// The names of pods, in the order in which they start: one phase after another, each phase together. At most
    /// 200.
    pub fn start_order(&self) -> Known<Vec<Vec<String>>> {
        let why = match self.parallel {
            true => "pods start together",
            false => "each pod waits until the one before is ready",
        };
        let names = (0..self.count.min(MOST_LISTED)).map(|place| self.pod_name(place)).collect();
        Known::new(self.phases(names), shortened(why, self.count), FieldPath::of("spec.podManagementPolicy"))
    }

    /// The names of pods, in the order in which they go when the set is scaled down. At most 200.
    pub fn scale_down_order(&self) -> Known<Vec<Vec<String>>> {
        let why = match self.parallel {
            true => "pods go together",
            false => "the highest number goes first, one at a time",
        };
        let names = self.downwards(0);
        Known::new(self.phases(names), shortened(why, self.count), FieldPath::of("spec.podManagementPolicy"))
    }

    /// The names of pods, in the order in which an update replaces them; those that it leaves alone are not in it. At
    /// most 200.
    pub fn update_order(&self) -> Known<Vec<String>> {
        let why = shortened(&update_reason(self.strategy, self.kept), self.count - self.kept);
        Known::new(self.downwards(self.kept), why, update_field(self.strategy, self.kept))
    }

    fn downwards(&self, from: i64) -> Vec<String> {
        let lowest = from.max(self.count.saturating_sub(MOST_LISTED));
        (lowest..self.count).rev().map(|place| self.pod_name(place)).collect()
    }

    fn phases(&self, names: Vec<String>) -> Vec<Vec<String>> {
        match (names.is_empty(), self.parallel) {
            (true, _) => Vec::new(),
            (false, true) => vec![names],
            (false, false) => names.into_iter().map(|name| vec![name]).collect(),
        }
    }

    /// The DNS names of the pods, in their order; `None` where the Service that gives them is not in the input. At
    /// most 200.
    fn pod_dns(&self) -> Option<Known<Vec<String>>> {
        let service = self.domain.as_ref()?.split('.').next().unwrap_or_default();
        let names = (0..self.count.min(MOST_LISTED)).filter_map(|place| self.dns_name(place)).collect();
        let why = format!("Service {} gives each pod a name of its own", quoted(service));
        Some(Known::new(names, shortened(&why, self.count), FieldPath::of("spec.serviceName")))
    }

    /// The names of the PersistentVolumeClaims, template by template, in the order of the pods. At most 200.
    fn claims(&self) -> Known<Vec<String>> {
        let most = usize::try_from(MOST_LISTED).unwrap_or_default();
        let names = self.templates.iter().flat_map(|template| {
            (0..self.count).map(move |place| claim_name(template, &self.set, self.ordinal(place)))
        });
        let names = names.take(most).collect();
        let number = i64::try_from(self.templates.len()).unwrap_or(i64::MAX).saturating_mul(self.count);
        let why = match self.templates.len() {
            0 => "it has no claim templates".to_owned(),
            _ => shortened("each pod gets a claim from each template", number),
        };
        Known::new(names, why, FieldPath::of("spec.volumeClaimTemplates"))
    }

    pub(super) fn tell(&self, index: NodeIndex, ledger: &mut Ledger) {
        ledger.object(index, "start_order", &self.start_order());
        ledger.object(index, "scale_down_order", &self.scale_down_order());
        ledger.object(index, "update_order", &self.update_order());
        if let Some(names) = self.pod_dns() {
            ledger.object(index, "pod_dns", &names);
        }
        ledger.object(index, "claims", &self.claims());
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn pods(count: i64, parallel: bool, kept: i64) -> StatefulPods {
        StatefulPods {
            set: "db".to_owned(),
            first: 0,
            count,
            parallel,
            kept,
            service: None,
            templates: vec!["data".to_owned()],
            domain: None,
            strategy: Some(Strategy::RollingUpdate),
        }
    }

    #[test]
    fn long_lists_are_cut_and_say_so() {
        let many = pods(i64::MAX, false, 0);
        let (start, stop, update) = (many.start_order(), many.scale_down_order(), many.update_order());
        assert_eq!((start.value.len(), stop.value.len(), update.value.len()), (200, 200, 200));
        assert_eq!(start.value[0], ["db-0"]);
        assert_eq!(stop.value[0], [format!("db-{}", i64::MAX - 1)]);
        assert!(start.why.ends_with("the first 200 of 9223372036854775807 are listed"), "{}", start.why);
        assert_eq!(many.claims().value.len(), 200);
    }

    #[test]
    fn pods_that_start_together_are_one_phase() {
        assert_eq!(pods(3, true, 0).start_order().value, [["db-0", "db-1", "db-2"]]);
        assert_eq!(pods(3, true, 2).update_order().value, ["db-2"]);
        assert!(pods(0, true, 0).start_order().value.is_empty());
    }
}
