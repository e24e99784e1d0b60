//! The nodes of the input: which of them would accept a pod, and where pods run already.
//!
//! Source: `k8s.io/kubernetes/pkg/scheduler/framework/plugins`: `nodeaffinity`, `tainttoleration`,
//! `nodeunschedulable`, `noderesources`. How much room a node has left is not in its manifest, so only what it offers to
//! all its pods together is asked.

use super::super::known::quoted;
use super::super::quantity::{Quantity, resource_words};
use super::super::scene::Scene;
use super::Wish;
use super::requirement::is_any_met;
use super::toleration::Taint;
use crate::document::Value;
use crate::topology::{Labels, NodeIndex, State, Topology, labels};
use std::collections::BTreeMap;

/// How many nodes that refuse a pod are kept with the reason.
const MOST_REFUSALS: usize = 8;

/// The nodes of the input, by environment.
#[derive(Debug, Default)]
pub struct Machines(BTreeMap<String, Vec<Machine>>);

/// One Node of the input.
#[derive(Debug)]
struct Machine {
    index: NodeIndex,
    name: String,
    labels: Labels,
    taints: Vec<Taint>,
    /// The resources that it offers, with the amounts; `None` where it does not say.
    offers: Option<BTreeMap<String, String>>,
}

/// Which nodes of the input would accept a pod.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidates {
    /// The nodes that would, sorted by name.
    pub accept: Vec<NodeIndex>,
    /// Some of those that would not, sorted by name, with the reason, names of things in backticks.
    pub refuse: Vec<(NodeIndex, String)>,
    /// How many nodes there are.
    pub all: usize,
}

/// A node that runs pods of a workload.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Its node in the topology; `None` where it has none.
    pub node: Option<NodeIndex>,
    /// How many pods of the workload it runs.
    pub pods: usize,
}

impl Machines {
    /// The nodes of the input.
    pub fn of(topology: &Topology) -> Machines {
        let mut machines: BTreeMap<String, Vec<Machine>> = BTreeMap::new();
        for environment in &topology.environments {
            for (index, node) in topology.of_kind(&environment.name, "", "Node") {
                let Some(object) = &node.object else { continue };
                let machine = Machine::read(index, &node.identity.name, &object.value);
                machines.entry(environment.name.clone()).or_default().push(machine);
            }
        }
        Machines(machines)
    }

    /// Whether the input has nodes in an environment.
    pub(super) fn are_in(&self, environment: &str) -> bool {
        self.0.contains_key(environment)
    }

    /// Which of them would accept a pod; `None` where the input has no node.
    pub(super) fn candidates(&self, environment: &str, wish: &Wish) -> Option<Candidates> {
        let machines = self.0.get(environment)?;
        let mut candidates = Candidates { all: machines.len(), ..Candidates::default() };
        for machine in machines {
            match machine.refusal(wish) {
                None => candidates.accept.push(machine.index),
                Some(why) if candidates.refuse.len() < MOST_REFUSALS => {
                    candidates.refuse.push((machine.index, why));
                }
                Some(_) => {}
            }
        }
        Some(candidates)
    }
}

impl Machine {
    fn read(index: NodeIndex, name: &str, value: &Value) -> Machine {
        let text = |taint: &Value, key: &str| taint.get(key).and_then(Value::scalar_text).unwrap_or_default();
        let list = value.at("spec.taints").map(Value::items).unwrap_or_default();
        let mut taints: Vec<Taint> = list
            .iter()
            .map(|taint| Taint {
                key: text(taint, "key"),
                value: text(taint, "value"),
                effect: text(taint, "effect"),
            })
            .collect();
        if value.at("spec.unschedulable").and_then(Value::as_bool) == Some(true) {
            let (key, effect) = ("node.kubernetes.io/unschedulable".to_owned(), "NoSchedule".to_owned());
            let taint = Taint { key, value: String::new(), effect };
            if !taints.contains(&taint) {
                taints.push(taint);
            }
        }
        let offers = ["status.allocatable", "status.capacity"].iter().find_map(|path| value.at(path));
        let offers = offers.filter(|offers| !offers.entries().is_empty()).map(|offers| {
            let amounts = offers.entries().iter();
            amounts.filter_map(|one| Some((one.key.to_string(), one.value.scalar_text()?))).collect()
        });
        Machine { index, name: name.to_owned(), labels: labels(value.at("metadata.labels")), taints, offers }
    }

    /// Why the node does not accept a pod, if it does not.
    fn refusal(&self, wish: &Wish) -> Option<String> {
        let unmet = wish.labels.iter().find(|label| !label.is_met(&self.name, &self.labels));
        if let Some(label) = unmet {
            return Some(format!("it lacks the label {}", quoted(&label.text())));
        }
        if wish.terms.as_ref().is_some_and(|terms| !is_any_met(terms, &self.name, &self.labels)) {
            return Some("it does not meet the node affinity".to_owned());
        }
        let tolerated = |taint: &&Taint| wish.tolerations.iter().any(|one| one.tolerates(taint));
        let taint = self.taints.iter().filter(|taint| taint.forbids()).find(|taint| !tolerated(taint));
        if let Some(taint) = taint {
            return Some(if taint.key == "node.kubernetes.io/unschedulable" {
                "someone has cordoned it".to_owned()
            } else {
                format!("it has the taint {}", quoted(&taint.text()))
            });
        }
        let offers = self.offers.as_ref()?;
        let lacking = |name: &&String| offers.get(*name).is_none_or(|amount| amount == "0");
        if let Some(resource) = wish.resources.iter().find(lacking) {
            return Some(format!("it offers no {}", quoted(resource)));
        }
        let offered = |name: &str| offers.get(name).and_then(|amount| Quantity::parse(amount));
        wish.requests.iter().find_map(|(name, asked)| {
            let offered = offered(name).filter(|offered| asked.quantity > *offered)?;
            let words = |quantity| amount_words(name, quantity);
            Some(format!("it offers {}, and a pod reserves {}", words(offered), words(asked.quantity)))
        })
    }
}

/// An amount of a resource, whose name is in backticks where it is not one of the well-known ones.
fn amount_words(name: &str, quantity: Quantity) -> String {
    match name {
        "cpu" | "memory" | "ephemeral-storage" => resource_words(name, quantity),
        other => format!("{} {}", quantity.units(), quoted(other)),
    }
}

/// The nodes that run the pods of a workload already, as a live dump shows them, sorted by name.
pub(super) fn hosts(scene: &Scene, node_name: Option<&str>) -> Vec<Host> {
    let find = |name: &str| {
        let identity = &scene.object.identity;
        let identity =
            crate::document::Identity { namespace: "".into(), ..identity.sibling("", "Node", name) };
        let index = scene.topology.find(&identity)?;
        (scene.topology.nodes[index].state == State::Present).then_some(index)
    };
    let mut pods: BTreeMap<String, usize> = BTreeMap::new();
    // Someone may name a node by hand, but only a pod that runs has a status.
    let runs = |name: &&str| scene.at("status.phase").is_some() || find(name).is_some();
    let named = node_name.filter(|_| scene.is("", "Pod")).filter(runs);
    if let Some(name) = named.filter(|_| scene.topology.alike(scene.index).is_empty()) {
        pods.insert(name.to_owned(), 1);
    }
    for index in scene.topology.pods_made(scene.index) {
        let object = scene.topology.nodes[index].object.as_deref();
        let name = object.and_then(|object| object.value.at("spec.nodeName")?.scalar_text());
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            *pods.entry(name).or_default() += 1;
        }
    }
    pods.into_iter().map(|(name, pods)| Host { node: find(&name), name, pods }).collect()
}
