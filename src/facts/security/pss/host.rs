//! Checks of what a pod shares with its node: `hostNamespaces`, `hostPorts`, `hostProbesAndHostLifecycle`.

use super::case::One;
use super::{Case, Cause};
use crate::catalog::FieldPath;
use crate::facts::known::quoted;
use crate::topology::ContainerKind;
use k8s_openapi::api::core::v1 as api;

/// Source: `check_hostNamespaces.go`.
pub(super) fn namespaces(case: &Case) -> Vec<Cause> {
    let spec = &case.pod.spec;
    let shared = [("hostNetwork", spec.host_network), ("hostPID", spec.host_pid), ("hostIPC", spec.host_ipc)];
    let shared = shared.into_iter().filter(|(_, value)| *value == Some(true));
    let cause = |(key, _): (&str, _)| {
        let what = format!("`{key}: true`");
        Cause::has(None, case.pod.path.key(key), what.clone(), format!("remove {what}"))
    };
    shared.map(cause).collect()
}

/// A port of the node; with `hostNetwork` Kubernetes sets one for every port that a container declares.
///
/// Source: `check_hostPorts.go`; `k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`, `defaultHostNetworkPorts`.
pub(super) fn ports(case: &Case) -> Vec<Cause> {
    let host = case.pod.spec.host_network == Some(true);
    let causes = case.containers().flat_map(|one| {
        let implied = host && one.container.kind != ContainerKind::Ephemeral;
        let ports = one.container.spec.ports.iter().flatten().enumerate();
        ports.filter_map(|(at, port)| port_cause(case, &one, at, port, implied)).collect::<Vec<_>>()
    });
    causes.collect()
}

fn port_cause(case: &Case, one: &One, at: usize, port: &api::ContainerPort, implied: bool) -> Option<Cause> {
    let name = port.name.as_deref().unwrap_or_default();
    let field = one.container.path.key("ports").named_item(at, name);
    match port.host_port.unwrap_or(0) {
        0 if implied && port.container_port != 0 => {
            let what = format!("port {} of the node, which `hostNetwork: true` implies", port.container_port);
            let mut cause =
                Cause::has(None, case.pod.path.key("hostNetwork"), what, "remove `hostNetwork: true`");
            cause.affects = vec![one.index];
            Some(cause)
        }
        0 => None,
        number => {
            let what = format!("`hostPort: {number}`");
            let change = format!("remove {what}");
            Some(Cause::has(Some(one.index), field.key("hostPort"), what, change))
        }
    }
}

/// Probes and hooks that go to another host than the pod, since 1.34.
///
/// Source: `check_hostProbesAndhostLifecycle.go`.
pub(super) fn probes_and_hooks(case: &Case) -> Vec<Cause> {
    case.containers()
        .flat_map(|one| targets(&one).into_iter().flat_map(move |target| target.causes(one.index)))
        .collect()
}

/// Where a probe or a hook goes.
struct Target<'a> {
    field: FieldPath,
    name: &'static str,
    http: Option<&'a api::HTTPGetAction>,
    tcp: Option<&'a api::TCPSocketAction>,
}

fn targets<'a>(one: &One<'a>) -> Vec<Target<'a>> {
    let (spec, path) = (&one.container.spec, &one.container.path);
    let probes = [
        ("livenessProbe", &spec.liveness_probe),
        ("readinessProbe", &spec.readiness_probe),
        ("startupProbe", &spec.startup_probe),
    ];
    let probes = probes.into_iter().filter_map(|(name, probe)| {
        let probe = probe.as_ref()?;
        let (http, tcp) = (probe.http_get.as_ref(), probe.tcp_socket.as_ref());
        Some(Target { field: path.key(name), name, http, tcp })
    });
    let hooks = spec.lifecycle.as_ref();
    let hooks = [
        ("postStart", hooks.and_then(|hooks| hooks.post_start.as_ref())),
        ("preStop", hooks.and_then(|hooks| hooks.pre_stop.as_ref())),
    ];
    let hooks = hooks.into_iter().filter_map(|(name, hook)| {
        let hook = hook?;
        let (http, tcp) = (hook.http_get.as_ref(), hook.tcp_socket.as_ref());
        Some(Target { field: path.key("lifecycle").key(name), name, http, tcp })
    });
    probes.chain(hooks).collect()
}

impl Target<'_> {
    fn causes(self, container: usize) -> Vec<Cause> {
        let http = self.http.and_then(|http| http.host.as_deref());
        let tcp = self.tcp.and_then(|tcp| tcp.host.as_deref());
        let hosts = [("httpGet", http), ("tcpSocket", tcp)];
        let hosts =
            hosts.into_iter().filter_map(|(key, host)| Some((key, host.filter(|host| !host.is_empty())?)));
        let cause = |(key, host): (&str, &str)| {
            let what = format!("host {} in {}", quoted(host), quoted(self.name));
            let change = format!(
                "remove {} from `{}.{key}`: it then goes to the pod itself",
                quoted("host"),
                self.name
            );
            Cause::has(Some(container), self.field.key(key).key("host"), what, change)
        };
        hosts.map(cause).collect()
    }
}
