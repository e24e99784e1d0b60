//! The answer to `podviz reach`, as text for a terminal and as JSON.

use crate::catalog::FieldPath;
use crate::escape::terminal;
use crate::facts::Place;
use crate::facts::reach::{Answer, Direction, Policies, Question, Reason, WITHIN_A_POD, plain_words};
use crate::names::count;
use crate::topology::{NodeIndex, Topology};
use serde::Serialize;
use std::fmt::Write as _;

/// How many reasons the text lists.
const MOST_REASONS: usize = 20;

/// The answer as JSON.
#[derive(Serialize)]
struct Told {
    allowed: bool,
    because: Vec<Because>,
}

/// A policy that decided.
#[derive(Serialize)]
struct Because {
    policy: String,
    rule: Option<usize>,
    direction: &'static str,
    source: Place,
}

/// The answer as JSON: whether it is allowed, and because of which rules.
pub fn json(topology: &Topology, answer: &Answer) -> String {
    let because = answer.because.iter().filter_map(|reason| {
        let policy = topology.nodes[reason.policy].identity.title();
        let source = place(topology, reason.policy, &reason.field)?;
        Some(Because { policy, rule: reason.rule, direction: reason.direction.key(), source })
    });
    let told = Told { allowed: answer.allowed, because: because.collect() };
    format!("{}\n", serde_json::to_string_pretty(&told).unwrap_or_default())
}

/// The answer in sentences: the verdict, what decided, and what it does not cover.
pub fn text(topology: &Topology, policies: &Policies, question: &Question, answer: &Answer) -> String {
    let (from, to, port) = (&question.from.name, &question.to.name, &question.port);
    let verb = if answer.allowed { "may connect" } else { "may not connect" };
    let mut out = format!("{from} {verb} to {to} on port {}/{}.\n", port.number, port.protocol);
    if let [only] = &answer.passages[..] {
        if only.to != *to {
            let _ = writeln!(out, "The Service leads to {}, port {}.", only.to, only.port);
        }
    } else {
        for passage in &answer.passages {
            let verdict = if passage.verdict.allowed { "allowed" } else { "denied" };
            let _ = writeln!(out, "  {}, port {}: {verdict}", passage.to, passage.port);
        }
    }
    let within = answer.notes.iter().any(|note| note == WITHIN_A_POD);
    if answer.because.is_empty() && !within {
        let none = match policies.is_empty() {
            true => "There is no NetworkPolicy in these manifests.",
            false => "No NetworkPolicy in these manifests isolates either end.",
        };
        let _ = writeln!(out, "{none}");
    }
    for reason in answer.because.iter().take(MOST_REASONS) {
        let _ = writeln!(out, "- {}", sentence(topology, policies, reason));
    }
    if let Some(more) = answer.because.len().checked_sub(MOST_REASONS).filter(|more| *more > 0) {
        let _ = writeln!(out, "- {}; --format json lists them", count(more, "more reason", "more reasons"));
    }
    for note in &answer.notes {
        let _ = writeln!(out, "Note: {}", plain_words(note));
    }
    out.lines().map(|line| format!("{}\n", terminal(line))).collect()
}

/// What one policy has to do with the verdict, with the place that says so.
fn sentence(topology: &Topology, policies: &Policies, reason: &Reason) -> String {
    let title = topology.nodes[reason.policy].identity.title();
    let place = place(topology, reason.policy, &reason.field);
    let place =
        place.map(|place| format!(" ({}:{} {})", place.file, place.line, place.field)).unwrap_or_default();
    let (lets, end) = match reason.direction {
        Direction::Egress => ("lets it out", "source"),
        Direction::Ingress => ("lets it in", "destination"),
    };
    let rules = policies.get(reason.policy).and_then(|policy| policy.rules(reason.direction));
    match (reason.rule, rules.map_or(0, <[_]>::len)) {
        (Some(rule), _) => format!("{title} {lets}: {} rule {}{place}", reason.direction.key(), rule + 1),
        (None, 0) => format!("{title} isolates the {end}, and has no {} rule{place}", reason.direction.key()),
        (None, 1) => format!(
            "{title} isolates the {end}, and its {} rule does not match{place}",
            reason.direction.key()
        ),
        (None, many) => {
            let rules = count(many, "rule", "rules");
            format!(
                "{title} isolates the {end}, and none of its {rules} for {} matches{place}",
                reason.direction.key()
            )
        }
    }
}

fn place(topology: &Topology, index: NodeIndex, field: &FieldPath) -> Option<Place> {
    let object = topology.nodes[index].object.as_ref()?;
    let (file, line) = object.place(field.line(&object.value));
    Some(Place { file: file.to_owned(), line, field: field.to_string() })
}
