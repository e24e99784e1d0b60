//! What an object refers to that is not in the input, and must exist.

use crate::catalog::{FieldPath, Relation};
use crate::facts::known::{Known, quoted};
use crate::facts::ledger::Ledger;
use crate::facts::scene::Scene;
use crate::topology::{Certainty, Edge, State};

/// Takes it down, for an object of any kind.
pub(super) fn tell(scene: &Scene, ledger: &mut Ledger) {
    let is_missing = |edge: &&Edge| {
        let other = if edge.from == scene.index { edge.to } else { edge.from };
        edge.declared_by == scene.index
            && edge.certainty == Certainty::Declared
            && !edge.is_of_settings()
            && !edge.optional
            && edge.relation != Relation::Allows
            && scene.topology.nodes[other].state == State::Missing
    };
    let edges = scene.topology.from(scene.index).chain(scene.topology.to(scene.index));
    let missing: Vec<&Edge> = edges.filter(is_missing).collect();
    let name = |edge: &Edge| {
        let other = if edge.from == scene.index { edge.to } else { edge.from };
        ledger.subject(&scene.topology.nodes[other].identity)
    };
    let mut names: Vec<String> = missing.iter().map(|edge| name(edge)).collect();
    let known = match missing.first() {
        Some(edge) => {
            let why = format!("{} is not in these manifests", quoted(&name(edge)));
            names.sort();
            names.dedup();
            Known::new(names, why, edge.field.clone())
        }
        None => Known::new(names, "everything that it must find is in these manifests", FieldPath::root()),
    };
    ledger.object(scene.index, "missing_references", &known);
}
