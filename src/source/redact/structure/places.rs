//! Where bytes of a text stand.

use crate::document::compose::Spot;

/// The lines of a text.
pub struct Places {
    starts: Vec<usize>,
}

impl Places {
    /// Those of `text`.
    pub fn new(text: &str) -> Places {
        let breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1);
        Places { starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// The line of the byte at `at` and its column, in bytes.
    pub fn spot(&self, at: usize) -> Spot {
        let line = self.starts.partition_point(|&start| start <= at);
        let column = at - self.starts[line - 1] + 1;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Spot { line: number(line), column: number(column) }
    }
}
