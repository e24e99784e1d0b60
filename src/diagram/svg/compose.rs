//! Composes a flow: what no edge connects is laid out on its own and packed in rows; only what edges tie together
//! goes to the layout crate, which would put everything else side by side.

use super::block::{BAND, Block, HEAD, Insertion, PAD, Route, dot, extent, grid, pack, settle};
use super::layout::{self, Leaf, Link, Plan};
use super::pen::{Rect, at};
use super::{Budget, TooLarge};
use crate::diagram::Direction;

/// A flow in numbers.
pub(super) struct Chart {
    pub(super) direction: Direction,
    pub(super) nodes: Vec<Box>,
    pub(super) groups: Vec<Box>,
    pub(super) edges: Vec<Line>,
}

/// A node, or a group by the size of its title.
pub(super) struct Box {
    pub(super) size: (f64, f64),
    pub(super) parent: Option<usize>,
}

/// An edge between two nodes.
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: (f64, f64),
}

/// How wide a picture may be before other ways are tried.
pub(super) const PAGE: f64 = 1060.0;
/// How far a self edge stands out.
pub(super) const LOOP: f64 = 26.0;
/// Deeper nesting than any topology has.
const DEEPEST: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Item {
    Node(usize),
    Group(usize),
}

/// A chart with what follows from it.
pub(super) struct Composer<'a> {
    chart: &'a Chart,
    budget: &'a mut Budget,
    /// What stands in each group, in reading order; the whole comes first.
    children: Vec<Vec<Item>>,
    /// The edges whose ends are in different children of each group; the whole comes first.
    edges: Vec<Vec<usize>>,
    depth: Vec<usize>,
    degree: Vec<usize>,
}

impl<'a> Composer<'a> {
    /// Looks at the chart.
    pub(super) fn new(chart: &'a Chart, budget: &'a mut Budget) -> Result<Composer<'a>, TooLarge> {
        let count = chart.groups.len();
        let mut depth = vec![1; count];
        for group in 0..count {
            if let Some(parent) = chart.groups[group].parent {
                depth[group] = depth[parent] + 1;
            }
        }
        if depth.iter().any(|&depth| depth > DEEPEST) {
            return Err(TooLarge);
        }
        let mut first = vec![usize::MAX; count];
        for (node, entry) in chart.nodes.iter().enumerate().rev() {
            let mut parent = entry.parent;
            while let Some(group) = parent {
                first[group] = first[group].min(node);
                parent = chart.groups[group].parent;
            }
        }
        let mut children: Vec<Vec<(usize, usize, Item)>> = vec![Vec::new(); count + 1];
        for (group, entry) in chart.groups.iter().enumerate() {
            children[slot(entry.parent)].push((first[group], group, Item::Group(group)));
        }
        for (node, entry) in chart.nodes.iter().enumerate() {
            children[slot(entry.parent)].push((node, 0, Item::Node(node)));
        }
        children.iter_mut().for_each(|list| list.sort_by_key(|&(first, group, _)| (first, group)));
        let children = children.into_iter().map(|l| l.into_iter().map(|(.., item)| item).collect()).collect();

        let mut composer = Composer {
            chart,
            budget,
            children,
            edges: vec![Vec::new(); count + 1],
            depth,
            degree: vec![0; chart.nodes.len()],
        };
        let (mut leaving, mut arriving) = (vec![0; chart.nodes.len()], vec![0; chart.nodes.len()]);
        for (index, edge) in chart.edges.iter().enumerate().filter(|(_, edge)| edge.from != edge.to) {
            let meeting = composer.meeting(edge);
            composer.edges[slot(meeting)].push(index);
            leaving[edge.from] += 1;
            arriving[edge.to] += 1;
        }
        composer.degree = leaving.into_iter().zip(arriving).map(|(a, b): (usize, usize)| a.max(b)).collect();
        Ok(composer)
    }

    /// The whole chart.
    pub(super) fn compose(&mut self) -> Result<Block, TooLarge> {
        self.content(None, PAGE)
    }

    /// The things in the order in which they are read: a group, then what is in it.
    pub(super) fn reading_order(&self) -> Vec<(Option<usize>, Option<usize>)> {
        let mut order = Vec::new();
        let mut stack: Vec<Item> = self.children[0].iter().rev().copied().collect();
        while let Some(item) = stack.pop() {
            match item {
                Item::Node(node) => order.push((Some(node), None)),
                Item::Group(group) => {
                    order.push((None, Some(group)));
                    stack.extend(self.children[group + 1].iter().rev());
                }
            }
        }
        order
    }

    fn meeting(&self, edge: &Line) -> Option<usize> {
        let depth = |group: Option<usize>| group.map_or(0, |group| self.depth[group]);
        let up = |group: Option<usize>| group.and_then(|group| self.chart.groups[group].parent);
        let (mut from, mut to) = (self.chart.nodes[edge.from].parent, self.chart.nodes[edge.to].parent);
        while from != to {
            if depth(from) >= depth(to) {
                from = up(from);
            } else {
                to = up(to);
            }
        }
        from
    }

    /// The child of `container` in which `node` stands.
    fn child(&self, container: Option<usize>, node: usize) -> Item {
        let mut item = Item::Node(node);
        let mut parent = self.chart.nodes[node].parent;
        while parent != container
            && let Some(group) = parent
        {
            item = Item::Group(group);
            parent = self.chart.groups[group].parent;
        }
        item
    }

    /// The children of `container` by what edges tie together.
    fn components(&self, container: Option<usize>) -> Vec<Vec<Item>> {
        let items = &self.children[slot(container)];
        let mut place = std::collections::BTreeMap::new();
        for (index, &item) in items.iter().enumerate() {
            place.insert(key(item), index);
        }
        let mut root: Vec<usize> = (0..items.len()).collect();
        fn find(root: &mut [usize], mut index: usize) -> usize {
            while root[index] != index {
                root[index] = root[root[index]];
                index = root[index];
            }
            index
        }
        for &edge in &self.edges[slot(container)] {
            let line = &self.chart.edges[edge];
            let ends = [line.from, line.to].map(|node| place[&key(self.child(container, node))]);
            let (a, b) = (find(&mut root, ends[0]), find(&mut root, ends[1]));
            root[a.max(b)] = a.min(b);
        }
        let mut components: Vec<Vec<Item>> = vec![Vec::new(); items.len()];
        for (index, &item) in items.iter().enumerate() {
            components[find(&mut root, index)].push(item);
        }
        components.retain(|component| !component.is_empty());
        components
    }

    fn content(&mut self, container: Option<usize>, available: f64) -> Result<Block, TooLarge> {
        let components = self.components(container);
        self.arrange(container, components, available)
    }

    fn arrange(
        &mut self,
        container: Option<usize>,
        components: Vec<Vec<Item>>,
        available: f64,
    ) -> Result<Block, TooLarge> {
        let mut blocks = Vec::new();
        let mut singles: Vec<(usize, (f64, f64))> = Vec::new();
        for component in components {
            if let [Item::Node(node)] = component[..]
                && !self.loops(node)
            {
                singles.push((node, self.chart.nodes[node].size));
                continue;
            }
            if !singles.is_empty() {
                blocks.push(grid(&std::mem::take(&mut singles), available));
            }
            blocks.push(match component[..] {
                [Item::Node(node)] => self.node(node, self.chart.direction),
                [Item::Group(group)] => self.group(group, available)?,
                _ => self.connected(container, &component, available)?,
            });
        }
        if !singles.is_empty() {
            blocks.push(grid(&singles, available));
        }
        Ok(pack(blocks, available))
    }

    fn loops(&self, node: usize) -> bool {
        self.chart.edges.iter().any(|edge| edge.from == node && edge.to == node)
    }

    /// A node with room for as many arrows as it has, and for its self edges.
    fn node(&self, node: usize, direction: Direction) -> Block {
        let (mut w, mut h) = self.chart.nodes[node].size;
        let arrows = (self.degree[node] as f64 * 11.0).min(330.0);
        match direction {
            Direction::Down => w = w.max(arrows),
            Direction::Right => h = h.max(arrows),
        }
        let mut block = Block { w, h, nodes: vec![(node, Rect::new(0.0, 0.0, w, h))], ..Block::default() };
        for (edge, line) in self.chart.edges.iter().enumerate() {
            if line.from != node || line.to != node {
                continue;
            }
            let (label_w, label_h) = line.label;
            let center = match direction {
                Direction::Down => at(block.w + LOOP + label_w / 2.0, h / 2.0),
                Direction::Right => at(w / 2.0, block.h + LOOP + label_h / 2.0),
            };
            match direction {
                Direction::Down => {
                    block.w += LOOP + label_w + 6.0;
                    block.h = block.h.max(label_h);
                }
                Direction::Right => {
                    block.h += LOOP + label_h + 4.0;
                    block.w = block.w.max(w / 2.0 + label_w / 2.0).max(label_w);
                }
            }
            block.routes.push(Route { edge, bends: Vec::new(), label: Some(center), direction });
        }
        block
    }

    /// A group around its content.
    fn group(&mut self, group: usize, available: f64) -> Result<Block, TooLarge> {
        let content = self.content(Some(group), (available - 2.0 * PAD).max(240.0))?;
        let (title, _) = self.chart.groups[group].size;
        let empty = content.nodes.is_empty() && content.groups.is_empty();
        let w = content.w.max(title).max(60.0) + 2.0 * PAD;
        let h = if empty { BAND + PAD } else { BAND + HEAD + content.h + PAD };
        let mut block = Block { w, h, elastic: true, ..Block::default() };
        block.groups.push((group, Rect::new(0.0, 0.0, w, h)));
        let inner = content.w;
        block.put(content, (w - inner) / 2.0, BAND + HEAD);
        Ok(block)
    }

    /// Children that edges tie together: in the asked direction if it fits the page, otherwise in the narrower one.
    fn connected(
        &mut self,
        container: Option<usize>,
        members: &[Item],
        available: f64,
    ) -> Result<Block, TooLarge> {
        let asked = self.chart.direction;
        let other = match asked {
            Direction::Down => Direction::Right,
            Direction::Right => Direction::Down,
        };
        // What no arrow reaches stands in a block beside what arrows reach: first a wide one, then a narrow one.
        let mut best: Option<(f64, Block)> = None;
        for (direction, share) in
            [(asked, 0.6), (other, 0.6), (asked, 0.36), (other, 0.36), (asked, 0.2), (other, 0.2)]
        {
            let block = self.drawn(container, members, direction, available * share)?;
            let too_wide = (block.w / available).max(1.0);
            let cost = (block.w / 1.5).max(block.h) * too_wide * too_wide;
            let fits = block.w <= available && block.h <= (block.w * 1.3).max(460.0);
            if best.as_ref().is_none_or(|(least, _)| cost < least * 0.95) {
                best = Some((cost, block));
            }
            if fits {
                break;
            }
        }
        best.map(|(_, block)| block).ok_or(TooLarge)
    }

    fn drawn(
        &mut self,
        container: Option<usize>,
        members: &[Item],
        direction: Direction,
        available: f64,
    ) -> Result<Block, TooLarge> {
        match self.draw(container, members, direction, available, true)? {
            Some(block) => Ok(block),
            // Groups that arrows lead into came out over one another: keep each group whole.
            None => self.draw(container, members, direction, available, false)?.ok_or(TooLarge),
        }
    }

    /// Lays out `members` of `container`; with `open`, groups that arrows cross take part with their content.
    /// None if boxes overlap.
    fn draw(
        &mut self,
        container: Option<usize>,
        members: &[Item],
        direction: Direction,
        available: f64,
        open: bool,
    ) -> Result<Option<Block>, TooLarge> {
        let mut parts = Parts::default();
        parts.spread(self, container, members.to_vec(), None, direction, open, available)?;
        let mut links: Vec<Link> = parts
            .edges
            .iter()
            .map(|&edge| {
                let line = &self.chart.edges[edge];
                Link {
                    from: parts.leaf_of(self, line.from),
                    to: parts.leaf_of(self, line.to),
                    label: line.label,
                }
            })
            .collect();
        let mut leaves: Vec<Leaf> = parts
            .blocks
            .iter()
            .map(|(block, parent)| Leaf { size: (block.w, block.h), parent: *parent })
            .collect();
        if direction == Direction::Right {
            parts.align(&mut leaves);
        }
        let flipped = two_sided(&mut links, leaves.len());
        let groups = parts.groups.iter().map(|&(_, parent)| parent).collect();
        let plan = Plan { direction, leaves, groups, links };
        let mut layout = layout::layout(&plan, self.budget)?;
        layout.straighten(&plan);
        for link in flipped {
            layout.links[link].0.reverse();
        }
        Ok(parts.assemble(self, &plan, layout, direction))
    }
}

fn slot(group: Option<usize>) -> usize {
    group.map_or(0, |group| group + 1)
}

fn key(item: Item) -> (u8, usize) {
    match item {
        Item::Node(node) => (0, node),
        Item::Group(group) => (1, group),
    }
}

/// Something with many leaves looks better with half of them on its other side: turns those links around, for the
/// layout only, and tells which.
fn two_sided(links: &mut [Link], leaves: usize) -> Vec<usize> {
    let mut degree = vec![0; leaves];
    for link in links.iter() {
        degree[link.from] += 1;
        degree[link.to] += 1;
    }
    let mut fans: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
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
struct Parts {
    /// Finished blocks, each with the open group it stands in (an index of `groups`).
    blocks: Vec<(Block, Option<usize>)>,
    /// Open groups with the open group that they stand in, outer before inner.
    groups: Vec<(usize, Option<usize>)>,
    edges: Vec<usize>,
    /// The block of each item that edges may end in.
    leaves: std::collections::BTreeMap<(u8, usize), usize>,
}

impl Parts {
    fn leaf_of(&self, composer: &Composer, node: usize) -> usize {
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
    #[allow(clippy::too_many_arguments)]
    fn spread(
        &mut self,
        composer: &mut Composer,
        container: Option<usize>,
        members: Vec<Item>,
        inside: Option<usize>,
        direction: Direction,
        open: bool,
        available: f64,
    ) -> Result<(), TooLarge> {
        let here: Vec<usize> = composer.edges[slot(container)]
            .iter()
            .copied()
            .filter(|&edge| members.contains(&composer.child(container, composer.chart.edges[edge].from)))
            .collect();
        self.edges.extend(here);
        for item in members {
            match item {
                Item::Node(node) => self.add(item, composer.node(node, direction), inside),
                Item::Group(group) if !open || !self.crossed(composer, group) => {
                    let block = composer.group(group, available)?;
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
                        let block = composer.arrange(Some(group), rest, available)?;
                        self.blocks.push((block, Some(index)));
                    }
                    self.spread(
                        composer,
                        Some(group),
                        reached,
                        Some(index),
                        direction,
                        open,
                        available * 0.8,
                    )?;
                }
            }
        }
        Ok(())
    }

    /// Makes single nodes of a group equally wide, as long as none becomes much wider than it was.
    fn align(&mut self, leaves: &mut [Leaf]) {
        let single =
            |block: &Block| block.nodes.len() == 1 && block.groups.is_empty() && block.routes.is_empty();
        let mut widths = std::collections::BTreeMap::new();
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
    fn assemble(
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
        let moved = |point: super::pen::Point| at(right.map(point.x), down.map(point.y));

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
