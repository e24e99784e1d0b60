//! How a new version of a workload replaces the old one, and what changes the number of its pods.

mod scaling;
mod stateful;

use super::runs;
use crate::catalog::FieldPath;
use crate::diagram::View;
use crate::document::Value;
use crate::facts::controller::{Amount, Rollout, Strategy, span_words};
use crate::model::Object;
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, marked, plain, text};
use crate::page::workload::diagrams;
use crate::page::{Block, Prose, object as any_object};
use crate::topology::{NodeIndex, Pod};

/// The heading of the section.
pub fn title(know: &Knowledge, index: NodeIndex, object: &Object) -> &'static str {
    match &*object.identity.kind {
        _ if know.facts.controller(index).is_none() => "What its fields say",
        "Job" | "CronJob" => "Runs and retries",
        _ => "Updates and scaling",
    }
}

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let Some(controller) = know.facts.controller(index) else {
        let mut items = any_object::explanations(know, object);
        if know.node(index).has_unread_copies() {
            items.insert(0, uncounted(know, object));
        }
        let list = (!items.is_empty()).then_some(Block::List { ordered: false, items });
        return list.into_iter().collect();
    };
    if let Some(run) = &controller.job {
        let mut blocks = runs::blocks(know, index, object, run, controller.cron.as_ref());
        blocks.extend(super::listed_items(any_object::explanations(know, object)));
        return blocks;
    }
    let mut items: Vec<Prose> = Vec::new();
    if let Some(known) = &controller.rollout {
        let mut item = match &controller.stateful {
            Some(pods) => stateful::update(&known.value, pods),
            None => match know.pod(index).and_then(|(_, facts)| controller.port_that_stops_surge(facts)) {
                Some(port) => plain(format!(
                    "An update never ends: on each node the new pod starts beside the old one, and waits for port {} of the node, which \
                     the old one has",
                    port.value
                )),
                None => update(object, &known.value),
            },
        };
        if known.value.replicas == Some(0) || known.value.strategy != Strategy::RollingUpdate {
            item.push(text("."));
        } else {
            item.extend(concat(vec![plain(" ("), marked(&known.why), plain(").")]));
        }
        item.extend([text(" "), know.source(object, &known.field)]);
        items.push(item);
        items.extend(readiness(know, object, pod, &known.value));
    } else if let Some(taken) = &know.node(index).taken {
        items.push(concat(vec![
            know.mention(taken.by, &object.identity),
            plain(" runs and replaces the pods, in steps of its own: this one only holds their template."),
        ]));
    } else if matches!(&*object.identity.kind, "Deployment" | "StatefulSet" | "DaemonSet") {
        items.push(match know.node(index).has_unread_copies() {
            true => uncounted(know, object),
            false => unreadable(know, object),
        });
    } else if matches!(&*object.identity.kind, "ReplicaSet" | "ReplicationController") {
        let words =
            "A change of the template reaches only pods that are made later: running ones stay as they are. ";
        items.push(vec![text(words), know.source(object, &FieldPath::of("spec.template"))]);
        items.extend(settled(know, object));
    }
    items.extend(controller.stateful.iter().filter_map(|pods| stateful::order(know, object, pods)));
    items.extend(
        controller.replicas.iter().filter_map(|replicas| scaling::scaling(know, index, object, replicas)),
    );
    items.extend(scaling::disruptions(know, index, controller.replicas.as_ref()));
    items.extend(any_object::explanations(know, object));
    let mut blocks = Vec::new();
    if !items.is_empty() {
        blocks.push(Block::List { ordered: false, items });
    }
    blocks.extend(controller.stateful.iter().flat_map(|pods| stateful::names(know, object, pods)));
    blocks.extend(Block::fold("A picture of an update", diagrams(know, index, &[View::Rollout])));
    blocks
}

fn pods(number: i64) -> String {
    count(usize::try_from(number).unwrap_or(0), "pod", "pods")
}

/// `1 pod stays`, `3 pods stay`.
fn verb(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", pods(number), if number == 1 { one } else { many })
}

/// Said where the number of copies is none.
fn uncounted(know: &Knowledge, object: &Object) -> Prose {
    vec![
        text("How many copies run, and how an update goes, is unknown: the number of copies is unreadable. "),
        know.source(object, &FieldPath::of("spec.replicas")),
    ]
}

/// Said where Kubernetes knows no such strategy.
fn unreadable(know: &Knowledge, object: &Object) -> Prose {
    let key = if &*object.identity.kind == "Deployment" { "spec.strategy" } else { "spec.updateStrategy" };
    vec![
        text(
            "Kubernetes turns its update strategy away: the type must be one that it knows, and each limit a whole number or a percentage. ",
        ),
        know.source(object, &FieldPath::of(key)),
    ]
}

/// What an update does to the pods of a Deployment or a DaemonSet, without the full stop.
fn update(object: &Object, rollout: &Rollout) -> Prose {
    if &*object.identity.kind == "DaemonSet" {
        return plain(update_of_nodes(rollout));
    }
    let wanted = rollout.replicas.unwrap_or_default();
    if wanted == 0 {
        return plain("An update replaces no pod, because it is scaled to 0 copies");
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
    let comma = if rollout.min_available == Some(0) { "," } else { "" };
    let most = format!("at most {}, not counting those that are shutting down", verb(most, "runs", "run"));
    let reason = match (more, fewer) {
        (_, 0) => "a new one must be ready before an old one goes".to_owned(),
        (0, _) => "an old one goes before a new one starts".to_owned(),
        (_, 1) => "1 old one may go before a new one is ready".to_owned(),
        (_, fewer) => {
            let old = count(usize::try_from(fewer).unwrap_or(0), "old one", "old ones");
            format!("{old} may go before new ones are ready")
        }
    };
    plain(format!("{least}{comma} and {most}: {reason}"))
}

/// What an update does to the pods of a DaemonSet, without the full stop.
fn update_of_nodes(rollout: &Rollout) -> String {
    let nodes = |amount: &Amount| match amount {
        Amount::Pods(number) => {
            format!("at most {} at a time", count(usize::try_from(*number).unwrap_or(0), "node", "nodes"))
        }
        Amount::Percent(share) if share == "100%" => "all nodes at the same time".to_owned(),
        Amount::Percent(share) => format!("at most {share} of the nodes (rounded up) at a time"),
    };
    let none = Amount::Pods(0);
    let surge = rollout.max_surge.as_ref().unwrap_or(&none);
    let unavailable = rollout.max_unavailable.as_ref().unwrap_or(&none);
    match (rollout.strategy, surge.is_zero(), unavailable.is_zero()) {
        (Strategy::OnDelete, ..) => {
            "An update reaches a node only after someone deletes the pod there".to_owned()
        }
        (_, true, false) => format!(
            "An update takes the pod away from {}: the old one stops before the new one starts",
            nodes(unavailable)
        ),
        (_, false, true) => format!(
            "An update leaves no node without a pod: on {} the new one starts beside the old one, \
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
            "A version that starts and cannot answer replaces the old one all the same: no container has a readiness \
             or startup probe.",
        ));
    }
    items.extend(settled(know, object));
    if &*object.identity.kind == "Deployment" {
        if object.value.at("spec.paused").and_then(Value::as_bool) == Some(true) {
            let source = know.source(object, &FieldPath::of("spec.paused"));
            items.push(vec![
                text(
                    "It is paused: a change of the template reaches its pods only once someone resumes it. ",
                ),
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
    items.extend(history(know, object));
    items
}

/// How long a new pod must be ready before it counts.
fn settled(know: &Knowledge, object: &Object) -> Option<Prose> {
    let field = FieldPath::of("spec.minReadySeconds");
    let seconds = field.find(&object.value).and_then(Value::as_i64).filter(|seconds| *seconds > 0)?;
    let words = format!("A new pod counts as available once it has been ready for {}. ", span_words(seconds));
    Some(vec![text(words), know.source(object, &field)])
}

/// How many old versions there are to go back to, where the manifest says so.
fn history(know: &Knowledge, object: &Object) -> Option<Prose> {
    let field = FieldPath::of("spec.revisionHistoryLimit");
    let number = field.find(&object.value).and_then(Value::as_i64).filter(|number| *number >= 0)?;
    let words = match number {
        0 => "Kubernetes keeps no old version, so nothing can go back to one with ".to_owned(),
        1 => "Kubernetes keeps the last old version to go back to with ".to_owned(),
        many => format!("Kubernetes keeps the last {many} old versions to go back to with "),
    };
    Some(vec![text(words), code("kubectl rollout undo"), text(". "), know.source(object, &field)])
}
