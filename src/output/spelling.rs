//! Spells links and prose in a flavour's language. What it returns is finished text that no template escapes again.

use super::Flavour;
use super::flavour::Language;
use crate::escape;
use crate::names::PagePath;
use crate::page::{Inline, Link, Source, Target};
use tera::Value;

/// Where prose stands: cells of Markdown tables have rules of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a paragraph or an item of a list.
    Flow,
    /// In a cell of a table.
    Cell,
}

/// What a link to another site says of itself: nothing of this site goes there.
const AWAY: &str = " rel=\"noopener noreferrer nofollow\"";

/// What a cell of a table shows in one line, in characters.
const LONG_NAME: usize = 28;

/// Spells what stands on one page.
#[derive(Clone, Copy)]
pub(super) struct Spelling<'a> {
    pub(super) flavour: Flavour,
    /// The page that links are relative to.
    pub(super) from: &'a PagePath,
}

impl Spelling<'_> {
    fn is_html(&self) -> bool {
        self.flavour.language() == Language::Html
    }

    /// The address of `target` as seen from the page, raw.
    pub(super) fn href(&self, target: &Target) -> String {
        let lines = self.is_html() || !is_line(&target.anchor); // Markdown cannot point into a fence
        let anchor = if lines { target.anchor.as_str() } else { "" };
        let mut href = match (&target.page == self.from, anchor) {
            (true, anchor) if !anchor.is_empty() => String::new(),
            _ => self.flavour.address(&target.page, self.from),
        };
        if !anchor.is_empty() {
            href.push('#');
            href.push_str(&percent_encoded(anchor));
        }
        href
    }

    /// The same address as a template takes it: HTML is escaped there, Markdown has rules of its own.
    pub(super) fn address(&self, href: &str) -> Value {
        if self.is_html() {
            return href.into();
        }
        escape::href(href).map(|href| finished(&destination(&href))).into()
    }

    /// The prose as finished text.
    pub(super) fn prose(&self, prose: &[Inline], place: Place) -> Value {
        let mut out = String::new();
        for inline in prose {
            match inline {
                Inline::Text(raw) if out.is_empty() => out.push_str(&self.text(raw)),
                Inline::Text(raw) => out.push_str(&self.further(raw)),
                Inline::Code(raw) => out.push_str(&self.code(raw, place)),
                Inline::Strong(raw) if self.is_html() => {
                    out.push_str(&format!("<strong>{}</strong>", escape::html(raw)));
                }
                Inline::Muted(raw) if self.is_html() => {
                    out.push_str(&format!("<span class=\"muted\">{}</span>", escape::html(raw)));
                }
                Inline::Strong(raw) => out.push_str(&emphasized("**", &self.text(raw))),
                Inline::Muted(raw) => out.push_str(&self.text(raw)),
                Inline::Mark(mark) if self.is_html() => {
                    out.push_str(&format!("<span class=\"mark {0}\">{0}</span>", mark.word()));
                }
                Inline::Mark(mark) => out.push_str(&emphasized("**", mark.word())),
                Inline::Link(link) => out.push_str(&self.link(link, place)),
                Inline::Web(words, address) => {
                    out.push_str(&self.anchor(address, &self.text(words), AWAY));
                }
                Inline::Source(source) => {
                    if !out.is_empty() && !out.ends_with([' ', '(', '\n']) {
                        out.push(' ');
                    }
                    out.push_str(&self.source(source));
                }
            }
        }
        finished(&out)
    }

    /// Words. The escaper of Markdown trims them, but a space between two pieces counts.
    pub(super) fn text(&self, raw: &str) -> String {
        if self.is_html() {
            return escape::html(raw).to_string();
        }
        let spaced = |c: Option<char>| if c.is_some_and(char::is_whitespace) { " " } else { "" };
        match self.flavour.dialect().text(raw).as_str() {
            "" => spaced(raw.chars().next()).to_owned(),
            text => format!("{}{text}{}", spaced(raw.chars().next()), spaced(raw.chars().next_back())),
        }
    }

    /// Words behind others. What is syntax at the start of a line only, such as `.` or `-`, needs no escape there:
    /// the escaper sees a letter first, which no language changes.
    fn further(&self, raw: &str) -> String {
        match (self.is_html(), raw.chars().next()) {
            (false, Some('!'..='/' | ':'..='@')) => self.text(&format!("x{raw}")).split_off(1),
            _ => self.text(raw),
        }
    }

    /// The name of a thing.
    pub(super) fn code(&self, raw: &str, place: Place) -> String {
        match (self.flavour.language(), place) {
            // A cell is made wide enough for a short name, and a long one is broken anywhere.
            (Language::Html, Place::Cell) if raw.chars().nth(LONG_NAME).is_some() => {
                format!("<code class=\"long\">{}</code>", escape::html(raw))
            }
            (Language::Html, _) => format!("<code>{}</code>", escape::html(raw)),
            (Language::Markdown, Place::Flow) => self.flavour.dialect().code(raw).to_string(),
            (Language::Markdown, Place::Cell) => self.flavour.dialect().cell_code(raw).to_string(),
        }
    }

    /// A name where it is one, words otherwise.
    pub(super) fn name(&self, raw: &str, is_code: bool, place: Place) -> String {
        if is_code { self.code(raw, place) } else { self.text(raw) }
    }

    /// A link.
    pub(super) fn link(&self, link: &Link, place: Place) -> String {
        let text = self.name(&link.text, link.code, place);
        self.anchor(&self.href(&link.to), &text, "")
    }

    /// A small link to a line. Folders are left to the tooltip, so that sentences stay readable.
    fn source(&self, source: &Source) -> String {
        let file = source.file.rsplit('/').next().unwrap_or(&source.file);
        let (short, whole) = (format!("{file}:{}", source.line), format!("{}:{}", source.file, source.line));
        let title = if self.is_html() && short != whole {
            format!(" class=\"source\" title=\"{}\"", escape::html(&whole))
        } else {
            " class=\"source\"".to_owned()
        };
        self.anchor(&self.href(&source.to), &self.text(&short), &title)
    }

    /// A link around finished text.
    pub(super) fn anchor(&self, href: &str, text: &str, attributes: &str) -> String {
        match (escape::href(href), self.flavour.language()) {
            (Some(href), Language::Html) => format!("<a{attributes} href=\"{}\">{text}</a>", href.html()),
            (Some(href), Language::Markdown) => format!("[{text}]({})", destination(&href)),
            (None, _) => text.to_owned(),
        }
    }
}

/// Whether an anchor is that of a line: `L12`.
fn is_line(anchor: &str) -> bool {
    anchor.strip_prefix('L').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// Emphasis does not open before a space nor close behind one.
fn emphasized(mark: &str, text: &str) -> String {
    match text.trim() {
        "" => text.to_owned(),
        words => text.replacen(words, &format!("{mark}{words}{mark}"), 1),
    }
}

/// `raw` with every byte encoded that could be syntax in an address.
pub(super) fn percent_encoded(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for byte in raw.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A link's destination in Markdown, without the pointed brackets where none of its characters needs them.
pub(super) fn destination(href: &escape::Href) -> String {
    let spelled = escape::markdown::destination(href).to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-#:%".contains(c);
    match spelled.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
        Some(bare) if bare.chars().all(is_plain) => bare.to_owned(),
        _ => spelled,
    }
}

/// Text that is spelled already.
pub(super) fn finished(text: &str) -> Value {
    Value::safe_string(text)
}
