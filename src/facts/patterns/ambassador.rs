//! Ambassador: others talk to it on localhost, and it carries that to somewhere outside of the pod.

use super::clues::Clues;
use super::pattern::{Finding, Help, Pattern, Sign, Telling};
use super::sentence::{Piece, text};
use super::sidecar::PROGRAMS;
use crate::catalog::ImagePart;
use crate::facts::known::quoted;

pub(super) static PATTERN: Pattern = Pattern {
    word: "ambassador",
    title: "Ambassador",
    meaning: "the app talks to localhost, and this container carries it to a service outside.",
    signs: &[Sign::Help(Help { turn: 1, stands_alone: 2, is_in_front: false, find, tell })],
};

/// Whether a container is an ambassador, by its image or by who talks to whom.
///
/// Source: `kubernetes/website`, concepts/workloads/pods/multi-container-pods.md, where the image says nothing.
fn find(clues: &Clues, me: usize) -> Option<Finding> {
    let clue = &clues.containers[me];
    let call = clues.callers(me).next();
    let remote = clue.remotes.first();
    // A tunnel that Services lead to, and that nobody in the pod calls, ends here: it goes inwards.
    if call.is_none() && !clue.services.is_empty() && clues.calls_of(me).next().is_some() {
        return None;
    }
    let by_image = clue.part() == Some(ImagePart::Ambassador);
    let by_name = clue.words().contains("ambassador");
    let percent = match (by_image, call, remote) {
        (true, Some(_), Some(_)) => 99,
        (true, Some(_), None) => 95,
        (true, None, Some(_)) => 65,
        (true, None, None) => 60,
        (false, Some(_), Some(_)) if is_go_between(clues, me) || by_name => 85,
        (false, Some(_), None) if clue.part() == Some(ImagePart::Proxy) && clue.services.is_empty() => 70,
        _ if by_name => 60,
        _ => return None,
    };
    let name = |index: usize| quoted(&clues.containers[index].container.name);
    let (why, field) = match (call, remote) {
        (Some(call), Some((field, remote))) => (
            format!("{} calls it on port {}, and it names {}", name(call.from), call.port, quoted(remote)),
            field.clone(),
        ),
        (Some(call), None) => {
            (format!("{} calls it on port {}", name(call.from), call.port), call.field.clone())
        }
        (None, Some((field, remote))) => (
            format!("its image {} is a proxy, and it names {}", quoted(clue.base), quoted(remote)),
            field.clone(),
        ),
        (None, None) if by_image => (
            format!("its image {} is a proxy for something outside", quoted(clue.base)),
            clue.container.path.key("image"),
        ),
        (None, None) => ("it is called an ambassador".to_owned(), clue.container.path.key("name")),
    };
    Some(Finding {
        partner: call.map(|call| call.from),
        port: call.map(|call| call.port),
        remote: remote.map(|(_, remote)| remote.clone()),
        structural: call.is_some(),
        // Only a call may be named by another object, such as a ConfigMap; its own address comes from the workload.
        declared_by: call.filter(|_| remote.is_none()).map(|call| call.declared_by),
        ..Finding::new(&PATTERN, percent, why, field)
    })
}

/// Whether a container that is called, and names an address outside, only passes on what it gets: no Service leads to
/// it, and it is no program of its own, which would also have addresses outside.
fn is_go_between(clues: &Clues, me: usize) -> bool {
    let clue = &clues.containers[me];
    let program =
        matches!(clue.part(), Some(ImagePart::Store | ImagePart::Adapter | ImagePart::InboundProxy));
    let called_a_program = {
        let words = clue.words();
        PROGRAMS.iter().any(|word| words.contains(*word)) && !words.contains("proxy")
    };
    let knows_tools = matches!(clue.part(), Some(ImagePart::Tool | ImagePart::Proxy | ImagePart::WebServer));
    let calls_inside = clues.calls_of(me).next().is_some();
    clue.services.is_empty()
        && !program
        && !clues.bears_the_name(me)
        && !calls_inside
        && (knows_tools || !called_a_program)
}

fn tell(telling: &Telling) -> Vec<Piece> {
    let remote = telling.finding.remote.clone().map(Piece::Code);
    match (telling.partner(), telling.local(), remote) {
        (Some(partner), Some(local), Some(remote)) => vec![
            text(": "),
            partner,
            text(" talks to "),
            local,
            text(", and this container carries it to "),
            remote,
            text(" outside of the pod"),
        ],
        (Some(partner), Some(local), None) => vec![
            text(": "),
            partner,
            text(" talks to "),
            local,
            text(", and this container carries it out of the pod"),
        ],
        (_, _, Some(remote)) => vec![
            text(": it leads to "),
            remote,
            text(", though nothing in these manifests calls it on localhost"),
        ],
        _ => telling.because(),
    }
}
