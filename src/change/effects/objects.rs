//! Objects that come, go, get a new name from their content, or move to another version of their API.

use super::{Area, Found, Scene, Severity, lines};
use crate::catalog::{Relation, is_built_in};
use crate::change::{Fate, FieldChange, ObjectChange, Which};
use crate::facts::quoted;
use crate::names::english;
use crate::topology::State;
use std::collections::BTreeSet;

/// Longer values are left to the table.
const LONGEST_TOLD: usize = 60;

pub(super) fn find(scene: &Scene, found: &mut Found) {
    fates(scene, found);
    needed(scene, found);
    unexplained(scene, found);
}

/// Workloads that still name an object that is gone, without which their pods do not start.
fn needed(scene: &Scene, found: &mut Found) {
    let (old, new) = (scene.before().topology, scene.after().topology);
    // Advice tells what is optional from what is not.
    let advice = scene.change.advice_new.iter().filter(|finding| finding.rule.code == "missing-object");
    let lacking: BTreeSet<_> = advice.map(|finding| finding.node).collect();
    let gone = scene.objects().filter(|(_, change)| change.change == Fate::Removed);
    for index in gone.filter_map(|(_, change)| change.old) {
        let identity = &old.nodes[index].identity;
        let starts = ["ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount"];
        if !identity.group.is_empty() || !starts.contains(&&*identity.kind) {
            continue;
        }
        let wanted = scene.pairing.followed(Which::Old, identity);
        let left = new.nodes.iter().position(|node| {
            node.state == State::Missing && scene.pairing.canonical(Which::New, &node.identity) == wanted
        });
        for edge in left.into_iter().flat_map(|left| new.to(left)) {
            let stays = scene.workloads().any(|(_, workload)| workload == edge.from);
            if !stays || !lacking.contains(&edge.from) {
                continue;
            }
            let message = format!(
                "It still names {} {}, which is gone: its new pods do not start without it.",
                identity.kind,
                quoted(&identity.name)
            );
            let mut because = scene.edge(Which::New, edge);
            because.extend(scene.whole(Which::Old, index));
            let kind = ("reference-broken", Area::Availability, Severity::Warning);
            found.add(kind, scene.whom(Which::New, edge.from), message, because);
        }
    }
}

/// Objects that a controller acts on, and that no other rule says anything of: that nothing happens would be wrong.
fn unexplained(scene: &Scene, found: &mut Found) {
    let told: BTreeSet<String> = found.effects.iter().map(|effect| effect.subject.clone()).collect();
    for (at, change) in scene.objects() {
        let Some((_, new)) = change.both().filter(|_| change.change == Fate::Changed) else { continue };
        let node = scene.node(Which::New, new);
        let is_custom = !is_built_in(&node.identity.group);
        let acts = is_custom
            || node.identity.is("", "Service")
            || node.identity.is("autoscaling", "HorizontalPodAutoscaler");
        // What it applies is compared by itself.
        let applies = scene.after().topology.from(new).any(|edge| edge.relation == Relation::Applies);
        if !acts
            || applies
            || node.pod.is_some()
            || found.refused.contains(&at)
            || told.contains(&change.subject)
        {
            continue;
        }
        let fields: Vec<&FieldChange> = meant(change).collect();
        if fields.is_empty() {
            continue;
        }
        let words: Vec<String> = fields.iter().map(|field| said(field)).collect();
        let end = match is_custom {
            true => "; what its controller makes of that, these manifests do not show",
            false => "",
        };
        let message = format!("{}{end}.", english::list_up_to(4, &words));
        let kind = ("configuration-changed", Area::Configuration, Severity::Notice);
        found.add(kind, scene.object(change), english::capital(&message), lines(fields));
    }
}

/// The fields that somebody acts on: not labels, notes, nor what follows from others.
fn meant(change: &ObjectChange) -> impl Iterator<Item = &FieldChange> {
    let is_meant = |field: &&FieldChange| {
        !field.is_default && !field.field.starts_with("metadata") && field.field != "apiVersion"
    };
    change.fields.iter().filter(is_meant)
}

/// ``spec.externalName` is `b.example` instead of `a.example``.
fn said(field: &FieldChange) -> String {
    let short = |value: &serde_json::Value| {
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Number(number) => number.to_string(),
            serde_json::Value::Bool(yes) => yes.to_string(),
            _ => return None,
        };
        let is_plain = !text.is_empty() && !text.contains(['\n', '`']);
        (is_plain && text.chars().count() <= LONGEST_TOLD).then(|| quoted(&text))
    };
    let name = quoted(&field.field);
    match (field.old.is_null(), field.new.is_null(), short(&field.old), short(&field.new)) {
        (true, _, _, Some(new)) => format!("{name} is {new} now"),
        (_, true, Some(old), _) => format!("{name} is no longer {old}"),
        (_, _, Some(old), Some(new)) => format!("{name} is {new} instead of {old}"),
        _ => format!("{name} changed"),
    }
}

/// Objects that come, go, are renamed, or move.
fn fates(scene: &Scene, found: &mut Found) {
    for (_, change) in scene.objects() {
        let notice = |code| (code, Area::Configuration, Severity::Notice);
        let whom = || scene.object(change);
        match (change.change, change.old, change.new) {
            (Fate::Added, _, Some(new)) => {
                let message = "It is new.".to_owned();
                found.add(notice("object-added"), whom(), message, scene.whole(Which::New, new));
            }
            (Fate::Removed, Some(old), _) => {
                let message =
                    "It is no longer in the manifests; whether it is deleted depends on what applies them."
                        .to_owned();
                found.add(notice("object-removed"), whom(), message, scene.whole(Which::Old, old));
            }
            (Fate::Renamed, Some(old), Some(new)) => {
                let was = &scene.node(Which::Old, old).identity.name;
                let message = format!(
                    "It has a new name because its content changed; it was {}. What names it follows.",
                    quoted(was)
                );
                found.add(notice("renamed-by-content"), whom(), message, scene.whole(Which::New, new));
            }
            _ => {}
        }
        let versions: Vec<_> = change.fields.iter().filter(|field| field.field == "apiVersion").collect();
        if let (Some(field), Some(_)) = (versions.first(), change.both()) {
            let text = |value: &serde_json::Value| quoted(value.as_str().unwrap_or_default());
            let message = format!(
                "It is written in {} instead of {}: the object stays the same one.",
                text(&field.new),
                text(&field.old)
            );
            found.add(notice("moved-api-version"), whom(), message, lines(versions));
        }
    }
}
