//! About how many bytes of HTML a page and its blocks have.
//!
//! The numbers were fitted to the pages of the examples and of some large trees; a test compares them with what is written.

use crate::diagram::{Body, Diagram, Step};
use crate::document::{Token, TokenClass};
use crate::page::{Block, Inline, Link, Manifest, Page, Prose, Sort, Table};

/// Rows, items and lines that stay of what is folded.
pub(super) const FEWEST: usize = 5;

/// The bytes around what is folded.
const FOLD: usize = 70;

/// About how many bytes of HTML a page has, and how many of them can go.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// What sort of page it is.
    pub(super) sort: Sort,
    /// All of them.
    pub all: usize,
    /// Those of its pictures.
    pub(super) pictures: usize,
    /// Those of its long tables, lists and manifests.
    pub(super) rows: usize,
}

impl Sizes {
    /// The sizes of a page.
    pub fn of(page: &Page) -> Sizes {
        let mut sizes = Sizes { sort: page.sort, all: 2_450, pictures: 0, rows: 0 };
        // What stands above a page, links to the folders above it.
        sizes.all += 210 * page.path.to_string().matches('/').count() + 4 * page.title.len();
        sizes.all += 50 * page.children.len() + 205 * page.sections.len();
        // The lead is the page's description, too.
        sizes.all += page.lead.iter().map(|lead| prose(lead) + 3 * words(lead)).sum::<usize>();
        sizes.all += page.author.iter().map(block).sum::<usize>();
        let blocks = page.sections.iter().flat_map(|section| &section.blocks);
        sizes.all += FOLD * blocks.clone().filter(|one| matches!(one, Block::Fold { .. })).count();
        for one in blocks.flat_map(Block::unfolded) {
            let size = block(one);
            sizes.all += size;
            match one {
                Block::Diagram(_) => sizes.pictures += size,
                _ if is_long(page, one) => sizes.rows += size.saturating_sub(least(one)),
                _ => {}
            }
        }
        sizes
    }
}

/// Whether a block can be shortened. Links lead to the lines in the page of a file, so that these stay.
pub(super) fn is_long(page: &Page, block: &Block) -> bool {
    let rows = match block {
        Block::Table(table) => table.rows.len(),
        Block::List { items, .. } => items.len(),
        Block::Cards(cards) => cards.len(),
        Block::Manifest(_) if matches!(page.sort, Sort::Source | Sort::Earlier) => 0,
        Block::Manifest(_) | Block::Verbatim { .. } => usize::MAX,
        _ => 0,
    };
    rows > FEWEST
}

/// About how many bytes of HTML a block has.
pub(super) fn block(block: &Block) -> usize {
    match block {
        Block::Paragraph(text) => 10 + prose(text),
        Block::Alert { text, .. } => 310 + prose(text),
        Block::Heading(text) => 25 + text.len(),
        Block::List { items, .. } => items.iter().map(|item| 10 + prose(item)).sum(),
        Block::Table(table) => 300 + table.rows.iter().map(|cells| row(table, cells)).sum::<usize>(),
        Block::Facts(facts) => facts.iter().map(|(label, text)| 50 + label.len() + prose(text)).sum(),
        Block::Cards(cards) => {
            cards.iter().map(|card| 150 + address(&card.link) + card.kicker.len() + prose(&card.text)).sum()
        }
        Block::Diagram(diagram) => picture(diagram),
        Block::Manifest(manifest) => lines(manifest).iter().sum(),
        Block::Commands(commands) => commands.iter().map(|(does, text)| 60 + does.len() + text.len()).sum(),
        Block::Fold { blocks, .. } => FOLD + blocks.iter().map(self::block).sum::<usize>(),
        Block::Verbatim { text, .. } => 100 + text.len() + 5 * text.lines().count(),
    }
}

pub(super) fn row(table: &Table, cells: &[Prose]) -> usize {
    let cell = |(at, cell): (usize, &Prose)| 19 + table.head.get(at).map_or(0, String::len) + prose(cell);
    6 + cells.iter().enumerate().map(cell).sum::<usize>()
}

pub(super) fn prose(prose: &Prose) -> usize {
    let inline = |inline: &Inline| match inline {
        Inline::Text(words) => words.len(),
        Inline::Code(words) => 13 + words.len(),
        Inline::Strong(words) | Inline::Muted(words) => 28 + words.len(),
        Inline::Mark(mark) => 33 + 2 * mark.word().len(),
        Inline::Link(link) => address(link),
        Inline::Web(words, address) => 70 + words.len() + address.len(),
        Inline::Source(source) => 66 + 3 * source.file.len(),
    };
    prose.iter().map(inline).sum()
}

/// The bytes of its words alone.
fn words(prose: &Prose) -> usize {
    let words = |inline: &Inline| match inline {
        Inline::Text(words) | Inline::Strong(words) | Inline::Muted(words) => words.len(),
        Inline::Link(link) => link.text.len(),
        _ => 0,
    };
    prose.iter().map(words).sum()
}

fn address(link: &Link) -> usize {
    37 + link.text.len() + link.to.page.to_string().len() + link.to.anchor.len()
}

/// The bytes of each line of a manifest.
pub(super) fn lines(manifest: &Manifest) -> Vec<usize> {
    let shown = manifest.file.shown(manifest.first_line, manifest.last_line, manifest.span.as_ref());
    let token = |token: &Token| {
        let markup = if token.class == TokenClass::Plain { 0 } else { 31 };
        markup + token.text.len()
    };
    let line = |tokens: &Vec<Token>| 74 + tokens.iter().map(token).sum::<usize>();
    shown.iter().map(line).collect()
}

fn picture(diagram: &Diagram) -> usize {
    let body = match &diagram.body {
        Body::Flow(flow) => {
            let boxes: usize = flow.nodes.iter().map(|node| 5 * (node.label.len() + node.note.len())).sum();
            let arrows: usize = flow.edges.iter().map(|edge| 48 + 3 * edge.verb.len()).sum();
            2_150 + 694 * flow.nodes.len() + 654 * flow.groups.len() + boxes + arrows
        }
        Body::States(_) => 8_220,
        Body::Sequence(sequence) => 1_550 + 860 * sequence.participants.len() + 292 * steps(&sequence.steps),
    };
    let rows = diagram.rows.iter().map(|row| {
        let text = row.from.0.len() + row.to.0.len() + row.verb.len() + row.field.len();
        let links = usize::from(row.from.1.is_some()) + usize::from(row.to.1.is_some());
        let source = row.source.as_ref().map_or(0, |place| 114 + 2 * place.file.len());
        2 * text + 25 * links + source
    });
    let left: usize = diagram.left_out.iter().map(String::len).sum();
    body + rows.sum::<usize>() + 2 * (diagram.title.len() + diagram.description.len() + left)
}

/// How many steps a sequence has, those in frames included.
fn steps(list: &[Step]) -> usize {
    let of = |step: &Step| match step {
        Step::Frame { steps: inner, .. } => 1 + steps(inner),
        Step::Message { .. } | Step::Note { .. } => 1,
    };
    list.iter().map(of).sum()
}

/// About how many bytes of a block stay, however little room there is.
pub(super) fn least(block: &Block) -> usize {
    match block {
        Block::Table(table) => {
            300 + table.rows.iter().take(FEWEST).map(|cells| row(table, cells)).sum::<usize>()
        }
        Block::List { items, .. } => items.iter().take(FEWEST).map(|item| 10 + prose(item)).sum(),
        Block::Cards(cards) => cards.iter().take(FEWEST).map(|card| 200 + prose(&card.text)).sum(),
        _ => 0,
    }
}
