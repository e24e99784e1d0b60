//! The lines that belong to a Secret, with everything between the last value before it and the first one after it.

use super::Edits;
use crate::document::{TokenClass, sheet::Lexeme};
use std::ops::Range;

/// The lines of a document, and what it is to its neighbors.
pub struct Region {
    /// From its beginning to that of the next one.
    pub lines: Range<u32>,
    /// Whether all of it is a Secret.
    pub secret: bool,
    /// Whether it holds nothing but comments: they belong to the documents around it.
    pub empty: bool,
}

/// Widens the zones to the comments and separators around them: above, below, and on the lines that end a document.
pub fn widen(edits: &mut Edits, text: &str, lexemes: &[Lexeme], regions: &[Region]) {
    if edits.zones.is_empty() && !regions.iter().any(|region| region.secret) {
        return;
    }
    let content = Content::of(text, lexemes);
    let zones = std::mem::take(&mut edits.zones);
    for (first, last) in zones {
        let at = regions.partition_point(|region| region.lines.start <= first).saturating_sub(1);
        let (from, to) =
            regions.get(at).map_or((1, u32::MAX), |region| (region.lines.start, region.lines.end));
        // A comment behind the value before may belong to the Secret, too: `items: # …`.
        let begin = content.end_before(first).map_or(from, |line| from.max(line));
        let end = content.begin_after(last).map_or(to, |line| to.min(line));
        edits.add_zone(begin.min(first), end.saturating_sub(1).max(last));
    }
    for (at, region) in regions.iter().enumerate().filter(|(_, region)| region.secret) {
        let begin = content.end_before(region.lines.start).map_or(1, |line| line + 1);
        let next = regions[at + 1..].iter().find(|next| !next.empty);
        // The line on which the next document begins ends this one, too.
        let end = next.map_or(u32::MAX, |next| next.lines.start);
        edits.add_zone(begin.min(region.lines.start), end);
    }
}

/// The lines of the scalars of a file: where each begins and ends, in order.
struct Content(Vec<(u32, u32)>);

impl Content {
    fn of(text: &str, lexemes: &[Lexeme]) -> Content {
        let scalars =
            lexemes.iter().filter(|lexeme| !matches!(lexeme.class, TokenClass::Comment | TokenClass::Meta));
        let lines = scalars.map(|lexeme| {
            let raw = text.get(lexeme.start..lexeme.end).unwrap_or_default().trim_end();
            let breaks = raw.bytes().filter(|&byte| byte == b'\n').count();
            (lexeme.spot.line, lexeme.spot.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX)))
        });
        Content(lines.collect())
    }

    /// The line on which the last scalar ends that begins before `line`.
    fn end_before(&self, line: u32) -> Option<u32> {
        let at = self.0.partition_point(|scalar| scalar.0 < line);
        self.0.get(at.checked_sub(1)?).map(|scalar| scalar.1)
    }

    /// The line on which the first scalar begins after `line`.
    fn begin_after(&self, line: u32) -> Option<u32> {
        self.0.get(self.0.partition_point(|scalar| scalar.0 <= line)).map(|scalar| scalar.0)
    }
}
