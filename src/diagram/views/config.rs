//! Which ConfigMaps and Secrets each container reads, and how.

use super::{Focus, Scene};
use crate::diagram::Diagram;

pub(super) fn draw(_scene: Scene, _focus: &Focus) -> Option<Diagram> {
    None
}
