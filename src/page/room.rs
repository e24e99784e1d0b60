//! How large a site may become: a number of bytes that grows with its input. What does not fit is folded, the largest
//! pages first: pictures, then long tables, lists and manifests, of containers and plain objects before those of
//! workloads and overviews. Each page that is folded says so, and what it leaves out stays in the pages of the files and
//! in `graph.json`.

use super::prose::{muted, plain, text};
use super::{Block, Inline, Link, Manifest, Page, Prose, Sort, Table};
use crate::catalog::Settings;
use crate::diagram::{Body, Diagram};
use crate::document::SourceFile;
use crate::names::{count, thousands};
use crate::problem::{Code, Level, Problem};
use crate::topology::Topology;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of the site for each byte of the manifests.
const EACH: usize = 200;
/// Bytes of a site, however small its input.
const LEAST: usize = 20_000_000;
/// A site with less room for each of its pages shows no pictures of objects.
const PAGE_WITH_PICTURES: usize = 60_000;
/// What of the room is planned: sizes are estimates.
const PLANNED: usize = 85;
/// Rows, items and lines that stay of what is folded.
const FEWEST: usize = 5;
/// The bytes of a megabyte.
const MEGABYTE: usize = 1_000_000;

/// The bytes that a site may have.
#[derive(Clone, Copy, Debug)]
pub struct Room(usize);

/// What is folded, in which pages, one after another until all fits.
const STEPS: [(Part, &[Sort]); 6] = [
    (Part::Pictures, &[Sort::Container, Sort::Object]),
    (Part::Pictures, &[Sort::Workload, Sort::Namespace, Sort::Application, Sort::Overview, Sort::List]),
    (Part::Rows, &[Sort::Container]),
    (Part::Rows, &[Sort::Object]),
    (Part::Rows, &[Sort::Workload]),
    (Part::Rows, &[Sort::Namespace, Sort::Application, Sort::Overview, Sort::List]),
];

/// What of a page can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Pictures,
    Rows,
}

impl Room {
    /// The room that the settings give a site, or else that its manifests give it.
    pub fn of(settings: &Settings, topology: &Topology) -> Room {
        Room(settings.size.map_or_else(
            || input(topology).saturating_mul(EACH).saturating_add(LEAST),
            |size| usize::try_from(size).unwrap_or(usize::MAX).saturating_mul(MEGABYTE),
        ))
    }

    /// Whether there is room for pictures on the pages of so many subjects.
    pub fn has_pictures(self, subjects: usize) -> bool {
        subjects.saturating_mul(PAGE_WITH_PICTURES) <= self.0
    }

    /// What to fold of pages of these sizes until all of them fit. `more` are the bytes of what else is written.
    pub fn plan(self, sizes: &[Sizes], more: usize) -> Vec<Folds> {
        let room = (self.0 / 100 * PLANNED).saturating_sub(more);
        let mut sizes = sizes.to_vec();
        let mut folds = vec![Folds::default(); sizes.len()];
        for (part, sorts) in STEPS {
            let total: usize = sizes.iter().map(|sizes| sizes.all).sum();
            let Some(excess) = total.checked_sub(room).filter(|excess| *excess > 0) else { break };
            let own: Vec<usize> = (0..sizes.len()).filter(|&at| sorts.contains(&sizes[at].sort)).collect();
            let foldable: Vec<(usize, usize)> =
                own.iter().map(|&at| (sizes[at].all, sizes[at].of_part(part))).collect();
            let level = level(&foldable, excess);
            for (&at, (size, part_size)) in own.iter().zip(foldable) {
                if size > level && part_size > 0 {
                    let lost = match part {
                        Part::Pictures => part_size,
                        Part::Rows => part_size.min(size - level),
                    };
                    sizes[at].all -= lost;
                    folds[at].0.push((part, lost));
                }
            }
        }
        folds
    }

    /// Says how many pages are shortened.
    pub fn problem(self, number: usize) -> Option<Problem> {
        (number > 0).then(|| {
            let message = format!(
                "the site has room for {} MB: {} {} shortened, and what they leave out stands in the manifests and in \
                 graph.json",
                thousands(self.0 / MEGABYTE),
                count(number, "page", "pages"),
                if number == 1 { "is" } else { "are" },
            );
            let help = "give it more room with `--size` or with `size` in podviz.yaml";
            Problem::new(Level::Warning, Code::ListShortened, message).help(help)
        })
    }
}

/// What is folded of a page: each part, and how many bytes of it.
#[derive(Clone, Debug, Default)]
pub struct Folds(Vec<(Part, usize)>);

impl Folds {
    /// Whether the page is whole.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Folds a page.
    pub fn apply(&self, page: &mut Page) {
        self.0.iter().for_each(|(part, lost)| fold(page, *part, *lost));
    }
}

/// The bytes of the manifests, as they are shown. What a template repeats in a text that is built counts once.
fn input(topology: &Topology) -> usize {
    let objects = topology.nodes.iter().filter_map(|node| node.object.as_deref());
    let files: BTreeMap<&str, _> = objects.map(|object| (&*object.file.path, &object.file)).collect();
    let bytes = |file: &SourceFile| -> usize {
        let mut places = BTreeSet::new();
        let lines = (1..).zip(&file.lines).filter(|(number, _)| places.insert(file.place(*number)));
        lines.map(|(_, line)| 1 + line.iter().map(|token| token.text.len()).sum::<usize>()).sum()
    };
    files.values().map(|file| bytes(file)).sum()
}

/// The size to which the largest must shrink so that all together lose `excess`, or all that they can. Of each there is
/// its size, and how much of it can go.
fn level(sizes: &[(usize, usize)], excess: usize) -> usize {
    let lost = |level: usize| -> usize {
        sizes.iter().map(|(size, part)| size.saturating_sub(level).min(*part)).sum()
    };
    let (mut low, mut high) = (0, sizes.iter().map(|(size, _)| *size).max().unwrap_or(0));
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if lost(middle) >= excess { low = middle } else { high = middle - 1 }
    }
    low
}

/// About how many bytes of HTML a page has, and how many of them can go.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    sort: Sort,
    /// All of them.
    pub all: usize,
    pictures: usize,
    rows: usize,
}

impl Sizes {
    /// The sizes of a page.
    pub fn of(page: &Page) -> Sizes {
        let mut sizes = Sizes { sort: page.sort, all: 4_500, pictures: 0, rows: 0 };
        sizes.all += 200 * page.crumbs.len() + 150 * page.children.len() + 300 * page.sections.len();
        sizes.all += page.lead.iter().map(prose).sum::<usize>() * 2;
        sizes.all += page.author.iter().map(block).sum::<usize>();
        for one in page.sections.iter().flat_map(|section| &section.blocks) {
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

    fn of_part(self, part: Part) -> usize {
        match part {
            Part::Pictures => self.pictures,
            Part::Rows => self.rows,
        }
    }
}

/// Whether a block can be shortened. Links lead to the lines in the page of a file, so that these stay.
fn is_long(page: &Page, block: &Block) -> bool {
    let rows = match block {
        Block::Table(table) => table.rows.len(),
        Block::List { items, .. } => items.len(),
        Block::Cards(cards) => cards.len(),
        Block::Manifest(_) if page.sort == Sort::Source => 0,
        Block::Manifest(_) | Block::Verbatim { .. } => usize::MAX,
        _ => 0,
    };
    rows > FEWEST
}

/// About how many bytes of HTML a block has.
fn block(block: &Block) -> usize {
    match block {
        Block::Paragraph(text) | Block::Alert { text, .. } => 40 + prose(text),
        Block::Heading(text) => 20 + text.len(),
        Block::List { items, .. } => items.iter().map(|item| 12 + prose(item)).sum(),
        Block::Table(table) => 400 + table.rows.iter().map(|cells| row(table, cells)).sum::<usize>(),
        Block::Facts(facts) => facts.iter().map(|(label, text)| 60 + label.len() + prose(text)).sum(),
        Block::Cards(cards) => cards.iter().map(|card| 250 + card.kicker.len() + prose(&card.text)).sum(),
        Block::Diagram(diagram) => picture(diagram),
        Block::Manifest(manifest) => lines(manifest).iter().sum::<usize>() + 400,
        Block::Verbatim { text, .. } => 300 + text.len() * 11 / 10,
    }
}

fn row(table: &Table, cells: &[Prose]) -> usize {
    let cell = |(at, cell): (usize, &Prose)| 28 + table.head.get(at).map_or(0, String::len) + prose(cell);
    20 + cells.iter().enumerate().map(cell).sum::<usize>()
}

fn prose(prose: &Prose) -> usize {
    let inline = |inline: &Inline| match inline {
        Inline::Text(words) => words.len(),
        Inline::Code(words) | Inline::Strong(words) | Inline::Muted(words) => 28 + words.len(),
        Inline::Link(link) => address(link),
        Inline::Web(words, address) => 40 + words.len() + address.len(),
        Inline::Source(source) => 75 + 2 * source.file.len(),
    };
    prose.iter().map(inline).sum()
}

fn address(link: &Link) -> usize {
    70 + link.text.len() + link.to.page.to_string().len() + link.to.anchor.len()
}

/// The bytes of each line of a manifest.
fn lines(manifest: &Manifest) -> Vec<usize> {
    let shown = manifest.file.shown(manifest.first_line, manifest.last_line, manifest.span.as_ref());
    let line = |tokens: &std::borrow::Cow<'_, [crate::document::Token]>| {
        90 + tokens.iter().map(|token| 26 + token.text.len()).sum::<usize>()
    };
    shown.iter().map(line).collect()
}

fn picture(diagram: &Diagram) -> usize {
    let (boxes, arrows) = match &diagram.body {
        Body::Flow(flow) => (flow.nodes.len(), flow.edges.len()),
        Body::States(_) => (8, 10),
        Body::Sequence(_) => (8, 24),
    };
    let rows = diagram.rows.iter().map(|row| {
        let text = row.from.0.len() + row.to.0.len() + row.verb.len() + row.field.len();
        260 + text + row.source.as_ref().map_or(0, |place| 2 * place.file.len())
    });
    let left: usize = diagram.left_out.iter().map(String::len).sum();
    2_500 + 1_100 * boxes + 900 * arrows + rows.sum::<usize>() + left
}

/// About how many bytes of a block stay, however little room there is.
fn least(block: &Block) -> usize {
    match block {
        Block::Table(table) => {
            400 + table.rows.iter().take(FEWEST).map(|cells| row(table, cells)).sum::<usize>()
        }
        Block::List { items, .. } => items.iter().take(FEWEST).map(|item| 12 + prose(item)).sum(),
        Block::Cards(cards) => cards.iter().take(FEWEST).map(|card| 250 + prose(&card.text)).sum(),
        _ => 0,
    }
}

/// Folds about so many bytes of a part of a page.
fn fold(page: &mut Page, part: Part, lost: usize) {
    let way = page.source.clone();
    let mut left_out = Vec::new();
    let long: Vec<(usize, usize)> = match part {
        Part::Pictures => Vec::new(),
        Part::Rows => {
            let blocks = page.sections.iter().flat_map(|section| &section.blocks);
            let long = blocks.filter(|one| is_long(page, one));
            long.map(|one| (block(one), block(one).saturating_sub(least(one)))).collect()
        }
    };
    let most = level(&long, lost);
    let sort = page.sort;
    for section in &mut page.sections {
        let blocks = std::mem::take(&mut section.blocks);
        let is_one = |one: &Block| matches!(one, Block::Diagram(_));
        let mut pictures = Some(match blocks.iter().filter(|one| is_one(one)).count() {
            1 => "Its picture is left out",
            _ => "Its pictures are left out",
        });
        for mut one in blocks {
            let is_picture = is_one(&one);
            let words = match part {
                // Said once for all pictures of a section.
                Part::Pictures if is_picture => match pictures.take() {
                    Some(words) => Some(words.to_owned()),
                    None => continue,
                },
                Part::Rows if !is_picture && block(&one) > most => shorten(&mut one, sort, most),
                _ => None,
            };
            if !is_picture || words.is_none() {
                section.blocks.extend((!is_empty(&one)).then_some(one));
            }
            if let Some(words) = words {
                let mut note = vec![muted(format!("{words}, since the site has no room for it."))];
                if let Some(source) = way.as_ref().filter(|_| left_out.is_empty()) {
                    note.extend([text(" Its manifest says it all: "), Inline::Source(source.clone())]);
                }
                left_out.push(());
                section.blocks.push(Block::Paragraph(note));
            }
        }
    }
}

fn is_empty(block: &Block) -> bool {
    matches!(block, Block::Manifest(manifest) if manifest.last_line < manifest.first_line)
        || matches!(block, Block::Verbatim { text, .. } if text.is_empty())
}

/// Shortens a block to about `room` bytes, and says what is left out of it.
fn shorten(one: &mut Block, sort: Sort, room: usize) -> Option<String> {
    let rest = |number: usize, one: &str, many: &str| {
        (number > 0).then(|| {
            format!("{} {} left out", count(number, one, many), if number == 1 { "is" } else { "are" })
        })
    };
    match one {
        Block::Table(table) => {
            let kept = kept(table.rows.iter().map(|cells| row(table, cells)), room);
            let left = table.rows.len().saturating_sub(kept);
            table.rows.truncate(kept);
            rest(left, "more row", "more rows")
        }
        Block::List { items, .. } => {
            let kept = kept(items.iter().map(prose), room);
            let left = items.len().saturating_sub(kept);
            items.truncate(kept);
            rest(left, "more line", "more lines")
        }
        Block::Cards(cards) => {
            let kept = kept(cards.iter().map(|card| 250 + prose(&card.text)), room);
            let left = cards.len().saturating_sub(kept);
            cards.truncate(kept);
            rest(left, "more", "more")
        }
        Block::Manifest(manifest) if sort != Sort::Source => {
            let sizes = lines(manifest);
            let fits = sizes.iter().scan(0, |sum, size| {
                *sum += size;
                Some(*sum)
            });
            let kept = fits.take_while(|sum| *sum <= room).count();
            let left = sizes.len() - kept;
            manifest.last_line = (manifest.first_line + u32::try_from(kept).unwrap_or(0)).saturating_sub(1);
            rest(left, "line of the manifest", "lines of the manifest")
        }
        Block::Verbatim { text, .. } => {
            let number = text.lines().count();
            let kept = kept(text.lines().map(|line| line.len() + 1), room.saturating_sub(300));
            *text = text.lines().take(kept).collect::<Vec<_>>().join("\n");
            rest(number.saturating_sub(kept), "line of its text", "lines of its text")
        }
        _ => None,
    }
}

/// How many of the first fit into `room`, and at least a few.
fn kept(sizes: impl Iterator<Item = usize>, room: usize) -> usize {
    let sums = sizes.scan(0_usize, |sum, size| {
        *sum += size;
        Some(*sum)
    });
    sums.take_while(|sum| *sum <= room).count().max(FEWEST)
}

/// A sentence that stands where more than `most` containers of a pod would have pages of their own.
pub fn without_pages(number: usize) -> Prose {
    plain(format!(
        "The first {} have pages of their own, and {} have none: this table and the manifest show them.",
        super::places::MOST_CONTAINERS,
        thousands(number.saturating_sub(super::places::MOST_CONTAINERS)),
    ))
}
