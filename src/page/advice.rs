//! The page `/advice/`: every finding.

use super::knowledge::Knowledge;
use super::{Link, Page};

pub fn page(_know: &Knowledge, _crumbs: Vec<Link>) -> Option<Page> {
    None
}
