//! The actions of Go templates: what stands between `{{` and `}}`, in tokens.
//!
//! Source: `text/template/parse/lex.go` of Go.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name: of a function, or a keyword.
    Name,
    /// `.name`, or a dot alone.
    Field,
    /// `$name`.
    Variable,
    /// `"text"`; in a text that is quoted itself also `\"text\"`.
    Quoted,
    /// What stands between backquotes.
    Raw,
    /// `|`.
    Pipe,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `:=` or `=`.
    Assign,
    /// Numbers, characters, commas and what Go does not know.
    Other,
}

/// One token of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
}

/// The tokens of each action of a text, without those of comments. What follows an action without end is no action.
pub fn actions(text: &str) -> Vec<Vec<Token>> {
    let mut actions = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("{{") {
        let mut inside = from + at + 2;
        let bytes = text.as_bytes();
        if bytes.get(inside) == Some(&b'-') && bytes.get(inside + 1).is_some_and(u8::is_ascii_whitespace) {
            inside += 1;
        }
        let begin =
            text[inside..].len() - text[inside..].trim_start_matches([' ', '\t', '\r', '\n']).len() + inside;
        let end = match text[begin..].strip_prefix("/*") {
            Some(comment) => comment.find("*/").map(|at| begin + 2 + at + 2),
            None => action(text, inside).map(|(tokens, end)| {
                actions.push(tokens);
                end
            }),
        };
        let Some(end) = end else { break };
        from = end;
    }
    actions
}

/// The tokens from `from` on, and where the action ends; `None` if it does not.
fn action(text: &str, from: usize) -> Option<(Vec<Token>, usize)> {
    let mut tokens = Vec::new();
    let mut at = from;
    loop {
        let rest = &text[at..];
        if rest.starts_with("}}") {
            return Some((tokens, at + 2));
        }
        let first = rest.chars().next()?;
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        // The dash before the end is a part of the end.
        if rest.starts_with("-}}") && text[..at].ends_with([' ', '\t', '\r', '\n']) {
            at += 1;
            continue;
        }
        let (kind, length) = token(rest, first)?;
        tokens.push(Token { kind, range: at..at + length });
        at += length;
    }
}

fn token(rest: &str, first: char) -> Option<(Kind, usize)> {
    let name = |from: usize| {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        from + rest[from..].find(|c| !part(c)).unwrap_or(rest.len() - from)
    };
    Some(match first {
        '"' => (Kind::Quoted, quoted(rest, 1, '"')?),
        '\\' if rest[1..].starts_with('"') => (Kind::Quoted, rest[2..].find("\\\"")? + 4),
        '`' => (Kind::Raw, rest[1..].find('`')? + 2),
        '\'' => (Kind::Other, quoted(rest, 1, '\'').unwrap_or(1)),
        '|' => (Kind::Pipe, 1),
        '(' => (Kind::Open, 1),
        ')' => (Kind::Close, 1),
        ':' if rest.starts_with(":=") => (Kind::Assign, 2),
        '=' => (Kind::Assign, 1),
        '.' => (Kind::Field, name(1)),
        '$' => (Kind::Variable, name(1)),
        c if c.is_ascii_digit() => (Kind::Other, name(0)),
        c if c.is_alphabetic() || c == '_' => (Kind::Name, name(0)),
        c => (Kind::Other, c.len_utf8()),
    })
}

/// The length of what is quoted, from its first to its last quote.
fn quoted(rest: &str, from: usize, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest[from..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return None,
            c if c == quote => return Some(from + at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Kind, actions};
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<Vec<&str>> {
        let words = |tokens: Vec<super::Token>| tokens.into_iter().map(|token| &text[token.range]).collect();
        actions(text).into_iter().map(words).collect()
    }

    #[test]
    fn actions_end_where_go_ends_them() {
        assert_eq!(words("a {{now}} b {{- .now | x -}} c"), [vec!["now"], vec![".now", "|", "x"]]);
        assert_eq!(words("{{ \"}} \\\" now\" }} {{ `}}` }}"), [["\"}} \\\" now\""], ["`}}`"]]);
        assert_eq!(words("{{/* now }} */}} {{- /* {{ now }} */ -}}{{ $now }}"), [["$now"]]);
        assert_eq!(words("{{ ($x.y).z := 1.5 }}"), [vec!["(", "$x", ".y", ")", ".z", ":=", "1", ".5"]]);
        assert_eq!(words("{{ now"), Vec::<Vec<&str>>::new());
        assert_eq!(words("{{ \"no end }} {{ now }}"), Vec::<Vec<&str>>::new());
        assert_eq!(words(r#"x: "{{ printf \"%s now\" now }}""#), [["printf", r#"\"%s now\""#, "now"]]);
    }

    proptest! {
        #[test]
        fn tokens_are_in_order_and_within_the_text(text in "([{}`\"'$.|() a-z\\\\\n/*=:é-]|\\{\\{|\\}\\}){0,80}") {
            let mut last = 0;
            for token in actions(&text).into_iter().flatten() {
                prop_assert!(token.range.start >= last && token.range.end > token.range.start);
                let word = &text[token.range.clone()];
                if token.kind == Kind::Name {
                    prop_assert!(word.chars().all(|c| c.is_alphanumeric() || c == '_'));
                }
                last = token.range.end;
            }
        }

        #[test]
        fn what_is_quoted_is_one_token(text in "[^\"\\\\\n]{0,40}") {
            let template = format!("{{{{ \"{text}\" }}}}");
            let quoted = format!("\"{text}\"");
            prop_assert_eq!(words(&template), vec![vec![quoted.as_str()]]);
        }
    }
}
