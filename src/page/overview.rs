//! The first page, and the pages of namespaces.

use super::knowledge::Knowledge;
use super::prose::{concat, listed, muted, plain, text};
use super::workload::{kinds, section};
use super::{Block, Card, Link, Page, Prose, Section, Sort, Table, Target, Tone, advice, object, sentence};
use crate::catalog::{Relation, Role};
use crate::diagram::View;
use crate::diagram::views::{Budget, Focus, draw};
use crate::facts::lets_traffic_in;
use crate::model::Subject;
use crate::names::count;
use crate::problem::{Level, Problems};
use crate::topology::{Node, NodeIndex};
use std::collections::BTreeMap;
use std::sync::Arc;

/// More workloads than this in one place are listed by namespace only.
const MOST_LISTED: usize = 60;

/// Many ways in side by side are a poster; beyond this they fold.
const MOST_TRAFFIC: Budget = Budget { nodes: 24, edges: 32 };

/// The first page.
pub fn overview(know: &Knowledge, environment: &Arc<str>, title: &str, problems: &Problems) -> Option<Page> {
    let subject = Subject::Cluster(Arc::clone(environment));
    let mine = |node: &Node| node.identity.environment == *environment;
    let focus = Focus::All(Arc::clone(environment));
    let mut sections = vec![
        section("diagram", "Architecture", drawn(know, View::Architecture, &focus)),
        section("talks-to", "How traffic gets in", drawn(know, View::Traffic, &focus)),
        section("calls", "Who calls whom", drawn(know, View::Calls, &focus)),
        section("containers", "What runs here", workloads(know, &mine)),
        section("namespaces", "Namespaces", namespaces(know, environment)),
    ];
    sections.extend(by_kind(
        know,
        &|node| mine(node) && node.identity.namespace.is_empty(),
        "Objects of the whole cluster",
    ));
    sections.push(section("advice", "Most serious advice", advice::most_serious(know, environment, 5)));
    sections.push(section("problems", "What could not be read", unread(problems)));
    Some(Page {
        path: know.page(&subject)?.clone(),
        kicker: "Overview".to_owned(),
        lead: [figures(know, &mine)].into_iter().chain(hidden(know, environment)).collect(),
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
        ..Page::titled(know.page(&subject)?.clone(), Sort::Overview, title)
    })
}

/// The page of a namespace.
pub fn namespace(know: &Knowledge, environment: &Arc<str>, namespace: &Arc<str>) -> Option<Page> {
    let subject = Subject::Namespace(Arc::clone(environment), Arc::clone(namespace));
    let mine =
        |node: &Node| node.identity.environment == *environment && node.identity.namespace == *namespace;
    let focus = Focus::Namespace(Arc::clone(environment), Arc::clone(namespace));
    let mut sections = vec![
        section("diagram", "Architecture", drawn(know, View::Architecture, &focus)),
        section("talks-to", "How traffic gets in", drawn(know, View::Traffic, &focus)),
        section("calls", "Who calls whom", drawn(know, View::Calls, &focus)),
        section("containers", "What runs here", workloads(know, &mine)),
    ];
    sections.extend(by_kind(know, &mine, "Everything else"));
    let cluster = know.page(&Subject::Cluster(Arc::clone(environment)))?.clone();
    Some(Page {
        path: know.page(&subject)?.clone(),
        kicker: "Namespace".to_owned(),
        crumbs: vec![Link {
            text: "Cluster".to_owned(),
            code: false,
            to: Target { page: cluster, anchor: String::new() },
        }],
        lead: vec![figures(know, &mine)],
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
        namespace: namespace.to_string(),
        ..Page::titled(know.page(&subject)?.clone(), Sort::Namespace, namespace)
    })
}

fn drawn(know: &Knowledge, view: View, focus: &Focus) -> Vec<Block> {
    let budget = match view {
        View::Traffic => MOST_TRAFFIC,
        _ => Budget::default(),
    };
    let diagram = draw(view, focus, know.drawn, know.facts, &budget);
    diagram.map(|diagram| Block::Diagram(Box::new(diagram))).into_iter().collect()
}

/// How many workloads run how many containers, and what else there is.
fn figures(know: &Knowledge, mine: &dyn Fn(&Node) -> bool) -> Prose {
    let (mut workloads, mut containers) = (0, 0);
    for (_, _, pod) in know.topology.workloads().filter(|(_, node, _)| mine(node)) {
        workloads += 1;
        containers += pod.containers.len();
    }
    let mut prose = match workloads {
        0 => plain("Nothing runs here"),
        1 => plain(format!("1 workload runs {}", count(containers, "container", "containers"))),
        many => plain(format!(
            "{} run {}",
            count(many, "workload", "workloads"),
            count(containers, "container", "containers")
        )),
    };
    let picks = |index| know.topology.from(index).any(|edge| edge.relation == Relation::Selects);
    let services = know.topology.present().filter(|(_, node)| node.role == Role::Service && mine(node));
    let services = services.filter(|(index, _)| picks(*index)).count();
    if services > 0 {
        let verb = if services == 1 { "gives" } else { "give" };
        prose
            .push(text(format!("; {} {verb} them stable addresses", count(services, "Service", "Services"))));
    }
    prose.push(text(". "));
    let doors =
        know.topology.present().filter(|(index, node)| mine(node) && lets_traffic_in(know.topology, *index));
    // A route hangs on a Gateway, which is the door.
    let doors = doors.filter(|(_, node)| !node.identity.kind.ends_with("Route"));
    let doors: Vec<Prose> = doors.map(|(index, node)| know.mention(index, &node.identity)).collect();
    prose.extend(if doors.is_empty() {
        plain(
            "No Ingress, Gateway, or Service of type LoadBalancer or NodePort in these manifests lets traffic in from \
             outside.",
        )
    } else {
        concat(vec![plain("From outside, traffic comes in through "), listed(doors, 4), plain(".")])
    });
    prose
}

fn workloads(know: &Knowledge, mine: &dyn Fn(&Node) -> bool) -> Vec<Block> {
    let listed: Vec<NodeIndex> =
        know.topology.workloads().filter(|(_, node, _)| mine(node)).map(|(index, ..)| index).collect();
    if listed.len() > MOST_LISTED
        && listed
            .windows(2)
            .any(|pair| know.node(pair[0]).identity.namespace != know.node(pair[1]).identity.namespace)
    {
        return Vec::new();
    }
    let cards = listed.into_iter().map(|index| card(know, index, sentence::workload(know, index)));
    let cards: Vec<Card> = cards.flatten().collect();
    if cards.is_empty() { Vec::new() } else { vec![Block::Cards(cards)] }
}

fn card(know: &Knowledge, index: NodeIndex, text: Prose) -> Option<Card> {
    let identity = &know.node(index).identity;
    let page = know.page(&Subject::Object(identity.clone()))?.clone();
    let link =
        Link { text: identity.name.to_string(), code: true, to: Target { page, anchor: String::new() } };
    Some(Card { link, kicker: identity.kind.to_string(), text })
}

fn namespaces(know: &Knowledge, environment: &Arc<str>) -> Vec<Block> {
    let mut rows = Vec::new();
    for (of, namespace) in know.topology.namespaces().into_keys().filter(|(of, _)| of == environment) {
        let subject = Subject::Namespace(of, Arc::clone(&namespace));
        let here =
            |node: &Node| node.identity.environment == *environment && node.identity.namespace == namespace;
        let workloads = know.topology.workloads().filter(|(_, node, _)| here(node)).count();
        let services =
            know.topology.present().filter(|(_, node)| here(node) && node.role == Role::Service).count();
        let all = know.topology.present().filter(|(_, node)| here(node)).count();
        rows.push(vec![
            vec![know.link(&subject, &namespace)],
            plain(workloads.to_string()),
            plain(services.to_string()),
            plain(all.to_string()),
        ]);
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let head = ["Namespace", "Workloads", "Services", "Objects in all"].map(str::to_owned).to_vec();
    vec![Block::Table(Table { caption: "Namespaces".to_owned(), head, rows })]
}

/// A table a kind of the objects that make no pods.
fn by_kind(know: &Knowledge, mine: &dyn Fn(&Node) -> bool, title: &str) -> Option<Section> {
    let mut kinds_here: BTreeMap<(Role, &str, &str), Vec<NodeIndex>> = BTreeMap::new();
    for (index, node) in know.topology.present().filter(|(_, node)| mine(node) && node.pod.is_none()) {
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
    if &*near.kind == "Namespace" && near.group.is_empty() {
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
    let mut users: Vec<Prose> = Vec::new();
    for edge in know.topology.to(index) {
        let user = know.mention(edge.from, near);
        if !users.contains(&user) {
            users.push(user);
        }
    }
    if !users.is_empty() {
        words.push(concat(vec![plain("is used by "), listed(users, 3)]));
    }
    if words.is_empty() { vec![muted("nothing in these manifests names it")] } else { semicolons(words) }
}

/// Phrases that hold lists themselves, apart from each other.
fn semicolons(phrases: Vec<Prose>) -> Prose {
    let mut prose = Prose::new();
    for (at, phrase) in phrases.into_iter().enumerate() {
        prose.extend((at > 0).then(|| text("; ")));
        prose.extend(phrase);
    }
    prose
}

/// What the user hides from the pages.
fn hidden(know: &Knowledge, environment: &Arc<str>) -> Option<Prose> {
    let words = know.topology.hidden_in_words(Some(environment))?;
    Some(vec![super::prose::code("podviz.yaml"), text(format!(" hides {words}."))])
}

fn unread(problems: &Problems) -> Vec<Block> {
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
