//! What stands between brackets: JSON inside of other text, escaped too, and the values of TOML, HCL and HOCON.

use super::places::Places;
use super::{LIMITS, Reading};
use crate::document::sheet::{Form, Lexeme, Part, Sheet};
use crate::document::{Entry, Kind, TokenClass, Value, compose::Composer};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What may stand between brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Keys are quoted, or a colon follows them: nothing else is told apart from a script.
    Json,
    /// Also `key = value`, `key value { … }` and `key { … }`.
    Settings,
}

/// Reads what looks like JSON, and the documents that a shell script feeds to programs, out of `text`.
pub fn fragments(text: &str) -> Reading {
    let places = Places::new(text);
    let mut found = Reading { sheet: Sheet::default(), covered: Vec::new() };
    let mut at = 0;
    for body in bodies(text) {
        objects(text, at..body.start, &places, &mut found);
        let spot = places.spot(body.start);
        let kind = Kind::String(text[body.clone()].into());
        let root = Value { line: spot.line, column: spot.column, written: None, kind };
        let (class, form) = (TokenClass::String, Form::Other);
        found.sheet.lexemes.push(Lexeme { start: body.start, end: body.end, spot, class, form });
        found.sheet.parts.push(Part { begin: spot.line, last_line: spot.line, outcome: Ok(root) });
        found.covered.push(body.clone());
        at = body.end;
    }
    objects(text, at..text.len(), &places, &mut found);
    found
}

/// Whether `text` is a script that holds here-documents.
pub fn feeds_documents(text: &str) -> bool {
    !bodies(text).is_empty()
}

/// The bodies of here-documents: `cat <<EOF`.
fn bodies(text: &str) -> Vec<Range<usize>> {
    static HERE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"<<[-~]?\s?\\?["']?([A-Za-z_]\w*)["']?[^\n]*\n"#).expect("a pattern"));
    let mut bodies = Vec::new();
    let mut done = 0;
    while let Some(found) = HERE.captures_at(text, done) {
        let (Some(opening), Some(tag)) = (found.get(0), found.get(1)) else { break };
        let Some(len) = body(&text[opening.end()..], tag.as_str()) else { break };
        bodies.push(opening.end()..opening.end() + len);
        done = opening.end() + len;
    }
    bodies
}

/// The length of the body that the line `tag` ends.
fn body(text: &str, tag: &str) -> Option<usize> {
    let mut len = 0;
    for line in text.split('\n') {
        if line.trim() == tag {
            return Some(len);
        }
        len += line.len() + 1;
    }
    None
}

fn objects(text: &str, within: Range<usize>, places: &Places, found: &mut Reading) {
    let text = &text[..within.end];
    let mut at = within.start;
    while let Some(next) = text[at..].find(['{', '[']) {
        at += next;
        // What an index stands in is left to the rules for lines: `ENV["TOKEN"] = …`.
        if text[at..].starts_with('[')
            && text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ']' | '$'))
        {
            at += 1;
            continue;
        }
        let mut composer = Composer::new(&LIMITS);
        let mut reader = Brackets::new(text, at, places, Dialect::Json);
        let read = reader.collection(&mut composer);
        let end = reader.at.max(at + 1);
        // What ends too early still says what it is; what is nothing of the kind is looked at again further on.
        if read.is_ok() || end == text.len() && reader.entries > 0 {
            while composer.in_list().is_some() && composer.end().is_ok() {}
            if let Some(root) = composer.into_root() {
                let root = named(&text[..at], root);
                // Without quotes it may be part of something else, such as a password with brackets.
                let quoted =
                    text[at + 1..].trim_start().trim_start_matches(['{', '[', '\\', 'n']).starts_with('"');
                if read.is_ok() && quoted {
                    found.covered.push(at..end);
                }
                found.sheet.lexemes.append(&mut reader.lexemes);
                let line = places.spot(at).line;
                found.sheet.parts.push(Part { begin: line, last_line: line, outcome: Ok(root) });
            }
        }
        at = end;
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
}

/// `root` under the name that stands before it, if one does: `credentials='{ … }'`.
fn named(before: &str, root: Value) -> Value {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"([A-Za-z0-9_.\-]{1,80})["'\\]{0,4}\s{0,4}[:=]\s{0,4}[@"'\\]{0,4}$"#).expect("a pattern")
    });
    let near = &before[before.floor_char_boundary(before.len().saturating_sub(100))..];
    let Some(name) = NAME.captures(near).and_then(|found| found.get(1)) else { return root };
    let key = name.as_str().trim_start_matches('-').into();
    let (line, column) = (root.line, root.column);
    // The key has a place that no value has: it is not part of what is read.
    let entry = Entry { key, line, column: u32::MAX, value: root };
    Value { line, column, written: None, kind: Kind::Map(vec![entry]) }
}

/// What cannot be read.
pub struct Broken;

impl<T> From<T> for Broken
where
    T: Into<crate::document::compose::Fault>,
{
    fn from(_: T) -> Broken {
        Broken
    }
}

/// A reader at an opening bracket.
pub struct Brackets<'t> {
    text: &'t str,
    /// Where it is.
    pub at: usize,
    places: &'t Places,
    dialect: Dialect,
    /// The scalars that it read.
    pub lexemes: Vec<Lexeme>,
    /// How many keys it read.
    pub entries: usize,
    /// The collections that it opened.
    pub open: usize,
    /// What closes them.
    closers: Vec<u8>,
}

impl<'t> Brackets<'t> {
    /// A reader at byte `at` of `text`.
    pub fn new(text: &'t str, at: usize, places: &'t Places, dialect: Dialect) -> Brackets<'t> {
        Brackets { text, at, places, dialect, lexemes: Vec::new(), entries: 0, open: 0, closers: Vec::new() }
    }

    /// Reads a collection up to its closing bracket.
    pub fn collection(&mut self, composer: &mut Composer<'_>) -> Result<(), Broken> {
        self.begin(composer)?;
        while self.open > 0 {
            self.space(true);
            let list = composer.in_list().ok_or(Broken)?;
            match self.peek().ok_or(Broken)? {
                byte @ (b']' | b'}') if self.closers.last() == Some(&byte) => {
                    self.at += 1;
                    self.open -= 1;
                    self.closers.pop();
                    composer.end()?;
                }
                b']' | b'}' => return Err(Broken),
                _ if list => self.value(composer)?,
                _ => self.entry(composer)?,
            }
        }
        Ok(())
    }

    fn begin(&mut self, composer: &mut Composer<'_>) -> Result<(), Broken> {
        let spot = self.places.spot(self.at);
        // An array of PHP may be a mapping.
        static KEYED: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#"^\[\s*(?:"[^"\n]*"|'[^'\n]*')\s*=>"#).expect("a pattern"));
        let list = self.byte(0) == b'[';
        self.closers.push(if list { b']' } else { b'}' });
        if list && !KEYED.is_match(&self.text[self.at..]) {
            composer.begin_list(spot, 0)?;
        } else {
            composer.begin_map(spot, 0)?;
        }
        self.at += 1;
        self.open += 1;
        Ok(())
    }

    fn entry(&mut self, composer: &mut Composer<'_>) -> Result<(), Broken> {
        let (mut lexeme, mut key, quoted) = match self.quoted() {
            Some(string) => (string?.0, None, true),
            None => (self.word(|c| !is_name(c)), None, false),
        };
        if lexeme.start == lexeme.end && !quoted {
            return Err(Broken);
        }
        loop {
            self.space(false);
            let sign = &self.text[self.at..];
            let settings = self.dialect == Dialect::Settings;
            let len =
                [":=", "=>", "+=", ":", "="].iter().find(|sep| sign.starts_with(**sep)).map(|sep| sep.len());
            match len {
                Some(len) if settings || sign.starts_with(':') || sign.starts_with("=>") => {
                    self.at += len;
                    break;
                }
                _ if !settings => return Err(Broken),
                _ if sign.starts_with(['{', '[']) => break,
                // Not a key but a statement, or a label of a block: what comes last names the value.
                _ if sign.starts_with(['\n', '}', ']', ',', ';']) || sign.is_empty() => return Ok(()),
                _ => {
                    let (next, text) = match self.quoted() {
                        Some(string) => string?,
                        None => {
                            let word = self.word(|c| !is_name(c));
                            (word, self.text[word.start..word.end].into())
                        }
                    };
                    if next.start == next.end {
                        // An odd character: not an entry, and not worth stopping for.
                        self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
                    }
                    let first = key
                        .unwrap_or_else(|| self.text[lexeme.start..lexeme.end].trim_matches('"').to_owned());
                    key = Some(format!("{first}.{text}"));
                    lexeme = next;
                }
            }
        }
        let raw = &self.text[lexeme.start..lexeme.end];
        let name = key.unwrap_or_else(|| unquoted(raw));
        self.entries += 1;
        composer.scalar(self.scalar(lexeme, &name), 0, false)?;
        self.space(self.dialect == Dialect::Json);
        match self.peek() {
            None | Some(b'}' | b']' | b',' | b';' | b'\n') => {
                let spot = self.places.spot(self.at);
                let null = Value { line: spot.line, column: spot.column, written: None, kind: Kind::Null };
                Ok(composer.scalar(null, 0, false)?)
            }
            Some(_) => self.value(composer),
        }
    }

    /// Reads a value: a collection is only begun.
    fn value(&mut self, composer: &mut Composer<'_>) -> Result<(), Broken> {
        if matches!(self.peek(), Some(b'{' | b'[')) {
            return self.begin(composer);
        }
        if let Some(string) = self.quoted() {
            let (lexeme, text) = string?;
            self.lexemes.push(lexeme);
            return Ok(composer.scalar(self.scalar(lexeme, &text), 0, false)?);
        }
        if let Some((lexeme, text)) = self.heredoc() {
            self.lexemes.push(lexeme);
            return Ok(composer.scalar(self.scalar(lexeme, &text), 0, false)?);
        }
        let lexeme = self.word(|c| matches!(c, ',' | '}' | ']' | '{' | '[' | '\n' | ';' | '('));
        let text = &self.text[lexeme.start..lexeme.end];
        if matches!(self.peek(), Some(b'(')) {
            self.at += 1;
            self.space(false);
        }
        match self.peek() {
            // A function of a list or a mapping: `jsonencode({ … })`.
            Some(b'{' | b'[') => return self.begin(composer),
            _ if lexeme.start == lexeme.end => {
                self.at += self.text[self.at..].chars().next().ok_or(Broken)?.len_utf8();
            }
            _ => {}
        }
        self.lexemes.push(lexeme);
        let mut value = self.scalar(lexeme, text);
        value.kind = match text {
            "null" | "nil" | "None" => Kind::Null,
            "true" | "True" => Kind::Bool(true),
            "false" | "False" => Kind::Bool(false),
            _ => serde_json::from_str(text).map_or(value.kind, Kind::Number),
        };
        Ok(composer.scalar(value, 0, false)?)
    }

    /// A quoted string, if one begins here; as many backslashes as before its first quote stand before its last.
    pub fn quoted(&mut self) -> Option<Result<(Lexeme, String), Broken>> {
        let rest = &self.text[self.at..];
        let slashes = rest.bytes().take_while(|&byte| byte == b'\\').count();
        let quote = *rest.as_bytes().get(slashes).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
        let bytes = rest.as_bytes();
        let triple =
            slashes == 0 && quote != b'`' && bytes.get(1) == Some(&quote) && bytes.get(2) == Some(&quote);
        let open = if triple { 3 } else { slashes + 1 };
        let mut end = open;
        let mut run = 0;
        loop {
            match bytes.get(end) {
                None => return Some(Err(Broken)),
                Some(b'\n') if !triple && quote != b'`' => return Some(Err(Broken)),
                Some(&byte) if byte == quote && triple && bytes[end..].starts_with(&[quote; 3]) => break,
                Some(&byte)
                    if byte == quote && !triple && (run == slashes || slashes == 0 && run % 2 == 0) =>
                {
                    break;
                }
                Some(b'\\') => run += 1,
                Some(_) => run = 0,
            }
            end += 1;
        }
        let (start, inner_end) = (self.at + open, self.at + end - if triple { 0 } else { slashes });
        let inner = self.text.get(start..inner_end.max(start)).unwrap_or_default();
        let whole = self.at..self.at + end + if triple { 3 } else { 1 };
        self.at = whole.end;
        let decoded = (slashes == 0 && !triple && quote == b'"' && inner.contains('\\'))
            .then(|| serde_json::from_str::<String>(&self.text[whole.clone()]).ok())
            .flatten();
        let (range, form) =
            if decoded.is_some() { (whole, Form::Double) } else { (start..start + inner.len(), Form::Other) };
        let text = decoded.unwrap_or_else(|| inner.to_owned());
        let (spot, class) = (self.places.spot(range.start), TokenClass::String);
        Some(Ok((Lexeme { start: range.start, end: range.end, spot, class, form }, text)))
    }

    /// `<<EOF` and what follows up to that line, if it begins here.
    pub fn heredoc(&mut self) -> Option<(Lexeme, String)> {
        static HERE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"^<<[-~]?([A-Za-z_]\w*)[^\n]*\n").expect("a pattern"));
        let rest = &self.text[self.at..];
        let found = HERE.captures(rest)?;
        let start = self.at + found.get(0)?.end();
        let end = start + body(&self.text[start..], found.get(1)?.as_str())?;
        self.at = end + self.text[end..].find('\n').unwrap_or(self.text.len() - end);
        let (spot, class, form) = (self.places.spot(start), TokenClass::String, Form::Other);
        Some((Lexeme { start, end, spot, class, form }, self.text[start..end].to_owned()))
    }

    /// Text up to where it stops, without space at its end or a comment.
    fn word(&mut self, stops: impl Fn(char) -> bool) -> Lexeme {
        let rest = &self.text[self.at..];
        let len = rest.find(stops).unwrap_or(rest.len());
        let text = rest[..len].split(" #").next().unwrap_or_default();
        let text = text.split(" //").next().unwrap_or_default().trim_end();
        let (start, end) = (self.at, self.at + text.len());
        self.at += len;
        let (spot, class, form) = (self.places.spot(start), TokenClass::String, Form::Plain);
        Lexeme { start, end, spot, class, form }
    }

    fn scalar(&self, lexeme: Lexeme, text: &str) -> Value {
        let Lexeme { spot, .. } = lexeme;
        Value { line: spot.line, column: spot.column, written: None, kind: Kind::String(text.into()) }
    }

    /// Skips space, comments, escaped line ends and, if `all`, what separates entries.
    fn space(&mut self, all: bool) {
        loop {
            let rest = &self.text[self.at..];
            let skip = match rest.as_bytes() {
                [b' ' | b'\t' | b'\r' | b')', ..] => 1,
                [b'\n' | b',' | b';', ..] if all => 1,
                [b'\\', b'n' | b't' | b'r' | b'\n', ..] => 2,
                [b'#', ..] | [b'/', b'/', ..] if all => rest.find('\n').unwrap_or(rest.len()),
                [b'/', b'*', ..] => rest.find("*/").map_or(rest.len(), |end| end + 2),
                _ => return,
            };
            self.at += skip;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or_default()
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '$' | '@' | '%' | '*' | '<' | '>' | '!' | '?')
}

fn unquoted(raw: &str) -> String {
    serde_json::from_str(raw).unwrap_or_else(|_| raw.trim_matches(['"', '\'', '`', '\\']).to_owned())
}
