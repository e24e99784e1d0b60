//! A diagram that is folded until its picture is read on a page without scrolling.

use super::views::{Budget, Focus, draw, is_cut};
use super::{Body, Diagram, View, svg};
use crate::facts::Facts;
use crate::topology::Topology;

/// How wide a picture may be, in pixels: a page has room for 1,000, and at three quarters of its size it is readable.
const WIDEST: f64 = 1_333.0;
/// How tall a picture may be, in pixels.
const TALLEST: f64 = 1_400.0;
/// A flow with fewer boxes fits without being measured.
const SMALL: usize = 12;
/// What is drawn where more is too large, of its boxes and of its arrows, in hundredths.
const SHARES: [usize; 6] = [85, 72, 60, 50, 40, 30];
/// A picture is rather this many times too large than without boxes that its view cannot fold.
const POSTER: f64 = 1.25;
/// A picture that is too large however much is folded is not folded for less than this share of its size.
const WORTH: f64 = 0.85;

/// Draws a view as [`draw`] does, with less and less in it until its picture fits a page; what is folded is said. Where
/// nothing fits, the one that comes closest. `None` where the view has nothing to say.
pub fn readable(view: View, focus: &Focus, topology: &Topology, facts: &Facts) -> Option<Diagram> {
    let whole = draw(view, focus, topology, facts, &Budget::of(view))?;
    let Body::Flow(flow) = &whole.body else { return Some(whole) };
    let (nodes, edges) = (flow.nodes.len(), flow.edges.len());
    if nodes < SMALL {
        return Some(whole);
    }
    let too_large = excess(&whole);
    if too_large <= 1.0 {
        return Some(whole);
    }
    let (mut least, mut best) = (too_large * WORTH, None);
    for share in SHARES {
        // Arrows become fewer with their boxes.
        let budget = Budget { nodes: nodes * share / 100, edges: edges * (100 + share) / 200 };
        let Some(smaller) = draw(view, focus, topology, facts, &budget) else { continue };
        if is_cut(&smaller) && too_large < POSTER {
            break;
        }
        let excess = excess(&smaller);
        if excess <= 1.0 {
            return Some(smaller);
        }
        if excess < least {
            (least, best) = (excess, Some(smaller));
        }
    }
    Some(best.unwrap_or(whole))
}

/// How many times as large as a page the picture of a flow is: up to 1 it fits.
fn excess(diagram: &Diagram) -> f64 {
    match &diagram.body {
        Body::Flow(_) => svg::size(diagram).map_or(f64::INFINITY, |(w, h)| (w / WIDEST).max(h / TALLEST)),
        Body::States(_) | Body::Sequence(_) => 0.0,
    }
}
