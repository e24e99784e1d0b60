//! Databases whose files go with their container.

use super::PodFacts;
use super::storage::Access;
use crate::catalog::image_base_name;
use crate::topology::{ContainerKind, Pod};

/// What is often run as a cache or a broker of messages that need not outlive it.
const MAY_FORGET: [&str; 5] = ["memcached", "nats", "rabbitmq", "redis", "valkey"];

impl PodFacts {
    /// The containers that run a database and mount no volume that they may write to: every restart loses all their data.
    ///
    /// Source: kubernetes.io, "Volumes" ("the kubelet restarts a container with a clean state").
    pub fn databases_without_volume(&self, pod: &Pod) -> Vec<usize> {
        let writes = |position: usize| {
            let mut mounts = self.volumes.iter().flat_map(|volume| &volume.mounts);
            mounts.any(|mount| mount.container == position && mount.access == Access::ReadWrite)
        };
        let is_one = |position: &usize| {
            let container = &pod.containers[*position];
            let base = image_base_name(&container.image);
            container.kind == ContainerKind::App
                && self.patterns.parts[*position].keeps_data
                && !MAY_FORGET.iter().any(|name| base.starts_with(name))
                && !writes(*position)
        };
        if pod.ends() { Vec::new() } else { (0..pod.containers.len()).filter(is_one).collect() }
    }
}
