//! Markdown for programs that read more into it than others do.

use super::markdown::{self, Refers};
use super::{Markdown, Quoted, visible};
use serde::Deserialize;

/// Cannot be seen, and keeps what stands around it apart.
const JOINER: char = '\u{2060}';

/// What a program reads into Markdown beside what [`markdown`] allows for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// Nothing.
    #[default]
    Core,
    /// GitLab makes links of numbers and names behind `!`, `$`, `&`, `%` and `~`.
    Gitlab,
    /// Docusaurus takes comments that say `highlight-` out of code, and reads `{#…}` at the end of a heading.
    Docusaurus,
    /// Hugo runs shortcodes, even in code, cuts pages at `<!--more-->`, and drops HTML.
    Hugo,
    /// mdBook, MkDocs and what is added to them edit pages before they read the Markdown, even in code: they run templates
    /// and includes, and look for code blocks line by line.
    Preprocessed,
}

impl Dialect {
    /// Prose in one line, as [`markdown::text`] writes it.
    pub fn text(self, raw: &str) -> Markdown {
        let refers: Refers = match self {
            Dialect::Gitlab => |c, next| match c {
                '!' | '$' | '&' => next.is_ascii_digit(),
                '%' | '~' => next.is_ascii_alphanumeric() || next == '"',
                _ => false,
            },
            Dialect::Core | Dialect::Docusaurus | Dialect::Hugo | Dialect::Preprocessed => |_, _| false,
        };
        let text = markdown::prose(raw, refers);
        match self {
            // A name that ends so would lose its end at the end of a heading, references or not.
            Dialect::Docusaurus if raw.ends_with('}') => Markdown(format!("{text}{}", markdown::JOINER)),
            _ => text,
        }
    }

    /// Text as a quoted string of front matter, as [`quoted`](super::quoted) writes it. Docusaurus puts it into a script,
    /// where `</script>` would end that.
    pub fn quoted(self, raw: &str) -> Quoted {
        let quoted = super::quoted(raw);
        match self {
            Dialect::Docusaurus => Quoted(quoted.0.replace('<', &format!("<{JOINER}"))),
            _ => quoted,
        }
    }

    /// A code span, as [`markdown::code`] writes it. What Hugo would run even there is prose.
    pub fn code(self, raw: &str) -> Markdown {
        match self {
            Dialect::Hugo if self.runs(raw) => self.text(raw),
            Dialect::Hugo => markdown::span(&visible(raw).replace(['\n', '\t'], " ")),
            _ => markdown::code(raw),
        }
    }

    /// A code span in a cell of a table.
    pub fn cell_code(self, raw: &str) -> Markdown {
        match self {
            Dialect::Hugo => Markdown(self.code(raw).0.replace('|', "\\|")),
            _ => markdown::cell_code(raw),
        }
    }

    /// A whole code block, as [`markdown::block`] writes it.
    pub fn block(self, language: &'static str, raw: &str) -> Markdown {
        match self {
            Dialect::Docusaurus => markdown::block_of(language, &unprepared(&visible(raw))),
            Dialect::Hugo if self.runs(raw) => markdown::block_of(language, &inert(&visible(raw))),
            Dialect::Preprocessed => guarded(language, &visible(raw)),
            _ => markdown::block(language, raw),
        }
    }

    /// The code block of a diagram. As an element it would not be drawn, and `mermaid::write` leaves nothing in it that a
    /// tool would take for its own.
    pub fn diagram(self, mermaid: &str) -> Markdown {
        match self {
            Dialect::Preprocessed => markdown::block("mermaid", mermaid),
            _ => self.block("mermaid", mermaid),
        }
    }

    fn runs(self, raw: &str) -> bool {
        self == Dialect::Hugo
            && [SHORTCODES[0].0, SHORTCODES[1].0, MORE].iter().any(|mark| raw.contains(mark))
    }
}

/// What opens a code block or an alert inside of a code block, as tools that look for them line by line see it.
const NESTED: &[&str] = &["```", "~~~", "[!"];

/// A code block; an element of HTML where a tool would act on the text, or lose its tabs or its first lines.
fn guarded(language: &'static str, text: &str) -> Markdown {
    let is_taken_apart = text.starts_with('\n') || text.contains('\t');
    if !markdown::is_edited(text) && !is_taken_apart && !NESTED.iter().any(|mark| text.contains(mark)) {
        return markdown::block_of(language, text);
    }
    let class = if language.is_empty() { String::new() } else { format!(" class=\"language-{language}\"") };
    let text = markdown::references(text.trim_end_matches('\n'));
    Markdown(format!("<pre><code{class}>{text}\n</code></pre>"))
}

/// The text without what Docusaurus acts on even in code: anchors of headings, titles of admonitions, fences that it takes
/// off, and comments that it takes for orders.
fn unprepared(text: &str) -> String {
    let apart = |line: &str, at: usize| format!("{}{JOINER}{}", &line[..at], &line[at..]);
    let orders = ["start", "end", "next-line"];
    let text = orders.into_iter().fold(text.to_owned(), |text, order| {
        text.replace(&format!("highlight-{order}"), &format!("highlight-{JOINER}{order}"))
    });
    let lines = text.split('\n').map(|line| {
        let bare = line.trim_start_matches([' ', '\t', '>']);
        if line.starts_with('#') && line.contains("{#") {
            line.replace("{#", &format!("{{{JOINER}#"))
        } else if bare.starts_with(":::") {
            apart(line, line.len() - bare.len() + 1)
        } else if bare.starts_with("```") && bare.trim_start_matches(['`', ' ']).starts_with("mdx-code-block")
        {
            apart(line, line.len() - bare.trim_start_matches(['`', ' ']).len())
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// How shortcodes of Hugo begin and end.
const SHORTCODES: [(&str, &str); 2] = [("{{<", ">}}"), ("{{%", "%}}")];

/// Where Hugo ends a summary.
const MORE: &str = "<!--more-->";

/// The text, in which Hugo finds shortcodes only that are commented out: it shows those as they were. One without an end
/// is broken up.
fn inert(text: &str) -> String {
    let text = text.replace(MORE, &format!("<!--{JOINER}more-->"));
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.as_str();
    let first = |rest: &str| {
        SHORTCODES.into_iter().filter_map(|(open, close)| Some((rest.find(open)?, open, close))).min()
    };
    while let Some((start, open, close)) = first(rest) {
        out.push_str(&rest[..start]);
        rest = &rest[start + open.len()..];
        match rest.split_once(close) {
            Some((inside, after)) => {
                out.extend([open, "/*", inside, "*/", close]);
                rest = after;
            }
            None => {
                let (braces, mark) = open.split_at(2);
                out.push_str(braces);
                out.push(JOINER);
                out.push_str(mark);
            }
        }
    }
    out + rest
}
