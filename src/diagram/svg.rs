//! Paints a diagram as static SVG.

use super::{Body, Class, Diagram};
use crate::escape::xml as html;
use crate::model::Subject;
use crate::problem::Problems;
use std::fmt;

/// The rules that the classes of a painted diagram need.
pub const STYLE: &str =
    ".pv-node rect{fill:#dbeafe;stroke:#64748b}.pv-node text{font:14px arial,sans-serif;fill:#0f172a}\n";

/// A painted diagram.
pub struct Svg(String);

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The picture of `diagram`.
pub fn paint(
    diagram: &Diagram,
    links: &(dyn Fn(&Subject) -> Option<String> + Sync),
) -> (Option<Svg>, Problems) {
    let Body::Flow(flow) = &diagram.body else { return (None, Problems::none()) };
    let width = 20 + 180 * flow.nodes.len();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"200\" viewBox=\"0 0 {width} 200\"><title>{}</title>",
        html(&diagram.title)
    );
    for (i, node) in flow.nodes.iter().enumerate() {
        let x = 20 + 180 * i;
        let rect = format!(
            "<g class=\"pv-node\"><rect x=\"{x}\" y=\"70\" width=\"160\" height=\"60\" rx=\"6\"/><text x=\"{}\" y=\"105\" text-anchor=\"middle\">{}</text></g>",
            x + 80,
            html(&node.label)
        );
        match node.link.as_ref().and_then(links) {
            Some(href) => out.push_str(&format!("<a href=\"{}\">{rect}</a>", html(&href))),
            None => out.push_str(&rect),
        }
    }
    out.push_str("</svg>");
    (Some(Svg(out)), Problems::none())
}

/// The classes that occur in `diagram`, in their order, each with the plain word for it.
pub fn legend(diagram: &Diagram) -> Vec<(Class, &'static str)> {
    let Body::Flow(flow) = &diagram.body else { return Vec::new() };
    let classes: std::collections::BTreeSet<Class> = flow.nodes.iter().map(|node| node.class).collect();
    classes.into_iter().map(|class| (class, "node")).collect()
}

/// The shape of `class` in the size of a line of text, for a legend; the word beside it is its name.
pub fn swatch(_class: Class) -> Svg {
    Svg("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"34\" height=\"24\" aria-hidden=\"true\"></svg>"
        .to_owned())
}
