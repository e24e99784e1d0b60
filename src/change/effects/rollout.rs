//! Which workloads get new pods, and how; which do not although their template changed.

use super::{Area, Found, Scene, Severity, Whom, lines};
use crate::change::ObjectChange;
use crate::document::Value;
use crate::facts::controller::{Amount, Rollout, Strategy};
use crate::names::count;
use crate::topology::NodeIndex;

pub(super) fn find(scene: &Scene, found: &mut Found) {
    for (at, change) in scene.objects() {
        let Some((old, new)) = change.both() else { continue };
        let node = &scene.after().topology.nodes[new];
        let Some(template) = template(scene, new).filter(|_| replaces_pods(change)) else { continue };
        let mut fields = change.below(&template).peekable();
        if fields.peek().is_none()
            || found.refused.contains(&at)
            || scene.before().topology.nodes[old].pod.is_none()
        {
            continue;
        }
        let fields: Vec<_> = fields.collect();
        // A workload without pods has none to replace.
        let none = |side: crate::change::Side, index| {
            side.facts
                .controller(index)
                .and_then(|controller| controller.replicas.as_ref())
                .is_some_and(|replicas| replicas.least.value == 0)
        };
        if none(scene.after(), new) {
            continue;
        }
        let object = node.object.as_deref();
        let is = |path: &str| {
            object.and_then(|object| object.value.at(path)).and_then(Value::as_bool) == Some(true)
        };
        let controller = scene.after().facts.controller(new);
        let rollout = controller.and_then(|controller| controller.rollout.as_ref()).map(|known| &known.value);
        let stateful = controller.and_then(|controller| controller.stateful.as_ref());
        let (whom, because) = (scene.object(change), lines(fields.iter().copied()));
        let later = |reason: String, found: &mut Found, whom: Whom| {
            let message = format!("Its pods keep the old template: {reason}.");
            found.add(("restarts-later", Area::Rollout, Severity::Notice), whom, message, because.clone());
        };
        if is("spec.paused") {
            later("the rollout is paused".to_owned(), found, whom);
            continue;
        }
        match (rollout, stateful) {
            (Some(Rollout { strategy: Strategy::OnDelete, .. }), _) => {
                later(
                    "with strategy OnDelete each is replaced only after someone deletes it".to_owned(),
                    found,
                    whom,
                );
            }
            (_, Some(pods)) if pods.count > 0 && pods.kept >= pods.count => {
                later(format!("the partition {} holds all of them back", pods.kept), found, whom);
            }
            (Some(Rollout { strategy: Strategy::Recreate, .. }), _) => {
                found.replaced.insert(at);
                let message =
                    "All of its pods stop before the first new one starts: it is down in between.".to_owned();
                found.add(("recreates-pods", Area::Rollout, Severity::Warning), whom, message, because);
            }
            (rollout, stateful) => {
                found.replaced.insert(at);
                let kept = stateful.filter(|pods| pods.kept > 0);
                let kept = kept.map(|pods| {
                    format!(
                        " The partition leaves the first {} at the old version.",
                        count(usize::try_from(pods.kept).unwrap_or_default(), "pod", "pods")
                    )
                });
                let message = format!("{}{}", pace(rollout), kept.unwrap_or_default());
                found.add(("rolls-pods", Area::Rollout, Severity::Notice), whom, message, because);
            }
        }
    }
}

/// Whether a change of its template makes the controller of a kind replace the pods that run.
fn replaces_pods(change: &ObjectChange) -> bool {
    let identity = &change.identity;
    let is = |group: &str, kind: &str| identity.is(group, kind);
    is("apps", "Deployment")
        || is("apps", "StatefulSet")
        || is("apps", "DaemonSet")
        || is("argoproj.io", "Rollout")
        || is("apps.openshift.io", "DeploymentConfig")
}

/// The path of the pod template of a workload.
pub(super) fn template(scene: &Scene, new: NodeIndex) -> Option<String> {
    let path = scene.after().topology.nodes[new].pod.as_ref()?.path.to_string();
    path.strip_suffix(".spec").map(str::to_owned)
}

/// How many nodes get a new pod at a time, where each has one.
fn by_node(rollout: Option<&Rollout>) -> String {
    let nodes = |amount: &Amount| match amount {
        Amount::Pods(number) => count(usize::try_from(*number).unwrap_or_default(), "node", "nodes"),
        Amount::Percent(text) => format!("{text} of its nodes"),
    };
    let (surge, missing) =
        rollout.map_or((None, None), |one| (one.max_surge.as_ref(), one.max_unavailable.as_ref()));
    match (surge, missing) {
        (Some(surge), _) if surge.pods() != Some(0) => {
            format!(
                "Its pods are replaced on {} at a time; the old one stays until the new one is ready.",
                nodes(surge)
            )
        }
        (_, Some(missing)) if missing.pods() != Some(0) => {
            format!("Its pods are replaced on {} at a time; meanwhile there is none there.", nodes(missing))
        }
        _ => "All of its pods are replaced.".to_owned(),
    }
}

/// How many pods there are meanwhile.
fn pace(rollout: Option<&Rollout>) -> String {
    let Some(Rollout { min_available: Some(least), max_total: Some(most), replicas: Some(wanted), .. }) =
        rollout
    else {
        return by_node(rollout);
    };
    let pods = |number: i64| count(usize::try_from(number).unwrap_or_default(), "pod", "pods");
    match (least, wanted) {
        (_, 1) if *least > 0 => {
            "Its pod is replaced; the old one stays until the new one is ready.".to_owned()
        }
        (_, 1) => "Its pod is replaced; meanwhile none may be available.".to_owned(),
        _ => format!(
            "All of its {} are replaced: at least {least} stay available, at most {most} run meanwhile.",
            pods(*wanted)
        ),
    }
}
