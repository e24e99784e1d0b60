//! `podviz graph`: the topology.

use super::{Ask, Input};
use crate::{Goal, GraphFormat};
use clap::Args;

/// Print the topology.
#[derive(Debug, Args)]
pub struct Graph {
    #[command(flatten)]
    input: Input,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: GraphFormat,
    /// Add the redacted manifest of each object, and the line of each of its fields
    #[arg(long)]
    full: bool,
}

impl Graph {
    pub(super) fn ask(&self) -> Ask<'_> {
        Ask::new(&self.input, Goal::Graph { format: self.format, full: self.full })
    }
}
