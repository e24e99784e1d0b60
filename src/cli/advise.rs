//! `podviz advise`: what will go wrong.

use super::{Ask, Input};
use crate::page::findings::AdviceFormat;
use crate::problem::Level;
use crate::{Earlier, Goal};
use clap::{Args, ValueEnum};

/// Print the findings.
#[derive(Debug, Args)]
pub struct Advise {
    #[command(flatten)]
    input: Input,
    /// Text for people, JSON, SARIF for code hosts, or annotations for GitHub Actions
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: FindingsFormat,
    /// Exit with 1 if a finding is at or above this level
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    level: FindingsLevel,
    /// Only findings that an earlier state does not have: a folder, a file, a graph of podviz graph --full, or a git
    /// revision of the inputs
    #[arg(long, value_name = "OLD")]
    since: Option<String>,
    /// The same, for a git revision of the inputs
    #[arg(long, value_name = "BASE", conflicts_with = "since")]
    git: Option<String>,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FindingsFormat {
    Text,
    Json,
    Sarif,
    Github,
    Gitlab,
    Markdown,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FindingsLevel {
    Note,
    Warning,
    Error,
}

impl Advise {
    pub(super) fn ask(&self) -> Ask<'_> {
        let format = match self.format {
            FindingsFormat::Text => {
                AdviceFormat::Text { notes: self.input.voice.verbose || self.level == FindingsLevel::Note }
            }
            FindingsFormat::Json => AdviceFormat::Json,
            FindingsFormat::Sarif => AdviceFormat::Sarif,
            FindingsFormat::Github => AdviceFormat::Github,
            FindingsFormat::Gitlab => AdviceFormat::Gitlab,
            FindingsFormat::Markdown => AdviceFormat::Markdown,
        };
        let level = match self.level {
            FindingsLevel::Note => Level::Note,
            FindingsLevel::Warning => Level::Warning,
            FindingsLevel::Error => Level::Error,
        };
        let since = self.since.clone().map(Earlier::Named);
        let since = since.or_else(|| self.git.clone().map(Earlier::Revision));
        Ask::new(&self.input, Goal::Advise { format, level, since })
    }
}
