//! Whether the containers of a pod belong together: the verdict, what speaks for it, and what a split would look like.

use crate::diagram::views::before_and_after;
use crate::facts::grouping::{Advice, GroupReason, Grouping, Proposal, SplitReason, proposal};
use crate::facts::{Known, PodFacts};
use crate::model::Object;
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, listed, marked, plain, text};
use crate::page::workload::kinds;
use crate::page::{Block, Inline, Prose};
use crate::topology::{ContainerKind, NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let grouping = &facts.grouping;
    let Some(advice) = &grouping.advice else { return Vec::new() };
    let mut blocks = Vec::new();
    match advice.value {
        Advice::KeepTogether => {
            blocks.push(Block::Paragraph(keep(know, index, pod, grouping)));
            blocks.extend(list(group_items(know, object, grouping)));
            if let [only] = &grouping.split[..] {
                blocks.push(Block::Paragraph(against(know, object, only)));
            }
        }
        Advice::Review => {
            let words = "The manifests do not say why these containers are in one pod. Keep them together if one is \
                         useless without the other; give each a workload of its own if they may need different \
                         numbers of copies, or if one should go on when another fails.";
            blocks.push(Block::Paragraph(plain(words)));
            blocks.extend(list(split_items(know, object, grouping)));
        }
        Advice::Split => {
            let proposal = proposal(know.topology, index, facts);
            blocks.push(Block::Paragraph(split(object, grouping, proposal.as_ref())));
            blocks.extend(list(split_items(know, object, grouping)));
            let against = group_items(know, object, grouping);
            if !against.is_empty() {
                blocks.push(Block::Paragraph(plain(
                    "These speak for one pod, so they must be solved another way:",
                )));
                blocks.extend(list(against));
            }
            if let Some(proposal) = proposal {
                blocks.extend(taken_apart(know, index, object, facts, proposal));
            }
        }
    }
    blocks
}

fn list(items: Vec<Prose>) -> Option<Block> {
    (!items.is_empty()).then_some(Block::List { ordered: false, items })
}

/// The verdict to keep them, with who helps whom.
fn keep(know: &Knowledge, index: NodeIndex, pod: &Pod, grouping: &Grouping) -> Prose {
    let [main] = grouping.members[..] else { return plain("Keep together:") };
    let others = (0..pod.containers.len())
        .filter(|&other| other != main && pod.containers[other].kind != ContainerKind::Ephemeral);
    let names: Vec<Prose> = others.map(|other| vec![know.container(index, other)]).collect();
    let helps = if names.len() == 1 { " helps " } else { " help " };
    let end = if grouping.group.is_empty() { ", and nothing speaks for several pods." } else { ":" };
    let main = vec![know.container(index, main)];
    concat(vec![plain("Keep together: "), listed(names, 4), plain(helps), main, plain(end)])
}

fn split(object: &Object, grouping: &Grouping, proposal: Option<&Proposal>) -> Prose {
    let number = grouping.members.len();
    let words = match proposal {
        Some(proposal) => {
            let first = proposal.parts.first().map(|part| part.kind).unwrap_or_default();
            let same = proposal.parts.iter().all(|part| part.kind == first);
            if same { kinds(number, first) } else { count(number, "workload", "workloads") }
        }
        None => count(number, "workload", "workloads"),
    };
    plain(format!("Consider {words} in place of this {}:", object.identity.kind))
}

/// A reason as a sentence: what it is called, the evidence, and where it stands.
fn item<R>(know: &Knowledge, object: &Object, name: &str, reason: &Known<R>, effect: &str) -> Prose {
    let by = reason.declared_by.and_then(|node| know.node(node).object.as_deref()).unwrap_or(object);
    concat(vec![
        vec![Inline::Strong(format!("{name}:")), text(" ")],
        marked(&reason.why),
        plain(". "),
        vec![know.source(by, &reason.field)],
        plain(if effect.is_empty() { String::new() } else { format!(" {effect}") }),
    ])
}

fn split_items(know: &Knowledge, object: &Object, grouping: &Grouping) -> Vec<Prose> {
    let sentence = |reason: &Known<SplitReason>| {
        let (name, effect) = match reason.value {
            SplitReason::IndependentScaling => {
                ("Independent scaling", "In one pod, more copies of one are more copies of all.")
            }
            SplitReason::DifferentResources => (
                "Different resources",
                "In one pod, every copy needs a node with room for all of them at once.",
            ),
            SplitReason::FaultIsolation => {
                ("Fault isolation", "In one pod, they are updated, moved, and evicted together.")
            }
            SplitReason::DifferentHosts => {
                ("Different hosts", "In one pod, all of them run where that one must.")
            }
        };
        item(know, object, name, reason, effect)
    };
    grouping.split.iter().map(sentence).collect()
}

fn group_items(know: &Knowledge, object: &Object, grouping: &Grouping) -> Vec<Prose> {
    let sentence = |reason: &Known<GroupReason>| {
        let (name, effect) = match reason.value {
            GroupReason::LocalhostHelper => {
                ("Localhost", "Only containers of one pod reach each other there.")
            }
            GroupReason::SharedVolume => ("Shared files", ""),
            GroupReason::SameLifecycle => ("Same lifecycle", ""),
            GroupReason::SameNode => ("Same node", "That works only on one node."),
            GroupReason::OneIdentity => ("One identity", ""),
        };
        item(know, object, name, reason, effect)
    };
    grouping.group.iter().map(sentence).collect()
}

/// The one reason that speaks for a split, where that is not enough.
fn against(know: &Knowledge, object: &Object, reason: &Known<SplitReason>) -> Prose {
    let by = reason.declared_by.and_then(|node| know.node(node).object.as_deref()).unwrap_or(object);
    concat(vec![
        plain("One thing speaks for several pods: "),
        marked(&reason.why),
        plain(". "),
        vec![know.source(by, &reason.field)],
    ])
}

/// What must change, both ways as diagrams, and a manifest to start from.
fn taken_apart(
    know: &Knowledge,
    index: NodeIndex,
    object: &Object,
    facts: &PodFacts,
    proposal: Proposal,
) -> Vec<Block> {
    let mut blocks = Vec::new();
    let part_of = |container: usize| proposal.parts.iter().find(|part| part.containers.contains(&container));
    let changes = facts.patterns.calls.iter().filter_map(|call| {
        let (from, to) = (part_of(call.from)?, part_of(call.to)?);
        let crosses = from.member != to.member;
        crosses.then(|| {
            vec![
                know.container(index, call.from),
                text(" calls "),
                know.container(index, call.to),
                text(" at "),
                code(format!("localhost:{}", call.port)),
                text("; apart, at "),
                code(format!("{}:{}", to.name, call.port)),
                text(", the name of its Service. "),
                know.source(know.node(call.declared_by).object.as_deref().unwrap_or(object), &call.field),
            ]
        })
    });
    let changes: Vec<Prose> = changes.collect();
    if !changes.is_empty() {
        let word = if changes.len() == 1 { "This call leaves" } else { "These calls leave" };
        blocks.push(Block::Paragraph(plain(format!("{word} the pod:"))));
        blocks.extend(list(changes));
    }
    let diagrams = before_and_after(know.drawn, know.facts, index, &proposal);
    let diagrams = diagrams.into_iter().map(|diagram| Block::Diagram(Box::new(diagram))).collect();
    blocks.extend(Block::fold("Pictures: as it is, and taken apart", diagrams));
    let caption = format!("{}-apart.yaml", object.identity.name);
    let start = vec![Block::Verbatim { caption, text: proposal.manifest }];
    blocks.extend(Block::fold("A manifest to start from", start));
    blocks
}
