//! The regions of a Markdown text that podviz owns: between a line that begins one and the line that ends it. Markers in
//! code are text. It touches no disk.

use pulldown_cmark::{Event, Options, Parser, Tag};
use std::ops::Range;

/// A Markdown text and its regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked<'a> {
    text: &'a str,
    regions: Vec<Owned<'a>>,
}

/// A region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned<'a> {
    /// The line that begins it, from 1.
    pub line: u32,
    /// What it asks for: the words behind `podviz:begin`.
    pub asks: &'a str,
    /// What each line inside begins with, such as the blanks of a list or the `> ` of a quote.
    prefix: &'a str,
    /// How its first line ends, and so every line inside.
    newline: &'a str,
    /// From the line behind its first to its last.
    inside: Range<usize>,
}

/// Markers that do not belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkerError {
    /// Where, from 1.
    pub line: u32,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub help: String,
}

/// A comment that speaks to podviz.
struct Marker<'a> {
    /// Its bytes.
    at: Range<usize>,
    /// What it says behind `podviz:`.
    says: &'a str,
}

/// Where a marker stands.
struct Place<'a> {
    line: u32,
    /// The whole line with its end.
    bytes: Range<usize>,
    before: &'a str,
    behind: &'a str,
    newline: &'a str,
}

/// What the text of a comment begins with that speaks to podviz.
const NAME: &str = "podviz:";

impl<'a> Marked<'a> {
    /// Finds the regions of a text.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with its markers, in the order of its lines.
    pub fn read(text: &'a str) -> Result<Marked<'a>, Vec<MarkerError>> {
        let (mut regions, mut errors) = (Vec::new(), Vec::new());
        let mut open: Option<Owned> = None;
        for Marker { at, says } in markers(text) {
            let place = Place::of(text, &at);
            let (word, rest) = says.split_once(char::is_whitespace).unwrap_or((says, ""));
            let mut refuse = |line, reason: &str, help: &str| {
                errors.push(MarkerError { line, reason: reason.to_owned(), help: help.to_owned() });
            };
            if !place.is_own() {
                let help = "put it on a line of its own, not inside of a paragraph, a list item's first line, or a table";
                refuse(place.line, "a marker shares its line with other text", help);
            }
            if text[at.clone()].contains(['\n', '\r']) {
                let help = "close the comment with `-->` on the line that it begins on";
                refuse(place.line, "this marker does not end on its line", help);
            }
            match (word, open.take()) {
                ("begin", before) => {
                    if let Some(before) = before {
                        let reason = format!(
                            "a region begins here inside of the one that begins at line {}",
                            before.line
                        );
                        refuse(place.line, &reason, "end that one first, with `<!-- podviz:end -->`");
                    }
                    open = Some(Owned {
                        line: place.line,
                        asks: rest.trim(),
                        prefix: place.before,
                        newline: place.newline,
                        inside: place.bytes.end..place.bytes.end,
                    });
                }
                ("end", None) => {
                    let help = "remove it, or begin a region above it, with `<!-- podviz:begin VIEW -->`";
                    refuse(place.line, "a region ends here, and none began", help);
                }
                ("end", Some(region)) => {
                    if !rest.trim().is_empty() {
                        let help =
                            "write `<!-- podviz:end -->`, and what you want to see behind `podviz:begin`";
                        refuse(place.line, "the end of a region says nothing else", help);
                    }
                    let inside = region.inside.start..place.bytes.start.max(region.inside.start);
                    regions.push(Owned { inside, ..region });
                }
                (_, before) => {
                    open = before;
                    let help = "write `<!-- podviz:begin VIEW -->` or `<!-- podviz:end -->`";
                    refuse(place.line, "this marker is none that podviz knows", help);
                }
            }
        }
        if let Some(region) = open {
            errors.push(MarkerError {
                line: region.line,
                reason: "the region that begins here does not end".to_owned(),
                help: "add `<!-- podviz:end -->` on a line of its own behind it; in a code block it would be text"
                    .to_owned(),
            });
        }
        errors.sort_by_key(|error| error.line);
        if errors.is_empty() { Ok(Marked { text, regions }) } else { Err(errors) }
    }

    /// The regions in the order of their lines.
    pub fn regions(&self) -> &[Owned<'a>] {
        &self.regions
    }

    /// The text with `contents` in its regions, one each, between empty lines. Everything around them stays, to the byte.
    /// `None` where a content would end its region or begin another one.
    pub fn filled(&self, contents: &[String]) -> Option<String> {
        let mut filled = String::with_capacity(self.text.len());
        let mut copied = 0;
        for (region, content) in self.regions.iter().zip(contents) {
            filled.push_str(&self.text[copied..region.inside.start]);
            for line in std::iter::once("").chain(content.lines()).chain([""]) {
                let line = format!("{}{line}", region.prefix);
                filled.push_str(line.trim_end());
                filled.push_str(region.newline);
            }
            copied = region.inside.end;
        }
        filled.push_str(&self.text[copied..]);
        let is_kept = Marked::read(&filled).is_ok_and(|again| {
            let asked =
                |marked: &Marked| marked.regions.iter().map(|one| one.asks.to_owned()).collect::<Vec<_>>();
            asked(&again) == asked(self) && again.around() == self.around()
        });
        is_kept.then_some(filled)
    }

    /// What stands around the regions, piece by piece.
    fn around(&self) -> Vec<&'a str> {
        let mut pieces = Vec::with_capacity(self.regions.len() + 1);
        let mut from = 0;
        for region in &self.regions {
            pieces.push(&self.text[from..region.inside.start]);
            from = region.inside.end;
        }
        pieces.push(&self.text[from..]);
        pieces
    }
}

/// The comments of a text that speak to podviz, where a reader of Markdown sees comments.
fn markers(text: &str) -> Vec<Marker<'_>> {
    // A byte order mark is no part of the first line.
    let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut options = Options::empty();
    options.insert(Options::ENABLE_TABLES);
    options.insert(Options::ENABLE_YAML_STYLE_METADATA_BLOCKS);
    let mut found = Vec::new();
    for (event, range) in Parser::new_ext(&text[skipped..], options).into_offset_iter() {
        let range = range.start + skipped..range.end + skipped;
        if matches!(event, Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_)) {
            comments(text, range, &mut found);
        }
    }
    found
}

/// Adds the comments of a piece of HTML that speak to podviz. A comment inside of another one is part of its text.
fn comments<'a>(text: &'a str, html: Range<usize>, found: &mut Vec<Marker<'a>>) {
    let mut from = html.start;
    while let Some(start) = text[from..html.end].find("<!--").map(|at| from + at) {
        let inside = start + "<!--".len();
        let Some(length) = text[inside..html.end].find("-->") else { break };
        let end = inside + length + "-->".len();
        if let Some(says) = text[inside..inside + length].trim().strip_prefix(NAME) {
            found.push(Marker { at: start..end, says });
        }
        from = end;
    }
}

impl<'a> Place<'a> {
    fn of(text: &'a str, at: &Range<usize>) -> Place<'a> {
        let start = text[..at.start].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let end = text[at.end..].find(['\n', '\r']).map_or(text.len(), |length| at.end + length);
        let newline = match &text[end..] {
            rest if rest.starts_with("\r\n") => "\r\n",
            rest if rest.starts_with('\r') => "\r",
            rest if rest.starts_with('\n') => "\n",
            _ => "",
        };
        let above = text[..start].replace("\r\n", "\n");
        let line = above.matches(['\n', '\r']).count() + 1;
        Place {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            bytes: start..end + newline.len(),
            before: text[start..at.start].trim_start_matches('\u{feff}'),
            behind: &text[at.end..end],
            newline: text[end..].get(..newline.len()).unwrap_or_default(),
        }
    }

    /// Whether nothing else stands on the line but what makes it part of a list or a quote.
    fn is_own(&self) -> bool {
        self.before.chars().all(|c| matches!(c, ' ' | '\t' | '>')) && self.behind.trim().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Marked, MarkerError};
    use proptest::prelude::*;

    fn fill(text: &str, contents: &[&str]) -> String {
        let marked = Marked::read(text).expect(text);
        let contents: Vec<String> = contents.iter().map(|content| (*content).to_owned()).collect();
        assert_eq!(marked.regions().len(), contents.len(), "{text}");
        let filled = marked.filled(&contents).expect("regions that hold");
        let again = Marked::read(&filled).expect("regions").filled(&contents);
        assert_eq!(again.as_deref(), Some(filled.as_str()), "twice is the same");
        filled
    }

    fn count(text: &str) -> usize {
        Marked::read(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}")).regions().len()
    }

    fn errors(text: &str) -> Vec<(u32, String)> {
        let errors = Marked::read(text).expect_err(text);
        errors.into_iter().map(|MarkerError { line, reason, .. }| (line, reason)).collect()
    }

    #[test]
    fn a_region_is_filled_and_says_what_it_asks_for() {
        let text =
            "# Shop\n\n<!-- podviz:begin traffic ns/shop  host=github -->\nold\n<!-- podviz:end -->\nend";
        let marked = Marked::read(text).expect("a region");
        assert_eq!((marked.regions()[0].line, marked.regions()[0].asks), (3, "traffic ns/shop  host=github"));
        assert_eq!(
            fill(text, &["new\n\nlines"]),
            "# Shop\n\n<!-- podviz:begin traffic ns/shop  host=github -->\n\nnew\n\nlines\n\n<!-- podviz:end -->\nend"
        );
    }

    #[test]
    fn an_empty_region_is_a_region() {
        let text = "<!--podviz:begin a-->\n<!--podviz:end-->";
        assert_eq!(fill(text, &["x"]), "<!--podviz:begin a-->\n\nx\n\n<!--podviz:end-->");
    }

    #[test]
    fn line_endings_and_marks_stay() {
        let text = "\u{feff}<!-- podviz:begin a -->\r\nold\n<!-- podviz:end -->\r\na\nb\rc\n<!-- podviz:begin b -->\n<!-- podviz:end -->";
        assert_eq!(
            fill(text, &["x\ny", "z"]),
            "\u{feff}<!-- podviz:begin a -->\r\n\r\nx\r\ny\r\n\r\n<!-- podviz:end -->\r\na\nb\rc\n<!-- podviz:begin b -->\n\nz\n\n<!-- podviz:end -->"
        );
    }

    #[test]
    fn lists_and_quotes_go_on_inside() {
        let text = "- item\n\n  <!-- podviz:begin a -->\n  <!-- podviz:end -->\n\n> <!-- podviz:begin b -->\n> <!-- podviz:end -->\n";
        assert_eq!(
            fill(text, &["```\nx\n\ny\n```", "z"]),
            "- item\n\n  <!-- podviz:begin a -->\n\n  ```\n  x\n\n  y\n  ```\n\n  <!-- podviz:end -->\n\n> <!-- podviz:begin b -->\n>\n> z\n>\n> <!-- podviz:end -->\n"
        );
    }

    #[test]
    fn markers_in_code_are_text() {
        let region = "<!-- podviz:begin a -->\n<!-- podviz:end -->\n";
        for (before, behind) in [
            ("```\n", "```\n"),
            ("~~~ md\n", "~~~\n"),
            ("````\n```\n", "````\n"),
            ("   ```\n", "   ```\n"),
            ("- x\n  ```\n", "  ```\n"),
            ("```\n", ""),
            ("<!--\n", ""),
        ] {
            let text = format!("{before}{region}{behind}");
            // In a list the fence ends with the item.
            let expected = usize::from(before.starts_with('-'));
            match Marked::read(&text) {
                Ok(marked) => assert_eq!(marked.regions().len(), expected, "{text}"),
                Err(errors) => assert!(before == "<!--\n", "{text}: {errors:?}"),
            }
        }
        assert_eq!(count("    <!-- podviz:begin a -->\n"), 0, "indented code");
        assert_eq!(
            count("Write `<!-- podviz:begin a -->` and `<!-- podviz:end -->`.\n"),
            0,
            "code in a line"
        );
        assert_eq!(count("```\n```\n<!-- podviz:begin a -->\n<!-- podviz:end -->\n"), 1, "behind a fence");
        assert_eq!(count("``` a`b\n<!-- podviz:begin a -->\n<!-- podviz:end -->\n"), 1, "no fence at all");
        assert_eq!(count("<details>\n<!-- podviz:begin a -->\n<!-- podviz:end -->\n</details>\n"), 1);
        assert_eq!(count("<!-- about podviz:begin a -->\n<!-- podvizard -->\n"), 0, "other comments");
    }

    #[test]
    fn markers_that_do_not_belong_together_are_named() {
        let [begin, end] = ["<!-- podviz:begin a -->", "<!-- podviz:end -->"];
        let cases = [
            (format!("{begin}\n\ntext"), vec![(1, "does not end")]),
            (format!("\n{end}\n"), vec![(2, "none began")]),
            (format!("{begin}\n{begin}\n{end}\n"), vec![(2, "inside of the one that begins at line 1")]),
            (format!("{begin}\n{begin}\n{end}\n{end}"), vec![(2, "inside of"), (4, "none began")]),
            (format!("{begin}\r\n<!-- podviz:ned -->\r\n{end}"), vec![(2, "none that podviz knows")]),
            (format!("{begin}\n<!-- podviz:end a -->"), vec![(2, "says nothing else")]),
            (format!("text {begin}\n\n{end}"), vec![(1, "shares its line")]),
            (format!("{begin} text\n{end}"), vec![(1, "shares its line")]),
            (format!("- {begin}\n\n{end}"), vec![(1, "shares its line")]),
            (format!("{begin}{end}\n"), vec![(1, "shares its line"), (1, "shares its line")]),
            (format!("<!-- podviz:begin a\r -->\n{end}\n"), vec![(1, "does not end on its line")]),
            (format!("<!-- podviz:begin a\n\n -->\n{end}\n"), vec![(1, "does not end on its line")]),
            (format!("{begin}\n```\n{end}\n"), vec![(1, "does not end")]),
        ];
        for (text, expected) in cases {
            let found = errors(&text);
            let is_so = |((line, reason), (at, words)): (&(u32, String), &(u32, &str))| {
                line == at && reason.contains(words)
            };
            assert!(
                found.len() == expected.len() && found.iter().zip(&expected).all(is_so),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn no_content_breaks_out() {
        let text = "<!-- podviz:begin a -->\n<!-- podviz:end -->\n";
        let marked = Marked::read(text).expect("a region");
        for content in
            ["<!-- podviz:end -->", "x\n<!-- podviz:begin b -->", "```", "<!--", "<pre>\n<!-- podviz:end -->"]
        {
            assert_eq!(marked.filled(&[content.to_owned()]), None, "{content}");
        }
    }

    /// Lines that matter to regions.
    fn line() -> impl Strategy<Value = String> {
        let lines = [
            "",
            "text",
            "- item",
            "> quote",
            "  more",
            "    code",
            "```",
            "~~~",
            "````md",
            "| a | b |",
            "|---|---|",
            "<details>",
            "</details>",
            "<!-- other -->",
            "`<!-- podviz:end -->`",
            "\u{e9}\u{1f600}",
            "---",
            "# Heading",
        ];
        proptest::sample::select(lines.to_vec()).prop_map(str::to_owned)
    }

    fn piece() -> impl Strategy<Value = String> {
        let newline = proptest::sample::select(vec!["\n", "\r\n"]);
        let region = Just("<!-- podviz:begin a -->\nold\n<!-- podviz:end -->".to_owned());
        (prop_oneof![6 => line(), 1 => region], newline).prop_map(|(line, newline)| line + newline)
    }

    proptest! {
        #[test]
        fn what_is_around_regions_never_changes(pieces in proptest::collection::vec(piece(), 0..24), content in "[a-z`~>|#\\-\n ]{0,40}") {
            let text: String = pieces.concat();
            if let Ok(marked) = Marked::read(&text) {
                let contents: Vec<String> = marked.regions().iter().map(|_| content.trim_matches('\n').to_owned()).collect();
                if let Some(filled) = marked.filled(&contents) {
                    let again = Marked::read(&filled).expect("regions");
                    prop_assert_eq!(again.around(), marked.around());
                    let twice = again.filled(&contents);
                    prop_assert_eq!(twice.as_deref(), Some(filled.as_str()));
                    if marked.regions().is_empty() {
                        prop_assert_eq!(filled, text);
                    }
                }
            }
        }

        #[test]
        fn no_text_is_too_odd(text in "(<!-- podviz:(begin|end) ?-->|[\\PC\r\n]|```|> |- ){0,30}") {
            if let Ok(marked) = Marked::read(&text) {
                let contents = vec!["x".to_owned(); marked.regions().len()];
                if let Some(filled) = marked.filled(&contents) {
                    prop_assert!(Marked::read(&filled).is_ok());
                }
            }
        }
    }
}
