//! Everything that an object refers to, and what refers to it.

use crate::catalog::Relation;
use crate::document::Identity;
use crate::model::Subject;
use crate::names::{plural, thousands};
use crate::page::knowledge::Knowledge;
use crate::page::prose::{MOST_ALIKE, code, concat, plain, shown_of, text};
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
    let more = match know.made_by(edge.to).filter(|_| !is_maker && edge.detail().is_none()) {
        Some(maker) => maker,
        None => edge.detail().or(state.filter(|_| !is_maker)).map(plain).unwrap_or_default(),
    };
    let mut because = Prose::new();
    let field = edge.field.to_string();
    if !field.is_empty() {
        because.extend([code(field), text(" ")]);
    }
    because.extend(know.because(edge));
    vec![what, more, because]
}
