//! Secrets in comments: all of a Secret's own, and in the others what reads like one, commented-out Secrets among it.

use super::object::speaks_of_secret;
use super::{Edit, Edits, MARK, redact_text};
use crate::document::{TokenClass, sheet::Lexeme};
use regex::Regex;
use std::sync::LazyLock;

/// Adds what must be replaced in the comments of a file.
pub fn find(text: &str, lexemes: &[Lexeme], edits: &mut Edits) {
    let mut comments = lexemes.iter().filter(|lexeme| lexeme.class == TokenClass::Comment).peekable();
    while let Some(first) = comments.next() {
        let mut block = vec![first];
        let mut end = first.end;
        // Blank lines do not end a block: what is commented out has some.
        while let Some(next) = comments.next_if(|next| {
            text.get(end..next.start)
                .is_some_and(|between| between.bytes().all(|byte| byte.is_ascii_whitespace()))
        }) {
            end = next.end;
            block.push(next);
        }
        self::block(text, &block, edits);
    }
}

/// A block of comments is redacted as one text: a commented-out manifest is one.
fn block(text: &str, block: &[&Lexeme], edits: &mut Edits) {
    let lines: Vec<&str> = block.iter().map(|comment| &text[comment.start..comment.end]).collect();
    let joined = lines.join("\n");
    let secret = speaks_of_secret(&joined) && FIELDS.is_match(&joined);
    let redacted = redact_text(&joined, false);
    let mut redacted = redacted.as_deref().unwrap_or(&joined).split('\n');
    let mut outline = Outline::default();
    for (comment, old) in block.iter().zip(&lines) {
        let Some(new) = redacted.next() else { break };
        let (line, column) = (comment.spot.line, comment.spot.column);
        if edits.in_secret(line) || secret && !outline.shows(old) {
            edits.add(line, column, Edit::Text(format!("# {MARK}").into()));
        } else if *old != new {
            edits.add(line, column, Edit::Text(new.into()));
        }
    }
}

/// Fields that an object has, and a reference to one has not.
static FIELDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\b(?:apiVersion|metadata|data|stringData)["']?\s*:"#).expect("a pattern"));

/// What of a commented-out Secret may be seen, line by line: what it is and what it is called.
#[derive(Default)]
struct Outline {
    in_data: bool,
}

impl Outline {
    fn shows(&mut self, line: &str) -> bool {
        static FIELD: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"^[#\s\-]*(\w+)\s*:\s*["']?[\w./\-]*["']?\s*$"#).expect("a pattern")
        });
        let Some(found) = FIELD.captures(line) else { return line.trim_matches([' ', '#', '-']).is_empty() };
        match &found[1] {
            "apiVersion" | "kind" | "metadata" | "type" => true,
            "data" | "stringData" => {
                self.in_data = true;
                line.trim_end().ends_with(':')
            }
            "name" | "namespace" => !self.in_data,
            _ => false,
        }
    }
}
