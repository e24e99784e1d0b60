//! The file as it may be shown: redacted lines, split into tokens along the parser's spans.

use super::redact::{Edit, Edits, redact_text, rewrite};
use crate::document::{Lines, MARK, Token, TokenClass, sheet::Lexeme};
use std::ops::Range;

/// What stands for each line of a document that may not be shown.
pub const HIDDEN: &str = "[not shown: no manifest could be read here]";

/// The lines of `text`. Those in `hidden` (numbers from 1) are not shown: nothing is known of what they hold.
pub fn lines(text: &str, lexemes: &[Lexeme], edits: &Edits, hidden: &[Range<u32>]) -> Lines {
    let mut page = Page::new();
    let mut done = 0;
    for lexeme in lexemes {
        if lexeme.start < done || lexeme.end > text.len() {
            continue;
        }
        gap(&text[done..lexeme.start], edits, &mut page);
        let raw = &text[lexeme.start..lexeme.end];
        page.as_one(raw, |page| {
            if is_name_in_secret(lexeme, raw, edits) {
                page.push(TokenClass::Redacted, MARK);
            } else {
                show(lexeme, raw, edits.at(lexeme.spot), page);
            }
        });
        page.column = column_after(raw, lexeme.spot.column);
        done = lexeme.end;
    }
    gap(&text[done..], edits, &mut page);
    if text.ends_with('\n') || text.is_empty() {
        page.lines.pop();
    }
    if hidden.is_empty() {
        return page.lines;
    }
    let stands_for = [Token { class: TokenClass::Plain, text: HIDDEN, column: 1 }];
    let lines = (1..).zip(page.lines.iter()).map(|(number, line)| {
        let is_hidden = !line.is_empty() && hidden.iter().any(|range| range.contains(&number));
        if is_hidden { stands_for.to_vec() } else { line.tokens().collect() }
    });
    lines.collect()
}

struct Page {
    lines: Lines,
    /// The column of the file that comes next.
    column: u32,
    /// Whether what is pushed is one lexeme, which may be shown longer or shorter than it was written.
    stays: bool,
}

impl Page {
    fn new() -> Page {
        let mut lines = Lines::default();
        lines.begin();
        Page { lines, column: 1, stays: false }
    }

    fn push(&mut self, class: TokenClass, text: &str) {
        for (at, part) in text.split('\n').enumerate() {
            if at > 0 {
                self.lines.begin();
                self.column = 1;
            }
            let column = self.column;
            if !self.stays {
                self.column = column_after(part, column);
            }
            let is_added = part.is_empty() || class == TokenClass::Plain && self.lines.prolong(class, part);
            if !is_added {
                self.lines.push(Token { class, text: part, column });
            }
        }
    }

    /// What stands for `raw`, whose length says where the next text is.
    fn as_one(&mut self, raw: &str, push: impl FnOnce(&mut Page)) {
        let column = self.column;
        self.stays = true;
        push(self);
        self.stays = false;
        self.column = column_after(raw, column);
    }

    /// Text that may hold marks.
    fn marked(&mut self, class: TokenClass, text: &str) {
        for (at, part) in text.split(MARK).enumerate() {
            if at > 0 {
                self.push(TokenClass::Redacted, MARK);
            }
            self.push(class, part);
        }
    }
}

/// The column behind a text that begins in `column`.
fn column_after(text: &str, column: u32) -> u32 {
    let (begin, last) = text.rsplit_once('\n').map_or((column, text), |(_, last)| (1, last));
    begin.saturating_add(u32::try_from(last.chars().count()).unwrap_or(u32::MAX))
}

/// Whether a lexeme is a tag, an anchor or an alias of a Secret, which may be named after what it stands at.
fn is_name_in_secret(lexeme: &Lexeme, raw: &str, edits: &Edits) -> bool {
    let separates = raw.bytes().all(|byte| matches!(byte, b'-' | b'.'));
    lexeme.class == TokenClass::Meta && !separates && edits.in_secret(lexeme.spot.line)
}

/// What stands between lexemes: space and punctuation, block headers, directives.
fn gap(text: &str, edits: &Edits, page: &mut Page) {
    if text.chars().all(is_punctuation) {
        return page.push(TokenClass::Plain, text);
    }
    let first = page.lines.len() as u32;
    if (first..).zip(text.split('\n')).any(|(line, _)| edits.in_secret(line)) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                page.push(TokenClass::Plain, "\n");
            }
            line.split_inclusive(' ').for_each(|word| page.as_one(word, |page| bare(word, page)));
        }
        return;
    }
    match redact_text(text, false) {
        Some(redacted) => page.marked(TokenClass::Plain, &redacted),
        None => page.push(
            if text.trim_start().starts_with('%') { TokenClass::Meta } else { TokenClass::Plain },
            text,
        ),
    }
}

/// A word between the values of a Secret: punctuation and the headers of blocks stay.
fn bare(word: &str, page: &mut Page) {
    let header = word.trim_start_matches([':', '-', ' ']).trim_end();
    let is_header = header.starts_with(['|', '>'])
        && header[1..].chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-'))
        && header.len() <= 3;
    if is_header || word.chars().all(is_punctuation) {
        return page.push(TokenClass::Plain, word);
    }
    page.push(TokenClass::Redacted, MARK);
    page.push(TokenClass::Plain, &word[word.trim_end().len()..]);
}

fn is_punctuation(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '?' | ':' | ',' | '[' | ']' | '{' | '}' | '|' | '>' | '+' | '.' | '"' | '\'')
}

fn show(lexeme: &Lexeme, raw: &str, edit: Option<&Edit>, page: &mut Page) {
    match edit {
        Some(edit) => page.marked(lexeme.class, &rewrite(lexeme.form, raw, edit)),
        None => page.push(lexeme.class, raw),
    }
}
