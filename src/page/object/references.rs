//! Everything that an object refers to, and what refers to it.

use crate::catalog::Relation;
use crate::document::Identity;
use crate::model::Subject;
use crate::names::{plural, thousands};
use crate::page::knowledge::Knowledge;
use crate::page::prose::{MOST_ALIKE, code, concat, joined, listed, plain, shown_of, text, words};
use crate::page::{Block, Inline, Link, Prose, Table, Target};
use crate::topology::{CROWD, Edge, HOST, NodeIndex, State};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every edge from and to an object, as a table. Of many that are alike there are a few, and a row that says how many
/// more there are, and where.
pub fn references(know: &Knowledge, index: NodeIndex) -> Vec<Block> {
    let near = &know.node(index).identity;
    let title = near.title();
    let mut kinds: Vec<(Alike, Vec<&Edge>)> = Vec::new();
    let mut places: BTreeMap<Alike, usize> = BTreeMap::new();
    let from = know.topology.from(index).map(|edge| (true, edge.to, edge));
    let to = know.topology.to(index).map(|edge| (false, edge.from, edge));
    for (is_from, other, edge) in from.chain(to) {
        let kind = &*know.node(other).identity.kind;
        let alike = (is_from, edge.relation, edge.allows_incoming(), kind);
        let at = *places.entry(alike).or_insert_with(|| {
            kinds.push((alike, Vec::new()));
            kinds.len() - 1
        });
        kinds[at].1.push(edge);
    }
    let folds = kinds.iter().any(|(_, edges)| edges.len() > MOST_ALIKE);
    let mut rows = Vec::new();
    if folds {
        for ((is_from, _, _, kind), edges) in &kinds {
            let shown = shown_of(edges.len());
            rows.extend(edges[..shown].iter().map(|edge| reference(know, edge, *is_from, near)));
            if let Some(other) = edges.get(shown) {
                let unlisted = match (is_from, other.relation) {
                    (true, Relation::Selects) => know.topology.unlisted(index).selects,
                    _ => 0,
                };
                rows.push(more_alike(know, (other, *is_from), edges.len() - shown + unlisted, kind));
            }
        }
    } else {
        rows.extend(know.topology.from(index).map(|edge| reference(know, edge, true, near)));
        rows.extend(know.topology.to(index).map(|edge| reference(know, edge, false, near)));
    }
    rows.dedup();
    if rows.is_empty() {
        return Vec::new();
    }
    let head = ["Reference", "More", "Because of"].map(str::to_owned).to_vec();
    vec![Block::Table(Table { caption: format!("References of {title}"), head, rows })]
}

/// What an object has to do with others that are told together: which, how, and because of what.
pub struct Tie {
    /// The other ends.
    pub others: Prose,
    /// What one end does to the other: "it mounts", "selects it".
    pub how: Prose,
    /// The lines that say so.
    pub because: Prose,
}

/// How many of the other ends of one tie are named, and how many of its lines.
const MOST_NAMED: usize = 6;
const MOST_LINES: usize = 3;

/// What edges have in common, what else there is to say of each, their other ends, and the lines that say so.
type Together<'a> = (Alike<'a>, Prose, Vec<NodeIndex>, Vec<Prose>);

/// Some edges of an object by what they do, those to objects of one kind together.
pub fn ties(know: &Knowledge, index: NodeIndex, is_told: &dyn Fn(&Edge) -> bool) -> Vec<Tie> {
    let near = &know.node(index).identity;
    let from = know.topology.from(index).map(|edge| (true, edge.to, edge));
    let to = know.topology.to(index).map(|edge| (false, edge.from, edge));
    let mut alike: Vec<Together> = Vec::new();
    let mut places: BTreeMap<(Alike, String), usize> = BTreeMap::new();
    for (is_from, other, edge) in from.chain(to).filter(|(.., edge)| is_told(edge)) {
        let more = more(know, edge);
        let key = (is_from, edge.relation, edge.allows_incoming(), &*know.node(other).identity.kind);
        let at = *places.entry((key, words(&more))).or_insert_with(|| {
            alike.push((key, more, Vec::new(), Vec::new()));
            alike.len() - 1
        });
        let (_, _, others, lines) = &mut alike[at];
        if others.last() != Some(&other) {
            others.push(other);
        }
        if lines.len() <= MOST_LINES {
            let line: Prose = know.because(edge).into_iter().collect();
            if !line.is_empty() && !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    let told = alike.into_iter().map(|((is_from, relation, allows, kind), more, others, lines)| {
        let verb = relation.verb();
        let how = match (is_from, allows) {
            (true, Some(true)) => "it allows connections from".to_owned(),
            (true, Some(false)) => "it allows connections to".to_owned(),
            (true, None) => format!("it {verb}"),
            (false, Some(true)) => "lets it connect to the pods that the policy selects".to_owned(),
            (false, Some(false)) => "lets the pods that the policy selects connect to it".to_owned(),
            (false, None) => format!("{verb} it"),
        };
        let how = match more.is_empty() {
            true => plain(how),
            false => concat(vec![plain(format!("{how}: ")), more]),
        };
        let names = match others.len() {
            0..=MOST_NAMED => joined(others.iter().map(|&other| know.mention(other, near)).collect(), "and"),
            many => {
                let first = others[..MOST_NAMED - 1].iter().map(|&other| know.mention(other, near)).collect();
                let rest = many + 1 - MOST_NAMED;
                let noun = if rest == 1 { kind.to_owned() } else { plural(kind) };
                joined([first, vec![plain(format!("{} more {noun}", thousands(rest)))]].concat(), "and")
            }
        };
        Tie { others: names, how, because: listed(lines, MOST_LINES) }
    });
    told.collect()
}

/// What edges have in common that are told alike: whether they start here, what they do, and the kind at the other end.
type Alike<'a> = (bool, Relation, Option<bool>, &'a str);

/// The row of an edge of an object.
fn reference(know: &Knowledge, edge: &Edge, is_from: bool, near: &Identity) -> Vec<Prose> {
    let other = know.mention(if is_from { edge.to } else { edge.from }, near);
    row(know, edge, clause(edge, is_from, other))
}

/// What an edge does, with the other end in words.
fn clause(edge: &Edge, is_from: bool, other: Prose) -> Prose {
    let verb = edge.relation.verb();
    match (is_from, edge.allows_incoming()) {
        (true, Some(true)) => concat(vec![plain("allows connections from "), other]),
        (true, Some(false)) => concat(vec![plain("allows connections to "), other]),
        (true, None) => concat(vec![plain(format!("{verb} ")), other]),
        (false, Some(true)) => {
            concat(vec![other, plain(" lets it connect to the pods that the policy selects")])
        }
        (false, Some(false)) => {
            concat(vec![other, plain(" lets the pods that the policy selects connect to it")])
        }
        (false, None) => concat(vec![other, plain(format!(" {verb} it"))]),
    }
}

/// The row in place of many edges like one, with the way to the page that lists what is at their other ends.
fn more_alike(know: &Knowledge, (edge, is_from): (&Edge, bool), number: usize, kind: &str) -> Vec<Prose> {
    let noun = if number == 1 { kind.to_owned() } else { plural(kind) };
    let words = format!("each of {} more {noun}", thousands(number));
    let other = &know.node(if is_from { edge.to } else { edge.from }).identity;
    let namespace = Subject::Namespace(Arc::clone(&other.environment), Arc::clone(&other.namespace));
    let way = match know.page(&namespace) {
        Some(_) => vec![text("listed in namespace "), know.link(&namespace, &other.namespace)],
        None => {
            let home = Target { page: know.home(&other.environment), anchor: String::new() };
            vec![Inline::Link(Link { text: "listed in the overview".to_owned(), code: false, to: home })]
        }
    };
    vec![clause(edge, is_from, plain(words)), way, Prose::new()]
}

fn row(know: &Knowledge, edge: &Edge, what: Prose) -> Vec<Prose> {
    let mut because = Prose::new();
    let field = edge.field.to_string();
    if !field.is_empty() {
        because.extend([code(field), text(" ")]);
    }
    because.extend(know.because(edge));
    vec![what, more(know, edge), because]
}

/// What else there is to say of an edge: its keys or ports, who makes the other end, or where that is.
fn more(know: &Knowledge, edge: &Edge) -> Prose {
    let other = know.node(edge.to);
    let state = match other.state {
        State::External if &*other.identity.kind == HOST => Some("outside of the cluster"),
        State::External if other.is_ambient => Some("the cluster brings it along"),
        State::External => Some("not in these manifests; the cluster must have it"),
        State::Inferred if &*other.identity.kind == CROWD => Some("many pods, picked by their labels"),
        State::Inferred if edge.relation == Relation::Produces => None,
        State::Inferred => Some("Kubernetes makes it"),
        State::Missing | State::Present => None,
    };
    let is_maker = edge.relation == Relation::Produces;
    match know.made_by(edge.to).filter(|_| !is_maker && edge.detail().is_none()) {
        Some(maker) => maker,
        None => edge.detail().or(state.filter(|_| !is_maker)).map(plain).unwrap_or_default(),
    }
}
