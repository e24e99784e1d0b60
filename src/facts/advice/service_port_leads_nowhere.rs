//! A Service whose target port is a name that no container has.

use super::{Findings, Rule};
use crate::catalog::{FieldPath, Relation};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::{is_open, service_ports};

pub(super) static RULE: Rule = Rule {
    code: "service-port-leads-nowhere",
    level: Level::Error,
    meaning: "A Service names a target port, and no container of the pods that it selects has a port of that name and \
              protocol: traffic on this port goes nowhere.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    if !scene.is("", "Service") {
        return;
    }
    let mut told = Vec::new();
    for edge in scene.from(Relation::Selects) {
        let node = &scene.topology.nodes[edge.to];
        let Some(pod) = node.pod.as_deref() else { continue };
        for (index, port) in service_ports(&scene.object.value, pod).into_iter().enumerate() {
            let Err(name) = port.target else { continue };
            if is_open(&name, pod) {
                continue;
            }
            if told.contains(&(index, edge.to)) {
                continue;
            }
            told.push((index, edge.to));
            let list = FieldPath::of("spec.ports");
            let entry = list.find(&scene.object.value).and_then(|ports| ports.items().get(index));
            let field = entry.map_or_else(|| list.clone(), |entry| list.item(index, entry).key("targetPort"));
            let title = format!("{} {}", node.identity.kind, quoted(&node.identity.name));
            findings
                .add(
                    format!(
                        "Traffic on port {} goes nowhere: no container of {title} has a {} port named {}.",
                        port.port,
                        port.protocol,
                        quoted(&name)
                    ),
                    format!("Name a port {} in the container, or write its number here.", quoted(&name)),
                    field,
                )
                .because(edge.to, pod.path.key("containers"));
        }
    }
}
