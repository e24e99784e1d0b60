//! What if something fails that a pod needs: a Service that it calls, or configuration that its pods read when they start?

use super::Asked;
use crate::facts::lifecycle::{ProbeKind, probes};
use crate::page::Prose;
use crate::page::prose::{code, concat, joined, listed, plain};
use crate::topology::{HOST, NodeIndex};

/// How many names a sentence holds.
const MOST_NAMED: usize = 4;

pub(super) fn answers(asked: &Asked) -> Vec<Prose> {
    calls(asked).into_iter().chain(configuration(asked)).collect()
}

/// What it calls does not answer.
fn calls(asked: &Asked) -> Option<Prose> {
    let know = asked.know;
    let mut called: Vec<NodeIndex> = know.topology.calls_of(asked.index).iter().map(|call| call.to).collect();
    called.sort_unstable();
    called.dedup();
    let names: Vec<Prose> = called
        .into_iter()
        .map(|to| match &*know.node(to).identity.kind {
            HOST => vec![code(&*know.node(to).identity.name)],
            _ => know.mention(to, &asked.object.identity),
        })
        .collect();
    if names.is_empty() {
        return None;
    }
    let them = if names.len() == 1 { "it" } else { "that one" };
    let fails = plain(format!(" does not answer, calls to {them} fail."));
    Some(concat(vec![plain("If "), any_of(names), fails, probed(asked)]))
}

/// `a or b`; of many `any of a, b, and 7 more`.
fn any_of(names: Vec<Prose>) -> Prose {
    match names.len() > MOST_NAMED {
        true => concat(vec![plain("any of "), listed(names, MOST_NAMED)]),
        false => joined(names, "or"),
    }
}

/// What the probes of the pod then do. Only what asks the program itself can notice.
fn probed(asked: &Asked) -> Prose {
    let asks = |kind: ProbeKind| {
        let mut all = asked.running().flat_map(|(_, container)| probes(container));
        all.any(|probe| probe.kind == kind && probe.check.sight().notices_hang())
    };
    plain(match (asks(ProbeKind::Readiness), asks(ProbeKind::Liveness)) {
        (true, true) => {
            " Whether it then stops being ready, or is restarted, is up to what answers its readiness and liveness probes."
        }
        (true, false) => " Whether it then stops being ready is up to what answers its readiness probe.",
        (false, true) => " It stays ready; whether it is restarted is up to what answers its liveness probe.",
        (false, false) => " It stays ready: no probe of it would notice.",
    })
}

/// What it reads when it starts is not there.
fn configuration(asked: &Asked) -> Option<Prose> {
    let reads = asked.facts.config.iter().filter(|read| !read.is_optional);
    let mut objects: Vec<NodeIndex> = reads.filter_map(|read| read.node).collect();
    objects.sort_unstable();
    objects.dedup();
    let names: Vec<Prose> =
        objects.into_iter().map(|one| asked.know.mention(one, &asked.object.identity)).collect();
    if names.is_empty() {
        return None;
    }
    let then =
        " is deleted, containers that run keep running, and those that start wait until it is there again.";
    Some(concat(vec![plain("If "), any_of(names), plain(then)]))
}
