//! What stands in a marked region of somebody else's Markdown: pages of one section, without a heading of their own.

use super::knowledge::Knowledge;
use super::places::Places;
use super::prose::section;
use super::prose::{code, concat, plain, text};
use super::workload::containers;
use super::{Block, Page, Prose, Sort, Table, container, overview, sentence, site};
use crate::catalog::Catalog;
use crate::diagram::Diagram;
use crate::document::Identity;
use crate::facts::Facts;
use crate::names::PagePath;
use crate::problem::Problems;
use crate::topology::subject::Found;
use crate::topology::{Edge, NodeIndex, Pod, Topology};
use std::sync::Arc;

/// More workloads than this are told by their number alone.
const MOST_LISTED: usize = 60;

/// What a region is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything in one environment.
    All(Arc<str>),
    /// What somebody asked for by its name.
    Of(Found),
}

impl Scope {
    /// Whether a node belongs to it.
    pub fn holds(&self, topology: &Topology, index: NodeIndex) -> bool {
        let identity = &topology.nodes[index].identity;
        match self {
            Scope::All(environment) => identity.environment == *environment,
            Scope::Of(Found::Namespace(environment, namespace)) => {
                (&identity.environment, &identity.namespace) == (environment, namespace)
            }
            Scope::Of(Found::Application(at)) => topology.application_of(index) == Some(*at),
            Scope::Of(Found::Object(own) | Found::Container(own, _)) => index == *own,
        }
    }

    /// The namespace that all of its own objects are in; empty where there are several.
    fn namespace(&self, topology: &Topology) -> Arc<str> {
        let own = topology.present().filter(|(index, _)| self.holds(topology, *index));
        let mut names = own.map(|(_, node)| &node.identity.namespace).filter(|name| !name.is_empty());
        let first = names.next();
        let only = first.filter(|first| names.all(|name| name == *first));
        only.cloned().unwrap_or_else(|| "".into())
    }

    /// Whether it may hold several workloads.
    fn is_wide(&self) -> bool {
        matches!(self, Scope::All(_) | Scope::Of(Found::Namespace(..) | Found::Application(_)))
    }
}

/// All that regions draw on.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// Objects and what they refer to, and what of them is hidden.
    pub topology: &'a Topology,
    /// What is true of pods.
    pub facts: &'a Facts,
    /// What is known of kinds.
    pub catalog: &'a Catalog,
    /// What could not be read.
    pub problems: &'a Problems,
}

/// The page of the scope, as it stands in a site.
pub fn explained(ground: Ground, scope: &Scope) -> Option<Page> {
    match scope {
        Scope::All(environment) => ground.tell(|know| {
            let environment = know.topology.environments.iter().find(|one| *one.name == **environment)?;
            Some(overview::overview(know, environment, "", ground.problems))
        }),
        Scope::Of(found) => ground.tell(|know| site::page_in(know, found)),
    }
}

/// The first sentences of the page of the scope, and where it holds several workloads one sentence of each.
pub fn summary(ground: Ground, scope: &Scope) -> Option<Page> {
    let lead = explained(ground, scope)?.lead;
    let workloads = ground.tell(|know| {
        let inside = know.topology.workloads().map(|(index, ..)| index);
        let inside: Vec<NodeIndex> = inside.filter(|index| scope.holds(know.topology, *index)).collect();
        let item = |index: &NodeIndex| {
            let identity = &know.node(*index).identity;
            let name = vec![code(&*identity.name), text(format!(" ({}): ", identity.kind))];
            concat(vec![name, sentence::workload(know, *index)])
        };
        let listed = scope.is_wide() && inside.len() <= MOST_LISTED;
        if listed { inside.iter().map(item).collect() } else { Vec::new() }
    });
    let list = (!workloads.is_empty()).then_some(Block::List { ordered: false, items: workloads });
    Some(Page { lead, ..page(list.into_iter().collect()) })
}

/// The containers of all pods in the scope; `None` where there is none.
pub fn containers(ground: Ground, scope: &Scope) -> Option<Page> {
    ground.tell(|know| {
        let only = match scope {
            Scope::Of(Found::Container(_, position)) => Some(*position),
            _ => None,
        };
        let inside = know.topology.workloads().filter(|(index, ..)| scope.holds(know.topology, *index));
        let inside: Vec<(NodeIndex, &Pod)> = inside.map(|(index, _, pod)| (index, pod)).collect();
        let is_one = inside.len() == 1;
        let near = scope.namespace(know.topology);
        let mut rows = Vec::new();
        for (index, pod) in inside {
            let (Some(facts), Some(object)) = (know.facts.of(index), know.node(index).object.as_deref())
            else {
                continue;
            };
            let needs = &facts.resources.containers;
            for (position, one) in pod.containers.iter().enumerate() {
                if only.is_some_and(|only| only != position) {
                    continue;
                }
                let workload = named(know, index, near.clone());
                let cells = vec![
                    vec![know.container(index, position)],
                    plain(container::role(know, index, position)),
                    containers::image(one),
                    containers::ports(object, one),
                    containers::resources(&needs[position].requests.value, "nothing"),
                    containers::resources(&needs[position].limits.value, "no limit"),
                ];
                let in_front = (!is_one).then_some(workload);
                rows.push(in_front.into_iter().chain(cells).collect());
            }
        }
        let head = ["Workload", "Container", "Role", "Image", "Ports", "Reserves", "May use"];
        let head = head.into_iter().skip(usize::from(is_one)).map(str::to_owned).collect();
        table("Containers", head, rows)
    })
}

/// What the scope refers to, and what refers to it: from, verb, to, because of which line; `None` where there is nothing.
pub fn edges(ground: Ground, scope: &Scope) -> Option<Page> {
    ground.tell(|know| {
        let topology = know.topology;
        let shows = |edge: &&Edge| {
            let is_in = scope.holds(topology, edge.from) || scope.holds(topology, edge.to);
            is_in
                && !topology.is_hidden(edge.from)
                && !topology.is_hidden(edge.to)
                && is_of(know, scope, edge)
        };
        let shown: Vec<&Edge> = topology.edges.iter().filter(shows).collect();
        let near = scope.namespace(topology);
        let mut rows: Vec<Vec<Prose>> = Vec::new();
        for edge in shown {
            let mut because = Vec::new();
            let field = edge.field.to_string();
            if !field.is_empty() {
                because.extend([code(field), text(" ")]);
            }
            because.extend(know.because(edge));
            let verb = match edge.allows_incoming() {
                Some(true) => "allows connections from",
                Some(false) => "allows connections to",
                None => edge.relation.verb(),
            };
            let does = match edge.detail() {
                Some(detail) => format!("{verb} ({detail})"),
                None => verb.to_owned(),
            };
            let end = |index| named(know, index, near.clone());
            rows.push(vec![end(edge.from), plain(does), end(edge.to), because]);
        }
        rows.dedup();
        table("References", ["From", "Does", "To", "Because of"].map(str::to_owned).to_vec(), rows)
    })
}

/// A diagram alone.
pub fn drawn(diagram: Diagram) -> Page {
    page(vec![Block::Diagram(Box::new(diagram))])
}

impl<'a> Ground<'a> {
    fn tell<T>(self, tell: impl FnOnce(&Knowledge) -> T) -> T {
        let Ground { topology, facts, catalog, .. } = self;
        let places = Places::of(topology, catalog);
        let drawn = topology.without_hidden();
        tell(&Knowledge { topology, drawn: &drawn, facts, catalog, places: &places, draws: true })
    }
}

/// Whether an edge is one of the scope's container, if it is about one.
fn is_of(know: &Knowledge, scope: &Scope, edge: &Edge) -> bool {
    let Scope::Of(Found::Container(index, position)) = scope else { return true };
    let own = know.pod(*index).and_then(|(pod, _)| pod.containers.get(*position));
    let path = own.map(|container| container.path.to_string()).unwrap_or_default();
    edge.field.to_string().strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A node as `Kind name`, with its namespace where that is not `near`, and whether it is in the input.
fn named(know: &Knowledge, index: NodeIndex, near: Arc<str>) -> Prose {
    let own = &know.node(index).identity;
    know.mention(index, &Identity { namespace: near, ..own.clone() })
}

fn table(caption: &str, head: Vec<String>, rows: Vec<Vec<Prose>>) -> Option<Page> {
    let table = Table { caption: caption.to_owned(), head, rows };
    (!table.rows.is_empty()).then(|| page(vec![Block::Table(table)]))
}

fn page(blocks: Vec<Block>) -> Page {
    let mut page = Page::titled(PagePath::root(), Sort::List, "");
    page.sections.push(section("", "", blocks));
    page
}
