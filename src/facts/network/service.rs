//! Where a Service leads: the ports of the pods that it selects, and addresses outside.

use crate::catalog::{FieldPath, Pattern, Relation};
use crate::facts::known::{Known, quoted};
use crate::facts::ledger::Ledger;
use crate::facts::scene::Scene;
use crate::model::{Object, Value};
use crate::topology::{NodeIndex, Topology, service_ports};
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
}

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
        let ports = service_ports(&object.value, topology.nodes[workload].pod.as_deref()?);
        let repeats = |number: i64| ports.iter().filter(|other| other.port == number).count() > 1;
        let named = ports.iter().map(|port| TargetPort {
            name: if repeats(port.port) {
                format!("{}/{}", port.port, port.protocol)
            } else {
                port.port.to_string()
            },
            target: port.target.clone(),
        });
        Some(Target { workload, ports: named.collect() })
    };
    selects.filter_map(|edge| target(edge.to)).collect()
}

/// The addresses behind or in front of a Service that are no pods of the input: the name that an ExternalName stands
/// for, external IPs, and the addresses of the Endpoints of a Service without a selector.
pub fn external(topology: &Topology, service: NodeIndex) -> Vec<ExternalAddress> {
    let Some(object) = topology.nodes[service].object.as_deref() else { return Vec::new() };
    let mut found: Vec<ExternalAddress> = Vec::new();
    if is_external_name(object) {
        found.extend(texts(object, "spec.externalName", service));
    }
    found.extend(texts(object, "spec.externalIPs[]", service));
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
        Some(ExternalAddress { address, field, declared_by })
    };
    hits.filter_map(address).collect()
}

fn is_external_name(service: &Object) -> bool {
    service.value.at("spec.type").and_then(Value::as_str) == Some("ExternalName")
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
    let addresses = external(scene.topology, scene.index);
    let list: Vec<&str> = addresses.iter().map(|one| one.address.as_str()).collect();
    let known = match addresses.first() {
        Some(first) => {
            let verb = if targets.is_empty() { "it stands for" } else { "it is reached at" };
            let why = format!("{verb} {}", quoted(&first.address));
            Known::new(list, why, first.field.clone()).said_by(first.declared_by)
        }
        None => Known::new(list, "it names no address outside of the cluster", FieldPath::of("spec")),
    };
    ledger.object(scene.index, "external", &known);
}
