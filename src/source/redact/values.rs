//! What Secrets hold, as it is met: what looks made up, and what reads like a word.

use super::is_secret_name;
use super::name::Class;
use super::text;
use super::value::is_worth;
use crate::document::base64;
use std::collections::BTreeSet;
use std::fmt;

/// How many characters a value has at least: shorter ones stand everywhere by chance.
pub const SHORTEST: usize = 8;

/// Values of Secrets. Nothing shows them: not even what is printed for debugging.
#[derive(Clone, Default)]
pub struct Values {
    /// What looks made up.
    pub strong: BTreeSet<Box<str>>,
    /// What reads like a word, under a key that says that it is secret.
    pub words: BTreeSet<Box<str>>,
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Values")
    }
}

impl Values {
    /// Adds what a Secret holds under `key`, and what that decodes to.
    pub fn learn(&mut self, key: &str, text: &str) {
        let mut text = text.to_owned();
        // Twice: charts encode what is encoded already.
        for _ in 0..3 {
            self.learn_text(key, &text);
            let inner = base64::decode(&text).and_then(|bytes| String::from_utf8(bytes).ok());
            match inner.filter(|inner| !inner.chars().any(|c| c.is_control() && !c.is_whitespace())) {
                Some(inner) if !inner.is_empty() => text = inner,
                _ => break,
            }
        }
    }

    /// Adds all of `more`.
    pub fn extend(&mut self, more: Values) {
        self.strong.extend(more.strong);
        self.words.extend(more.words);
    }

    fn learn_text(&mut self, key: &str, text: &str) {
        let text = text.trim();
        let single = !text.contains('\n');
        let mut ranges = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| is_long(line)) {
            if single && (!reads_like_words(line) || is_secret_name(key)) {
                self.add(line);
            } else if is_made_up(line) {
                self.strong.insert(line.into());
            }
            ranges.clear();
            text::find(line, &mut ranges);
            ranges.drain(..).filter_map(|range| line.get(range)).for_each(|part| self.add(part));
            let parts = line.split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_'));
            parts.filter(|part| is_long(part) && is_made_up(part)).for_each(|part| self.add(part));
        }
    }

    fn add(&mut self, text: &str) {
        let text = text.trim();
        if !is_long(text) || !is_worth(text, Class::Password) {
            return;
        }
        let kind = if reads_like_words(text) { &mut self.words } else { &mut self.strong };
        kind.insert(text.into());
    }
}

fn is_long(text: &str) -> bool {
    text.len() >= SHORTEST && text.chars().nth(SHORTEST - 1).is_some()
}

/// Whether a text could be a word, a name, a host, a path, a number with a unit: what people write without a secret in mind.
fn reads_like_words(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || " ._/:@,-*".contains(c)) && !is_made_up(text)
}

/// Whether a run of letters and digits in a text looks like chance: digits among the letters, capitals in the middle.
pub fn is_made_up(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| run.len() >= SHORTEST).any(|run| {
        let bytes = run.as_bytes();
        let has = |test: fn(&u8) -> bool| bytes.iter().any(test);
        let changes =
            |test: fn(u8, u8) -> bool| bytes.windows(2).filter(|pair| test(pair[0], pair[1])).count();
        let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        let digits = changes(|a, b| a.is_ascii_digit() != b.is_ascii_digit());
        let capitals = changes(|a, b| a.is_ascii_lowercase() && b.is_ascii_uppercase());
        mixed || digits >= 3 || capitals >= 3.max(run.len() / 5) || !has(u8::is_ascii_alphabetic)
    })
}
