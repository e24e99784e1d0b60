//! What GitOps controllers bring to a cluster: who applies an object, and what an applier brings.

use super::knowledge::Knowledge;
use super::prose::{code, concat, joined, listed, plain, text};
use super::{Block, Prose, Table, release};
use crate::catalog::Relation;
use crate::diagram::View;
use crate::diagram::readable::readable;
use crate::diagram::views::Focus;
use crate::document::Value;
use crate::model::Object;
use crate::names::{count, plural};
use crate::topology::{NodeIndex, State};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many objects of one kind are named in a row.
const MOST_NAMED: usize = 12;

/// What applies an object, and when; `None` where no controller does.
pub fn brought_by(know: &Knowledge, index: NodeIndex, object: &Object) -> Option<Prose> {
    let delivery = object.delivery.as_deref()?;
    let mention = |by| {
        let found = know.topology.find(by).map(|found| know.mention(found, &object.identity));
        found.unwrap_or_else(|| vec![text(format!("{} ", by.kind)), code(&*by.name)])
    };
    let (last, through) = delivery.applied_by.split_last()?;
    if know.topology.find(last) == Some(index) {
        return Some(plain("It applies itself."));
    }
    let mut prose = concat(vec![plain("Applied by "), mention(last)]);
    if !through.is_empty() {
        prose.push(text(", which comes through "));
        prose.extend(joined(through.iter().rev().map(mention).collect(), "and"));
    }
    if let Some(wave) = delivery.wave {
        prose.push(text(format!(", in sync wave {wave}")));
    }
    prose.push(text("."));
    if delivery.suspended {
        prose.push(text(" One of these is suspended, so the cluster may hold another state of it."));
    }
    Some(prose)
}

/// The objects of GitOps controllers in an environment: who applies what, what waits for what, what is suspended.
pub fn section(know: &Knowledge, environment: &Arc<str>) -> Vec<Block> {
    let diagram = readable(View::Delivery, &Focus::All(Arc::clone(environment)), know.drawn, know.facts);
    let mut blocks: Vec<Block> =
        diagram.map(|diagram| Block::Diagram(Box::new(diagram))).into_iter().collect();
    let in_it = know.topology.present_in(environment);
    let appliers: Vec<NodeIndex> =
        in_it.map(|(index, _)| index).filter(|&index| applies(know, index)).collect();
    if appliers.is_empty() {
        blocks.extend(release::section(know, environment));
        return blocks;
    }
    let suspended: Vec<Prose> = appliers
        .iter()
        .filter(|&&index| is_suspended(know, index))
        .map(|&index| know.mention(index, &know.node(index).identity))
        .collect();
    if !suspended.is_empty() {
        let verb = if suspended.len() == 1 { " is suspended" } else { " are suspended" };
        let words =
            ": what is shown below is what the manifests say, and the cluster may hold something else.";
        blocks.push(Block::Paragraph(concat(vec![listed(suspended, 6), plain(verb), plain(words)])));
    }
    let rows = appliers.into_iter().map(|index| row(know, index)).collect();
    let head = ["Applier", "Applied by", "Waits for", "Brings"].map(str::to_owned).to_vec();
    blocks.push(Block::Table(Table { caption: "What applies what".to_owned(), head, rows }));
    blocks.extend(release::section(know, environment));
    blocks
}

/// What an applier brings, a row a kind; empty for any other object.
pub fn brings(know: &Knowledge, index: NodeIndex) -> Vec<Block> {
    let mut by_kind: BTreeMap<&str, Vec<NodeIndex>> = BTreeMap::new();
    for to in applied(know, index) {
        by_kind.entry(&know.node(to).identity.kind).or_default().push(to);
    }
    if by_kind.is_empty() {
        return Vec::new();
    }
    let near = &know.node(index).identity;
    let row = |(kind, members): (&str, Vec<NodeIndex>)| {
        let names = members.iter().map(|&member| {
            let identity = &know.node(member).identity;
            match identity.namespace.is_empty() || identity.namespace == near.namespace {
                true => vec![know.name(member)],
                false => vec![know.name(member), text(" in "), know.namespace(identity)],
            }
        });
        vec![plain(count(members.len(), kind, &plural(kind))), listed(names.collect(), MOST_NAMED)]
    };
    let rows = by_kind.into_iter().map(row).collect();
    let head = ["Kind", "Objects"].map(str::to_owned).to_vec();
    vec![Block::Table(Table { caption: format!("What {} brings", near.title()), head, rows })]
}

fn applies(know: &Knowledge, index: NodeIndex) -> bool {
    let of = |relation| know.topology.from(index).any(|edge| edge.relation == relation);
    of(Relation::Applies) || of(Relation::WaitsFor)
}

/// What an applier applies itself.
fn applied<'a>(know: &'a Knowledge, index: NodeIndex) -> impl Iterator<Item = NodeIndex> + 'a {
    let edges = know.topology.from(index).filter(|edge| edge.relation == Relation::Applies);
    edges.map(|edge| edge.to).filter(move |&to| to != index)
}

fn is_suspended(know: &Knowledge, index: NodeIndex) -> bool {
    let object = know.node(index).object.as_deref();
    object.and_then(|object| object.value.at("spec.suspend")).and_then(Value::as_bool) == Some(true)
}

fn row(know: &Knowledge, index: NodeIndex) -> Vec<Prose> {
    let near = &know.node(index).identity;
    let mention = |other: NodeIndex| know.mention(other, near);
    let by = know.topology.to(index).filter(|edge| edge.relation == Relation::Applies && edge.from != index);
    let waits = know.topology.from(index).filter(|edge| edge.relation == Relation::WaitsFor);
    let (mut workloads, mut others) = (Vec::new(), 0);
    for to in applied(know, index).filter(|&to| know.node(to).state == State::Present) {
        match know.node(to).pod.is_some() {
            true => workloads.push(vec![know.name(to)]),
            false => others += 1,
        }
    }
    let mut brought = listed(workloads, 4);
    if others > 0 {
        let more = if brought.is_empty() { "" } else { "; " };
        let what = match brought.is_empty() {
            true => count(others, "object", "objects"),
            false => count(others, "other object", "other objects"),
        };
        brought.push(text(format!("{more}{what}")));
    }
    vec![
        vec![text(format!("{} ", near.kind)), know.name(index)],
        listed(by.map(|edge| mention(edge.from)).collect(), 3),
        listed(waits.map(|edge| mention(edge.to)).collect(), 4),
        brought,
    ]
}
