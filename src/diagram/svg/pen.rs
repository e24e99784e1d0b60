//! Writes SVG elements. Whatever a value is, it cannot hold markup: numbers, words of this program, paths that are
//! made of numbers, and text that went through [`escape::xml`].

use crate::escape::{self, Xml};
use std::fmt::{self, Write as _};

/// The value of an attribute.
pub(super) enum Value {
    /// A length in pixels.
    Number(f64),
    /// A word of this program.
    Word(&'static str),
    /// Text from outside.
    Text(Xml),
    /// What to draw.
    Path(Path),
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<&'static str> for Value {
    fn from(word: &'static str) -> Value {
        Value::Word(word)
    }
}

impl From<Xml> for Value {
    fn from(text: Xml) -> Value {
        Value::Text(text)
    }
}

impl From<Path> for Value {
    fn from(path: Path) -> Value {
        Value::Path(path)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => Tenths(*number).fmt(f),
            Value::Word(word) => f.write_str(word),
            Value::Text(text) => text.fmt(f),
            Value::Path(path) => f.write_str(&path.0),
        }
    }
}

/// A number with at most one decimal and never a negative zero, so that bytes are stable.
struct Tenths(f64);

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round() as i64;
        let sign = if tenths < 0 { "-" } else { "" };
        let (whole, rest) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
        match rest {
            0 => write!(f, "{sign}{whole}"),
            _ => write!(f, "{sign}{whole}.{rest}"),
        }
    }
}

/// What a `path` element draws.
#[derive(Clone, Default)]
pub(super) struct Path(String);

impl Path {
    /// A closed path through `points`, each corner rounded by `radius`.
    pub(super) fn polygon(points: &[Point], radius: f64) -> Path {
        let mut path = Path::default();
        for (index, &corner) in points.iter().enumerate() {
            let before = points[(index + points.len() - 1) % points.len()];
            let after = points[(index + 1) % points.len()];
            path.corner(before, corner, after, radius, index == 0);
        }
        path.close()
    }

    /// An open path through `points`, each bend rounded by `radius`.
    pub(super) fn polyline(points: &[Point], radius: f64) -> Path {
        let mut path = Path::default();
        for (index, &corner) in points.iter().enumerate() {
            if index == 0 {
                path = path.go(corner);
            } else if index + 1 == points.len() {
                path = path.line(corner);
            } else {
                path.corner(points[index - 1], corner, points[index + 1], radius, false);
            }
        }
        path
    }

    /// A rectangle with round corners.
    pub(super) fn rectangle(rect: Rect, radius: f64) -> Path {
        Path::polygon(&rect.corners(), radius.min(rect.w / 2.0).min(rect.h / 2.0))
    }

    fn corner(&mut self, before: Point, corner: Point, after: Point, radius: f64, first: bool) {
        let start = corner.toward(before, radius.min(corner.distance(before) / 2.0));
        let end = corner.toward(after, radius.min(corner.distance(after) / 2.0));
        let path = std::mem::take(self);
        let path = if first { path.go(start) } else { path.line(start) };
        *self = if radius > 0.0 { path.quad(corner, end) } else { path };
    }

    /// Goes to `to` without drawing.
    pub(super) fn go(self, to: Point) -> Path {
        self.add("M", &[to])
    }

    /// Draws a straight line to `to`.
    pub(super) fn line(self, to: Point) -> Path {
        self.add("L", &[to])
    }

    /// Draws a quadratic curve around `bend` to `to`.
    pub(super) fn quad(self, bend: Point, to: Point) -> Path {
        self.add("Q", &[bend, to])
    }

    /// Draws a cubic curve to `to`.
    pub(super) fn cubic(self, first: Point, second: Point, to: Point) -> Path {
        self.add("C", &[first, second, to])
    }

    /// Ends where it began.
    pub(super) fn close(mut self) -> Path {
        self.0.push('Z');
        self
    }

    fn add(mut self, command: &'static str, points: &[Point]) -> Path {
        self.0.push_str(command);
        for (index, point) in points.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            let _ = write!(self.0, "{space}{},{}", Tenths(point.x), Tenths(point.y));
        }
        self
    }
}

/// A place on the canvas, in pixels from its top left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// The point at `x` and `y`.
pub(super) fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

impl Point {
    pub(super) fn distance(self, other: Point) -> f64 {
        let (dx, dy) = (other.x - self.x, other.y - self.y);
        (dx * dx + dy * dy).sqrt()
    }

    /// The point `length` pixels from here to `other`.
    pub(super) fn toward(self, other: Point, length: f64) -> Point {
        let distance = self.distance(other);
        if distance < 0.001 {
            return self;
        }
        let share = length / distance;
        at(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)
    }

    pub(super) fn shifted(self, dx: f64, dy: f64) -> Point {
        at(self.x + dx, self.y + dy)
    }
}

/// A box on the canvas, by its top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

impl Rect {
    pub(super) fn new(x: f64, y: f64, w: f64, h: f64) -> Rect {
        Rect { x, y, w, h }
    }

    pub(super) fn around(center: Point, w: f64, h: f64) -> Rect {
        Rect::new(center.x - w / 2.0, center.y - h / 2.0, w, h)
    }

    pub(super) fn right(self) -> f64 {
        self.x + self.w
    }

    pub(super) fn bottom(self) -> f64 {
        self.y + self.h
    }

    pub(super) fn center(self) -> Point {
        at(self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    pub(super) fn shifted(self, dx: f64, dy: f64) -> Rect {
        Rect::new(self.x + dx, self.y + dy, self.w, self.h)
    }

    /// The same box, larger by `by` on each side.
    pub(super) fn grown(self, by: f64) -> Rect {
        Rect::new(self.x - by, self.y - by, self.w + 2.0 * by, self.h + 2.0 * by)
    }

    /// The smallest box around both.
    pub(super) fn joined(self, other: Rect) -> Rect {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Rect::new(x, y, self.right().max(other.right()) - x, self.bottom().max(other.bottom()) - y)
    }

    pub(super) fn overlaps(self, other: Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Whether `other` is inside, give or take a rounding error.
    pub(super) fn encloses(self, other: Rect) -> bool {
        let slack = self.grown(0.05);
        slack.x <= other.x
            && slack.y <= other.y
            && other.right() <= slack.right()
            && other.bottom() <= slack.bottom()
    }

    pub(super) fn holds(self, point: Point) -> bool {
        self.x <= point.x && point.x <= self.right() && self.y <= point.y && point.y <= self.bottom()
    }

    pub(super) fn corners(self) -> [Point; 4] {
        [
            at(self.x, self.y),
            at(self.right(), self.y),
            at(self.right(), self.bottom()),
            at(self.x, self.bottom()),
        ]
    }
}

/// Writes elements one after another.
#[derive(Default)]
pub(super) struct Pen {
    written: String,
    open: Vec<&'static str>,
}

impl Pen {
    /// Opens an element; [`Pen::close`] ends it.
    pub(super) fn open(&mut self, name: &'static str, attributes: &[(&'static str, Value)]) {
        self.start(name, attributes);
        self.written.push('>');
        self.open.push(name);
    }

    /// An element without content.
    pub(super) fn empty(&mut self, name: &'static str, attributes: &[(&'static str, Value)]) {
        self.start(name, attributes);
        self.written.push_str("/>");
    }

    /// An element that holds `raw` text and nothing else.
    pub(super) fn text(&mut self, name: &'static str, attributes: &[(&'static str, Value)], raw: &str) {
        self.open(name, attributes);
        let _ = write!(self.written, "{}", escape::xml(raw));
        self.close();
    }

    /// The stylesheet, which is part of this program.
    pub(super) fn style(&mut self, sheet: &'static str) {
        self.open("style", &[]);
        self.written.push_str(sheet);
        self.close();
    }

    /// Ends the element that was opened last.
    pub(super) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            let _ = write!(self.written, "</{name}>");
        }
    }

    /// Adds what another pen wrote.
    pub(super) fn append(&mut self, mut other: Pen) {
        while !other.open.is_empty() {
            other.close();
        }
        self.written.push_str(&other.written);
    }

    /// Begins a new line, for the sake of those who compare files.
    pub(super) fn line(&mut self) {
        self.written.push('\n');
    }

    /// What was written.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.written.push('\n');
        self.written
    }

    fn start(&mut self, name: &'static str, attributes: &[(&'static str, Value)]) {
        let _ = write!(self.written, "<{name}");
        for (key, value) in attributes {
            let _ = write!(self.written, " {key}=\"{value}\"");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tenths;

    #[test]
    fn numbers_have_one_decimal_and_no_negative_zero() {
        let shown = |number: f64| Tenths(number).to_string();
        assert_eq!(shown(-0.01), "0");
        assert_eq!(shown(-0.5), "-0.5");
        assert_eq!(shown(12.25), "12.3");
        assert_eq!(shown(12.0), "12");
        assert_eq!(shown(f64::NAN), "0");
    }
}
