//! The environments side by side: what each is made of, and in what their workloads differ.

mod comparison;

use super::knowledge::Knowledge;
use super::overview::{drawn, figures_of, unread, workloads};
use super::prose::section;
use super::prose::{code, concat, joined, listed, muted, plain, text};
use super::{Block, Card, Inline, Link, Page, Prose, Section, Sort, Table, Target};
use crate::diagram::View;
use crate::diagram::views::Focus;
use crate::document::{Environment, PLAIN_ENVIRONMENT};
use crate::names::english;
use crate::names::{PagePath, count};
use crate::problem::Problems;
use std::collections::{BTreeMap, BTreeSet};

/// The anchor of the list of environments on the first page.
const ANCHOR: &str = "environments";

/// The anchor of what the first page says of the plain environment.
const REST: &str = "overview";

/// More environments than this are listed by the folder that they stand in.
const MOST_TOGETHER: usize = 12;

/// How many of the workloads of an environment are named.
const MOST_NAMED: usize = 4;

/// The first page where there are several environments and none of them is the plain one.
pub fn page(know: &Knowledge, title: &str, problems: &Problems) -> Page {
    let mut sections = first(know, None);
    sections.push(section("problems", "What could not be read", unread(problems)));
    sections.retain(|section| !section.blocks.is_empty());
    Page {
        kicker: "Overview".to_owned(),
        author: super::author::of_site(know),
        lead: vec![made(know)],
        sections,
        ..Page::titled(PagePath::root(), Sort::Overview, title)
    }
}

/// The environment that the first page shows: the one that the settings name, else the one that runs the most. Of those that
/// run nearly as much the one counts that is nearest to the top: others are variants of it, such as for tests. What
/// belongs to no environment comes last.
pub fn main<'a>(know: &Knowledge<'a>) -> Option<&'a str> {
    let all = &know.topology.environments;
    let wanted = know.catalog.settings.environment.as_deref();
    if let Some(named) = all.iter().find(|one| Some(one.name.as_str()) == wanted) {
        return Some(&named.name);
    }
    let size = |one: &Environment| figures_of(know, &one.name).0;
    let named = all.iter().filter(|one| one.name != PLAIN_ENVIRONMENT && size(one) > 0);
    let most = named.clone().map(size).max().unwrap_or_default();
    let large = named.filter(|one| size(one) * 4 >= most * 3);
    let depth = |one: &Environment| one.path.matches('/').count();
    let first = large.min_by_key(|one| (depth(one), std::cmp::Reverse(size(one)), one.name.as_str()));
    first.or_else(|| all.first()).map(|one| one.name.as_str())
}

/// What the first page says of the environments: the pictures of the one that matters, then all of them, then in what they
/// differ. `rest` is the one that has the first page for itself.
pub fn first(know: &Knowledge, rest: Option<&str>) -> Vec<Section> {
    if !know.has_several() {
        return Vec::new();
    }
    let main = main(know).filter(|main| Some(*main) != rest);
    let pictures = main.map(|main| pictures(know, main));
    pictures.into_iter().flatten().chain([list(know)]).chain(comparison::section(know)).collect()
}

/// Who calls whom, and how traffic gets in, in one environment.
fn pictures(know: &Knowledge, environment: &str) -> Vec<Section> {
    let focus = Focus::All(environment.into());
    let views = [
        ("main-calls", "Who calls whom", View::Calls),
        ("main-traffic", "How traffic gets in", View::Traffic),
    ];
    let sections = views.into_iter().map(|(anchor, title, view)| {
        section(anchor, &format!("{title} in {environment}"), drawn(know, view, &focus))
    });
    let mine = |index| *know.node(index).identity.environment == *environment;
    let runs = section("main-runs", &format!("What runs in {environment}"), workloads(know, &mine));
    let sections = sections.chain([runs]);
    sections.filter(|section| !section.blocks.is_empty()).collect()
}

/// How many environments the manifests make, and which of them run the most.
pub fn made(know: &Knowledge) -> Prose {
    let environments = &know.topology.environments;
    let made = format!(
        "These manifests make {}. Each is applied on its own: nothing here leads from one to another.",
        count(environments.len(), "environment", "environments")
    );
    concat(vec![plain(made), largest(know).unwrap_or_default()])
}

/// Which environments run the most; `None` where nothing runs, or where most of them run as much.
fn largest(know: &Knowledge) -> Option<Prose> {
    let sizes: Vec<(usize, &Environment)> = know
        .topology
        .environments
        .iter()
        .map(|environment| (figures_of(know, &environment.name).0, environment))
        .collect();
    let most = sizes.iter().map(|(workloads, _)| *workloads).max().filter(|most| *most > 1)?;
    let largest: Vec<Prose> = sizes
        .iter()
        .filter(|(workloads, _)| *workloads == most)
        .map(|(_, environment)| vec![link(know, environment)])
        .collect();
    let several = largest.len() > 1;
    if largest.len() > MOST_NAMED || largest.len() == sizes.len() {
        return None;
    }
    let words = match several {
        false => format!(" runs the most: {most} workloads."),
        true => format!(" run the most: {most} workloads each."),
    };
    Some(concat(vec![plain(" "), joined(largest, "and"), plain(words)]))
}

/// What the first page says of the plain environment, given its figures, before it shows what is in it.
pub fn rest(figures: Prose) -> Section {
    let what = concat(vec![
        vec![
            text("Environment "),
            code(PLAIN_ENVIRONMENT),
            text(" holds the manifests that belong to no other. "),
        ],
        figures,
    ]);
    section(REST, "Manifests that no environment applies", vec![Block::Paragraph(what)])
}

/// What the overview of one of several environments, which is not the first page, says of the others.
pub fn lead(know: &Knowledge, environment: &Environment) -> Option<Prose> {
    if !know.has_several() {
        return None;
    }
    let others = know.topology.environments.len() - 1;
    let verb = english::are(others);
    let all = Inline::Link(all_environments(&count(others, "other environment", "other environments")));
    Some(concat(vec![
        plain("This environment is made from "),
        made_from(environment),
        plain(format!(". There {verb} ")),
        vec![all, text(".")],
    ]))
}

/// A link to the list of all environments.
pub fn all_environments(text: &str) -> Link {
    let to = Target { page: PagePath::root(), anchor: ANCHOR.to_owned() };
    Link { text: text.to_owned(), code: false, to }
}

fn list(know: &Knowledge) -> Section {
    let mut blocks = vec![Block::Paragraph(plain(
        "An environment is a set of manifests that are applied together: an overlay, a chart, or a folder. Each has an \
         overview and pages of its own.",
    ))];
    let all: Vec<&Environment> = know.topology.environments.iter().collect();
    if all.len() <= MOST_TOGETHER {
        blocks.push(Block::Cards(cards(know, all)));
        return section(ANCHOR, "Environments", blocks);
    }
    let mut folders: BTreeMap<&str, Vec<&Environment>> = BTreeMap::new();
    let mut alone = Vec::new();
    for environment in all {
        match environment.path.rsplit_once('/') {
            Some((folder, _)) if environment.source == "kustomize" => {
                folders.entry(folder).or_default().push(environment);
            }
            _ => alone.push(environment),
        }
    }
    let (overlays, others): (Vec<_>, Vec<_>) =
        folders.into_iter().partition(|(_, members)| members.len() > 1);
    alone.extend(others.into_iter().flat_map(|(_, members)| members));
    alone.sort();
    if !alone.is_empty() {
        blocks.push(Block::Table(table(know, "Environments", alone)));
    }
    if !overlays.is_empty() {
        blocks.push(Block::Heading("Kustomizations side by side".to_owned()));
        blocks.push(Block::Table(side_by_side(know, overlays)));
    }
    section(ANCHOR, "Environments", blocks)
}

/// A card an environment; those in which nothing runs come last, and what belongs to none after these.
fn cards(know: &Knowledge, mut environments: Vec<&Environment>) -> Vec<Card> {
    environments.sort_by_key(|environment| {
        (environment.name == PLAIN_ENVIRONMENT, figures_of(know, &environment.name).0 == 0)
    });
    let card = |environment: &Environment| {
        let (workloads, containers) = figures_of(know, &environment.name);
        let figures = plain(match workloads {
            0 => ": ".to_owned(),
            _ => format!(
                ": {} with {}: ",
                count(workloads, "workload", "workloads"),
                count(containers, "container", "containers")
            ),
        });
        let text = concat(vec![made_from(environment), figures, what_runs(know, &[environment]), plain(".")]);
        let name = shown(environment);
        Card { link: link_of(environment, &name, know), kicker: "Environment".to_owned(), text, mark: None }
    };
    environments.into_iter().map(card).collect()
}

/// What an environment is called: what belongs to none is named so.
fn shown(environment: &Environment) -> String {
    match environment.name.as_str() {
        PLAIN_ENVIRONMENT => "Manifests that no environment applies".to_owned(),
        name => name.to_owned(),
    }
}

/// A row an environment; those in which nothing runs come last.
fn table(know: &Knowledge, caption: &str, mut environments: Vec<&Environment>) -> Table {
    let head = ["Environment", "Made from", "Workloads", "What runs"];
    environments.sort_by_key(|environment| figures_of(know, &environment.name).0 == 0);
    let row = |environment: &Environment| {
        vec![
            vec![link(know, environment)],
            made_from(environment),
            plain(figures_of(know, &environment.name).0.to_string()),
            what_runs(know, &[environment]),
        ]
    };
    Table {
        caption: caption.to_owned(),
        head: head.map(str::to_owned).to_vec(),
        rows: environments.into_iter().map(row).collect(),
    }
}

/// A row a folder that holds several kustomizations.
fn side_by_side(know: &Knowledge, folders: Vec<(&str, Vec<&Environment>)>) -> Table {
    let row = |(folder, members): (&str, Vec<&Environment>)| {
        let name = |member: &&Environment| {
            let last = member.path.rsplit_once('/').map_or(&*member.path, |(_, last)| last);
            vec![link_as(know, member, last)]
        };
        let names = members.iter().map(name).collect();
        vec![vec![code(folder)], joined(names, "and"), what_runs(know, &members)]
    };
    Table {
        caption: "Kustomizations side by side".to_owned(),
        head: ["Folder", "Environments", "What runs"].map(str::to_owned).to_vec(),
        rows: folders.into_iter().map(row).collect(),
    }
}

/// The names of the workloads of some environments, each once; the number of their objects where nothing runs.
fn what_runs(know: &Knowledge, environments: &[&Environment]) -> Prose {
    let workloads = environments.iter().flat_map(|environment| know.topology.workloads_of(&environment.name));
    let names: BTreeSet<&str> = workloads.map(|(_, node, _)| &*node.identity.name).collect();
    if names.is_empty() {
        let objects =
            environments.iter().map(|environment| know.topology.present_in(&environment.name).count()).sum();
        return vec![muted(format!("nothing; {}", count(objects, "object", "objects")))];
    }
    listed(names.into_iter().map(|name| vec![code(name)]).collect(), MOST_NAMED)
}

/// The name of an environment, linked to its overview.
fn link(know: &Knowledge, environment: &Environment) -> Inline {
    link_as(know, environment, &environment.name)
}

fn link_as(know: &Knowledge, environment: &Environment, name: &str) -> Inline {
    Inline::Link(link_of(environment, name, know))
}

fn link_of(environment: &Environment, name: &str, know: &Knowledge) -> Link {
    // The overview of the plain one is a part of the first page.
    let is_plain = environment.name == PLAIN_ENVIRONMENT;
    let anchor = if is_plain { REST } else { "" };
    let to = Target { page: know.home(&environment.name), anchor: anchor.to_owned() };
    Link { text: name.to_owned(), code: !is_plain, to }
}

/// What an environment is made from: `kustomization overlays/prod`, `folder dev`.
fn made_from(environment: &Environment) -> Prose {
    let of = |what: &str| match environment.path.as_str() {
        "" => plain(format!("the {what} of the input")),
        path => vec![text(format!("{what} ")), code(path)],
    };
    let cluster = |controller: &str| {
        let words = format!("what {controller} applies, from ");
        match environment.path.as_str() {
            "" => plain(words.trim_end_matches(", from ").to_owned()),
            path => vec![text(words), code(path)],
        }
    };
    match environment.source {
        "kustomize" => of("kustomization"),
        "helm" => of("Helm chart"),
        "dump" => plain("a live cluster"),
        "flux" => cluster("Flux"),
        "argo-cd" => cluster("Argo CD"),
        _ if environment.path.is_empty() => plain("all other manifests"),
        _ => of("folder"),
    }
}
