//! How large a site may become: a number of bytes that grows with its input. What does not fit is folded, the largest
//! pages first: pictures, then long tables, lists and manifests, of containers and plain objects before those of
//! workloads and overviews. Each page that is folded says so, and what it leaves out stays in the pages of the files and
//! in `graph.json`.

mod size;

use super::places::Places;
use super::prose::{muted, plain, text};
use super::{Block, Inline, Page, Prose, Sort, Source};
use crate::catalog::Settings;
use crate::document::SourceFile;
use crate::model::Subject;
use crate::names::english;
use crate::names::{count, thousands};
use crate::problem::{Code, Level, Problem};
use crate::topology::Topology;
pub use size::Sizes;
use size::{FEWEST, block, is_long, least, lines, prose, row};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of the site for each byte of the manifests.
const EACH: usize = 200;
/// Bytes of a site, however small its input.
const LEAST: usize = 20_000_000;
/// Pictures of so many subjects are drawn, whatever room there is for them.
const DRAWN: usize = 1_500;
/// The bytes of the page of a workload with its pictures, where there is little to say.
const WORKLOAD: usize = 46_000;
/// The same of a container.
const CONTAINER: usize = 24_000;
/// The bytes of any other page, where there is little to say.
const OTHER: usize = 4_000;
/// What of the room is planned, in hundredths: sizes are estimates, and of a whole site hardly ever lower than this.
const PLANNED: usize = 95;
/// The bytes of styles, scripts and pictures, and of a page in the index of the search.
const ASSETS: usize = 45_000;
const FOUND: usize = 160;
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

impl Part {
    /// How many bytes of it a page has.
    fn of(self, sizes: &Sizes) -> usize {
        match self {
            Part::Pictures => sizes.pictures,
            Part::Rows => sizes.rows,
        }
    }

    /// How much of it these pages lose, the largest first, until that is `excess`. Pictures go as a whole, and of pages
    /// that are as large the last ones lose theirs first; of rows the largest pages keep equally many.
    fn lost(self, mut pages: Vec<usize>, sizes: &[Sizes], excess: usize) -> Vec<(usize, usize)> {
        match self {
            Part::Pictures => {
                pages.sort_by_key(|&at| Reverse((sizes[at].all, at)));
                let mut sum = 0;
                let lost = pages.into_iter().map_while(|at| {
                    let lost = (sum < excess).then(|| (at, self.of(&sizes[at])))?;
                    sum += lost.1;
                    Some(lost)
                });
                lost.collect()
            }
            Part::Rows => {
                let foldable: Vec<(usize, usize)> =
                    pages.iter().map(|&at| (sizes[at].all, self.of(&sizes[at]))).collect();
                let level = level(&foldable, excess);
                let lost = pages.into_iter().zip(foldable).filter(|(_, (size, _))| *size > level);
                lost.map(|(at, (size, rows))| (at, rows.min(size - level))).collect()
            }
        }
    }
}

impl Room {
    /// The room that the settings give a site, or else that its manifests give it.
    pub fn of(settings: &Settings, topology: &Topology) -> Room {
        Room(settings.size.map_or_else(
            || input(topology).saturating_mul(EACH).saturating_add(LEAST),
            |size| usize::try_from(size).unwrap_or(usize::MAX).saturating_mul(MEGABYTE),
        ))
    }

    /// Whether pictures are drawn: where there is room for those of all workloads and their containers, or where these are
    /// not many. To draw many takes longer than all else, and would be in vain.
    pub fn has_pictures(self, topology: &Topology, places: &Places) -> bool {
        if places.subjects.len() <= DRAWN {
            return true;
        }
        let workloads = topology.workloads().count();
        let is_container = |subject: &&Subject| matches!(subject, Subject::Container(..));
        let containers = places.subjects.keys().filter(is_container).count();
        let others = places.subjects.len().saturating_sub(workloads + containers);
        workloads * WORKLOAD + containers * CONTAINER + others * OTHER <= self.0
    }

    /// What to fold of pages of these sizes until all of them fit. `more` are the bytes of what else is written.
    pub fn plan(self, sizes: &[Sizes], more: usize) -> Vec<Folds> {
        let more = more + ASSETS + FOUND * sizes.len();
        let room = (self.0 / 100 * PLANNED).saturating_sub(more);
        let mut sizes = sizes.to_vec();
        let mut folds = vec![Folds::default(); sizes.len()];
        for (part, sorts) in STEPS {
            let total: usize = sizes.iter().map(|sizes| sizes.all).sum();
            let Some(excess) = total.checked_sub(room).filter(|excess| *excess > 0) else { break };
            let own =
                (0..sizes.len()).filter(|&at| sorts.contains(&sizes[at].sort) && part.of(&sizes[at]) > 0);
            for (at, lost) in part.lost(own.collect(), &sizes, excess) {
                sizes[at].all -= lost;
                folds[at].0.push((part, lost));
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
                english::are(number),
            );
            let help = "give it more room with `--size` or with `size` in podviz.yaml";
            Problem::new(Level::Warning, Code::ListShortened, message).help(help)
        })
    }
}

/// About how many bytes of HTML a page has.
pub fn bytes_of(page: &Page) -> usize {
    Sizes::of(page).all
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
        let lines = (1..).zip(file.lines.iter()).filter(|(number, _)| places.insert(file.place(*number)));
        lines.map(|(_, line)| 1 + line.text().len()).sum()
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

/// Folds about so many bytes of a part of a page.
fn fold(page: &mut Page, part: Part, lost: usize) {
    let long: Vec<(usize, usize)> = match part {
        Part::Pictures => Vec::new(),
        Part::Rows => {
            let blocks = page.sections.iter().flat_map(|section| &section.blocks).flat_map(Block::unfolded);
            let long = blocks.filter(|one| is_long(page, one));
            long.map(|one| (block(one), block(one).saturating_sub(least(one)))).collect()
        }
    };
    let most = level(&long, lost);
    let mut shortening = Shortening { part, most, sort: page.sort, way: page.source.clone() };
    for section in &mut page.sections {
        let blocks = section.blocks.iter().flat_map(Block::unfolded);
        // Said once for all pictures of a section.
        let mut pictures = Some(match blocks.filter(|one| matches!(one, Block::Diagram(_))).count() {
            1 => "Its picture is left out",
            _ => "Its pictures are left out",
        });
        section.blocks = shortening.apply(std::mem::take(&mut section.blocks), &mut pictures);
    }
}

/// How the blocks of a page are shortened.
struct Shortening {
    part: Part,
    /// The bytes that a long block may keep.
    most: usize,
    sort: Sort,
    /// Where the manifest is, until a note has said so.
    way: Option<Source>,
}

impl Shortening {
    fn apply(&mut self, blocks: Vec<Block>, pictures: &mut Option<&str>) -> Vec<Block> {
        let mut kept = Vec::new();
        for mut one in blocks {
            if let Block::Fold { title, blocks } = one {
                kept.extend(Block::fold(title, self.apply(blocks, pictures)));
                continue;
            }
            let is_picture = matches!(one, Block::Diagram(_));
            let words = match self.part {
                Part::Pictures if is_picture => match pictures.take() {
                    Some(words) => Some(words.to_owned()),
                    None => continue,
                },
                Part::Rows if !is_picture && block(&one) > self.most => {
                    shorten(&mut one, self.sort, self.most)
                }
                _ => None,
            };
            if !is_picture || words.is_none() {
                kept.extend((!is_empty(&one)).then_some(one));
            }
            if let Some(words) = words {
                let mut note = vec![muted(format!("{words}, since the site has no room for it."))];
                if let Some(source) = self.way.take() {
                    note.extend([text(" Its manifest says it all: "), Inline::Source(source)]);
                }
                kept.push(Block::Paragraph(note));
            }
        }
        kept
    }
}

fn is_empty(block: &Block) -> bool {
    matches!(block, Block::Manifest(manifest) if manifest.last_line < manifest.first_line)
        || matches!(block, Block::Verbatim { text, .. } if text.is_empty())
}

/// Shortens a block to about `room` bytes, and says what is left out of it.
fn shorten(one: &mut Block, sort: Sort, room: usize) -> Option<String> {
    let rest = |number: usize, one: &str, many: &str| {
        (number > 0).then(|| format!("{} {} left out", count(number, one, many), english::are(number)))
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
        Block::Manifest(manifest) if !matches!(sort, Sort::Source | Sort::Earlier) => {
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
