//! Sentences on containers without markup: pages make names and links of their pieces.

use crate::catalog::Catalog;
use crate::facts::storage::VolumeUse;
use crate::topology::{NodeIndex, Pod};
use std::borrow::Cow;

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Text(Cow<'static, str>),
    /// The name of a thing, or a value.
    Code(String),
    /// Words with names in backticks.
    Marked(String),
    /// A container of the pod, by its index.
    Container(usize),
    /// Services, as a list.
    Services(Vec<NodeIndex>),
}

/// What stands around a container whose part is told.
#[derive(Clone, Copy, Debug)]
pub struct Company<'a> {
    /// What is known of images.
    pub catalog: &'a Catalog,
    /// The pod.
    pub pod: &'a Pod,
    /// Its volumes.
    pub volumes: &'a [VolumeUse],
    /// The Services that lead to a port which the container declares.
    pub services: &'a [NodeIndex],
}

/// Words.
pub(super) fn text(words: impl Into<Cow<'static, str>>) -> Piece {
    Piece::Text(words.into())
}
