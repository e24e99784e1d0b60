//! `podviz inject`: makes the marked regions of Markdown files anew.

use super::Exit;
use super::check::Check;
use anyhow::anyhow;
use podviz::cli::{Inject, Messages};
use podviz::inject::inject;
use podviz::output::rewrite;

/// Rewrites the files; with `--check` only tells which are stale. Where one region cannot be made, nothing is written.
pub(super) fn rewrite(command: &Inject, messages: &Messages, check: &Check) -> anyhow::Result<Exit> {
    let jobs = match command.jobs() {
        Ok(jobs) => jobs,
        Err(error) => {
            messages.problem(&error.problem());
            return Ok(Exit::Failed);
        }
    };
    let injected = inject(jobs);
    messages.problems(&injected.problems);
    if injected.has_failed() {
        injected.errors.iter().for_each(|error| messages.problem(&error.problem()));
        messages.problems(&injected.failures);
        return Ok(Exit::Failed);
    }
    let is_whole = !injected.problems.left_something_out();
    if command.check {
        let is_fresh = check.diffs(&injected.diffs(), || injected.stale_words())?;
        return Ok(Exit::of(is_fresh && is_whole));
    }
    rewrite::rewrite(&injected.rewrites)
        .map_err(|(path, reason)| anyhow!("cannot write {}: {reason}", path.display()))?;
    messages.done(&injected.words());
    Ok(Exit::of(is_whole))
}
