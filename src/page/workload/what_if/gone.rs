//! What if no pod of a workload answers: who suffers?

use super::Asked;
use crate::page::Prose;
use crate::page::prose::{concat, listed, plain};
use crate::page::workload::on_call::sufferers::sufferers;
use crate::topology::NodeIndex;

/// How many names a sentence holds.
const MOST_NAMED: usize = 4;

pub(super) fn answers(asked: &Asked) -> Vec<Prose> {
    let found = sufferers(asked.know.topology, asked.index);
    let near = &asked.object.identity;
    let names = |all: &[NodeIndex]| {
        listed(all.iter().map(|&one| asked.know.mention(one, near)).collect(), MOST_NAMED)
    };
    let mut answers = Vec::new();
    if !found.callers.is_empty() {
        let mut prose =
            concat(vec![plain("What calls it gets no answer: "), names(&found.callers), plain(".")]);
        if !found.others.is_empty() {
            let verb = if found.others.len() == 1 { " calls" } else { " call" };
            let then = format!("{verb} these in turn, and may suffer.");
            prose.extend(concat(vec![plain(" "), names(&found.others), plain(then)]));
        }
        answers.push(prose);
    }
    if let Some(first) = found.way_in.as_ref().and_then(|way| way.first()) {
        let door = asked.know.mention(*first, near);
        answers.push(concat(vec![
            plain("Requests from outside through "),
            door,
            plain(" fail where they lead to it."),
        ]));
    }
    answers
}
