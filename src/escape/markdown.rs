//! Inline Markdown that reads the same in CommonMark, GitHub, MDX, Python-Markdown and Hugo.
//!
//! Where the dialects disagree about a backslash, a character reference is written: all of them know those.

use super::{Href, Markdown, push_html, visible};
use std::fmt::Write as _;

/// Keeps GitHub from reading `@name`, `#12` and `:word:` as a mention, a reference and an emoji.
pub(super) const JOINER: &str = "&#8288;";

/// Whether a character and the one behind it would begin a reference in some dialect.
pub(super) type Refers = fn(char, char) -> bool;

/// Prose in one line: blanks and newlines are single spaces, nothing in it is syntax.
pub fn text(raw: &str) -> Markdown {
    prose(raw, |_, _| false)
}

/// The same with more references kept apart.
pub(super) fn prose(raw: &str, refers: Refers) -> Markdown {
    let one_line = one_line(raw);
    let mut text = String::with_capacity(one_line.len() + one_line.len() / 4);
    if one_line.starts_with("import ") || one_line.starts_with("export ") {
        // MDX would take the paragraph for a module statement.
        let _ = write!(text, "&#{};", one_line.as_bytes()[0]);
        push_prose(&mut text, &one_line[1..], false, refers);
    } else {
        push_prose(&mut text, &one_line, true, refers);
    }
    Markdown(text)
}

/// The content of a table cell: prose, as [`text`] writes it, holds no bar and no newline either.
pub fn cell(raw: &str) -> Markdown {
    text(raw)
}

/// What a tool acts on even inside code, because it edits pages before it reads Markdown: templates and includes of
/// mdBook, Hugo, Jinja and snippets, marks of Critic Markup, diagrams of PlantUML and Graphviz.
const EDITED: &[&str] =
    &["{{", "{%", "{#", "{++", "{--", "{==", "{>>", "{~~", "-8<-", "::uml::", "<svg", "</svg"];

/// A code span. Newlines and tabs become spaces; an empty text is shown as an empty span. Where a tool would act on
/// the text, the span is an element of HTML.
pub fn code(raw: &str) -> Markdown {
    let text = visible(raw).replace(['\n', '\t'], " ");
    // A code span that begins like these names a language in Python-Markdown, and loses it.
    let names_language = text.trim_start().starts_with("#!") || text.trim_start().starts_with(":::");
    if names_language || is_edited(&text) {
        return element(&text);
    }
    span(&text)
}

/// A code span of text that is [`visible`] and one line, whatever a tool makes of it.
pub(super) fn span(text: &str) -> Markdown {
    let fence = "`".repeat(longest_run(text) + 1);
    // One space at both ends is taken off again by the reader, unless there is nothing but spaces.
    let strips = text.starts_with(' ') && text.ends_with(' ') && !text.trim_matches(' ').is_empty();
    let pads = strips || text.starts_with('`') || text.ends_with('`');
    match (text.is_empty(), pads) {
        (true, _) => Markdown("` `".to_owned()),
        (_, true) => Markdown(format!("{fence} {text} {fence}")),
        _ => Markdown(format!("{fence}{text}{fence}")),
    }
}

/// A code span in a table cell. A bar cannot be written in one everywhere, so it is then an element of HTML.
pub fn cell_code(raw: &str) -> Markdown {
    if !raw.contains('|') {
        return code(raw);
    }
    element(&visible(raw).replace(['\n', '\t'], " "))
}

fn element(text: &str) -> Markdown {
    Markdown(format!("<code>{}</code>", references(text)))
}

/// Whether a tool would act on text that is [`visible`], even in code.
pub(super) fn is_edited(text: &str) -> bool {
    EDITED.iter().any(|mark| text.contains(mark))
}

/// The text with every mark as a character reference, save a dot or a dash within a word.
pub(super) fn references(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len() * 2);
    let mut before = ' ';
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let in_word = before.is_ascii_alphanumeric() && chars.peek().is_some_and(char::is_ascii_alphanumeric);
        match c {
            '-' if in_word => text.push(c),
            '.' if in_word && !ends_with_www(&text) => text.push(c),
            c if c.is_ascii_punctuation() || c == '\t' => push_reference(&mut text, c),
            c => text.push(c),
        }
        before = c;
    }
    text
}

/// A fence of backticks, longer than any run of them in `raw`.
pub fn fence(raw: &str) -> Markdown {
    Markdown("`".repeat(longest_run(raw).max(2) + 1))
}

/// A whole code block with its fences, `language` being a word of ours. It ends without a newline.
pub fn block(language: &'static str, raw: &str) -> Markdown {
    block_of(language, &visible(raw))
}

/// The same of text that is [`visible`] already.
pub(super) fn block_of(language: &'static str, text: &str) -> Markdown {
    let fence = fence(text);
    Markdown(format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n')))
}

/// An element of HTML that is written already, as a block. An empty line would end the block, so there is none; and its
/// braces are character references, since tools look for templates and includes in all of a page.
pub fn element_block(html: &str) -> Markdown {
    let lines: Vec<&str> = html.lines().filter(|line| !line.trim().is_empty()).collect();
    Markdown(lines.join("\n").replace('{', "&#123;"))
}

/// A link's destination, for between the parentheses.
pub fn destination(href: &Href) -> Markdown {
    let mut text = String::from("<");
    href.0.chars().for_each(|c| push_html(&mut text, c));
    text.push('>');
    Markdown(text)
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn one_line(raw: &str) -> String {
    visible(raw).split([' ', '\t', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn push_prose(text: &mut String, prose: &str, starts_line: bool, refers: Refers) {
    let mut starts = starts_line; // only digits so far: what follows could make a list, a heading, a rule
    let mut before = ' ';
    for (at, c) in prose.char_indices() {
        let rest = &prose[at + c.len_utf8()..];
        let next = rest.chars().next().unwrap_or(' ');
        match c {
            '*' | '_' | '`' => text.extend(['\\', c]),
            '#' => text.push_str("\\#"),
            '-' | '.' if starts || next == c || before == c => text.extend(['\\', c]),
            ')' if starts => text.extend(['\\', c]),
            '+' | '!' if at == 0 => text.extend(['\\', c]),
            '+' if next == c || before == c => text.extend(['\\', c]),
            '.' if ends_with_www(&prose[..at]) => text.push_str("\\."),
            '=' | '?' | ':' if at == 0 => push_reference(text, c),
            ':' if next == '/' || next == ':' || before == ':' => push_reference(text, c),
            '=' if next == c || before == c => push_reference(text, c),
            '&' | '<' | '>' | '"' => push_html(text, c),
            '(' | '+' | '=' if SYMBOLS.iter().any(|symbol| prose[at..].starts_with(symbol)) => {
                push_reference(text, c);
            }
            '/' if at == 0 || is_fraction(&prose[..at], rest) => push_reference(text, c),
            // A backslash before a bracket would begin a formula of MathJax.
            '[' | ']' | '\\' | '|' | '~' | '^' | '$' | '{' | '}' => push_reference(text, c),
            c => text.push(c),
        }
        let is_reference = match c {
            '#' => next.is_ascii_digit(),
            '@' => next.is_ascii_alphanumeric(),
            ':' => is_emoji_name(rest),
            _ => refers(c, next),
        };
        if is_reference {
            text.push_str(JOINER);
        }
        starts &= c.is_ascii_digit();
        before = c;
    }
}

/// What some tools replace by a single character.
const SYMBOLS: &[&str] = &["(c)", "(r)", "(tm)", "+/-", "=/="];

/// Whether a slash between these two makes `1/2` or `c/o`, for which some tools have a single character.
fn is_fraction(before: &str, after: &str) -> bool {
    let (mut before, mut after) = (before.chars().rev(), after.chars());
    let ends = (before.next(), before.next(), after.next(), after.next());
    let is_apart = |c: Option<char>, is_part: fn(char) -> bool| !c.is_some_and(is_part);
    match ends {
        (Some('1'..='7'), more, Some('2'..='8'), further) => {
            let is_digit = |c: char| c.is_ascii_digit();
            is_apart(more, is_digit) && is_apart(further, is_digit)
        }
        (Some('c'), more, Some('o'), further) => {
            let is_letter = |c: char| c.is_alphanumeric() || c == '_';
            is_apart(more, is_letter) && is_apart(further, is_letter)
        }
        _ => false,
    }
}

fn push_reference(text: &mut String, c: char) {
    let _ = write!(text, "&#{};", u32::from(c));
}

fn ends_with_www(text: &str) -> bool {
    text.len() >= 3 && text.as_bytes()[text.len() - 3..].eq_ignore_ascii_case(b"www")
}

/// Whether `rest`, which follows a colon, is the name of an emoji and another colon.
fn is_emoji_name(rest: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-');
    rest.find(':').is_some_and(|end| end > 0 && rest[..end].chars().all(is_part))
}
