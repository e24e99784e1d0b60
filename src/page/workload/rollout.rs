//! How a new version of a workload replaces the old one, and what changes the number of its pods.

use super::runs;
use crate::catalog::{FieldPath, Relation};
use crate::diagram::View;
use crate::facts::controller::{Amount, Replicas, Rollout, StatefulPods, Strategy, span_words};
use crate::model::{Object, Value};
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, marked, muted, plain, text};
use crate::page::workload::diagrams;
use crate::page::{Block, Prose, Table};
use crate::topology::{NodeIndex, Pod, State};

/// How many pods of a StatefulSet the table lists.
const MOST_ROWS: usize = 20;

/// The heading of the section.
pub fn title(object: &Object) -> &'static str {
    match &*object.identity.kind {
        "Job" | "CronJob" => "Runs and retries",
        _ => "Updates and scaling",
    }
}

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let Some(controller) = know.facts.controller(index) else { return Vec::new() };
    if let Some(run) = &controller.job {
        return runs::blocks(know, index, object, run, controller.cron.as_ref());
    }
    let mut items: Vec<Prose> = Vec::new();
    if let Some(known) = &controller.rollout {
        let mut item = match &controller.stateful {
            Some(pods) => stateful_update(object, &known.value, pods),
            None => update(object, &known.value),
        };
        if known.value.replicas != Some(0) {
            item.extend(concat(vec![plain(" ("), marked(&known.why), plain(").")]));
        }
        item.extend([text(" "), know.source(object, &known.field)]);
        items.push(item);
        items.extend(readiness(know, object, pod, &known.value));
    }
    items.extend(controller.stateful.iter().filter_map(|pods| order(know, object, pods)));
    items.extend(controller.replicas.iter().filter_map(|replicas| scaling(know, index, object, replicas)));
    items.extend(disruptions(know, index, controller.replicas.as_ref()));
    let mut blocks = diagrams(know, index, &[View::Rollout]);
    if !items.is_empty() {
        blocks.push(Block::List { ordered: false, items });
    }
    blocks.extend(controller.stateful.iter().flat_map(|pods| names(know, object, pods)));
    blocks
}

fn pods(number: i64) -> String {
    count(usize::try_from(number).unwrap_or(0), "pod", "pods")
}

/// `1 pod stays`, `3 pods stay`.
fn verb(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", pods(number), if number == 1 { one } else { many })
}

/// What an update does to the pods of a Deployment or a DaemonSet, without the full stop.
fn update(object: &Object, rollout: &Rollout) -> Prose {
    if &*object.identity.kind == "DaemonSet" {
        return plain(update_of_nodes(rollout));
    }
    let wanted = rollout.replicas.unwrap_or_default();
    if wanted == 0 {
        return plain("An update replaces no pod, because it is scaled to 0 copies.");
    }
    if rollout.strategy == Strategy::Recreate {
        let old = match wanted {
            1 => "the old pod stops".to_owned(),
            many => format!("all {many} old pods stop"),
        };
        return plain(format!(
            "During an update no pod is available for a time: {old} before a new one starts"
        ));
    }
    let (more, fewer) = (rollout.surge().unwrap_or_default(), rollout.unavailable().unwrap_or_default());
    let (least, most) = (rollout.min_available.unwrap_or_default(), rollout.max_total.unwrap_or_default());
    let least = match least {
        0 => "During an update there may be times when no pod is available".to_owned(),
        least => format!("During an update at least {} available", verb(least, "stays", "stay")),
    };
    let most = format!("at most {}, not counting those that are shutting down", verb(most, "runs", "run"));
    let reason = match (more, fewer) {
        (_, 0) => "a new one must be ready before an old one goes".to_owned(),
        (0, _) => "an old one goes before a new one starts".to_owned(),
        (_, 1) => "1 old one may go before a new one is ready".to_owned(),
        (_, fewer) => format!("{fewer} old ones may go before new ones are ready"),
    };
    plain(format!("{least} and {most}: {reason}"))
}

/// What an update does to the pods of a DaemonSet, without the full stop.
fn update_of_nodes(rollout: &Rollout) -> String {
    let nodes = |amount: &Amount| match amount {
        Amount::Pods(number) => count(usize::try_from(*number).unwrap_or(0), "node", "nodes"),
        Amount::Percent(share) => format!("{share} of the nodes (rounded up)"),
    };
    let none = Amount::Pods(0);
    let surge = rollout.max_surge.as_ref().unwrap_or(&none);
    let unavailable = rollout.max_unavailable.as_ref().unwrap_or(&none);
    match (rollout.strategy, surge.is_zero(), unavailable.is_zero()) {
        (Strategy::OnDelete, ..) => {
            "An update reaches a node only after someone deletes the pod there".to_owned()
        }
        (_, true, false) => format!(
            "An update takes the pod away from at most {} at a time: the old one stops before the new one starts",
            nodes(unavailable)
        ),
        (_, false, true) => format!(
            "An update leaves no node without a pod: on at most {} at a time the new one starts beside the old one, \
             which goes once the new one is ready",
            nodes(surge)
        ),
        (_, both_zero, _) => format!(
            "Kubernetes turns this update strategy away, because {} of maxSurge and maxUnavailable {} above 0",
            if both_zero { "none" } else { "only one" },
            if both_zero { "is" } else { "may be" }
        ),
    }
}

/// What an update does to the pods of a StatefulSet, without the full stop.
fn stateful_update(object: &Object, rollout: &Rollout, pods: &StatefulPods) -> Prose {
    let name = |place: i64| vec![code(pods.pod_name(&object.identity.name, place))];
    let (wanted, kept) = (pods.count, pods.kept);
    let at_once = rollout.unavailable().unwrap_or(1);
    match (rollout.strategy, wanted, wanted - kept) {
        (_, 0, _) => plain("An update replaces no pod, because it is scaled to 0 copies."),
        (Strategy::OnDelete, ..) => plain("An update replaces a pod only after someone deletes it"),
        (_, _, 0) => concat(vec![
            plain("An update replaces no pod: "),
            vec![code("partition")],
            plain(" keeps every pod at the old version"),
        ]),
        (_, 1, _) => concat(vec![
            plain("During an update no pod is available for a time: "),
            name(0),
            plain(" stops before it starts again at the new version"),
        ]),
        (_, _, changed) => {
            let pace = if at_once > 1 {
                format!("up to {at_once} at a time where the cluster supports that, else one at a time")
            } else {
                "each once the one before is ready again".to_owned()
            };
            let range = if changed == 1 {
                concat(vec![plain("An update replaces only "), name(wanted - 1)])
            } else {
                let (from, to) = (name(wanted - 1), name(kept));
                concat(vec![
                    plain(format!("An update replaces {changed} pods, ")),
                    concat(vec![plain("from "), from, plain(" down to "), to, plain(format!(", {pace}"))]),
                ])
            };
            let keep = match kept {
                0 => Prose::new(),
                1 => concat(vec![plain("; "), name(0), plain(" keeps the old version")]),
                many => concat(vec![
                    plain("; "),
                    name(0),
                    plain(" to "),
                    name(many - 1),
                    plain(" keep the old version"),
                ]),
            };
            let least = plain(format!(
                "; at least {} available",
                verb(rollout.min_available.unwrap_or_default(), "stays", "stay")
            ));
            concat(vec![range, keep, least])
        }
    }
}

/// When a new pod counts as ready, and how long an update may stand still.
fn readiness(know: &Knowledge, object: &Object, pod: &Pod, rollout: &Rollout) -> Vec<Prose> {
    let mut items = Vec::new();
    if rollout.strategy == Strategy::OnDelete || rollout.replicas == Some(0) {
        return items;
    }
    let number = |path: &str| object.value.at(path).and_then(Value::as_i64);
    let blind = pod
        .running()
        .all(|container| container.spec.readiness_probe.is_none() && container.spec.startup_probe.is_none());
    if blind && pod.spec.readiness_gates.is_none() {
        items.push(plain(
            "No container has a probe, so a new pod counts as ready as soon as its containers run.",
        ));
    }
    if let Some(seconds) = number("spec.minReadySeconds").filter(|seconds| *seconds > 0) {
        items.push(vec![
            text(format!(
                "A new pod counts as available once it has been ready for {}. ",
                span_words(seconds)
            )),
            know.source(object, &FieldPath::of("spec.minReadySeconds")),
        ]);
    }
    if &*object.identity.kind == "Deployment" {
        if object.value.at("spec.paused").and_then(Value::as_bool) == Some(true) {
            let source = know.source(object, &FieldPath::of("spec.paused"));
            items.push(vec![
                text("It is paused: a change reaches its pods only once someone resumes it. "),
                source,
            ]);
        }
        let deadline = number("spec.progressDeadlineSeconds").unwrap_or(600);
        let source = know.source(object, &FieldPath::of("spec.progressDeadlineSeconds"));
        items.push(vec![
            text(format!(
                "An update that makes no progress for {} is reported as failed; Kubernetes does not undo it. ",
                span_words(deadline)
            )),
            source,
        ]);
    }
    items
}

/// In which order the pods of a StatefulSet start and stop.
fn order(know: &Knowledge, object: &Object, pods: &StatefulPods) -> Option<Prose> {
    if pods.count < 2 {
        return None;
    }
    let first = code(pods.pod_name(&object.identity.name, 0));
    let last = code(pods.pod_name(&object.identity.name, pods.count - 1));
    let source = know.source(object, &pods.start_order.field);
    Some(if pods.parallel {
        vec![text("Pods start all at once, and scaling down stops them all at once. "), source]
    } else {
        vec![
            text("Pods start one after another, "),
            first,
            text(" first, each once the one before is ready; scaling down stops "),
            last,
            text(" first. "),
            source,
        ]
    })
}

/// Who changes the number of pods.
fn scaling(know: &Knowledge, index: NodeIndex, object: &Object, replicas: &Replicas) -> Option<Prose> {
    let near = &object.identity;
    if let Some(scaler) = replicas.scaler {
        let least = replicas.least.value;
        let range = match &replicas.most {
            Some(most) if most.value > least => format!(" keeps {least} to {} copies", most.value),
            _ => format!(" keeps {}", count(usize::try_from(least).unwrap_or(0), "copy", "copies")),
        };
        let counts = "; the counts on this page are those of its minimum.";
        return Some(concat(vec![know.mention(scaler, near), plain(format!("{range}{counts}"))]));
    }
    let idle = know
        .topology
        .to(index)
        .find(|edge| edge.relation == Relation::Scales && replicas.least.value == 0)?;
    Some(concat(vec![
        know.mention(idle.from, near),
        plain(" leaves it alone, because it is scaled to 0 copies. "),
        vec![know.source(object, &replicas.least.field)],
    ]))
}

/// What planned work, such as draining a node, may take away.
fn disruptions(know: &Knowledge, index: NodeIndex, replicas: Option<&Replicas>) -> Vec<Prose> {
    let near = &know.node(index).identity;
    let budgets = know.topology.to(index).filter(|edge| edge.relation == Relation::Protects);
    let mut items: Vec<Prose> = Vec::new();
    for edge in budgets {
        let Some(budget) = know.facts.controller(edge.from).and_then(|one| one.budget.as_ref()) else {
            continue;
        };
        let known = &budget.disruptions.value;
        let whose = match (budget.workloads.len(), budget.pods) {
            (0 | 1, _) | (_, None) => String::new(),
            (_, Some(all)) => format!(" of the {} that it protects", pods(all)),
        };
        let words = match (known.allowed, known.min_available) {
            (Some(0), _) => " lets planned work, such as draining a node, evict no pod: it waits.".to_owned(),
            (Some(some), _) => {
                format!(" lets planned work, such as draining a node, evict {}{whose} at a time.", pods(some))
            }
            (None, Some(stay)) => {
                format!(
                    " lets planned work, such as draining a node, evict pods as long as {}.",
                    verb(stay, "stays", "stay")
                )
            }
            (None, None) => continue,
        };
        let because = know.because(edge).into_iter().flat_map(|source| [text(" "), source]).collect();
        items.push(concat(vec![know.mention(edge.from, near), plain(words), because]));
    }
    if items.is_empty() && replicas.is_some_and(|replicas| replicas.least.value > 1) {
        items.push(plain(
            "No PodDisruptionBudget in these manifests protects its pods: draining nodes may take all of them away \
             at once.",
        ));
    }
    items
}

/// The names of the pods of a StatefulSet, and those of their claims.
fn names(know: &Knowledge, object: &Object, pods: &StatefulPods) -> Vec<Block> {
    let mut blocks = Vec::new();
    let service = pods.service.map(|service| know.node(service));
    let mention = || pods.service.map(|service| know.mention(service, &object.identity)).unwrap_or_default();
    let note = match service {
        None => Some(plain("It names no Service, so its pods have no DNS names of their own.")),
        Some(node) if node.state != State::Present => Some(concat(vec![
            mention(),
            plain(": until it is there, the pods have no DNS names of their own."),
        ])),
        Some(node) => {
            let address = node.object.as_ref().and_then(|object| object.value.at("spec.clusterIP"));
            let headless = address.and_then(Value::as_str) == Some("None");
            (!headless).then(|| {
                concat(vec![
                    mention(),
                    plain(" has an address of its own, so the DNS knows no single pods: it would need "),
                    vec![code("clusterIP: None"), text(".")],
                ])
            })
        }
    };
    blocks.extend(note.map(Block::Paragraph));
    if pods.count == 0 {
        return blocks;
    }
    let shown = usize::try_from(pods.count).unwrap_or(MOST_ROWS).min(MOST_ROWS);
    let templates = pods.claims.value.len() / usize::try_from(pods.count.min(1000)).unwrap_or(1).max(1);
    let every = usize::try_from(pods.count).unwrap_or(usize::MAX);
    let claims = |place: usize| -> Prose {
        let names =
            (0..templates).filter_map(|template| pods.claims.value.get(template.checked_mul(every)? + place));
        let names: Vec<Prose> = names.map(|name| vec![code(name)]).collect();
        if names.is_empty() { vec![muted("–")] } else { joined(names, "and") }
    };
    let rows = (0..shown).map(|place| {
        let name = pods.pod_name(&object.identity.name, i64::try_from(place).unwrap_or_default());
        let dns = pods.pod_dns.as_ref().and_then(|names| names.value.get(place));
        let dns = dns.map_or_else(|| vec![muted("–")], |name| vec![code(name)]);
        vec![vec![code(name)], dns, claims(place)]
    });
    let rows: Vec<Vec<Prose>> = rows.collect();
    let head = ["Pod", "DNS name", "Claims"].map(str::to_owned).to_vec();
    blocks.push(Block::Table(Table { caption: format!("Pods of {}", object.identity.title()), head, rows }));
    let more = every - shown;
    if more > 0 {
        let rest = count(more, "more pod", "more pods");
        blocks.push(Block::Paragraph(plain(format!("And {rest} with the numbers that follow."))));
    }
    blocks
}
