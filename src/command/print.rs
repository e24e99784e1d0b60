//! The standard output. A reader that has seen enough, such as `head`, is no error.

use anyhow::Context;
use podviz::output::drift::for_terminal;
use podviz::output::publish::Drift;
use podviz::source::Known;
use std::io::{BufWriter, ErrorKind, IsTerminal, Result, Write, stdout};

/// Prints pieces of text as they are.
pub(super) fn print(pieces: &[impl AsRef<str>]) -> anyhow::Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    let written = pieces.iter().try_for_each(|piece| out.write_all(piece.as_ref().as_bytes()));
    is_written(written.and_then(|()| out.flush()))
}

/// Prints text whose colors are taken out where nobody would see them.
pub(super) fn print_styled(text: &str) -> anyhow::Result<()> {
    is_written(anstream::stdout().lock().write_all(text.as_bytes()))
}

/// Prints unified diffs: for people colored, and with everything spelled out that deceives; for programs as they are.
pub(super) fn print_diffs(diffs: &str) -> anyhow::Result<()> {
    if shows_diffs_to_people() { print_styled(&for_terminal(diffs)) } else { print(&[diffs]) }
}

/// Prints the diffs of a site one by one, as [`print_diffs`] does: all of them may be long. What is `known` is hidden.
pub(super) fn print_drift(drift: &Drift, known: Option<&Known>) -> anyhow::Result<()> {
    let hidden = |diff: String| match known {
        Some(known) => known.hide(diff),
        None => diff,
    };
    is_written(match shows_diffs_to_people() {
        true => drift.write(&mut anstream::stdout().lock(), |diff| for_terminal(&hidden(diff))),
        false => drift.write(&mut stdout().lock(), hidden),
    })
}

fn shows_diffs_to_people() -> bool {
    anstream::AutoStream::choice(&stdout()) != anstream::ColorChoice::Never || stdout().is_terminal()
}

fn is_written(result: Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot write the result"),
        _ => Ok(()),
    }
}
