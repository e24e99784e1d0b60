//! What runs, as a table: what each workload is, how many copies of it there are, how requests reach it, and where its data
//! is.

use super::knowledge::Knowledge;
use super::prose::{code, fold_long_table_from, muted, plain};
use super::workload::on_call::sufferers::direct_way;
use super::{Block, Prose, Table, sentence};
use crate::model::Subject;
use crate::names::count;
use crate::page::images::short;
use crate::problem::Level;
use crate::topology::{Node, NodeIndex};
use std::collections::BTreeMap;

/// From so many workloads on they are a table and no cards.
pub const FEWEST_ROWS: usize = 9;

/// How many rows of a table stand open.
const MOST_OPEN: usize = 60;

/// The table, a row a workload; those of one application, or of one beginning of their names, stand together.
pub fn blocks(know: &Knowledge, workloads: &[NodeIndex]) -> Vec<Block> {
    let names_namespace = workloads
        .windows(2)
        .any(|pair| know.node(pair[0]).identity.namespace != know.node(pair[1]).identity.namespace);
    let (groups, is_inferred) = groups(know, workloads);
    let head = ["Name", "Namespace", "Part of", "What it is", "Copies", "Way in", "Keeps data", "Advice"];
    let shown = |name: &&str| match *name {
        "Namespace" => names_namespace,
        "Part of" => groups.len() > 1,
        _ => true,
    };
    let rows: Vec<Vec<Prose>> = groups
        .iter()
        .flat_map(|(group, members)| members.iter().map(move |&index| (group, index)))
        .map(|(group, index)| {
            let cells = row(know, index, group);
            head.iter().zip(cells).filter(|(name, _)| shown(name)).map(|(_, cell)| cell).collect()
        })
        .collect();
    let head: Vec<String> = head.iter().filter(|name| shown(name)).map(|name| (*name).to_owned()).collect();
    let table = Table { caption: "What runs".to_owned(), head, rows };
    let mut blocks = fold_long_table_from(table, MOST_OPEN);
    let by_names = (is_inferred && groups.len() > 1).then(|| {
        vec![muted(
            "Parts are inferred from the beginnings of names, since no label says what belongs together.",
        )]
    });
    blocks.extend(by_names.map(Block::Paragraph));
    blocks
}

/// Workloads by what they are a part of, and whether that is inferred from their names. What is alone has no part.
fn groups(know: &Knowledge, workloads: &[NodeIndex]) -> (Vec<(Prose, Vec<NodeIndex>)>, bool) {
    let mut applications: BTreeMap<Option<usize>, Vec<NodeIndex>> = BTreeMap::new();
    for &index in workloads {
        applications.entry(know.topology.application_of(index)).or_default().push(index);
    }
    let several = applications.iter().filter(|(at, members)| at.is_some() && members.len() > 1).count();
    if several > 0 {
        let name = |at: Option<usize>| match at.map(|at| &know.topology.applications[at]) {
            Some(application) => vec![know.link(&application.key(), application.shown())],
            None => vec![muted("–")],
        };
        // What belongs to none comes last.
        let mut groups: Vec<_> = applications.into_iter().collect();
        groups.sort_by_key(|(at, _)| (at.is_none(), *at));
        return (groups.into_iter().map(|(at, members)| (name(at), members)).collect(), false);
    }
    let mut stems: BTreeMap<&str, Vec<NodeIndex>> = BTreeMap::new();
    for &index in workloads {
        stems.entry(stem(&know.node(index).identity.name)).or_default().push(index);
    }
    let (together, alone): (Vec<_>, Vec<_>) = stems.into_iter().partition(|(_, members)| members.len() > 1);
    let alone: Vec<NodeIndex> = alone.into_iter().flat_map(|(_, members)| members).collect();
    let mut groups: Vec<(Prose, Vec<NodeIndex>)> =
        together.into_iter().map(|(stem, members)| (vec![code(stem)], members)).collect();
    if !alone.is_empty() {
        groups.push((vec![muted("–")], alone));
    }
    (groups, true)
}

/// The part of a name before its first dash.
fn stem(name: &str) -> &str {
    name.split_once('-').map_or(name, |(stem, _)| stem)
}

fn row(know: &Knowledge, index: NodeIndex, group: &Prose) -> Vec<Prose> {
    let node = know.node(index);
    let identity = &node.identity;
    let mut name = vec![know.name(index)];
    if &*identity.kind != "Deployment" {
        name.push(muted(format!(" {}", identity.kind)));
    }
    vec![
        name,
        vec![know.namespace(identity)],
        group.clone(),
        what(know, index),
        copies(know, node, index),
        way_in(know, index),
        keeps(know, index),
        advice(know, index),
    ]
}

/// The image of its main container, with what such images are.
fn what(know: &Knowledge, index: NodeIndex) -> Prose {
    let Some((pod, facts)) = know.pod(index) else { return Prose::new() };
    let main = facts.patterns.main().or_else(|| pod.containers.iter().position(|one| !one.image.is_empty()));
    let Some(container) = main.and_then(|at| pod.containers.get(at)) else { return Prose::new() };
    let mut prose = vec![code(short(&container.image))];
    prose.extend(know.catalog.image(&container.image).map(|class| muted(format!(" {}", class.class))));
    let others = pod.running().count().saturating_sub(1);
    prose.extend((others > 0).then(|| muted(format!(" and {others} more"))));
    prose
}

fn copies(know: &Knowledge, node: &Node, index: NodeIndex) -> Prose {
    match (&*node.identity.kind, sentence::scaled(know, index), node.copies()) {
        ("DaemonSet", ..) => plain("one a node"),
        ("CronJob", ..) => plain("on a schedule"),
        (_, Some((low, high)), _) => plain(format!("{low} to {high}")),
        (_, None, Some(copies)) => plain(copies.to_string()),
        (_, None, None) => vec![muted("–")],
    }
}

/// What lets requests from outside reach it without another workload between.
fn way_in(know: &Knowledge, index: NodeIndex) -> Prose {
    match direct_way(know.topology, index).as_deref().and_then(|way| way.first()) {
        Some(&door) => know.mention(door, &know.node(index).identity),
        None => vec![muted("–")],
    }
}

/// The claims that its data is on.
fn keeps(know: &Knowledge, index: NodeIndex) -> Prose {
    let Some((pod, facts)) = know.pod(index) else { return Prose::new() };
    let claims = facts.volumes.iter().filter(|volume| volume.claim.is_some()).count();
    if claims > 0 {
        return plain(count(claims, "claim", "claims"));
    }
    match facts.databases_without_volume(pod).is_empty() {
        true => vec![muted("–")],
        false => plain("no; a restart loses it"),
    }
}

/// How many findings there are worse than a note.
fn advice(know: &Knowledge, index: NodeIndex) -> Prose {
    let findings = know.facts.findings_of(index).filter(|one| !one.is_ignored && one.level > Level::Note);
    match findings.count() {
        0 => vec![muted("–")],
        many => {
            let subject = Subject::Object(know.node(index).identity.clone());
            vec![know.words_at(&subject, &many.to_string(), "advice")]
        }
    }
}
