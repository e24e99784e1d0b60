//! What the kubelet asks a container, how often, and how it stops listening.

use super::asking::{Sight, sight};
use crate::topology::{Container, ContainerKind};
use k8s_openapi::api::core::v1 as api;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// What a probe decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeKind {
    /// Whether the container has started; until then the others wait.
    Startup,
    /// Whether it may get traffic.
    Readiness,
    /// Whether it still works; if not, it is killed.
    Liveness,
}

impl ProbeKind {
    /// The field.
    pub fn field(self) -> &'static str {
        match self {
            ProbeKind::Startup => "startupProbe",
            ProbeKind::Readiness => "readinessProbe",
            ProbeKind::Liveness => "livenessProbe",
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            ProbeKind::Startup => "startup",
            ProbeKind::Readiness => "readiness",
            ProbeKind::Liveness => "liveness",
        }
    }
}

/// One probe with Kubernetes' defaults filled in.
///
/// Source of the defaults: `k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`, `SetDefaults_Probe`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What it decides.
    pub kind: ProbeKind,
    /// How it asks.
    pub check: Check,
    /// Seconds between the start of the container and the first try.
    pub delay_s: i32,
    /// Seconds between tries.
    pub period_s: i32,
    /// Seconds that a try may take.
    pub timeout_s: i32,
    /// How many tries must fail in a row.
    pub failures: i32,
    /// How many tries must succeed in a row.
    pub successes: i32,
    /// Seconds that the container gets to end when the probe fails, where it says so itself.
    pub grace_s: Option<i64>,
}

/// A model of `k8s.io/kubernetes/pkg/kubelet/prober/worker.go`: tries come every period, in no step with the start of
/// what they ask; a try that hangs is given up after its timeout, and those that fall into that time are left out. All
/// factors fit 32 bits, so no sum or product of them overflows 64.
impl Probe {
    pub(super) fn delay(&self) -> i64 {
        i64::from(self.delay_s)
    }

    pub(super) fn period(&self) -> i64 {
        i64::from(self.period_s)
    }

    pub(super) fn tries(&self) -> i64 {
        i64::from(self.failures)
    }

    /// When it has failed often enough after what it asks began to hang: at the earliest and at the latest, in seconds.
    pub(super) fn hang_noticed_s(&self) -> (i64, i64) {
        let timeout = i64::from(self.timeout_s);
        let least = (self.tries() - 1) * self.period().max(timeout) + timeout;
        (least, least + self.period())
    }

    /// The same where each try fails at once, such as at a closed port.
    pub(super) fn refusal_noticed_s(&self) -> (i64, i64) {
        ((self.tries() - 1) * self.period(), self.tries() * self.period())
    }
}

/// How a probe asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// `GET path` on a port; the answer must be 200 to 399.
    Http {
        /// `HTTP` or `HTTPS`.
        scheme: String,
        /// The path, `/` if none is given.
        path: String,
        /// The port, a number or a name.
        port: String,
    },
    /// The port must accept a connection.
    Tcp {
        /// The port, a number or a name.
        port: String,
    },
    /// The gRPC health service must answer `SERVING`.
    Grpc {
        /// The port.
        port: String,
    },
    /// A command in the container must exit with 0.
    Exec {
        /// The command, joined by spaces.
        command: String,
        /// What the command sees.
        sight: Sight,
    },
    /// It says nothing that Kubernetes knows.
    Unknown,
}

impl Check {
    /// The check in words, without the names in it: `HTTP GET /healthz on port 8080`.
    pub fn words(&self) -> String {
        match self {
            Check::Http { scheme, path, port } => format!("{scheme} GET {path} on port {port}"),
            Check::Tcp { port } => format!("TCP connection to port {port}"),
            Check::Grpc { port } => format!("gRPC health check on port {port}"),
            Check::Exec { command, .. } => format!("command {command}"),
            Check::Unknown => "no check".to_owned(),
        }
    }

    /// What it sees of the program.
    pub fn sight(&self) -> Sight {
        match self {
            Check::Tcp { .. } => Sight::Port,
            Check::Exec { sight, .. } => *sight,
            Check::Http { .. } | Check::Grpc { .. } | Check::Unknown => Sight::Program,
        }
    }
}

/// One probe of a container.
pub(super) fn probe(container: &Container, kind: ProbeKind) -> Option<Probe> {
    probes(container).into_iter().find(|probe| probe.kind == kind)
}

/// The probes of a container, in the order in which they matter: startup, readiness, liveness. Only sidecars and app
/// containers may have them.
pub fn probes(container: &Container) -> Vec<Probe> {
    let spec = &container.spec;
    if !matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar) {
        return Vec::new();
    }
    let all = [
        (ProbeKind::Startup, &spec.startup_probe),
        (ProbeKind::Readiness, &spec.readiness_probe),
        (ProbeKind::Liveness, &spec.liveness_probe),
    ];
    all.into_iter().filter_map(|(kind, probe)| Some(read(kind, probe.as_ref()?))).collect()
}

fn read(kind: ProbeKind, probe: &api::Probe) -> Probe {
    let or = |value: Option<i32>, default: i32| value.filter(|value| *value > 0).unwrap_or(default);
    Probe {
        kind,
        check: check(probe),
        delay_s: probe.initial_delay_seconds.unwrap_or(0).max(0),
        period_s: or(probe.period_seconds, 10),
        timeout_s: or(probe.timeout_seconds, 1),
        failures: or(probe.failure_threshold, 3),
        successes: or(probe.success_threshold, 1),
        // Readiness probes end nothing, and the least that Kubernetes takes is 1.
        grace_s: probe
            .termination_grace_period_seconds
            .filter(|seconds| *seconds > 0 && kind != ProbeKind::Readiness),
    }
}

fn check(probe: &api::Probe) -> Check {
    if let Some(http) = &probe.http_get {
        let scheme = http.scheme.clone().unwrap_or_else(|| "HTTP".to_owned());
        let path = http.path.clone().filter(|path| !path.is_empty()).unwrap_or_else(|| "/".to_owned());
        return Check::Http { scheme, path, port: port(&http.port) };
    }
    if let Some(tcp) = &probe.tcp_socket {
        return Check::Tcp { port: port(&tcp.port) };
    }
    if let Some(grpc) = &probe.grpc {
        return Check::Grpc { port: grpc.port.to_string() };
    }
    match &probe.exec {
        Some(exec) => {
            let command = exec.command.as_deref().unwrap_or_default();
            Check::Exec { command: command.join(" "), sight: sight(command) }
        }
        None => Check::Unknown,
    }
}

/// Whether the readiness or the liveness probe of a container asks for a host, by its name or by the variable that holds
/// it. `via` says where the container names the host, in the words of the facts: `env DB_HOST+DB_PORT`.
///
/// Source: `k8s.io/api/core/v1/types.go`, `HTTPGetAction.Host` and `TCPSocketAction.Host`.
pub fn asks_for(container: &Container, host: &str, via: &str) -> bool {
    let variables: Vec<&str> =
        via.strip_prefix("env ").map(|names| names.split('+').collect()).unwrap_or_default();
    let is_host = |word: &str| word.eq_ignore_ascii_case(host);
    let names_host = |text: &str| {
        text.split(|c: char| !(c.is_ascii_alphanumeric() || "-.".contains(c))).any(is_host)
            || text.split('$').skip(1).any(|rest| {
                let name = rest.trim_start_matches(['{', '(']);
                let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
                variables.contains(&&name[..end])
            })
    };
    let asks = |probe: &api::Probe| {
        let command = probe.exec.as_ref().and_then(|exec| exec.command.as_deref()).unwrap_or_default();
        let http = probe.http_get.as_ref().and_then(|http| http.host.as_deref());
        let tcp = probe.tcp_socket.as_ref().and_then(|tcp| tcp.host.as_deref());
        http.into_iter().chain(tcp).any(is_host) || command.iter().any(|word| names_host(word))
    };
    !host.is_empty()
        && [&container.spec.readiness_probe, &container.spec.liveness_probe]
            .into_iter()
            .flatten()
            .any(|probe| asks(probe))
}

/// A port as written: a number or a name.
pub fn port(port: &IntOrString) -> String {
    match port {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(name) => name.clone(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::catalog::FieldPath;
    use crate::topology::{Container, ContainerKind};
    use serde_json::Value;

    /// An app container with these fields.
    pub fn container(fields: Value) -> Container {
        let read: k8s_openapi::api::core::v1::Container = serde_json::from_value(fields).unwrap();
        Container {
            name: "app".to_owned(),
            key: "app".into(),
            image: String::new(),
            kind: ContainerKind::App,
            spec: read.into(),
            path: FieldPath::of("spec.containers"),
            line: 1,
        }
    }
}
