//! The states of a container, and what leads from one to the next.

use super::{Focus, Scene};
use crate::diagram::Diagram;

pub(super) fn draw(_scene: Scene, _focus: &Focus) -> Option<Diagram> {
    None
}
