//! Go templates of the controllers, rendered by helm, which is a Go template engine.

mod chart;
mod render;

pub use chart::{made_up, uses_other_than};
pub use render::{Renderer, Unrendered};
