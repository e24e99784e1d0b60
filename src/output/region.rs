//! A page as a part of somebody else's Markdown: no other page stands beside it, so no link leads to one.

use super::navigation::Navigation;
use super::spelling::finished;
use super::view::Pages;
use super::{Engine, Flavour, Options, RenderError};
use crate::diagram::host::Host;
use crate::page::{Block, Card, Inline, Link, Page, Prose, Site, Source};
use crate::problem::Problems;
use std::collections::BTreeMap;

/// How a page looks inside of other Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// The level of its sections' headings, from 1 to 6.
    pub heading: u8,
    /// Who draws its diagrams; whoever shows the flavour, if absent.
    pub host: Option<Host>,
    /// Whether diagrams stand without their title and description.
    pub bare: bool,
    /// Whether such a diagram comes with its table.
    pub table: bool,
}

/// The page without its name, as Markdown that neither begins nor ends with a newline. A line of a manifest is a link if
/// `--repo-url` says where that can be read.
///
/// # Errors
///
/// If a template is wrong.
pub fn region(
    page: Page,
    flavour: Flavour,
    options: &Options,
    looks: Looks,
) -> Result<(String, Problems), RenderError> {
    let engine = Engine::load(flavour, options)?;
    let site = Site {
        title: String::new(),
        environments: Vec::new(),
        start: crate::names::PagePath::root(),
        sections: Vec::new(),
        pages: Vec::new(),
        folders: BTreeMap::new(),
        places: BTreeMap::new(),
        graph: String::new(),
        shortened: Problems::none(),
    };
    let navigation = Navigation::of(&site, &[]);
    let pages = Pages::new(&site, &[], &navigation, flavour, options).drawn_by(looks.host);
    let page = Alone { pages: &pages }.page(page);
    let (mut context, _, problems) = pages.context(&page);
    let hashes = |level: u8| finished(&"#".repeat(usize::from(level.clamp(1, 6))));
    context.insert_value("heading", hashes(looks.heading));
    context.insert_value("subheading", hashes(looks.heading + 1));
    context.insert("bare", &looks.bare);
    context.insert("table", &looks.table);
    let out = engine.extra("region.md", &context)?;
    Ok((String::from_utf8_lossy(&out).trim_matches('\n').to_owned(), problems))
}

/// Where prose stands: the place of a line is told apart from the words of a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Inline,
    Apart,
}

/// Takes the links to other pages out of a page.
struct Alone<'a> {
    pages: &'a Pages<'a>,
}

impl Alone<'_> {
    fn page(&self, mut page: Page) -> Page {
        page.crumbs.clear();
        page.children.clear();
        page.lead.iter_mut().for_each(|prose| self.prose(prose, Stands::Inline));
        let blocks = page.sections.iter_mut().flat_map(|section| &mut section.blocks);
        blocks.chain(&mut page.author).for_each(|block| self.block(block));
        page
    }

    fn block(&self, block: &mut Block) {
        match block {
            Block::Paragraph(text) | Block::Alert { text, .. } => self.prose(text, Stands::Inline),
            Block::List { items, .. } => items.iter_mut().for_each(|item| self.prose(item, Stands::Inline)),
            Block::Table(table) => {
                table.rows.iter_mut().flatten().for_each(|cell| self.prose(cell, Stands::Apart));
            }
            Block::Facts(facts) => facts.iter_mut().for_each(|(_, text)| self.prose(text, Stands::Apart)),
            Block::Cards(cards) => {
                let items = cards.drain(..).map(|card| self.card(card)).collect();
                *block = Block::List { ordered: false, items };
            }
            Block::Fold { blocks, .. } => blocks.iter_mut().for_each(|block| self.block(block)),
            Block::Heading(_)
            | Block::Diagram(_)
            | Block::Manifest(_)
            | Block::Commands(_)
            | Block::Verbatim { .. } => {}
        }
    }

    fn card(&self, card: Card) -> Prose {
        let mut item = vec![name(card.link)];
        if !card.kicker.is_empty() {
            item.push(Inline::Text(format!(" ({})", card.kicker)));
        }
        if !card.text.is_empty() {
            item.push(Inline::Text(": ".to_owned()));
            item.extend(card.text);
        }
        self.prose(&mut item, Stands::Inline);
        item
    }

    fn prose(&self, prose: &mut Prose, stands: Stands) {
        let mut alone = Prose::with_capacity(prose.len());
        for inline in prose.drain(..) {
            match inline {
                Inline::Link(link) => alone.push(name(link)),
                Inline::Source(source) => {
                    let is_in_brackets = ends_with(alone.last(), &['(']);
                    if !is_in_brackets && !ends_with(alone.last(), &[' ', '\n']) {
                        alone.push(Inline::Text(" ".to_owned()));
                    }
                    alone.push(match self.source(&source) {
                        Inline::Muted(place) if !is_in_brackets && stands == Stands::Inline => {
                            Inline::Muted(format!("({place})"))
                        }
                        other => other,
                    });
                }
                other => alone.push(other),
            }
        }
        *prose = alone;
    }

    /// A line of a manifest. Without a link its folder has to be said, too.
    fn source(&self, source: &Source) -> Inline {
        let Source { file, line, .. } = source;
        match self.pages.repository_address(file, *line) {
            Some(address) => {
                let short = file.rsplit('/').next().unwrap_or(file);
                Inline::Web(format!("{short}:{line}"), address)
            }
            None => Inline::Muted(format!("{file}:{line}")),
        }
    }
}

fn name(link: Link) -> Inline {
    if link.code { Inline::Code(link.text) } else { Inline::Text(link.text) }
}

/// Whether these words end so; nothing ends in a blank.
fn ends_with(before: Option<&Inline>, ends: &[char]) -> bool {
    match before {
        Some(Inline::Text(words) | Inline::Muted(words)) => words.ends_with(ends),
        Some(_) => false,
        None => ends.contains(&' '),
    }
}
