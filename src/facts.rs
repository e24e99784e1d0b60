//! Stage 5: what is true of each object, pod and container, derived from the topology: each [`Known`] with the reason
//! and the field that it follows from. One file a rule; [`Facts::list`] prints them all.

mod controller;
mod entry;
mod grouping;
mod known;
mod ledger;
mod lifecycle;
mod localhost;
mod network;
mod patterns;
mod placement;
mod resources;
mod role;
mod scene;
mod security;
mod volume;

use crate::catalog::Catalog;
use crate::topology::{NodeIndex, Pod, Topology};
pub use controller::Controller;
pub use entry::{is_exposed, lets_traffic_in};
pub use grouping::Grouping;
pub use known::{Known, quoted};
use ledger::Ledger;
pub use ledger::{Fact, Place};
pub use lifecycle::{
    Check, ContainerLifecycle, Hook, LEAST_GRACE_S, Liveness, Phase, PodLifecycle, Probe, ProbeKind, Restart,
    RestartPolicy, RestartRule, Startup, port, post_start, pre_stop, probes,
};
pub use localhost::Localhost;
pub use network::PodNetwork;
pub use patterns::PodPatterns;
pub use placement::PodPlacement;
pub use resources::PodResources;
pub use role::{ContainerRole, image_base_name};
pub use scene::Scene;
pub use security::PodSecurity;
use std::collections::BTreeMap;
pub use volume::{Access, Mount, VolumeUse};

/// What is true of everything in the input.
#[derive(Debug)]
pub struct Facts {
    pods: BTreeMap<NodeIndex, PodFacts>,
    controllers: BTreeMap<NodeIndex, Controller>,
}

/// What is true of one pod. Containers are named by their index in [`Pod::containers`].
#[derive(Debug)]
pub struct PodFacts {
    /// The part that each container plays.
    pub roles: Vec<ContainerRole>,
    /// The order in which containers start: the phases one after another, the containers of one phase together. The
    /// reason is in `lifecycle`, as are those of `grace_s` and `restart_policy`.
    pub start_order: Vec<Phase>,
    /// Each volume with the containers that mount it.
    pub volumes: Vec<VolumeUse>,
    /// Who talks to whom inside the pod, over localhost.
    pub localhost: Vec<Localhost>,
    /// How long Kubernetes waits between the request to stop and the end by force, in seconds.
    pub grace_s: i64,
    /// `Always`, `OnFailure` or `Never`.
    pub restart_policy: String,
    /// What it reserves and may use.
    pub resources: PodResources,
    /// When its containers start, are ready, are restarted and end.
    pub lifecycle: PodLifecycle,
    /// What its containers say to each other and to the cluster.
    pub network: PodNetwork,
    /// What its containers may do.
    pub security: PodSecurity,
    /// Where it may run.
    pub placement: PodPlacement,
    /// Which pattern each container plays.
    pub patterns: PodPatterns,
    /// Whether its containers belong together.
    pub grouping: Grouping,
}

/// Derives the facts.
pub fn derive(topology: &Topology, catalog: &Catalog) -> Facts {
    let pods = Scene::all(topology, catalog).filter_map(|scene| {
        let pod = scene.node().pod.as_deref()?;
        Some((scene.index, derive_pod(&scene, pod)))
    });
    let controllers =
        Scene::all(topology, catalog).filter_map(|scene| Some((scene.index, controller::derive(&scene)?)));
    Facts { pods: pods.collect(), controllers: controllers.collect() }
}

fn derive_pod(scene: &Scene, pod: &Pod) -> PodFacts {
    let lifecycle = lifecycle::derive(scene, pod);
    PodFacts {
        roles: role::roles(scene.topology, scene.index, pod),
        start_order: lifecycle.startup.value.clone(),
        volumes: volume::uses(pod),
        localhost: localhost::calls(pod),
        grace_s: lifecycle.grace_s.value,
        restart_policy: lifecycle.restart_policy.value.clone(),
        resources: resources::derive(scene, pod),
        lifecycle,
        network: network::derive(scene, pod),
        security: security::derive(scene, pod),
        placement: placement::derive(scene, pod),
        patterns: patterns::derive(scene, pod),
        grouping: grouping::derive(scene, pod),
    }
}

impl Facts {
    /// What is true of the pod that a node makes.
    pub fn of(&self, node: NodeIndex) -> Option<&PodFacts> {
        self.pods.get(&node)
    }

    /// What the controller of a node does with its pods.
    pub fn controller(&self, node: NodeIndex) -> Option<&Controller> {
        self.controllers.get(&node)
    }

    /// Every fact, sorted by subject, then by name.
    pub fn list(&self, topology: &Topology, catalog: &Catalog) -> Vec<Fact> {
        let mut ledger = Ledger::new(topology, catalog);
        for scene in Scene::all(topology, catalog) {
            if let Some(controller) = self.controller(scene.index) {
                controller.tell(&scene, &mut ledger);
            }
            let (Some(pod), Some(facts)) = (scene.node().pod.as_deref(), self.of(scene.index)) else {
                continue;
            };
            role::tell(&facts.roles, &scene, pod, &mut ledger);
            volume::tell(&facts.volumes, &scene, pod, &mut ledger);
            facts.resources.tell(&scene, pod, &mut ledger);
            facts.lifecycle.tell(&scene, pod, &mut ledger);
            facts.network.tell(&scene, pod, &mut ledger);
            facts.security.tell(&scene, pod, &mut ledger);
            facts.placement.tell(&scene, pod, &mut ledger);
            facts.patterns.tell(&scene, pod, &mut ledger);
            facts.grouping.tell(&scene, pod, &mut ledger);
        }
        ledger.close()
    }
}
