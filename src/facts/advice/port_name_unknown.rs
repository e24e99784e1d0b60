//! A probe or a hook that asks a port by a name that its container does not have.

use super::near::near;
use super::open::is_open;
use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;
use crate::topology::{Container, ContainerKind};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

pub(super) static RULE: Rule = Rule {
    code: "port-name-unknown",
    level: Level::Error,
    meaning: "A probe or a `postStart` hook asks a port by a name that no port of its container has. A startup or readiness probe never \
              succeeds, and the hook always fails. A warning for liveness probes, which then notice nothing, and for `preStop`.",
    check,
};

/// One place that names a port, and what comes of it if the name is unknown.
struct Asking<'a> {
    port: &'a IntOrString,
    field: FieldPath,
    effect: &'static str,
    level: Level,
}

/// Source: `k8s.io/kubernetes/pkg/probe/util.go`, `ResolveContainerPort`; `pkg/kubelet/prober/worker.go`, `doProbe` (an
/// error of the prober is no result); `pkg/kubelet/lifecycle/handlers.go`, `resolvePort`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        for asking in askings(container) {
            let IntOrString::String(name) = asking.port else { continue };
            let names: Vec<&str> =
                container.spec.ports.iter().flatten().filter_map(|port| port.name.as_deref()).collect();
            // A number in quotes is a rule of its own, and what is still to be filled in no name.
            let is_name = name.bytes().any(|byte| byte.is_ascii_lowercase()) && !is_open(name);
            if !is_name || names.contains(&name.as_str()) {
                continue;
            }
            let has = match names.len() {
                0 => "it names none of its ports".to_owned(),
                number => format!(
                    "its {} called {}",
                    if number == 1 { "named port is" } else { "named ports are" },
                    english::list_up_to(4, names.iter().map(|name| quoted(name)))
                ),
            };
            let help = match near(name, names.iter().copied()) {
                Some(meant) => format!("Correct the name to {}.", quoted(meant)),
                None => format!("Name a port {} in the container, or write the number here.", quoted(name)),
            };
            let key = quoted(&container.key);
            findings
                .add(
                    format!(
                        "{key} {}: no port of the container is called {}; {has}.",
                        asking.effect,
                        quoted(name)
                    ),
                    help,
                    asking.field,
                )
                .of_container(position)
                .at_level(asking.level);
        }
    }
}

fn askings(container: &Container) -> Vec<Asking<'_>> {
    let spec = &container.spec;
    let mut askings = Vec::new();
    if matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar) {
        let probes = [
            (
                "startupProbe",
                &spec.startup_probe,
                "never counts as started, and never gets ready",
                Level::Error,
            ),
            ("readinessProbe", &spec.readiness_probe, "never gets ready", Level::Error),
            ("livenessProbe", &spec.liveness_probe, "is never killed when it hangs", Level::Warning),
        ];
        for (key, probe, effect, level) in probes {
            let Some(probe) = probe else { continue };
            let ways = [
                ("httpGet", probe.http_get.as_ref().map(|http| &http.port)),
                ("tcpSocket", probe.tcp_socket.as_ref().map(|tcp| &tcp.port)),
            ];
            for (way, port) in ways {
                let field = container.path.key(key).key(way).key("port");
                askings.extend(port.map(|port| Asking { port, field, effect, level }));
            }
        }
    }
    if let Some(hooks) = &spec.lifecycle {
        let hooks = [
            ("postStart", hooks.post_start.as_ref(), "is killed right after each start", Level::Error),
            ("preStop", hooks.pre_stop.as_ref(), "ends without its `preStop` hook", Level::Warning),
        ];
        for (key, hook, effect, level) in hooks {
            let Some(http) = hook.and_then(|hook| hook.http_get.as_ref()) else { continue };
            let field = container.path.key("lifecycle").key(key).key("httpGet").key("port");
            askings.push(Asking { port: &http.port, field, effect, level });
        }
    }
    askings
}
