//! What changes the number of a workload's pods beside updates: autoscalers, and planned work within budgets.
//!
//! Source: `k8s.io/kubernetes/pkg/registry/core/pod/storage/eviction.go` (a pod of two budgets is never evicted).

use super::{pods, verb};
use crate::catalog::Relation;
use crate::document::Identity;
use crate::facts::controller::{Replicas, bounds};
use crate::model::Object;
use crate::names::count;
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{concat, listed, plain, text};
use crate::topology::{Edge, NodeIndex};

/// Who changes the number of pods.
pub fn scaling(know: &Knowledge, index: NodeIndex, object: &Object, replicas: &Replicas) -> Option<Prose> {
    let near = &object.identity;
    if let Some(scaler) = replicas.scaler {
        let least = replicas.least.value;
        let range = match &replicas.most {
            Some(most) if most.value > least => format!(" keeps {least} to {} copies", most.value),
            _ => format!(" keeps {}", count(usize::try_from(least).unwrap_or(0), "copy", "copies")),
        };
        let counts = "; the counts above are those of its minimum.";
        return Some(concat(vec![know.mention(scaler, near), plain(format!("{range}{counts}"))]));
    }
    let idle = know
        .topology
        .to(index)
        .filter(|edge| bounds(know.node(edge.from)).is_some())
        .find(|edge| edge.relation == Relation::Scales && replicas.least.value == 0)?;
    Some(concat(vec![
        know.mention(idle.from, near),
        plain(" leaves it alone, because it is scaled to 0 copies. "),
        vec![know.source(object, &replicas.least.field)],
    ]))
}

/// What planned work, such as draining a node, may take away.
pub fn disruptions(know: &Knowledge, index: NodeIndex, replicas: Option<&Replicas>) -> Vec<Prose> {
    let near = &know.node(index).identity;
    let budgets: Vec<&Edge> =
        know.topology.to(index).filter(|edge| edge.relation == Relation::Protects).collect();
    match budgets[..] {
        [] if replicas.is_some_and(|replicas| replicas.least.value > 1) => vec![plain(
            "No PodDisruptionBudget in these manifests protects its pods: draining nodes may take all of them away \
             at once.",
        )],
        [] => Vec::new(),
        [edge] => disruption(know, edge, near).into_iter().collect(),
        _ => {
            let names = budgets.iter().map(|edge| know.mention(edge.from, near)).collect();
            vec![concat(vec![
                plain(
                    "Draining a node waits for its healthy pods without an end, because Kubernetes evicts no pod that \
                       more than one PodDisruptionBudget protects: ",
                ),
                listed(names, 4),
                plain("."),
            ])]
        }
    }
}

/// What the only budget of a workload lets go.
fn disruption(know: &Knowledge, edge: &Edge, near: &Identity) -> Option<Prose> {
    let budget = know.facts.controller(edge.from)?.budget.as_ref()?;
    let known = &budget.disruptions.value;
    let of_all = match (budget.workloads.len(), budget.pods) {
        (0 | 1, _) | (_, None) => None,
        (_, Some(all)) => Some(format!(" of the {} that it protects", pods(all))),
    };
    let evicted = match (known.allowed, known.min_available) {
        (Some(0), _) => "no pod: it waits".to_owned(),
        (Some(some), _) => match of_all {
            None => format!("{} at a time", pods(some)),
            Some(of_all) => format!("{some}{of_all} at a time"),
        },
        (None, Some(stay)) => format!("pods as long as {}", verb(stay, "stays", "stay")),
        (None, None) => return None,
    };
    let because = know.because(edge).into_iter().flat_map(|source| [text(" "), source]).collect();
    let words = format!(" lets planned work, such as draining a node, evict {evicted}.");
    Some(concat(vec![know.mention(edge.from, near), plain(words), because]))
}
