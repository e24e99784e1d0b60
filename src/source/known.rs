//! Values of Secrets, known once everything is read, and hidden wherever else they stand: as they are, or encoded.
//!
//! A value counts from [`SHORTEST`] characters on. One that looks made up is hidden in any text; one that reads like a word
//! only if its key says that it is secret, only as a word of its own, and not if the input uses it as a name. The fields
//! that `joints.yaml` lists are never changed.

mod form;
mod hide;

pub use hide::hide;

use super::redact::{SHORTEST, Values};
use crate::document::{MARK, base64};
use aho_corasick::{AhoCorasick, MatchKind};
use form::{Form, forms};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

/// Longer values are looked for in pieces of so many bytes.
const PIECE: usize = 96;

/// How many bytes all that is looked for may have with encodings, and without: what a search takes in memory is a multiple.
const MOST_BYTES: [usize; 2] = [2 << 20, 4 << 20];

/// Values of Secrets that are looked for. It hides them in a text, and never says which they are.
pub struct Known {
    search: AhoCorasick,
    forms: Vec<Form>,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known")
    }
}

/// Where a text holds a value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hit {
    range: Range<usize>,
    /// Whether the value reads like a word.
    word: bool,
}

impl Known {
    /// What is to be hidden of `values`, if anything is; no word among them is one of `names`.
    fn of(values: &Values, names: &BTreeSet<&str>) -> Option<Known> {
        let mut patterns: BTreeMap<Vec<u8>, Form> = BTreeMap::new();
        let words = values.words.iter().filter(|word| !names.contains(&***word)).map(|word| (word, true));
        let mut all: Vec<(&Box<str>, bool)> =
            values.strong.iter().map(|value| (value, false)).chain(words).collect();
        all.sort_by_key(|(value, _)| value.len());
        let mut bytes = 0;
        for (value, word) in all {
            for piece in pieces(value) {
                for (pattern, form) in forms(piece, word) {
                    let most = MOST_BYTES[usize::from(matches!(form, Form::Plain | Form::Word))];
                    let fits = pattern.len() >= SHORTEST && bytes + pattern.len() <= most;
                    if fits && let Entry::Vacant(place) = patterns.entry(pattern) {
                        bytes += place.key().len();
                        place.insert(form);
                    }
                }
            }
        }
        if patterns.is_empty() {
            return None;
        }
        let (patterns, forms): (Vec<Vec<u8>>, Vec<Form>) = patterns.into_iter().unzip();
        // Whatever cannot be searched for is not there: a search of this size is never refused.
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok()?;
        Some(Known { search, forms })
    }

    /// `text` with a mark for every value in it.
    pub fn hide(&self, text: String) -> String {
        self.mask(&text, true).unwrap_or(text)
    }

    /// Where `text` holds a value; none overlaps another.
    fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for found in self.search.find_iter(text.as_bytes()) {
            let form = self.forms[found.pattern().as_usize()];
            let mut range = found.range();
            match form {
                Form::Word if !is_apart(text, &range) => continue,
                Form::Base64 => range = run(text, range, |byte| base64::is_digit(byte) || byte == b'='),
                Form::Plain | Form::Word | Form::Escaped => {}
            }
            let word = form == Form::Word;
            match hits.last_mut() {
                // Pieces of one value are one secret.
                Some(last) if range.start <= last.range.end => {
                    last.range.end = last.range.end.max(range.end);
                    last.word &= word;
                }
                _ => hits.push(Hit { range, word }),
            }
        }
        hits
    }

    /// `text` with a mark for every value in it, those that read like words only if `words`; `None` if it has none.
    fn mask(&self, text: &str, words: bool) -> Option<String> {
        let hits = self.find(text);
        let mut out = String::new();
        let mut done = 0;
        for hit in hits.iter().filter(|hit| words || !hit.word) {
            out.push_str(&text[done..hit.range.start]);
            out.push_str(MARK);
            done = hit.range.end;
        }
        if done == 0 {
            return None;
        }
        out.push_str(&text[done..]);
        Some(out)
    }
}

/// A value, or the pieces of a long one.
fn pieces(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = value;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        // What is left over is long enough to be looked for by itself.
        let end =
            if rest.len() <= PIECE + 4 * SHORTEST { rest.len() } else { rest.floor_char_boundary(PIECE) };
        let (piece, more) = rest.split_at(end);
        rest = more;
        Some(piece)
    })
}

/// Whether a range is a word of its own: no letter, digit or joining mark goes on before or after it.
fn is_apart(text: &str, range: &Range<usize>) -> bool {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let before = text[..range.start].chars().next_back();
    let mut after = text[range.end..].chars();
    let ends = match after.next() {
        // A full stop ends a sentence.
        Some('.') => after.next().is_none_or(char::is_whitespace),
        next => !next.is_some_and(joins),
    };
    ends && !before.is_some_and(joins)
}

/// The range with all bytes around it that pass `test`.
fn run(text: &str, range: Range<usize>, test: impl Fn(u8) -> bool) -> Range<usize> {
    let bytes = text.as_bytes();
    let before = bytes[..range.start].iter().rev().take_while(|&&byte| test(byte)).count();
    let after = bytes[range.end..].iter().take_while(|&&byte| test(byte)).count();
    range.start - before..range.end + after
}

#[cfg(test)]
mod tests;
