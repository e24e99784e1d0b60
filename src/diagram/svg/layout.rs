//! Asks the layout crate where things go. It is the only file that knows that crate.

use super::Budget;
use super::memo::{Geometry, Memo};
use super::pen::{Point, Rect, at};
use crate::diagram::Direction;
use dugong::graphlib::{EdgeKey, Graph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, NodeLabel, RankDir, WorkControl, WorkError};
use std::sync::{Arc, LazyLock};

/// Something with a size, in a group or in none.
#[derive(PartialEq)]
pub(super) struct Leaf {
    pub(super) size: (f64, f64),
    /// The index of a group.
    pub(super) parent: Option<usize>,
}

/// A line between two leaves, with room for its label.
#[derive(PartialEq)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: (f64, f64),
}

/// What to lay out; everything is named by its index.
#[derive(PartialEq)]
pub(super) struct Plan {
    pub(super) direction: Direction,
    pub(super) spacing: Spacing,
    pub(super) leaves: Vec<Leaf>,
    /// The group that each group stands in.
    pub(super) groups: Vec<Option<usize>>,
    pub(super) links: Vec<Link>,
}

/// Where everything goes.
#[derive(Clone)]
pub(super) struct Layout {
    pub(super) leaves: Vec<Rect>,
    /// For each link the bends between its ends, and the center of its label.
    pub(super) links: Vec<(Vec<Point>, Option<Point>)>,
}

/// How far things stand apart, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spacing {
    /// Between siblings.
    between: f64,
    /// Between lines, and from a line to a border.
    lines: f64,
    /// Between ranks.
    ranks: f64,
    /// The most that arrows that fan out may add between ranks.
    fan: f64,
}

impl Spacing {
    /// What looks best.
    pub(super) const LOOSE: Spacing = Spacing { between: 34.0, lines: 18.0, ranks: 52.0, fan: 52.0 };
    /// For what is too large for a page otherwise.
    pub(super) const TIGHT: Spacing = Spacing { between: 18.0, lines: 12.0, ranks: 32.0, fan: 10.0 };

    /// Adds it to a geometry.
    pub(super) fn add_to(self, geometry: &mut Geometry) {
        geometry.size((self.between, self.lines)).size((self.ranks, self.fan));
    }
}

impl Plan {
    /// Where everything goes, with straight lines.
    pub(super) fn layout(&self, budget: &mut Budget) -> Result<Arc<Layout>, super::TooLarge> {
        static KNOWN: LazyLock<Memo<Layout>> = LazyLock::new(Memo::default);
        let numbers = |layout: &Layout| {
            let points = layout.links.iter().map(|(bends, _)| 7 + 2 * bends.len());
            4 * layout.leaves.len() + points.sum::<usize>()
        };
        KNOWN.get(self.geometry().key(), budget, numbers, |budget| {
            let mut layout = layout(self, budget)?;
            layout.straighten(self);
            Ok(layout)
        })
    }

    fn geometry(&self) -> Geometry {
        let mut geometry = Geometry::default();
        self.spacing.add_to(geometry.number(self.direction as usize));
        geometry.number(self.leaves.len()).number(self.groups.len()).number(self.links.len());
        for leaf in &self.leaves {
            geometry.size(leaf.size).place(leaf.parent);
        }
        for group in &self.groups {
            geometry.place(*group);
        }
        for link in &self.links {
            geometry.number(link.from).number(link.to).size(link.label);
        }
        geometry
    }
}

impl WorkControl for Budget {
    fn charge(&mut self, units: usize) -> Result<(), WorkError> {
        self.spend(units as u64).map_err(|_| WorkError::Interrupted)
    }
}

/// Lays `plan` out, or gives up when the budget is spent or the plan has no layout.
fn layout(plan: &Plan, budget: &mut Budget) -> Result<Layout, super::TooLarge> {
    let options = GraphOptions { multigraph: true, compound: true, directed: true };
    let mut graph: Graph<NodeLabel, EdgeLabel, GraphLabel> = Graph::new(options);
    graph.set_graph(GraphLabel {
        rankdir: match plan.direction {
            Direction::Down => RankDir::TB,
            Direction::Right => RankDir::LR,
        },
        nodesep: plan.spacing.between,
        edgesep: plan.spacing.lines,
        ranksep: plan.spacing.ranks + fan(plan),
        ..GraphLabel::default()
    });
    for group in 0..plan.groups.len() {
        graph.set_node(group_name(group), NodeLabel::default());
    }
    for (index, leaf) in plan.leaves.iter().enumerate() {
        let (width, height) = leaf.size;
        graph.set_node(leaf_name(index), NodeLabel { width, height, ..NodeLabel::default() });
    }
    for (group, parent) in plan.groups.iter().enumerate() {
        if let Some(parent) = parent {
            graph.set_parent(group_name(group), group_name(*parent));
        }
    }
    for (index, leaf) in plan.leaves.iter().enumerate() {
        if let Some(parent) = leaf.parent {
            graph.set_parent(leaf_name(index), group_name(parent));
        }
    }
    let keys: Vec<EdgeKey> = plan
        .links
        .iter()
        .enumerate()
        .map(|(index, link)| {
            EdgeKey::new(leaf_name(link.from), leaf_name(link.to), Some(format!("l{index}")))
        })
        .collect();
    for (key, link) in keys.iter().zip(&plan.links) {
        let (width, height) = link.label;
        graph.set_edge_key(key.clone(), EdgeLabel { width, height, weight: 1.0, ..EdgeLabel::default() });
    }
    dugong::layout_controlled(&mut graph, budget).map_err(|_| super::TooLarge)?;

    let leaves = (0..plan.leaves.len())
        .map(|index| {
            let node = graph.node(&leaf_name(index))?;
            Some(Rect::around(at(node.x?, node.y?), node.width, node.height))
        })
        .collect::<Option<Vec<_>>>()
        .ok_or(super::TooLarge)?;
    let links = keys
        .iter()
        .map(|key| {
            let Some(edge) = graph.edge_by_key(key) else { return (Vec::new(), None) };
            let inner = edge.points.len().saturating_sub(1);
            let bends = edge.points.get(1..inner).unwrap_or_default().iter().map(|p| at(p.x, p.y)).collect();
            (bends, edge.x.zip(edge.y).map(|(x, y)| at(x, y)))
        })
        .collect();
    Ok(Layout { leaves, links })
}

/// Arrows that fan out need more room to do so.
fn fan(plan: &Plan) -> f64 {
    let mut degree = vec![0.0_f64; plan.leaves.len()];
    for link in &plan.links {
        degree[link.from] += 1.0;
        degree[link.to] += 1.0;
    }
    let most = degree.into_iter().fold(0.0, f64::max);
    ((most - 5.0).max(0.0) * 5.0).min(plan.spacing.fan)
}

impl Layout {
    /// Leads every line straight past the leaves that it passes: the crate bends lines in the middle of a rank, and
    /// a leaf that is long in that direction would be cut at its corners.
    fn straighten(&mut self, plan: &Plan) {
        let down = plan.direction == Direction::Down;
        let main = |point: Point| if down { point.y } else { point.x };
        let half = |rect: &Rect| if down { rect.h / 2.0 } else { rect.w / 2.0 };
        let moved = |point: Point, to: f64| if down { at(point.x, to) } else { at(to, point.y) };
        let mut ranks: Vec<(f64, f64)> = self.leaves.iter().map(|r| (main(r.center()), half(r))).collect();
        ranks.sort_by(|a, b| a.0.total_cmp(&b.0));
        ranks.dedup_by(|next, kept| {
            let same = next.0 - kept.0 < 0.5;
            kept.1 = if same { kept.1.max(next.1) } else { kept.1 };
            same
        });
        let reach = |point: Point| {
            let place = ranks.partition_point(|rank| rank.0 < main(point) - 0.5);
            ranks.get(place).filter(|rank| rank.0 - main(point) < 0.5).map_or(0.0, |rank| rank.1)
        };
        for (link, (bends, _)) in plan.links.iter().zip(&mut self.links) {
            let (Some(&first), Some(&last)) = (bends.first(), bends.last()) else { continue };
            let (from, to) = (&self.leaves[link.from], &self.leaves[link.to]);
            let forward = if main(first) >= main(from.center()) { 1.0 } else { -1.0 };
            let mut straight = Vec::with_capacity(bends.len() + 4);
            for (end, side, next) in [(from, forward, first), (to, -forward, last)] {
                let center = end.center();
                let corner = moved(center, main(center) + side * (reach(center) + 2.0));
                // Only where a neighbor in the same rank stands in the way.
                let blocked = || self.leaves.iter().any(|leaf| leaf != end && cuts(*leaf, center, next));
                if (main(next) - main(corner)) * side > 2.0 && blocked() {
                    straight.push((side == forward, corner));
                }
            }
            let mut way: Vec<Point> =
                straight.iter().filter(|(out, _)| *out).map(|(_, point)| *point).collect();
            for &bend in bends.iter() {
                let reach = reach(bend);
                if reach > 14.0 {
                    way.push(moved(bend, main(bend) - forward * reach));
                    way.push(moved(bend, main(bend) + forward * reach));
                } else {
                    way.push(bend);
                }
            }
            way.extend(straight.iter().filter(|(out, _)| !*out).map(|(_, point)| *point));
            *bends = way;
        }
    }
}

/// Whether the line from `a` to `b` comes near `rect`.
fn cuts(rect: Rect, a: Point, b: Point) -> bool {
    let rect = rect.grown(3.0);
    (0..=24).any(|step| {
        let share = f64::from(step) / 24.0;
        rect.holds(at(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share))
    })
}

fn leaf_name(index: usize) -> String {
    format!("n{index}")
}

fn group_name(index: usize) -> String {
    format!("g{index}")
}
