//! Composes a flow: what no edge connects is laid out on its own and packed in rows; only what edges tie together
//! goes to the layout crate, which would put everything else side by side.

use super::block::{BAND, Block, HEAD, PAD, Route, grid, pack};
use super::layout::{Layout, Leaf, Link, Plan, Spacing};
use super::memo::Geometry;
use super::parts::{Parts, two_sided};
use super::pen::{Rect, at};
use super::{Budget, TooLarge};
use crate::diagram::Direction;
use std::rc::Rc;
use std::sync::Arc;

/// A flow in numbers.
pub(super) struct Chart {
    pub(super) direction: Direction,
    pub(super) spacing: Spacing,
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

impl Chart {
    /// All that decides what a composer finds, but for the work that it may still do.
    pub(super) fn geometry(&self) -> Geometry {
        let mut geometry = Geometry::default();
        self.spacing.add_to(geometry.number(self.direction as usize));
        geometry.number(self.nodes.len()).number(self.groups.len()).number(self.edges.len());
        for one in self.nodes.iter().chain(&self.groups) {
            geometry.size(one.size).place(one.parent);
        }
        for edge in &self.edges {
            geometry.number(edge.from).number(edge.to).size(edge.label);
        }
        geometry
    }
}

/// How wide a picture may be before other ways are tried.
pub(super) const PAGE: f64 = 1060.0;
/// How much wider than the page a picture may be before it is turned: it is scaled down, and stays readable.
pub(super) const NEARLY: f64 = 1.08;
/// How far a self edge stands out.
pub(super) const LOOP: f64 = 26.0;
/// Deeper nesting than any topology has.
const DEEPEST: usize = 40;

/// How connected children are laid out.
pub(super) struct Way {
    pub(super) direction: Direction,
    /// Whether groups that arrows cross take part with their content.
    pub(super) open: bool,
    /// How wide what no arrow reaches may be.
    pub(super) available: f64,
}

/// A child of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Item {
    Node(usize),
    Group(usize),
}

/// A chart with what follows from it.
pub(super) struct Composer<'a> {
    pub(super) chart: &'a Chart,
    budget: &'a mut Budget,
    /// What stands in each group, in reading order; the whole comes first.
    children: Vec<Vec<Item>>,
    /// The edges whose ends are in different children of each group; the whole comes first.
    pub(super) edges: Vec<Vec<usize>>,
    depth: Vec<usize>,
    degree: Vec<usize>,
    /// What was laid out so far: the ways that [`Composer::connected`] tries often end in the same plan.
    known: Vec<(Rc<Plan>, Arc<Layout>)>,
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
            known: Vec::new(),
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
    pub(super) fn child(&self, container: Option<usize>, node: usize) -> Item {
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
    pub(super) fn components(&self, container: Option<usize>) -> Vec<Vec<Item>> {
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

    pub(super) fn arrange(
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

    /// A node with room for as many arrows as it has, and for its self edge.
    pub(super) fn node(&self, node: usize, direction: Direction) -> Block {
        let (mut w, mut h) = self.chart.nodes[node].size;
        let arrows = (self.degree[node] as f64 * 11.0).min(330.0);
        match direction {
            Direction::Down => w = w.max(arrows),
            Direction::Right => h = h.max(arrows),
        }
        let own = self.chart.edges.iter().enumerate().find(|(_, line)| line.from == node && line.to == node);
        let Some((edge, line)) = own else {
            return Block { w, h, nodes: vec![(node, Rect::new(0.0, 0.0, w, h))], ..Block::default() };
        };
        let (label_w, label_h) = line.label;
        let (size, center) = match direction {
            Direction::Down => {
                let tall = h.max(label_h);
                ((w + LOOP + label_w + 4.0, tall), at(w + LOOP + label_w / 2.0, tall / 2.0))
            }
            Direction::Right => {
                let wide = w.max(label_w);
                ((wide, h + LOOP + label_h + 4.0), at(wide / 2.0, h + LOOP + label_h / 2.0))
            }
        };
        let rect = match direction {
            Direction::Down => Rect::new(0.0, center.y - h / 2.0, w, h),
            Direction::Right => Rect::new(center.x - w / 2.0, 0.0, w, h),
        };
        let route = Route { edge, bends: Vec::new(), label: Some(center), direction };
        Block { w: size.0, h: size.1, nodes: vec![(node, rect)], routes: vec![route], ..Block::default() }
    }

    /// A group around its content.
    pub(super) fn group(&mut self, group: usize, available: f64) -> Result<Block, TooLarge> {
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
            // Another way is worth a try only while there is enough left for the rest of the picture.
            if best.is_some() && self.budget.0 < super::WORK / 2 {
                break;
            }
            let way = Way { direction, open: true, available: available * share };
            let block = self.drawn(container, members, &way)?;
            let cost = cost(&block, available);
            let fits = block.w <= available * NEARLY && block.h <= (block.w * 1.3).max(460.0);
            if best.as_ref().is_none_or(|(least, _)| cost < least * 0.95) {
                best = Some((cost, block));
            }
            if fits {
                break;
            }
        }
        best.map(|(_, block)| block).ok_or(TooLarge)
    }

    fn drawn(&mut self, container: Option<usize>, members: &[Item], way: &Way) -> Result<Block, TooLarge> {
        match self.draw(container, members, way)? {
            Some(block) => Ok(block),
            // Groups that arrows lead into came out over one another: keep each group whole.
            None => self.draw(container, members, &Way { open: false, ..*way })?.ok_or(TooLarge),
        }
    }

    /// Lays out `members` of `container`; with `open`, groups that arrows cross take part with their content.
    /// None if boxes overlap.
    fn draw(
        &mut self,
        container: Option<usize>,
        members: &[Item],
        way: &Way,
    ) -> Result<Option<Block>, TooLarge> {
        let mut parts = Parts::default();
        parts.spread(self, container, members.to_vec(), None, way)?;
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
        if way.direction == Direction::Right {
            parts.align(&mut leaves);
        }
        let flipped = two_sided(&mut links, leaves.len());
        let groups = parts.groups.iter().map(|&(_, parent)| parent).collect();
        let plan =
            Rc::new(Plan { direction: way.direction, spacing: self.chart.spacing, leaves, groups, links });
        let known = self.known.iter().find(|(known, _)| *known == plan).map(|(_, layout)| layout.clone());
        let layout = match known {
            Some(layout) => layout,
            None => {
                let layout = plan.layout(self.budget)?;
                self.known.push((plan.clone(), layout.clone()));
                layout
            }
        };
        let mut layout = Arc::unwrap_or_clone(layout);
        for link in flipped {
            layout.links[link].0.reverse();
        }
        Ok(parts.assemble(self, &plan, layout, way.direction))
    }
}

/// How bad a picture is for a page of this width: too wide is worse than too tall.
pub(super) fn cost(block: &Block, available: f64) -> f64 {
    let too_wide = (block.w / available).max(1.0);
    (block.w / 1.5).max(block.h) * too_wide * too_wide
}

pub(super) fn slot(group: Option<usize>) -> usize {
    group.map_or(0, |group| group + 1)
}

pub(super) fn key(item: Item) -> (u8, usize) {
    match item {
        Item::Node(node) => (0, node),
        Item::Group(group) => (1, group),
    }
}
