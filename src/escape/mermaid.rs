//! Strings of Mermaid diagrams. Most positions take `#NN;` codes, which Mermaid decodes after parsing.

use super::{Href, Mermaid, visible};
use std::fmt::Write as _;

/// What shows nothing, where a position must not be empty.
const EMPTY: &str = "#160;";

/// A zero-width space, as a code: it breaks up what Mermaid reads after it has decoded the codes.
const BREAK: &str = "#8203;";

/// Words that begin a statement somewhere: an unquoted text that starts with one gets its first letter encoded.
const KEYWORDS: &[&str] = &[
    "accdescr",
    "acctitle",
    "activate",
    "actor",
    "alt",
    "and",
    "as",
    "autonumber",
    "box",
    "break",
    "create",
    "critical",
    "deactivate",
    "destroy",
    "else",
    "end",
    "link",
    "links",
    "loop",
    "note",
    "nowrap",
    "opt",
    "option",
    "over",
    "par",
    "participant",
    "properties",
    "rect",
    "sequencediagram",
    "title",
    "wrap",
];

/// The label of a node, a group or an edge, without its quotes: newlines become line breaks.
pub fn label(raw: &str) -> Mermaid {
    encoded(raw, "<br/>", false)
}

/// A message, a note or a participant of a sequence: newlines become line breaks.
pub fn message(raw: &str) -> Mermaid {
    encoded(raw, "<br/>", true)
}

/// The title or the description of a diagram: one line.
pub fn title(raw: &str) -> Mermaid {
    encoded(raw, " ", true)
}

/// The label of a frame. Mermaid wraps these before it decodes, so lookalikes stand in for syntax.
pub fn frame(raw: &str) -> Mermaid {
    let mut text = String::with_capacity(raw.len());
    for c in lines(&visible(raw)).join(" ").chars() {
        match c {
            '#' => text.push('＃'),
            ';' => text.push('；'),
            ':' => text.push('：'),
            '<' => text.push('‹'),
            '>' => text.push('›'),
            '&' => text.push('＆'),
            '%' => text.push('％'),
            '\\' => text.push('＼'),
            '$' => text.push('＄'),
            // Tools that edit pages before they read Markdown look for these.
            '{' => text.push('｛'),
            '}' => text.push('｝'),
            // Mermaid's own marks for a code that it will decode begin with these two.
            'ﬂ' => text.push_str("fl"),
            '¶' => text.push('⁋'),
            c => text.push(c),
        }
    }
    if text.is_empty() {
        text.push('\u{a0}');
    }
    Mermaid(text)
}

/// The address of a link, for between double quotes.
pub fn address(href: &Href) -> Mermaid {
    Mermaid(href.0.clone())
}

/// The lines that are shown: trimmed, tabs as blanks. Some versions fail on an empty line, so there is none.
fn lines(text: &str) -> Vec<String> {
    text.split('\n')
        .map(|line| line.replace('\t', " ").trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

fn encoded(raw: &str, separator: &str, hides_keywords: bool) -> Mermaid {
    let lines = lines(&visible(raw));
    let lines = lines.iter().enumerate().map(|(at, line)| encoded_line(line, hides_keywords && at == 0));
    let lines: Vec<String> = lines.collect();
    Mermaid(if lines.is_empty() { EMPTY.to_owned() } else { lines.join(separator) })
}

/// Whether `before` and `rest` make a mark that labels of two lines are searched for once they are decoded: a
/// formula, an icon, a line break, or one of the placeholders that codes become.
fn is_mark(before: char, rest: &str) -> bool {
    match before {
        '$' => rest.starts_with('$'),
        ':' => rest.starts_with("fa-"),
        '\\' => rest.starts_with('n'),
        'ﬂ' => rest.starts_with('°'),
        '¶' => rest.starts_with('ß'),
        _ => false,
    }
}

/// One line. Letters, digits, blanks and a few marks that are syntax nowhere stay readable.
fn encoded_line(line: &str, hides_keywords: bool) -> String {
    let lower = line.to_ascii_lowercase();
    let word = lower.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let is_keyword = hides_keywords && KEYWORDS.contains(&word);
    let mut text = String::with_capacity(line.len() + line.len() / 4);
    let mut before = ' ';
    let mut could_be_list = true; // older versions refuse labels that look like a Markdown list
    for (at, c) in line.char_indices() {
        if is_mark(before, &lower[at..]) {
            text.push_str(BREAK);
        }
        let stays = match c {
            ' ' => true,
            // Flowcharts find `direction LR` even inside quotes.
            'd' | 'D' if lower[at..].starts_with("direction") => false,
            c if c.is_ascii_alphanumeric() => at > 0 || !is_keyword,
            '.' => !could_be_list && !lower[..at].ends_with("www"),
            '-' => !could_be_list && before != '-',
            '+' | ')' | '=' => !could_be_list,
            ',' | '/' | '(' | '!' | '?' | '\'' => true,
            'ﬂ' | '°' | '¶' | 'ß' | '\u{a0}' | '\u{200b}' => false,
            c => !c.is_ascii(),
        };
        if stays {
            text.push(c);
        } else {
            let _ = write!(text, "#{};", u32::from(c));
        }
        could_be_list &= c.is_ascii_digit();
        before = c;
    }
    text
}
