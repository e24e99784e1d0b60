//! When the runs of a Job or a CronJob start, when they are retried, and when they are over.

use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::controller::{Concurrency, CronRun, JobRun, Retries, When, span_words};
use crate::model::Object;
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, marked, plain, text};
use crate::page::{Block, Prose, Tone, sentence};
use crate::topology::NodeIndex;

pub fn blocks(
    know: &Knowledge,
    index: NodeIndex,
    object: &Object,
    run: &JobRun,
    cron: Option<&CronRun>,
) -> Vec<Block> {
    let mut blocks = Vec::new();
    let policy = &run.shape.value.restart_policy;
    if !matches!(policy.as_str(), "OnFailure" | "Never") {
        let words = vec![
            text("Kubernetes turns it away: "),
            code("restartPolicy"),
            text(" of its pod must be "),
            code("OnFailure"),
            text(" or "),
            code("Never"),
            text(", not "),
            code(policy),
            text("."),
        ];
        blocks.push(Block::Alert { tone: Tone::Error, text: words });
    }
    let mut items: Vec<Prose> = Vec::new();
    if let Some(cron) = cron {
        items.extend(schedule(know, object, cron));
        if cron.words().is_some() {
            items.extend(meetings(know, object, cron));
        }
    }
    let who = if cron.is_some() { "Each Job" } else { "It" };
    if run.suspended {
        let words = format!("{who} is suspended: no pod runs until someone sets this to false. ");
        items.push(vec![text(words), know.source(object, &run.path.key("suspend"))]);
    }
    items.push(numbers(know, object, run, who));
    items.extend(failures(know, object, run));
    items.extend(completion(know, index, object, run, who));
    items.extend(leftovers(know, object, run, cron));
    blocks.push(Block::List { ordered: false, items });
    blocks
}

/// When runs are due.
fn schedule(know: &Knowledge, object: &Object, cron: &CronRun) -> Vec<Prose> {
    let source = |field: &str| vec![text(" "), know.source(object, &FieldPath::of(field))];
    let mut items = Vec::new();
    let zone = match &cron.time_zone {
        _ if matches!(cron.when, Ok(When::Every(_))) => Prose::new(),
        Some(zone) => vec![text(", in time zone "), code(zone)],
        None => plain(", by the clock of the cluster's control plane, because no time zone is set"),
    };
    items.push(match (&cron.when, cron.words()) {
        (Err(fault), _) => concat(vec![
            plain("Kubernetes turns schedule "),
            vec![code(&cron.written)],
            plain(" away: "),
            marked(fault),
            plain("."),
            source("spec.schedule"),
        ]),
        (Ok(_), None) => concat(vec![
            plain("No run is ever due, because no day fits schedule "),
            vec![code(&cron.written), text(".")],
            source("spec.schedule"),
        ]),
        (Ok(_), Some(words)) => concat(vec![
            plain(format!("A run is due {words}")),
            zone,
            vec![text(" ("), code(&cron.written), text(").")],
            source("spec.schedule"),
        ]),
    });
    if cron.zone_in_schedule {
        items.push(vec![
            text("Newer clusters turn away a new CronJob whose schedule holds a time zone: it belongs in "),
            code("timeZone"),
            text("."),
        ]);
    }
    if cron.suspended {
        let words = plain("It is suspended: no run starts until someone sets this to false.");
        items.push(concat(vec![words, source("spec.suspend")]));
    }
    items
}

/// What happens to a run that meets another one, or comes late.
fn meetings(know: &Knowledge, object: &Object, cron: &CronRun) -> Vec<Prose> {
    let source = |field: &str| vec![text(" "), know.source(object, &FieldPath::of(field))];
    let overlap = match cron.concurrency {
        Concurrency::Allow => "A run starts even while the last one is still going: slow runs pile up.",
        Concurrency::Forbid => {
            "A run that is due while the last one is still going waits: it may start late, when that one ends."
        }
        Concurrency::Replace => "A run that is due while the last one is still going stops that one.",
    };
    let late = match cron.starting_deadline_s {
        Some(seconds) if seconds < 10 => format!(
            "A run that cannot start within {} of its time is skipped; Kubernetes looks only about every 10 s, \
             so a run may never start.",
            span_words(seconds)
        ),
        Some(seconds) => {
            format!("A run that cannot start within {} of its time is skipped.", span_words(seconds))
        }
        None => "After a time without a control plane, the latest run that was missed starts, however late."
            .to_owned(),
    };
    vec![
        concat(vec![plain(overlap), source("spec.concurrencyPolicy")]),
        concat(vec![plain(late), source("spec.startingDeadlineSeconds")]),
    ]
}

/// How many pods one run takes.
fn numbers(know: &Knowledge, object: &Object, run: &JobRun, who: &str) -> Prose {
    let shape = &run.shape.value;
    if shape.parallelism == 0 {
        let field = run.path.key("parallelism");
        return vec![
            text(format!("{who} is paused: no pod runs until someone raises its parallelism above 0. ")),
            know.source(object, &field),
        ];
    }
    let rounds = match shape.min_waves {
        Some(waves) if waves > 1 => {
            format!(", so it takes at least {} one after another", count(to_usize(waves), "round", "rounds"))
        }
        _ => String::new(),
    };
    let indexed = if run.indexed {
        marked("; each pod finds a number of its own in `JOB_COMPLETION_INDEX`")
    } else {
        Prose::new()
    };
    let words = format!("{who} runs {}{rounds}", sentence::job_runs(run));
    concat(vec![plain(words), indexed, vec![text(". "), know.source(object, &run.path)]])
}

/// What follows a failure.
fn failures(know: &Knowledge, object: &Object, run: &JobRun) -> Vec<Prose> {
    let shape = &run.shape.value;
    let policy = run.path.key("podFailurePolicy");
    let has_policy = policy.find(&object.value).is_some();
    let again = match (shape.restart_policy.as_str(), run.retries) {
        ("OnFailure", _) => "A container that fails starts again in the same pod; the Job ",
        (_, Retries::FailedPod(1)) if !has_policy => "No failed pod is replaced: the Job ",
        _ => {
            "A failed pod is replaced by a new one, after about 10 s at first, then 20 s, 40 s, up to 10 minutes; \
             the Job "
        }
    };
    let rules = failure_policy(object, run);
    let source = know.source(object, &run.path.key("backoffLimit"));
    let mut items = vec![vec![text(format!("{again}{}{rules}. ", sentence::after_failures(run))), source]];
    if let Some(seconds) = shape.active_deadline_s {
        items.push(vec![
            text(format!(
                "After {} Kubernetes stops the Job and calls it failed, whether or not it is done. ",
                span_words(seconds)
            )),
            know.source(object, &run.path.key("activeDeadlineSeconds")),
        ]);
    }
    let replacement = run.path.key("podReplacementPolicy");
    if replacement.find(&object.value).and_then(Value::as_str) == Some("Failed") {
        let words = "A new pod starts only after the old one has ended for good. ";
        items.push(vec![text(words), know.source(object, &replacement)]);
    }
    let success = run.path.key("successPolicy");
    if success.find(&object.value).is_some() {
        let words = if run.indexed {
            "It may count as succeeded before every number has: its success policy says which are enough. "
        } else {
            "Its success policy has no effect, because its pods have no numbers. "
        };
        items.push(vec![text(words), know.source(object, &success)]);
    }
    items
}

/// What the failure policy of a Job changes about that, by the actions of its rules.
///
/// Source: `k8s.io/api/batch/v1/types.go`, `PodFailurePolicyAction`.
fn failure_policy(object: &Object, run: &JobRun) -> &'static str {
    let rules = run.path.key("podFailurePolicy").key("rules");
    let rules = rules.find(&object.value).map(Value::items).unwrap_or_default();
    let has =
        |action: &str| rules.iter().any(|rule| rule.get("action").and_then(Value::as_str) == Some(action));
    match (has("Ignore"), has("FailJob") || has("FailIndex")) {
        (true, false) => ", not counting the failures that its failure policy ignores",
        (true, true) => "; its failure policy ignores some failures, and gives up at once at others",
        (false, true) => "; at some failures its failure policy gives up at once",
        (false, false) => "",
    }
}

/// Whether its helpers let it finish.
fn completion(know: &Knowledge, index: NodeIndex, object: &Object, run: &JobRun, who: &str) -> Option<Prose> {
    let completion = run.completion.as_ref()?;
    let source = know.source(object, &completion.completes.field);
    if completion.completes.value {
        return Some(vec![
            text(
                "Its native sidecars do not keep it from finishing: Kubernetes stops them once the app containers are done. ",
            ),
            source,
        ]);
    }
    let names: Vec<Prose> =
        completion.blockers.iter().map(|(container, _)| vec![know.container(index, *container)]).collect();
    let (end, make) = if names.len() == 1 {
        (" never ends by itself", "make it a sidecar")
    } else {
        (" never end by themselves", "make them sidecars")
    };
    let evidence: Vec<Prose> = completion.blockers.iter().map(|(_, evidence)| marked(evidence)).collect();
    Some(concat(vec![
        plain(format!("{who} never completes, because ")),
        joined(names, "and"),
        plain(format!("{end} (")),
        joined(evidence, "and"),
        plain(format!("): {make}, an init container with ")),
        vec![code("restartPolicy: Always"), text(". "), source],
    ]))
}

/// What stays when it is over.
fn leftovers(know: &Knowledge, object: &Object, run: &JobRun, cron: Option<&CronRun>) -> Vec<Prose> {
    let mut items = Vec::new();
    if let Some(cron) = cron {
        let history = &cron.history.value;
        let words = match (history.successful, history.failed) {
            (0, 0) => "Kubernetes keeps no finished run: pods and logs go with it. ".to_owned(),
            (successful, failed) => {
                let kept = |number: i64, which: &str| match number {
                    0 => format!("no run that {which}"),
                    1 => format!("the last run that {which}"),
                    many => format!("the last {many} runs that {which}"),
                };
                let (good, bad) = (kept(successful, "succeeded"), kept(failed, "failed"));
                format!("Kubernetes keeps {good} and {bad}, with their pods and logs. ")
            }
        };
        items.push(vec![text(words), know.source(object, &cron.history.field)]);
    }
    let field = run.path.key("ttlSecondsAfterFinished");
    match (run.ttl_s, cron) {
        (Some(0), _) => items.push(vec![
            text("Kubernetes deletes the Job with its pods and logs as soon as it has finished. "),
            know.source(object, &field),
        ]),
        (Some(seconds), _) => items.push(vec![
            text(format!(
                "Kubernetes deletes the Job with its pods and logs {} after it has finished. ",
                span_words(seconds)
            )),
            know.source(object, &field),
        ]),
        (None, None) => items.push(plain("Once finished, it and its pods stay until someone deletes them.")),
        (None, Some(_)) => {}
    }
    items
}

fn to_usize(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}
