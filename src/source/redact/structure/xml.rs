//! XML, also broken and HTML: elements are mappings of their attributes, their children and their text.

use super::Reading;
use super::places::Places;
use crate::document::sheet::{Form, Lexeme, Part, Sheet};
use crate::document::{Entry, Kind, TokenClass, Value};
use std::ops::Range;

/// How deep elements are told apart; deeper ones end what is read.
const DEPTH: usize = 60;

/// How far out an end tag finds its element: what lies between was never closed, as in HTML.
const REACH: usize = 8;

/// Reads `text`.
pub fn read(text: &str) -> Reading {
    let root = Element { name: "", at: 0, entries: Vec::new() };
    let mut reader = Reader {
        text,
        places: Places::new(text),
        sheet: Sheet::default(),
        covered: Vec::new(),
        open: vec![root],
        at: 0,
    };
    while reader.next() {}
    while reader.open.len() > 1 {
        reader.close();
    }
    let entries = reader.open.pop().map(|root| root.entries).unwrap_or_default();
    let root = Value { line: 1, column: 1, written: None, kind: Kind::Map(entries) };
    let last_line = reader.places.spot(text.len()).line;
    reader.sheet.parts.push(Part { begin: 1, last_line, outcome: Ok(root) });
    Reading { sheet: reader.sheet, covered: reader.covered }
}

struct Reader<'t> {
    text: &'t str,
    places: Places,
    sheet: Sheet,
    covered: Vec<Range<usize>>,
    open: Vec<Element<'t>>,
    at: usize,
}

struct Element<'t> {
    name: &'t str,
    at: usize,
    entries: Vec<Entry>,
}

impl<'t> Reader<'t> {
    /// Reads text and the tag after it; whether there may be more.
    fn next(&mut self) -> bool {
        let text = self.text;
        let rest = &text[self.at..];
        let tag = self.at + rest.find('<').unwrap_or(rest.len());
        self.characters(self.at..tag);
        let rest = &text[tag..];
        let until = |end: &str| tag + rest.find(end).map_or(rest.len(), |at| at + end.len());
        if rest.starts_with("<!--") {
            self.at = until("-->");
        } else if rest.starts_with("<![CDATA[") {
            self.at = until("]]>");
            self.value("value", tag, tag + 9..self.at.saturating_sub(3).max(tag + 9));
        } else if rest.starts_with("<?") {
            self.at = until("?>");
        } else if rest.starts_with("<!") {
            self.at = until(">");
        } else if let Some(name) = rest.strip_prefix("</") {
            self.at = until(">");
            let name = local(name[..name.find('>').unwrap_or(name.len())].trim());
            let within = self.open.iter().skip(1).rev().take(REACH).position(|element| element.name == name);
            for _ in 0..within.map_or(0, |at| at + 1) {
                self.close();
            }
        } else if rest.is_empty() || self.open.len() > DEPTH {
            return false;
        } else {
            self.at = tag + 1;
            self.element();
            self.covered.push(tag..self.at);
        }
        true
    }

    fn element(&mut self) {
        let start = self.at;
        let name = self.run(|c| c.is_whitespace() || matches!(c, '>' | '/' | '<' | '='));
        if name.is_empty() {
            return;
        }
        self.open.push(Element { name: local(name), at: start, entries: Vec::new() });
        loop {
            let rest = &self.text[self.at..];
            self.at += rest.len() - rest.trim_start().len();
            let rest = &self.text[self.at..];
            if rest.starts_with("/>") {
                self.at += 2;
                return self.close();
            }
            if rest.starts_with('>') {
                self.at += 1;
                return;
            }
            if rest.is_empty() || rest.starts_with('<') {
                return;
            }
            let start = self.at;
            let name = self.run(|c| c.is_whitespace() || matches!(c, '>' | '/' | '<' | '='));
            let after = self.text[self.at..].trim_start();
            let Some(value) = after.strip_prefix('=') else {
                // A name without a value, or an odd character.
                if name.is_empty() {
                    self.at += rest.chars().next().map_or(0, char::len_utf8);
                }
                continue;
            };
            let value = value.trim_start();
            self.at = self.text.len() - value.len();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            self.at += usize::from(quote.is_some());
            let from = self.at;
            self.run(|c| quote.map_or(c.is_whitespace() || matches!(c, '>' | '<'), |quote| c == quote));
            let range = from..self.at;
            self.at = (self.at + usize::from(quote.is_some())).min(self.text.len());
            self.value(local(name), start, range);
        }
    }

    fn run(&mut self, stops: impl Fn(char) -> bool) -> &'t str {
        let rest = &self.text[self.at..];
        let len = rest.find(stops).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn characters(&mut self, range: Range<usize>) {
        let raw = &self.text[range.clone()];
        let text = raw.trim();
        if !text.is_empty() {
            let start = range.end - raw.trim_start().len();
            self.value("value", start, start..start + text.len());
        }
    }

    /// Gives the innermost element a value under a name that stands at `at`.
    fn value(&mut self, name: &str, at: usize, range: Range<usize>) {
        let spot = self.places.spot(range.start);
        let key = self.places.spot(at);
        let text = decoded(&self.text[range.clone()]);
        let value =
            Value { line: spot.line, column: spot.column, written: None, kind: Kind::String(text.into()) };
        let (class, form) = (TokenClass::String, Form::Other);
        self.sheet.lexemes.push(Lexeme { start: range.start, end: range.end, spot, class, form });
        if let Some(element) = self.open.last_mut() {
            element.entries.push(Entry { key: name.into(), line: key.line, column: key.column, value });
        }
    }

    /// The innermost element ends; one that holds nothing but text is a string.
    fn close(&mut self) {
        let Some(mut element) = self.open.pop() else { return };
        let spot = self.places.spot(element.at);
        let only_text = element.entries.len() == 1 && *element.entries[0].key == *"value";
        let value = match element.entries.pop() {
            Some(entry) if only_text => entry.value,
            None => Value { line: spot.line, column: spot.column, written: None, kind: Kind::Null },
            Some(entry) => {
                element.entries.push(entry);
                let kind = Kind::Map(element.entries);
                Value { line: spot.line, column: spot.column, written: None, kind }
            }
        };
        if let Some(outer) = self.open.last_mut() {
            outer.entries.push(Entry {
                key: element.name.into(),
                line: spot.line,
                column: spot.column,
                value,
            });
        }
    }
}

/// A name without the prefix of its namespace.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn decoded(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}
