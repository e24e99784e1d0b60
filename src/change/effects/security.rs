//! The Pod Security level of workloads, and tokens of the Kubernetes API in their containers.

use super::{Area, Found, Scene, Severity, lines};
use crate::change::{FieldChange, Which};
use crate::facts::quoted;
use crate::facts::security::Level;
use crate::names::english;
use crate::topology::NodeIndex;

pub(super) fn find(scene: &Scene, found: &mut Found) {
    for (old, new) in scene.workloads() {
        let (Some(before), Some(after)) = (scene.before().facts.of(old), scene.after().facts.of(new)) else {
            continue;
        };
        let (was, is) = (&before.security.standard, &after.security.standard);
        if was.level != is.level {
            level(scene, new, (was.level, is.level), found);
        }
        token(scene, old, new, found);
    }
}

/// How much a level allows: the least first.
fn freedom(level: Level) -> usize {
    match level.word() {
        "restricted" => 0,
        "baseline" => 1,
        _ => 2,
    }
}

fn level(scene: &Scene, new: NodeIndex, (was, is): (Level, Level), found: &mut Found) {
    let facts = scene.after().facts.of(new);
    let because: Vec<&FieldChange> = scene
        .objects()
        .filter(|(_, change)| change.new == Some(new))
        .flat_map(|(_, change)| change.fields.iter())
        .filter(|field| is_about_security(&field.field))
        .collect();
    let because = if because.is_empty() { scene.whole(Which::New, new) } else { lines(because) };
    let whom = scene.whom(Which::New, new);
    if freedom(is) > freedom(was) {
        let broken: Vec<String> = facts
            .map(|facts| facts.security.standard.of(was).map(|violation| quoted(violation.check)).collect())
            .unwrap_or_default();
        let why = if broken.is_empty() {
            String::new()
        } else {
            format!(": it breaks {}", english::list_up_to(5, &broken))
        };
        let message =
            format!("It met the Pod Security level {} and now only {}{why}.", was.word(), is.word());
        let severity = if freedom(is) == 2 { Severity::Danger } else { Severity::Warning };
        found.add(("level-lowered", Area::Privilege, severity), whom, message, because);
    } else {
        let message =
            format!("It meets the Pod Security level {} now, instead of {}.", is.word(), was.word());
        found.add(("level-raised", Area::Privilege, Severity::Notice), whom, message, because);
    }
}

fn is_about_security(path: &str) -> bool {
    [
        "securityContext",
        "hostNetwork",
        "hostPID",
        "hostIPC",
        "hostPort",
        "hostPath",
        "hostProcess",
        "procMount",
        "volumes",
    ]
    .iter()
    .any(|word| path.contains(word))
}

/// Containers that get a token of the Kubernetes API, or no longer do.
fn token(scene: &Scene, old: NodeIndex, new: NodeIndex, found: &mut Found) {
    let mounted = |which: Which, index: NodeIndex| {
        let side = scene.change.side(which);
        let (pod, facts) = (side.topology.nodes[index].pod.as_deref()?, side.facts.of(index)?);
        Some((0..pod.containers.len()).any(|position| facts.security.account.is_mounted_into(pod, position)))
    };
    let (was, is) = (mounted(Which::Old, old), mounted(Which::New, new));
    if was == is || was.is_none() || is.is_none() {
        return;
    }
    let (code, level, message) = match is {
        Some(true) => {
            ("token-mounted", Severity::Warning, "Its containers get a token of the Kubernetes API now.")
        }
        _ => {
            ("token-removed", Severity::Notice, "Its containers no longer get a token of the Kubernetes API.")
        }
    };
    found.add(
        (code, Area::Privilege, level),
        scene.whom(Which::New, new),
        message.to_owned(),
        scene.whole(Which::New, new),
    );
}
