//! What the author of a manifest says about an object: the annotation `podviz.dev/description`, or the comment block
//! at the top of its document, as Markdown.
//!
//! The Markdown becomes blocks of the page like any other text, so nothing in it is syntax for the page that shows it:
//! HTML in it is shown as it is written, and links lead to the web or nowhere.

use super::prose::{code, text};
use super::{Block, Inline, Prose, Table};
use crate::model::Object;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// The annotation that describes an object.
const DESCRIPTION: &str = "podviz.dev/description";

/// More events than this are not a description but a book.
const MOST_EVENTS: usize = 4_000;

/// What the author says about the object; nothing where they say nothing.
pub fn words(object: &Object) -> Vec<Block> {
    match object.annotation(DESCRIPTION) {
        Some(description) => blocks(description),
        None => object.comment.as_deref().map(|comment| blocks(&about(comment))).unwrap_or_default(),
    }
}

/// The part of a comment that is about the object: without the license, without orders to tools, without manifests that
/// are commented out.
fn about(comment: &str) -> String {
    let lines: Vec<&str> = comment.lines().map(bare).collect();
    let paragraphs = lines.split(|line| line.is_empty());
    let kept = paragraphs.filter_map(|paragraph| {
        let lines: Vec<&str> = paragraph.iter().copied().filter(|line| !is_order(line)).collect();
        let is_about = !lines.is_empty() && !is_license(&lines) && !is_manifest(&lines);
        is_about.then(|| lines.join("\n"))
    });
    kept.collect::<Vec<_>>().join("\n\n")
}

/// A line of a comment without the frame that some draw around it: `### Title ###`, `-----`.
fn bare(line: &str) -> &str {
    let inside = line.trim_end().trim_end_matches(['#', '=', '-', '*', '~', '_']).trim_end();
    let inside = if inside.trim().is_empty() { "" } else { line.trim_end().trim_end_matches('#').trim_end() };
    // A heading of a comment is no heading of the page: `## Title` was written with three number signs.
    inside.trim_start_matches('#').strip_prefix(' ').unwrap_or(inside)
}

/// Whether a line tells a tool what to do, or where a tool took the document from.
fn is_order(line: &str) -> bool {
    let line = line.trim_start();
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    starts(&[
        "yaml-language-server:",
        "yamllint ",
        "prettier-ignore",
        "vim:",
        "-*-",
        "Source:",
        "checkov:",
        "kics-scan",
        "trivy:",
        "nosemgrep",
        "noqa",
        "renovate:",
        "+kubebuilder",
        "$schema",
        "!",
    ])
}

/// Whether a paragraph is part of a license or says who holds the rights.
fn is_license(lines: &[&str]) -> bool {
    let text = lines.join(" ").to_ascii_lowercase();
    let words = [
        "copyright",
        "spdx-license",
        "licensed under",
        "apache license",
        "mit license",
        "without warranties",
        "limitations under the license",
        "www.apache.org/licenses",
        "obtain a copy of the license",
        "do not edit",
        "all rights reserved",
    ];
    words.iter().any(|word| text.contains(word))
}

/// Whether most lines of a paragraph are lines of a manifest that is commented out.
fn is_manifest(lines: &[&str]) -> bool {
    let is_field = |line: &&&str| {
        let line = line.trim_start().trim_start_matches("- ");
        let Some((key, value)) = line.split_once(':') else { return false };
        let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c));
        // `Note: …` is prose; `image: nginx` is not.
        is_key
            && (value.is_empty() || (value.starts_with(' ') && key.starts_with(|c: char| c.is_lowercase())))
    };
    let fields = lines.iter().filter(is_field).count();
    fields * 2 > lines.len()
}

/// Markdown as blocks.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut writer = Writer::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES).take(MOST_EVENTS) {
        writer.take(event);
    }
    writer.end_paragraph();
    writer.blocks
}

/// Puts blocks together from events.
#[derive(Default)]
struct Writer {
    blocks: Vec<Block>,
    /// The words since the last block ended.
    prose: Prose,
    /// The open lists: whether the outermost counts, and its items so far.
    list: Option<(bool, Vec<Prose>)>,
    depth: usize,
    /// Where the open link leads, and where its words begin in `prose`.
    link: Option<(String, usize)>,
    strong: usize,
    verbatim: Option<String>,
    table: Option<Table>,
}

impl Writer {
    fn take(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => self.words(&words),
            Event::Code(name) => self.prose.push(code(&*name)),
            Event::SoftBreak | Event::HardBreak => self.prose.push(text(" ")),
            _ => {}
        }
    }

    fn words(&mut self, words: &str) {
        match &mut self.verbatim {
            Some(verbatim) => verbatim.push_str(words),
            None if self.strong > 0 => self.prose.push(Inline::Strong(words.to_owned())),
            None => self.prose.push(text(words)),
        }
    }

    fn open(&mut self, tag: Tag) {
        match tag {
            Tag::List(first) => {
                self.end_paragraph();
                self.depth += 1;
                if self.depth == 1 {
                    self.list = Some((first.is_some(), Vec::new()));
                }
            }
            // An item within an item is an item after it: the page has no lists in lists.
            Tag::Item => self.end_paragraph(),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.end_paragraph();
                self.verbatim = Some(String::new());
            }
            Tag::Heading { .. } => {
                self.end_paragraph();
                self.strong += 1;
            }
            Tag::Strong => self.strong += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } if self.link.is_none() => {
                self.link = Some((dest_url.to_string(), self.prose.len()));
            }
            Tag::Table(_) => {
                self.end_paragraph();
                self.table = Some(Table { caption: "From the manifest".to_owned(), ..Table::default() });
            }
            Tag::TableRow => {
                self.table.iter_mut().for_each(|table| table.rows.push(Vec::new()));
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.strong = self.strong.saturating_sub(1);
                self.end_paragraph();
            }
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Paragraph | TagEnd::Item | TagEnd::HtmlBlock => self.end_paragraph(),
            TagEnd::List(_) => {
                self.end_paragraph();
                self.depth = self.depth.saturating_sub(1);
                if let Some((ordered, items)) = self.list.take_if(|_| self.depth == 0) {
                    self.blocks.push(Block::List { ordered, items });
                }
            }
            TagEnd::CodeBlock => {
                let text = self.verbatim.take().unwrap_or_default();
                self.blocks.push(Block::Verbatim { caption: String::new(), text });
            }
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.prose);
                let Some(table) = &mut self.table else { return };
                match table.rows.last_mut() {
                    Some(row) => row.push(cell),
                    None => table.head.push(super::prose::words(&cell)),
                }
            }
            TagEnd::Table => self.blocks.extend(self.table.take().map(Block::Table)),
            _ => {}
        }
    }

    /// A link to the web leads there; any other is its words alone, since it was meant for another place than this page.
    fn end_link(&mut self) {
        let Some((address, start)) = self.link.take() else { return };
        let lower = address.to_ascii_lowercase();
        if lower.starts_with("https://") || lower.starts_with("http://") {
            let words = self.prose.split_off(start.min(self.prose.len()));
            let words = super::prose::words(&words);
            let words = if words.trim().is_empty() { address.clone() } else { words };
            self.prose.push(Inline::Web(words, address));
        }
    }

    fn end_paragraph(&mut self) {
        let prose = std::mem::take(&mut self.prose);
        if super::prose::words(&prose).trim().is_empty() {
            return;
        }
        match &mut self.list {
            Some((_, items)) => items.push(prose),
            None => self.blocks.push(Block::Paragraph(prose)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::prose;

    fn shown(markdown: &str) -> Vec<String> {
        let words = |block: &Block| match block {
            Block::Paragraph(text) => prose::words(text),
            Block::List { items, .. } => {
                items.iter().map(|item| format!("* {}", prose::words(item))).collect()
            }
            Block::Verbatim { text, .. } => format!("| {text}"),
            Block::Table(table) => format!("{:?} {}", table.head, table.rows.len()),
            other => format!("{other:?}"),
        };
        blocks(markdown).iter().map(words).collect()
    }

    #[test]
    fn markdown_becomes_blocks() {
        assert_eq!(
            shown("The **shop** window.\nIt sells.\n\nMore."),
            ["The shop window. It sells.", "More."]
        );
        assert_eq!(shown("- one\n- two\n  - three\n"), ["* one* two* three"]);
        assert_eq!(shown("# Title\ntext"), ["Title", "text"]);
        assert_eq!(shown("```\na: 1\n```\n"), ["| a: 1\n"]);
        assert_eq!(shown("| a | b |\n| - | - |\n| 1 | 2 |\n| 3 | 4 |\n"), ["[\"a\", \"b\"] 2"]);
    }

    #[test]
    fn html_is_shown_and_not_meant() {
        assert_eq!(shown("a <b onclick=x>bold</b> word"), ["a <b onclick=x>bold</b> word"]);
        assert_eq!(shown("<script>alert(1)</script>"), ["<script>alert(1)</script>"]);
    }

    #[test]
    fn links_lead_to_the_web_or_nowhere() {
        let web = |markdown: &str| match &blocks(markdown)[..] {
            [Block::Paragraph(prose)] => prose.iter().any(|one| matches!(one, Inline::Web(..))),
            _ => false,
        };
        assert!(web("[docs](https://example.org/a)"));
        assert!(!web("[docs](javascript:alert(1))"));
        assert!(!web("[docs](../other.md)"));
        assert!(!web("[docs](data:text/html,x)"));
    }

    #[test]
    fn a_comment_is_read_without_licenses_orders_and_manifests() {
        let license = "Copyright 2024 Example\n\nLicensed under the Apache License, Version 2.0";
        assert_eq!(about(license), "");
        assert_eq!(about(&format!("{license}\n\nServes the shop window.")), "Serves the shop window.");
        assert_eq!(about("yaml-language-server: $schema=x\nThe cache."), "The cache.");
        assert_eq!(about("apiVersion: v1\nkind: Service\nmetadata:\n  name: x"), "");
        assert_eq!(about("Note: keep two copies."), "Note: keep two copies.");
        assert_eq!(about("##########\n# Frontend #\n##########"), "Frontend");
        assert_eq!(about("---------------\nThe API.\n---------------"), "The API.");
    }
}
