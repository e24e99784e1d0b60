//! One page as text for a terminal: the words of its sections, without pictures and without the manifest.
//!
//! Every name goes through the terminal's escaper. Colors are ANSI codes, which whoever prints the text strips where
//! they are not wanted.

use crate::escape;
use crate::page::{Block, Card, Inline, Page, Prose, Table, Tone};
use anstyle::{AnsiColor, Style};
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

const HEADING: Style = Style::new().bold();
const NAME: Style = AnsiColor::Cyan.on_default();
const DIM: Style = Style::new().dimmed();

/// Tables narrower than this are never broken up into records.
const NARROWEST: usize = 40;

/// The page as text, wrapped to `width` columns. It ends in a newline.
pub fn page(page: &Page, width: usize) -> String {
    let mut sheet = Sheet { width: width.max(NARROWEST), text: String::new() };
    let kicker = if page.kicker.is_empty() { String::new() } else { format!("{} ", plain(&page.kicker)) };
    let place = page.source.as_ref().map(|source| place(&source.file, source.line)).unwrap_or_default();
    sheet.line(&format!("{}{place}", styled(HEADING, &format!("{kicker}{}", plain(&page.title)))));
    for block in &page.author {
        sheet.block(block);
    }
    for lead in &page.lead {
        sheet.gap();
        sheet.wrapped(&prose(lead), "", "");
    }
    // What an object refers to is told by the other sections, in sentences.
    for section in page.sections.iter().filter(|section| section.anchor != "references") {
        let mut blocks = section.blocks.iter().filter(|block| is_shown(block)).peekable();
        if blocks.peek().is_none() {
            continue;
        }
        sheet.gap();
        sheet.line(&styled(HEADING, &plain(&section.title).to_uppercase()));
        blocks.for_each(|block| sheet.block(block));
    }
    sheet.text
}

/// Pages one after another in a list: each with its first sentence, below its environment where there are several.
pub fn index(pages: &[Page], width: usize) -> String {
    let mut sheet = Sheet { width: width.max(NARROWEST), text: String::new() };
    let several = pages.windows(2).any(|pair| pair[0].environment != pair[1].environment);
    let mut environment = "";
    for page in pages {
        if !sheet.text.is_empty() {
            sheet.gap();
        }
        if several && page.environment != environment {
            environment = &page.environment;
            sheet.line(&styled(HEADING, &format!("ENVIRONMENT {}", plain(environment))));
            sheet.gap();
        }
        let namespace = if page.namespace.is_empty() { "" } else { "/" };
        let title = format!("{} {}{namespace}{}", page.kicker, page.namespace, page.title);
        let place = page.source.as_ref().map(|source| place(&source.file, source.line)).unwrap_or_default();
        sheet.line(&format!("{}{place}", styled(HEADING, &plain(&title))));
        for lead in page.lead.iter().take(1) {
            sheet.wrapped(&prose(lead), "  ", "  ");
        }
    }
    sheet.text
}

fn is_shown(block: &Block) -> bool {
    match block {
        Block::Diagram(_) | Block::Manifest(_) => false,
        Block::List { items, .. } => !items.is_empty(),
        Block::Cards(cards) => !cards.is_empty(),
        Block::Table(table) => !table.rows.is_empty(),
        Block::Facts(facts) => !facts.is_empty(),
        Block::Fold { blocks, .. } => blocks.iter().any(is_shown),
        _ => true,
    }
}

/// The text so far.
struct Sheet {
    width: usize,
    text: String,
}

impl Sheet {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Words, the first line behind `first`, the others behind `rest`.
    fn wrapped(&mut self, words: &str, first: &str, rest: &str) {
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation);
        for line in textwrap::wrap(words, options) {
            self.line(&line);
        }
    }

    fn block(&mut self, block: &Block) {
        if !is_shown(block) {
            return;
        }
        match block {
            Block::Paragraph(text) => {
                self.gap();
                self.wrapped(&prose(text), "  ", "  ");
            }
            Block::Heading(text) => {
                self.gap();
                self.line(&format!("  {}", styled(HEADING, &plain(text))));
            }
            Block::List { ordered, items } => {
                self.gap();
                let digits = items.len().to_string().len();
                for (at, item) in items.iter().enumerate() {
                    let mark = if *ordered { format!("{:>digits$}.", at + 1) } else { "•".to_owned() };
                    let indent = " ".repeat(display_width(&mark) + 3);
                    self.wrapped(&prose(item), &format!("  {mark} "), &indent);
                }
            }
            Block::Table(table) => self.table(table),
            Block::Facts(facts) => {
                self.gap();
                let facts: Vec<(String, String)> =
                    facts.iter().map(|(label, text)| (plain(label), prose(text))).collect();
                self.records(&facts, "  ");
            }
            Block::Cards(cards) => {
                self.gap();
                for Card { link, kicker, text, .. } in cards {
                    let kicker =
                        if kicker.is_empty() { String::new() } else { format!(" ({})", plain(kicker)) };
                    let name = styled(NAME, &plain(&link.text));
                    self.wrapped(&format!("{name}{kicker}: {}", prose(text)), "  • ", "    ");
                }
            }
            Block::Alert { tone, text } => {
                self.gap();
                let (word, color) = match tone {
                    Tone::Note => ("Note", AnsiColor::Blue),
                    Tone::Warning => ("Warning", AnsiColor::Yellow),
                    Tone::Error => ("Error", AnsiColor::Red),
                };
                let word = styled(color.on_default().bold(), word);
                self.wrapped(&format!("{word}: {}", prose(text)), "  ", "  ");
            }
            Block::Verbatim { caption, text } => {
                self.gap();
                if !caption.is_empty() {
                    self.line(&format!("  {}", styled(DIM, &plain(caption))));
                }
                text.lines().for_each(|line| self.line(&format!("    {}", plain(&line.replace('\t', "  ")))));
            }
            Block::Commands(commands) => {
                self.gap();
                for (does, command) in commands {
                    self.line(&format!("  {}", styled(DIM, &plain(does))));
                    self.line(&format!("    {}", plain(command)));
                }
            }
            Block::Fold { title, blocks } => {
                self.gap();
                self.line(&format!("  {}", styled(HEADING, &plain(title))));
                blocks.iter().for_each(|block| self.block(block));
            }
            Block::Diagram(_) | Block::Manifest(_) => {}
        }
    }

    /// A table in columns where it fits, else a record for each row.
    fn table(&mut self, table: &Table) {
        self.gap();
        let head: Vec<String> = table.head.iter().map(|head| plain(head)).collect();
        let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(prose).collect()).collect();
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.chain(head.get(column)).map(|cell| display_width(cell)).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        if widths.iter().map(|width| width + 2).sum::<usize>() <= self.width {
            let line = |cells: &[String]| {
                let padded = cells.iter().zip(&widths).map(|(cell, width)| {
                    format!("{cell}{}", " ".repeat(width.saturating_sub(display_width(cell))))
                });
                format!("  {}", padded.collect::<Vec<_>>().join("  "))
            };
            let heads: Vec<String> = head.iter().map(|head| styled(DIM, head)).collect();
            self.line(&line(&heads));
            rows.iter().for_each(|row| self.line(&line(row)));
            return;
        }
        for row in &rows {
            let mut cells = head.iter().cloned().zip(row.iter().cloned());
            let Some((_, name)) = cells.next() else { continue };
            self.wrapped(&name, "  ", "  ");
            let rest: Vec<(String, String)> = cells.filter(|(_, cell)| !cell.is_empty()).collect();
            self.records(&rest, "    ");
        }
    }

    /// Labels in one column, what they say in the next.
    fn records(&mut self, records: &[(String, String)], indent: &str) {
        let width = records.iter().map(|(label, _)| display_width(label)).max().unwrap_or(0);
        for (label, text) in records {
            let gap = " ".repeat(width - display_width(label) + 2);
            let rest = " ".repeat(indent.len() + width + 2);
            self.wrapped(text, &format!("{indent}{}{gap}", styled(DIM, label)), &rest);
        }
    }
}

fn prose(prose: &Prose) -> String {
    let mut out = String::new();
    for inline in prose {
        match inline {
            Inline::Text(raw) | Inline::Muted(raw) => out.push_str(&plain(raw)),
            Inline::Strong(raw) => out.push_str(&styled(HEADING, &plain(raw))),
            Inline::Mark(mark) => out.push_str(&styled(HEADING, mark.word())),
            Inline::Code(raw) => out.push_str(&name(raw)),
            Inline::Link(link) if link.code => out.push_str(&name(&link.text)),
            Inline::Link(link) => out.push_str(&plain(&link.text)),
            Inline::Web(words, address) if words == address => out.push_str(&plain(words)),
            Inline::Web(words, address) => out.push_str(&format!("{} <{}>", plain(words), plain(address))),
            Inline::Source(source) => {
                let blank = if out.is_empty() || out.ends_with([' ', '(']) { "" } else { " " };
                out.push_str(blank);
                out.push_str(place(&source.file, source.line).trim_start());
            }
        }
    }
    out
}

fn name(raw: &str) -> String {
    styled(NAME, &format!("`{}`", plain(raw)))
}

fn place(file: &str, line: u32) -> String {
    format!(" {}", styled(DIM, &format!("({}:{line})", plain(file.rsplit('/').next().unwrap_or(file)))))
}

fn plain(raw: &str) -> String {
    escape::terminal(raw).to_string()
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
