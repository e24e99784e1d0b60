//! `podviz diff`: prints what a change does, or writes it into a file.

use super::{Exit, print::print_styled};
use anyhow::Context;
use podviz::cli::{Diff, Messages};
use podviz::{Product, output, run};

pub(super) fn compare(diff: &Diff, messages: &Messages) -> anyhow::Result<Exit> {
    let ask = diff.ask();
    if let Some(mistake) = ask.mistake {
        anyhow::bail!(mistake);
    }
    let (product, problems) = match run(&ask.request()) {
        Ok(made) => made,
        Err((error, problems)) => {
            messages.problems(&problems);
            messages.problem(&error.problem());
            return Ok(Exit::Failed);
        }
    };
    let Product::Answer { text, yes } = product else { return Ok(Exit::Failed) };
    match &diff.output {
        Some(file) => {
            output::answer::write(file, &text).with_context(|| format!("cannot write {}", file.display()))?;
        }
        None => print_styled(&text)?,
    }
    messages.problems(&problems);
    Ok(Exit::of(yes && !problems.left_something_out()))
}
