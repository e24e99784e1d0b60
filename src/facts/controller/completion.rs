//! Whether the helpers of a Job's pod let it finish: native sidecars do, an app container that never ends does not.

use crate::catalog::{FieldPath, ImagePart};
use crate::facts::known::{Known, quoted};
use crate::facts::role::ContainerRole;
use crate::facts::scene::Scene;
use crate::topology::{Container, ContainerKind, Pod};

/// Whether the helpers of a Job's pod let it finish.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// Whether the pod can succeed once its work is done.
    pub completes: Known<bool>,
    /// The app containers that keep it from that, by their index in the pod, each with what shows that it never ends.
    pub blockers: Vec<(usize, String)>,
}

/// What in a command line shows that it never ends.
const ENDLESS: [&str; 10] = [
    "tail -f",
    "tail -F",
    "sleep infinity",
    "sleep inf",
    "while true",
    "while :",
    "while [ true",
    "while [ 1",
    "while sleep",
    "until false",
];

/// Kubernetes ends native sidecars once the app containers are done; every app container must end by itself. It applies
/// where the pod has a native sidecar, or an app container beside the main one that shows no end: a program known to
/// serve, an endless command, a port, a probe, or a part as the helper of another container (a classic sidecar: it works
/// as long as the other one may). An app container that shows nothing of that, or that another one may stop, is taken to
/// end.
///
/// Source: kubernetes.io, "Sidecar Containers", "Jobs with sidecar containers"; KEP-753.
pub(super) fn derive(scene: &Scene, roles: &[ContainerRole]) -> Option<Completion> {
    let pod = scene.node().pod.as_deref()?;
    let sidecar = pod.containers.iter().find(|container| container.kind == ContainerKind::Sidecar);
    let blockers = blockers(scene, pod, roles);
    let containers = pod.path.key("containers");
    let completes = match (blockers.first(), sidecar) {
        (Some((first, evidence)), _) => {
            let container = &pod.containers[*first];
            let why = format!("app container {} never ends: {evidence}", quoted(&container.key));
            Known::new(false, why, container.path.clone())
        }
        (None, Some(sidecar)) => {
            let why =
                format!("Kubernetes ends sidecar {} once the app containers are done", quoted(&sidecar.key));
            Known::new(true, why, sidecar_field(sidecar, &containers))
        }
        (None, None) => return None,
    };
    Some(Completion { completes, blockers })
}

fn sidecar_field(sidecar: &Container, containers: &FieldPath) -> FieldPath {
    if sidecar.path == FieldPath::root() { containers.clone() } else { sidecar.path.key("restartPolicy") }
}

/// The app containers beside the main one that show no end. A lone app container is the work itself.
fn blockers(scene: &Scene, pod: &Pod, roles: &[ContainerRole]) -> Vec<(usize, String)> {
    if pod.apps().count() < 2 || may_be_stopped(pod) {
        return Vec::new();
    }
    let beside = pod.containers.iter().zip(roles).enumerate().filter(|(_, (container, role))| {
        container.kind == ContainerKind::App && **role != ContainerRole::Main
    });
    let shown =
        beside.filter_map(|(index, (container, role))| Some((index, endless(scene, container, *role)?)));
    let shown: Vec<(usize, String)> = shown.collect();
    // Where every app container looks endless, none of them is a helper of the others: nothing is known.
    if shown.len() == pod.apps().count() { Vec::new() } else { shown }
}

/// Whether one container may end another: by a signal, in shared processes, or by a request that asks a proxy to quit.
fn may_be_stopped(pod: &Pod) -> bool {
    let asks = |container: &Container| command_line(container).contains("quitquitquit");
    pod.spec.share_process_namespace == Some(true) || pod.apps().any(asks)
}

fn command_line(container: &Container) -> String {
    let words = container.spec.command.iter().chain(&container.spec.args).flatten();
    words.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// What shows that a container never ends, in words.
fn endless(scene: &Scene, container: &Container, role: ContainerRole) -> Option<String> {
    let spec = &container.spec;
    let line = command_line(container);
    if ["--one-time", "--once", "-once"].iter().any(|flag| line.contains(flag)) {
        return None;
    }
    let class = scene.catalog.image(&container.image);
    if class.is_some_and(|class| !matches!(class.part, ImagePart::Tool | ImagePart::Store)) {
        return Some(format!("image {} runs until it is stopped", quoted(&container.image)));
    }
    if let Some(loops) = ENDLESS.iter().find(|words| line.contains(**words)) {
        return Some(format!("its command holds {}", quoted(loops)));
    }
    if follows_a_file(&line) {
        return Some("its command follows a file with `tail`".to_owned());
    }
    if spec.liveness_probe.is_some() || spec.readiness_probe.is_some() {
        return Some("probes expect it to keep running".to_owned());
    }
    if let Some(port) = spec.ports.iter().flatten().next() {
        return Some(format!("it serves port {}", port.container_port));
    }
    (role == ContainerRole::Helper).then(|| "it helps another container as long as the pod runs".to_owned())
}

/// Whether a command line runs `tail` with a flag that makes it wait for more, whatever flags stand before: `tail -n+1
/// -f log`.
fn follows_a_file(line: &str) -> bool {
    let mut is_tail = false;
    for word in line.split_whitespace() {
        let is_flag = word.starts_with('-') && !word.starts_with("--");
        if is_tail && (word.starts_with("--follow") || is_flag && word.contains(['f', 'F'])) {
            return true;
        }
        let ends = word.contains([';', '|', '&']);
        is_tail = !ends && (is_tail || word == "tail" || word.ends_with("/tail"));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::follows_a_file;

    #[test]
    fn tail_follows_with_a_flag_of_its_own() {
        for line in
            ["sh -c tail -n+1 -f /log", "/usr/bin/tail --follow=name x", "tail -qF x", "cd x; tail -n 5 -f y"]
        {
            assert!(follows_a_file(line), "{line}");
        }
        for line in ["tail -n 5 x", "tail -n 5 x; rm -f x", "tail x | grep -f y", "detail -f x", "rm -f x"] {
            assert!(!follows_a_file(line), "{line}");
        }
    }
}
