//! The directives of a chapter: `{{#podviz VIEW SUBJECT key=value…}}` on a line of its own.

use crate::problem::Problem;
use pulldown_cmark::{Event, Options, Parser, Tag};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Something in a chapter that is podviz's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    /// What is to be replaced, from the start of its line to the end.
    Region {
        /// What it asks for.
        text: String,
        /// The line, from 1.
        line: u32,
        /// The bytes of the line, without its newline.
        range: Range<usize>,
    },
    /// The backslash of a directive that is meant as text.
    Backslash(usize),
}

/// How every directive begins. What follows is a blank or the end of it.
static START: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\{\{[ \t]*#podviz(?:[ \t}\r\n]|$)").ok());

/// The directives in the order in which they stand there, and what is wrong with those that are not closed or do not have
/// a line of their own, each with its line. What stands in code or in a comment is text.
pub(super) fn find(content: &str) -> (Vec<Directive>, Vec<(u32, Problem)>) {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    let Some(start) = START.as_ref().filter(|start| start.is_match(content)) else { return (found, wrong) };
    let quoted = quoted(content);
    for at in start.find_iter(content).map(|one| one.start()) {
        if quoted.iter().any(|range| range.contains(&at)) {
            continue;
        }
        if content[..at].ends_with('\\') {
            found.push(Directive::Backslash(at - 1));
            continue;
        }
        let begin = content[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = content[at..].find('\n').map_or(content.len(), |newline| at + newline);
        let line = u32::try_from(content[..at].matches('\n').count() + 1).unwrap_or(u32::MAX);
        match inner(&content[begin..end], at - begin) {
            Ok(text) => found.push(Directive::Region { text, line, range: begin..end }),
            Err(fault) => wrong.push((line, fault)),
        }
    }
    (found, wrong)
}

/// What a directive asks for that begins at `at` in its line.
fn inner(line: &str, at: usize) -> Result<String, Problem> {
    let Some((text, after)) = line[at..].split_once("}}") else {
        return Err(
            Problem::fatal("the directive `{{#podviz` is not closed in its line").help("end it with `}}`")
        );
    };
    if !(line[..at].trim().is_empty() && after.trim().is_empty()) {
        return Err(Problem::fatal("the directive `{{#podviz` shares its line with other text")
            .help("give it a line of its own; as text it stands in backticks"));
    }
    Ok(text.split_once("#podviz").map_or("", |(_, text)| text).trim().to_owned())
}

/// The bytes that are code or comments.
fn quoted(content: &str) -> Vec<Range<usize>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM;
    let mut quoted = Vec::new();
    for (event, range) in Parser::new_ext(content, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) | Event::Code(_) => quoted.push(range),
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => quoted.extend(comments(content, range)),
            _ => {}
        }
    }
    quoted
}

/// The comments of HTML in a range.
fn comments(content: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let (html, mut found, mut at) = (&content[range.clone()], Vec::new(), 0);
    while let Some(start) = html[at..].find("<!--").map(|start| at + start) {
        let end = html[start..].find("-->").map_or(html.len(), |end| start + end + "-->".len());
        found.push(range.start + start..range.start + end);
        at = end;
    }
    found
}

/// The content with the next of `texts` in the place of each region. A text stands apart from what is around it, and as
/// far to the right as the directive did, so that it stays in its list.
pub(super) fn filled(
    content: &str,
    directives: &[Directive],
    texts: &mut impl Iterator<Item = String>,
) -> String {
    let mut filled = String::with_capacity(content.len());
    let mut at = 0;
    for directive in directives {
        match directive {
            Directive::Backslash(backslash) => {
                filled.push_str(&content[at..*backslash]);
                at = backslash + 1;
            }
            Directive::Region { range, .. } => {
                filled.push_str(&content[at..range.start]);
                let line = &content[range.clone()];
                let indent = &line[..line.len() - line.trim_start().len()];
                filled.push('\n');
                for line in texts.next().unwrap_or_default().lines() {
                    if !line.is_empty() {
                        filled.push_str(indent);
                        filled.push_str(line);
                    }
                    filled.push('\n');
                }
                at = range.end;
            }
        }
    }
    filled.push_str(&content[at..]);
    filled
}
