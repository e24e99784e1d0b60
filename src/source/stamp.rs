//! Whether inputs changed since they were read: the names, sizes and times of their files.

use ignore::WalkBuilder;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::time::SystemTime;

/// How many files are looked at. Of more, a change may go unseen.
const MOST_FILES: usize = 200_000;

/// What inputs looked like at one time. It is compared within one run only, and never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(u64);

/// What inputs look like now. What cannot be read has no part in it.
pub fn stamp(inputs: &[PathBuf]) -> Stamp {
    let mut hasher = DefaultHasher::new();
    for input in inputs {
        let walk = WalkBuilder::new(input).sort_by_file_path(Ord::cmp).build();
        for entry in walk.filter_map(Result::ok).take(MOST_FILES) {
            let Ok(metadata) = fs::symlink_metadata(entry.path()) else { continue };
            if metadata.is_dir() {
                continue;
            }
            entry.path().hash(&mut hasher);
            metadata.len().hash(&mut hasher);
            metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH).hash(&mut hasher);
        }
    }
    Stamp(hasher.finish())
}
