//! What can be reached from outside of the cluster now, or no more; and ways in that lead elsewhere.

use super::{Area, Found, Scene, Severity, lines};
use crate::catalog::{FieldPath, Relation, Role};
use crate::change::Because;
use crate::change::{Fate, FieldChange, Which};
use crate::document::Identity;
use crate::facts::{is_exposed, lets_traffic_in, quoted};
use crate::names::english;
use crate::topology::{NodeIndex, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// A way in: the object where traffic enters, and the field that opens it to what it leads to.
type Door = (NodeIndex, Vec<Because>);

pub(super) fn find(scene: &Scene, found: &mut Found) {
    let (before, after) = (reached(scene, Which::Old), reached(scene, Which::New));
    for (identity, (workload, door)) in &after {
        if before.contains_key(identity) {
            continue;
        }
        let by = &scene.node(Which::New, door.0).identity;
        let message = match door.0 == *workload {
            true => "It can be reached from outside now, at a port of the nodes that it runs on.".to_owned(),
            false => format!("It can be reached from outside now, through {} {}.", by.kind, quoted(&by.name)),
        };
        let kind = ("exposed", Area::Exposure, Severity::Warning);
        found.add(kind, scene.whom(Which::New, *workload), message, door.1.clone());
    }
    for (identity, (workload, door)) in &before {
        if after.contains_key(identity) {
            continue;
        }
        let by = &scene.node(Which::Old, door.0).identity;
        let message = match door.0 == *workload {
            true => "It can no longer be reached from outside at a port of its nodes.".to_owned(),
            false => {
                format!("It can no longer be reached from outside through {} {}.", by.kind, quoted(&by.name))
            }
        };
        let kind = ("unexposed", Area::Exposure, Severity::Notice);
        found.add(kind, scene.whom(Which::Old, *workload), message, door.1.clone());
    }
    for (at, change) in scene.objects().filter(|(_, change)| change.change == Fate::Changed) {
        let Some((old, new)) = change.both().filter(|_| !found.refused.contains(&at)) else { continue };
        let opens = |which: Which, index| lets_traffic_in(scene.change.side(which).topology, index);
        let fields: Vec<&FieldChange> = change.below("spec").filter(|field| !field.is_default).collect();
        if fields.is_empty() || !(opens(Which::Old, old) && opens(Which::New, new)) {
            continue;
        }
        let said = |values: Vec<&serde_json::Value>| -> Vec<String> {
            let texts = values.into_iter().filter_map(|value| value.as_str());
            let mut texts: Vec<String> =
                texts.filter(|text| text.starts_with('/') || text.contains('.')).map(quoted).collect();
            texts.dedup();
            texts
        };
        let mut words = Vec::new();
        for (word, texts) in [
            ("now has", said(fields.iter().map(|field| &field.new).collect())),
            ("no longer has", said(fields.iter().map(|field| &field.old).collect())),
        ] {
            if !texts.is_empty() {
                words.push(format!("{word} {}", english::list_up_to(5, &texts)));
            }
        }
        let message = match words.is_empty() {
            true => "Traffic from outside takes another way through it.".to_owned(),
            false => format!("This way in {}.", english::list(&words, "and")),
        };
        found.add(
            ("way-in-changed", Area::Exposure, Severity::Notice),
            scene.object(change),
            message,
            lines(fields),
        );
    }
}

/// The workloads of a side that traffic from outside reaches, by who they are on both sides, each with the first way in.
fn reached(scene: &Scene, which: Which) -> BTreeMap<Identity, (NodeIndex, Door)> {
    let topology = scene.change.side(which).topology;
    let mut found: BTreeMap<Identity, (NodeIndex, Door)> = BTreeMap::new();
    let mut note = |workload: NodeIndex, door: Door| {
        let identity = scene.pairing.followed(which, &topology.nodes[workload].identity);
        found.entry(identity).or_insert((workload, door));
    };
    for (index, node) in topology.present() {
        if node.role == Role::Service && is_exposed(node) {
            let because = scene.line(which, index, &FieldPath::of("spec.type"));
            behind(topology, index).into_iter().for_each(|workload| note(workload, (index, because.clone())));
        } else if node.role == Role::Route && lets_traffic_in(topology, index) {
            for edge in topology.from(index).filter(|edge| edge.relation == Relation::RoutesTo) {
                let because = scene.edge(which, edge);
                for workload in routed(topology, edge.to) {
                    note(workload, (index, because.clone()));
                }
            }
        }
        for (field, is_open) in ports_of_nodes(topology, index) {
            if is_open {
                note(index, (index, scene.line(which, index, &field)));
            }
        }
    }
    found
}

/// The ports of its nodes that a workload takes: the field, and whether it does.
fn ports_of_nodes(topology: &Topology, index: NodeIndex) -> Vec<(FieldPath, bool)> {
    let Some(pod) = topology.nodes[index].pod.as_deref() else { return Vec::new() };
    let host_network = pod.spec.host_network == Some(true);
    let mut found = Vec::new();
    for container in &pod.containers {
        for (at, port) in container.spec.ports.iter().flatten().enumerate() {
            let name = port.name.clone().unwrap_or_default();
            let field = container.path.key("ports").named_item(at, &name);
            let is_open = host_network || port.host_port.is_some_and(|port| port > 0);
            let is_local = port.host_ip.as_deref().is_some_and(|ip| ip.starts_with("127."));
            found.push((field, is_open && !is_local));
        }
    }
    found
}

/// The workloads that something which a route leads to ends at.
fn routed(topology: &Topology, start: NodeIndex) -> BTreeSet<NodeIndex> {
    let (mut open, mut seen, mut found) = (vec![start], BTreeSet::new(), BTreeSet::new());
    while let Some(index) = open.pop() {
        if !seen.insert(index) {
            continue;
        }
        if topology.nodes[index].pod.is_some() {
            found.insert(index);
            continue;
        }
        found.extend(behind(topology, index));
        open.extend(
            topology.from(index).filter(|edge| edge.relation == Relation::RoutesTo).map(|edge| edge.to),
        );
    }
    found
}

/// The workloads that a Service selects.
pub(super) fn behind(topology: &Topology, service: NodeIndex) -> Vec<NodeIndex> {
    let selected =
        topology.from(service).filter(|edge| edge.relation == Relation::Selects).map(|edge| edge.to);
    selected.filter(|&to| topology.nodes[to].pod.is_some()).collect()
}
