//! What advice there is on a workload.

use crate::model::Object;
use crate::page::Block;
use crate::page::knowledge::Knowledge;
use crate::topology::{NodeIndex, Pod};

pub fn blocks(_know: &Knowledge, _index: NodeIndex, _object: &Object, _pod: &Pod) -> Vec<Block> {
    Vec::new()
}
