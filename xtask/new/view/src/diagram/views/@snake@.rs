//! @Words@: what it shows, in a line.

use super::cast;
use super::sheet::Sheet;
use super::{Budget, Definition, Focus, Of, Scene};
use crate::diagram::{Diagram, Direction, View};

pub(super) static VIEW: Definition =
    Definition { name: "@kebab@", of: Of::Everything, budget: Budget::USUAL, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let Focus::Object(index) = *focus else { return None };
    let mut sheet = Sheet::default();
    let (title, description) = ("What it shows".to_owned(), "What is drawn, and what an arrow means.".to_owned());
    sheet.node(cast::object(&scene.topology.nodes[index]), None);
    Some(sheet.finish(View::@Camel@, title, description, Direction::Right, scene.budget))
}
