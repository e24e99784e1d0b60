//! The pod that a workload makes, typed, with the way from its manifest to each part.

use super::container::{Container, ContainerKind};
use super::given::Given;
use super::selector::Labels;
use crate::catalog::FieldPath;
use crate::document::Identity;
use crate::names::count;
use k8s_openapi::api::core::v1 as api;

/// The pod that an object makes or is.
#[derive(Clone, Debug)]
pub struct Pod {
    /// Its spec as written, without defaults and without its containers, which stand below. Fields that could not be read
    /// are absent.
    pub spec: api::PodSpec,
    /// The labels of its template.
    pub labels: Labels,
    /// The labels that its controller adds to them.
    pub given: Given,
    /// The annotations its pods get.
    pub annotations: Labels,
    /// The way from the object to the pod's spec, such as `spec.template.spec`.
    pub path: FieldPath,
    /// The way to a mapping whose fields count where the spec has none of its own.
    pub inherits: Option<FieldPath>,
    /// The field with the number of such pods, where the catalog knows one.
    pub copies: Option<FieldPath>,
    /// Its containers: init containers and sidecars in their order, then app containers, then ephemeral ones.
    pub containers: Vec<Container>,
    /// How many of its app containers, from the first on, run one after another: each waits until the one before it has
    /// ended. Kubernetes knows no such order; what made the pod sees to it.
    pub steps: usize,
    /// Its volumes, in order.
    pub volumes: Vec<Volume>,
    /// The names of ports whose numbers could not be read, empty for one without a name: they are absent elsewhere.
    pub unread_ports: Vec<String>,
}

/// One volume of a pod.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// The field that says what it is: `emptyDir`, `configMap`, `persistentVolumeClaim`…
    pub source: &'static str,
    /// The way from the object to it.
    pub path: FieldPath,
    /// Its first line, from 1.
    pub line: u32,
}

/// Whether the API server checks the pod of an object as it is written, and makes pods of just that: Kubernetes' own kinds.
/// Whoever makes pods for another kind may add containers, volumes, and images first.
pub fn is_pod_checked(identity: &Identity) -> bool {
    matches!(
        (&*identity.group, &*identity.kind),
        ("", "Pod" | "PodTemplate" | "ReplicationController")
            | ("apps", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
            | ("batch", "CronJob" | "Job")
    )
}

impl Pod {
    /// The containers that run at the same time: sidecars and app containers.
    pub fn running(&self) -> impl Iterator<Item = &Container> {
        self.containers
            .iter()
            .filter(|container| matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar))
    }

    /// How many containers of each kind it has, in words: `1 container`, `2 init containers`.
    pub fn contents(&self) -> Vec<String> {
        let number = |kind| self.containers.iter().filter(|container| container.kind == kind).count();
        let kinds = [
            (number(ContainerKind::App), "container", "containers"),
            (number(ContainerKind::Sidecar), "sidecar", "sidecars"),
            (number(ContainerKind::Init), "init container", "init containers"),
            (number(ContainerKind::Ephemeral), "ephemeral container", "ephemeral containers"),
        ];
        let some = kinds.into_iter().filter(|(number, ..)| *number > 0);
        let words: Vec<String> = some.map(|(number, one, many)| count(number, one, many)).collect();
        if words.is_empty() { vec!["no container".to_owned()] } else { words }
    }

    /// Whether it is there to finish: its containers do not start again after they have done their work.
    pub fn ends(&self) -> bool {
        matches!(self.spec.restart_policy.as_deref(), Some("Never" | "OnFailure"))
    }

    /// The turn of a container among those that run one after another, from 0.
    pub fn step(&self, position: usize) -> Option<usize> {
        let first = self.containers.iter().position(|container| container.kind == ContainerKind::App)?;
        position.checked_sub(first).filter(|turn| *turn < self.steps)
    }

    /// Whether two containers may run at the same time: an init container has ended before the next container begins,
    /// unless that is a sidecar which came before it; of steps, one has ended before the next.
    pub fn may_overlap(&self, one: usize, other: usize) -> bool {
        let (first, second) = (one.min(other), one.max(other));
        let (Some(a), Some(b)) = (self.containers.get(first), self.containers.get(second)) else {
            return false;
        };
        match (a.kind, b.kind) {
            (ContainerKind::Init, _) => false,
            (_, ContainerKind::Init) => a.kind == ContainerKind::Sidecar,
            _ => first != second && !(self.step(first).is_some() && self.step(second).is_some()),
        }
    }

    /// The app containers.
    pub fn apps(&self) -> impl Iterator<Item = &Container> {
        self.containers.iter().filter(|container| container.kind == ContainerKind::App)
    }

    /// The app containers, to be changed.
    pub(super) fn apps_mut(&mut self) -> impl Iterator<Item = &mut Container> {
        self.containers.iter_mut().filter(|container| container.kind == ContainerKind::App)
    }

    /// The pod port that a Service's target port means: a number as it is, a name looked up in the containers, then
    /// in the native sidecars; `None` where no container has a port of that name and protocol.
    ///
    /// Source: `k8s.io/kubernetes/pkg/api/v1/pod/util.go`, `FindPort`.
    pub fn resolve_port(&self, name: &str, protocol: &str) -> Option<i32> {
        let of = |kind| self.containers.iter().filter(move |container| container.kind == kind);
        let mut ports = of(ContainerKind::App)
            .chain(of(ContainerKind::Sidecar))
            .flat_map(|container| container.spec.ports.iter().flatten());
        let port = ports.find(|port| {
            port.name.as_deref() == Some(name) && port.protocol.as_deref().unwrap_or("TCP") == protocol
        });
        port.map(|port| port.container_port)
    }
}
