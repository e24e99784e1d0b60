//! `podviz impact`: what depends on something, and what it needs.

use super::explain::ExplanationFormat;
use super::{Ask, Input};
use crate::Goal;
use crate::facts::impact::Direction;
use clap::Args;

/// Print what depends on a subject, directly and through others, up to the ways in from outside.
///
/// SUBJECT is the last of the values without a name: an object such as deployment/web or "Service shop/db", a namespace, an
/// image such as image/redis:7, or the nodes that pods ask for, such as pool/disk=ssd.
#[derive(Debug, Args)]
#[command(
    override_usage = "podviz impact [OPTIONS] <INPUT>... <SUBJECT>",
    mut_arg("inputs", |inputs| inputs.num_args(1..).value_names(["INPUT", "SUBJECT"]).help(
        "Manifests: files, folders, or - for the standard input; the last one is SUBJECT: any object, a namespace, an \
         image such as image/redis:7, or nodes such as pool/disk=ssd"
    ))
)]
pub struct Impact {
    #[command(flatten)]
    input: Input,
    /// What SUBJECT needs to start and to serve, instead
    #[arg(long)]
    needs: bool,
    /// The namespace of SUBJECT
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// Text for people, the answer as JSON, or Markdown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ExplanationFormat,
}

impl Impact {
    pub(super) fn ask(&self) -> Ask<'_> {
        let (subject, inputs) = self.input.inputs.split_last().unzip();
        let subject = subject.map(|subject| subject.to_string_lossy().into_owned()).unwrap_or_default();
        let direction = if self.needs { Direction::Needs } else { Direction::Impact };
        let goal = Goal::Impact {
            subject: (subject, self.namespace.clone()),
            direction,
            format: self.format.written(),
        };
        // Options may stand between them, so that clap cannot count.
        let few = "impact wants at least 2 values: the manifests and the subject, such as `podviz impact k8s svc/db`";
        let mistake = (self.input.inputs.len() < 2).then(|| few.to_owned());
        Ask { inputs: inputs.unwrap_or_default(), mistake, ..Ask::new(&self.input, goal) }
    }
}
