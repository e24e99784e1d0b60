//! The environments side by side: what each is made of, and in what their workloads differ.

mod comparison;

use super::knowledge::Knowledge;
use super::overview::{figures_of, unread};
use super::prose::{code, concat, plain, text};
use super::workload::section;
use super::{Block, Inline, Link, Page, Prose, Section, Sort, Table, Target};
use crate::catalog::Role;
use crate::model::{Environment, PLAIN_ENVIRONMENT};
use crate::names::{PagePath, count};
use crate::problem::Problems;
use std::collections::BTreeMap;

/// The anchor of the list of environments on the first page.
const ANCHOR: &str = "environments";

/// More environments than this are listed by the folder at the top that they stand in.
const MOST_TOGETHER: usize = 24;

/// The first page where there are several environments and none of them is the plain one.
pub fn page(know: &Knowledge, title: &str, problems: &Problems) -> Page {
    let mut sections = self::sections(know);
    sections.push(section("problems", "What could not be read", unread(problems)));
    sections.retain(|section| !section.blocks.is_empty());
    Page {
        kicker: "Overview".to_owned(),
        lead: vec![plain(format!(
            "These manifests make {}. Each is applied on its own: nothing here leads from one to another.",
            count(know.topology.environments.len(), "environment", "environments")
        ))],
        sections,
        ..Page::titled(PagePath::root(), Sort::Overview, title)
    }
}

/// What the first page says of the environments; nothing where there is only one.
pub fn sections(know: &Knowledge) -> Vec<Section> {
    if !know.has_several() {
        return Vec::new();
    }
    std::iter::once(list(know)).chain(comparison::section(know)).collect()
}

/// What the overview of one of several environments says of the others.
pub fn lead(know: &Knowledge, environment: &Environment) -> Option<Prose> {
    if !know.has_several() {
        return None;
    }
    let others = know.topology.environments.len() - 1;
    let made = match environment.name.as_str() {
        PLAIN_ENVIRONMENT => plain("This page shows the manifests that belong to no other environment. "),
        _ => concat(vec![plain("This environment is made from "), made_from(environment), plain(". ")]),
    };
    let verb = if others == 1 { "is" } else { "are" };
    let all = Inline::Link(all_environments(&count(others, "other environment", "other environments")));
    Some(concat(vec![made, plain(format!("There {verb} ")), vec![all, text(".")]]))
}

/// A link to the list of all environments.
pub fn all_environments(text: &str) -> Link {
    let to = Target { page: PagePath::root(), anchor: ANCHOR.to_owned() };
    Link { text: text.to_owned(), code: false, to }
}

fn list(know: &Knowledge) -> Section {
    let environments = &know.topology.environments;
    if environments.len() <= MOST_TOGETHER {
        let all: Vec<&Environment> = environments.iter().collect();
        return section(ANCHOR, "Environments", vec![Block::Table(table(know, "Environments", &all))]);
    }
    let mut tops: BTreeMap<&str, Vec<&Environment>> = BTreeMap::new();
    for environment in environments {
        let top = environment.path.split_once('/').map_or("", |(top, _)| top);
        tops.entry(top).or_default().push(environment);
    }
    // A folder with a single environment needs no heading.
    let (alone, shared): (Vec<_>, Vec<_>) =
        tops.into_iter().partition(|(top, members)| top.is_empty() || members.len() == 1);
    let mut alone: Vec<&Environment> = alone.into_iter().flat_map(|(_, members)| members).collect();
    alone.sort();
    let mut blocks = Vec::new();
    if !alone.is_empty() {
        blocks.push(Block::Table(table(know, "Environments", &alone)));
    }
    for (top, members) in shared {
        blocks.push(Block::Heading(format!("In {top}")));
        blocks.push(Block::Table(table(know, &format!("Environments in {top}"), &members)));
    }
    section(ANCHOR, "Environments", blocks)
}

fn table(know: &Knowledge, caption: &str, environments: &[&Environment]) -> Table {
    let head = ["Environment", "Made from", "Workloads", "Containers", "Services"];
    let row = |environment: &&Environment| {
        let (workloads, containers) = figures_of(know, &environment.name);
        let services = know.topology.present_in(&environment.name);
        let services = services.filter(|(_, node)| node.role == Role::Service).count();
        let numbers = [workloads, containers, services].map(|number| plain(number.to_string()));
        let name = link(know, environment);
        [vec![vec![name], made_from(environment)], numbers.to_vec()].concat()
    };
    Table {
        caption: caption.to_owned(),
        head: head.map(str::to_owned).to_vec(),
        rows: environments.iter().map(row).collect(),
    }
}

/// The name of an environment, linked to its overview.
fn link(know: &Knowledge, environment: &Environment) -> Inline {
    let to = Target { page: know.home(&environment.name), anchor: String::new() };
    Inline::Link(Link { text: environment.name.clone(), code: true, to })
}

/// What an environment is made from: `kustomization overlays/prod`, `folder dev`.
fn made_from(environment: &Environment) -> Prose {
    let of = |what: &str| match environment.path.as_str() {
        "" => plain(format!("the {what} of the input")),
        path => vec![text(format!("{what} ")), code(path)],
    };
    match environment.source {
        "kustomize" => of("kustomization"),
        "helm" => of("Helm chart"),
        "dump" => plain("a live cluster"),
        _ if environment.path.is_empty() => plain("all other manifests"),
        _ => of("folder"),
    }
}
