//! When a CronJob starts Jobs: its schedule, read as Kubernetes reads it, and what happens when runs meet.

mod parse;
mod words;

use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::known::{Known, quoted};
use crate::facts::ledger::Ledger;
use crate::facts::scene::Scene;
use crate::topology::NodeIndex;
use serde::{Serialize, Serializer};
pub use words::span_words;

/// When a CronJob starts Jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct CronRun {
    /// The schedule as written, with the time zone in front if it has one there.
    pub written: String,
    /// The schedule as Kubernetes understands it; `Err` says what keeps it from that, in a few words with names in
    /// backticks.
    pub when: Result<When, String>,
    /// The time zone of the schedule; `None` where it is the one of the cluster's control plane.
    pub time_zone: Option<String>,
    /// Whether the time zone stands in the schedule itself, which newer clusters turn away.
    pub zone_in_schedule: bool,
    /// What happens when a run is due while the last one is still going.
    pub concurrency: Concurrency,
    /// How many seconds late a run may start; `None` for any delay.
    pub starting_deadline_s: Option<i64>,
    /// Whether no new run starts until someone takes the suspension away.
    pub suspended: bool,
    /// How many finished Jobs stay.
    pub history: Known<History>,
}

/// When runs are due.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// At certain minutes of certain days.
    Calendar(CronSchedule),
    /// Again and again after so many seconds, counted from the last run: `@every 90m`.
    Every(i64),
}

/// The minutes and days of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CronSchedule {
    /// Minutes of the hour, 0 to 59.
    pub minute: TimeField,
    /// Hours of the day, 0 to 23.
    pub hour: TimeField,
    /// Days of the month, 1 to 31.
    pub day_of_month: TimeField,
    /// Months, 1 to 12.
    pub month: TimeField,
    /// Days of the week, 0 (Sunday) to 6.
    pub day_of_week: TimeField,
}

/// What one field of a schedule allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeField {
    /// The values, sorted, each once; every possible one for `*`.
    pub values: Vec<u32>,
    /// Whether it is written as `*` or `?`.
    pub is_any: bool,
    /// Whether it restricts nothing, because it holds `*`, `?` or `*/1`. Of the two fields for days, one that restricts
    /// nothing leaves the choice to the other; two that restrict are joined by "or".
    pub is_free: bool,
}

/// What happens when a run is due while the last one is still going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// Both run.
    Allow,
    /// The new one is skipped.
    Forbid,
    /// The new one takes the place of the last one.
    Replace,
}

/// How many finished Jobs of a CronJob stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct History {
    /// Those that succeeded.
    pub successful: i64,
    /// Those that failed.
    pub failed: i64,
}

/// A schedule with its time zone, as the fact tells it.
#[derive(Serialize)]
struct ZonedSchedule<'a> {
    #[serde(flatten)]
    schedule: &'a CronSchedule,
    time_zone: Option<&'a str>,
}

impl Serialize for TimeField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_any { serializer.serialize_str("*") } else { self.values.serialize(serializer) }
    }
}

/// Source: `k8s.io/kubernetes/pkg/apis/batch/v1/defaults.go`, `SetDefaults_CronJob`; `k8s.io/api/batch/v1/types.go`.
pub(super) fn derive(scene: &Scene) -> Option<CronRun> {
    if !scene.is("batch", "CronJob") {
        return None;
    }
    let written = scene.at("spec.schedule").and_then(Value::scalar_text).unwrap_or_default();
    let (prefix, plain) = parse::time_zone(&written);
    let field = scene.text("spec.timeZone").map(str::to_owned);
    let limit = |key: &str, default: i64| scene.number(key).map_or(default, |number| number.max(0));
    let history = History {
        successful: limit("spec.successfulJobsHistoryLimit", 3),
        failed: limit("spec.failedJobsHistoryLimit", 1),
    };
    let why =
        format!("{} that succeeded and {} that failed stay", kept(history.successful), kept(history.failed));
    let when = match (&prefix, &field) {
        (Some(_), Some(_)) => Err(format!(
            "it names a time zone in {} and another one in {}",
            quoted("schedule"),
            quoted("timeZone")
        )),
        _ => parse::schedule(plain),
    };
    Some(CronRun {
        when,
        zone_in_schedule: prefix.is_some(),
        time_zone: field.or_else(|| prefix.map(str::to_owned)),
        concurrency: match scene.text("spec.concurrencyPolicy") {
            Some("Forbid") => Concurrency::Forbid,
            Some("Replace") => Concurrency::Replace,
            _ => Concurrency::Allow,
        },
        starting_deadline_s: scene.number("spec.startingDeadlineSeconds"),
        suspended: scene.at("spec.suspend").and_then(Value::as_bool) == Some(true),
        history: Known::new(history, why, FieldPath::of("spec.successfulJobsHistoryLimit")),
        written,
    })
}

fn words_of(when: &When) -> Option<String> {
    match when {
        When::Calendar(schedule) => schedule.words(),
        When::Every(seconds) => Some(format!("{}, counted from the last run", words::every_words(*seconds))),
    }
}

/// How many of the finished Jobs stay, in words.
fn kept(number: i64) -> String {
    match number {
        0 => "none".to_owned(),
        1 => "the last one".to_owned(),
        _ => format!("the last {number}"),
    }
}

impl CronRun {
    /// When runs are due, in words without the time zone: `at 02:30 from Monday to Friday`; `None` where the schedule
    /// cannot be read or never comes.
    pub fn words(&self) -> Option<String> {
        words_of(self.when.as_ref().ok()?)
    }

    pub(super) fn tell(&self, index: NodeIndex, ledger: &mut Ledger) {
        let (zoned, why) = match &self.when {
            Ok(When::Calendar(schedule)) => {
                let why = match schedule.words() {
                    Some(words) => format!("it is due {words}"),
                    None => "no day ever fits".to_owned(),
                };
                (Some(ZonedSchedule { schedule, time_zone: self.time_zone.as_deref() }), why)
            }
            Ok(When::Every(_)) => (None, "an interval has no minutes and hours to list".to_owned()),
            Err(reason) => (None, format!("the schedule cannot be read: {reason}")),
        };
        ledger.object(index, "cron", &Known::new(zoned, why, FieldPath::of("spec.schedule")));
        ledger.object(index, "history", &self.history);
    }
}
