//! What a PodDisruptionBudget or an autoscaler means in numbers of pods.

use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::facts::controller::{Bounds, Budget, bounds};
use crate::model::Object;
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, listed, marked, plain, text};
use crate::page::{Block, Prose};
use crate::topology::NodeIndex;

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Block> {
    let budget = know.facts.controller(index).and_then(|controller| controller.budget.as_ref());
    let items = match budget {
        Some(budget) => budget_items(know, object, budget),
        None => match bounds(know.node(index)) {
            Some(bounds) => scaler_items(know, index, object, bounds),
            None => Vec::new(),
        },
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
            plain("No pod may be evicted, because the limit depends on how many pods "),
            who,
            plain(" wants, and Kubernetes cannot ask it: only a whole number in "),
            vec![code("minAvailable")],
            plain(" works here."),
            source,
        ])];
    }
    let names = budget.workloads.iter().map(|&workload| know.mention(workload, near)).collect();
    let names = listed(names, 4);
    let all = match (budget.pods, &budget.workloads[..]) {
        (Some(1), [only]) if &*know.node(*only).identity.kind == "Pod" => names.clone(),
        (Some(1), _) => concat(vec![plain("the only pod of "), names.clone()]),
        (Some(all), _) => concat(vec![plain(format!("all {} of ", pods(all))), names.clone()]),
        (None, _) => Prose::new(),
    };
    let words = match (known.allowed, known.min_available) {
        (Some(0), _) => {
            let drain = " healthy, none may be evicted: draining a node waits until someone changes this or deletes a pod";
            concat(vec![plain("With "), all, plain(drain)])
        }
        (Some(some), Some(stay)) => {
            let evicted = match some {
                1 => "one may be evicted at a time".to_owned(),
                many => format!("{many} may be evicted at a time"),
            };
            let stay = match stay {
                0 => "none has to stay".to_owned(),
                many => format!("at least {many} must stay"),
            };
            concat(vec![plain("With "), all, plain(format!(" healthy, {evicted}, because {stay}"))])
        }
        (None, Some(stay)) => concat(vec![
            plain(format!("At least {} of ", pods(stay))),
            names,
            plain(" must stay; how many may be evicted at a time depends on how many nodes there are"),
        ]),
        _ => return Vec::new(),
    };
    let mut items = vec![concat(vec![words, why, source])];
    items.extend(rivals(know, object, budget));
    items
}

/// The workloads that other budgets protect as well: Kubernetes evicts no pod of two budgets.
///
/// Source: `k8s.io/kubernetes/pkg/registry/core/pod/storage/eviction.go`.
fn rivals(know: &Knowledge, object: &Object, budget: &Budget) -> Option<Prose> {
    let near = &object.identity;
    let budgets_of =
        |workload: NodeIndex| know.topology.to(workload).filter(|edge| edge.relation == Relation::Protects);
    let shared = budget.workloads.iter().filter(|&&workload| budgets_of(workload).nth(1).is_some());
    let shared: Vec<Prose> = shared.map(|&workload| know.mention(workload, near)).collect();
    let is_one = shared.len() == 1;
    (!shared.is_empty()).then(|| {
        concat(vec![
            plain("Another PodDisruptionBudget protects "),
            listed(shared, 4),
            plain(if is_one { " too" } else { " as well" }),
            plain(": Kubernetes then evicts none of these pods while they are healthy, whatever both allow."),
        ])
    })
}

fn scaler_items(know: &Knowledge, index: NodeIndex, object: &Object, bounds: Bounds) -> Vec<Prose> {
    let least = bounds.least;
    let Some(most) = bounds.most else { return Vec::new() };
    let near = &object.identity;
    let mut items = Vec::new();
    for edge in know.topology.from(index).filter(|edge| edge.relation == Relation::Scales) {
        let target = know.mention(edge.to, near);
        if let Some(idle) = switched_off(know, edge.to, &target, least).filter(|_| !bounds.from_zero) {
            items.push(idle);
            continue;
        }
        let copies = |number: i64| count(usize::try_from(number).unwrap_or(0), "copy", "copies");
        let range = match least.cmp(&most) {
            std::cmp::Ordering::Less => format!(" between {least} and {}.", copies(most)),
            std::cmp::Ordering::Equal => format!(" at {}: it never changes the number.", copies(most)),
            std::cmp::Ordering::Greater => {
                items.push(concat(vec![
                    plain(format!(
                        "{} turns it away: its minimum, {least}, is above its maximum, {most}. ",
                        if bounds.from_zero { "KEDA" } else { "Kubernetes" }
                    )),
                    vec![know.source(object, &FieldPath::of(bounds.least_field))],
                ]));
                continue;
            }
        };
        items.push(concat(vec![
            plain("It keeps "),
            target.clone(),
            plain(format!("{range} ")),
            vec![know.source(object, &FieldPath::of(bounds.most_field))],
        ]));
        items.extend(declared(know, edge.to, target));
    }
    items
}

/// What an autoscaler does to a workload that its own manifest scales to 0: nothing.
fn switched_off(know: &Knowledge, target: NodeIndex, mention: &Prose, least: i64) -> Option<Prose> {
    let object = know.node(target).object.as_deref()?;
    let off = object.value.at("spec.replicas").and_then(Value::as_i64) == Some(0) && least > 0;
    off.then(|| {
        let source = know.source(object, &FieldPath::of("spec.replicas"));
        let words =
            plain(" is scaled to 0 copies: until someone scales it up, this autoscaler does nothing. ");
        concat(vec![mention.clone(), words, vec![source]])
    })
}

/// What the number in the workload's own manifest does to the autoscaler.
fn declared(know: &Knowledge, target: NodeIndex, mention: Prose) -> Option<Prose> {
    let object = know.node(target).object.as_deref()?;
    let number = object.value.at("spec.replicas").and_then(Value::as_i64)?;
    let copies = count(usize::try_from(number).unwrap_or(0), "copy", "copies");
    let words = format!(
        " sets {copies} in its own manifest: applying it again undoes what the autoscaler has done. "
    );
    let source = know.source(object, &FieldPath::of("spec.replicas"));
    Some(concat(vec![mention, plain(words), vec![source]]))
}
