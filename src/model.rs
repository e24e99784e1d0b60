//! Stage 3: documents become an [`Inventory`] of objects, each with its identity, sorted and unique.
//!
//! The types here are also the ground that every other stage stands on: a [`Document`] is what `source`
//! reads, a [`Value`] is what it holds.

mod document;
mod dump;
mod inventory;
mod span;
mod split;
mod take;
mod value;

pub use document::{Document, Origin, SourceFile, Token, TokenClass};
pub use inventory::{Environment, Identity, Inventory, Object, PLAIN_ENVIRONMENT, Subject};
pub use span::Span;
pub use take::{Grouping, take_inventory};
pub use value::{Entry, Kind, Value};
