//! The shape of each sort of thing: how much of it text may use, where its border is, how it is drawn.

use super::pen::{Path, Pen, Point, Rect, at};
use crate::diagram::Class;

/// A silhouette. Kinds differ by it, so that nobody needs to see color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A rectangle with this corner radius.
    Plain(u8),
    /// A rectangle with a broken stripe along its left side.
    Striped,
    /// A rectangle in a rectangle.
    Double,
    /// A rectangle with another one behind it.
    Stack,
    /// Pointed left and right.
    Hexagon,
    /// A signpost to the right.
    Signpost,
    /// A sheet with a folded corner.
    Sheet,
    /// A sheet with a lock.
    Locked,
    /// A drum.
    Cylinder,
    /// A drum with two lids.
    Drum,
    /// A box in three dimensions.
    Cube,
    /// A folder with a tab.
    Folder,
    /// A pill with someone in it.
    Person,
    /// A rectangle with bars left and right.
    Barred,
    /// A shield.
    Shield,
    /// All corners cut off.
    Octagon,
    /// A full circle without text.
    Dot,
    /// A full circle in another one, without text.
    Ring,
}

/// How wide a dot is.
pub(super) const DOT: f64 = 18.0;

/// Whether a shape is too small for text.
pub(super) fn is_dot(shape: Shape) -> bool {
    matches!(shape, Shape::Dot | Shape::Ring)
}

/// The shape of a class.
pub(super) fn of(class: Class) -> Shape {
    match class {
        Class::Container => Shape::Plain(6),
        Class::InitContainer => Shape::Striped,
        Class::Sidecar => Shape::Double,
        Class::Pod => Shape::Plain(15),
        Class::Workload => Shape::Stack,
        Class::Service => Shape::Hexagon,
        Class::Route => Shape::Signpost,
        Class::Config => Shape::Sheet,
        Class::Secret => Shape::Locked,
        Class::Volume => Shape::Cylinder,
        Class::Claim => Shape::Drum,
        Class::Node | Class::Cluster => Shape::Cube,
        Class::Namespace => Shape::Folder,
        Class::Person => Shape::Person,
        Class::ControlPlane | Class::Application => Shape::Barred,
        Class::Access => Shape::Shield,
        Class::Policy => Shape::Octagon,
        Class::Network | Class::External => Shape::Plain(17),
        Class::Waiting | Class::Running | Class::Terminated => Shape::Plain(12),
        Class::Start => Shape::Dot,
        Class::End => Shape::Ring,
        Class::Missing => Shape::Plain(4),
        Class::Plain => Shape::Plain(3),
    }
}

/// Class names of a node of this class; what follows is in the stylesheet.
pub(super) fn node_class(class: Class) -> &'static str {
    match class {
        Class::Cluster => "pv-node pv-cluster",
        Class::Node => "pv-node pv-host",
        Class::Namespace => "pv-node pv-namespace",
        Class::Workload | Class::Application => "pv-node pv-workload",
        Class::Pod => "pv-node pv-pod",
        Class::Container => "pv-node pv-container",
        Class::InitContainer => "pv-node pv-init",
        Class::Sidecar => "pv-node pv-sidecar",
        Class::Network => "pv-node pv-network",
        Class::Service => "pv-node pv-service",
        Class::Route => "pv-node pv-route",
        Class::Config => "pv-node pv-config",
        Class::Secret => "pv-node pv-secret",
        Class::Volume => "pv-node pv-volume",
        Class::Claim => "pv-node pv-claim",
        Class::Access => "pv-node pv-access",
        Class::Policy => "pv-node pv-policy",
        Class::Person => "pv-node pv-person",
        Class::ControlPlane => "pv-node pv-control",
        Class::External => "pv-node pv-external",
        Class::Missing => "pv-node pv-missing",
        Class::Plain => "pv-node pv-plain",
        Class::Waiting => "pv-node pv-waiting",
        Class::Running => "pv-node pv-running",
        Class::Terminated => "pv-node pv-terminated",
        Class::Start | Class::End => "pv-node pv-dot",
    }
}

/// Class names of a group of this class, with the radius of its corners.
pub(super) fn group_class(class: Class) -> (&'static str, f64) {
    match class {
        Class::Cluster => ("pv-group pv-cluster", 6.0),
        Class::Node => ("pv-group pv-host", 4.0),
        Class::Namespace => ("pv-group pv-namespace", 8.0),
        Class::Workload | Class::Application => ("pv-group pv-workload", 6.0),
        Class::Pod => ("pv-group pv-pod", 14.0),
        Class::Network => ("pv-group pv-network", 12.0),
        Class::Volume | Class::Claim => ("pv-group pv-volume", 8.0),
        Class::Container | Class::InitContainer | Class::Sidecar => ("pv-group pv-container", 6.0),
        Class::External | Class::Person => ("pv-group pv-external", 14.0),
        Class::Missing => ("pv-group pv-missing", 4.0),
        _ => ("pv-group pv-plain", 6.0),
    }
}

/// The plain word for a class, for a legend.
pub(super) fn word(class: Class) -> &'static str {
    match class {
        Class::Cluster => "cluster",
        Class::Node => "node",
        Class::Namespace => "namespace",
        Class::Application => "application",
        Class::Workload => "workload",
        Class::Pod => "pod",
        Class::Container => "container",
        Class::InitContainer => "init container",
        Class::Sidecar => "sidecar",
        Class::Network => "network",
        Class::Service => "Service",
        Class::Route => "route",
        Class::Config => "configuration",
        Class::Secret => "Secret",
        Class::Volume => "volume",
        Class::Claim => "volume claim",
        Class::Access => "access",
        Class::Policy => "policy",
        Class::Person => "client",
        Class::ControlPlane => "control plane",
        Class::External => "outside the input",
        Class::Missing => "missing",
        Class::Plain => "other",
        Class::Waiting => "waiting",
        Class::Running => "running",
        Class::Terminated => "terminated",
        Class::Start => "start",
        Class::End => "end",
    }
}

/// What of a shape text may not use: left, top, right and bottom.
pub(super) fn insets(shape: Shape) -> [f64; 4] {
    match shape {
        Shape::Plain(_) => [14.0, 9.0, 14.0, 9.0],
        Shape::Striped => [20.0, 9.0, 14.0, 9.0],
        Shape::Double => [16.0, 11.0, 16.0, 11.0],
        Shape::Stack => [14.0, 9.0, 19.0, 14.0],
        Shape::Hexagon => [22.0, 9.0, 22.0, 9.0],
        Shape::Signpost => [14.0, 9.0, 26.0, 9.0],
        Shape::Sheet => [14.0, 9.0, 20.0, 9.0],
        Shape::Locked => [30.0, 9.0, 20.0, 9.0],
        Shape::Cylinder => [14.0, 17.0, 14.0, 13.0],
        Shape::Drum => [14.0, 22.0, 14.0, 13.0],
        Shape::Cube => [14.0, 15.0, 20.0, 9.0],
        Shape::Folder => [14.0, 16.0, 14.0, 9.0],
        Shape::Person => [36.0, 9.0, 18.0, 9.0],
        Shape::Barred => [21.0, 9.0, 21.0, 9.0],
        Shape::Shield => [14.0, 9.0, 14.0, 17.0],
        Shape::Octagon => [16.0, 9.0, 16.0, 9.0],
        Shape::Dot | Shape::Ring => [0.0; 4],
    }
}

const LID: f64 = 6.0;

/// The border as a polygon: where arrows end.
pub(super) fn outline(shape: Shape, r: Rect) -> Vec<Point> {
    let (x, y, right, bottom) = (r.x, r.y, r.right(), r.bottom());
    let middle = r.center();
    match shape {
        Shape::Hexagon => {
            let cut = 13.0_f64.min(r.w / 4.0);
            vec![
                at(x, middle.y),
                at(x + cut, y),
                at(right - cut, y),
                at(right, middle.y),
                at(right - cut, bottom),
                at(x + cut, bottom),
            ]
        }
        Shape::Signpost => {
            let cut = 15.0_f64.min(r.w / 4.0);
            vec![at(x, y), at(right - cut, y), at(right, middle.y), at(right - cut, bottom), at(x, bottom)]
        }
        Shape::Sheet | Shape::Locked => {
            let cut = fold(r);
            vec![at(x, y), at(right - cut, y), at(right, y + cut), at(right, bottom), at(x, bottom)]
        }
        Shape::Cylinder | Shape::Drum => {
            let mut points = Vec::with_capacity(34);
            points.extend((0..=16).map(|step| arc(r, f64::from(step) / 16.0, true)));
            points.extend((0..=16).rev().map(|step| arc(r, f64::from(step) / 16.0, false)));
            points
        }
        Shape::Shield => vec![
            at(x, y),
            at(right, y),
            at(right, bottom - 9.0_f64.min(r.h / 3.0)),
            at(middle.x, bottom),
            at(x, bottom - 9.0_f64.min(r.h / 3.0)),
        ],
        Shape::Octagon => {
            let cut = 9.0_f64.min(r.h / 3.0);
            vec![
                at(x, y + cut),
                at(x + cut, y),
                at(right - cut, y),
                at(right, y + cut),
                at(right, bottom - cut),
                at(right - cut, bottom),
                at(x + cut, bottom),
                at(x, bottom - cut),
            ]
        }
        Shape::Cube => {
            let depth = depth(r);
            vec![
                at(x, y + depth),
                at(x + depth, y),
                at(right, y),
                at(right, bottom - depth),
                at(right - depth, bottom),
                at(x, bottom),
            ]
        }
        Shape::Stack => {
            let depth = behind(r);
            vec![
                at(x, y),
                at(right - depth, y),
                at(right - depth, y + depth),
                at(right, y + depth),
                at(right, bottom),
                at(x + depth, bottom),
                at(x + depth, bottom - depth),
                at(x, bottom - depth),
            ]
        }
        Shape::Dot | Shape::Ring => {
            let (center, radius) = (r.center(), r.w.min(r.h) / 2.0);
            let corner = |step: u8| {
                let (sine, cosine) = (f64::from(step) * std::f64::consts::TAU / 24.0).sin_cos();
                at(center.x + radius * cosine, center.y + radius * sine)
            };
            (0..24).map(corner).collect()
        }
        Shape::Folder => {
            let (tab, lip) = (r.w * 0.36, 6.0_f64.min(r.h / 3.0));
            vec![
                at(x, y),
                at(x + tab, y),
                at(x + tab + lip, y + lip),
                at(right, y + lip),
                at(right, bottom),
                at(x, bottom),
            ]
        }
        Shape::Person => {
            // Eight corners are near enough to a half circle.
            let (far, near) = (r.h * 0.29, r.h * 0.11);
            vec![
                at(x + far, y),
                at(right - far, y),
                at(right - near, y + near),
                at(right, y + far),
                at(right, bottom - far),
                at(right - near, bottom - near),
                at(right - far, bottom),
                at(x + far, bottom),
                at(x + near, bottom - near),
                at(x, bottom - far),
                at(x, y + far),
                at(x + near, y + near),
            ]
        }
        _ => r.corners().to_vec(),
    }
}

fn fold(r: Rect) -> f64 {
    11.0_f64.min(r.h / 3.0)
}

fn depth(r: Rect) -> f64 {
    6.0_f64.min(r.h / 4.0)
}

fn behind(r: Rect) -> f64 {
    5.0_f64.min(r.h / 4.0)
}

fn lid(r: Rect) -> f64 {
    LID.min(r.h / 5.0)
}

/// A point on a lid's rim, on the curve that [`rim`] draws.
fn arc(r: Rect, share: f64, top: bool) -> Point {
    let lift = 4.0 * share * (1.0 - share) * lid(r);
    let y = if top { r.y + lid(r) - lift } else { r.bottom() - lid(r) + lift };
    at(r.x + r.w * share * share * (3.0 - 2.0 * share), y)
}

/// Half an ellipse from one side to the other, `lift` pixels high.
fn rim(path: Path, to: Point, from: Point, lift: f64) -> Path {
    let reach = lift * 4.0 / 3.0;
    path.cubic(from.shifted(0.0, reach), to.shifted(0.0, reach), to)
}

/// Draws the shape into `r`.
pub(super) fn paint(pen: &mut Pen, shape: Shape, r: Rect) {
    let (x, y, right, bottom) = (r.x, r.y, r.right(), r.bottom());
    let points = outline(shape, r);
    match shape {
        Shape::Plain(radius) => body(pen, Path::rectangle(r, f64::from(radius))),
        Shape::Dot | Shape::Ring => {
            let side = r.w.min(r.h);
            let circle = |side: f64| circle(r.center(), side / 2.0);
            if shape == Shape::Ring {
                body(pen, circle(side));
            }
            line(pen, "pv-solid", circle(if shape == Shape::Ring { side * 0.55 } else { side }));
        }
        Shape::Striped => {
            body(pen, Path::rectangle(r, 6.0));
            line(pen, "pv-stripe", Path::default().go(at(x + 8.0, y + 5.0)).line(at(x + 8.0, bottom - 5.0)));
        }
        Shape::Double => {
            body(pen, Path::rectangle(r, 7.0));
            line(pen, "pv-line", Path::rectangle(r.grown(-3.5_f64.min(r.h / 6.0)), 4.0));
        }
        Shape::Stack => {
            let behind = behind(r);
            body(pen, Path::rectangle(Rect::new(x + behind, y + behind, r.w - behind, r.h - behind), 4.0));
            body(pen, Path::rectangle(Rect::new(x, y, r.w - behind, r.h - behind), 4.0));
        }
        Shape::Person => {
            body(pen, Path::rectangle(r, r.h / 2.0));
            if r.w > 60.0 {
                someone(pen, at(x + 22.0, r.center().y), 1.0);
            } else {
                someone(pen, r.center(), r.h / 26.0);
            }
        }
        Shape::Sheet | Shape::Locked => {
            body(pen, Path::polygon(&points, 2.0));
            let cut = fold(r);
            let fold = Path::default()
                .go(at(right - cut, y))
                .line(at(right - cut, y + cut))
                .line(at(right, y + cut));
            line(pen, "pv-line", fold);
            if shape == Shape::Locked {
                lock(pen, at(if r.w > 60.0 { x + 17.0 } else { r.center().x - 1.0 }, r.center().y), r.h);
            }
        }
        Shape::Cylinder | Shape::Drum => {
            let lid = lid(r);
            let (left_top, right_top) = (at(x, y + lid), at(right, y + lid));
            let path =
                rim(Path::default().go(left_top), right_top, left_top, -lid).line(at(right, bottom - lid));
            body(pen, rim(path, at(x, bottom - lid), at(right, bottom - lid), lid).close());
            let lids = if shape == Shape::Drum { 2 } else { 1 };
            for number in 0..lids {
                let y = y + lid + f64::from(number) * lid * 0.85;
                line(pen, "pv-line", rim(Path::default().go(at(x, y)), at(right, y), at(x, y), lid));
            }
        }
        Shape::Cube => {
            body(pen, Path::polygon(&points, 1.0));
            let depth = depth(r);
            let corner = at(right - depth, y + depth);
            let edges = Path::default().go(at(x, y + depth)).line(corner).line(at(right - depth, bottom));
            line(pen, "pv-line", edges.go(corner).line(at(right, y)));
        }
        Shape::Barred => {
            body(pen, Path::rectangle(r, 3.0));
            let bar = 7.0_f64.min(r.w / 6.0);
            let bars = Path::default().go(at(x + bar, y)).line(at(x + bar, bottom));
            line(pen, "pv-line", bars.go(at(right - bar, y)).line(at(right - bar, bottom)));
        }
        Shape::Hexagon | Shape::Signpost | Shape::Shield | Shape::Octagon | Shape::Folder => {
            body(pen, Path::polygon(&points, 3.0));
        }
    }
}

fn circle(center: Point, radius: f64) -> Path {
    // So long are the handles of a quarter of a circle.
    let reach = radius * 0.5523;
    let (left, right) = (center.shifted(-radius, 0.0), center.shifted(radius, 0.0));
    let (top, bottom) = (center.shifted(0.0, -radius), center.shifted(0.0, radius));
    Path::default()
        .go(left)
        .cubic(left.shifted(0.0, -reach), top.shifted(-reach, 0.0), top)
        .cubic(top.shifted(reach, 0.0), right.shifted(0.0, -reach), right)
        .cubic(right.shifted(0.0, reach), bottom.shifted(reach, 0.0), bottom)
        .cubic(bottom.shifted(-reach, 0.0), left.shifted(0.0, reach), left)
        .close()
}

fn body(pen: &mut Pen, path: Path) {
    pen.empty("path", &[("class", "pv-shape".into()), ("d", path.into())]);
}

fn line(pen: &mut Pen, class: &'static str, path: Path) {
    pen.empty("path", &[("class", class.into()), ("d", path.into())]);
}

fn someone(pen: &mut Pen, center: Point, scale: f64) {
    let (radius, middle) = (3.6 * scale, at(center.x, center.y - 5.5 * scale));
    let head = Rect::around(middle, 2.0 * radius, 2.0 * radius);
    line(pen, "pv-solid", Path::rectangle(head, radius));
    let (half, top, bottom) = (6.5 * scale, center.y + 0.5 * scale, center.y + 8.0 * scale);
    let shoulders = Path::default()
        .go(at(center.x - half, bottom))
        .cubic(at(center.x - half, top), at(center.x + half, top), at(center.x + half, bottom))
        .close();
    line(pen, "pv-solid", shoulders);
}

fn lock(pen: &mut Pen, center: Point, height: f64) {
    let scale = (height / 26.0).min(1.0);
    let shackle = Path::default().go(at(center.x - 3.2 * scale, center.y - scale)).cubic(
        at(center.x - 3.2 * scale, center.y - 9.0 * scale),
        at(center.x + 3.2 * scale, center.y - 9.0 * scale),
        at(center.x + 3.2 * scale, center.y - scale),
    );
    line(pen, "pv-line", shackle);
    let case = Rect::new(center.x - 5.5 * scale, center.y - scale, 11.0 * scale, 8.0 * scale);
    line(pen, "pv-solid", Path::rectangle(case, 1.5));
}
