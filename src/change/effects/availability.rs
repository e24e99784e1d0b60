//! When failures are noticed, how many pods may go at once, how long they have to stop, and when jobs run.

use super::{Area, Found, Scene, Severity, lines};
use crate::change::{Fate, FieldChange, ObjectChange, Which};
use crate::facts::lifecycle::ContainerLifecycle;
use crate::names::count;
use crate::topology::NodeIndex;

pub(super) fn find(scene: &Scene, found: &mut Found) {
    for (_, change) in scene.objects() {
        match change.both() {
            Some((old, new)) => {
                notices(scene, change, (old, new), found);
                grace(scene, change, (old, new), found);
                budget(scene, change, (old, new), found);
                schedule(scene, change, (old, new), found);
            }
            None => budget_alone(scene, change, found),
        }
    }
}

/// Probes that notice a failure later or earlier.
fn notices(scene: &Scene, change: &ObjectChange, (old, new): (NodeIndex, NodeIndex), found: &mut Found) {
    let (Some(before), Some(after)) =
        (scene.node(Which::Old, old).pod.as_deref(), scene.node(Which::New, new).pod.as_deref())
    else {
        return;
    };
    let (Some(was), Some(is)) = (scene.before().facts.of(old), scene.after().facts.of(new)) else { return };
    for (position, container) in after.containers.iter().enumerate() {
        let Some(earlier) = before.containers.iter().position(|other| other.key == container.key) else {
            continue;
        };
        let (Some(was), Some(is)) =
            (was.lifecycle.containers.get(earlier), is.lifecycle.containers.get(position))
        else {
            continue;
        };
        let path = container.path.to_string();
        for (what, probe, from, to) in [
            ("A hang is noticed", "livenessProbe", hang(was), hang(is)),
            ("A pod that is not ready stops getting requests", "readinessProbe", unready(was), unready(is)),
        ] {
            let fields: Vec<&FieldChange> =
                change.below(&path).filter(|field| field.field.contains(probe)).collect();
            if from == to || fields.is_empty() {
                continue;
            }
            let seconds = |seconds: Option<i64>| seconds.map(|seconds| format!("after at most {seconds} s"));
            let message = match (seconds(from), seconds(to)) {
                (Some(from), Some(to)) => format!("{what} {to}; it was {from}."),
                (Some(from), None) => format!("{what} no more; it was {from}."),
                (None, Some(to)) => format!("{what} {to} now; before, it was not."),
                (None, None) => continue,
            };
            // Without a probe nobody ever notices.
            let is_slower = to.unwrap_or(i64::MAX) > from.unwrap_or(i64::MAX);
            let (code, level) = match is_slower {
                true => ("slower-to-notice", Severity::Warning),
                false => ("faster-to-notice", Severity::Notice),
            };
            let whom = scene.container(Which::New, new, &container.key);
            found.add((code, Area::Availability, level), whom, message, lines(fields));
        }
    }
}

fn hang(container: &ContainerLifecycle) -> Option<i64> {
    container.liveness.as_ref().map(|liveness| liveness.value.detect_max_s)
}

fn unready(container: &ContainerLifecycle) -> Option<i64> {
    container.readiness_removal_max_s.as_ref().map(|seconds| seconds.value)
}

fn grace(scene: &Scene, change: &ObjectChange, (old, new): (NodeIndex, NodeIndex), found: &mut Found) {
    let of = |which: Which, index| Some(scene.change.side(which).facts.of(index)?.lifecycle.grace_s.value);
    let (Some(was), Some(is)) = (of(Which::Old, old), of(Which::New, new)) else { return };
    let fields: Vec<_> =
        change.fields.iter().filter(|field| field.field.ends_with("terminationGracePeriodSeconds")).collect();
    if was == is || fields.is_empty() {
        return;
    }
    let message = format!("Its pods have {is} s to stop before they are killed; it was {was} s.");
    found.add(
        ("grace-changed", Area::Availability, Severity::Notice),
        scene.object(change),
        message,
        lines(fields),
    );
}

/// How many pods drains may take at once.
fn budget(scene: &Scene, change: &ObjectChange, (old, new): (NodeIndex, NodeIndex), found: &mut Found) {
    let allowed = |which: Which, index| {
        let controller = scene.change.side(which).facts.controller(index)?;
        controller.budget.as_ref()?.disruptions.value.allowed
    };
    let (Some(was), Some(is)) = (allowed(Which::Old, old), allowed(Which::New, new)) else { return };
    if was == is {
        return;
    }
    let pods = |number: i64| count(usize::try_from(number).unwrap_or_default(), "pod", "pods");
    let message = format!("Drains may take {} at once; it was {was}.", pods(is));
    let (code, level) = if is > was {
        ("budget-weakened", Severity::Warning)
    } else {
        ("budget-strengthened", Severity::Notice)
    };
    found.add((code, Area::Availability, level), scene.object(change), message, lines(change.below("spec")));
}

/// A budget that comes or goes while its pods stay.
fn budget_alone(scene: &Scene, change: &ObjectChange, found: &mut Found) {
    if !change.identity.is("policy", "PodDisruptionBudget") {
        return;
    }
    let (which, index) = match (change.old, change.new) {
        (Some(index), None) => (Which::Old, index),
        (None, Some(index)) => (Which::New, index),
        _ => return,
    };
    let side = scene.change.side(which);
    let stays = side.topology.from(index).any(|edge| {
        scene.workloads().any(|(old, new)| edge.to == if which == Which::Old { old } else { new })
    });
    if !stays {
        return;
    }
    let (code, level, message) = match change.change {
        Fate::Removed => {
            ("budget-weakened", Severity::Warning, "Without it, drains may take all of its pods at once.")
        }
        _ => ("budget-strengthened", Severity::Notice, "Drains may no longer take all of its pods at once."),
    };
    found.add(
        (code, Area::Availability, level),
        scene.object(change),
        message.to_owned(),
        scene.whole(which, index),
    );
}

fn schedule(scene: &Scene, change: &ObjectChange, (old, new): (NodeIndex, NodeIndex), found: &mut Found) {
    let words = |which: Which, index| {
        let cron = scene.change.side(which).facts.controller(index)?.cron.as_ref()?;
        Some(cron.words().unwrap_or_else(|| format!("on schedule `{}`", cron.written)))
    };
    let fields: Vec<_> = change
        .fields
        .iter()
        .filter(|field| matches!(field.field.as_str(), "spec.schedule" | "spec.timeZone"))
        .collect();
    let (Some(was), Some(is)) = (words(Which::Old, old), words(Which::New, new)) else { return };
    if !fields.is_empty() {
        let message = format!("It runs {is}; before, it ran {was}.");
        found.add(
            ("schedule-changed", Area::Availability, Severity::Notice),
            scene.object(change),
            message,
            lines(fields),
        );
    }
}
