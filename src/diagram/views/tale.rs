//! A sequence as it is told: participants first, then one step after another, each with its row in the table.

use super::Budget;
use super::sheet::{Reason, Table};
use super::wording::shorten;
use crate::diagram::svg::LaidOut;
use crate::diagram::{Body, Class, Diagram, Frame, Id, Line, Participant, Sequence, Step, View};
use crate::model::Subject;
use crate::names::count;
use std::collections::BTreeSet;

/// A sequence that is being told.
#[derive(Default)]
pub(super) struct Tale {
    participants: Vec<Participant>,
    said: Vec<String>,
    steps: Vec<Step>,
    frame: Option<(Frame, String, Vec<Step>)>,
    table: Table,
    left_out: Vec<String>,
}

impl Tale {
    /// A participant, called `said` in the table.
    pub fn cast(&mut self, id: Id, class: Class, label: &str, said: &str, link: Option<Subject>) -> Id {
        if !self.participants.iter().any(|participant| participant.id == id) {
            self.said.push(said.to_owned());
            self.participants.push(Participant { id: id.clone(), class, label: shorten(label), link });
        }
        id
    }

    /// Someone asks someone for something.
    pub fn call(&mut self, from: &Id, to: &Id, text: &str, reason: Reason) {
        self.message(from, to, text, Line::Solid, reason);
    }

    /// Someone answers.
    pub fn answer(&mut self, from: &Id, to: &Id, text: &str) {
        self.message(from, to, text, Line::Dashed, Reason::none());
    }

    fn message(&mut self, from: &Id, to: &Id, text: &str, line: Line, reason: Reason) {
        self.table.add(self.name(from), text, self.name(to), reason);
        let (from, to, text) = (from.clone(), to.clone(), shorten(text));
        self.push(Step::Message { from, to, text, line });
    }

    /// A remark over one or several participants.
    pub fn note(&mut self, over: &[&Id], text: &str) {
        let over: Vec<Id> = over.iter().map(|id| (*id).clone()).collect();
        if !over.is_empty() {
            self.push(Step::Note { over, text: shorten(text) });
        }
    }

    /// What follows happens inside a frame, until [`Tale::close`].
    pub fn open(&mut self, kind: Frame, label: &str) {
        self.close();
        self.frame = Some((kind, shorten(label), Vec::new()));
    }

    /// Ends the frame, if one is open; an empty one is dropped.
    pub fn close(&mut self) {
        if let Some((kind, label, steps)) = self.frame.take().filter(|(_, _, steps)| !steps.is_empty()) {
            self.steps.push(Step::Frame { kind, label, steps });
        }
    }

    /// Says what is not told, and where to find it.
    pub fn leave_out(&mut self, sentence: String) {
        self.left_out.push(sentence);
    }

    /// How many steps it has.
    pub fn len(&self) -> usize {
        number(&self.steps) + self.frame.as_ref().map_or(0, |(_, _, steps)| number(steps))
    }

    /// Drops the participants that no step is about.
    pub fn forget_the_silent(&mut self) {
        self.close();
        let mut heard = BTreeSet::new();
        hear(&self.steps, &mut heard);
        let everyone = self.participants.drain(..).zip(self.said.drain(..));
        (self.participants, self.said) = everyone.filter(|(one, _)| heard.contains(&one.id)).unzip();
    }

    fn push(&mut self, step: Step) {
        match &mut self.frame {
            Some((_, _, steps)) => steps.push(step),
            None => self.steps.push(step),
        }
    }

    fn name(&self, id: &Id) -> (String, Option<Subject>) {
        let index = self.participants.iter().position(|participant| participant.id == *id);
        let named = index.and_then(|index| Some((self.said.get(index)?, self.participants.get(index)?)));
        named.map(|(said, participant)| (said.clone(), participant.link.clone())).unwrap_or_default()
    }

    /// Leaves out what only happens sometimes, from the end, until the rest fits.
    fn leave_out_frames(&mut self, most: usize) {
        while number(&self.steps) > most {
            let is_frame = |step: &Step| matches!(step, Step::Frame { .. });
            let Some(last) = self.steps.iter().rposition(is_frame) else { return };
            if let Step::Frame { label, .. } = self.steps.remove(last) {
                let label = label.trim_end_matches('.');
                self.left_out.push(format!("Not drawn: \u{201c}{label}\u{201d}; the table lists its steps."));
            }
        }
    }

    /// The diagram; what is beyond the budget is left out, frames first and then the last steps, and said.
    pub fn finish(mut self, view: View, title: String, description: String, budget: Budget) -> Diagram {
        self.close();
        self.leave_out_frames(budget.edges);
        let all = number(&self.steps);
        let steps = cut(self.steps, &mut budget.edges.clone());
        let beyond = all - number(&steps);
        if beyond > 0 {
            let steps = count(beyond, "step", "steps");
            self.left_out
                .push(format!("Not drawn: the last {steps}; the table beside the diagram lists all."));
        }
        let (rows, more) = self.table.finish();
        self.left_out.extend(more);
        let body = Body::Sequence(Sequence { participants: self.participants, steps });
        Diagram {
            view,
            title,
            description,
            body,
            rows,
            left_out: self.left_out,
            laid_out: LaidOut::default(),
        }
    }
}

/// The participants that steps are about.
fn hear(steps: &[Step], heard: &mut BTreeSet<Id>) {
    for step in steps {
        match step {
            Step::Message { from, to, .. } => heard.extend([from.clone(), to.clone()]),
            Step::Note { over, .. } => heard.extend(over.iter().cloned()),
            Step::Frame { steps, .. } => hear(steps, heard),
        }
    }
}

fn number(steps: &[Step]) -> usize {
    let size = |step: &Step| if let Step::Frame { steps, .. } = step { number(steps) } else { 1 };
    steps.iter().map(size).sum()
}

fn cut(steps: Vec<Step>, left: &mut usize) -> Vec<Step> {
    let mut kept = Vec::new();
    for step in steps {
        match step {
            Step::Frame { kind, label, steps } if *left > 0 => {
                kept.push(Step::Frame { kind, label, steps: cut(steps, left) });
            }
            step if *left > 0 => {
                *left -= 1;
                kept.push(step);
            }
            _ => break,
        }
    }
    kept
}
