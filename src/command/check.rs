//! `--check`: nothing is written; what is stale is printed, with the command that mends it.

use super::print::{print_diffs, print_drift};
use podviz::cli::Messages;
use podviz::output::File;
use podviz::output::publish::{Destination, compare};
use podviz::problem::{Code, Level, Problem};
use podviz::source::Known;

/// A check, and the command that brings up to date what it finds stale.
pub(super) struct Check<'a> {
    pub(super) messages: &'a Messages,
    pub(super) mending: &'a str,
}

impl Check<'_> {
    /// Whether a folder holds what would be written there. What is `known` is hidden in what it holds.
    pub(super) fn site(
        &self,
        files: &[File],
        destination: &Destination,
        known: Option<&Known>,
    ) -> anyhow::Result<bool> {
        let drift = compare(files, destination)?;
        if drift.is_none() {
            self.messages.done(&drift.words());
        } else {
            print_drift(&drift, known)?;
            self.out_of_date(&drift.words());
        }
        Ok(drift.is_none())
    }

    /// Whether there are no `diffs`; `words` says what is stale otherwise.
    pub(super) fn diffs(&self, diffs: &str, words: impl FnOnce() -> String) -> anyhow::Result<bool> {
        if !diffs.is_empty() {
            print_diffs(diffs)?;
            self.out_of_date(&words());
        }
        Ok(diffs.is_empty())
    }

    fn out_of_date(&self, words: &str) {
        let problem = Problem::new(Level::Error, Code::OutOfDate, words);
        let problem = problem.help(format!("to bring it up to date: {}", self.mending));
        self.messages.problems(&[problem].into_iter().collect());
    }
}
