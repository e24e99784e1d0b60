//! What a container reserves and may use, and what happens at each limit.

use crate::model::Object;
use crate::page::Block;
use crate::page::knowledge::Knowledge;
use crate::topology::{NodeIndex, Pod};

pub fn blocks(
    _know: &Knowledge,
    _index: NodeIndex,
    _object: &Object,
    _pod: &Pod,
    _position: usize,
) -> Vec<Block> {
    Vec::new()
}
