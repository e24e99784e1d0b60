//! Whom the NetworkPolicies let in and out.

use super::{Focus, Scene};
use crate::diagram::Diagram;

pub(super) fn draw(_scene: Scene, _focus: &Focus) -> Option<Diagram> {
    None
}
