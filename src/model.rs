//! Stage 3: documents become an [`Inventory`] of objects, each with its identity, sorted and unique.

mod betrayed;
mod dump;
mod inventory;
mod split;
mod take;
mod template;
mod tool_file;

pub use inventory::{Inventory, Object, Subject};
pub use take::{Grouping, take_inventory};
