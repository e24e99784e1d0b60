//! `podviz reach`: whether NetworkPolicies let one end connect to the other.

use super::{Ask, Input};
use crate::facts::reach::Port;
use crate::{Goal, ReachFormat};
use clap::Args;

/// Ask the NetworkPolicies.
///
/// FROM and TO are the last two of the values without a name: clap knows no other way to put two behind many.
#[derive(Debug, Args)]
#[command(
    override_usage = "podviz reach [OPTIONS] --port <N[/PROTO]> <INPUT>... <FROM> <TO>",
    mut_arg("inputs", |inputs| inputs.num_args(1..).value_names(["INPUT", "FROM", "TO"]).help(
        "Manifests: files, folders, or - for the standard input; the last two are FROM and TO: a pod or a workload, \
         such as deployment/web or \"Pod shop/web\", an IP or a CIDR outside, and as TO a Service, too"
    ))
)]
pub struct Reach {
    #[command(flatten)]
    input: Input,
    /// The port of the pod, of the address, or of the Service, such as 80 or 53/UDP; TCP if absent
    #[arg(long, value_name = "N[/PROTO]")]
    port: Port,
    /// The namespace of FROM and TO
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReachFormat,
}

impl Reach {
    pub(super) fn ask(&self) -> Ask<'_> {
        let (inputs, ends) = self.input.inputs.split_at(self.input.inputs.len().saturating_sub(2));
        let mut ends = ends.iter().map(|end| end.to_string_lossy().into_owned());
        let ends = (ends.next().unwrap_or_default(), ends.next().unwrap_or_default());
        let (namespace, port) = (self.namespace.clone(), self.port.clone());
        let goal = Goal::Reach { ends, namespace, port, format: self.format };
        // Options may stand between them, so that clap cannot count.
        let few = "reach wants at least 3 values: the manifests, FROM, and TO, such as `podviz reach k8s deployment/web svc/db --port 5432`";
        let mistake = (self.input.inputs.len() < 3).then(|| few.to_owned());
        Ask { inputs, mistake, ..Ask::new(&self.input, goal) }
    }
}
