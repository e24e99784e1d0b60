//! How many pods there are, what they reserve, and which of them go first when a node runs out of memory.

use super::{Area, Found, Scene, Severity, Whom, lines};
use crate::change::Because;
use crate::change::Which;
use crate::facts::controller::{bounds, replicas};
use crate::facts::quantity::{Quantity, core_words, size_words};
use crate::topology::NodeIndex;

pub(super) fn find(scene: &Scene, found: &mut Found) {
    for (old, new) in scene.workloads() {
        copies(scene, old, new, found);
        reserved(scene, old, new, found);
        class(scene, old, new, found);
    }
    for (_, change) in scene.objects() {
        let Some((old, new)) = change.both() else { continue };
        let (was, is) = (bounds(scene.node(Which::Old, old)), bounds(scene.node(Which::New, new)));
        let (Some(was), Some(is)) = (was, is) else { continue };
        if (was.least, was.most) != (is.least, is.most) {
            let range = |least: i64, most: Option<i64>| match most {
                Some(most) => format!("{least} to {most}"),
                None => format!("at least {least}"),
            };
            let message = format!(
                "It keeps {} copies; it was {}.",
                range(is.least, is.most),
                range(was.least, was.most)
            );
            let kind = ("copies-changed", Area::Availability, Severity::Notice);
            found.add(kind, scene.object(change), message, lines(change.below("spec")));
        }
    }
}

/// The fields of a workload that differ and tell of its number of pods or of their resources, else its first line.
fn because(scene: &Scene, new: NodeIndex, words: &[&str]) -> Vec<Because> {
    let changes = scene.objects().filter(|(_, change)| change.new == Some(new));
    let fields = changes.flat_map(|(_, change)| change.fields.iter());
    let fields = lines(fields.filter(|field| words.iter().any(|word| field.field.contains(word))));
    if fields.is_empty() { scene.whole(Which::New, new) } else { fields }
}

fn copies(scene: &Scene, old: NodeIndex, new: NodeIndex, found: &mut Found) {
    let of = |which: Which, index| replicas(scene.change.side(which).topology, index);
    let (Some(was), Some(is)) = (of(Which::Old, old), of(Which::New, new)) else { return };
    // What an autoscaler says is told of that.
    let scaled = was.scaler.is_some() && is.scaler.is_some();
    if scaled || (was.least.value, was.scaler.is_some()) == (is.least.value, is.scaler.is_some()) {
        return;
    }
    let words = |replicas: &crate::facts::controller::Replicas| match replicas.scaler {
        Some(_) => format!("as many copies as an autoscaler says, from {} on", replicas.least.value),
        None => {
            format!("{} {}", replicas.least.value, if replicas.least.value == 1 { "copy" } else { "copies" })
        }
    };
    let message = format!("It runs {}; it was {}.", words(&is), words(&was));
    let kind = ("copies-changed", Area::Availability, Severity::Notice);
    found.add(kind, scene.whom(Which::New, new), message, because(scene, new, &["replicas"]));
}

/// What all pods of a workload reserve together.
fn reserved(scene: &Scene, old: NodeIndex, new: NodeIndex, found: &mut Found) {
    let of = |which: Which, index| {
        let side = scene.change.side(which);
        let copies = replicas(side.topology, index).map_or(1, |replicas| replicas.least.value);
        let requests = &side.facts.of(index)?.resources.requests.value;
        let of = |name: &str| requests.get(name).unwrap_or_default().times(copies);
        Some((of("cpu"), of("memory")))
    };
    let (Some(was), Some(is)) = (of(Which::Old, old), of(Which::New, new)) else { return };
    let mut words = Vec::new();
    for (from, to, say) in [
        (was.0, is.0, (|amount: Quantity| core_words(amount.millis())) as fn(Quantity) -> String),
        (
            was.1,
            is.1,
            (|amount: Quantity| format!("{} of memory", size_words(amount.units())))
                as fn(Quantity) -> String,
        ),
    ] {
        if from != to {
            words.push(match (from.is_zero(), to.is_zero()) {
                (true, _) => format!("{} instead of nothing", say(to)),
                (_, true) => format!("nothing instead of {}", say(from)),
                _ => format!("{} instead of {}", say(to), say(from)),
            });
        }
    }
    if words.is_empty() {
        return;
    }
    let message = format!("All of its pods together reserve {}.", words.join(", and "));
    let kind = ("capacity-changed", Area::Capacity, Severity::Notice);
    let because = because(scene, new, &["replicas", "resources", "minReplicas"]);
    let Whom { subject, environment } = scene.whom(Which::New, new);
    found.add(kind, Whom { subject, environment }, message, because);
}

fn class(scene: &Scene, old: NodeIndex, new: NodeIndex, found: &mut Found) {
    let of = |which: Which, index| Some(scene.change.side(which).facts.of(index)?.resources.qos.value);
    let (Some(was), Some(is)) = (of(Which::Old, old), of(Which::New, new)) else { return };
    if was == is {
        return;
    }
    let message = format!(
        "Its quality of service is {} now, instead of {}: that decides which pods a node ends first when it runs out of memory.",
        is.name(),
        was.name()
    );
    let kind = ("qos-changed", Area::Capacity, Severity::Notice);
    found.add(kind, scene.whom(Which::New, new), message, because(scene, new, &["resources"]));
}
