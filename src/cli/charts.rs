//! `podviz charts`: the charts from elsewhere that Flux and Argo CD objects name.

use super::{Ask, Input};
use crate::{ChartsFormat, Goal};
use clap::Args;

/// List the charts from elsewhere that Flux and Argo CD objects name, and fetch what is missing.
///
/// The only command that uses the network, and only with --fetch: helm asks the repositories and registries that the input names,
/// with the credentials that it has. Each host is named before it is asked. podviz.lock in the folder of --charts says which
/// version a range stands for, and the digest of each chart: commit both, and a build is the same next year.
#[derive(Debug, Args)]
pub struct Charts {
    #[command(flatten)]
    input: Input,
    /// Fetch the charts that are not here, with helm
    #[arg(long)]
    pub fetch: bool,
    /// How they are listed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ChartsFormat,
}

impl Charts {
    /// What it asks of the library.
    pub fn ask(&self) -> Ask<'_> {
        Ask::new(&self.input, Goal::Charts { format: self.format })
    }
}
