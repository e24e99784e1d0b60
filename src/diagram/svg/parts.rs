//! What edges tie together: which groups open up for it, and how the layout of it becomes a block.

use super::TooLarge;
use super::block::{BAND, Block, HEAD, Insertion, PAD, Route, dot, extent, settle};
use super::compose::{Composer, Item, Way, key, slot};
use super::layout::{self, Leaf, Link, Plan};
use super::pen::{Point, Rect, at};
use crate::diagram::Direction;
use std::collections::BTreeMap;

/// Something with many leaves looks better with half of them on its other side: turns those links around, for the
/// layout only, and tells which.
pub(super) fn two_sided(links: &mut [Link], leaves: usize) -> Vec<usize> {
    let mut degree = vec![0; leaves];
    for link in links.iter() {
        degree[link.from] += 1;
        degree[link.to] += 1;
    }
    let mut fans: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut arriving = vec![0; leaves];
    for (index, link) in links.iter().enumerate() {
        arriving[link.to] += 1;
        if degree[link.to] == 1 {
            fans.entry(link.from).or_default().push(index);
        }
    }
    let mut flipped = Vec::new();
    for (hub, fan) in fans {
        let spare = fan.len().saturating_sub(arriving[hub]) / 2;
        if fan.len() >= 8 {
            flipped.extend(fan[fan.len() - spare..].iter().copied());
        }
    }
    for &index in &flipped {
        let link = &mut links[index];
        std::mem::swap(&mut link.from, &mut link.to);
    }
    flipped
}

/// What goes to the layout crate together.
#[derive(Default)]
pub(super) struct Parts {
    /// Finished blocks, each with the open group it stands in (an index of `groups`).
    pub(super) blocks: Vec<(Block, Option<usize>)>,
    /// Open groups with the open group that they stand in, outer before inner.
    pub(super) groups: Vec<(usize, Option<usize>)>,
    pub(super) edges: Vec<usize>,
    /// The block of each item that edges may end in.
    leaves: BTreeMap<(u8, usize), usize>,
}

impl Parts {
    pub(super) fn leaf_of(&self, composer: &Composer, node: usize) -> usize {
        let mut parent = composer.chart.nodes[node].parent;
        if let Some(&leaf) = self.leaves.get(&(0, node)) {
            return leaf;
        }
        while let Some(group) = parent {
            if let Some(&leaf) = self.leaves.get(&(1, group)) {
                return leaf;
            }
            parent = composer.chart.groups[group].parent;
        }
        0
    }

    /// Adds `members` of `container`, which is the open group `inside`, and whatever arrows reach in them.
    pub(super) fn spread(
        &mut self,
        composer: &mut Composer,
        container: Option<usize>,
        members: Vec<Item>,
        inside: Option<usize>,
        way: &Way,
    ) -> Result<(), TooLarge> {
        let here: Vec<usize> = composer.edges[slot(container)]
            .iter()
            .copied()
            .filter(|&edge| members.contains(&composer.child(container, composer.chart.edges[edge].from)))
            .collect();
        self.edges.extend(here);
        for item in members {
            match item {
                Item::Node(node) => self.add(item, composer.node(node, way.direction), inside),
                Item::Group(group) if !way.open || !self.crossed(composer, group) => {
                    let block = composer.group(group, way.available)?;
                    self.add(item, block, inside);
                }
                Item::Group(group) => {
                    let index = self.groups.len();
                    self.groups.push((group, inside));
                    let (reached, rest): (Vec<_>, Vec<_>) = composer
                        .components(Some(group))
                        .into_iter()
                        .partition(|part| part.iter().any(|&item| self.reached(composer, item)));
                    let reached = reached.concat();
                    if !rest.is_empty() {
                        let block = composer.arrange(Some(group), rest, way.available)?;
                        self.blocks.push((block, Some(index)));
                    }
                    self.spread(composer, Some(group), reached, Some(index), way)?;
                }
            }
        }
        Ok(())
    }

    /// Makes single nodes of a group equally wide, as long as none becomes much wider than it was.
    pub(super) fn align(&mut self, leaves: &mut [Leaf]) {
        let single =
            |block: &Block| block.nodes.len() == 1 && block.groups.is_empty() && block.routes.is_empty();
        let mut widths = BTreeMap::new();
        for (block, parent) in self.blocks.iter().filter(|(block, _)| single(block)) {
            let widest = widths.entry(*parent).or_insert(0.0_f64);
            *widest = widest.max(block.w);
        }
        for ((block, parent), leaf) in self.blocks.iter_mut().zip(leaves) {
            let Some(&width) = widths.get(parent).filter(|_| single(block)) else { continue };
            if width <= block.w * 2.0 {
                block.w = width;
                block.nodes[0].1.w = width;
                leaf.size.0 = width;
            }
        }
    }

    fn add(&mut self, item: Item, block: Block, inside: Option<usize>) {
        self.leaves.insert(key(item), self.blocks.len());
        self.blocks.push((block, inside));
    }

    /// Whether an edge that takes part ends in `group`.
    fn crossed(&self, composer: &Composer, group: usize) -> bool {
        self.ends(composer).any(|node| {
            let mut parent = composer.chart.nodes[node].parent;
            while let Some(ancestor) = parent {
                if ancestor == group {
                    return true;
                }
                parent = composer.chart.groups[ancestor].parent;
            }
            false
        })
    }

    fn reached(&self, composer: &Composer, item: Item) -> bool {
        match item {
            Item::Node(node) => self.ends(composer).any(|end| end == node),
            Item::Group(group) => self.crossed(composer, group),
        }
    }

    fn ends<'b>(&'b self, composer: &'b Composer) -> impl Iterator<Item = usize> + 'b {
        self.edges.iter().flat_map(|&edge| {
            let line = &composer.chart.edges[edge];
            [line.from, line.to]
        })
    }

    /// Puts the blocks where the layout wants them, with room for the titles of the open groups.
    pub(super) fn assemble(
        self,
        composer: &Composer,
        plan: &Plan,
        layout: layout::Layout,
        direction: Direction,
    ) -> Option<Block> {
        let within = |mut inner: Option<usize>, outer: usize| loop {
            match inner {
                Some(group) if group == outer => return true,
                Some(group) => inner = plan.groups[group],
                None => return false,
            }
        };
        // Inner groups come last, so walking backwards meets the content of a group before the group.
        let mut tight: Vec<Option<Rect>> = vec![None; plan.groups.len()];
        let labels = |group: usize| {
            plan.links.iter().zip(&layout.links).filter_map(move |(link, (_, label))| {
                let inside = [link.from, link.to].iter().all(|&end| within(plan.leaves[end].parent, group));
                label.filter(|_| inside).map(|center| Rect::around(center, link.label.0, link.label.1))
            })
        };
        for group in (0..plan.groups.len()).rev() {
            let leaves = plan.leaves.iter().zip(&layout.leaves);
            let inside = leaves.filter(|(leaf, _)| leaf.parent == Some(group)).map(|(_, rect)| *rect);
            let groups = (0..plan.groups.len()).filter(|&g| plan.groups[g] == Some(group));
            let inner = inside.chain(groups.filter_map(|g| tight[g])).chain(labels(group));
            tight[group] =
                extent(inner).map(|r| Rect::new(r.x - PAD, r.y - HEAD, r.w + 2.0 * PAD, r.h + HEAD + PAD));
        }
        let tight: Vec<Rect> = tight.into_iter().map(Option::unwrap_or_default).collect();
        let down = Insertion::share(tight.iter().map(|rect| (rect.y, BAND)).collect());
        let mut right = Insertion::default();
        for (group, rect) in tight.iter().enumerate().rev() {
            let wanted = composer.chart.groups[self.groups[group].0].size.0 + 2.0 * PAD;
            let missing = wanted - (right.map(rect.right()) - right.map(rect.x));
            if missing > 0.0 {
                right.add(rect.right(), missing);
            }
        }
        self.clear_titles(composer, plan, &layout, &tight, &mut right);
        let moved = |point: Point| at(right.map(point.x), down.map(point.y));

        let leaves: Vec<Rect> =
            layout.leaves.iter().map(|rect| Rect::around(moved(rect.center()), rect.w, rect.h)).collect();
        let groups: Vec<Rect> = tight
            .iter()
            .map(|rect| {
                let (x, y) = (right.map(rect.x), down.map(rect.y) - BAND);
                Rect::new(x, y, right.map(rect.right()) - x, down.map(rect.bottom()) - y)
            })
            .collect();
        let clash = groups.iter().enumerate().any(|(group, rect)| {
            leaves.iter().enumerate().any(|(leaf, other)| {
                let inside = within(plan.leaves[leaf].parent, group);
                if inside { !rect.encloses(*other) } else { rect.grown(3.0).overlaps(*other) }
            }) || groups.iter().enumerate().any(|(other, box_)| {
                let related = within(Some(other), group) || within(Some(group), other);
                !related && rect.grown(3.0).overlaps(*box_)
            })
        });
        if clash {
            return None;
        }

        let mut block = Block::default();
        block.groups.extend(self.groups.iter().map(|&(group, _)| group).zip(groups));
        for ((part, _), rect) in self.blocks.into_iter().zip(&leaves) {
            block.put(part, rect.x, rect.y);
        }
        for (&edge, (bends, label)) in self.edges.iter().zip(layout.links) {
            let bends = bends.into_iter().map(moved).collect();
            block.routes.push(Route { edge, bends, label: label.map(moved), direction });
        }
        let labels = block.routes.iter().filter_map(|route| {
            let (w, h) = composer.chart.edges[route.edge].label;
            route.label.map(|center| Rect::around(center, w, h))
        });
        let bends = block.routes.iter().flat_map(|route| route.bends.iter().map(|&bend| dot(bend)));
        let boxes = block.groups.iter().map(|group| group.1);
        let around = extent(leaves.iter().copied().chain(boxes).chain(labels).chain(bends))?;
        Some(settle(block, around))
    }

    /// Makes groups wider where an arrow from above would run through their title.
    fn clear_titles(
        &self,
        composer: &Composer,
        plan: &Plan,
        layout: &layout::Layout,
        tight: &[Rect],
        right: &mut Insertion,
    ) {
        if plan.direction == Direction::Right {
            return;
        }
        for (group, rect) in tight.iter().enumerate() {
            let crossings = plan.links.iter().zip(&layout.links).filter_map(|(link, (bends, _))| {
                let ends = [link.from, link.to].map(|leaf| layout.leaves[leaf].center());
                let way: Vec<_> =
                    [ends[0]].into_iter().chain(bends.iter().copied()).chain([ends[1]]).collect();
                way.windows(2).find_map(|pair| {
                    let (low, high) =
                        if pair[0].y <= pair[1].y { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
                    let crosses = low.y <= rect.y && rect.y < high.y;
                    let share = (rect.y - low.y) / (high.y - low.y).max(0.001);
                    let x = low.x + (high.x - low.x) * share;
                    (crosses && rect.x <= x && x <= rect.right()).then_some(x.min(high.x).max(rect.x))
                })
            });
            let Some(first) = crossings.reduce(f64::min) else { continue };
            let title = composer.chart.groups[self.groups[group].0].size.0;
            let missing = title + PAD + 9.0 - (right.map(first) - right.map(rect.x));
            let free = right.map(rect.right()) - right.map(first);
            if missing <= 0.0 || (missing > 90.0 && free > title + 2.0 * PAD) {
                continue;
            }
            right.add(rect.x + 0.1, missing);
            // What is only a little wider stays symmetric.
            if missing < 45.0 {
                right.add(rect.right() - 0.1, missing);
            }
        }
    }
}
