//! What a PodDisruptionBudget or a HorizontalPodAutoscaler means in numbers of pods.

use crate::catalog::{FieldPath, Relation};
use crate::facts::controller::Budget;
use crate::model::{Object, Value};
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{concat, listed, marked, plain, text};
use crate::page::{Block, Prose};
use crate::topology::NodeIndex;

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Block> {
    let budget = know.facts.controller(index).and_then(|controller| controller.budget.as_ref());
    let items = match budget {
        Some(budget) => budget_items(know, object, budget),
        None if &*object.identity.kind == "HorizontalPodAutoscaler" => scaler_items(know, index, object),
        None => Vec::new(),
    };
    if items.is_empty() { Vec::new() } else { vec![Block::List { ordered: false, items }] }
}

fn pods(number: i64) -> String {
    count(usize::try_from(number).unwrap_or(0), "pod", "pods")
}

fn budget_items(know: &Knowledge, object: &Object, budget: &Budget) -> Vec<Prose> {
    if budget.workloads.is_empty() {
        return Vec::new();
    }
    let known = &budget.disruptions.value;
    let near = &object.identity;
    let source = vec![text(" "), know.source(object, &budget.disruptions.field)];
    let why = concat(vec![plain(" ("), marked(&budget.disruptions.why), plain(").")]);
    if let Some(workload) = budget.uncountable {
        let who = know.mention(workload, near);
        return vec![concat(vec![
            plain("No pod may be evicted: Kubernetes cannot work out a share of the pods of "),
            who,
            plain(", because its kind does not say how many it wants."),
            source,
        ])];
    }
    let whose = budget.workloads.iter().map(|&workload| know.mention(workload, near)).collect();
    let whose = concat(vec![plain(" of "), listed(whose, 4)]);
    let words = match (known.allowed, known.min_available, budget.pods) {
        (Some(0), _, Some(all)) => {
            let all = if all == 1 { "the only pod".to_owned() } else { format!("all {}", pods(all)) };
            let drain =
                "none may be evicted: draining a node waits until someone changes this or deletes a pod";
            concat(vec![plain(format!("With {all}")), whose, plain(format!(" healthy, {drain}"))])
        }
        (Some(some), Some(stay), Some(all)) => {
            let all = if all == 1 { "the only pod".to_owned() } else { format!("all {}", pods(all)) };
            let evicted = match some {
                1 => "one may be evicted at a time".to_owned(),
                many => format!("{many} may be evicted at a time"),
            };
            let stay = match stay {
                0 => "none has to stay".to_owned(),
                1 => "at least 1 must stay".to_owned(),
                many => format!("at least {many} must stay"),
            };
            concat(vec![
                plain(format!("With {all}")),
                whose,
                plain(format!(" healthy, {evicted}, because {stay}")),
            ])
        }
        (None, Some(stay), _) => concat(vec![
            plain(format!("At least {}", pods(stay))),
            whose,
            plain(" must stay; how many may be evicted at a time depends on how many nodes there are"),
        ]),
        _ => return Vec::new(),
    };
    vec![concat(vec![words, why, source])]
}

fn scaler_items(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Prose> {
    let number = |path: &str| object.value.at(path).and_then(Value::as_i64);
    let least = number("spec.minReplicas").unwrap_or(1);
    let Some(most) = number("spec.maxReplicas") else { return Vec::new() };
    let near = &object.identity;
    let mut items = Vec::new();
    for edge in know.topology.from(index).filter(|edge| edge.relation == Relation::Scales) {
        let target = know.mention(edge.to, near);
        let copies = |number: i64| count(usize::try_from(number).unwrap_or(0), "copy", "copies");
        let range = match least.cmp(&most) {
            std::cmp::Ordering::Less => format!(" between {least} and {}.", copies(most)),
            std::cmp::Ordering::Equal => format!(" at {}: it never changes the number.", copies(most)),
            std::cmp::Ordering::Greater => {
                items.push(concat(vec![
                    plain(format!(
                        "Kubernetes turns it away: its minimum, {least}, is above its maximum, {most}. "
                    )),
                    vec![know.source(object, &FieldPath::of("spec.minReplicas"))],
                ]));
                continue;
            }
        };
        items.push(concat(vec![
            plain("It keeps "),
            target.clone(),
            plain(format!("{range} ")),
            vec![know.source(object, &FieldPath::of("spec.maxReplicas"))],
        ]));
        items.extend(declared(know, edge.to, target, least));
    }
    items
}

/// What the number in the workload's own manifest does to the autoscaler.
fn declared(know: &Knowledge, target: NodeIndex, mention: Prose, least: i64) -> Option<Prose> {
    let object = know.node(target).object.as_deref()?;
    let declared = object.value.at("spec.replicas").and_then(Value::as_i64)?;
    let source = know.source(object, &FieldPath::of("spec.replicas"));
    let words = match declared {
        0 if least > 0 => {
            " is scaled to 0 copies: until someone scales it up, this autoscaler does nothing. ".to_owned()
        }
        number => {
            let copies = count(usize::try_from(number).unwrap_or(0), "copy", "copies");
            format!(
                " sets {copies} in its own manifest: applying it again undoes what the autoscaler has done. "
            )
        }
    };
    Some(concat(vec![mention, plain(words), vec![source]]))
}
