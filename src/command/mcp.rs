//! `podviz mcp`: answers one line after another, until there are no more.

use super::Exit;
use anyhow::Context;
use podviz::cli::Mcp;
use podviz::mcp::{LONGEST, Server};
use std::io::{BufRead, Read, Write, stdin, stdout};

/// Answers a client until it closes its end.
pub(super) fn serve(call: &Mcp) -> anyhow::Result<Exit> {
    let ask = call.ask();
    if let Some(mistake) = &ask.mistake {
        anyhow::bail!(mistake.clone());
    }
    let mut server = Server::new(ask.request());
    let (mut input, mut output) = (stdin().lock(), stdout().lock());
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', &mut line);
        if read.context("cannot read the next question")? == 0 {
            return Ok(Exit::Complete);
        }
        if line.len() > LONGEST {
            anyhow::bail!("a question is longer than {LONGEST} bytes");
        }
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            continue;
        }
        if let Some(answer) = server.answer(line.trim()) {
            let written = writeln!(output, "{answer}").and_then(|()| output.flush());
            // A client that is gone wants no answer.
            if written.is_err() {
                return Ok(Exit::Complete);
            }
        }
    }
}
