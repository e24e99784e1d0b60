//! Turns the blocks of one page into what their templates see. Each has the name of its template in `is`.

use super::File;
use super::flavour::Language;
use super::spelling::{Place, Spelling, finished};
use super::view::Pages;
use crate::diagram::host::Host;
use crate::diagram::{self, Diagram, Row, mermaid, svg};
use crate::document::{Token, TokenClass};
use crate::escape;
use crate::model::Subject;
use crate::page::changes::Mark;
use crate::page::{Block, Card, Manifest, Page, Section, Sort, Table, Target, Tone};
use crate::problem::{Code, Level, Problem, Problems};
use std::collections::BTreeMap;
use tera::Value;

/// The blocks of one page.
pub(super) struct Blocks<'a> {
    pages: &'a Pages<'a>,
    spelling: Spelling<'a>,
    page: &'a Page,
    /// How often each accessible name was used: no two regions of a page may share one.
    labels: BTreeMap<String, usize>,
    /// How many characters of Mermaid text the page has so far.
    drawn: usize,
    /// Pictures that the page shows, which are files beside it.
    pictures: BTreeMap<String, String>,
    problems: Problems,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(pages: &'a Pages<'a>, spelling: Spelling<'a>, page: &'a Page) -> Blocks<'a> {
        Blocks {
            pages,
            spelling,
            page,
            labels: BTreeMap::new(),
            drawn: 0,
            pictures: BTreeMap::new(),
            problems: Problems::none(),
        }
    }

    /// The pictures that the blocks so far show, and what could not be drawn.
    pub(super) fn finish(self) -> (Vec<File>, Problems) {
        let path = &self.page.path;
        let file = |(name, text): (String, String)| File { path: path.file(&name), bytes: text.into() };
        (self.pictures.into_iter().map(file).collect(), self.problems)
    }

    /// One section of the page.
    pub(super) fn section(&mut self, section: &'a Section) -> Value {
        let blocks = self.all(&section.blocks, &section.title);
        let here = Target { page: self.page.path.clone(), anchor: section.anchor.clone() };
        object([
            ("anchor", section.anchor.as_str().into()),
            ("href", self.spelling.address(&self.spelling.href(&here))),
            ("title", section.title.as_str().into()),
            ("blocks", blocks.into()),
        ])
    }

    /// Blocks that stand below a title.
    pub(super) fn all(&mut self, blocks: &'a [Block], title: &str) -> Vec<Value> {
        blocks.iter().flat_map(|block| self.spelled(block, title)).collect()
    }

    /// A block as its templates see it: what is folded stands between a beginning and an end, so that no template has to
    /// call itself.
    fn spelled(&mut self, block: &'a Block, title: &str) -> Vec<Value> {
        let Block::Fold { title: line, blocks } = block else { return vec![self.block(block, title)] };
        let has_diagram = blocks.iter().any(|block| matches!(block, Block::Diagram(_)));
        let edge = |is_start: bool| {
            object([
                ("is", "fold".into()),
                ("is_start", is_start.into()),
                ("text", line.as_str().into()),
                ("has_diagram", has_diagram.into()),
            ])
        };
        let inner = blocks.iter().map(|block| self.block(block, title));
        std::iter::once(edge(true)).chain(inner.collect::<Vec<_>>()).chain([edge(false)]).collect()
    }

    fn block(&mut self, block: &'a Block, title: &str) -> Value {
        let prose = |prose: &[_]| self.spelling.prose(prose, Place::Flow);
        match block {
            Block::Paragraph(text) => object([("is", "paragraph".into()), ("text", prose(text))]),
            Block::Heading(text) => object([("is", "heading".into()), ("text", text.as_str().into())]),
            Block::List { ordered, items } => object([
                ("is", "list".into()),
                ("ordered", (*ordered).into()),
                ("items", items.iter().map(|item| prose(item)).collect::<Vec<_>>().into()),
            ]),
            Block::Table(table) => self.table(table, title),
            Block::Facts(facts) => {
                let facts = facts.iter().map(|(label, text)| {
                    object([
                        ("label", label.as_str().into()),
                        ("text", self.spelling.prose(text, Place::Cell)),
                    ])
                });
                object([("is", "facts".into()), ("facts", facts.collect::<Vec<_>>().into())])
            }
            Block::Cards(cards) => {
                let cards: Vec<Value> = cards.iter().map(|card| self.card(card)).collect();
                object([("is", "cards".into()), ("cards", cards.into())])
            }
            Block::Diagram(diagram) => self.diagram(diagram),
            Block::Manifest(manifest) => self.manifest(manifest),
            Block::Alert { tone, text } => {
                let (tone, word) = match tone {
                    Tone::Note => ("note", "Note"),
                    Tone::Warning => ("warning", "Warning"),
                    Tone::Error => ("error", "Error"),
                };
                object([
                    ("is", "alert".into()),
                    ("tone", tone.into()),
                    ("word", word.into()),
                    ("text", prose(text)),
                ])
            }
            Block::Commands(commands) => {
                let lines = commands.iter().map(|(does, command)| format!("# {does}\n{command}"));
                let text = lines.collect::<Vec<_>>().join("\n");
                let commands = commands.iter().map(|(does, command)| {
                    object([("does", does.as_str().into()), ("text", command.as_str().into())])
                });
                object([
                    ("is", "commands".into()),
                    ("label", self.label("Commands", title).into()),
                    ("commands", commands.collect::<Vec<_>>().into()),
                    ("block", finished(&self.fenced("sh", &text))),
                ])
            }
            // Whoever calls this spells what is folded in between.
            Block::Fold { title, .. } => object([("is", "fold".into()), ("text", title.as_str().into())]),
            Block::Verbatim { caption, text } => object([
                ("is", "verbatim".into()),
                ("caption", caption.as_str().into()),
                ("label", self.label(caption, "Text").into()),
                ("text", text.as_str().into()),
                ("block", finished(&self.fenced("", text))),
            ]),
        }
    }

    fn table(&mut self, table: &Table, title: &str) -> Value {
        let row =
            |row: &Vec<_>| row.iter().map(|cell: &Vec<_>| self.spelling.prose(cell, Place::Cell)).collect();
        let rows: Vec<Vec<Value>> = table.rows.iter().map(row).collect();
        let head: Vec<Value> = table.head.iter().map(|head| head.as_str().into()).collect();
        let label = self.label(&table.caption, title);
        object([
            ("is", "table".into()),
            ("caption", table.caption.as_str().into()),
            ("label", label.into()),
            ("head", head.into()),
            ("rows", rows.into()),
        ])
    }

    fn card(&self, card: &Card) -> Value {
        object([
            ("link", finished(&self.spelling.link(&card.link, Place::Cell))),
            ("kicker", card.kicker.as_str().into()),
            ("mark", card.mark.map(Mark::word).into()),
            ("text", self.spelling.prose(&card.text, Place::Flow)),
        ])
    }

    fn diagram(&mut self, diagram: &Diagram) -> Value {
        let (pages, spelling) = (self.pages, self.spelling);
        let href = |subject: &Subject| {
            let page = pages.site.places.get(subject)?;
            Some(spelling.href(&Target { page: page.clone(), anchor: String::new() }))
        };
        // Links of a Mermaid diagram are relative to the site that shows it, so the source carries none.
        let text = mermaid::write_in(pages.flavour.ink(), diagram, &|_| None).to_string();
        let (mut picture, mut legend, mut fence, mut file) = (None, Vec::new(), None, None);
        match pages.host {
            None => {
                let (painted, problems) = svg::paint(diagram, &href);
                self.problems.extend(problems);
                picture = painted.map(|painted| painted.to_string());
                legend = svg::legend(diagram);
            }
            Some(host) => {
                let size = mermaid::measure(diagram);
                if host.budget().fits_after(self.drawn, size) {
                    self.drawn += size.characters;
                    fence = Some(pages.flavour.dialect().diagram(&text).to_string());
                } else {
                    file = self.picture(diagram);
                    if file.is_none() {
                        self.problems.push(too_large(diagram, host));
                    }
                }
            }
        }
        let legend: Vec<Value> = legend
            .into_iter()
            .filter(|_| picture.is_some())
            .map(|(class, word)| {
                object([("swatch", finished(&svg::swatch(class).to_string())), ("word", word.into())])
            })
            .collect();
        let width = picture.as_deref().and_then(natural_width);
        let rows: Vec<Value> = diagram.rows.iter().map(|row| self.row(row, &href)).collect();
        let left_out: Vec<Value> = diagram.left_out.iter().map(|left| left.as_str().into()).collect();
        let label = self.label(&diagram.title, "Diagram");
        let is_markdown = pages.flavour.language() == Language::Markdown;
        let figure = picture.as_deref().filter(|_| is_markdown).map(|svg| framed(svg, &label, width));
        object([
            ("is", "diagram".into()),
            ("view", diagram.view.name().into()),
            ("title", diagram.title.as_str().into()),
            ("label", label.as_str().into()),
            ("description", diagram.description.as_str().into()),
            ("svg", picture.as_deref().map(finished).into()),
            ("figure", figure.map(|figure| finished(&figure)).into()),
            ("width", width.into()),
            ("mermaid", text.as_str().into()),
            ("picture", file.into()),
            ("mermaid_block", fence.as_deref().map(finished).into()),
            ("legend", legend.into()),
            ("rows", rows.into()),
            ("left_out", left_out.into()),
        ])
    }

    /// The name of the file beside the page that shows the diagram; none where it is too large even for that, or the
    /// flavour has no such files.
    fn picture(&mut self, diagram: &Diagram) -> Option<String> {
        if !self.pages.has_pictures {
            return None;
        }
        let (painted, problems) = svg::paint_standalone(diagram, &|_| None);
        self.problems.extend(problems);
        let text = painted?.to_string();
        let view = diagram.view.name();
        let mut name = format!("diagram-{view}.svg");
        if self.pictures.contains_key(&name) {
            name = format!("diagram-{view}-{}.svg", &blake3::hash(diagram.title.as_bytes()).to_hex()[..6]);
        }
        self.pictures.insert(name.clone(), text);
        Some(name)
    }

    fn row(&self, row: &Row, href: &dyn Fn(&Subject) -> Option<String>) -> Value {
        let end = |(raw, subject): &(String, Option<Subject>)| {
            let text = self.spelling.code(raw, Place::Cell);
            finished(&match subject.as_ref().and_then(href) {
                Some(href) => self.spelling.anchor(&href, &text, ""),
                None => text,
            })
        };
        let mut because = Vec::new();
        if !row.field.is_empty() {
            because.push(self.spelling.code(&row.field, Place::Cell));
        }
        if let Some(diagram::Place { file, line, text: (built, own) }) = &row.source {
            let text = self.spelling.text(&format!("{}:{line}", file.rsplit('/').next().unwrap_or(file)));
            let href = |file, line| self.pages.line(self.spelling, file, line);
            let repository = |file, line| self.pages.repository_address(file, line);
            // A file that may not be shown is replaced by what was built out of it.
            because.push(
                match href(file, *line).or_else(|| href(built, *own)).or_else(|| repository(file, *line)) {
                    Some(href) => self.spelling.anchor(&href, &text, " class=\"source\""),
                    None => text,
                },
            );
        }
        object([
            ("from", end(&row.from)),
            ("verb", row.verb.as_str().into()),
            ("to", end(&row.to)),
            ("because", finished(&because.join(" "))),
        ])
    }

    fn manifest(&mut self, manifest: &Manifest) -> Value {
        let file = &manifest.file;
        let count = file.lines.len();
        let first = (manifest.first_line.max(1) as usize).min(count + 1);
        let shown = file.shown(manifest.first_line, manifest.last_line, manifest.span.as_ref());
        let is_html = self.pages.flavour.language() == Language::Html;
        let lines: Vec<Value> = (first..)
            .zip(&shown)
            .filter(|_| is_html)
            .map(|(number, tokens)| {
                let id = manifest.anchors.then(|| format!("L{number}"));
                let href = match &id {
                    Some(id) => Some(format!("#{id}")),
                    None => self.pages.line(self.spelling, &file.path, number as u32),
                };
                object([
                    ("number", number.into()),
                    ("id", id.into()),
                    ("href", href.into()),
                    ("code", finished(&highlighted(tokens))),
                ])
            })
            .collect();
        let block = if is_html { String::new() } else { self.fenced("yaml", &text(&shown)) };
        let last = first + shown.len().saturating_sub(1);
        let range = if first == last { format!("line {first}") } else { format!("lines {first} to {last}") };
        let label = self.label(&format!("{}, {range}", file.path), "Manifest");
        let href = self.pages.line(self.spelling, &file.path, first as u32);
        // The repository shows its files as they are now.
        let is_earlier = self.page.sort == Sort::Earlier;
        let now = |line: u32| self.pages.repository_line(&file.path, line);
        let repository = if is_earlier { Value::none() } else { now(first as u32) };
        object([
            ("is", "manifest".into()),
            ("file", file.path.as_str().into()),
            ("label", label.into()),
            ("range", range.into()),
            ("href", href.map(|href| self.spelling.address(&href)).into()),
            ("is_source", manifest.anchors.into()),
            ("repository", repository),
            ("lines", lines.into()),
            ("block", finished(&block)),
        ])
    }

    /// A code block of Markdown.
    fn fenced(&self, language: &'static str, raw: &str) -> String {
        self.pages.flavour.dialect().block(language, raw).to_string()
    }

    /// An accessible name that no other region of the page has.
    fn label(&mut self, wanted: &str, otherwise: &str) -> String {
        let name = if wanted.trim().is_empty() { otherwise } else { wanted };
        let used = self.labels.entry(name.to_owned()).or_default();
        *used += 1;
        if *used == 1 { name.to_owned() } else { format!("{name} ({used})") }
    }
}

fn text(lines: &[Vec<Token>]) -> String {
    let line = |tokens: &Vec<Token>| tokens.iter().map(|token| token.text).collect::<String>();
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn too_large(diagram: &Diagram, host: Host) -> Problem {
    let (title, host) = (&diagram.title, host.title());
    let message = format!("the diagram \"{title}\" is larger than {host} draws; its table stands alone");
    Problem::new(Level::Warning, Code::DiagramTooLarge, message)
}

/// One line of a manifest in HTML. The classes are short, since there are so many of them.
fn highlighted(tokens: &[Token]) -> String {
    let mut out = String::new();
    for token in tokens {
        let class = match token.class {
            TokenClass::Plain => "",
            TokenClass::Key => "k",
            TokenClass::String => "s",
            TokenClass::Number => "n",
            TokenClass::Word => "w",
            TokenClass::Comment => "c",
            TokenClass::Meta => "m",
            TokenClass::Redacted => "r",
        };
        let text = escape::html(token.text);
        match class {
            "" => out.push_str(text.as_str()),
            class => out.push_str(&format!("<span class=\"{class}\">{text}</span>")),
        }
    }
    out
}

/// A picture as a block of HTML in Markdown.
fn framed(svg: &str, label: &str, width: Option<i64>) -> String {
    let width = width.map(|width| format!(" style=\"--natural:{width}px\"")).unwrap_or_default();
    let label = escape::html(label);
    let figure = format!(
        "<figure class=\"podviz\" role=\"region\" tabindex=\"0\" aria-label=\"{label}\"{width}>\n{svg}\n</figure>"
    );
    escape::markdown::element_block(&figure).to_string()
}

/// The width of a picture in CSS pixels, from its `viewBox`: the page shows it at most that wide.
fn natural_width(svg: &str) -> Option<i64> {
    let head = &svg[..svg.find('>')?];
    let numbers = head.split_once("viewBox=\"")?.1.split_once('"')?.0;
    let width: f64 = numbers.split_ascii_whitespace().nth(2)?.parse().ok()?;
    (width.is_finite() && width > 0.0).then_some(width.ceil() as i64)
}

/// A map for a template.
pub(super) fn object<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    Value::from(BTreeMap::from(entries))
}
