//! What NetworkPolicies say of a call or of a way in from outside, in a sentence.

use crate::document::Identity;
use crate::facts::quoted;
use crate::facts::reach::{Admission, CallVerdict, EntryVerdict, Outcome, Reason, who};
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{concat, joined, listed, marked, plain, text};
use crate::topology::NodeIndex;

/// How many NetworkPolicies are named in one sentence.
const MOST_NAMED: usize = 3;

/// What the NetworkPolicies say of a call to a Service or a host outside, to stand behind the sentence that tells of it;
/// empty where no policy isolates either end, or where there is no telling.
pub fn of_call(know: &Knowledge, from: NodeIndex, to: NodeIndex, port: Option<u16>) -> Prose {
    match know.facts.crossings().call(from, to, port) {
        Some(verdict) => sentence(know, verdict, &know.node(from).identity),
        None => Prose::new(),
    }
}

fn sentence(know: &Knowledge, verdict: &CallVerdict, near: &Identity) -> Prose {
    let (names, many) = policies(know, &verdict.because, near);
    let (lets, does) = if many { ("let", "do not let") } else { ("lets", "does not let") };
    let mut prose = concat(vec![plain(" "), names]);
    match verdict.outcome {
        Outcome::Allowed => prose.push(text(format!(" {lets} it through."))),
        Outcome::Denied => prose.push(text(format!(" {does} it through."))),
        Outcome::PartlyDenied => {
            let kept = verdict.kept_from.iter().map(|&index| know.mention(index, near)).collect();
            prose.push(text(format!(" {does} it through to ")));
            prose.extend(listed(kept, MOST_NAMED));
            prose.push(text("."));
        }
    }
    prose.extend(noted(&verdict.notes));
    prose
}

/// What the NetworkPolicies say of requests from outside, a sentence of its own; `None` where they let anyone in.
pub fn of_entry(know: &Knowledge, entry: &EntryVerdict, near: &Identity) -> Option<Prose> {
    let is_direct = entry.by == entry.service;
    let (names, many) = policies(know, &entry.because, near);
    let ports: Vec<Prose> = entry.ports.iter().map(|port| plain(port.to_string())).collect();
    let noun = if ports.len() == 1 { "port " } else { "ports " };
    let on_ports = concat(vec![plain(noun), listed(ports, MOST_NAMED)]);
    let workload = know.mention(entry.workload, near);
    let whom = marked(&admitted(know, &entry.because));
    let (lets, let_nobody) = if many { ("let", "let nobody in") } else { ("lets", "lets nobody in") };
    let who_comes = match is_direct {
        true => concat(vec![plain("through "), know.mention(entry.service, near)]),
        false => concat(vec![plain("from "), know.mention(entry.by, near)]),
    };
    let prose = match entry.admission {
        Admission::Anyone => return None,
        Admission::Nobody => vec![
            plain("Requests "),
            who_comes,
            plain(" do not arrive at the pods of "),
            workload,
            plain(": "),
            names,
            plain(format!(" {let_nobody} on ")),
            on_ports,
            plain("."),
        ],
        Admission::OwnNamespace | Admission::Pods if is_direct => vec![
            plain("Clients outside do not reach the pods of "),
            workload,
            plain(" "),
            who_comes,
            plain(": on "),
            on_ports,
            plain(", "),
            names,
            plain(format!(" {lets} in only ")),
            whom,
            plain("."),
        ],
        _ => {
            let condition =
                if is_direct { "only from there" } else { "only if the pods that send them are among these" };
            vec![
                plain("On "),
                on_ports,
                plain(" of the pods of "),
                workload,
                plain(", "),
                names,
                plain(format!(" {lets} in only ")),
                whom,
                plain(": requests "),
                who_comes,
                plain(format!(" arrive {condition}.")),
            ]
        }
    };
    Some(concat(vec![concat(prose), noted(&entry.notes)]))
}

/// Whom the rules that decided let in.
fn admitted(know: &Knowledge, because: &[Reason]) -> String {
    let mut words: Vec<String> = Vec::new();
    for reason in because {
        let policy = know.facts.policies().get(reason.policy);
        let rules = policy.and_then(|policy| policy.rules(reason.direction)).unwrap_or_default();
        let Some(rule) = rules.iter().find(|rule| Some(rule.index) == reason.rule) else { continue };
        // "This namespace" is the policy's; the sentence may stand on the page of an object of another one.
        let own = quoted(&know.node(reason.policy).identity.namespace);
        let word = who(rule).replace("in this namespace", &format!("in namespace {own}"));
        if !words.contains(&word) {
            words.push(word);
        }
    }
    let more = words.len().saturating_sub(MOST_NAMED);
    words.truncate(MOST_NAMED);
    if more > 0 {
        words.push(crate::names::count(more, "more group", "more groups"));
    }
    words.join("; ")
}

/// The policies that decided, each with its lines, and whether there are several.
fn policies(know: &Knowledge, because: &[Reason], near: &Identity) -> (Prose, bool) {
    let mut named: Vec<NodeIndex> = because.iter().map(|reason| reason.policy).collect();
    named.sort_unstable();
    named.dedup();
    let one = |&policy: &NodeIndex| {
        let node = know.node(policy);
        let mut prose = vec![know.name(policy)];
        if node.identity.namespace != near.namespace {
            prose.extend([text(" in namespace "), know.namespace(&node.identity)]);
        }
        let object = node.object.as_deref();
        let own = because.iter().filter(|reason| reason.policy == policy);
        let mut sources: Vec<Prose> = Vec::new();
        for source in own.filter_map(|reason| Some(know.source(object?, &reason.field))) {
            if !sources.contains(&vec![source.clone()]) && sources.len() < MOST_NAMED {
                sources.push(vec![source]);
            }
        }
        if !sources.is_empty() {
            prose.push(text(" "));
            prose.extend(joined(sources, "and"));
        }
        prose
    };
    let noun = if named.len() == 1 { "NetworkPolicy " } else { "NetworkPolicies " };
    (concat(vec![plain(noun), listed(named.iter().map(one).collect(), MOST_NAMED)]), named.len() > 1)
}

/// What makes a verdict less than sure.
fn noted(notes: &[String]) -> Prose {
    concat(notes.iter().map(|note| concat(vec![plain(" "), marked(note)])).collect())
}
