//! `podviz init`: a first `podviz.yaml`.

use super::Voice;
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// Write a first podviz.yaml, in which every key is explained and commented out.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder of the manifests
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// Replace the settings that are there
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub(super) voice: Voice,
}
