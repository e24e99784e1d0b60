//! Everything that turns text from the input into text that is safe in a target: one type a target, all in this file.
//!
//! Renderers take these types and never a plain string, so a byte of the input cannot become syntax. Every
//! constructor applies [`visible`] first: what cannot be seen, or reorders what can, is spelled out.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

#[cfg(test)]
mod tests;

/// Declares the targets: a string that only this file can make.
macro_rules! targets {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The escaped text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

targets! {
    /// Text of an HTML element, or the value of a double-quoted HTML attribute.
    Html
    /// Text of an XML 1.0 element (SVG), or the value of a quoted attribute.
    Xml
    /// A URL that a page may link to, with nothing in it but the ASCII characters of URLs.
    Href
    /// A string of a Mermaid diagram, for the position that its constructor names.
    Mermaid
    /// Inline Markdown: prose, a code span, the content of a table cell, a fence or a link destination.
    Markdown
    /// One line on a terminal or in a log.
    Terminal
    /// A quoted string of Graphviz' language, its quotes included.
    Dot
}

/// Text as a quoted string of Graphviz' language, where only quotes and backslashes mean something.
pub fn dot(raw: &str) -> Dot {
    let text = visible(raw).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    Dot(format!("\"{text}\""))
}

/// Whether `c` cannot be seen, reorders its neighbors, or is no character at all.
///
/// Honest right-to-left letters, combining marks and the two emoji variation selectors are none of these.
/// Zero-width joiners are: they can make two names look alike.
fn is_deceptive(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true, // C0, DEL and C1, with U+0085
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => true,
        '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' => true,
        '\u{fe00}'..='\u{fe0d}' | '\u{fdd0}'..='\u{fdef}' | '\u{1d173}'..='\u{1d17a}' => true,
        '\u{e0000}'..='\u{e0fff}' => true, // tags, and selectors that can smuggle a text
        _ => u32::from(c) & 0xfffe == 0xfffe,
    }
}

/// The text with everything that deceives spelled out, such as `<U+202E>`. Newlines and tabs stay; `\r\n` is a newline.
pub fn visible(raw: &str) -> Cow<'_, str> {
    if !raw.chars().any(is_deceptive) {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len() + 8);
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            c if is_deceptive(c) => push_code_point(&mut text, c),
            c => text.push(c),
        }
    }
    Cow::Owned(text)
}

fn push_code_point(text: &mut String, c: char) {
    let _ = write!(text, "<U+{:04X}>", u32::from(c));
}

/// Encodes `raw` for HTML text and double-quoted attribute values.
pub fn html(raw: &str) -> Html {
    let mut text = String::with_capacity(raw.len() + raw.len() / 8);
    visible(raw).chars().for_each(|c| push_html(&mut text, c));
    Html(text)
}

fn push_html(text: &mut String, c: char) {
    match c {
        '&' => text.push_str("&amp;"),
        '<' => text.push_str("&lt;"),
        '>' => text.push_str("&gt;"),
        '"' => text.push_str("&quot;"),
        '\'' => text.push_str("&#39;"),
        c => text.push(c),
    }
}

/// Encodes `raw` for XML text and quoted attribute values. Newlines and tabs survive in attributes, too.
pub fn xml(raw: &str) -> Xml {
    let mut text = String::with_capacity(raw.len() + raw.len() / 8);
    for c in visible(raw).chars() {
        match c {
            '\n' => text.push_str("&#10;"),
            '\t' => text.push_str("&#9;"),
            c => push_html(&mut text, c),
        }
    }
    Xml(text)
}

/// The URL as a link, if it may be one: `http`, `https`, `mailto`, a fragment, or a path of this site.
///
/// Schemes are compared as browsers read them, without case, blanks and control characters. Paths that begin with
/// two slashes are not paths but foreign hosts, so they are refused, as is every other scheme.
pub fn href(url: &str) -> Option<Href> {
    let kept: String = url.chars().filter(|c| !matches!(c, '\0'..='\u{1f}' | '\u{7f}')).collect();
    let kept = kept.trim_matches(' ');
    let bare: String = kept.chars().filter(|&c| c != ' ').collect::<String>().to_lowercase();
    let starts_like_a_host = bare.chars().take(2).filter(|c| matches!(c, '/' | '\\')).count() == 2;
    if bare.is_empty() || starts_like_a_host {
        return None;
    }
    let scheme =
        bare.find([':', '/', '?', '#']).filter(|&end| bare[end..].starts_with(':')).map(|end| &bare[..end]);
    if scheme.is_some_and(|scheme| !matches!(scheme, "http" | "https" | "mailto")) {
        return None;
    }
    Some(Href(percent_encoded(kept)))
}

/// The URL with every byte encoded that could be syntax in HTML, Markdown or Mermaid, save `&`, which HTML encodes.
fn percent_encoded(url: &str) -> String {
    let mut text = String::with_capacity(url.len());
    for (at, byte) in url.bytes().enumerate() {
        let is_code =
            || url.as_bytes().get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        match byte {
            b'%' if is_code() => text.push('%'),
            b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'?' | b'#' | b'@' | b'&' | b'+' | b',' | b'='
            | b'!' => {
                text.push(char::from(byte));
            }
            b'[' | b']' if url.contains("://[") => text.push(char::from(byte)), // an IPv6 host
            byte if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            byte => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

impl Href {
    /// The link as the value of an HTML attribute.
    pub fn html(&self) -> Html {
        html(&self.0)
    }

    /// The link as the value of an XML attribute.
    pub fn xml(&self) -> Xml {
        xml(&self.0)
    }
}

/// Strings of Mermaid diagrams. Most positions take `#NN;` codes, which Mermaid decodes after parsing.
pub mod mermaid {
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
}

/// Inline Markdown that reads the same in CommonMark, GitHub, MDX, Python-Markdown and Hugo.
///
/// Where the dialects disagree about a backslash, a character reference is written: all of them know those.
pub mod markdown {
    use super::{Href, Markdown, push_html, visible};
    use std::fmt::Write as _;

    /// Keeps GitHub from reading `@name`, `#12` and `:word:` as a mention, a reference and an emoji.
    const JOINER: &str = "&#8288;";

    /// Prose in one line: blanks and newlines are single spaces, nothing in it is syntax.
    pub fn text(raw: &str) -> Markdown {
        let one_line = one_line(raw);
        let mut text = String::with_capacity(one_line.len() + one_line.len() / 4);
        if one_line.starts_with("import ") || one_line.starts_with("export ") {
            // MDX would take the paragraph for a module statement.
            let _ = write!(text, "&#{};", one_line.as_bytes()[0]);
            push_prose(&mut text, &one_line[1..], false);
        } else {
            push_prose(&mut text, &one_line, true);
        }
        Markdown(text)
    }

    /// The content of a table cell: prose, as [`text`] writes it, holds no bar and no newline either.
    pub fn cell(raw: &str) -> Markdown {
        text(raw)
    }

    /// A code span. Newlines and tabs become spaces; an empty text is shown as an empty span.
    pub fn code(raw: &str) -> Markdown {
        let text = visible(raw).replace(['\n', '\t'], " ");
        let fence = "`".repeat(longest_run(&text) + 1);
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
        let mut text = String::from("<code>");
        push_prose(&mut text, &visible(raw).replace(['\n', '\t'], " "), true);
        Markdown(text.replace(JOINER, "") + "</code>")
    }

    /// A fence of backticks, longer than any run of them in `raw`.
    pub fn fence(raw: &str) -> Markdown {
        Markdown("`".repeat(longest_run(raw).max(2) + 1))
    }

    /// A whole code block with its fences, `language` being a word of ours. It ends without a newline.
    pub fn block(language: &'static str, raw: &str) -> Markdown {
        let text = visible(raw);
        let fence = fence(&text);
        Markdown(format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n')))
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

    fn push_prose(text: &mut String, prose: &str, starts_line: bool) {
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
                '.' if ends_with_www(&prose[..at]) => text.push_str("\\."),
                '=' | '?' | ':' if at == 0 => push_reference(text, c),
                ':' if next == '/' || next == ':' || before == ':' => push_reference(text, c),
                '=' if next == c || before == c => push_reference(text, c),
                '&' | '<' | '>' | '"' => push_html(text, c),
                // A backslash before a bracket would begin a formula of MathJax.
                '[' | ']' | '\\' | '|' | '~' | '^' | '$' | '{' | '}' => push_reference(text, c),
                c => text.push(c),
            }
            let is_reference = match c {
                '#' => next.is_ascii_digit(),
                '@' => next.is_ascii_alphanumeric(),
                ':' => is_emoji_name(rest),
                _ => false,
            };
            if is_reference {
                text.push_str(JOINER);
            }
            starts &= c.is_ascii_digit();
            before = c;
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
}

/// Encodes `raw` for one line of a terminal or a log: newlines and tabs are spelled out, too, so no line is forged.
pub fn terminal(raw: &str) -> Terminal {
    let mut text = String::with_capacity(raw.len());
    for c in raw.chars() {
        if c == '\n' || c == '\t' || is_deceptive(c) { push_code_point(&mut text, c) } else { text.push(c) }
    }
    Terminal(text)
}

/// The same JSON with every string and every key made [`visible`]. Two keys that come out alike both stay.
pub fn visible_json(value: serde_json::Value) -> serde_json::Value {
    use serde_json::{Map, Value};
    match value {
        Value::String(text) => Value::String(visible(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(visible_json).collect(),
        Value::Object(entries) => {
            let mut seen = Map::with_capacity(entries.len());
            for (key, value) in entries {
                let mut key = visible(&key).into_owned();
                while seen.contains_key(&key) {
                    key.push('_');
                }
                seen.insert(key, visible_json(value));
            }
            Value::Object(seen)
        }
        other => other,
    }
}
