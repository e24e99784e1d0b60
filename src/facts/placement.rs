//! Where a pod may run: what its nodes must be like, which taints do not keep it away, whom it wants near itself, how
//! its copies are spread, and how important it is; with the nodes of the input, which of them accept it.

mod candidates;
mod pool;
mod requirement;
mod rule;
mod toleration;

use super::known::{Known, quoted};
use super::ledger::Ledger;
use super::resources::Resources;
use super::scene::Scene;
use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::model::Object;
use crate::topology::{NodeIndex, Pod};
pub use candidates::{Candidates, Host, Machines};
use k8s_openapi::api::core::v1 as api;
pub use pool::NodePool;
pub use requirement::{NodeTerm, Operator, Requirement};
pub use rule::{Neighbors, PreferredNodes, Priority, Spread};
use serde::Serialize;
use std::collections::BTreeMap;
pub use toleration::{Taint, Toleration};

/// The label that every node has, each with another value.
pub const HOSTNAME: &str = "kubernetes.io/hostname";

/// Where a pod may run.
#[derive(Clone, Debug)]
pub struct PodPlacement {
    /// The node that the spec names: the scheduler is not asked.
    pub node_name: Option<Known<String>>,
    /// The labels that a node must have, of the pod and of its RuntimeClass.
    pub labels: Vec<Known<Requirement>>,
    /// What a node must be like besides, by its node affinity: one of the terms must hold, all of a term at once.
    pub terms: Option<Known<Vec<NodeTerm>>>,
    /// The nodes that it prefers.
    pub preferred: Vec<Known<PreferredNodes>>,
    /// The pods that it wants near itself or away.
    pub neighbors: Vec<Known<Neighbors>>,
    /// The taints that do not keep it away, of the pod and of its RuntimeClass; without those that Kubernetes adds.
    pub tolerations: Vec<Known<Toleration>>,
    /// Whether no taint of any node keeps it away.
    pub tolerates_all_taints: Known<bool>,
    /// How its copies are spread.
    pub spread: Vec<Known<Spread>>,
    /// How important it is, if it says so.
    pub priority: Option<Known<Priority>>,
    /// The resources that only some nodes offer, with the containers that ask for each and how much, as written.
    pub resources: BTreeMap<String, Vec<(usize, String)>>,
    /// The ports of its node that it takes, sorted: two pods that take the same port cannot share a node.
    pub host_ports: Vec<Known<i32>>,
    /// The nodes that it asks for.
    pub pool: Known<NodePool>,
    /// The nodes of the input that would accept it; `None` where the input has none, or where it runs already.
    pub candidates: Option<Candidates>,
    /// The nodes that run its pods already, as a live dump shows them.
    pub hosts: Vec<Host>,
}

/// What a pod asks of a node.
#[derive(Debug, Default)]
struct Wish {
    labels: Vec<Requirement>,
    terms: Option<Vec<NodeTerm>>,
    tolerations: Vec<Toleration>,
    resources: Vec<String>,
    /// What the whole pod reserves.
    requests: Resources,
}

/// Derives it for the pod that an object makes, which reserves so much.
pub(super) fn derive(scene: &Scene, pod: &Pod, machines: &Machines, requests: &Resources) -> PodPlacement {
    let class = runtime_class(scene);
    let labels = labels(pod, class);
    let tolerations = tolerations(scene, pod, class);
    let terms = required_terms(pod);
    let resources = rule::extended_resources(pod);
    let node_name = pod.spec.node_name.clone().filter(|name| !name.is_empty()).map(|name| {
        let why = format!("{} is {}", quoted("nodeName"), quoted(&name));
        Known::new(name, why, pod.path.key("nodeName"))
    });
    let named = node_name.as_ref().map(|known| known.value.as_str());
    let mut wish = Wish {
        labels: labels.iter().map(|known| known.value.clone()).collect(),
        terms: terms.as_ref().map(|known| known.value.clone()),
        tolerations: tolerations.iter().map(|known| known.value.clone()).collect(),
        resources: resources.keys().cloned().collect(),
        requests: requests.clone(),
    };
    let hosts = candidates::hosts(scene, named);
    let environment = &*scene.object.identity.environment;
    let has_nodes = !hosts.is_empty() || machines.are_in(environment);
    let pool = pool::derive(&wish, named, has_nodes);
    let pool = Known::new(pool, why_pool(&wish, named), pool_field(pod, &wish, named));
    if scene.is("apps", "DaemonSet") {
        wish.tolerations.extend(toleration::of_daemon_set(pod.spec.host_network == Some(true)));
    }
    let waits = hosts.is_empty() && named.is_none();
    PodPlacement {
        candidates: if waits { machines.candidates(environment, &wish) } else { None },
        tolerates_all_taints: tolerates_all_taints(pod, &tolerations),
        preferred: rule::preferred_nodes(pod),
        neighbors: rule::neighbors(scene, pod),
        spread: rule::spread(scene, pod),
        priority: rule::priority(scene, pod),
        host_ports: host_ports(pod),
        node_name,
        labels,
        terms,
        tolerations,
        resources,
        pool,
        hosts,
    }
}

impl PodPlacement {
    /// Whether two copies never share a node, because a required rule keeps each away from the others.
    pub fn keeps_copies_on_distinct_nodes(&self) -> bool {
        self.neighbors.iter().any(|known| {
            let rule = &known.value;
            !rule.near && rule.weight.is_none() && rule.are_copies && rule.topology_key == HOSTNAME
        })
    }

    /// Takes it down.
    pub(super) fn tell(&self, scene: &Scene, _pod: &Pod, ledger: &mut Ledger) {
        ledger.object(scene.index, "tolerates_all_taints", &self.tolerates_all_taints);
        ledger.object(scene.index, "node_pool", &self.pool);
        let name = |&index: &NodeIndex| scene.topology.nodes[index].identity.name.to_string();
        if let Some(candidates) = &self.candidates {
            let nodes: Vec<String> = candidates.accept.iter().map(name).collect();
            let why = match candidates.refuse.first() {
                None => "every node of the input accepts it".to_owned(),
                Some((node, why)) => {
                    format!("among others, {} does not accept it: {why}", quoted(&name(node)))
                }
            };
            let field = self.pool.field.clone();
            ledger.object(scene.index, "candidate_nodes", &Known::new(nodes, why, field));
        }
        if !self.hosts.is_empty() {
            let entry = |host: &Host| HostEntry { node: host.name.clone(), pods: host.pods };
            let hosts: Vec<HostEntry> = self.hosts.iter().map(entry).collect();
            let why = "the input shows where its pods run";
            ledger.object(scene.index, "runs_on", &Known::new(hosts, why, self.pool.field.clone()));
        }
    }
}

#[derive(Serialize)]
struct HostEntry {
    node: String,
    pods: usize,
}

/// The RuntimeClass of the pod, if it is in the input: it may add labels and tolerations.
///
/// Source: `k8s.io/kubernetes/plugin/pkg/admission/runtimeclass/admission.go`, `setScheduling`.
fn runtime_class<'a>(scene: &Scene<'a>) -> Option<(NodeIndex, &'a Object)> {
    let edges = scene.from(Relation::References);
    let classes = edges.map(|edge| (edge.to, &scene.topology.nodes[edge.to]));
    let mut classes = classes
        .filter(|(_, node)| &*node.identity.kind == "RuntimeClass" && &*node.identity.group == "node.k8s.io");
    classes.find_map(|(index, node)| Some((index, node.object.as_deref()?)))
}

fn labels(pod: &Pod, class: Option<(NodeIndex, &Object)>) -> Vec<Known<Requirement>> {
    let own = pod.spec.node_selector.iter().flatten().map(|(key, value)| {
        let requirement = Requirement::label(key, value);
        let why = format!("{} asks for it", quoted("nodeSelector"));
        Known::new(requirement, why, pod.path.key("nodeSelector").key(key))
    });
    let path = FieldPath::of("scheduling.nodeSelector");
    let added = class.into_iter().flat_map(|(index, object)| {
        let entries = path.find(&object.value).map(Value::entries).unwrap_or_default();
        let path = path.clone();
        entries.iter().filter_map(move |entry| {
            let requirement = Requirement::label(&entry.key, &entry.value.scalar_text()?);
            let why = format!("RuntimeClass {} asks for it", quoted(&object.identity.name));
            Some(Known::new(requirement, why, path.key(&entry.key)).said_by(index))
        })
    });
    own.chain(added).collect()
}

fn required_terms(pod: &Pod) -> Option<Known<Vec<NodeTerm>>> {
    let affinity = pod.spec.affinity.as_ref()?.node_affinity.as_ref()?;
    let selector = affinity.required_during_scheduling_ignored_during_execution.as_ref()?;
    let terms = selector.node_selector_terms.iter().map(requirement::term).collect();
    let path = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
    let field = pod.path.then(&FieldPath::of(path));
    Some(Known::new(terms, "its node affinity asks for it", field))
}

fn tolerations(scene: &Scene, pod: &Pod, class: Option<(NodeIndex, &Object)>) -> Vec<Known<Toleration>> {
    let list = pod.path.key("tolerations");
    let own = pod.spec.tolerations.iter().flatten().enumerate().map(|(index, toleration)| {
        let why = format!("{} has it", quoted("tolerations"));
        Known::new(Toleration::read(toleration), why, list.named_item(index, ""))
    });
    let mut tolerations: Vec<Known<Toleration>> = own.collect();
    let Some((index, class)) = class.filter(|(index, _)| *index != scene.index) else { return tolerations };
    let list = FieldPath::of("scheduling.tolerations");
    let items = list.find(&class.value).map(Value::items).unwrap_or_default();
    for (at, item) in items.iter().enumerate() {
        let Ok(written) = serde_json::from_value::<api::Toleration>(item.to_json()) else { continue };
        let why = format!("RuntimeClass {} has it", quoted(&class.identity.name));
        let known = Known::new(Toleration::read(&written), why, list.named_item(at, ""));
        tolerations.push(known.said_by(index));
    }
    tolerations
}

fn tolerates_all_taints(pod: &Pod, tolerations: &[Known<Toleration>]) -> Known<bool> {
    if let Some(every) = tolerations.iter().find(|known| known.value.is_of_all()) {
        let why = format!("a toleration with operator {} names no key and no effect", quoted("Exists"));
        return Known {
            value: true,
            why: why.into(),
            field: every.field.clone(),
            declared_by: every.declared_by,
        };
    }
    if let Some(first) = one_for_each_effect(tolerations) {
        let why = format!(
            "tolerations with operator {} and no key name every effect: {}, {} and {}",
            quoted("Exists"),
            quoted("NoSchedule"),
            quoted("PreferNoSchedule"),
            quoted("NoExecute")
        );
        return Known {
            value: true,
            why: why.into(),
            field: first.field.clone(),
            declared_by: first.declared_by,
        };
    }
    let why = match tolerations.len() {
        0 => "it has no toleration".to_owned(),
        1 => "its toleration is about certain taints".to_owned(),
        _ => "each of its tolerations is about certain taints".to_owned(),
    };
    Known::new(false, why, pod.path.key("tolerations"))
}

/// The first of the tolerations that together tolerate every taint: one for each effect, of every key. One that ends
/// after some seconds is none of them.
fn one_for_each_effect(tolerations: &[Known<Toleration>]) -> Option<&Known<Toleration>> {
    let of = |effect: &str| {
        tolerations.iter().find(|known| {
            let one = &known.value;
            one.key.is_empty() && one.operator == "Exists" && one.effect == effect && one.seconds.is_none()
        })
    };
    let (first, ..) = (of("NoSchedule")?, of("PreferNoSchedule")?, of("NoExecute")?);
    Some(first)
}

/// The ports of the node that the containers take. With the node's own network every declared port is one.
///
/// Source: `k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`, `SetDefaults_PodSpec`.
fn host_ports(pod: &Pod) -> Vec<Known<i32>> {
    let is_host = pod.spec.host_network == Some(true);
    let mut ports: Vec<Known<i32>> = Vec::new();
    for container in pod.running() {
        for (index, port) in container.spec.ports.iter().flatten().enumerate() {
            let written = port.host_port.filter(|&port| port != 0);
            let Some(number) = written.or(is_host.then_some(port.container_port)) else { continue };
            let field =
                container.path.key("ports").named_item(index, port.name.as_deref().unwrap_or_default());
            let key = if written.is_some() { "hostPort" } else { "containerPort" };
            let why = format!("container {} takes it", quoted(&container.key));
            ports.push(Known::new(number, why, field.key(key)));
        }
    }
    ports.sort_by_key(|known| known.value);
    ports.dedup_by_key(|known| known.value);
    ports
}

fn why_pool(wish: &Wish, node_name: Option<&str>) -> String {
    if let Some(name) = node_name {
        return format!("{} is {}", quoted("nodeName"), quoted(name));
    }
    let mut reasons = Vec::new();
    if !wish.labels.is_empty() {
        reasons.push(format!("{} asks for labels", quoted("nodeSelector")));
    }
    if wish.terms.is_some() {
        reasons.push("node affinity asks for certain nodes".to_owned());
    }
    if let Some(resource) = wish.resources.first() {
        reasons.push(format!("a container asks for {}", quoted(resource)));
    }
    if reasons.is_empty() { "no field picks a node".to_owned() } else { reasons.join(", and ") }
}

fn pool_field(pod: &Pod, wish: &Wish, node_name: Option<&str>) -> FieldPath {
    if node_name.is_some() {
        pod.path.key("nodeName")
    } else if wish.labels.is_empty() && wish.terms.is_some() {
        pod.path.then(&FieldPath::of("affinity.nodeAffinity"))
    } else {
        pod.path.key("nodeSelector")
    }
}
