//! How a new version replaces the old one, as a sequence.

use super::{Focus, Scene};
use crate::diagram::Diagram;

pub(super) fn draw(_scene: Scene, _focus: &Focus) -> Option<Diagram> {
    None
}
