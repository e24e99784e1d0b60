//! `podviz diagram`: one diagram.

use super::{Ask, Input};
use crate::diagram::View;
use crate::diagram::host::Host;
use crate::{DiagramFormat, Goal};
use clap::Args;

/// Print one diagram.
#[derive(Debug, Args)]
pub struct DrawOne {
    #[command(flatten)]
    input: Input,
    /// Which question the diagram answers
    #[arg(long, value_name = "VIEW")]
    view: View,
    /// What it is about, such as deployment/web, "Container shop/web/app", or ns/shop; if absent everything, or the only pod
    #[arg(long, value_name = "SUBJECT")]
    focus: Option<String>,
    /// The namespace of the subject
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// Mermaid text, or an SVG picture
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    format: DiagramFormat,
    /// Who will show the Mermaid text: it is folded until it fits
    #[arg(long, value_name = "HOST", default_value = "mermaid")]
    host: Host,
}

impl DrawOne {
    pub(super) fn ask(&self) -> Ask<'_> {
        let goal = Goal::Diagram {
            view: self.view,
            focus: self.focus.clone().map(|subject| (subject, self.namespace.clone())),
            format: self.format,
            host: self.host,
        };
        Ask::new(&self.input, goal)
    }
}
