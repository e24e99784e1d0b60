//! How a container starts, stays healthy and ends, with its seconds.

mod end;
mod health;
mod start;

use super::super::workload::drawn;
use super::served::served;
use crate::catalog::FieldPath;
use crate::diagram::View;
use crate::diagram::views::Focus;
use crate::facts::PodFacts;
use crate::facts::follows_readiness;
use crate::facts::lifecycle::{Check, ContainerLifecycle, Probe, RestartPolicy};
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, plain};
use crate::page::unknown;
use crate::page::workload::is_served;
use crate::page::{Block, Prose};
use crate::topology::{Container, NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod, position: usize) -> Vec<Block> {
    let Some(tale) = Tale::of(know, index, object, pod, position) else { return Vec::new() };
    let items: Vec<Prose> = [start::sentences(&tale), health::sentences(&tale), end::sentences(&tale)]
        .into_iter()
        .flatten()
        .collect();
    let mut blocks = Vec::new();
    if !items.is_empty() {
        blocks.push(Block::List { ordered: false, items });
    }
    blocks.extend(drawn(know, View::States, &Focus::Container(index, position)));
    blocks
}

/// One container in its pod, with its times.
struct Tale<'a> {
    know: &'a Knowledge<'a>,
    object: &'a Object,
    pod: &'a Pod,
    facts: &'a PodFacts,
    position: usize,
    container: &'a Container,
    times: &'a ContainerLifecycle,
    /// Whether Services send traffic to its ports.
    is_served: bool,
    /// Whether Services send traffic to its pod.
    pod_is_served: bool,
}

impl<'a> Tale<'a> {
    fn of(
        know: &'a Knowledge<'a>,
        index: NodeIndex,
        object: &'a Object,
        pod: &'a Pod,
        position: usize,
    ) -> Option<Tale<'a>> {
        let facts = know.facts.of(index)?;
        Some(Tale {
            know,
            object,
            pod,
            facts,
            position,
            container: pod.containers.get(position)?,
            times: facts.lifecycle.containers.get(position)?,
            is_served: served(know, index, pod, position)
                .iter()
                .any(|(service, _)| follows_readiness(know.node(*service))),
            pod_is_served: is_served(know, index),
        })
    }

    /// A sentence with a link to the field that it follows from.
    fn because(&self, sentence: Prose, field: &FieldPath) -> Prose {
        let sentence = match unknown::depends(self.object, field) {
            Some(instead) => instead,
            None => sentence,
        };
        concat(vec![sentence, plain(" "), vec![self.know.source(self.object, field)]])
    }

    fn policy(&self) -> RestartPolicy {
        self.times.restart.policy.value
    }

    /// What happens to it after it was killed.
    fn then(&self) -> &'static str {
        self.times.restart.after_kill()
    }
}

/// What a probe asks, how often and how long, and what else it does: "`livenessProbe` tries `GET /` every 10 s, waits
/// 1 s for each answer, and fails after 3 tries in vain."
fn asks(probe: &Probe, last: Option<&str>) -> Prose {
    let name = vec![code(probe.kind.field())];
    let (period, timeout) = (probe.period_s, probe.timeout_s);
    let wait = match last {
        Some(last) => format!(" every {period} s, waits {timeout} s for each answer, and {last}."),
        None => format!(" every {period} s, and waits {timeout} s for each answer."),
    };
    match &probe.check {
        Check::Unknown => concat(vec![name, plain(" names no check that Kubernetes knows.")]),
        check => concat(vec![name, plain(" tries "), what(check), plain(wait)]),
    }
}

/// What a probe asks, in words with the names in code spans: "`GET /healthz` on port `8080`".
fn what(check: &Check) -> Prose {
    match check {
        Check::Http { scheme, path, port } => {
            let over = if scheme == "HTTP" { "" } else { " over HTTPS" };
            let request = vec![code(format!("GET {path}"))];
            concat(vec![request, plain(format!("{over} on port ")), vec![code(port)]])
        }
        Check::Tcp { port } => concat(vec![plain("a TCP connection to port "), vec![code(port)]]),
        Check::Grpc { port } => concat(vec![plain("the gRPC health check on port "), vec![code(port)]]),
        Check::Exec { command, .. } => concat(vec![plain("command "), vec![code(command)]]),
        Check::Unknown => plain("a check that Kubernetes does not know"),
    }
}

/// How long the waits before restarts are.
const AGAIN: &str = "at once, then after about 10 s, 20 s, 40 s, up to 5 minutes";
