//! Settings line by line: INI, TOML, Java properties, HCL. A section is a mapping, and so is a block.

use super::super::tree::below;
use super::brackets::{Brackets, Dialect};
use super::places::Places;
use super::{LIMITS, Reading};
use crate::document::compose::{Composer, Fault, Spot};
use crate::document::sheet::{Form, Lexeme, Part, Sheet};
use crate::document::{Kind, TokenClass, Value};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// How a line begins that names a value with `=`.
const EQUAL: &str = r#"^\s*(?:export\s+)?["']?([\w.\-/@$\[\]():]*[\w\])])["']?\s*(?:\+=|=>?)"#;

static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r#"{EQUAL}|^\s*["']?([\w.\-/@$]*\w)["']?\s*:(?:\s|$)"#)).expect("a pattern")
});

/// Whether most lines of `text` are settings.
pub fn fits(text: &str) -> bool {
    static LIKE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r#"{EQUAL}|^\s*\[[^\]=]*\]+\s*$|^\s*[\]}})]+,?\s*$|^\s*[\w.\-]+(?:\s+"[^"]*")*\s*\{{\s*$"#
        ))
        .expect("a pattern")
    });
    static GIVES: LazyLock<Regex> = LazyLock::new(|| Regex::new(EQUAL).expect("a pattern"));
    let (mut lines, mut like, mut gives) = (0, 0, 0);
    for line in text.lines().filter(|line| !line.trim().is_empty() && !is_comment(line)) {
        // What is indented may go on with the line above.
        let own = !line.starts_with([' ', '\t']);
        // What a command prints is given in scripts.
        let fits = LIKE.is_match(line) && !line.contains("=$(");
        lines += usize::from(own || fits);
        like += usize::from(fits);
        gives += usize::from(fits && GIVES.is_match(line));
    }
    gives > 0 && like * 3 >= lines * 2
}

/// Reads `text`; what is no setting in it is left out.
pub fn read(text: &str) -> Reading {
    let places = Places::new(text);
    let mut reader = Reader {
        text,
        places: &places,
        composer: Composer::new(&LIMITS),
        sheet: Sheet::default(),
        covered: Vec::new(),
        at: 0,
    };
    let whole = reader.document();
    while reader.composer.in_list().is_some() && reader.composer.end().is_ok() {}
    let outcome = match (whole, reader.composer.into_root()) {
        (_, Some(root)) => Ok(root),
        (Err(fault), None) => Err(fault),
        (Ok(()), None) => return Reading { sheet: reader.sheet, covered: Vec::new() },
    };
    let last_line = places.spot(text.len()).line;
    reader.sheet.parts.push(Part { begin: 1, last_line, outcome });
    Reading { sheet: reader.sheet, covered: reader.covered }
}

struct Reader<'t> {
    text: &'t str,
    places: &'t Places,
    composer: Composer<'static>,
    sheet: Sheet,
    covered: Vec<Range<usize>>,
    at: usize,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<(), Fault> {
        static SECTION: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"^\s*\[+\s*([\w.\-/:@ "'*]+?)\s*\]+\s*(?:[#;].*)?$"#).expect("a pattern")
        });
        static BLOCK: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"^\s*([\w.\-]+(?:\s+"[^"]*")*)\s*\{\s*(?:#.*|//.*)?$"#).expect("a pattern")
        });
        self.composer.begin_map(self.places.spot(0), 0)?;
        let mut section = 0;
        while self.at < self.text.len() {
            let start = self.at;
            let line = self.line();
            let end = start + line.len();
            self.at = end + 1;
            if line.trim().is_empty() || is_comment(line) {
                continue;
            }
            if let Some(name) = SECTION.captures(line).and_then(|found| found.get(1)) {
                for _ in 0..section {
                    self.composer.end()?;
                }
                let at = start + name.start();
                section = 1 + self.name(at, name.as_str())?;
                self.composer.begin_map(self.places.spot(at), 0)?;
            } else if let Some(found) = SETTING.captures(line) {
                let (Some(whole), Some(name)) = (found.get(0), found.get(1).or_else(|| found.get(2))) else {
                    continue;
                };
                if line[whole.end()..].starts_with(['=', '~']) {
                    continue;
                }
                let open = self.name(start + name.start(), name.as_str())?;
                let indent = line.len() - line.trim_start().len();
                let from = start + whole.end();
                if line[whole.end()..].trim_start().starts_with(['{', '[']) {
                    self.collection(start, from..end)?;
                } else {
                    self.value(from..end, indent)?;
                }
                for _ in 0..open {
                    self.composer.end()?;
                }
            } else if let Some(name) = BLOCK.captures(line).and_then(|found| found.get(1)) {
                let open =
                    self.name(start + name.start(), &name.as_str().replace('"', "").replace(' ', "."))?;
                self.collection(start, start + name.end()..end)?;
                for _ in 0..open {
                    self.composer.end()?;
                }
            }
        }
        Ok(())
    }

    /// The line from here on.
    fn line(&self) -> &'t str {
        let rest = &self.text[self.at..];
        &rest[..rest.find('\n').unwrap_or(rest.len())]
    }

    /// The name of what follows: of a dotted one, what stands before a word that says secret is left out, and what
    /// stands behind it is a key below it. Gives the mappings that it opened.
    fn name(&mut self, at: usize, name: &str) -> Result<usize, Fault> {
        let spot = self.places.spot(at);
        if below::says_secret(name) {
            return self.key(spot, name).map(|()| 0);
        }
        let mut rest = name;
        while let Some((first, after)) = rest.split_once('.') {
            if below::says_secret(first) {
                self.key(spot, first)?;
                self.composer.begin_map(spot, 0)?;
                return self.name(at, after).map(|open| open + 1);
            }
            rest = after;
        }
        self.key(spot, if below::says_secret(rest) { rest } else { name }).map(|()| 0)
    }

    fn key(&mut self, spot: Spot, name: &str) -> Result<(), Fault> {
        let kind = Kind::String(name.into());
        self.composer.scalar(Value { line: spot.line, column: spot.column, written: None, kind }, 0, false)
    }

    /// The value that begins in `range`, the rest of a line, under a name with that indentation.
    fn value(&mut self, range: Range<usize>, indent: usize) -> Result<(), Fault> {
        let line = &self.text[range.clone()];
        let start = range.end - line.trim_start().len();
        let mut brackets = Brackets::new(self.text, start, self.places, Dialect::Settings);
        let read = match brackets.quoted() {
            Some(read) => read.ok(),
            None => brackets.heredoc(),
        };
        if let Some((lexeme, text)) = read {
            let end = brackets.at;
            self.at = end;
            let after = self.line().trim_start_matches([' ', '\t', ',', ';']);
            if after.is_empty() || is_comment(after) {
                self.at = end + self.line().len() + 1;
                return self.scalar(lexeme, &text);
            }
            self.at = range.end + 1;
        }
        let mut end = range.end;
        while self.at < self.text.len() {
            let next = self.line();
            let body = next.trim_start();
            let deeper = next.len() - body.len() > indent && !body.is_empty();
            let continued =
                self.text[..end].ends_with('\\') || deeper && !is_comment(next) && !SETTING.is_match(next);
            if !continued {
                break;
            }
            end = self.at + next.len();
            self.at = end + 1;
        }
        let value = &self.text[start..end];
        let value = if value.contains('\n') { value } else { value.split(" #").next().unwrap_or_default() };
        let text = value.trim_end();
        let spot = self.places.spot(start);
        let end = start + text.len();
        let (class, form) = (TokenClass::String, Form::Other);
        self.scalar(Lexeme { start, end, spot, class, form }, text)
    }

    fn scalar(&mut self, lexeme: Lexeme, text: &str) -> Result<(), Fault> {
        let spot = lexeme.spot;
        let kind = match serde_json::from_str(text) {
            Ok(number) => Kind::Number(number),
            Err(_) if text.is_empty() => Kind::Null,
            Err(_) => Kind::String(text.into()),
        };
        self.sheet.lexemes.push(lexeme);
        self.composer.scalar(Value { line: spot.line, column: spot.column, written: None, kind }, 0, false)
    }

    /// A list, a table or a block that begins in `range`, under a name at byte `name`; what breaks it off ends it.
    fn collection(&mut self, name: usize, range: Range<usize>) -> Result<(), Fault> {
        let line = &self.text[range.clone()];
        let start = range.start + line.find(['{', '[']).unwrap_or_default();
        let mut brackets = Brackets::new(self.text, start, self.places, Dialect::Settings);
        let read = brackets.collection(&mut self.composer);
        self.sheet.lexemes.append(&mut brackets.lexemes);
        // What breaks off is not known, nor is what goes on behind its bracket: `{SHA}…`.
        let after = self.text[brackets.at.min(self.text.len())..].split('\n').next().unwrap_or_default();
        let ends = after.trim_start_matches([' ', '\t', ',', ';', '}', ']', ')']).trim();
        if read.is_ok() && (ends.is_empty() || is_comment(ends)) {
            self.covered.push(name..brackets.at);
        }
        self.at = brackets.at.max(range.end);
        if read.is_err() {
            for _ in 0..brackets.open {
                self.composer.end()?;
            }
        }
        self.at += self.line().len() + 1;
        Ok(())
    }
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    // What goes on after two slashes at once is the address of a registry, as in `.npmrc`.
    line.starts_with(['#', ';', '!']) || line.starts_with("// ") || line.starts_with("--")
}
