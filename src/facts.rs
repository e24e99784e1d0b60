//! Stage 5: what is true of each object, pod and container, derived from the topology: each [`Known`] with the reason
//! and the field that it follows from. One file a rule; [`Facts::list`] prints them all.

pub mod advice;
pub mod config;
pub mod controller;
mod entry;
mod forgetful;
pub mod grouping;
pub mod impact;
mod known;
mod ledger;
pub mod lifecycle;
pub mod network;
pub mod patterns;
pub mod placement;
pub mod quantity;
pub mod reach;
pub mod release_values;
pub mod resources;
mod role;
pub mod running;
mod scene;
pub mod security;
pub mod storage;

use crate::catalog::Catalog;
use crate::topology::{NodeIndex, Pod, Topology};
use advice::Finding;
use config::ConfigRead;
use controller::Controller;
pub use entry::{NodePorts, follows_readiness, is_exposed, is_headless, lets_traffic_in, node_ports};
use grouping::Grouping;
pub use known::{Known, quoted};
use ledger::Ledger;
pub use ledger::{Fact, Place, subject};
use lifecycle::PodLifecycle;
use network::PodNetwork;
use patterns::PodPatterns;
use placement::{Machines, PodPlacement};
use reach::{Crossings, Policies};
use resources::{LimitRanges, PodResources};
pub use role::ContainerRole;
pub use scene::Scene;
use security::{Permissions, PodSecurity};
use std::collections::BTreeMap;
use storage::{StorageTrap, VolumeUse};

/// What is true of everything in the input.
#[derive(Debug)]
pub struct Facts {
    pods: BTreeMap<NodeIndex, PodFacts>,
    controllers: BTreeMap<NodeIndex, Controller>,
    findings: Vec<Finding>,
    findings_by_node: BTreeMap<NodeIndex, Vec<usize>>,
    policies: Policies,
    crossings: Crossings,
    permissions: Permissions,
}

/// What is true of one pod. Containers are named by their index in [`Pod::containers`].
#[derive(Debug)]
pub struct PodFacts {
    /// The part that each container plays.
    pub roles: Vec<ContainerRole>,
    /// Each volume with the containers that mount it.
    pub volumes: Vec<VolumeUse>,
    /// What is likely to go wrong with the volumes.
    pub storage_traps: Vec<Known<StorageTrap>>,
    /// What each container reads of ConfigMaps and Secrets, in the order of the containers.
    pub config: Vec<ConfigRead>,
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
    let around = Surroundings { machines: Machines::of(topology), ranges: LimitRanges::of(topology) };
    let pods = Scene::all(topology, catalog).filter_map(|scene| {
        let pod = scene.node().pod.as_deref()?;
        Some((scene.index, derive_pod(&scene, pod, &around)))
    });
    let pods: BTreeMap<NodeIndex, PodFacts> = pods.collect();
    let controllers = Scene::all(topology, catalog).filter_map(|scene| {
        let roles = pods.get(&scene.index).map(|pod| pod.roles.as_slice()).unwrap_or_default();
        Some((scene.index, controller::derive(&scene, roles)?))
    });
    let controllers = controllers.collect();
    let policies = Policies::of(topology);
    let mut facts = Facts {
        crossings: Crossings::of(&policies, topology),
        pods,
        controllers,
        policies,
        permissions: security::permissions(topology),
        findings: Vec::new(),
        findings_by_node: BTreeMap::new(),
    };
    facts.findings = advice::findings(topology, catalog, &facts);
    for (index, finding) in facts.findings.iter().enumerate() {
        facts.findings_by_node.entry(finding.node).or_default().push(index);
    }
    facts
}

/// What is looked up for every pod, and read only once.
struct Surroundings {
    machines: Machines,
    ranges: LimitRanges,
}

fn derive_pod(scene: &Scene, pod: &Pod, around: &Surroundings) -> PodFacts {
    let (volumes, network) = (storage::uses(scene, pod), network::derive(scene, pod));
    let patterns = patterns::derive(scene, pod, &volumes, &network.localhost);
    let resources = resources::derive(scene, pod, &around.ranges);
    PodFacts {
        roles: patterns.roles(),
        storage_traps: storage::traps(scene, pod, &volumes),
        config: config::derive(scene, pod, &volumes),
        lifecycle: lifecycle::derive(scene, pod),
        security: security::derive(scene, pod),
        placement: placement::derive(scene, pod, &around.machines, &resources.requests.value),
        grouping: grouping::derive(scene, pod, &volumes, &patterns, &resources),
        volumes,
        network,
        resources,
        patterns,
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

    /// Everything that there is advice on, the worst first, then by object. What someone does not want to hear is marked.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What of it is about one object, the worst first.
    pub fn findings_of(&self, node: NodeIndex) -> impl Iterator<Item = &Finding> {
        let indexes = self.findings_by_node.get(&node).map(Vec::as_slice).unwrap_or_default();
        indexes.iter().map(|&index| &self.findings[index])
    }

    /// Who may do what at the Kubernetes API.
    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// The NetworkPolicies.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// What the NetworkPolicies say of the calls and the ways in that the manifests show.
    pub fn crossings(&self) -> &Crossings {
        &self.crossings
    }

    /// Every fact, sorted by subject, then by name.
    pub fn list(&self, topology: &Topology, catalog: &Catalog) -> Vec<Fact> {
        let mut facts = Vec::new();
        self.tell(topology, catalog, &mut |fact| facts.push(fact));
        facts.sort_by(|a, b| (&a.subject, a.fact).cmp(&(&b.subject, b.fact)));
        facts
    }

    /// Tells every fact, object by object.
    pub fn tell(&self, topology: &Topology, catalog: &Catalog, take: &mut dyn FnMut(Fact)) {
        let mut ledger = Ledger::new(topology, catalog, take);
        for scene in Scene::all(topology, catalog) {
            network::tell_object(&scene, &mut ledger);
            if let Some(controller) = self.controller(scene.index) {
                controller.tell(&scene, &mut ledger);
            }
            self.policies.tell(&scene, &mut ledger);
            security::tell_account(&self.permissions, &scene, &mut ledger);
            let (Some(pod), Some(facts)) = (scene.node().pod.as_deref(), self.of(scene.index)) else {
                continue;
            };
            storage::tell(&facts.volumes, &scene, pod, &mut ledger);
            facts.resources.tell(&scene, pod, &mut ledger);
            facts.lifecycle.tell(&scene, pod, &mut ledger);
            facts.network.tell(&scene, pod, &mut ledger);
            facts.security.tell(&scene, pod, &mut ledger);
            facts.placement.tell(&scene, pod, &mut ledger);
            facts.patterns.tell(&scene, pod, &mut ledger);
            facts.grouping.tell(&scene, pod, &mut ledger);
        }
    }
}
