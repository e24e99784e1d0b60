//! Where a value in braces or brackets stands in its file: what tells an object from others that share its lines.

use super::{SourceFile, Token, TokenClass};
use std::borrow::Cow;

/// From the opening bracket of a value to its closing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The line of the opening bracket, from 1.
    pub first_line: u32,
    /// The line of the closing one.
    pub last_line: u32,
    start: Cut,
    end: Cut,
}

/// A place in a line, by its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cut {
    token: usize,
    byte: usize,
}

impl SourceFile {
    /// Where the value ends that begins with a bracket at a line and a column, both from 1; `None` where no bracket
    /// stands there, as before a value that is told by its indentation.
    pub fn span(&self, line: u32, column: u32) -> Option<Span> {
        let start = self.cut(line, column)?;
        let mut depth = 0_usize;
        let lines = self.lines.iter().enumerate().skip(line as usize - 1);
        for (at, tokens) in lines {
            let is_first = at + 1 == line as usize;
            let from = if is_first { start } else { Cut { token: 0, byte: 0 } };
            // Brackets in strings and comments stand in tokens of other classes.
            let plain = tokens.iter().enumerate().skip(from.token);
            for (token, text) in plain.filter(|(_, token)| token.class == TokenClass::Plain) {
                let skipped = if token == from.token { from.byte } else { 0 };
                for (byte, c) in text.text[skipped..].char_indices() {
                    match c {
                        '{' | '[' => depth += 1,
                        '}' | ']' => depth = depth.saturating_sub(1),
                        _ => continue,
                    }
                    if depth == 0 {
                        let end = Cut { token, byte: skipped + byte + 1 };
                        let last_line = u32::try_from(at + 1).ok()?;
                        return Some(Span { first_line: line, last_line, start, end });
                    }
                }
            }
        }
        None
    }

    /// The lines from `first` to `last`, both from 1; of those that a value shares with others, its part alone.
    pub fn shown(&self, first: u32, last: u32, span: Option<&Span>) -> Vec<Cow<'_, [Token]>> {
        let first = (first.max(1) as usize).min(self.lines.len() + 1);
        let lines = &self.lines[first - 1..(last as usize).clamp(first - 1, self.lines.len())];
        let lines = (first..).zip(lines).map(|(number, tokens)| match span {
            Some(span) => part(tokens, number, span),
            None => Cow::Borrowed(tokens.as_slice()),
        });
        lines.collect()
    }

    /// The opening bracket at a line and a column.
    fn cut(&self, line: u32, column: u32) -> Option<Cut> {
        let tokens = self.lines.get((line as usize).checked_sub(1)?)?;
        let token = tokens.partition_point(|token| token.column <= column).checked_sub(1)?;
        let Token { class, text, column: begin } = &tokens[token];
        let (byte, c) = text.char_indices().nth((column - begin) as usize)?;
        (*class == TokenClass::Plain && matches!(c, '{' | '[')).then_some(Cut { token, byte })
    }
}

/// The part of a line that belongs to a span. Space before it stays, so that lines keep their places.
fn part<'a>(tokens: &'a [Token], number: usize, span: &Span) -> Cow<'a, [Token]> {
    let (is_first, is_last) = (number == span.first_line as usize, number == span.last_line as usize);
    let is_space = |text: &str| text.bytes().all(|byte| byte == b' ' || byte == b'\t');
    let Cut { token, byte } = span.start;
    let indented = token == 0 && tokens.first().is_some_and(|first| is_space(&first.text[..byte]));
    let start = Some(span.start).filter(|_| is_first && !indented);
    let end = Some(span.end).filter(|_| is_last);
    if start.is_none() && end.is_none() {
        return Cow::Borrowed(tokens);
    }
    let start = start.unwrap_or(Cut { token: 0, byte: 0 });
    let end = end.unwrap_or(Cut { token: tokens.len(), byte: 0 });
    let last = (end.token + 1).min(tokens.len());
    let cut = (start.token..last).map(|at| {
        let Token { class, text, column } = &tokens[at];
        let from = if at == start.token { start.byte } else { 0 };
        let to = if at == end.token { end.byte } else { text.len() };
        Token { class: *class, text: text[from..to].to_owned(), column: *column }
    });
    Cow::Owned(cut.collect())
}
