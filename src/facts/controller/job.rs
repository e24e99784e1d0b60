//! How the pods of a Job run: how many, how many at a time, and after how many failures it gives up.

use super::completion::{self, Completion};
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::known::{Known, quoted};
use crate::facts::ledger::Ledger;
use crate::facts::role::ContainerRole;
use crate::facts::scene::Scene;
use crate::topology::NodeIndex;
use serde::Serialize;

/// The backoff limit of a Job whose indexes have limits of their own.
const NO_LIMIT: i64 = 2_147_483_647;

/// How the pods of a Job, or of the Jobs that a CronJob starts, run.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRun {
    /// Its numbers.
    pub shape: Known<JobShape>,
    /// When it counts as failed.
    pub retries: Retries,
    /// Whether the helpers of its pod let it finish, where it has some.
    pub completion: Option<Completion>,
    /// The way to the Job's spec: `spec`, or `spec.jobTemplate.spec`.
    pub path: FieldPath,
    /// Whether no pod starts until someone takes the suspension away.
    pub suspended: bool,
    /// How long the finished Job stays, in seconds, where it does not stay for good.
    pub ttl_s: Option<i64>,
    /// Whether each pod has a number of its own.
    pub indexed: bool,
}

/// The numbers of a Job, after defaulting; `None` is unset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobShape {
    /// How many pods must succeed; unset for a work queue.
    pub completions: Option<i64>,
    /// How many pods may run at the same time.
    pub parallelism: i64,
    /// How many pods run at the same time, never more than there is work for.
    pub max_concurrent: i64,
    /// In how many rounds the pods run, if none fails; unknown for a work queue and a paused Job.
    pub min_waves: Option<i64>,
    /// How many failures it takes without giving up.
    pub backoff_limit: i64,
    /// After how many seconds Kubernetes ends the Job, done or not.
    pub active_deadline_s: Option<i64>,
    /// What happens to a container that ends.
    pub restart_policy: String,
}

/// When a Job counts as failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retries {
    /// At this failed pod, counted from 1.
    FailedPod(i64),
    /// Once containers have restarted so often, in all running pods together.
    Restarts(i64),
    /// Each index at this failed pod of its own, counted from 1.
    FailedPodOfIndex(i64),
    /// Not because of failures: the limit is too high to be met.
    Never,
}

/// Source: `k8s.io/kubernetes/pkg/apis/batch/v1/defaults.go`, `SetDefaults_Job`; `k8s.io/api/batch/v1/types.go`;
/// `pkg/controller/job/job_controller.go`, `manageJob` (no more pods than there is work for), `exceedsBackoffLimit`
/// (failed pods must exceed the limit) and `pastBackoffLimitOnFailure` (restarts must reach it).
pub(super) fn derive(scene: &Scene, roles: &[ContainerRole]) -> Option<JobRun> {
    let path = if scene.is("batch", "Job") {
        FieldPath::of("spec")
    } else if scene.is("batch", "CronJob") {
        FieldPath::of("spec.jobTemplate.spec")
    } else {
        return None;
    };
    let number = |key: &str| path.key(key).find(&scene.object.value).and_then(Value::as_i64);
    let at_least_zero = |key: &str| number(key).map(|number| number.max(0));
    let is_default = number("completions").is_none() && number("parallelism").is_none();
    let (completions, parallelism) = match (at_least_zero("completions"), at_least_zero("parallelism")) {
        (None, None) => (Some(1), 1),
        (completions, parallelism) => (completions, parallelism.unwrap_or(1)),
    };
    let max_concurrent = completions.map_or(parallelism, |completions| completions.min(parallelism));
    let per_index = at_least_zero("backoffLimitPerIndex");
    let backoff_limit =
        at_least_zero("backoffLimit").unwrap_or(if per_index.is_some() { NO_LIMIT } else { 6 });
    let restart_policy = scene.node().pod.as_ref().and_then(|pod| pod.spec.restart_policy.clone());
    let shape = JobShape {
        completions,
        parallelism,
        max_concurrent,
        min_waves: waves(completions, parallelism, max_concurrent),
        backoff_limit,
        active_deadline_s: at_least_zero("activeDeadlineSeconds"),
        restart_policy: restart_policy.unwrap_or_else(|| "Always".to_owned()),
    };
    let retries = match (per_index, &*shape.restart_policy) {
        (Some(limit), _) => Retries::FailedPodOfIndex(limit.saturating_add(1)),
        (None, _) if backoff_limit >= NO_LIMIT => Retries::Never,
        (None, "OnFailure") => Retries::Restarts(backoff_limit.max(1)),
        (None, _) => Retries::FailedPod(backoff_limit.saturating_add(1)),
    };
    Some(JobRun {
        shape: Known::new(shape, reason(completions, parallelism, is_default), path.clone()),
        retries,
        completion: completion::derive(scene, roles),
        suspended: path.key("suspend").find(&scene.object.value).and_then(Value::as_bool) == Some(true),
        ttl_s: at_least_zero("ttlSecondsAfterFinished"),
        indexed: path.key("completionMode").find(&scene.object.value).and_then(Value::as_str)
            == Some("Indexed"),
        path,
    })
}

impl JobRun {
    pub(super) fn tell(&self, index: NodeIndex, ledger: &mut Ledger) {
        ledger.object(index, "job", &self.shape);
        if let Some(completion) = &self.completion {
            ledger.object(index, "completes_with_sidecar", &completion.completes);
        }
    }
}

/// In how many rounds `completions` pods run, `at_once` at a time.
fn waves(completions: Option<i64>, parallelism: i64, at_once: i64) -> Option<i64> {
    let completions = completions.filter(|_| parallelism > 0)?;
    if at_once == 0 {
        return Some(0);
    }
    Some(completions / at_once + i64::from(completions % at_once > 0))
}

fn reason(completions: Option<i64>, parallelism: i64, is_default: bool) -> String {
    match (completions, parallelism) {
        _ if is_default => "one pod must succeed, by default".to_owned(),
        (_, 0) => format!("{} of 0 pauses it", quoted("parallelism")),
        (None, _) => format!("without {} its pods share one queue of work", quoted("completions")),
        (Some(completions), at_once) => {
            format!("{} is {completions}, {} is {at_once}", quoted("completions"), quoted("parallelism"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::waves;

    #[test]
    fn the_last_wave_may_be_smaller() {
        assert_eq!(waves(Some(5), 2, 2), Some(3));
        assert_eq!(waves(Some(4), 2, 2), Some(2));
        assert_eq!(waves(Some(1), 1, 1), Some(1));
        assert_eq!(waves(Some(0), 1, 0), Some(0));
        assert_eq!(waves(Some(5), 0, 0), None);
        assert_eq!(waves(None, 3, 3), None);
        assert_eq!(waves(Some(i64::MAX), i64::MAX, i64::MAX), Some(1));
    }
}
