//! What a container may do to its node and to the cluster.

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
