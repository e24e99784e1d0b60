//! The order in which a pod's containers start and end.
//!
//! Sources: kubernetes.io, "Init containers", "Sidecar containers" and "Pod lifecycle" (termination with sidecars);
//! KEP-753; `k8s.io/kubernetes/pkg/kubelet/kuberuntime/kuberuntime_manager.go`, `SyncPod`, and `kuberuntime_container.go`,
//! `startContainer` (it returns when the `postStart` hook has ended, and the next container starts then); `k8s.io/kubernetes/pkg/kubelet/kuberuntime/kuberuntime_termination_order.go`.

use super::hook::{Hook, post_start};
use crate::facts::{Known, quoted};
use crate::topology::{Container, ContainerKind, Pod};

/// Containers that start or end together, by their index in [`Pod::containers`].
pub type Phase = Vec<usize>;

/// Init containers and sidecars one by one in their order, then all app containers together, unless a hook of one holds
/// back those behind it; those that are steps one by one after the others. Ephemeral containers come later, if somebody
/// adds them to a running pod, and have no turn.
pub(super) fn startup(pod: &Pod) -> Known<Vec<Phase>> {
    let early = |kind| matches!(kind, ContainerKind::Init | ContainerKind::Sidecar);
    let mut phases: Vec<Phase> = indexes(pod, early).map(|index| vec![index]).collect();
    let has_early = !phases.is_empty();
    let (steps, beside): (Vec<usize>, Vec<usize>) =
        indexes(pod, |kind| kind == ContainerKind::App).partition(|&index| pod.step(index).is_some());
    let holder = beside.iter().take(beside.len().saturating_sub(1)).copied();
    let holder = holder.into_iter().find(|&app| holds_back(&pod.containers[app]));
    phases.extend(in_turn(pod, beside));
    phases.extend(steps.iter().map(|&step| vec![step]));
    let (why, field) = if let Some(&first) = steps.first() {
        let why = "the steps run one after another, each once the one before it has ended";
        return Known::new(phases, why, pod.containers[first].path.clone());
    } else if let Some(holder) = holder {
        let container = &pod.containers[holder];
        let early = if has_early { "the app containers start after `initContainers`, and " } else { "" };
        let why = format!(
            "{early}each container after {} waits until the {} hook of that one has ended",
            quoted(&container.key),
            quoted("postStart")
        );
        return Known::new(phases, why, container.path.key("lifecycle").key("postStart"));
    } else if has_early {
        (
            "each of `initContainers` waits for the one before it, an init container until it has exited with 0, a \
             sidecar until it has started; then all app containers start together",
            "initContainers",
        )
    } else {
        ("nothing comes before the app containers, which start together", "containers")
    };
    Known::new(phases, why, pod.path.key(field))
}

/// All app containers together, then the sidecars one by one, the last of them first. Init containers are over by
/// then, and absent.
pub(super) fn termination(pod: &Pod) -> Known<Vec<Phase>> {
    let mut sidecars: Vec<Phase> =
        indexes(pod, |kind| kind == ContainerKind::Sidecar).map(|index| vec![index]).collect();
    sidecars.reverse();
    let has_sidecars = !sidecars.is_empty();
    let phases: Vec<Phase> = apps(pod).into_iter().chain(sidecars).collect();
    let (why, field) = if has_sidecars {
        ("sidecars end one by one in reverse order, after the last app container", "initContainers")
    } else {
        ("app containers are told to end together", "containers")
    };
    Known::new(phases, why, pod.path.key(field))
}

/// Whether the containers behind one wait for a hook of it: the kubelet starts a container only after the start of the
/// one before, and that includes its `postStart`.
pub fn holds_back(container: &Container) -> bool {
    !matches!(post_start(container), None | Some(Hook::Nothing | Hook::Sleep(0)))
}

/// App containers in the order of the manifest, up to and with each that holds back those behind it.
fn in_turn(pod: &Pod, apps: Vec<usize>) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    let mut waits = true;
    for app in apps {
        match phases.last_mut().filter(|_| !waits) {
            Some(phase) => phase.push(app),
            None => phases.push(vec![app]),
        }
        waits = holds_back(&pod.containers[app]);
    }
    phases
}

fn apps(pod: &Pod) -> Option<Phase> {
    Some(indexes(pod, |kind| kind == ContainerKind::App).collect()).filter(|apps: &Phase| !apps.is_empty())
}

fn indexes(pod: &Pod, is: impl Fn(ContainerKind) -> bool) -> impl Iterator<Item = usize> {
    pod.containers.iter().enumerate().filter(move |(_, container)| is(container.kind)).map(|(index, _)| index)
}
