//! Where a value in braces or brackets stands in its file: what tells an object from others that share its lines.

use super::{Line, SourceFile, Token, TokenClass};

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
        for (at, line_there) in lines {
            let is_first = at + 1 == line as usize;
            let from = if is_first { start } else { Cut { token: 0, byte: 0 } };
            // Brackets in strings and comments stand in tokens of other classes.
            let plain = line_there.tokens().enumerate().skip(from.token);
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
    pub fn shown(&self, first: u32, last: u32, span: Option<&Span>) -> Vec<Vec<Token<'_>>> {
        let numbers = first.max(1) as usize..=(last as usize).min(self.lines.len());
        let lines = numbers.filter_map(|number| Some((number, self.lines.get(number - 1)?)));
        let lines = lines.map(|(number, line)| match span {
            Some(span) => part(line, number, span),
            None => line.tokens().collect(),
        });
        lines.collect()
    }

    /// The opening bracket at a line and a column.
    fn cut(&self, line: u32, column: u32) -> Option<Cut> {
        let line = self.lines.get((line as usize).checked_sub(1)?)?;
        let token = line.begun_by(column).checked_sub(1)?;
        let Token { class, text, column: begin } = line.get(token)?;
        let (byte, c) = text.char_indices().nth((column - begin) as usize)?;
        (class == TokenClass::Plain && matches!(c, '{' | '[')).then_some(Cut { token, byte })
    }
}

/// The part of a line that belongs to a span. Space before it stays, so that lines keep their places.
fn part<'a>(line: Line<'a>, number: usize, span: &Span) -> Vec<Token<'a>> {
    let (is_first, is_last) = (number == span.first_line as usize, number == span.last_line as usize);
    let is_space = |text: &str| text.bytes().all(|byte| byte == b' ' || byte == b'\t');
    let Cut { token, byte } = span.start;
    let indented = token == 0 && line.get(0).is_some_and(|first| is_space(&first.text[..byte]));
    let start = Some(span.start).filter(|_| is_first && !indented);
    let end = Some(span.end).filter(|_| is_last);
    let start = start.unwrap_or(Cut { token: 0, byte: 0 });
    let end = end.unwrap_or(Cut { token: line.len(), byte: 0 });
    let last = (end.token + 1).min(line.len());
    let cut = (start.token..last).filter_map(|at| {
        let token = line.get(at)?;
        let from = if at == start.token { start.byte } else { 0 };
        let to = if at == end.token { end.byte } else { token.text.len() };
        Some(Token { text: &token.text[from..to], ..token })
    });
    cut.collect()
}
