//! The page of an object that makes pods.

pub mod containers;
mod grouping;
mod identity;
mod lifecycle;
pub mod on_call;
mod placement;
mod reads;
pub mod resources;
mod rollout;
pub mod running;
mod runs;
pub mod storage;
pub mod talks;
mod what_if;

use super::advice;
pub use identity::changes;

use super::knowledge::Knowledge;
use super::prose::{code, concat, fold_long_tables, joined, plain, section};
use super::{Block, Page, Prose, Sort, container, delivery, object, sentence, unknown};
use crate::catalog::{Relation, is_built_in};
use crate::diagram::View;
use crate::diagram::readable::readable;
use crate::diagram::views::{Focus, lifecycle_parts};
use crate::facts::controller::bounds;
use crate::facts::follows_readiness;
use crate::model::{Object, Subject};
use crate::names::{count, plural};
use crate::topology::{Container, NodeIndex, Pod};
use std::sync::Arc;

/// The page of a workload.
pub fn page(know: &Knowledge, index: NodeIndex, object: &Object) -> Option<Page> {
    let (pod, _) = know.pod(index)?;
    let mut page = head(know, index, object)?;
    let is_found = is_found(know, object);
    page.lead.extend(is_found.then(|| {
        plain(
            "podviz found a pod template in it; what makes pods of that, and how many, podviz does not know.",
        )
    }));
    page.children =
        pod.containers.iter().filter_map(|container| container::link(know, index, container)).collect();
    page.keywords = keywords(pod);
    let manifest = object::manifest_blocks(know, object);
    let lines = count((object.last_line + 1).saturating_sub(object.first_line) as usize, "line", "lines");
    let sections = [
        section("overview", "At a glance", glance(know, index)),
        section("on-call", "On call", on_call::blocks(know, index, object, pod)),
        section("diagram", "How it fits together", diagrams(know, index, &[View::Relationship])),
        section("running", "What ran", running::blocks(know, index, object)),
        section("containers", "Containers", containers::blocks(know, index, object, pod)),
        section("resources", "Resources", resources::blocks(know, index, object, pod)),
        section("lifecycle", "Start-up and shut-down", lifecycle::blocks(know, index, object, pod)),
        section("talks-to", "Who talks to whom, and what it reads", talks::blocks(know, index, pod)),
        section("reads", "Environment", reads::blocks(know, index, pod)),
        section("storage", "Storage", storage::blocks(know, index, object, pod)),
        section("identity", "Identity and permissions", identity::blocks(know, index, object, pod)),
        section("scheduling", "Placement", placement::blocks(know, index, object, pod)),
        section("rollout", rollout::title(know, index, object), rollout::blocks(know, index, object, pod)),
        section("fields", "What else it says", listed_items(object::of_pod(know, object, pod))),
        section("what-if", "What if…", what_if::blocks(know, index, object, pod)),
        section("grouping", "Group or split", grouping::blocks(know, index, object, pod)),
        section("advice", "Advice", advice::of_object(know, index)),
        section(
            "source",
            "Manifest",
            Block::fold(format!("{lines} of its manifest"), manifest).into_iter().collect(),
        ),
    ];
    page.sections = sections.into_iter().filter(|section| !section.blocks.is_empty()).collect();
    fold_long_tables(&mut page);
    Some(page)
}

/// The page of a workload without its sections.
pub fn head(know: &Knowledge, index: NodeIndex, object: &Object) -> Option<Page> {
    let frame = object::frame(know, index, object, Sort::Workload)?;
    let lead = std::iter::once(sentence::workload(know, index)).chain(object::unlisted(know, index));
    let lead = lead.chain(unknown::substituted(know, object));
    let lead = lead.chain(delivery::brought_by(know, index, object));
    Some(Page { lead: lead.collect(), ..frame })
}

/// Whether podviz knows the pods of an object only by the shape of its fields.
pub fn is_found(know: &Knowledge, object: &Object) -> bool {
    let own = &object.identity;
    !is_built_in(&own.group) && know.catalog.kind(&own.group, &own.kind).is_none()
}

/// The diagrams of these views that have something to say.
pub fn diagrams(know: &Knowledge, index: NodeIndex, views: &[View]) -> Vec<Block> {
    views.iter().filter_map(|view| drawn(know, *view, &Focus::Object(index))).collect()
}

/// The diagram of one view, if it has something to say.
pub fn drawn(know: &Knowledge, view: View, focus: &Focus) -> Option<Block> {
    if !know.draws {
        return None;
    }
    let diagram = readable(view, focus, know.drawn, know.facts)?;
    Some(Block::Diagram(Box::new(diagram)))
}

/// The life of a pod: one diagram, or several where one would be too long to read.
pub fn drawn_life(know: &Knowledge, index: NodeIndex) -> Vec<Block> {
    if !know.draws {
        return Vec::new();
    }
    let parts = lifecycle_parts(index, know.drawn, know.facts, &Default::default());
    parts.into_iter().map(|diagram| Block::Diagram(Box::new(diagram))).collect()
}

/// Whether a Service sends traffic to the pod while it is ready, and only then.
pub fn is_served(know: &Knowledge, index: NodeIndex) -> bool {
    services(know, index).next().is_some()
}

/// The Services that send traffic to the pod while it is ready, and only then.
pub fn services(know: &Knowledge, index: NodeIndex) -> impl Iterator<Item = NodeIndex> {
    let selects = know.topology.to(index).filter(|edge| edge.relation == Relation::Selects);
    selects.map(|edge| edge.from).filter(|&from| {
        let node = know.node(from);
        &*node.identity.kind == "Service" && follows_readiness(node)
    })
}

/// A list, if there is anything to list.
pub fn listed_items(items: Vec<Prose>) -> Vec<Block> {
    if items.is_empty() { Vec::new() } else { vec![Block::List { ordered: false, items }] }
}

fn keywords(pod: &Pod) -> Vec<String> {
    let mut words = Vec::new();
    for container in &pod.containers {
        words.extend([container.name.clone(), container.image.clone()]);
        words.extend(container.spec.ports.iter().flatten().map(|port| port.container_port.to_string()));
        words.extend(container.spec.env.iter().flatten().map(|variable| variable.name.clone()));
    }
    words.sort();
    words.dedup();
    words.retain(|word| !word.is_empty());
    words
}

/// A strip of short facts.
fn glance(know: &Knowledge, index: NodeIndex) -> Vec<Block> {
    let mut facts = Vec::new();
    if let Some(replicas) = know.node(index).copies() {
        let scalers = know.topology.to(index).filter(|edge| edge.relation == Relation::Scales);
        let ranges: Vec<Prose> = scalers.filter_map(|edge| autoscaled(know, edge.from, replicas)).collect();
        let copies = if ranges.is_empty() { plain(replicas.to_string()) } else { joined(ranges, "and") };
        facts.push(("Copies".to_owned(), copies));
    } else if know.node(index).has_unread_copies() {
        facts.push(("Copies".to_owned(), plain("unknown: no number stands there")));
    }
    facts.extend(resources::glance(know, index));
    facts.push(("Service account".to_owned(), account(know, index)));
    facts.push(("Runs on".to_owned(), placement::in_short(know, index)));
    vec![Block::Facts(facts)]
}

/// The range of an autoscaler, unless it leaves the workload alone.
fn autoscaled(know: &Knowledge, scaler: NodeIndex, replicas: i64) -> Option<Prose> {
    let node = know.node(scaler);
    let bounds = bounds(node).filter(|bounds| replicas > 0 || bounds.from_zero)?;
    let low = bounds.least;
    let range =
        bounds.most.map_or_else(|| "scaled by ".to_owned(), |high| format!("{low} to {high}, scaled by "));
    Some(concat(vec![plain(range), know.mention(scaler, &node.identity)]))
}

fn account(know: &Knowledge, index: NodeIndex) -> Prose {
    let edge = know.topology.from(index).find(|edge| edge.relation == Relation::RunsAs);
    match edge {
        Some(edge) => vec![know.name(edge.to)],
        None => vec![code("default")],
    }
}

/// The key of a container's page.
pub fn subject(know: &Knowledge, index: NodeIndex, container: &Container) -> Subject {
    Subject::Container(know.node(index).identity.clone(), Arc::clone(&container.key))
}

/// `3 Deployments`.
pub fn kinds(number: usize, kind: &str) -> String {
    count(number, kind, &plural(kind))
}
