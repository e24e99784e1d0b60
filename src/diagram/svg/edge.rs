//! The way of each arrow: where on the border of a shape it starts and ends, and the curve between.

use super::block::Route;
use super::pen::{Path, Point, Rect, at};
use crate::diagram::Direction;
use std::collections::BTreeMap;

/// How long an arrow's head is.
const HEAD: f64 = 8.0;
/// Between the ends of arrows on the same side of a shape.
const APART: f64 = 22.0;

/// A node as arrows see it.
pub(super) struct Target {
    pub(super) rect: Rect,
    pub(super) outline: Vec<Point>,
}

/// An arrow that is ready to be drawn.
pub(super) struct Arrow {
    pub(super) path: Path,
    pub(super) head: Path,
    /// Points along it, near enough to know what it crosses.
    pub(super) trace: Vec<Point>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Top,
    Right,
    Bottom,
    Left,
}

impl Side {
    /// The side of `rect` that faces `toward`.
    fn facing(rect: Rect, toward: Point, direction: Direction) -> Side {
        let vertical = if toward.y >= rect.bottom() {
            Some(Side::Bottom)
        } else if toward.y <= rect.y {
            Some(Side::Top)
        } else {
            None
        };
        let horizontal = if toward.x >= rect.right() {
            Some(Side::Right)
        } else if toward.x <= rect.x {
            Some(Side::Left)
        } else {
            None
        };
        match direction {
            Direction::Down => vertical.or(horizontal).unwrap_or(Side::Bottom),
            Direction::Right => horizontal.or(vertical).unwrap_or(Side::Right),
        }
    }

    fn is_vertical(self) -> bool {
        matches!(self, Side::Top | Side::Bottom)
    }

    /// One step outwards.
    fn outwards(self) -> (f64, f64) {
        match self {
            Side::Top => (0.0, -1.0),
            Side::Right => (1.0, 0.0),
            Side::Bottom => (0.0, 1.0),
            Side::Left => (-1.0, 0.0),
        }
    }
}

/// One end of an arrow: where along the side it wants to be, the index of its route, and whether it is the tip.
type End = (f64, usize, bool);

/// The arrows of `routes`, in their order; `ends` gives the nodes of an edge.
pub(super) fn arrows(
    routes: &[Route],
    ends: impl Fn(usize) -> (usize, usize),
    targets: &BTreeMap<usize, Target>,
) -> Vec<Arrow> {
    let mut sides: BTreeMap<(usize, Side), Vec<End>> = BTreeMap::new();
    for (index, route) in routes.iter().enumerate() {
        let (from, to) = ends(route.edge);
        if from == to {
            continue;
        }
        let (source, target) = (&targets[&from], &targets[&to]);
        let first = route.bends.first().copied().unwrap_or(target.rect.center());
        let last = route.bends.last().copied().unwrap_or(source.rect.center());
        for (node, toward, is_end) in [(from, first, false), (to, last, true)] {
            let side = Side::facing(targets[&node].rect, toward, route.direction);
            let across = if side.is_vertical() { toward.x } else { toward.y };
            sides.entry((node, side)).or_default().push((across, index, is_end));
        }
    }
    let mut ports: BTreeMap<(usize, bool), (Point, Side)> = BTreeMap::new();
    for ((node, side), mut list) in sides {
        list.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let target = &targets[&node];
        let wanted: Vec<f64> = list.iter().map(|entry| entry.0).collect();
        for (place, &(_, index, is_end)) in spread(&wanted, target.rect, side).into_iter().zip(&list) {
            ports.insert((index, is_end), (border(target, side, place), side));
        }
    }
    routes
        .iter()
        .enumerate()
        .map(|(index, route)| {
            let (from, to) = ends(route.edge);
            if from == to {
                return looped(targets[&from].rect, route);
            }
            let (start, _) = ports[&(index, false)];
            let (tip, side) = ports[&(index, true)];
            let (source, target) = (targets[&from].rect, targets[&to].rect);
            arrow(start, tip, side, route, source, target)
        })
        .collect()
}

/// Places along one side, in order and apart, near where the arrows come from.
fn spread(wanted: &[f64], rect: Rect, side: Side) -> Vec<f64> {
    let (middle, length) =
        if side.is_vertical() { (rect.center().x, rect.w) } else { (rect.center().y, rect.h) };
    let half = (length / 2.0 - 10.0).max(length * 0.2);
    let apart = (2.0 * half / (wanted.len().max(2) - 1) as f64).min(APART);
    let reach = half * 0.75;
    let mut places: Vec<f64> = Vec::with_capacity(wanted.len());
    for &want in wanted {
        let near = want.clamp(middle - reach, middle + reach);
        let free = places.last().map_or(near, |last| near.max(last + apart));
        places.push(free);
    }
    // Those that were pushed too far push back, and then all of them are centered on what they wanted.
    let mut limit = middle + half;
    for place in places.iter_mut().rev() {
        *place = place.min(limit);
        limit = *place - apart;
    }
    let (Some(&first), Some(&last)) = (places.first(), places.last()) else { return places };
    let near = wanted.iter().map(|want| want.clamp(middle - reach, middle + reach)).sum::<f64>();
    let drift = near / wanted.len() as f64 - places.iter().sum::<f64>() / places.len() as f64;
    let drift = drift.clamp((middle - half - first).min(0.0), (middle + half - last).max(0.0));
    places.iter().map(|place| place + drift).collect()
}

/// Where the border is, seen from `side` at `place` along it.
fn border(target: &Target, side: Side, place: f64) -> Point {
    let mut found: Option<f64> = None;
    let along = |p: Point| if side.is_vertical() { p.x } else { p.y };
    let across = |p: Point| if side.is_vertical() { p.y } else { p.x };
    for (index, &a) in target.outline.iter().enumerate() {
        let b = target.outline[(index + 1) % target.outline.len()];
        let (low, high) = if along(a) <= along(b) { (a, b) } else { (b, a) };
        if place < along(low) || place > along(high) {
            continue;
        }
        let width = along(high) - along(low);
        let share = if width < 0.001 { 0.0 } else { (place - along(low)) / width };
        let here = across(low) + (across(high) - across(low)) * share;
        found = Some(match (found, side) {
            (None, _) => here,
            (Some(other), Side::Top | Side::Left) => other.min(here),
            (Some(other), Side::Right | Side::Bottom) => other.max(here),
        });
    }
    let rect = target.rect;
    let edge = found.unwrap_or(match side {
        Side::Top => rect.y,
        Side::Right => rect.right(),
        Side::Bottom => rect.bottom(),
        Side::Left => rect.x,
    });
    if side.is_vertical() { at(place, edge) } else { at(edge, place) }
}

fn arrow(start: Point, tip: Point, side: Side, route: &Route, source: Rect, target: Rect) -> Arrow {
    let (dx, dy) = side.outwards();
    let base = tip.shifted(dx * (HEAD - 1.0), dy * (HEAD - 1.0));
    let mut points = vec![start];
    let near = |bend: &Point| source.grown(2.0).holds(*bend) || target.grown(HEAD).holds(*bend);
    points.extend(route.bends.iter().copied().filter(|bend| !near(bend)));
    points.push(base);
    let main = |p: Point| if route.direction == Direction::Down { p.y } else { p.x };
    let forward = points.windows(2).all(|pair| main(pair[1]) - main(pair[0]) > 1.0);
    let backward = points.windows(2).all(|pair| main(pair[0]) - main(pair[1]) > 1.0);
    let along = side.is_vertical() == (route.direction == Direction::Down);
    let (path, trace) = if (forward || backward) && along {
        smooth(&points, route.direction)
    } else {
        (Path::polyline(&points, 10.0), points)
    };
    Arrow { path, head: head(tip, (dx, dy)), trace }
}

fn head(tip: Point, (dx, dy): (f64, f64)) -> Path {
    let back = tip.shifted(dx * HEAD, dy * HEAD);
    let wing = 4.0;
    Path::polygon(&[tip, back.shifted(dy * wing, dx * wing), back.shifted(-dy * wing, -dx * wing)], 0.0)
}

/// A curve through points that only ever go one way, without overshooting; it leaves and arrives straight.
fn smooth(points: &[Point], direction: Direction) -> (Path, Vec<Point>) {
    let split = |p: Point| if direction == Direction::Down { (p.y, p.x) } else { (p.x, p.y) };
    let join =
        |main: f64, cross: f64| if direction == Direction::Down { at(cross, main) } else { at(main, cross) };
    let slope = |a: Point, b: Point| {
        let ((a_main, a_cross), (b_main, b_cross)) = (split(a), split(b));
        (b_cross - a_cross) / (b_main - a_main)
    };
    let tangents: Vec<f64> = (0..points.len())
        .map(|index| {
            if index == 0 || index + 1 == points.len() {
                return 0.0;
            }
            let before = slope(points[index - 1], points[index]);
            let after = slope(points[index], points[index + 1]);
            if before * after <= 0.0 { 0.0 } else { 2.0 * before * after / (before + after) }
        })
        .collect();
    let mut path = Path::default().go(points[0]);
    let mut trace = vec![points[0]];
    for (pair, tangent) in points.windows(2).zip(tangents.windows(2)) {
        let ((main, cross), (to_main, to_cross)) = (split(pair[0]), split(pair[1]));
        let third = (to_main - main) / 3.0;
        // Straight ends look better the longer they are, as long as the way is not a wide one.
        let first = join(main + third, cross + tangent[0] * third);
        let second = join(to_main - third, to_cross - tangent[1] * third);
        path = path.cubic(first, second, pair[1]);
        for step in 1..=12 {
            let t = f64::from(step) / 12.0;
            let u = 1.0 - t;
            let (a, b, c, d) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
            trace.push(at(
                a * pair[0].x + b * first.x + c * second.x + d * pair[1].x,
                a * pair[0].y + b * first.y + c * second.y + d * pair[1].y,
            ));
        }
    }
    (path, trace)
}

/// A self edge: out and back in on the side where its label is.
fn looped(rect: Rect, route: &Route) -> Arrow {
    let label = route.label.unwrap_or(rect.center());
    let (middle, direction) = (rect.center(), route.direction);
    let reach = super::compose::LOOP - 4.0;
    let (start, tip, bends) = match direction {
        Direction::Down => {
            let (x, spread) = (rect.right(), (rect.h * 0.28).min(12.0));
            let (start, tip) = (at(x, middle.y - spread), at(x, middle.y + spread));
            let far = (label.x - x).min(reach);
            (start, tip, [at(x + far, start.y), at(x + far, tip.y)])
        }
        Direction::Right => {
            let (y, spread) = (rect.bottom(), (rect.w * 0.28).min(14.0));
            let (start, tip) = (at(middle.x - spread, y), at(middle.x + spread, y));
            let far = (label.y - y).min(reach);
            (start, tip, [at(start.x, y + far), at(tip.x, y + far)])
        }
    };
    let out = if direction == Direction::Down { (1.0, 0.0) } else { (0.0, 1.0) };
    let points = [start, bends[0], bends[1], tip.shifted(out.0 * (HEAD - 1.0), out.1 * (HEAD - 1.0))];
    Arrow { path: Path::polyline(&points, 9.0), head: head(tip, out), trace: points.to_vec() }
}
