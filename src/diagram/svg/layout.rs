//! Asks the layout crate where things go. It is the only file that knows that crate.

use super::Budget;
use super::pen::{Point, Rect, at};
use crate::diagram::Direction;
use dugong::graphlib::{EdgeKey, Graph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, NodeLabel, RankDir, WorkControl, WorkError};

/// Something with a size, in a group or in none.
pub(super) struct Leaf {
    pub(super) size: (f64, f64),
    /// The index of a group.
    pub(super) parent: Option<usize>,
}

/// A line between two leaves, with room for its label.
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: (f64, f64),
}

/// What to lay out; everything is named by its index.
pub(super) struct Plan {
    pub(super) direction: Direction,
    pub(super) leaves: Vec<Leaf>,
    /// The group that each group stands in.
    pub(super) groups: Vec<Option<usize>>,
    pub(super) links: Vec<Link>,
}

/// Where everything goes.
pub(super) struct Layout {
    pub(super) leaves: Vec<Rect>,
    /// For each link the bends between its ends, and the center of its label.
    pub(super) links: Vec<(Vec<Point>, Option<Point>)>,
}

/// Between siblings.
const BETWEEN: f64 = 34.0;
/// Between lines, and from a line to a border.
const LINES: f64 = 18.0;
/// Between ranks.
const RANKS: f64 = 52.0;

impl WorkControl for Budget {
    fn charge(&mut self, units: usize) -> Result<(), WorkError> {
        self.spend(units as u64).map_err(|_| WorkError::Interrupted)
    }
}

/// Lays `plan` out, or gives up when the budget is spent or the plan has no layout.
pub(super) fn layout(plan: &Plan, budget: &mut Budget) -> Result<Layout, super::TooLarge> {
    let options = GraphOptions { multigraph: true, compound: true, directed: true };
    let mut graph: Graph<NodeLabel, EdgeLabel, GraphLabel> = Graph::new(options);
    graph.set_graph(GraphLabel {
        rankdir: match plan.direction {
            Direction::Down => RankDir::TB,
            Direction::Right => RankDir::LR,
        },
        nodesep: BETWEEN,
        edgesep: LINES,
        ranksep: RANKS,
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

fn leaf_name(index: usize) -> String {
    format!("n{index}")
}

fn group_name(index: usize) -> String {
    format!("g{index}")
}
