//! How controllers replace, scale and finish the pods of a workload, and what budgets and autoscalers allow.

mod amount;
mod budget;
mod completion;
mod cron;
mod job;
mod replicas;
mod rollout;
mod stateful_set;

use super::ledger::Ledger;
use super::role::ContainerRole;
use super::scene::Scene;
pub use amount::Amount;
pub use budget::{Budget, Disruptions};
pub use completion::Completion;
pub use cron::{Concurrency, CronRun, CronSchedule, History, TimeField, When, span_words};
pub use job::{JobRun, JobShape, Retries};
pub use replicas::{Bounds, Replicas, bounds, replicas};
pub use rollout::{Rollout, Strategy};
pub use stateful_set::StatefulPods;

use super::PodFacts;
use super::known::Known;

/// What a controller does with its pods, or a budget with those of others. Each part is there where the object's kind
/// has it.
#[derive(Clone, Debug)]
pub struct Controller {
    /// How many pods it keeps: Deployments, ReplicaSets, ReplicationControllers, StatefulSets, bare Pods.
    pub replicas: Option<Replicas>,
    /// How an update replaces its pods: Deployments, DaemonSets, StatefulSets.
    pub rollout: Option<Known<Rollout>>,
    /// The numbered pods of a StatefulSet.
    pub stateful: Option<StatefulPods>,
    /// How the pods of a Job, or of the Jobs of a CronJob, run.
    pub job: Option<JobRun>,
    /// When a CronJob starts Jobs.
    pub cron: Option<CronRun>,
    /// How many pods a PodDisruptionBudget lets go.
    pub budget: Option<Budget>,
}

/// Derives it, if the object is one.
pub(super) fn derive(scene: &Scene, roles: &[ContainerRole]) -> Option<Controller> {
    let replicas = replicas(scene.topology, scene.index);
    let controller = Controller {
        // Who runs the pods in its place replaces them, too.
        rollout: rollout::derive(scene, replicas.as_ref()).filter(|_| scene.node().taken.is_none()),
        stateful: stateful_set::derive(scene, replicas.as_ref()),
        job: job::derive(scene, roles),
        cron: cron::derive(scene),
        budget: budget::derive(scene),
        replicas,
    };
    let Controller { replicas, rollout, stateful, job, cron, budget } = &controller;
    let is_one = replicas.is_some()
        || rollout.is_some()
        || stateful.is_some()
        || job.is_some()
        || cron.is_some()
        || budget.is_some();
    is_one.then_some(controller)
}

impl Controller {
    /// The port of the node that keeps the update of a DaemonSet from ever ending: the new pod needs it while the old one,
    /// which ends only after that, has it.
    pub fn port_that_stops_surge<'a>(&self, pod: &'a PodFacts) -> Option<&'a Known<i32>> {
        let rollout = &self.rollout.as_ref()?.value;
        let is_daemon = rollout.replicas.is_none() && rollout.strategy == Strategy::RollingUpdate;
        let surges = rollout.max_surge.as_ref().is_some_and(|surge| !surge.is_zero());
        pod.placement.host_ports.first().filter(|_| is_daemon && surges)
    }

    /// Takes it down.
    pub(super) fn tell(&self, scene: &Scene, ledger: &mut Ledger) {
        let index = scene.index;
        if let Some(rollout) = &self.rollout {
            ledger.object(index, "rollout", rollout);
        }
        if let Some(pods) = &self.stateful {
            pods.tell(index, ledger);
        }
        if let Some(job) = &self.job {
            job.tell(index, ledger);
        }
        if let Some(cron) = &self.cron {
            cron.tell(index, ledger);
        }
        if let Some(budget) = &self.budget {
            ledger.object(index, "disruptions", &budget.disruptions);
        }
    }
}
