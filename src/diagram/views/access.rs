//! What a pod may do at the Kubernetes API: account, bindings, roles.

use super::{Focus, Scene};
use crate::diagram::Diagram;

pub(super) fn draw(_scene: Scene, _focus: &Focus) -> Option<Diagram> {
    None
}
