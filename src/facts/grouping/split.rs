//! stub
use crate::topology::Pod;
/// P
#[derive(Clone, Debug)]
pub struct Proposal {}
/// S
#[derive(Clone, Debug)]
pub struct SplitPart {}
/// p
pub fn proposal(_pod: &Pod) -> Option<Proposal> {
    None
}
