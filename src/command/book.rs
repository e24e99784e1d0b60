//! `podviz mdbook`: answers mdBook.

use super::Exit;
use super::print::print;
use anyhow::Context;
use podviz::cli::{Mdbook, Messages, Question};
use podviz::mdbook;
use std::io::{Read, stdin};

/// Prints the book with its directives replaced. mdBook takes any status but 0 for a reason to stop, so input that was left
/// out is told and no failure.
pub(super) fn answer(call: &Mdbook, messages: &Messages) -> anyhow::Result<Exit> {
    if let Some(Question::Supports { renderer }) = &call.question {
        return Ok(Exit::of(mdbook::supports(renderer)));
    }
    let mut text = String::new();
    stdin().lock().read_to_string(&mut text).context("cannot read the book")?;
    match mdbook::preprocess(&text) {
        Ok((book, problems)) => {
            messages.problems(&problems);
            print(&[book])?;
            Ok(Exit::Complete)
        }
        Err((faults, problems)) => {
            messages.problems(&problems);
            messages.problems(&faults);
            Ok(Exit::Failed)
        }
    }
}
