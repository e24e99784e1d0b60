//! The first page, and the pages of namespaces.

use super::knowledge::Knowledge;
use super::prose::section;
use super::prose::{code, concat, listed, muted, plain, separated, text};
use super::workload::kinds;
use super::{
    Block, Card, Link, Page, Prose, Section, Sort, Table, Target, Tone, advice, application, author,
    delivery, environments, object, sentence, what_runs,
};
use crate::catalog::vocabulary::Entry;
use crate::catalog::{Relation, Role};
use crate::diagram::View;
use crate::diagram::readable::readable;
use crate::diagram::views::Focus;
use crate::document::Environment;
use crate::facts::{lets_traffic_in, node_ports};
use crate::model::Subject;
use crate::names::{PagePath, count, english};
use crate::problem::{Level, Problems};
use crate::topology::{Node, NodeIndex};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// More workloads than this in one place are listed by namespace only.
const MOST_LISTED: usize = 60;

/// What stands in front of the architecture of an environment.
const ARCHITECTURE: &str = "From the cluster to its containers";

/// The overview of an environment: the first page, unless there are several environments and this is not the plain one.
pub fn overview(know: &Knowledge, of: &Environment, title: &str, problems: &Problems) -> Page {
    let environment: &Arc<str> = &of.name.as_str().into();
    let path = know.home(environment);
    let is_first = path == PagePath::root();
    let mine = |index| know.node(index).identity.environment == *environment;
    let focus = Focus::All(Arc::clone(environment));
    let architecture = drawn(know, View::Architecture, &focus);
    let mut sections = vec![
        section("calls", "Who calls whom", calls(know, &focus, &mine)),
        section("talks-to", "How traffic gets in", drawn(know, View::Traffic, &focus)),
        section("applications", "Which application talks to which", drawn(know, View::Applications, &focus)),
        section("containers", "What runs here", workloads(know, &mine)),
        section("namespaces", "Namespaces", namespaces(know, environment)),
        section("delivery", "Delivery", delivery::section(know, environment)),
        section("advice", "Most serious advice", advice::by_rule(know, environment, 8)),
        section("diagram", "Architecture", Block::fold(ARCHITECTURE, architecture).into_iter().collect()),
        section("objects", "Objects of the whole cluster", of_cluster(know, environment)),
    ];
    let is_index = is_first && know.has_several();
    if is_index {
        let mut before = environments::first(know, Some(&of.name));
        before.push(environments::rest(figures(know, &mine)));
        sections.splice(0..0, before);
    }
    if is_first {
        sections.push(section("problems", "What could not be read", unread(problems)));
    }
    let crumbs = if is_first { Vec::new() } else { vec![environments::all_environments("All environments")] };
    let lead: Vec<Prose> = match is_index {
        true => vec![environments::made(know)],
        false => std::iter::once(figures(know, &mine)).chain(environments::lead(know, of)).collect(),
    };
    Page {
        kicker: if is_first { "Overview" } else { "Environment" }.to_owned(),
        crumbs,
        author: if is_first { author::of_site(know) } else { Vec::new() },
        lead: lead.into_iter().chain(hidden(know, environment)).collect(),
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
        ..Page::titled(path, Sort::Overview, if is_first { title } else { environment })
    }
}

/// The page of a namespace.
pub fn namespace(know: &Knowledge, environment: &Arc<str>, namespace: &Arc<str>) -> Option<Page> {
    let subject = Subject::Namespace(Arc::clone(environment), Arc::clone(namespace));
    let mine = |index| {
        let identity = &know.node(index).identity;
        identity.environment == *environment && identity.namespace == *namespace
    };
    let focus = Focus::Namespace(Arc::clone(environment), Arc::clone(namespace));
    let applications = application::section_of(know, environment, namespace);
    let nobodys = |index| {
        mine(index) && (applications.blocks.is_empty() || know.topology.application_of(index).is_none())
    };
    let (runs, others) = match applications.blocks.is_empty() {
        true => ("What runs here", "Everything else"),
        false => ("What belongs to no application", "What no application has for itself"),
    };
    let (cards, tables) = (workloads(know, &nobodys), by_kind(know, &nobodys, others));
    // The overview shows the same of the only namespace that there is.
    let is_only = know
        .topology
        .namespaces()
        .keys()
        .filter(|(one, name)| one == environment && !name.is_empty())
        .count()
        == 1;
    let architecture = drawn(know, View::Architecture, &focus);
    let (mut talks, mut calls) = (drawn(know, View::Traffic, &focus), calls(know, &focus, &mine));
    let mut lead = figures(know, &mine);
    if is_only {
        let shown = [(!calls.is_empty(), "who calls whom"), (!talks.is_empty(), "how traffic gets in")];
        let shown: Vec<&str> =
            shown.into_iter().filter(|(is_there, _)| *is_there).map(|(_, what)| what).collect();
        if !shown.is_empty() {
            let to = Target { page: know.home(environment), anchor: String::new() };
            let overview = Link { text: "overview".to_owned(), code: false, to };
            let end = format!(" shows {}.", english::list(&shown, "and"));
            lead.extend([text(" The "), super::Inline::Link(overview), text(end)]);
        }
        (talks, calls) = (Vec::new(), Vec::new());
    }
    let mut sections = vec![
        section("calls", "Who calls whom", calls),
        section("talks-to", "How traffic gets in", talks),
        section("diagram", "Architecture", architecture),
        applications,
        section("containers", runs, cards),
    ];
    sections.extend(tables);
    Some(Page {
        path: know.page(&subject)?.clone(),
        environment: environment.to_string(),
        kicker: "Namespace".to_owned(),
        crumbs: vec![know.above(environment)],
        children: application::links_in(know, environment, namespace),
        lead: vec![lead],
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
        namespace: namespace.to_string(),
        ..Page::titled(know.page(&subject)?.clone(), Sort::Namespace, namespace)
    })
}

/// Who calls whom in an environment or a namespace. Where several workloads run and no call is shown at all, that is said,
/// and how to declare what manifests cannot show.
fn calls(know: &Knowledge, focus: &Focus, mine: &dyn Fn(NodeIndex) -> bool) -> Vec<Block> {
    let blocks = drawn(know, View::Calls, focus);
    let workloads = know.topology.workloads().filter(|(index, ..)| mine(*index)).count();
    if !blocks.is_empty() || workloads < 2 {
        return blocks;
    }
    vec![Block::Paragraph(vec![
        text(
            "These manifests show no call from or to one of these workloads. Calls that no manifest can show are declared with ",
        ),
        code("calls"),
        text(" in "),
        code("podviz.yaml"),
        text("."),
    ])]
}

/// The diagram of one view, small enough for a page of many things.
pub fn drawn(know: &Knowledge, view: View, focus: &Focus) -> Vec<Block> {
    let diagram = readable(view, focus, know.drawn, know.facts);
    diagram.map(|diagram| Block::Diagram(Box::new(diagram))).into_iter().collect()
}

/// How many workloads an environment runs, and how many containers they have.
pub fn figures_of(know: &Knowledge, environment: &str) -> (usize, usize) {
    let pods = know.topology.workloads_of(environment).map(|(.., pod)| pod.containers.len());
    pods.fold((0, 0), |(workloads, all), containers| (workloads + 1, all + containers))
}

/// What runs, and how traffic gets in.
fn figures(know: &Knowledge, mine: &dyn Fn(NodeIndex) -> bool) -> Prose {
    let mut prose = runs(know, mine);
    prose.push(text(format!("{}. ", addresses(know, mine))));
    let doors =
        know.topology.present().filter(|(index, _)| mine(*index) && lets_traffic_in(know.topology, *index));
    // A route hangs on a Gateway, which is the door, or on another route.
    let doors = doors.filter(|(index, _)| know.topology.entry(*index) == Entry::Here);
    let doors: Vec<NodeIndex> = doors.map(|(index, _)| index).collect();
    let doors = know.mentions(&doors);
    let on_nodes = on_nodes(know, mine);
    prose.extend(match (doors.is_empty(), on_nodes.is_empty()) {
        (true, true) => plain(
            "No Ingress, Gateway, or Service of type LoadBalancer or NodePort in these manifests lets traffic in from \
             outside.",
        ),
        (true, false) => concat(vec![
            plain("From outside, traffic comes in at the addresses of nodes, to "),
            listed(on_nodes, 4),
            plain("."),
        ]),
        (false, true) => {
            concat(vec![plain("From outside, traffic comes in through "), listed(doors, 4), plain(".")])
        }
        (false, false) => concat(vec![
            plain("From outside, traffic comes in through "),
            listed(doors, 4),
            plain("; and at the addresses of nodes, to "),
            listed(on_nodes, 4),
            plain("."),
        ]),
    });
    prose
}

/// How many of the workloads get a stable address from how many Services: "; 2 Services give 3 of them stable addresses".
fn addresses(know: &Knowledge, mine: &dyn Fn(NodeIndex) -> bool) -> String {
    let services = know.topology.present().filter(|(index, node)| node.role == Role::Service && mine(*index));
    let picked = services.filter_map(|(index, _)| {
        let edges = know.topology.from(index).filter(|edge| edge.relation == Relation::Selects);
        let picked: BTreeSet<NodeIndex> = edges.map(|edge| edge.to).collect();
        (!picked.is_empty()).then_some(picked)
    });
    let picked: Vec<BTreeSet<NodeIndex>> = picked.collect();
    let verb = match picked.len() {
        0 => return String::new(),
        1 => "gives",
        _ => "give",
    };
    let all = know.topology.workloads().filter(|(index, ..)| mine(*index)).count();
    let served = picked.iter().flatten().filter(|index| mine(**index)).collect::<BTreeSet<_>>().len();
    let whom = match (served, all) {
        (0, _) => return String::new(),
        (1, 1) => "it a stable address".to_owned(),
        (served, all) if served == all => "them stable addresses".to_owned(),
        (1, _) => "1 of them a stable address".to_owned(),
        (served, _) => format!("{served} of them stable addresses"),
    };
    format!("; {} {verb} {whom}", count(picked.len(), "Service", "Services"))
}

/// The workloads that are reached at the addresses of their nodes, each with its ports there.
fn on_nodes(know: &Knowledge, mine: &dyn Fn(NodeIndex) -> bool) -> Vec<Prose> {
    let ways =
        know.topology.workloads().filter(|(index, ..)| mine(*index)).filter_map(|(index, node, pod)| {
            let way = node_ports(pod)?;
            let ports: Vec<Prose> = way.ports.iter().map(|port| plain(port.to_string())).collect();
            let noun = if ports.len() == 1 { "port " } else { "ports " };
            let ports =
                if ports.is_empty() { Prose::new() } else { concat(vec![plain(noun), listed(ports, 4)]) };
            let how = match (way.is_host_network, ports.is_empty()) {
                (true, true) => plain("it uses the network of its nodes"),
                (true, false) => concat(vec![ports, plain(", in the network of its nodes")]),
                (false, _) => concat(vec![ports, plain(" of its nodes")]),
            };
            Some(concat(vec![know.mention(index, &node.identity), plain(" ("), how, plain(")")]))
        });
    ways.collect()
}

/// How many workloads run how many containers.
pub fn runs(know: &Knowledge, mine: &dyn Fn(NodeIndex) -> bool) -> Prose {
    let (mut workloads, mut containers) = (0, 0);
    for (_, _, pod) in know.topology.workloads().filter(|(index, ..)| mine(*index)) {
        workloads += 1;
        containers += pod.containers.len();
    }
    let crews = know.topology.present().filter(|(index, node)| !node.crew.is_empty() && mine(*index)).count();
    let containers = count(containers, "container", "containers");
    let own = match workloads {
        0 if crews > 0 => String::new(),
        0 => "Nothing runs here".to_owned(),
        1 => format!("1 workload runs {containers}"),
        many => format!("{} run {containers}", count(many, "workload", "workloads")),
    };
    let made = match (crews, own.is_empty()) {
        (0, _) => String::new(),
        (_, true) => format!("Operators make pods for {}", count(crews, "object", "objects")),
        (_, false) => {
            format!(", and operators make pods for {}", count(crews, "more object", "more objects"))
        }
    };
    plain(format!("{own}{made}"))
}

/// A card for each workload, or a table of many; none where they are too many for one place.
pub fn workloads(know: &Knowledge, mine: &dyn Fn(NodeIndex) -> bool) -> Vec<Block> {
    let runs = |node: &Node| node.pod.is_some() || !node.crew.is_empty();
    let listed: Vec<NodeIndex> = know
        .topology
        .present()
        .filter(|(index, node)| runs(node) && mine(*index))
        .map(|(index, _)| index)
        .collect();
    let several = listed
        .windows(2)
        .any(|pair| know.node(pair[0]).identity.namespace != know.node(pair[1]).identity.namespace);
    if listed.len() > MOST_LISTED && several {
        return Vec::new();
    }
    // What an operator makes pods for has no pod of its own to describe, and what a workload made stands on its page.
    let (own, made): (Vec<NodeIndex>, Vec<NodeIndex>) = listed
        .into_iter()
        .partition(|&index| know.node(index).pod.is_some() && know.topology.owner(index).is_none());
    let words = |index| match know.node(index).pod {
        Some(_) => sentence::workload(know, index),
        None => sentence::crew(know, index),
    };
    let cards = |listed: Vec<NodeIndex>| {
        let cards = listed.into_iter().map(|index| card(know, index, words(index)));
        let cards: Vec<Card> = cards.flatten().collect();
        if cards.is_empty() { Vec::new() } else { vec![Block::Cards(cards)] }
    };
    if own.len() < what_runs::FEWEST_ROWS {
        return cards([own, made].concat());
    }
    let mut blocks = what_runs::blocks(know, &own);
    blocks.extend(cards(made));
    blocks
}

fn card(know: &Knowledge, index: NodeIndex, text: Prose) -> Option<Card> {
    let identity = &know.node(index).identity;
    let page = know.page(&Subject::Object(identity.clone()))?.clone();
    let link =
        Link { text: identity.name.to_string(), code: true, to: Target { page, anchor: String::new() } };
    let kicker = match know.topology.alike(index).len() {
        0 => identity.kind.to_string(),
        many => count(many, "Pod", "Pods"),
    };
    Some(Card { link, kicker, text, mark: None })
}

fn namespaces(know: &Knowledge, environment: &Arc<str>) -> Vec<Block> {
    let mut figures: BTreeMap<&Arc<str>, [usize; 3]> = BTreeMap::new();
    for (_, node) in know.topology.present_in(environment) {
        let runs = node.pod.is_some() || !node.crew.is_empty();
        let is = [runs, node.role == Role::Service, true];
        let here = figures.entry(&node.identity.namespace).or_default();
        here.iter_mut().zip(is).for_each(|(figure, is)| *figure += usize::from(is));
    }
    let mut rows = Vec::new();
    for (namespace, figures) in figures.into_iter().filter(|(namespace, _)| !namespace.is_empty()) {
        let subject = Subject::Namespace(Arc::clone(environment), Arc::clone(namespace));
        let figures = figures.map(|figure| plain(figure.to_string()));
        rows.push([vec![vec![know.link(&subject, namespace)]], figures.to_vec()].concat());
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let head = ["Namespace", "Workloads", "Services", "Objects in all"].map(str::to_owned).to_vec();
    vec![Block::Table(Table { caption: "Namespaces".to_owned(), head, rows })]
}

/// How many objects of each kind belong to the whole cluster, with the way to the page that lists them.
fn of_cluster(know: &Knowledge, environment: &Arc<str>) -> Vec<Block> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, node) in know.topology.present_in(environment) {
        if know.is_cluster_wide(index) {
            *counts.entry(&node.identity.kind).or_default() += 1;
        }
    }
    if counts.is_empty() {
        return Vec::new();
    }
    let counts = counts.into_iter().map(|(kind, number)| plain(kinds(number, kind))).collect();
    let to = Target { page: know.home(environment).fixed("cluster"), anchor: String::new() };
    let all = Link { text: "All of them".to_owned(), code: false, to };
    let prose = concat(vec![listed(counts, 12), vec![text(". "), super::Inline::Link(all), text(".")]]);
    vec![Block::Paragraph(prose)]
}

/// A table a kind of the objects that make no pods.
pub fn by_kind(know: &Knowledge, mine: &dyn Fn(NodeIndex) -> bool, title: &str) -> Option<Section> {
    let mut kinds_here: BTreeMap<(Role, &str, &str), Vec<NodeIndex>> = BTreeMap::new();
    let rest = know.topology.present().filter(|(index, node)| {
        // The pods that a workload made are listed on its page.
        mine(*index) && node.pod.is_none() && know.topology.workload_of(*index).is_none()
    });
    for (index, node) in rest {
        kinds_here.entry((node.role, &node.identity.kind, &node.identity.group)).or_default().push(index);
    }
    let mut blocks = Vec::new();
    for ((_, kind, group), members) in kinds_here {
        blocks.push(Block::Heading(kinds(members.len(), kind)));
        if let Some(rule) = know.catalog.kind(group, kind).filter(|rule| !rule.summary.is_empty()) {
            blocks.push(Block::Paragraph(plain(rule.summary.clone())));
        }
        let rows =
            members.into_iter().map(|index| vec![vec![know.name(index)], purpose(know, index)]).collect();
        let head = vec![kind.to_owned(), "In use".to_owned()];
        blocks.push(Block::Table(Table { caption: crate::names::plural(kind), head, rows }));
    }
    Some(section("objects", title, blocks))
}

/// What an object does to others, or which others use it.
fn purpose(know: &Knowledge, index: NodeIndex) -> Prose {
    let near = &know.node(index).identity;
    if let Some(words) = object::defined(know, index) {
        return plain(words);
    }
    if near.is("", "Namespace") {
        return object::held(know, near);
    }
    let mut verbs: Vec<(&str, Vec<Prose>)> = Vec::new();
    for edge in know.topology.from(index).filter(|edge| edge.relation != Relation::Owns) {
        let (verb, target) = (edge.relation.verb(), know.mention(edge.to, near));
        match verbs.iter_mut().find(|(other, _)| *other == verb) {
            Some((_, targets)) if targets.contains(&target) => {}
            Some((_, targets)) => targets.push(target),
            None => verbs.push((verb, vec![target])),
        }
    }
    let phrase = |(verb, targets)| concat(vec![plain(format!("{verb} ")), listed(targets, 3)]);
    let mut words: Vec<Prose> = verbs.into_iter().map(phrase).collect();
    for (verb, used) in [("is used by ", true), ("is named by ", false)] {
        let mut others: Vec<Prose> = Vec::new();
        for edge in know.topology.to(index).filter(|edge| object::is_use(know, edge) == used) {
            let other = know.mention(edge.from, near);
            if !others.contains(&other) {
                others.push(other);
            }
        }
        if !others.is_empty() {
            words.push(concat(vec![plain(verb), listed(others, 3)]));
        }
    }
    if words.is_empty() { vec![muted("nothing in these manifests names it")] } else { separated(words, "; ") }
}

/// What the user hides from the pages.
fn hidden(know: &Knowledge, environment: &Arc<str>) -> Option<Prose> {
    let words = know.topology.hidden_in_words(Some(environment))?;
    Some(vec![code("podviz.yaml"), text(format!(" hides {words}."))])
}

/// What could not be read, with the way to the list of it; nothing where all could.
pub fn unread(problems: &Problems) -> Vec<Block> {
    let errors = problems.iter().filter(|problem| problem.level == Level::Error).count();
    if errors == 0 {
        return Vec::new();
    }
    let words = if errors == 1 {
        "1 part of the input was left out".to_owned()
    } else {
        format!("{errors} parts of the input were left out")
    };
    let link = Link {
        text: "Problems".to_owned(),
        code: false,
        to: Target { page: super::lists::problems_path(), anchor: String::new() },
    };
    let text = vec![text(format!("{words}: see ")), super::Inline::Link(link), text(".")];
    vec![Block::Alert { tone: Tone::Warning, text }]
}
