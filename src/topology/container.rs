//! One container of a pod, typed.

use crate::catalog::FieldPath;
use k8s_openapi::api::core::v1 as api;
use serde::Serialize;
use std::sync::Arc;

/// One container of a pod.
#[derive(Clone, Debug)]
pub struct Container {
    /// Its name; empty where the manifest has none.
    pub name: String,
    /// What names it among its siblings: its name, or where that is empty or taken its name and index.
    pub key: Arc<str>,
    /// Its image as written; empty where the manifest has none.
    pub image: String,
    /// When it runs.
    pub kind: ContainerKind,
    /// Everything else of it.
    pub spec: ContainerSpec,
    /// The way from the object to it, such as `spec.template.spec.containers[app]`.
    pub path: FieldPath,
    /// Its first line, from 1.
    pub line: u32,
}

/// What a manifest says of a container beside its name and its image. What most containers leave out takes no room: a pod
/// may have very many of them.
#[derive(Clone, Debug, Default)]
pub struct ContainerSpec {
    /// The program that runs in place of the image's own.
    pub command: Option<Vec<String>>,
    /// Its arguments.
    pub args: Option<Vec<String>>,
    /// The folder in which it starts.
    pub working_dir: Option<String>,
    /// Its environment variables.
    pub env: Option<Vec<api::EnvVar>>,
    /// The objects whose keys become variables.
    pub env_from: Option<Vec<api::EnvFromSource>>,
    /// The ports that it declares.
    pub ports: Option<Vec<api::ContainerPort>>,
    /// Where it mounts volumes.
    pub volume_mounts: Option<Vec<api::VolumeMount>>,
    /// Where it finds volumes as devices.
    pub volume_devices: Option<Vec<api::VolumeDevice>>,
    /// When its image is pulled.
    pub image_pull_policy: Option<String>,
    /// Whether it starts again, where that is said for it alone.
    pub restart_policy: Option<String>,
    /// Exceptions from that, by its exit code.
    pub restart_policy_rules: Option<Vec<api::ContainerRestartRule>>,
    /// What a change of its resources in place does to it.
    pub resize_policy: Option<Vec<api::ContainerResizePolicy>>,
    /// What it asks for and may use.
    pub resources: Option<Box<api::ResourceRequirements>>,
    /// What it may do.
    pub security_context: Option<Box<api::SecurityContext>>,
    /// Its hooks, and the signal that stops it.
    pub lifecycle: Option<Box<api::Lifecycle>>,
    /// What tells that it has started.
    pub startup_probe: Option<Box<api::Probe>>,
    /// What tells that it takes traffic.
    pub readiness_probe: Option<Box<api::Probe>>,
    /// What tells that it hangs.
    pub liveness_probe: Option<Box<api::Probe>>,
}

/// When a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerKind {
    /// To completion, before the app containers.
    Init,
    /// From its turn among the init containers until after the app containers: an init container that always restarts.
    Sidecar,
    /// As long as the pod.
    App,
    /// Added to a running pod to look into it.
    Ephemeral,
}

impl ContainerKind {
    /// The kind in words.
    pub fn words(self) -> &'static str {
        match self {
            ContainerKind::Init => "init container",
            ContainerKind::Sidecar => "sidecar",
            ContainerKind::App => "container",
            ContainerKind::Ephemeral => "ephemeral container",
        }
    }
}

impl From<api::Container> for ContainerSpec {
    fn from(container: api::Container) -> ContainerSpec {
        ContainerSpec {
            command: container.command,
            args: container.args,
            working_dir: container.working_dir,
            env: container.env,
            env_from: container.env_from,
            ports: container.ports,
            volume_mounts: container.volume_mounts,
            volume_devices: container.volume_devices,
            image_pull_policy: container.image_pull_policy,
            restart_policy: container.restart_policy,
            restart_policy_rules: container.restart_policy_rules,
            resize_policy: container.resize_policy,
            resources: container.resources.map(Box::new),
            security_context: container.security_context.map(Box::new),
            lifecycle: container.lifecycle.map(Box::new),
            startup_probe: container.startup_probe.map(Box::new),
            readiness_probe: container.readiness_probe.map(Box::new),
            liveness_probe: container.liveness_probe.map(Box::new),
        }
    }
}

/// An ephemeral container has the fields of a container that make sense in a running pod.
impl From<api::EphemeralContainer> for ContainerSpec {
    fn from(container: api::EphemeralContainer) -> ContainerSpec {
        ContainerSpec {
            command: container.command,
            args: container.args,
            working_dir: container.working_dir,
            env: container.env,
            env_from: container.env_from,
            volume_mounts: container.volume_mounts,
            security_context: container.security_context.map(Box::new),
            ..ContainerSpec::default()
        }
    }
}
