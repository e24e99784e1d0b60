//! The page of an application, and its card on the page of its namespace.

use super::knowledge::Knowledge;
use super::prose::section;
use super::prose::{code, concat, joined, listed, plain, text};
use super::{
    Block, Card, Inline, Link, Page, Prose, Section, Sort, Table, Target, advice, overview, sentence,
};
use crate::catalog::{Relation, Role};
use crate::diagram::View;
use crate::diagram::views::Focus;
use crate::document::Identity;
use crate::facts::{is_exposed, lets_traffic_in};
use crate::model::Subject;
use crate::names::english;
use crate::topology::{Application, Evidence, HOST, NodeIndex, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How much advice an application's page shows.
const MOST_ADVICE: usize = 10;

/// The page of an application.
pub fn page(know: &Knowledge, at: usize) -> Option<Page> {
    let application = &know.topology.applications[at];
    let path = know.page(&application.key())?;
    let mine = |index| know.topology.application_of(index) == Some(at);
    let focus = Focus::Application(at);
    let drawn = |view| overview::drawn(know, view, &focus);
    let mut sections = vec![
        section("overview", "At a glance", glance(know, application)),
        section("calls", "Who calls whom", drawn(View::Calls)),
        section("talks-to", "How traffic gets in", drawn(View::Traffic)),
        section("containers", "What runs here", overview::workloads(know, &mine)),
        section("diagram", "Architecture", drawn(View::Architecture)),
        section("reads", "Configuration", drawn(View::Config)),
        section("storage", "Storage", drawn(View::Storage)),
        section("network", "Network rules", drawn(View::NetworkPolicy)),
        section("shared", "What it shares with others", shared(know, at)),
    ];
    sections.extend(overview::by_kind(know, &mine, "Everything else"));
    sections.push(section("advice", "Advice", advice::worst(know, &mine, MOST_ADVICE)));
    sections.retain(|section: &Section| !section.blocks.is_empty());
    let workloads = workloads(know, application);
    Some(Page {
        environment: application.environment.to_string(),
        kicker: "Application".to_owned(),
        crumbs: crumbs(know, application),
        children: workloads.iter().filter_map(|&index| link(know, index)).collect(),
        lead: vec![lead(know, at)],
        sections,
        namespace: application.namespace.to_string(),
        ..Page::titled(path.clone(), Sort::Application, application.shown())
    })
}

/// The applications of a namespace: which talks to which, and a card for each. Empty where there are not several.
pub fn section_of(know: &Knowledge, environment: &Arc<str>, namespace: &Arc<str>) -> Section {
    let found = in_namespace(know, environment, namespace);
    let cards: Vec<Card> = found.into_iter().filter_map(|at| card(know, at)).collect();
    let mut blocks = Vec::new();
    if !cards.is_empty() {
        let focus = Focus::Namespace(Arc::clone(environment), Arc::clone(namespace));
        blocks = overview::drawn(know, View::Applications, &focus);
        blocks.push(Block::Cards(cards));
    }
    section("applications", "Applications", blocks)
}

/// The links to the applications of a namespace; empty where there are not several.
pub fn links_in(know: &Knowledge, environment: &str, namespace: &str) -> Vec<Link> {
    let found = in_namespace(know, environment, namespace);
    found.into_iter().filter_map(|at| link_to(know, &know.topology.applications[at])).collect()
}

fn in_namespace(know: &Knowledge, environment: &str, namespace: &str) -> Vec<usize> {
    let found = know.topology.applications_in(environment, namespace);
    if found.len() > 1 { found } else { Vec::new() }
}

fn card(know: &Knowledge, at: usize) -> Option<Card> {
    let application = &know.topology.applications[at];
    let text = match workloads(know, application)[..] {
        [only] => sentence::workload(know, only),
        _ => lead(know, at),
    };
    Some(Card { link: link_to(know, application)?, kicker: "Application".to_owned(), text, mark: None })
}

fn link_to(know: &Knowledge, application: &Application) -> Option<Link> {
    let to = Target { page: know.page(&application.key())?.clone(), anchor: String::new() };
    Some(Link { text: application.shown().to_owned(), code: application.title.is_none(), to })
}

fn link(know: &Knowledge, index: NodeIndex) -> Option<Link> {
    let identity = &know.node(index).identity;
    let to = Target { page: know.page(&Subject::Object(identity.clone()))?.clone(), anchor: String::new() };
    Some(Link { text: identity.name.to_string(), code: true, to })
}

fn crumbs(know: &Knowledge, application: &Application) -> Vec<Link> {
    let (environment, namespace) = (&application.environment, &application.namespace);
    let mut crumbs = vec![know.above(environment)];
    let subject = Subject::Namespace(Arc::clone(environment), Arc::clone(namespace));
    crumbs.extend(know.page(&subject).map(|page| {
        let to = Target { page: page.clone(), anchor: String::new() };
        Link { text: namespace.to_string(), code: false, to }
    }));
    crumbs
}

fn workloads(know: &Knowledge, application: &Application) -> Vec<NodeIndex> {
    let members = application.members.iter().copied();
    members.filter(|&index| know.node(index).pod.is_some() && know.topology.owner(index).is_none()).collect()
}

fn glance(know: &Knowledge, application: &Application) -> Vec<Block> {
    let known = match application.by {
        Evidence::Settings => vec![code("applications"), text(" in "), code("podviz.yaml")],
        Evidence::PartOf => vec![text("label "), code("app.kubernetes.io/part-of")],
        Evidence::Instance => vec![text("label "), code("app.kubernetes.io/instance")],
        Evidence::Release => plain("a release of Helm"),
        Evidence::Name => plain("the same name in the labels of its workloads"),
        Evidence::Connections => plain("what its workloads call, read, and mount together"),
        Evidence::Folder => plain("manifests in one folder"),
        Evidence::Alone => plain("one workload that nothing connects with another application"),
    };
    let mut facts = vec![("Known by".to_owned(), known)];
    let homes = workloads(know, application).into_iter().map(|index| &know.node(index).identity);
    let homes: BTreeMap<&str, &Identity> = homes.map(|identity| (&*identity.namespace, identity)).collect();
    if homes.len() > 1 {
        let homes = homes.into_values().map(|identity| vec![know.namespace(identity)]).collect();
        facts.push(("Namespaces".to_owned(), joined(homes, "and")));
    }
    facts.push(("Workloads".to_owned(), plain(workloads(know, application).len().to_string())));
    facts.push(("Objects in all".to_owned(), plain(application.members.len().to_string())));
    vec![Block::Facts(facts)]
}

/// What it is made of, how traffic gets in, whom it calls, and what it reads that is not its own.
fn lead(know: &Knowledge, at: usize) -> Prose {
    let application = &know.topology.applications[at];
    let mut prose = overview::runs(know, &|index| know.topology.application_of(index) == Some(at));
    let doors: Vec<Prose> =
        doors(know, application).into_iter().map(|index| mention(know, application, index)).collect();
    prose.extend(match doors.len() {
        0 => plain(". "),
        _ => concat(vec![plain("; traffic comes in through "), listed(doors, 3), plain(". ")]),
    });
    let who = callers(know, application);
    let callers = partners(know, at, &who);
    if !callers.is_empty() {
        let several = callers.len() > 1 || others(know, at, &who).len() > 1;
        let verb = if several { " call it. " } else { " calls it. " };
        prose.extend(concat(vec![capital(listed(callers, 4)), plain(verb)]));
    }
    let called = partners(know, at, &ends(know, application, |relation| relation == Relation::Calls));
    let read = ends(know, application, |relation| {
        matches!(relation, Relation::ReadsEnv | Relation::Mounts | Relation::Claims)
    });
    let read: Vec<Prose> = read.into_iter().map(|index| mention(know, application, index)).collect();
    let needs = [("calls ", called), ("reads ", read)].into_iter().filter(|(_, what)| !what.is_empty());
    let needs: Vec<Prose> = needs.map(|(verb, what)| concat(vec![plain(verb), listed(what, 4)])).collect();
    if !needs.is_empty() {
        prose.extend(concat(vec![plain("The application "), joined(needs, "and"), plain(".")]));
    }
    prose
}

/// `Application web` or `Namespace shop` at the beginning of a sentence.
fn capital(mut prose: Prose) -> Prose {
    if let Some(Inline::Text(words)) = prose.first_mut() {
        *words = english::capital(words);
    }
    prose
}

fn mention(know: &Knowledge, application: &Application, index: NodeIndex) -> Prose {
    let near = application.members.first().map(|&first| know.node(first).identity.clone());
    let near = near.map(|near| Identity { namespace: Arc::clone(&application.namespace), ..near });
    near.map(|near| know.mention(index, &near)).unwrap_or_default()
}

/// Routes and exposed Services that let traffic in to its workloads.
fn doors(know: &Knowledge, application: &Application) -> BTreeSet<NodeIndex> {
    let mut doors = BTreeSet::new();
    for &member in &application.members {
        let node = know.node(member);
        if node.role == Role::Service && node.state == State::Present && is_exposed(node) {
            doors.insert(member);
        }
        let routes = know.topology.to(member).filter(|edge| edge.relation == Relation::RoutesTo);
        let routes = routes.map(|edge| edge.from).filter(|&from| know.node(from).role == Role::Route);
        doors.extend(routes.filter(|&from| lets_traffic_in(know.topology, from)));
    }
    doors
}

/// What its members lead to by some relation that is not its own.
fn ends(know: &Knowledge, application: &Application, is: impl Fn(Relation) -> bool) -> BTreeSet<NodeIndex> {
    let own: BTreeSet<NodeIndex> = application.members.iter().copied().collect();
    let edges = application.members.iter().flat_map(|&member| know.topology.from(member));
    edges.filter(|edge| is(edge.relation) && !own.contains(&edge.to)).map(|edge| edge.to).collect()
}

fn callers(know: &Knowledge, application: &Application) -> BTreeSet<NodeIndex> {
    let own: BTreeSet<NodeIndex> = application.members.iter().copied().collect();
    let edges = application.members.iter().flat_map(|&member| know.topology.to(member));
    let calls = edges.filter(|edge| edge.relation == Relation::Calls && !own.contains(&edge.from));
    calls.map(|edge| edge.from).collect()
}

/// The other applications that some objects belong to.
fn others<'a>(know: &Knowledge<'a>, at: usize, indexes: &BTreeSet<NodeIndex>) -> Vec<&'a Application> {
    let found: BTreeSet<usize> =
        indexes.iter().filter_map(|&index| know.topology.application_of(index)).collect();
    found.into_iter().filter(|other| *other != at).map(|other| &know.topology.applications[other]).collect()
}

/// The applications of some objects, and the objects that belong to none.
fn partners(know: &Knowledge, at: usize, indexes: &BTreeSet<NodeIndex>) -> Vec<Prose> {
    let application = &know.topology.applications[at];
    let others = others(know, at, indexes);
    let word = if others.len() == 1 { "application " } else { "applications " };
    let names = listed(others.iter().map(|other| name(know, other, application)).collect(), 4);
    let names = Some(concat(vec![plain(word), names])).filter(|_| !others.is_empty()).into_iter();
    let rest = indexes.iter().filter(|&&index| know.topology.application_of(index).is_none());
    let rest = rest.map(|&index| match &*know.node(index).identity.kind {
        HOST => concat(vec![plain("host "), mention(know, application, index)]),
        _ => mention(know, application, index),
    });
    names.chain(rest).collect()
}

/// `web`, linked, with its namespace where that is another than `near`'s.
fn name(know: &Knowledge, application: &Application, near: &Application) -> Prose {
    let mut prose = vec![know.link(&application.key(), application.shown())];
    if application.namespace != near.namespace {
        let namespace =
            Subject::Namespace(Arc::clone(&application.environment), Arc::clone(&application.namespace));
        prose.extend([text(" in namespace "), know.link(&namespace, &application.namespace)]);
    }
    prose
}

/// A table of what belongs to no application and is used by this one and by others.
fn shared(know: &Knowledge, at: usize) -> Vec<Block> {
    let application = &know.topology.applications[at];
    let ties = |relation: Relation| relation.ties() && relation != Relation::Calls;
    let near = |index: NodeIndex| {
        let out = know.topology.from(index).filter(|edge| ties(edge.relation)).map(|edge| edge.to);
        let back = know.topology.to(index).filter(|edge| ties(edge.relation)).map(|edge| edge.from);
        out.chain(back).collect::<BTreeSet<NodeIndex>>()
    };
    let around: BTreeSet<NodeIndex> = application.members.iter().flat_map(|&member| near(member)).collect();
    let is_shared = |&index: &NodeIndex| {
        know.node(index).state == State::Present && know.topology.application_of(index).is_none()
    };
    let mut rows = Vec::new();
    for index in around.into_iter().filter(is_shared) {
        let others: Vec<Prose> =
            others(know, at, &near(index)).into_iter().map(|other| name(know, other, application)).collect();
        if !others.is_empty() {
            rows.push(vec![mention(know, application, index), listed(others, 6)]);
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let head = ["Object", "Applications that use it, too"].map(str::to_owned).to_vec();
    vec![Block::Table(Table { caption: "What it shares with others".to_owned(), head, rows })]
}
