//! Finished parts of a flow, and how they are packed side by side: rows in reading order, about as wide as a page.

use super::pen::{Point, Rect, at};
use crate::diagram::Direction;

/// Between things that stand side by side.
pub(super) const GAP: f64 = 18.0;

/// The room for a group's title.
pub(super) const BAND: f64 = 24.0;
/// Between a group's border and what is in it.
pub(super) const PAD: f64 = 14.0;
/// Between a group's title and what is in it.
pub(super) const HEAD: f64 = 8.0;

/// How much wider than tall a picture should be.
const ASPECT: f64 = 1.75;

/// The way of an arrow between its ends.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// The index of the edge.
    pub(super) edge: usize,
    /// Where it bends.
    pub(super) bends: Vec<Point>,
    /// The center of its label.
    pub(super) label: Option<Point>,
    /// Where it mostly points.
    pub(super) direction: Direction,
}

/// A finished part, from 0,0 to its size.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) w: f64,
    pub(super) h: f64,
    pub(super) nodes: Vec<(usize, Rect)>,
    /// Outer before inner.
    pub(super) groups: Vec<(usize, Rect)>,
    pub(super) routes: Vec<Route>,
    /// Whether it is one group, the first of `groups`, which may be stretched.
    pub(super) elastic: bool,
}

impl Block {
    /// Takes `other` in at `x` and `y`.
    pub(super) fn put(&mut self, other: Block, x: f64, y: f64) {
        self.nodes.extend(other.nodes.into_iter().map(|(node, rect)| (node, rect.shifted(x, y))));
        self.groups.extend(other.groups.into_iter().map(|(group, rect)| (group, rect.shifted(x, y))));
        self.routes.extend(other.routes.into_iter().map(|route| Route {
            bends: route.bends.iter().map(|bend| bend.shifted(x, y)).collect(),
            label: route.label.map(|label| label.shifted(x, y)),
            ..route
        }));
    }

    /// Makes its group `w` by `h`, with the content in the middle; a group that is all its content grows with it.
    fn stretch(self, w: f64, h: f64) -> Block {
        let (more, taller) = (w - self.w, h - self.h);
        if !self.elastic || (more < 0.5 && taller < 0.5) {
            return self;
        }
        let grows = self.nested();
        let (groups, nodes, routes) = (self.groups, self.nodes, self.routes);
        let mut stretched = Block { w, h, elastic: true, ..Block::default() };
        stretched.put(Block { groups, nodes, routes, ..Block::default() }, more / 2.0, 0.0);
        for (_, rect) in &mut stretched.groups[..grows] {
            *rect = Rect::new(rect.x - more / 2.0, rect.y, rect.w + more, rect.h + taller);
        }
        stretched
    }

    /// How many of the first groups hold nothing but the next one.
    fn nested(&self) -> usize {
        let fills = |pair: &[(usize, Rect)]| {
            let (outer, inner) = (pair[0].1, pair[1].1);
            inner.w >= outer.w - 2.0 * PAD - 0.5
                && inner.bottom() >= outer.bottom() - PAD - 0.5
                && inner.y <= outer.y + BAND + HEAD + 0.5
        };
        1 + self.groups.windows(2).take_while(|pair| fills(pair)).count()
    }
}

/// Single nodes as a grid: all of one width, and of one height in each row.
pub(super) fn grid(nodes: &[(usize, (f64, f64))], available: f64) -> Block {
    let width = nodes.iter().map(|(_, size)| size.0).fold(0.0, f64::max);
    let sizes: Vec<(f64, f64)> = nodes.iter().map(|(_, size)| (width, size.1)).collect();
    let rows = rows(&sizes, available);
    let mut block = Block::default();
    let mut first = 0;
    for count in rows {
        let row = &nodes[first..first + count];
        let height = row.iter().map(|(_, size)| size.1).fold(0.0, f64::max);
        for (column, &(node, _)) in row.iter().enumerate() {
            let rect = Rect::new(column as f64 * (width + GAP), block.h, width, height);
            block.nodes.push((node, rect));
            block.w = block.w.max(rect.right());
        }
        block.h += height + GAP;
        first += count;
    }
    block.h = (block.h - GAP).max(0.0);
    block
}

/// Blocks in rows; groups of a row become equally tall, and rows of groups equally wide.
pub(super) fn pack(blocks: Vec<Block>, available: f64) -> Block {
    if blocks.len() < 2 {
        return blocks.into_iter().next().unwrap_or_default();
    }
    let blocks = ordered(blocks, available);
    let sizes: Vec<(f64, f64)> = blocks.iter().map(|block| (block.w, block.h)).collect();
    let mut blocks = blocks.into_iter();
    let rows: Vec<Vec<Block>> =
        rows(&sizes, available).into_iter().map(|count| blocks.by_ref().take(count).collect()).collect();
    let total = |row: &[Block]| row.iter().map(|b| b.w).sum::<f64>() + GAP * (row.len() as f64 - 1.0);
    let widest = rows.iter().map(|row| total(row)).fold(0.0, f64::max);
    let mut packed = Block { w: widest, ..Block::default() };
    for row in rows {
        let height = row.iter().map(|block| block.h).fold(0.0, f64::max);
        let spare = widest - total(&row);
        let justified = row.iter().all(|block| block.elastic) && spare < widest * 0.45;
        let more = if justified { spare / row.len() as f64 } else { 0.0 };
        let mut x = 0.0;
        for block in row {
            let (w, h) = (block.w + more, if block.h > height * 0.45 { height } else { block.h });
            let block = block.stretch(w, h);
            let w = block.w;
            packed.put(block, x, packed.h);
            x += w + GAP;
        }
        packed.h += height + GAP;
    }
    packed.h -= GAP;
    packed
}

/// Blocks in reading order; where that takes much more room, those that fill a row alone first, so that narrow ones
/// which stood between them share rows.
fn ordered(blocks: Vec<Block>, available: f64) -> Vec<Block> {
    let height = |blocks: &[&Block]| {
        let sizes: Vec<(f64, f64)> = blocks.iter().map(|block| (block.w, block.h)).collect();
        shelves(&sizes, sizes.iter().map(|size| size.0).fold(available, f64::max)).2
    };
    let as_read: Vec<&Block> = blocks.iter().collect();
    let (wide, narrow): (Vec<&Block>, Vec<&Block>) =
        as_read.iter().partition(|block| block.w > available * 0.6);
    let apart = height(&[wide, narrow].concat());
    if apart > height(&as_read) * 0.9 {
        return blocks;
    }
    let (wide, narrow): (Vec<Block>, Vec<Block>) =
        blocks.into_iter().partition(|block| block.w > available * 0.6);
    wide.into_iter().chain(narrow).collect()
}

/// How many things of these sizes stand in each row.
fn rows(sizes: &[(f64, f64)], available: f64) -> Vec<usize> {
    let widest = sizes.iter().map(|size| size.0).fold(0.0, f64::max);
    let available = available.max(widest);
    let mut best = (f64::INFINITY, Vec::new());
    let mut tried = 0.0;
    let mut limit = -GAP;
    for (w, _) in sizes {
        limit += w + GAP;
        if limit > available && tried >= available {
            break;
        }
        let limit = limit.clamp(widest, available);
        if limit <= tried {
            continue;
        }
        tried = limit;
        let (counts, w, h) = shelves(sizes, limit);
        // A last row that is nearly empty looks unfinished.
        let crumb = match counts.as_slice() {
            [.., before, last] if last * 2 < *before => 1.12,
            _ => 1.0,
        };
        let cost = (w / ASPECT).max(h) * crumb;
        if cost < best.0 - 0.5 {
            best = (cost, counts);
        }
    }
    best.1
}

fn shelves(sizes: &[(f64, f64)], limit: f64) -> (Vec<usize>, f64, f64) {
    let (mut counts, mut widest, mut height) = (Vec::new(), 0.0_f64, 0.0);
    let (mut x, mut row) = (0.0, 0.0_f64);
    for &(w, h) in sizes {
        if x > 0.0 && x + w > limit + 0.01 {
            height += row + GAP;
            (x, row) = (0.0, 0.0);
        }
        if x == 0.0 {
            counts.push(0);
        }
        if let Some(count) = counts.last_mut() {
            *count += 1;
        }
        widest = widest.max(x + w);
        x += w + GAP;
        row = row.max(h);
    }
    (counts, widest, height + row)
}

/// A map of one axis that only ever moves things apart: room inserted at some places.
#[derive(Default)]
pub(super) struct Insertion(Vec<(f64, f64)>);

impl Insertion {
    /// Asks for `amount` pixels at `position`; those who ask at nearly the same place share,
    /// but a group never shares with the group around it, which begins [`HEAD`] earlier.
    pub(super) fn share(mut wanted: Vec<(f64, f64)>) -> Insertion {
        wanted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut cuts: Vec<(f64, f64)> = Vec::new();
        for (position, amount) in wanted {
            match cuts.last_mut() {
                Some(cut) if position - cut.0 < HEAD - 1.0 => cut.1 = cut.1.max(amount),
                _ => cuts.push((position, amount)),
            }
        }
        Insertion(cuts)
    }

    /// Adds `amount` pixels right after `position`.
    pub(super) fn add(&mut self, position: f64, amount: f64) {
        self.0.push((position, amount));
    }

    /// Where `position` ends up.
    pub(super) fn map(&self, position: f64) -> f64 {
        position + self.0.iter().filter(|cut| cut.0 <= position).map(|cut| cut.1).sum::<f64>()
    }
}

/// Moves everything so that the block begins at 0,0.
pub(super) fn settle(block: Block, extent: Rect) -> Block {
    let mut settled = Block { w: extent.w, h: extent.h, ..Block::default() };
    settled.put(block, -extent.x, -extent.y);
    settled
}

/// The box around points.
pub(super) fn extent(rects: impl Iterator<Item = Rect>) -> Option<Rect> {
    rects.reduce(Rect::joined)
}

/// A point as a box without size.
pub(super) fn dot(point: Point) -> Rect {
    Rect::around(at(point.x, point.y), 0.0, 0.0)
}
