//! A Service whose target port is a name that no container has.

use super::open::is_open;
use super::{Findings, Rule};
use crate::catalog::{FieldPath, Relation};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;
use crate::topology::{self, NodeIndex, ServicePort, service_ports};

pub(super) static RULE: Rule = Rule {
    code: "service-port-leads-nowhere",
    level: Level::Error,
    meaning: "A Service names a target port, and no container of the pods that it selects has a port of that name and \
              protocol: traffic on this port goes nowhere.",
    check,
};

/// Pods without the port get none of its traffic, which goes to the others: a Job or a test that happens to bear the labels
/// does no harm.
///
/// Source: `k8s.io/endpointslice/reconciler.go`, `reconcileByAddressType` (a slice for each set of ports that pods have).
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    if !scene.is("", "Service") {
        return;
    }
    let mut pods: Vec<NodeIndex> = scene.from(Relation::Selects).map(|edge| edge.to).collect();
    pods.sort_unstable();
    pods.dedup();
    let ports: Vec<(NodeIndex, Vec<ServicePort>)> = pods
        .into_iter()
        .filter_map(|to| {
            Some((to, service_ports(&scene.object.value, scene.topology.nodes[to].pod.as_deref()?)))
        })
        .collect();
    // Of pods that something else makes, the ports are not known.
    let is_known = scene.from(Relation::Selects).all(|edge| scene.topology.nodes[edge.to].pod.is_some());
    let Some((first, own)) = ports.first().filter(|_| is_known) else { return };
    for (index, port) in own.iter().enumerate() {
        let Err(name) = &port.target else { continue };
        let is_given_later = |to: NodeIndex| {
            scene.topology.nodes[to].pod.as_deref().is_some_and(|pod| topology::is_open(name, pod))
        };
        if is_open(name)
            || ports.iter().any(|(to, _)| is_given_later(*to))
            || ports.iter().any(|(_, ports)| ports.get(index).is_none_or(|port| port.target.is_ok()))
        {
            continue;
        }
        let list = FieldPath::of("spec.ports");
        let entry = list.find(&scene.object.value).and_then(|ports| ports.items().get(index));
        let field = entry.map_or_else(|| list.clone(), |entry| list.item(index, entry).key("targetPort"));
        let titles: Vec<String> = ports
            .iter()
            .map(|(to, _)| &scene.topology.nodes[*to].identity)
            .map(|identity| format!("{} {}", identity.kind, quoted(&identity.name)))
            .collect();
        let finding = findings.add(
            format!(
                "Traffic on port {} goes nowhere: no container of {} has a {} port named {}.",
                port.port,
                english::list_up_to(3, &titles),
                port.protocol,
                quoted(name)
            ),
            format!("Name a port {} in the container, or write its number here.", quoted(name)),
            field,
        );
        if let Some(pod) = scene.topology.nodes[*first].pod.as_deref() {
            finding.because(*first, pod.path.key("containers"));
        }
    }
}
