//! What somebody on call asks first: who calls it, what it needs, when Kubernetes acts, who suffers, and what to type.

mod commands;
pub mod sufferers;

use crate::facts::PodFacts;
use crate::facts::lifecycle::RestartPolicy;
use crate::model::Object;
use crate::names::{count, duration};
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, listed, muted, plain, separated, text};
use crate::page::{Block, Prose, unknown};
use crate::topology::{ContainerKind, HOST, NodeIndex, Pod};
use sufferers::{Sufferers, callers, direct_way, sufferers};

/// How many names a fact lists.
const MOST_NAMED: usize = 3;

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let found = sufferers(know.topology, index);
    let mut strip = vec![
        (
            "Called by".to_owned(),
            mentions(know, index, &callers(know.topology, index), "nobody in these manifests"),
        ),
        ("Needs".to_owned(), needs(know, index, facts)),
    ];
    strip.extend(hang(know, index, object, pod, facts).map(|words| ("If it hangs".to_owned(), words)));
    strip.extend(crash(know, index, facts).map(|words| ("If it crashes".to_owned(), words)));
    strip.extend(way_in(know, index, &found).map(|words| ("The way in from outside".to_owned(), words)));
    let mut blocks = vec![Block::Facts(strip)];
    let (first, more) = commands::of(object, pod);
    blocks.extend((!first.is_empty()).then_some(Block::Commands(first)));
    let more = if more.is_empty() { Vec::new() } else { vec![Block::Commands(more)] };
    blocks.extend(Block::fold("More commands: earlier logs, rollout, ports, a shell", more));
    blocks
}

/// Objects in words, or that there is none.
fn mentions(know: &Knowledge, index: NodeIndex, objects: &[NodeIndex], none: &str) -> Prose {
    let near = &know.node(index).identity;
    let names: Vec<Prose> = objects.iter().map(|&object| know.mention(object, near)).collect();
    if names.is_empty() { vec![muted(none)] } else { listed(names, MOST_NAMED) }
}

/// Whom it calls, and how much configuration its pods do not start without.
fn needs(know: &Knowledge, index: NodeIndex, facts: &PodFacts) -> Prose {
    let near = &know.node(index).identity;
    let mut called: Vec<NodeIndex> = know.topology.calls_of(index).iter().map(|call| call.to).collect();
    called.sort_unstable();
    called.dedup();
    let mut names: Vec<Prose> = called
        .into_iter()
        .map(|to| match &*know.node(to).identity.kind {
            HOST => vec![code(&*know.node(to).identity.name)],
            _ => know.mention(to, near),
        })
        .collect();
    if names.len() > MOST_NAMED {
        let rest = names.len() - MOST_NAMED + 1;
        names.truncate(MOST_NAMED - 1);
        names.push(plain(format!("{rest} more addresses")));
    }
    for (is_secret, one, many) in [(false, "ConfigMap", "ConfigMaps"), (true, "Secret", "Secrets")] {
        let reads = facts.config.iter().filter(|read| read.is_secret == is_secret && !read.is_optional);
        let mut objects: Vec<&str> = reads.map(|read| read.name.as_str()).collect();
        objects.sort_unstable();
        objects.dedup();
        if !objects.is_empty() {
            names.push(plain(count(objects.len(), one, many)));
        }
    }
    if names.is_empty() { vec![muted("nothing that these manifests name")] } else { joined(names, "and") }
}

/// Until when Kubernetes ends a container that hangs.
fn hang(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod, facts: &PodFacts) -> Option<Prose> {
    let runs = |kind| matches!(kind, ContainerKind::App | ContainerKind::Sidecar);
    let running: Vec<usize> = (0..pod.containers.len()).filter(|&at| runs(pod.containers[at].kind)).collect();
    let (mut ended, mut unwatched) = (Vec::new(), 0);
    for &position in &running {
        let known = facts.lifecycle.containers.get(position)?.liveness.as_ref();
        match known.filter(|known| known.value.sight.notices_hang()) {
            Some(known) if unknown::depends(object, &known.field).is_some() => return None,
            Some(known) => ended.push((position, known.value.kill_by_max_s)),
            None => unwatched += 1,
        }
    }
    let name = |position| {
        if running.len() == 1 { Vec::new() } else { vec![know.container(index, position), text(" is ")] }
    };
    let mut parts: Vec<Prose> = ended
        .iter()
        .take(MOST_NAMED)
        .map(|&(position, seconds)| {
            concat(vec![
                name(position),
                plain(format!("ended after about {} at the latest", duration(seconds))),
            ])
        })
        .collect();
    match (ended.len(), unwatched) {
        (0, 0) => return None,
        (0, _) => parts.push(plain("nothing ends it: no liveness probe would notice")),
        (_, 0) => {}
        (_, _) => parts.push(plain("nothing ends the others")),
    }
    Some(separated(parts, "; "))
}

/// What the kubelet does with a container that has ended.
fn crash(know: &Knowledge, index: NodeIndex, facts: &PodFacts) -> Option<Prose> {
    let policies = facts.lifecycle.containers.iter().map(|one| &one.restart);
    let has_rules = policies.clone().any(|restart| !restart.rules.is_empty());
    let policy = &facts.lifecycle.restart_policy.value;
    let is_job = know.facts.controller(index).is_some_and(|controller| controller.job.is_some());
    Some(plain(match policy.as_str() {
        _ if policies.clone().next().is_none() => return None,
        _ if has_rules => "its restart rules decide".to_owned(),
        "Never" if is_job => "its pod has failed, and the Job counts it".to_owned(),
        _ if policies.clone().all(|restart| restart.policy.value == RestartPolicy::Never) => {
            "it stays down".to_owned()
        }
        _ => "starts again at once, then after 10 s, 20 s, 40 s, up to 5 minutes".to_owned(),
    }))
}

/// How requests come in from outside, up to the pod.
fn way_in(know: &Knowledge, index: NodeIndex, found: &Sufferers) -> Option<Prose> {
    let near = &know.node(index).identity;
    let way = direct_way(know.topology, index).or_else(|| found.way_in.clone())?;
    let names: Vec<Prose> = way.iter().map(|&one| know.mention(one, near)).collect();
    Some(concat(vec![separated(names, " › "), plain(" › here")]))
}
