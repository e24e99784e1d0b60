//! What charts and kustomizations may take together, so that none of them makes podviz work without end.

use super::tool::Left;
use crate::document::{Document, Value};
use schemars::JsonSchema;
use serde::Deserialize;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

/// Seconds for all of them, if nobody says otherwise.
const SECONDS: u64 = 45;

/// For so many builds of clusters a second more, up to twice the time.
const BUILDS_PER_SECOND: u64 = 2;

/// Objects that they may make however small the input is: more than any chart that people use makes.
const OBJECTS: u64 = 2000;

/// For each so many bytes of charts and kustomizations one object more. Templates of an object are larger.
const BYTES_PER_OBJECT: u64 = 128;

/// Megabytes that they may print however small the input is, and how many times the input beyond that. A site holds about
/// ten bytes for each of them, and may hold 20 MB and 200 times its input.
const MEGABYTES: u64 = 1;
const TIMES_INPUT: u64 = 20;

/// Limits of what `kustomize`, `kubectl` and `helm` may take for all charts and kustomizations together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolLimits {
    /// Seconds that they may run, at most 600; if absent 45, and up to 90 where Flux or Argo CD apply many folders.
    #[serde(default)]
    pub seconds: Option<u64>,
    /// Objects that they may make, at most 200,000; if absent 2,000, and more where charts and kustomizations are large.
    #[serde(default)]
    pub objects: Option<u64>,
    /// MiB that they may print, at most 1,024; if absent 1, and more where charts and kustomizations are large.
    #[serde(default)]
    pub megabytes: Option<u64>,
}

impl ToolLimits {
    /// What `seconds` may be.
    pub const SECONDS: RangeInclusive<u64> = 1..=600;
    /// What `objects` may be.
    pub const OBJECTS: RangeInclusive<u64> = 1..=200_000;
    /// What `megabytes` may be.
    pub const MEGABYTES: RangeInclusive<u64> = 1..=1024;

    /// These limits, and where they say nothing, those of `others`.
    #[must_use]
    pub fn or(&self, others: &ToolLimits) -> ToolLimits {
        ToolLimits {
            seconds: self.seconds.or(others.seconds),
            objects: self.objects.or(others.objects),
            megabytes: self.megabytes.or(others.megabytes),
        }
    }
}

/// What is left of the limits.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Seconds at the beginning.
    pub seconds: u64,
    /// Objects at the beginning.
    pub objects: usize,
    /// MiB at the beginning.
    pub megabytes: u64,
    end: Instant,
    objects_left: usize,
    bytes_left: usize,
}

impl Budget {
    /// A budget whose time begins now, for charts and kustomizations of so many bytes.
    pub fn new(limits: &ToolLimits, input_bytes: u64) -> Budget {
        let seconds = limits.seconds.unwrap_or(SECONDS);
        let more =
            |most: RangeInclusive<u64>, floor: u64, more: u64| floor.saturating_add(more).min(*most.end());
        let objects = limits
            .objects
            .unwrap_or_else(|| more(ToolLimits::OBJECTS, OBJECTS, input_bytes / BYTES_PER_OBJECT));
        let megabytes = limits.megabytes.unwrap_or_else(|| {
            more(ToolLimits::MEGABYTES, MEGABYTES, input_bytes.saturating_mul(TIMES_INPUT) >> 20)
        });
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Budget {
            seconds,
            objects: number(objects),
            megabytes,
            end: Instant::now() + Duration::from_secs(seconds),
            objects_left: number(objects),
            bytes_left: number(megabytes << 20),
        }
    }

    /// More objects and bytes for so many bytes more that are built, unless the user says how many there are.
    pub fn allow(&mut self, limits: &ToolLimits, input_bytes: u64) {
        let more = |more: u64| usize::try_from(more).unwrap_or(usize::MAX);
        if limits.objects.is_none() {
            let most = more(*ToolLimits::OBJECTS.end()).saturating_sub(self.objects);
            let objects = more(input_bytes / BYTES_PER_OBJECT).min(most);
            self.objects += objects;
            self.objects_left += objects;
        }
        if limits.megabytes.is_none() {
            let most = ToolLimits::MEGABYTES.end().saturating_sub(self.megabytes);
            let megabytes = (input_bytes.saturating_mul(TIMES_INPUT) >> 20).min(most);
            self.megabytes += megabytes;
            self.bytes_left += more(megabytes << 20);
        }
    }

    /// More time where many folders are built for clusters, unless the user says how much there is.
    pub fn extend(&mut self, limits: &ToolLimits, builds: usize) {
        if limits.seconds.is_none() {
            let seconds = (SECONDS + builds as u64 / BUILDS_PER_SECOND).min(2 * SECONDS).max(self.seconds);
            self.end += Duration::from_secs(seconds - self.seconds);
            self.seconds = seconds;
        }
    }

    /// What is left for one more call.
    pub fn left(&self) -> Left {
        Left { end: self.end, bytes: self.bytes_left }
    }

    /// Whether the time is over, so that nothing more is tried.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    /// How many objects may still be made.
    pub fn objects_left(&self) -> usize {
        self.objects_left
    }

    /// Takes what one environment made, if so much is left.
    pub fn take(&mut self, objects: usize, bytes: usize) -> Result<(), Excess> {
        let objects_left = self.objects_left.checked_sub(objects).ok_or(Excess::Objects(objects))?;
        self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or(Excess::Bytes)?;
        self.objects_left = objects_left;
        Ok(())
    }
}

impl Budget {
    /// Why something is left out, in words.
    pub fn reason(&self, excess: Excess) -> String {
        match excess {
            Excess::Objects(made) => {
                let objects = self.objects;
                let left = match self.objects_left {
                    left if left < objects => format!(", of which {left} are left"),
                    _ => String::new(),
                };
                format!(
                    "it makes {made} objects, and all charts and kustomizations together may make {objects}{left}"
                )
            }
            Excess::Bytes => {
                let megabytes = self.megabytes;
                format!(
                    "it prints too much: all charts and kustomizations together may print {megabytes} MiB"
                )
            }
            Excess::Time => format!("the {} s for all charts and kustomizations were over", self.seconds),
        }
    }
}

impl Excess {
    /// The setting that allows more.
    pub fn setting(self) -> &'static str {
        match self {
            Excess::Objects(_) => "objects",
            Excess::Bytes => "megabytes",
            Excess::Time => "seconds",
        }
    }
}

/// Why what a tool makes is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// It makes so many objects, and fewer are left.
    Objects(usize),
    /// It prints more than is left.
    Bytes,
    /// The time was over before it was ready, or before it began.
    Time,
}

/// How many documents a text holds that a tool printed.
pub fn separate(text: &[u8]) -> usize {
    let breaks = text.split(|byte| *byte == b'\n').skip(1).filter(|line| line.starts_with(b"---")).count();
    1 + breaks
}

/// How many objects documents hold: of a List, those in it.
pub fn objects(documents: &[Document]) -> usize {
    documents.iter().map(|document| weight(&document.value)).sum()
}

fn weight(value: &Value) -> usize {
    let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    match value.get("items").filter(|items| is_list && items.is_list()) {
        Some(items) => items.items().iter().map(weight).sum(),
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Excess, ToolLimits, separate};

    #[test]
    fn what_may_be_made_grows_with_the_input() {
        let small = Budget::new(&ToolLimits::default(), 0);
        let large = Budget::new(&ToolLimits::default(), 10 << 20);
        assert_eq!((small.objects, small.megabytes), (2000, 1));
        assert_eq!((large.objects, large.megabytes), (2000 + (10 << 20) / 128, 201));
        let set = ToolLimits { objects: Some(7), ..ToolLimits::default() };
        assert_eq!(Budget::new(&set, u64::MAX).objects, 7);
        assert_eq!(Budget::new(&ToolLimits::default(), u64::MAX).megabytes, 1024);
    }

    #[test]
    fn nobody_takes_more_than_is_left() {
        let limits = ToolLimits { objects: Some(5), megabytes: Some(1), ..ToolLimits::default() };
        let mut budget = Budget::new(&limits, 0);
        assert_eq!(budget.take(3, 100), Ok(()));
        assert_eq!(budget.take(3, 100), Err(Excess::Objects(3)));
        assert_eq!(budget.take(1, 1 << 20), Err(Excess::Bytes));
        assert_eq!(budget.take(2, 100), Ok(()), "what was refused took nothing");
    }

    #[test]
    fn documents_are_counted_before_they_are_read() {
        assert_eq!(separate(b"---\na: 1\n---\nb: |\n  ---\n"), 2);
    }
}
