//! The page of one container.

mod files;
mod glance;
mod lead;
mod lifecycle;
pub mod part;
mod reached;
mod resources;
mod security;
mod served;
mod siblings;

pub use glance::pull_policy;

use super::knowledge::Knowledge;
use super::prose::{fold_long_tables, section};
use super::workload::{drawn, listed_items, subject};
use super::{Block, Link, Manifest, Page, Sort, Target, advice, environment, object};
use crate::diagram::View;
use crate::diagram::views::Focus;
use crate::model::Object;
use crate::topology::{Container, NodeIndex};
use std::sync::Arc;

/// The page of a container.
pub fn page(know: &Knowledge, index: NodeIndex, object: &Object, position: usize) -> Option<Page> {
    let (pod, facts) = know.pod(index)?;
    let container = pod.containers.get(position)?;
    let needs = facts.resources.containers.get(position)?;
    let path = know.page(&subject(know, index, container))?.clone();
    let mut crumbs = object::crumbs(know, object);
    let workload = know.page(&crate::model::Subject::Object(object.identity.clone()))?.clone();
    let name = format!("{} ({})", object.identity.name, object.identity.kind);
    crumbs.push(Link { text: name, code: false, to: Target { page: workload, anchor: String::new() } });
    let diagram = drawn(know, View::Relationship, &Focus::Container(index, position));
    let reads = environment::table(know, index, container).map(Block::Table);
    let sections = [
        section("overview", "At a glance", vec![glance::blocks(object, container, needs)]),
        section("diagram", "What it touches", diagram.into_iter().collect()),
        section("talks-to", "Who reaches it, and whom it calls", reached::blocks(know, index, pod, position)),
        section("reads", "Environment", reads.into_iter().collect()),
        section("storage", "Files", files::blocks(know, index, object, pod, position)),
        section("lifecycle", "Start, health, and end", lifecycle::blocks(know, index, object, pod, position)),
        section("resources", "Resources", resources::blocks(know, index, object, pod, position)),
        section("identity", "What it may do", security::blocks(know, index, object, pod, position)),
        section("fields", "What else it says", listed_items(object::of_container(know, object, container))),
        section("containers", "Its siblings", siblings::blocks(know, index, pod, position)),
        section("advice", "Advice", advice::of_container(know, index, position)),
        section("source", "Its lines of the manifest", vec![lines(object, container)]),
    ];
    let mut page = Page {
        environment: object.identity.environment.to_string(),
        path,
        sort: Sort::Container,
        title: container.key.to_string(),
        kicker: part::words(pod, facts, position),
        crumbs,
        children: Vec::new(),
        source: Some(know.line(object, container.line)),
        author: Vec::new(),
        lead: vec![lead::blocks(know, index, object, position)],
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
        keywords: vec![container.image.clone()],
        namespace: object.identity.namespace.to_string(),
        mark: None,
    };
    fold_long_tables(&mut page);
    Some(page)
}

/// A link to the page of a container.
pub fn link(know: &Knowledge, index: NodeIndex, container: &Container) -> Option<Link> {
    let page = know.page(&subject(know, index, container))?.clone();
    Some(Link { text: container.key.to_string(), code: true, to: Target { page, anchor: String::new() } })
}

/// How a container's role is called in a table.
pub fn role(know: &Knowledge, index: NodeIndex, position: usize) -> String {
    let Some((pod, facts)) = know.pod(index) else { return String::new() };
    part::words(pod, facts, position)
}

fn lines(object: &Object, container: &Container) -> Block {
    let value = container.path.find(&object.value);
    Block::Manifest(Manifest {
        file: Arc::clone(&object.file),
        first_line: container.line,
        last_line: value.map_or(container.line, object::last_line),
        span: value.and_then(|value| object.file.span(value.line, value.column)),
        anchors: true,
    })
}
