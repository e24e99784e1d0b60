//! `podviz mcp`: a server for assistants.

use super::{Ask, Input};
use crate::{ExplainFormat, Goal};
use clap::Args;
use std::path::Path;

/// Answer the questions of an assistant about the manifests, over the standard input and output.
///
/// The protocol is the Model Context Protocol, one JSON-RPC message a line. The server only reads, and only the inputs that are
/// named here: a client cannot name others. It reads again what changed, and uses no network.
#[derive(Debug, Args)]
pub struct Mcp {
    #[command(flatten)]
    input: Input,
}

impl Mcp {
    /// What it reads. Nobody asks for the goal: each question has one of its own.
    pub fn ask(&self) -> Ask<'_> {
        let is_taken = self.input.inputs.iter().any(|input| input == Path::new("-"));
        let goal = Goal::Explain { focus: None, format: ExplainFormat::Json };
        let mistake = is_taken
            .then(|| "the standard input is where questions come from; name files or folders".to_owned());
        Ask { mistake, ..Ask::new(&self.input, goal) }
    }
}
