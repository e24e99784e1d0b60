//! Paints boxes, groups and arrows.

use super::block::{BAND, Block, extent};
use super::compose::{Box, Chart, Composer, Line as Wire, NEARLY, PAGE, cost};
use super::edge::{self, Arrow, Target};
use super::layout::Spacing;
use super::memo::Memo;
use super::pen::{Pen, Rect, at};
use super::text::{self, LABEL, Lines, NOTE, TITLE, VERB};
use super::{Budget, Links, TooLarge, linked, paragraph, shape};
use crate::diagram::{Class, Flow, Group, Id, Line, Node};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// A picture that is taller is drawn again in less room.
const TALLEST: f64 = 1_200.0;
/// More nodes or more edges are not even looked at.
const MOST: usize = 2_000;
const LABEL_LINE: f64 = 16.0;
const NOTE_LINE: f64 = 14.0;
const VERB_LINE: f64 = 13.0;

/// A node's text and the size of its shape.
struct Face {
    label: Lines,
    note: Lines,
    size: (f64, f64),
}

impl Face {
    fn of(node: &Node, room: Room) -> Face {
        if shape::is_dot(shape::of(node.class)) {
            return Face { label: Lines::default(), note: Lines::default(), size: (shape::DOT, shape::DOT) };
        }
        let note = match node.class {
            Class::Missing if node.note.is_empty() => "missing".to_owned(),
            Class::Missing if !node.note.to_lowercase().contains("missing") => {
                format!("{}, missing", node.note)
            }
            _ => node.note.clone(),
        };
        // No word is torn that is whole where there is more room.
        let word = text::longest_word(&node.label, LABEL).min(Room::LOOSE.text);
        let label = text::wrap(&node.label, LABEL, room.text.max(word), room.lines_of_label);
        let note = text::wrap(&note, NOTE, room.text, room.lines_of_note);
        let [left, top, right, bottom] = shape::insets(shape::of(node.class));
        let inner = height(&label, &note).max(18.0);
        let w = (label.width.max(note.width) + left + right).max(88.0).ceil();
        Face { size: (w, (inner + top + bottom).ceil()), label, note }
    }
}

fn height(label: &Lines, note: &Lines) -> f64 {
    label.lines.len() as f64 * LABEL_LINE + note.lines.len() as f64 * NOTE_LINE
}

/// How much room things have.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// How far they stand apart.
    spacing: Spacing,
    /// Text of a node is wrapped to this.
    text: f64,
    /// Most lines of a node's name.
    lines_of_label: usize,
    /// Most lines of what is said below it.
    lines_of_note: usize,
    /// Labels of arrows are wrapped to this.
    verb: f64,
    /// Most lines of the only label of an arrow.
    lines: usize,
    /// Most lines of each of its labels, if it has several.
    lines_of_several: usize,
}

impl Room {
    const LOOSE: Room = Room {
        spacing: Spacing::LOOSE,
        text: 172.0,
        lines_of_label: 3,
        lines_of_note: 2,
        verb: 132.0,
        lines: 3,
        lines_of_several: 1,
    };
    /// For a picture that is taller than a page otherwise.
    const LOW: Room = Room { spacing: Spacing::TIGHT, ..Room::LOOSE };
    /// For a picture that is wider than a page otherwise.
    const NARROW: Room = Room {
        spacing: Spacing::TIGHT,
        text: 120.0,
        lines_of_label: 4,
        lines_of_note: 3,
        verb: 78.0,
        lines: 4,
        lines_of_several: 2,
    };
    /// States are few boxes, and arrows that say much.
    const OF_STATES: Room = Room { verb: 156.0, lines: 5, lines_of_several: 3, ..Room::LOOSE };
}

/// Edges between the same two nodes that are equally sure, drawn as one arrow with a line for each verb.
struct Arrows {
    from: usize,
    to: usize,
    line: Line,
    label: Lines,
}

impl Arrows {
    fn gather(flow: &Flow, nodes: &BTreeMap<&Id, usize>, room: Room) -> Vec<Arrows> {
        let mut order: Vec<(usize, usize, Line, Vec<&str>)> = Vec::new();
        let mut known: BTreeMap<(usize, usize, bool), usize> = BTreeMap::new();
        for edge in &flow.edges {
            let (Some(&from), Some(&to)) = (nodes.get(&edge.from), nodes.get(&edge.to)) else { continue };
            let next = order.len();
            // One loop is all there is room for, however sure it is.
            let dashed = edge.line != Line::Solid && from != to;
            let place = *known.entry((from, to, dashed)).or_insert(next);
            if place == next {
                order.push((from, to, edge.line, Vec::new()));
            }
            if !order[place].3.contains(&edge.verb.as_str()) {
                order[place].3.push(&edge.verb);
            }
        }
        let one = |(from, to, line, verbs): (usize, usize, Line, Vec<&str>)| {
            let mut label = Lines::default();
            let shown = if verbs.len() > 4 { 3 } else { verbs.len() };
            let more = verbs.len() - shown;
            let rest = (more > 0).then(|| format!("and {more} more"));
            for verb in verbs[..shown].iter().copied().chain(rest.as_deref()) {
                let lines = if verbs.len() > 1 { room.lines_of_several } else { room.lines };
                let wrapped = text::wrap(verb, VERB, room.verb, lines);
                label.width = label.width.max(wrapped.width);
                label.cut |= wrapped.cut;
                label.lines.extend(wrapped.lines);
            }
            Arrows { from, to, line, label }
        };
        order.into_iter().map(one).collect()
    }

    fn size(&self) -> (f64, f64) {
        match self.label.lines.len() {
            0 => (0.0, 0.0),
            lines => ((self.label.width + 8.0).ceil(), lines as f64 * VERB_LINE + 5.0),
        }
    }
}

/// Where everything of a flow stands.
#[derive(Debug)]
pub(super) struct Layout {
    room: Room,
    composed: Arc<(Block, Order)>,
}

/// The nodes and groups in the order in which they are read.
type Order = Vec<(Option<usize>, Option<usize>)>;

/// What stands in a flow: its texts, wrapped, and its arrows.
struct Parts {
    faces: Vec<Face>,
    titles: Vec<Lines>,
    arrows: Vec<Arrows>,
}

impl Parts {
    fn of(flow: &Flow, room: Room) -> Parts {
        let nodes: BTreeMap<&Id, usize> =
            flow.nodes.iter().enumerate().map(|(i, node)| (&node.id, i)).collect();
        Parts {
            faces: flow.nodes.iter().map(|node| Face::of(node, room)).collect(),
            titles: flow.groups.iter().map(|group| text::wrap(&group.label, TITLE, 320.0, 1)).collect(),
            arrows: Arrows::gather(flow, &nodes, room),
        }
    }
}

impl Layout {
    /// Where boxes and arrows are.
    pub(super) fn block(&self) -> &Block {
        &self.composed.0
    }

    /// Lays the flow out; one that is larger than a page again in less room, if that makes it smaller.
    pub(super) fn of(flow: &Flow, budget: &mut Budget) -> Result<Layout, TooLarge> {
        let loose = Layout::within(flow, Room::LOOSE, budget)?;
        let room = match (loose.block().w > PAGE * NEARLY, loose.block().h > TALLEST) {
            (true, _) => Room::NARROW,
            (false, true) => Room::LOW,
            (false, false) => return Ok(loose),
        };
        if budget.0 < super::WORK / 2 {
            return Ok(loose);
        }
        match Layout::within(flow, room, budget) {
            Ok(tight) if cost(tight.block(), PAGE) < cost(loose.block(), PAGE) => Ok(tight),
            _ => Ok(loose),
        }
    }

    /// Lays states out.
    pub(super) fn of_states(flow: &Flow, budget: &mut Budget) -> Result<Layout, TooLarge> {
        Layout::within(flow, Room::OF_STATES, budget)
    }

    fn within(flow: &Flow, room: Room, budget: &mut Budget) -> Result<Layout, TooLarge> {
        if flow.nodes.len() + flow.groups.len() > MOST || flow.edges.len() > MOST {
            return Err(TooLarge);
        }
        let groups: BTreeMap<&Id, usize> =
            flow.groups.iter().enumerate().map(|(i, group)| (&group.id, i)).collect();
        let Parts { faces, titles, arrows } = Parts::of(flow, room);
        let place = |parent: &Option<Id>| parent.as_ref().and_then(|id| groups.get(id).copied());
        let chart = Chart {
            direction: flow.direction,
            spacing: room.spacing,
            nodes: flow
                .nodes
                .iter()
                .zip(&faces)
                .map(|(node, face)| Box { size: face.size, parent: place(&node.parent) })
                .collect(),
            groups: flow
                .groups
                .iter()
                .zip(&titles)
                .enumerate()
                .map(|(index, (group, title))| Box {
                    size: (title.width.ceil(), BAND),
                    // Outer groups come before inner ones; what claims otherwise stands alone.
                    parent: place(&group.parent).filter(|&parent| parent < index),
                })
                .collect(),
            edges: arrows.iter().map(|a| Wire { from: a.from, to: a.to, label: a.size() }).collect(),
        };
        static KNOWN: LazyLock<Memo<(Block, Order)>> = LazyLock::new(Memo::default);
        let numbers = |(block, order): &(Block, Order)| {
            let points = block.routes.iter().map(|route| 7 + 2 * route.bends.len());
            5 * (block.nodes.len() + block.groups.len()) + 4 * order.len() + points.sum::<usize>()
        };
        // With little work left, fewer ways are tried.
        let mut geometry = chart.geometry();
        let key = geometry.number(budget.0 as usize).key();
        let composed = KNOWN.get(key, budget, numbers, |budget| {
            let mut composer = Composer::new(&chart, budget)?;
            Ok((composer.compose()?, composer.reading_order()))
        })?;
        Ok(Layout { room, composed })
    }
}

/// A flow with everything in its place.
pub(super) struct Picture<'a> {
    flow: &'a Flow,
    parts: Parts,
    pub(super) layout: Arc<Layout>,
}

impl<'a> Picture<'a> {
    /// The flow as `layout`, which was made of it, places it.
    pub(super) fn new(flow: &'a Flow, layout: Arc<Layout>) -> Picture<'a> {
        Picture { flow, parts: Parts::of(flow, layout.room), layout }
    }

    /// The size of an arrow's label.
    #[cfg(test)]
    pub(super) fn label_size(&self, edge: usize) -> (f64, f64) {
        self.parts.arrows[edge].size()
    }

    /// Each node with the width and the height of its text.
    #[cfg(test)]
    pub(super) fn texts(&self) -> impl Iterator<Item = (usize, f64, f64)> + '_ {
        let size = |face: &Face| (face.label.width.max(face.note.width), height(&face.label, &face.note));
        self.parts.faces.iter().map(size).enumerate().map(|(node, (w, h))| (node, w, h))
    }

    /// The arrows, in the order of the block's routes.
    pub(super) fn drawn(&self) -> Vec<Arrow> {
        let target = |&(node, rect): &(usize, Rect)| {
            let outline = shape::outline(shape::of(self.flow.nodes[node].class), rect);
            (node, Target { rect, outline })
        };
        let targets: BTreeMap<usize, Target> = self.layout.block().nodes.iter().map(target).collect();
        edge::arrows(&self.layout.block().routes, |edge| self.ends(edge), &targets)
    }

    /// The nodes at both ends of an arrow.
    pub(super) fn ends(&self, edge: usize) -> (usize, usize) {
        (self.parts.arrows[edge].from, self.parts.arrows[edge].to)
    }

    /// Paints it, and returns what it covers.
    pub(super) fn paint(&self, pen: &mut Pen, links: Links) -> Rect {
        if self.layout.block().nodes.is_empty() && self.layout.block().groups.is_empty() {
            let words = ["Nothing to show".to_owned()];
            paragraph(pen, "pv-nothing", &words, at(70.0, 24.0), LABEL_LINE);
            return Rect::new(0.0, 0.0, 140.0, 40.0);
        }
        let nodes: BTreeMap<usize, Rect> = self.layout.block().nodes.iter().copied().collect();
        let arrows = self.drawn();
        let groups: BTreeMap<usize, Rect> = self.layout.block().groups.iter().copied().collect();

        pen.open("g", &[("aria-hidden", "true".into())]);
        for &(group, rect) in &self.layout.block().groups {
            let (class, radius) = shape::group_class(self.flow.groups[group].class);
            pen.line();
            pen.empty(
                "rect",
                &[
                    ("class", class.into()),
                    ("x", rect.x.into()),
                    ("y", rect.y.into()),
                    ("width", rect.w.into()),
                    ("height", rect.h.into()),
                    ("rx", radius.into()),
                ],
            );
        }
        for (route, arrow) in self.layout.block().routes.iter().zip(&arrows) {
            let class = match self.parts.arrows[route.edge].line {
                Line::Solid => "pv-edge",
                Line::Dashed => "pv-edge pv-dashed",
                Line::Dotted => "pv-edge pv-dotted",
            };
            pen.line();
            pen.empty("path", &[("class", class.into()), ("d", arrow.path.clone().into())]);
            pen.empty("path", &[("class", "pv-head".into()), ("d", arrow.head.clone().into())]);
        }
        for route in &self.layout.block().routes {
            if let Some(center) = route.label {
                let arrows = &self.parts.arrows[route.edge];
                let (w, h) = arrows.size();
                if w > 0.0 {
                    pen.line();
                    super::plate(pen, Rect::around(center, w, h));
                    let top = center.y - arrows.label.lines.len() as f64 * VERB_LINE / 2.0;
                    paragraph(pen, "pv-verb", &arrows.label.lines, at(center.x, top + 10.0), VERB_LINE);
                }
            }
        }
        pen.close();
        let trace: Vec<&[super::pen::Point]> = arrows.iter().map(|arrow| &arrow.trace[..]).collect();
        for &(node, group) in &self.layout.composed.1 {
            if let Some(node) = node
                && let Some(&rect) = nodes.get(&node)
            {
                self.node(pen, links, &self.flow.nodes[node], &self.parts.faces[node], rect);
            }
            if let Some(group) = group
                && let Some(&rect) = groups.get(&group)
            {
                self.title(pen, links, &self.flow.groups[group], &self.parts.titles[group], rect, &trace);
            }
        }
        let drawn = arrows.iter().flat_map(|arrow| arrow.trace.iter().map(|&point| super::block::dot(point)));
        let boxes = nodes.values().chain(groups.values()).copied();
        extent(boxes.chain(drawn).chain([Rect::new(0.0, 0.0, self.layout.block().w, self.layout.block().h)]))
            .unwrap_or_default()
    }

    fn node(&self, pen: &mut Pen, links: Links, node: &Node, face: &Face, rect: Rect) {
        let name =
            if node.note.is_empty() { node.label.clone() } else { format!("{}, {}", node.label, node.note) };
        let cut = face.label.cut || face.note.cut;
        pen.line();
        linked(pen, node.link.as_ref().and_then(links), &name, |pen| {
            pen.open("g", &[("class", shape::node_class(node.class).into())]);
            if cut {
                pen.text("title", &[], &text::shown(&name));
            }
            shape::paint(pen, shape::of(node.class), rect);
            let [left, top, right, bottom] = shape::insets(shape::of(node.class));
            let x = rect.x + left + (rect.w - left - right) / 2.0;
            let room = rect.h - top - bottom - height(&face.label, &face.note);
            let y = rect.y + top + room / 2.0;
            paragraph(pen, "pv-label", &face.label.lines, at(x, y + 12.5), LABEL_LINE);
            let y = y + face.label.lines.len() as f64 * LABEL_LINE;
            paragraph(pen, "pv-note", &face.note.lines, at(x, y + 11.0), NOTE_LINE);
            pen.close();
        });
    }

    fn title(
        &self,
        pen: &mut Pen,
        links: Links,
        group: &Group,
        title: &Lines,
        rect: Rect,
        trace: &[&[super::pen::Point]],
    ) {
        let Some(line) = title.lines.first() else { return };
        let (place, free) = free_place(rect, title.width, trace);
        pen.line();
        if !free {
            super::plate(pen, Rect::new(place - 4.0, rect.y + 4.0, title.width + 8.0, BAND - 6.0));
        }
        linked(pen, group.link.as_ref().and_then(links), &group.label, |pen| {
            if title.cut {
                pen.open("g", &[]);
                pen.text("title", &[], &text::shown(&group.label));
            }
            let attributes =
                [("class", "pv-title".into()), ("x", place.into()), ("y", (rect.y + 18.0).into())];
            pen.text("text", &attributes, line);
            if title.cut {
                pen.close();
            }
        });
    }
}

/// Where in the band at the top of `rect` a title of `width` crosses no arrow, and whether there is such a place.
fn free_place(rect: Rect, width: f64, trace: &[&[super::pen::Point]]) -> (f64, bool) {
    let (top, bottom) = (rect.y + 2.0, rect.y + BAND);
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for pair in trace.iter().flat_map(|trace| trace.windows(2)) {
        let (low, high) = (pair[0].y.min(pair[1].y), pair[0].y.max(pair[1].y));
        if high >= top && low <= bottom {
            taken.push((pair[0].x.min(pair[1].x) - 6.0, pair[0].x.max(pair[1].x) + 6.0));
        }
    }
    taken.sort_by(|a, b| a.0.total_cmp(&b.0));
    let first = rect.x + 13.0;
    let mut place = first;
    for (from, to) in taken {
        if place + width <= from {
            break;
        }
        place = place.max(to);
    }
    if place + width <= rect.right() - 8.0 { (place, true) } else { (first, false) }
}
