//! The words of a region, split as a shell splits them.

use super::RegionError;

/// One word.
pub(super) struct Word {
    /// Its text, without quotes.
    pub text: String,
    /// How many of its first bytes were written without quotes.
    bare: usize,
}

impl Word {
    /// The key and the value, if it is an option: a key that is written bare, and `=`.
    pub fn option(&self) -> Option<(&str, &str)> {
        let (key, value) = self.text.split_once('=')?;
        let is_key = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let is_option = key.len() < self.bare && !key.is_empty() && key.chars().all(is_key);
        is_option.then_some((key, value))
    }
}

/// The words of a text. Blanks part them, unless they stand in single or double quotes or behind a backslash; in double
/// quotes a backslash stands before a quote or a backslash only, and in single ones for itself.
pub(super) fn split(text: &str) -> Result<Vec<Word>, RegionError> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote: Option<char> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_with(|| Word { text: String::new(), bare: 0 });
        let is_bare = word.bare == word.text.len();
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '\\') => word.text.extend(chars.next()),
            (Some('"'), '\\') if matches!(chars.peek(), Some('"' | '\\')) => word.text.extend(chars.next()),
            (Some(_), c) => word.text.push(c),
            (None, c) => {
                word.text.push(c);
                if is_bare {
                    word.bare = word.text.len();
                }
            }
        }
    }
    match quote {
        Some(quote) => Err(RegionError::new("a quote is not closed").help(format!("end it with `{quote}`"))),
        None => {
            words.extend(word);
            Ok(words)
        }
    }
}

/// The text as one word.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\' | '=');
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
