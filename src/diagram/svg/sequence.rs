//! Lays out and paints participants and messages: columns as wide as their messages, rows downwards in time.

use super::pen::{Path, Pen, Rect, at};
use super::text::{self, LABEL, Lines, NOTE, SPEECH, TITLE};
use super::{Budget, Links, TooLarge, count, linked, paragraph, plate, shape};
use crate::diagram::{Frame, Id, Line, Sequence, Step};
use std::collections::BTreeMap;

const LABEL_LINE: f64 = 16.0;
const LINE: f64 = 15.0;
/// Between rows.
const ROW: f64 = 14.0;
/// Between a frame and what is in it.
const PAD: f64 = 14.0;
/// How far a message to oneself reaches out.
const LOOP: f64 = 26.0;
/// Frames in frames beyond this are not a sequence any more.
const DEEPEST: usize = 12;
/// Taller pictures repeat the participants at the bottom.
const TALL: f64 = 620.0;

/// A sequence with everything in its place.
pub(super) struct Picture<'a> {
    sequence: &'a Sequence,
    heads: Vec<(Lines, f64)>,
    head: f64,
    columns: Vec<f64>,
    items: Vec<Item>,
    bottom: f64,
    /// The leftmost and the rightmost of all.
    sides: (f64, f64),
    texts: Texts,
}

enum Item {
    Message { from: f64, to: f64, y: f64, lines: Lines, line: Line },
    Own { x: f64, y: f64, height: f64, lines: Lines, line: Line },
    Note { rect: Rect, lines: Lines },
    Frame { rect: Rect, kind: Frame, lines: Lines },
}

/// How wide texts may become before they wrap.
#[derive(Clone, Copy)]
struct Texts {
    message: f64,
    own: f64,
    note: f64,
}

fn texts(participants: usize) -> Texts {
    match participants {
        0..=3 => Texts { message: 270.0, own: 190.0, note: 190.0 },
        4 => Texts { message: 210.0, own: 160.0, note: 170.0 },
        5 => Texts { message: 165.0, own: 130.0, note: 150.0 },
        _ => Texts { message: 132.0, own: 112.0, note: 132.0 },
    }
}

impl<'a> Picture<'a> {
    /// Gives every participant a column and every step a row.
    pub(super) fn new(sequence: &'a Sequence, budget: &mut Budget) -> Result<Picture<'a>, TooLarge> {
        let steps = count(&sequence.steps, DEEPEST).ok_or(TooLarge)?;
        budget.spend((steps as u64 + 1) * (sequence.participants.len() as u64 + 1) * 2_000)?;
        let index: BTreeMap<&Id, usize> =
            sequence.participants.iter().enumerate().map(|(i, p)| (&p.id, i)).collect();
        let texts = texts(sequence.participants.len());
        let heads: Vec<(Lines, f64)> = sequence
            .participants
            .iter()
            .map(|one| {
                let label = text::wrap(&one.label, LABEL, 132.0, 3);
                let [left, _, right, _] = shape::insets(shape::of(one.class));
                let w = (label.width + left + right).max(84.0).ceil();
                (label, w)
            })
            .collect();
        let head = heads
            .iter()
            .zip(&sequence.participants)
            .map(|((label, _), one)| {
                let [_, top, _, bottom] = shape::insets(shape::of(one.class));
                label.lines.len().max(1) as f64 * LABEL_LINE + top + bottom
            })
            .fold(0.0, f64::max);
        let mut gaps: Vec<f64> =
            heads.windows(2).map(|pair| ((pair[0].1 + pair[1].1) / 2.0 + 22.0).max(96.0)).collect();
        widen(&mut gaps, &sequence.steps, &index, texts);
        let mut columns = Vec::new();
        let mut x = heads.first().map_or(0.0, |first| first.1 / 2.0);
        for place in 0..heads.len() {
            columns.push(x);
            x += gaps.get(place).copied().unwrap_or(0.0);
        }
        let sides =
            (0.0, columns.last().copied().unwrap_or(0.0) + heads.last().map_or(0.0, |last| last.1 / 2.0));
        let mut picture =
            Picture { sequence, heads, head, columns, items: Vec::new(), bottom: 0.0, sides, texts };
        let mut y = head + ROW + 4.0;
        if let Some((left, right)) = picture.rows(&sequence.steps, &index, &mut y) {
            picture.sides = (picture.sides.0.min(left), picture.sides.1.max(right));
        }
        picture.bottom = y;
        Ok(picture)
    }

    /// Puts `steps` below `y`, moves it on, and returns how far they reach to the left and to the right.
    fn rows(&mut self, steps: &[Step], index: &BTreeMap<&Id, usize>, y: &mut f64) -> Option<(f64, f64)> {
        let mut reach: Option<(f64, f64)> = None;
        let mut widen = |left: f64, right: f64| {
            let (a, b) = reach.unwrap_or((left, right));
            reach = Some((a.min(left), b.max(right)));
        };
        for step in steps {
            match step {
                Step::Message { from, to, text, line } => {
                    let (Some(&from), Some(&to)) = (index.get(from), index.get(to)) else { continue };
                    let (x, target) = (self.columns[from], self.columns[to]);
                    if from == to {
                        let lines = text::wrap(text, SPEECH, self.texts.own, 8);
                        let height = (lines.lines.len() as f64 * LINE + 4.0).max(26.0);
                        widen(x - 8.0, x + LOOP + 14.0 + lines.width);
                        self.items.push(Item::Own { x, y: *y, height, lines, line: *line });
                        *y += height + ROW;
                    } else {
                        let room = ((x - target).abs() - 26.0).max(self.texts.message);
                        let lines = text::wrap(text, SPEECH, room, 8);
                        let half = ((x - target).abs() / 2.0).max(lines.width / 2.0);
                        widen((x + target) / 2.0 - half, (x + target) / 2.0 + half);
                        *y += lines.lines.len() as f64 * LINE + 5.0;
                        self.items.push(Item::Message { from: x, to: target, y: *y, lines, line: *line });
                        *y += ROW;
                    }
                }
                Step::Note { over, text } => {
                    let about = over.iter().filter_map(|id| index.get(id)).map(|&place| self.columns[place]);
                    let Some((left, right)) = about.fold(None, |sides: Option<(f64, f64)>, x| {
                        let (a, b) = sides.unwrap_or((x, x));
                        Some((a.min(x), b.max(x)))
                    }) else {
                        continue;
                    };
                    let lines = text::wrap(text, NOTE, (right - left + 36.0).max(self.texts.note), 10);
                    let w = (lines.width + 30.0).max(right - left + 60.0);
                    let h = lines.lines.len().max(1) as f64 * LINE + 12.0;
                    let rect = Rect::new((left + right) / 2.0 - w / 2.0, *y, w, h);
                    widen(rect.x, rect.right());
                    self.items.push(Item::Note { rect, lines });
                    *y += h + ROW;
                }
                Step::Frame { kind, label, steps } => {
                    let lines = text::wrap(label, SPEECH, 330.0, 3);
                    let top = *y;
                    let place = self.items.len();
                    *y += lines.lines.len().max(1) as f64 * LINE + 16.0;
                    self.items.push(Item::Frame { rect: Rect::default(), kind: *kind, lines: lines.clone() });
                    let inner = self.rows(steps, index, y);
                    let first = self.columns.first().copied().unwrap_or(0.0);
                    let (left, right) = inner.unwrap_or((first, first + 60.0));
                    let left = left - PAD;
                    let right = (right + PAD).max(left + tab(*kind) + lines.width + 34.0);
                    let rect = Rect::new(left, top, right - left, *y - top);
                    if let Some(Item::Frame { rect: unknown, .. }) = self.items.get_mut(place) {
                        *unknown = rect;
                    }
                    widen(left, right);
                    *y += ROW;
                }
            }
        }
        reach
    }

    /// What each step covers.
    #[cfg(test)]
    pub(super) fn rects(&self) -> Vec<Rect> {
        let rect = |item: &Item| match item {
            Item::Message { from, to, y, lines, .. } => {
                let (half, height) = (lines.width / 2.0, lines.lines.len() as f64 * LINE + 5.0);
                Rect::new((from + to) / 2.0 - half, y - height, lines.width, height)
            }
            Item::Own { x, y, height, lines, .. } => Rect::new(*x, *y, LOOP + 8.0 + lines.width, *height),
            Item::Note { rect, .. } | Item::Frame { rect, .. } => *rect,
        };
        self.items.iter().map(rect).collect()
    }

    /// Paints it, and returns what it covers.
    pub(super) fn paint(&self, pen: &mut Pen, links: Links) -> Rect {
        let tall = self.bottom > TALL;
        let end = self.bottom + if tall { self.head + 4.0 } else { 0.0 };
        pen.open("g", &[("aria-hidden", "true".into())]);
        for &x in &self.columns {
            pen.line();
            let path = Path::default().go(at(x, self.head)).line(at(x, self.bottom + 4.0));
            pen.empty("path", &[("class", "pv-life".into()), ("d", path.into())]);
        }
        pen.close();
        for place in 0..self.heads.len() {
            let one = &self.sequence.participants[place];
            pen.line();
            linked(pen, one.link.as_ref().and_then(links), &one.label, |pen| self.head(pen, place, 0.0));
        }
        for item in &self.items {
            pen.line();
            self.item(pen, item);
        }
        if tall {
            pen.line();
            pen.open("g", &[("aria-hidden", "true".into())]);
            for place in 0..self.heads.len() {
                self.head(pen, place, self.bottom + 4.0);
            }
            pen.close();
        }
        Rect::new(self.sides.0, 0.0, self.sides.1 - self.sides.0, end.max(20.0) + 2.0)
    }

    fn head(&self, pen: &mut Pen, place: usize, y: f64) {
        let ((label, w), one) = (&self.heads[place], &self.sequence.participants[place]);
        let rect = Rect::new(self.columns[place] - w / 2.0, y, *w, self.head);
        pen.open("g", &[("class", shape::node_class(one.class).into())]);
        if label.cut {
            pen.text("title", &[], &text::shown(&one.label));
        }
        shape::paint(pen, shape::of(one.class), rect);
        let [left, top, right, bottom] = shape::insets(shape::of(one.class));
        let x = rect.x + left + (rect.w - left - right) / 2.0;
        let room = rect.h - top - bottom - label.lines.len() as f64 * LABEL_LINE;
        paragraph(pen, "pv-label", &label.lines, at(x, y + top + room / 2.0 + 12.5), LABEL_LINE);
        pen.close();
    }

    fn item(&self, pen: &mut Pen, item: &Item) {
        match item {
            Item::Message { from, to, y, lines, line } => {
                let side = if to > from { 1.0 } else { -1.0 };
                let path = Path::default().go(at(*from, *y)).line(at(to - side * 8.0, *y));
                stroke(pen, path, *line);
                arrowhead(pen, *to, *y, side);
                self.speech(pen, lines, (from + to) / 2.0, y - 6.0);
            }
            Item::Own { x, y, height, lines, line } => {
                let (top, bottom) = (y + 2.0, y + height - 4.0);
                let points = [at(*x, top), at(x + LOOP, top), at(x + LOOP, bottom), at(x + 8.0, bottom)];
                stroke(pen, Path::polyline(&points, 7.0), *line);
                arrowhead(pen, *x, bottom, -1.0);
                let block = lines.lines.len() as f64 * LINE;
                let first = (top + bottom) / 2.0 - block / 2.0 + 11.5;
                let left = x + LOOP + 8.0;
                if self.columns.iter().any(|&column| left < column && column < left + lines.width) {
                    plate(pen, Rect::new(left - 3.0, first - 11.5, lines.width + 6.0, block));
                }
                paragraph(pen, "pv-speech pv-left", &lines.lines, at(left, first), LINE);
            }
            Item::Note { rect, lines } => {
                pen.open("g", &[("class", "pv-remark".into())]);
                shape::paint(pen, shape::Shape::Sheet, *rect);
                paragraph(pen, "pv-note", &lines.lines, at(rect.center().x, rect.y + 17.0), LINE);
                pen.close();
            }
            Item::Frame { rect, kind, lines } => {
                let attributes = [
                    ("class", "pv-frame".into()),
                    ("x", rect.x.into()),
                    ("y", rect.y.into()),
                    ("width", rect.w.into()),
                    ("height", rect.h.into()),
                    ("rx", 5.0.into()),
                ];
                pen.empty("rect", &attributes);
                let w = tab(*kind);
                let corner = [
                    at(rect.x, rect.y),
                    at(rect.x + w, rect.y),
                    at(rect.x + w, rect.y + 13.0),
                    at(rect.x + w - 7.0, rect.y + 20.0),
                    at(rect.x, rect.y + 20.0),
                ];
                pen.empty("path", &[("class", "pv-tab".into()), ("d", Path::polygon(&corner, 2.0).into())]);
                let x = rect.x + w + 10.0;
                pen.text(
                    "text",
                    &[
                        ("class", "pv-word".into()),
                        ("x", (rect.x + w / 2.0 - 2.0).into()),
                        ("y", (rect.y + 14.5).into()),
                    ],
                    word(*kind),
                );
                if !lines.lines.is_empty() {
                    let height = lines.lines.len() as f64 * LINE;
                    plate(pen, Rect::new(x - 4.0, rect.y + 2.5, lines.width + 8.0, height + 3.0));
                }
                paragraph(pen, "pv-speech pv-left", &lines.lines, at(x, rect.y + 15.0), LINE);
            }
        }
    }

    /// Text above an arrow, its last baseline at `bottom`.
    fn speech(&self, pen: &mut Pen, lines: &Lines, center: f64, bottom: f64) {
        let height = lines.lines.len() as f64 * LINE;
        let rect = Rect::new(
            center - lines.width / 2.0 - 3.0,
            bottom - height + 3.0,
            lines.width + 6.0,
            height + 1.0,
        );
        if self.columns.iter().any(|&column| rect.x < column && column < rect.right()) {
            plate(pen, rect);
        }
        paragraph(pen, "pv-speech", &lines.lines, at(center, bottom - height + LINE), LINE);
    }
}

/// Makes room between the columns for the messages and notes of `steps`.
fn widen(gaps: &mut [f64], steps: &[Step], index: &BTreeMap<&Id, usize>, texts: Texts) {
    for step in steps {
        match step {
            Step::Message { from, to, text, .. } => {
                let (Some(&from), Some(&to)) = (index.get(from), index.get(to)) else { continue };
                if from == to {
                    let width = text::wrap(text, SPEECH, texts.own, 8).width;
                    need(gaps, from, from + 1, LOOP + width + 22.0);
                } else {
                    let width = text::wrap(text, SPEECH, texts.message, 8).width;
                    need(gaps, from.min(to), from.max(to), width + 26.0);
                }
            }
            Step::Note { over, text } => {
                if let [one] = &over[..]
                    && let Some(&place) = index.get(one)
                {
                    let half = text::wrap(text, NOTE, texts.note, 10).width / 2.0 + 15.0 + 12.0;
                    need(gaps, place, place + 1, half);
                    if place > 0 {
                        need(gaps, place - 1, place, half);
                    }
                }
            }
            Step::Frame { steps, .. } => widen(gaps, steps, index, texts),
        }
    }
}

/// Sees to it that the columns `from` and `to` are `width` apart.
fn need(gaps: &mut [f64], from: usize, to: usize, width: f64) {
    let to = to.min(gaps.len());
    let Some(between) = gaps.get_mut(from..to) else { return };
    let missing = width - between.iter().sum::<f64>();
    if missing > 0.0 {
        let share = missing / between.len().max(1) as f64;
        between.iter_mut().for_each(|gap| *gap += share);
    }
}

fn word(kind: Frame) -> &'static str {
    match kind {
        Frame::Loop => "loop",
        Frame::Optional => "optional",
    }
}

fn tab(kind: Frame) -> f64 {
    (text::width(word(kind), TITLE) + 20.0).ceil()
}

fn stroke(pen: &mut Pen, path: Path, line: Line) {
    let class = match line {
        Line::Solid => "pv-edge",
        Line::Dashed => "pv-edge pv-dashed",
        Line::Dotted => "pv-edge pv-dotted",
    };
    pen.empty("path", &[("class", class.into()), ("d", path.into())]);
}

fn arrowhead(pen: &mut Pen, x: f64, y: f64, side: f64) {
    let back = x - side * 9.0;
    let path = Path::polygon(&[at(x - side, y), at(back, y - 4.0), at(back, y + 4.0)], 0.0);
    pen.empty("path", &[("class", "pv-head".into()), ("d", path.into())]);
}
