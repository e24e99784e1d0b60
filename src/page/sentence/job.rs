//! The opening sentences of Jobs and CronJobs: until when they run, when they give up, when they start.

use crate::facts::controller::{Concurrency, CronRun, JobRun, Retries, span_words};
use crate::names::{count, ordinal};
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, marked, plain, text};
use crate::topology::NodeIndex;

/// What a Job does, without a full stop.
pub(super) fn job(know: &Knowledge, index: NodeIndex, containers: &str) -> Prose {
    let run = know.facts.controller(index).and_then(|controller| controller.job.as_ref());
    let Some(run) = run else { return plain(format!("Runs {containers}")) };
    let shape = &run.shape.value;
    if shape.parallelism == 0 {
        return plain(format!("Is paused, because its parallelism is 0; each pod would run {containers}"));
    }
    let start = if run.suspended { "Is suspended; once resumed, it runs " } else { "Runs " };
    plain(format!("{start}{}; {}; each pod runs {containers}", job_runs(run), gives_up(run)))
}

/// Until when a Job runs, as it stands behind "runs": `once until 5 pods have succeeded, 2 at a time`.
pub fn job_runs(run: &JobRun) -> String {
    let shape = &run.shape.value;
    match (shape.completions, shape.max_concurrent) {
        (Some(0), _) => "no pod, because none has to succeed".to_owned(),
        (Some(1), _) | (None, 1) => "once until a pod has succeeded".to_owned(),
        (Some(many), 1) => format!("once until {} have succeeded, one at a time", pods(many)),
        (Some(many), all) if all == many => {
            format!("once until {} have succeeded, all at the same time", pods(many))
        }
        (Some(many), some) => {
            format!("once until {} have succeeded, {some} at a time", pods(many))
        }
        (None, many) => {
            format!("{} that share the work, until one has succeeded and all have ended", pods(many))
        }
    }
}

/// When a Job gives up: `gives up at the 7th failed pod, or after 10 minutes`.
fn gives_up(run: &JobRun) -> String {
    let failures = failures(run);
    let deadline = run.shape.value.active_deadline_s.map(|seconds| format!("after {}", span_words(seconds)));
    match (failures, deadline) {
        (Some(failures), Some(deadline)) => format!("gives up {failures}, or {deadline}"),
        (None, Some(deadline)) => format!("gives up {deadline}, however many pods have failed"),
        (_, None) => after_failures(run),
    }
}

/// What a Job does about failures, whatever its deadline: `gives up at the 7th failed pod`.
pub fn after_failures(run: &JobRun) -> String {
    match failures(run) {
        Some(failures) => format!("gives up {failures}"),
        None => "retries failed pods without an end".to_owned(),
    }
}

/// At which failure a Job gives up, as it stands behind "gives up"; `None` where it never does.
fn failures(run: &JobRun) -> Option<String> {
    match run.retries {
        Retries::FailedPod(1) => Some("at the first failed pod".to_owned()),
        Retries::FailedPod(number) => Some(format!("at the {} failed pod", ordinal(number))),
        Retries::Restarts(1) => Some("at the first restart of a container".to_owned()),
        Retries::Restarts(number) => Some(format!("once its containers have restarted {number} times")),
        Retries::FailedPodOfIndex(1) => Some("on an index at its first failed pod".to_owned()),
        Retries::FailedPodOfIndex(number) => {
            Some(format!("on an index at its {} failed pod", ordinal(number)))
        }
        Retries::Never => None,
    }
}

fn pods(number: i64) -> String {
    count(usize::try_from(number).unwrap_or(0), "pod", "pods")
}

/// What a CronJob does, without a full stop.
pub(super) fn cron_job(know: &Knowledge, index: NodeIndex, containers: &str) -> Prose {
    let cron = know.facts.controller(index).and_then(|controller| controller.cron.as_ref());
    let Some(cron) = cron else { return plain(format!("Runs {containers} on a schedule")) };
    let runs = plain(format!("; each pod runs {containers}"));
    concat(vec![starts(cron), runs])
}

fn starts(cron: &CronRun) -> Prose {
    let words = match (&cron.when, cron.words()) {
        (Err(fault), _) => {
            let mut prose = plain("Starts no Job, because Kubernetes cannot read its schedule: ");
            prose.extend(marked(fault));
            return prose;
        }
        (Ok(_), None) => {
            return vec![text("Starts no Job, because no day ever fits its schedule "), code(&cron.written)];
        }
        (Ok(_), Some(words)) => words,
    };
    let verb = if cron.suspended { "Is suspended; would start a Job " } else { "Starts a Job " };
    let zone = cron.time_zone.iter().flat_map(|zone| [text(" ("), code(zone), text(")")]).collect();
    let meeting = match cron.concurrency {
        Concurrency::Allow => "; runs may overlap".to_owned(),
        Concurrency::Replace => "; a new run stops the last one if that is still going".to_owned(),
        Concurrency::Forbid => {
            let late = match cron.starting_deadline_s {
                Some(seconds) => format!("up to {} late", span_words(seconds)),
                None => "late".to_owned(),
            };
            format!(
                "; skips a run while the last one is still going, and may start it {late} when that one ends"
            )
        }
    };
    concat(vec![plain(format!("{verb}{words}")), zone, plain(meeting)])
}
