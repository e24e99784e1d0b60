//! Paints a [`Diagram`] as SVG, without a browser and without a script.
//!
//! An SVG for a page has no style of its own: it uses classes and the variables of [`STYLE`], so it follows the
//! page's theme. Kinds differ by shape first and by color second. Text goes through [`crate::escape::xml`] only, and
//! the type [`Svg`] can be made nowhere else, so what is printed as markup was painted here.

mod block;
mod compose;
mod edge;
mod flow;
mod layout;
mod memo;
mod parts;
mod pen;
mod sequence;
mod shape;
#[cfg(test)]
mod tests;
mod text;

use super::{Body, Class, Diagram, Flow, Sequence, Step};
use crate::escape::xml;
use crate::model::Subject;
use crate::problem::{Code, Level, Problem, Problems};
use pen::{Pen, Point, Rect};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// How links on nodes are written: the page of a subject, or None.
pub type Links<'a> = &'a (dyn Fn(&Subject) -> Option<String> + Sync);

/// The stylesheet of every SVG that [`paint`] makes: a page includes it once.
pub const STYLE: &str = include_str!("svg/style.css");

/// One `svg` element. Only this module makes one, so it may be printed as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svg(String);

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The SVG of `diagram` for a page that has [`STYLE`]; None, with a problem, if it is too large to lay out.
pub fn paint(diagram: &Diagram, links: Links) -> (Option<Svg>, Problems) {
    checked(diagram, links, false)
}

/// The same with the stylesheet inside, for a file of its own.
pub fn paint_standalone(diagram: &Diagram, links: Links) -> (Option<Svg>, Problems) {
    checked(diagram, links, true)
}

/// How wide and how tall the picture of a flow is, in pixels; `None` for another picture, and for one that is too large to
/// lay out. The diagram keeps what was found.
pub fn size(diagram: &Diagram) -> Option<(f64, f64)> {
    let Body::Flow(flow) = &diagram.body else { return None };
    let layout = diagram.laid_out.0.get_or_init(|| lay_out(flow)).as_ref().ok()?;
    Some((layout.block().w + 2.0 * MARGIN, layout.block().h + 2.0 * MARGIN))
}

/// Where everything of a diagram stands, once [`size`] has found it: [`paint`] need not lay it out again. It follows from
/// the diagram's body, so it makes no difference between two diagrams.
#[derive(Clone, Debug, Default)]
pub struct LaidOut(OnceLock<Result<Arc<flow::Layout>, TooLarge>>);

impl PartialEq for LaidOut {
    fn eq(&self, _: &LaidOut) -> bool {
        true
    }
}

fn lay_out(flow: &Flow) -> Result<Arc<flow::Layout>, TooLarge> {
    flow::Layout::of(flow, &mut Budget(WORK)).map(Arc::new)
}

/// The classes that occur in `diagram`, in their order, each with the plain word for it.
pub fn legend(diagram: &Diagram) -> Vec<(Class, &'static str)> {
    let classes: BTreeSet<Class> = match &diagram.body {
        Body::Flow(flow) | Body::States(flow) => {
            flow.nodes.iter().map(|node| node.class).chain(flow.groups.iter().map(|g| g.class)).collect()
        }
        Body::Sequence(sequence) => sequence.participants.iter().map(|one| one.class).collect(),
    };
    classes.into_iter().map(|class| (class, shape::word(class))).collect()
}

/// The shape of `class` in the size of a line of text, for a legend; the word beside it is its name.
pub fn swatch(class: Class) -> Svg {
    let mut pen = Pen::default();
    let attributes = [
        ("xmlns", "http://www.w3.org/2000/svg".into()),
        ("class", "pv-diagram pv-swatch".into()),
        ("width", 34.0.into()),
        ("height", 24.0.into()),
        ("viewBox", "0 0 34 24".into()),
        ("aria-hidden", "true".into()),
    ];
    pen.open("svg", &attributes);
    pen.open("g", &[("class", shape::node_class(class).into())]);
    shape::paint(&mut pen, shape::of(class), Rect::new(2.0, 2.0, 30.0, 20.0));
    Svg(pen.finish())
}

/// The diagram needs more work than a picture is worth.
#[derive(Clone, Copy, Debug)]
struct TooLarge;

/// How much work may still be done.
struct Budget(u64);

/// Enough for some hundred nodes with some hundred edges: less than half a second.
const WORK: u64 = 40_000_000;

impl Budget {
    fn spend(&mut self, units: u64) -> Result<(), TooLarge> {
        self.0 = self.0.checked_sub(units).ok_or(TooLarge)?;
        Ok(())
    }
}

fn checked(diagram: &Diagram, links: Links, alone: bool) -> (Option<Svg>, Problems) {
    match draw(diagram, links, alone) {
        Ok(svg) => (Some(svg), Problems::none()),
        Err(TooLarge) => {
            let message = format!("the {} diagram is too large to lay out", diagram.view.name());
            let problem = Problem::new(Level::Warning, Code::DiagramTooLarge, message)
                .help("the table beside it holds the same facts; ask for a smaller part to see a picture");
            (None, Problems::from_iter([problem]))
        }
    }
}

/// Around the picture.
const MARGIN: f64 = 8.0;

fn draw(diagram: &Diagram, links: Links, alone: bool) -> Result<Svg, TooLarge> {
    let mut inner = Pen::default();
    let (class, extent) = match &diagram.body {
        Body::Flow(flow) => {
            let layout = diagram.laid_out.0.get().cloned().unwrap_or_else(|| lay_out(flow))?;
            ("pv-diagram pv-flow", flow::Picture::new(flow, layout).paint(&mut inner, links))
        }
        Body::States(flow) => {
            let layout = Arc::new(flow::Layout::of_states(flow, &mut Budget(WORK))?);
            ("pv-diagram pv-flow", flow::Picture::new(flow, layout).paint(&mut inner, links))
        }
        Body::Sequence(sequence) => {
            let picture = sequence::Picture::new(sequence, &mut Budget(WORK))?;
            ("pv-diagram pv-sequence", picture.paint(&mut inner, links))
        }
    };
    let class = match (alone, class) {
        (true, "pv-diagram pv-flow") => "pv-diagram pv-flow pv-alone",
        (true, _) => "pv-diagram pv-sequence pv-alone",
        (false, class) => class,
    };
    let frame = extent.grown(MARGIN);
    let view = [frame.x.floor(), frame.y.floor(), (frame.w + 1.0).ceil(), (frame.h + 1.0).ceil()];
    let name = name(diagram);
    let (title, description) = (format!("{name}-t"), format!("{name}-d"));
    let mut pen = Pen::default();
    pen.open(
        "svg",
        &[
            ("xmlns", "http://www.w3.org/2000/svg".into()),
            ("class", class.into()),
            ("width", view[2].into()),
            ("height", view[3].into()),
            ("viewBox", xml(&view.map(|side| side.to_string()).join(" ")).into()),
            // What is an image to a screen reader cannot hold links.
            ("role", if has_links(diagram, links) { "group".into() } else { "img".into() }),
            ("aria-labelledby", xml(&title).into()),
            ("aria-describedby", xml(&description).into()),
        ],
    );
    pen.text("title", &[("id", xml(&title).into())], &diagram.title);
    pen.text("desc", &[("id", xml(&description).into())], &diagram.description);
    if alone {
        pen.style(STYLE);
    }
    pen.append(inner);
    pen.line();
    Ok(Svg(pen.finish()))
}

/// A name for the ids inside the SVG that no other diagram of a page has.
fn name(diagram: &Diagram) -> String {
    let mut parts = vec![diagram.view.name().to_owned(), diagram.title.clone(), diagram.description.clone()];
    match &diagram.body {
        Body::Flow(flow) | Body::States(flow) => {
            parts.extend(flow.nodes.iter().map(|node| node.id.to_string()));
        }
        Body::Sequence(sequence) => parts.extend(sequence.participants.iter().map(|one| one.id.to_string())),
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    super::Id::of('v', &parts).to_string()
}

fn has_links(diagram: &Diagram, links: Links) -> bool {
    let leads = |subject: &Option<Subject>| subject.as_ref().and_then(links).is_some();
    match &diagram.body {
        Body::Flow(Flow { groups, nodes, .. }) | Body::States(Flow { groups, nodes, .. }) => {
            groups.iter().any(|group| leads(&group.link)) || nodes.iter().any(|node| leads(&node.link))
        }
        Body::Sequence(Sequence { participants, .. }) => participants.iter().any(|one| leads(&one.link)),
    }
}

/// How many steps there are, in frames too; None when they are nested deeper than anyone could read.
fn count(steps: &[Step], depth: usize) -> Option<usize> {
    let inner = |step: &Step| match step {
        Step::Frame { steps, .. } if depth > 0 => count(steps, depth - 1).map(|inner| inner + 1),
        Step::Frame { .. } => None,
        _ => Some(1),
    };
    steps.iter().map(inner).sum()
}

/// What `content` draws, as a link to `href` if there is one.
fn linked(pen: &mut Pen, href: Option<String>, name: &str, content: impl FnOnce(&mut Pen)) {
    match href {
        Some(href) => {
            let name = xml(&text::shown(name));
            pen.open(
                "a",
                &[("class", "pv-link".into()), ("href", xml(&href).into()), ("aria-label", name.into())],
            );
            content(pen);
            pen.close();
        }
        None => content(pen),
    }
}

/// Lines of text below one another; `first` is on the baseline of the first.
fn paragraph(pen: &mut Pen, class: &'static str, lines: &[String], first: Point, height: f64) {
    match lines {
        [] => {}
        [line] => {
            pen.text("text", &[("class", class.into()), ("x", first.x.into()), ("y", first.y.into())], line);
        }
        lines => {
            pen.open("text", &[("class", class.into())]);
            for (index, line) in lines.iter().enumerate() {
                let y = first.y + index as f64 * height;
                pen.text("tspan", &[("x", first.x.into()), ("y", y.into())], line);
            }
            pen.close();
        }
    }
}

/// A ground for text, so that no line strikes through it.
fn plate(pen: &mut Pen, rect: Rect) {
    pen.empty(
        "rect",
        &[
            ("class", "pv-plate".into()),
            ("x", rect.x.into()),
            ("y", rect.y.into()),
            ("width", rect.w.into()),
            ("height", rect.h.into()),
            ("rx", 4.0.into()),
        ],
    );
}
