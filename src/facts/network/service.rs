//! Where a Service leads: the ports of the pods that it selects, and addresses outside.

use crate::catalog::{FieldPath, Pattern, Relation};
use crate::document::Value;
use crate::facts::known::{Known, quoted};
use crate::facts::ledger::Ledger;
use crate::facts::scene::Scene;
use crate::model::Object;
use crate::names::english;
use crate::topology::{NodeIndex, Topology, crew_ports, service_ports};
use serde_json::{Map, json};

/// The pods behind a Service, of one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The workload that makes them.
    pub workload: NodeIndex,
    /// The Service's ports, in their order.
    pub ports: Vec<TargetPort>,
}

/// A port of a Service and where it leads in a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetPort {
    /// The Service's port; with the protocol where the number repeats: `53/UDP`.
    pub name: String,
    /// The pod's port, or the name that no container of the pod has.
    pub target: Result<i64, String>,
}

/// An address behind a Service that is no pod of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalAddress {
    /// The name or the address.
    pub address: String,
    /// The field that holds it, in the object of `declared_by`.
    pub field: FieldPath,
    /// The Service, or its Endpoints.
    pub declared_by: NodeIndex,
    /// Whether clients outside reach the Service there; else it is what the Service stands for.
    pub in_front: bool,
}

/// Where a Service of type LoadBalancer says, or a live dump shows, at which address it is reached.
const LOAD_BALANCER: [&str; 3] =
    ["spec.loadBalancerIP", "status.loadBalancer.ingress[].ip", "status.loadBalancer.ingress[].hostname"];

/// The pods that a Service leads to, sorted by workload; none for an ExternalName, which is only another name.
///
/// Source: `k8s.io/api/core/v1/types.go`, `ServiceSpec`.
pub fn targets(topology: &Topology, service: NodeIndex) -> Vec<Target> {
    let Some(object) = topology.nodes[service].object.as_deref() else { return Vec::new() };
    if is_external_name(object) {
        return Vec::new();
    }
    let selects = topology.from(service).filter(|edge| edge.relation == Relation::Selects);
    let target = |workload: NodeIndex| {
        let node = &topology.nodes[workload];
        let ports = match node.pod.as_deref() {
            Some(pod) => service_ports(&object.value, pod),
            None => crew_ports(&object.value, &node.crew),
        };
        let repeats = |number: i64| ports.iter().filter(|other| other.port == number).count() > 1;
        let named = ports.iter().map(|port| TargetPort {
            name: if repeats(port.port) {
                format!("{}/{}", port.port, port.protocol)
            } else {
                port.port.to_string()
            },
            target: port.target.clone(),
        });
        Target { workload, ports: named.collect() }
    };
    let is_workload =
        |index: &NodeIndex| topology.nodes[*index].pod.is_some() || !topology.nodes[*index].crew.is_empty();
    selects.map(|edge| edge.to).filter(is_workload).map(target).collect()
}

/// The addresses behind or in front of a Service that are no pods of the input: the name that an ExternalName stands
/// for, external IPs, the address of a load balancer, and the addresses of the Endpoints of a Service without a
/// selector.
///
/// Source: `k8s.io/api/core/v1/types.go`, `ServiceSpec`, `LoadBalancerIngress`.
pub fn external(topology: &Topology, service: NodeIndex) -> Vec<ExternalAddress> {
    let Some(object) = topology.nodes[service].object.as_deref() else { return Vec::new() };
    let mut found: Vec<ExternalAddress> = texts(object, "spec.externalIPs[]", service);
    if has_type(object, "LoadBalancer") {
        found.extend(LOAD_BALANCER.iter().flat_map(|pattern| texts(object, pattern, service)));
    }
    found.iter_mut().for_each(|one| one.in_front = true);
    if is_external_name(object) {
        found.extend(texts(object, "spec.externalName", service));
    }
    let selector = object.value.at("spec.selector").map(Value::entries).unwrap_or_default();
    if selector.is_empty() && !is_external_name(object) {
        for edge in topology.to(service) {
            let Some(other) = topology.nodes[edge.from].object.as_deref() else { continue };
            found.extend(match &*other.identity.kind {
                "Endpoints" => texts(other, "subsets[].addresses[].ip", edge.from),
                "EndpointSlice" => texts(other, "endpoints[].addresses[]", edge.from),
                _ => Vec::new(),
            });
        }
    }
    found.sort_by(|a, b| a.address.cmp(&b.address));
    found.dedup_by(|a, b| a.address == b.address);
    found
}

fn texts(object: &Object, pattern: &str, declared_by: NodeIndex) -> Vec<ExternalAddress> {
    let Ok(pattern) = Pattern::parse(pattern) else { return Vec::new() };
    let hits = pattern.find(&object.value, &FieldPath::root()).into_iter();
    let address = |(field, value): (FieldPath, &Value)| {
        let address = value.scalar_text().filter(|text| !text.is_empty())?;
        Some(ExternalAddress { address, field, declared_by, in_front: false })
    };
    hits.filter_map(address).collect()
}

fn is_external_name(service: &Object) -> bool {
    has_type(service, "ExternalName")
}

fn has_type(service: &Object, name: &str) -> bool {
    service.value.at("spec.type").and_then(Value::as_str) == Some(name)
}

/// What the addresses are to a Service: `it is reached at 192.0.2.7, and stands for db.example.com`.
fn external_words(addresses: &[ExternalAddress]) -> String {
    let words = |in_front: bool, verb: &str| {
        let those = addresses.iter().filter(|one| one.in_front == in_front);
        let names: Vec<String> = those.map(|one| quoted(&one.address)).collect();
        (!names.is_empty()).then(|| format!("{verb} {}", english::list_up_to(4, &names)))
    };
    let parts = [words(true, "is reached at"), words(false, "stands for")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("it {}", parts.join(", and "))
}

/// Takes both down, if the object is a Service.
pub(super) fn tell(scene: &Scene, ledger: &mut Ledger) {
    if !scene.is("", "Service") {
        return;
    }
    let targets = targets(scene.topology, scene.index);
    let mut value = Map::new();
    for target in &targets {
        let port = |port: &TargetPort| (port.name.clone(), json!(port.target.as_ref().ok()));
        let ports: Map<_, _> = target.ports.iter().map(port).collect();
        value.insert(ledger.subject(&scene.topology.nodes[target.workload].identity), ports.into());
    }
    let selector = FieldPath::of("spec.selector");
    let known = match targets.first() {
        Some(first) => {
            let identity = &scene.topology.nodes[first.workload].identity;
            let why = format!("its selector picks the pods of {} {}", identity.kind, quoted(&identity.name));
            Known::new(value, why, selector)
        }
        None if is_external_name(scene.object) => Known::new(
            value,
            "an ExternalName is another name for a host and selects no pods",
            FieldPath::of("spec.type"),
        ),
        None => Known::new(value, "its selector picks no pod of these manifests", selector),
    };
    ledger.object(scene.index, "targets", &known);
    let rest = scene.topology.unlisted(scene.index).selects;
    if rest > 0 {
        let why = "selectors pick more than there is room to list one by one";
        let known = Known::new(rest, why, FieldPath::of("spec.selector"));
        ledger.object(scene.index, "targets_not_listed", &known);
    }
    let addresses = external(scene.topology, scene.index);
    let list: Vec<&str> = addresses.iter().map(|one| one.address.as_str()).collect();
    let known = match addresses.first() {
        Some(first) => {
            Known::new(list, external_words(&addresses), first.field.clone()).said_by(first.declared_by)
        }
        None => Known::new(list, "it names no address outside of the cluster", FieldPath::of("spec")),
    };
    ledger.object(scene.index, "external", &known);
}
