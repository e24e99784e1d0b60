//! Which pods of a workload a selector picks: all, none, or some that bear labels of their own.

use super::pod::Pod;
use super::selector::{Labels, Selector};
use std::collections::BTreeSet;

/// How many pods a selector may name one by one before it counts as naming all it could.
const MOST_NAMED: usize = 40;

/// Which pods of a workload a selector picks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Share {
    /// None of them.
    Nothing,
    /// All of them.
    All,
    /// Some of them, in words: `pod db-0`, `all pods but db-0`.
    Part(String),
}

impl Pod {
    /// The labels of one of its pods: the one with a number, or one of those that nobody singles out.
    pub fn labels_of(&self, number: Option<i64>) -> Labels {
        let mut all = self.labels.clone();
        all.extend(self.given.labels(number));
        all
    }

    /// The numbers of the pods that selectors name one by one, and whether there are pods beside these.
    pub fn singled_out<'a>(&self, selectors: impl IntoIterator<Item = &'a Selector>) -> (Vec<i64>, bool) {
        let mentioned = selectors.into_iter().flat_map(Selector::mentioned);
        if !self.given.known.is_empty() {
            let known = i64::try_from(self.given.known.len().min(MOST_NAMED)).unwrap_or(0);
            let mut mentioned = mentioned;
            let singled = if mentioned.any(|(key, _)| self.given.varies(key)) { known } else { 0 };
            return ((0..singled).collect(), singled == 0 || self.given.known.len() > MOST_NAMED);
        }
        let numbers: BTreeSet<i64> =
            mentioned.filter_map(|(key, value)| self.given.named(key, value)).take(MOST_NAMED).collect();
        let all = self.given.count();
        let more =
            numbers.is_empty() || all.is_none_or(|all| i64::try_from(numbers.len()).is_ok_and(|n| n < all));
        (numbers.into_iter().collect(), more)
    }

    /// The name of the pod with a number: `db-0`, or for pods whose names nobody knows `number 0`.
    pub fn name_of(&self, number: i64) -> String {
        let known = usize::try_from(number).ok().and_then(|number| self.given.known.get(number));
        match (known, self.given.name()) {
            (Some((name, _)), _) => name.clone(),
            (None, Some((_, name))) => format!("{name}-{number}"),
            (None, None) => format!("number {number}"),
        }
    }

    /// The number of the pod with a name, if its pods have names with numbers and there is such a one.
    pub fn number_of(&self, name: &str) -> Option<i64> {
        if let Some(known) = self.given.known.iter().position(|(own, _)| own == name) {
            return i64::try_from(known).ok();
        }
        let (label, _) = self.given.name()?;
        self.given.named(label, name)
    }
}

impl Share {
    /// Which pods it means, where not all or none: `pod db-0 only`.
    pub fn only(part: &str) -> String {
        if part.starts_with("all ") { part.to_owned() } else { format!("{part} only") }
    }
}

impl Selector {
    /// Which pods of a workload it picks. Of values that only the cluster knows, it is taken to mean some that are there.
    pub fn share(&self, pod: &Pod) -> Share {
        let given = &pod.given;
        let mentioned: Vec<(&str, &str)> =
            self.mentioned().into_iter().filter(|(key, _)| given.varies(key)).collect();
        let (numbers, more) = pod.singled_out([self]);
        let rest = pod.labels_of(None);
        let picks_rest = more && self.matches(&rest);
        if mentioned.is_empty() {
            return if picks_rest { Share::All } else { Share::Nothing };
        }
        let (picked, passed): (Vec<i64>, Vec<i64>) =
            numbers.into_iter().partition(|number| self.matches(&pod.labels_of(Some(*number))));
        let names = |numbers: &[i64]| {
            let names: Vec<String> = numbers.iter().map(|number| pod.name_of(*number)).collect();
            joined(&names)
        };
        match (picks_rest, &picked[..], &passed[..]) {
            (true, _, []) => Share::All,
            (true, _, passed) => Share::Part(format!("all pods but {}", names(passed))),
            (false, [_, ..], []) if !more => Share::All,
            (false, [_], _) => Share::Part(format!("pod {}", names(&picked))),
            (false, [_, ..], _) => Share::Part(format!("pods {}", names(&picked))),
            (false, [], _) if !given.known.is_empty() => Share::Nothing,
            (false, [], _) => {
                let said: Vec<(&str, &str)> =
                    mentioned.iter().copied().filter(|(key, value)| given.may_be(key, value)).collect();
                let mut labels = rest;
                labels.extend(said.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
                let words: Vec<String> = said.iter().map(|(key, value)| format!("{key}={value}")).collect();
                match self.matches(&labels) {
                    true => Share::Part(format!("the pods with {}", joined(&words))),
                    false => Share::Nothing,
                }
            }
        }
    }
}

fn joined(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
