//! `podviz explain`: what is known of one subject.

use super::{Ask, Input};
use crate::{ExplainFormat, Goal};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Explain one pod, one container, or everything.
///
/// The last argument may be what to explain, such as deployment/web or "Container shop/web/app". Without it the only pod is
/// explained, or each pod in a sentence.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    input: Input,
    /// The namespace of the subject
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// Text for people, the facts as JSON, or the page as Markdown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ExplanationFormat,
}

/// How an explanation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ExplanationFormat {
    Text,
    Json,
    Markdown,
}

impl Explain {
    /// The inputs, and the subject: the last argument, if it is not the only one, is written like a subject, and there
    /// is no such file.
    fn split(&self) -> (&[PathBuf], Option<&str>) {
        let inputs = &self.input.inputs;
        match &inputs[..] {
            [rest @ .., last] if !rest.is_empty() && !crate::source::is_there(last) => match last.to_str() {
                Some(subject) if subject.contains(['/', ' ']) => (rest, Some(subject)),
                _ => (inputs, None),
            },
            _ => (inputs, None),
        }
    }

    pub(super) fn ask(&self) -> Ask<'_> {
        let (inputs, subject) = self.split();
        let focus = subject.map(|subject| (subject.to_owned(), self.namespace.clone()));
        Ask { inputs, ..Ask::new(&self.input, Goal::Explain { focus, format: self.format.written() }) }
    }
}

impl ExplanationFormat {
    /// How it is written, with text as wide as the terminal.
    pub(super) fn written(self) -> ExplainFormat {
        match self {
            ExplanationFormat::Text => ExplainFormat::Text { width: columns() },
            ExplanationFormat::Json => ExplainFormat::Json,
            ExplanationFormat::Markdown => ExplainFormat::Markdown,
        }
    }
}

/// How wide text is: as wide as the terminal, within what is easy to read.
fn columns() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0).clamp(40, 120))
}
