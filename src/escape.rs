//! Everything that turns text from the input into text that is safe in a target: one type a target, all in this module.
//!
//! Renderers take these types and never a plain string, so a byte of the input cannot become syntax. Every
//! constructor applies [`visible`] first: what cannot be seen, or reorders what can, is spelled out.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

mod dialect;
pub mod markdown;
pub mod mermaid;
#[cfg(test)]
mod tests;

pub use dialect::Dialect;

/// Declares the targets: a string that only this module can make.
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
    /// A quoted string of JSON and YAML, its quotes included.
    Quoted
}

/// Text as a quoted string of Graphviz' language, where only quotes and backslashes mean something.
pub fn dot(raw: &str) -> Dot {
    let text = visible(raw).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    Dot(format!("\"{text}\""))
}

/// Text as a quoted string of JSON, which YAML reads too.
pub fn quoted(raw: &str) -> Quoted {
    let text =
        visible(raw).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    Quoted(format!("\"{text}\""))
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
    // Nearly all text is this plain, and bytes are compared many times as fast as characters.
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    if raw.bytes().all(is_plain) || !raw.chars().any(is_deceptive) {
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
    Html(encoded(&visible(raw), html_code))
}

fn push_html(text: &mut String, c: char) {
    match u8::try_from(c).ok().and_then(html_code) {
        Some(code) => text.push_str(code),
        None => text.push(c),
    }
}

fn html_code(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    }
}

/// Encodes `raw` for XML text and quoted attribute values. Newlines and tabs survive in attributes, too.
pub fn xml(raw: &str) -> Xml {
    Xml(encoded(&visible(raw), |byte| match byte {
        b'\n' => Some("&#10;"),
        b'\t' => Some("&#9;"),
        byte => html_code(byte),
    }))
}

/// The text with some of its ASCII characters spelled as `code` says.
fn encoded(raw: &str, code: impl Fn(u8) -> Option<&'static str>) -> String {
    let mut text = String::with_capacity(raw.len() + raw.len() / 8);
    let mut kept = 0;
    for (at, byte) in raw.bytes().enumerate() {
        if let Some(code) = code(byte) {
            text.push_str(&raw[kept..at]);
            text.push_str(code);
            kept = at + 1;
        }
    }
    text.push_str(&raw[kept..]);
    text
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
