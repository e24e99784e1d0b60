//! The page `/network/`: whom the NetworkPolicies let talk to whom.

mod limits;
#[cfg(test)]
mod tests;
mod verdict;

use super::knowledge::Knowledge;
use super::prose::section;
use super::prose::{listed, muted, plain, words};
use super::{Block, Page, Prose, Sort, Table};
use crate::diagram::View;
use crate::diagram::readable::readable;
use crate::diagram::views::Focus;
use crate::document::Identity;
use crate::facts::reach::Direction;
use crate::names::{count, thousands};
use crate::topology::NodeIndex;
pub use limits::{in_short, limits};
use std::collections::BTreeMap;
use std::sync::Arc;
pub use verdict::{of_call, of_entry};

/// How many namespaces are listed.
const MOST_NAMESPACES: usize = 200;

/// How many rows the tables of workloads have together.
const MOST_ROWS: usize = 400;

/// How many workloads with the same limits are named in one row.
const MOST_NAMED: usize = 6;

/// The workloads of one namespace.
struct Namespace<'a> {
    identity: &'a Identity,
    workloads: Vec<NodeIndex>,
    policies: usize,
}

impl Namespace<'_> {
    /// How many of its workloads are isolated in a direction.
    fn isolated(&self, know: &Knowledge, direction: Direction) -> usize {
        let policies = know.facts.policies();
        let isolated =
            |index: &&NodeIndex| policies.isolating(know.topology, **index, None, direction).next().is_some();
        self.workloads.iter().filter(isolated).count()
    }
}

/// The page of an environment, if it has a NetworkPolicy.
pub fn page(know: &Knowledge, environment: &Arc<str>) -> Option<Page> {
    if !know.topology.present_in(environment).any(|(index, _)| know.facts.policies().get(index).is_some()) {
        return None;
    }
    let namespaces = namespaces(know, environment);
    let sections = [
        section("overview", "Namespaces", overview(know, &namespaces)),
        section("diagram", "Who may reach whom", diagram(know, environment)),
        section("talks-to", "Workloads", workloads(know, &namespaces)),
    ];
    Some(Page {
        crumbs: vec![know.above(environment)],
        lead: vec![lead(know, &namespaces)],
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
        keywords: vec!["NetworkPolicy".to_owned()],
        ..Page::titled(know.home(environment).fixed("network"), Sort::List, "Network rules")
    })
}

/// The namespaces that hold a workload or a policy, sorted.
fn namespaces<'a>(know: &Knowledge<'a>, environment: &str) -> Vec<Namespace<'a>> {
    let mut namespaces: BTreeMap<&Arc<str>, Namespace> = BTreeMap::new();
    for (index, node) in know.topology.present_in(environment) {
        let is_policy = know.facts.policies().get(index).is_some();
        if node.pod.is_none() && !is_policy {
            continue;
        }
        let identity = &node.identity;
        let namespace = namespaces.entry(&identity.namespace).or_insert_with(|| Namespace {
            identity,
            workloads: Vec::new(),
            policies: 0,
        });
        if is_policy {
            namespace.policies += 1;
        } else {
            namespace.workloads.push(index);
        }
    }
    namespaces.into_values().collect()
}

fn lead(know: &Knowledge, namespaces: &[Namespace]) -> Prose {
    let total: usize = namespaces.iter().map(|namespace| namespace.workloads.len()).sum();
    let isolated =
        |direction| -> usize { namespaces.iter().map(|namespace| namespace.isolated(know, direction)).sum() };
    let (incoming, outgoing) = (isolated(Direction::Ingress), isolated(Direction::Egress));
    let limits = match (incoming, outgoing) {
        (0, 0) => {
            return plain("The NetworkPolicies select no pod in these manifests: every connection is open.");
        }
        (some, 0) => {
            format!("limit who may reach {}, and no outgoing connections", of_all(some, total))
        }
        (0, some) => {
            format!("limit whom {} may reach, and no incoming connections", of_all(some, total))
        }
        (one, other) if one == other => {
            format!("limit who may reach {0} and whom {0} may reach", of_all(one, total))
        }
        (one, other) => {
            format!("limit who may reach {} and whom {} may reach", of_all(one, total), of_all(other, total))
        }
    };
    let rest = if (incoming, outgoing) == (total, total) { "" } else { " Every other connection is open." };
    plain(format!("NetworkPolicies {limits}.{rest} The network plugin of the cluster must enforce them."))
}

/// `3 of 5 workloads`, `all 5 workloads`, `the only workload`; some are isolated.
fn of_all(number: usize, total: usize) -> String {
    let workloads = count(total, "workload", "workloads");
    match number {
        _ if total == 1 => "the only workload".to_owned(),
        _ if number == total => format!("all {workloads}"),
        _ => format!("{} of {workloads}", thousands(number)),
    }
}

/// Each namespace, with how much of it is isolated.
fn overview(know: &Knowledge, namespaces: &[Namespace]) -> Vec<Block> {
    let row = |namespace: &Namespace| {
        let cell = |direction| match (namespace.workloads.len(), namespace.isolated(know, direction)) {
            (0, _) => vec![muted("no workload")],
            (_, 0) => plain("none"),
            (total, number) if number == total => {
                plain(if total == 1 { "the only workload" } else { "all workloads" })
            }
            (total, number) => {
                plain(format!("{} of {}", thousands(number), count(total, "workload", "workloads")))
            }
        };
        let policies = plain(count(namespace.policies, "NetworkPolicy", "NetworkPolicies"));
        vec![
            vec![know.namespace(namespace.identity)],
            policies,
            cell(Direction::Ingress),
            cell(Direction::Egress),
        ]
    };
    let rows: Vec<Vec<Prose>> = namespaces.iter().take(MOST_NAMESPACES).map(row).collect();
    let head = ["Namespace", "Rules", "Isolated from callers", "Isolated from destinations"];
    let caption = "What is isolated in each namespace".to_owned();
    let mut blocks = vec![Block::Table(Table { caption, head: head.map(str::to_owned).to_vec(), rows })];
    if let Some(more) = namespaces.len().checked_sub(MOST_NAMESPACES).filter(|more| *more > 0) {
        let more = count(more, "more namespace", "more namespaces");
        blocks.push(Block::Paragraph(plain(format!(
            "Not listed: {more}; the page of each workload says who may reach it."
        ))));
    }
    blocks
}

fn diagram(know: &Knowledge, environment: &Arc<str>) -> Vec<Block> {
    let focus = Focus::All(Arc::clone(environment));
    let drawn = readable(View::NetworkPolicy, &focus, know.drawn, know.facts);
    drawn.map(|diagram| Block::Diagram(Box::new(diagram))).into_iter().collect()
}

/// A table for each namespace in which something is isolated: workloads with the same limits share a row.
fn workloads(know: &Knowledge, namespaces: &[Namespace]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut left, mut beyond) = (MOST_ROWS, 0);
    for namespace in namespaces {
        if Direction::BOTH.iter().all(|direction| namespace.isolated(know, *direction) == 0) {
            continue;
        }
        let mut groups: BTreeMap<(String, String), (Prose, Prose, Vec<NodeIndex>)> = BTreeMap::new();
        // What the same policies isolate has the same limits.
        let mut known: BTreeMap<(Direction, Vec<NodeIndex>), Prose> = BTreeMap::new();
        let mut cell = |index, direction| {
            let isolating = know.facts.policies().isolating(know.topology, index, None, direction);
            let key = (direction, isolating.map(|(policy, _)| policy.index).collect());
            known.entry(key).or_insert_with(|| in_short(know, index, direction)).clone()
        };
        for &index in &namespace.workloads {
            let (incoming, outgoing) = (cell(index, Direction::Ingress), cell(index, Direction::Egress));
            let key = (words(&incoming), words(&outgoing));
            groups.entry(key).or_insert_with(|| (incoming, outgoing, Vec::new())).2.push(index);
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort_by_key(|(_, _, members)| members.first().copied());
        beyond += groups.iter().skip(left).map(|(_, _, members)| members.len()).sum::<usize>();
        groups.truncate(left);
        left -= groups.len();
        if groups.is_empty() {
            continue;
        }
        let title = format!("Namespace {}", namespace.identity.namespace);
        blocks.push(Block::Heading(title.clone()));
        let head = ["Workload", "Who may reach it", "Whom it may reach"].map(str::to_owned).to_vec();
        let rows = groups.into_iter().map(|(incoming, outgoing, members)| {
            let names = members.iter().map(|&index| know.mention(index, namespace.identity)).collect();
            vec![listed(names, MOST_NAMED), incoming, outgoing]
        });
        blocks.push(Block::Table(Table {
            caption: format!("Limits in {title}"),
            head,
            rows: rows.collect(),
        }));
    }
    if beyond > 0 {
        let more = count(beyond, "more workload", "more workloads");
        blocks.push(Block::Paragraph(plain(format!(
            "Not listed: {more}; the page of each says who may reach it."
        ))));
    }
    blocks
}
