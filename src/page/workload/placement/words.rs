//! The words of placement: labels, taints and the places that a label makes.

use crate::facts::placement::{HOSTNAME, NodeTerm, Operator, Requirement, Toleration};
use crate::page::Prose;
use crate::page::prose::{code, concat, joined, plain, text};

/// How many values of a label are written out.
const MOST_VALUES: usize = 4;

/// Nodes that meet every requirement: `nodes with labels a=b and c=d`.
pub fn nodes(requirements: &[Requirement]) -> Prose {
    let simple = |one: &&Requirement| one.operator == Operator::In && one.values.len() == 1 && !one.is_field;
    let (labels, rest): (Vec<_>, Vec<_>) = requirements.iter().partition(simple);
    let mut parts: Vec<Prose> = Vec::new();
    if !labels.is_empty() {
        let word = if labels.len() == 1 { "label " } else { "labels " };
        let names = labels.iter().map(|label| vec![code(label.text())]).collect();
        parts.push(concat(vec![plain(format!("with {word}")), joined(names, "and")]));
    }
    parts.extend(rest.into_iter().map(requirement));
    concat(vec![plain("nodes "), joined(parts, "and")])
}

/// Nodes that meet one of several terms. An empty term is met by no node.
pub fn alternatives(terms: &[NodeTerm]) -> Prose {
    let terms: Vec<Prose> = terms.iter().filter(|term| !term.is_empty()).map(|term| nodes(term)).collect();
    if terms.is_empty() { plain("no node: its node affinity is empty") } else { joined(terms, "or on") }
}

fn requirement(one: &Requirement) -> Prose {
    let key = || code(&one.key);
    let values = |last: &str| {
        let mut values: Vec<Prose> =
            one.values.iter().take(MOST_VALUES).map(|value| vec![code(value)]).collect();
        if one.values.len() > MOST_VALUES {
            values.push(plain(format!("{} others", one.values.len() - MOST_VALUES)));
        }
        joined(values, last)
    };
    if one.is_field {
        let word = if one.operator == Operator::NotIn { "other than " } else { "named " };
        return concat(vec![plain(word), values("or")]);
    }
    match one.operator {
        Operator::In => concat(vec![vec![text("whose label "), key(), text(" is ")], values("or")]),
        Operator::NotIn => concat(vec![vec![text("whose label "), key(), text(" is not ")], values("or")]),
        Operator::Exists => vec![text("with a label "), key()],
        Operator::Absent => vec![text("without a label "), key()],
        Operator::Above => concat(vec![vec![text("whose label "), key(), text(" is above ")], values("or")]),
        Operator::Below => concat(vec![vec![text("whose label "), key(), text(" is below ")], values("or")]),
        Operator::Never => {
            vec![text("that meet a requirement on "), key(), text(" which Kubernetes does not understand")]
        }
    }
}

/// One of the places that nodes with the same value of a label make: `node`, `zone`, `group of nodes with one …`.
pub fn place(topology_key: &str) -> Prose {
    match short_place(topology_key) {
        Some(word) => plain(word),
        None => vec![text("group of nodes that share label "), code(topology_key)],
    }
}

/// The same in the plural.
pub fn places(topology_key: &str) -> Prose {
    match short_place(topology_key) {
        Some(word) => plain(format!("{word}s")),
        None => vec![text("groups of nodes that share label "), code(topology_key)],
    }
}

fn short_place(topology_key: &str) -> Option<&'static str> {
    match topology_key {
        HOSTNAME => Some("node"),
        "topology.kubernetes.io/zone" | "failure-domain.beta.kubernetes.io/zone" => Some("zone"),
        "topology.kubernetes.io/region" | "failure-domain.beta.kubernetes.io/region" => Some("region"),
        _ => None,
    }
}

/// The taints that a toleration is about.
pub fn taints(toleration: &Toleration) -> Prose {
    match (toleration.key.is_empty(), toleration.effect.as_str()) {
        (true, effect) => vec![text("every taint with effect "), code(effect)],
        (false, _) => vec![text("the taint "), code(toleration.text())],
    }
}
