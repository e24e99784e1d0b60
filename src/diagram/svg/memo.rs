//! What was laid out before. Pictures of one shape are many: each pod of a fleet has the same boxes and the same arrows.
//!
//! What is kept is what would be found again, and asking for it costs as much of a [`Budget`] as finding it did. So a
//! picture never depends on what was drawn before it, nor on another thread.

use super::{Budget, TooLarge};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many numbers are kept before all are forgotten: about 16 megabytes of them.
const MOST: usize = 2_000_000;

/// A geometry in one number: what is laid out, without its words.
pub(super) type Key = [u8; 32];

/// Adds up what a geometry is made of.
#[derive(Default)]
pub(super) struct Geometry(Vec<u8>);

impl Geometry {
    /// Adds a number of pixels.
    pub(super) fn length(&mut self, pixels: f64) -> &mut Geometry {
        self.0.extend(pixels.to_bits().to_le_bytes());
        self
    }

    /// Adds a width and a height.
    pub(super) fn size(&mut self, (w, h): (f64, f64)) -> &mut Geometry {
        self.length(w).length(h)
    }

    /// Adds a count, or the index of something.
    pub(super) fn number(&mut self, number: usize) -> &mut Geometry {
        self.0.extend((number as u64).to_le_bytes());
        self
    }

    /// Adds the index of something that may be absent.
    pub(super) fn place(&mut self, index: Option<usize>) -> &mut Geometry {
        self.number(index.map_or(0, |index| index + 1))
    }

    /// All of it.
    pub(super) fn key(&self) -> Key {
        *blake3::hash(&self.0).as_bytes()
    }
}

/// What was found so far, by its geometry.
pub(super) struct Memo<T>(Mutex<Kept<T>>);

struct Kept<T> {
    found: BTreeMap<Key, Found<T>>,
    numbers: usize,
}

/// What was found, and the work that it took.
struct Found<T> {
    found: Arc<T>,
    work: u64,
}

impl<T> Default for Memo<T> {
    fn default() -> Memo<T> {
        Memo(Mutex::new(Kept { found: BTreeMap::new(), numbers: 0 }))
    }
}

impl<T> Memo<T> {
    /// What is known under `key`, or else what `find` finds, which is about `numbers` large.
    pub(super) fn get(
        &self,
        key: Key,
        budget: &mut Budget,
        numbers: impl Fn(&T) -> usize,
        find: impl FnOnce(&mut Budget) -> Result<T, TooLarge>,
    ) -> Result<Arc<T>, TooLarge> {
        if let Some((found, work)) = self.known(&key) {
            budget.spend(work)?;
            return Ok(found);
        }
        let before = budget.0;
        let found = Arc::new(find(budget)?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.numbers += numbers(&found) + 8;
        if kept.numbers > MOST {
            kept.found.clear();
            kept.numbers = numbers(&found) + 8;
        }
        kept.found.insert(key, Found { found: Arc::clone(&found), work: before - budget.0 });
        Ok(found)
    }

    fn known(&self, key: &Key) -> Option<(Arc<T>, u64)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.found.get(key).map(|known| (Arc::clone(&known.found), known.work))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(parts: &[f64]) -> Key {
        let mut geometry = Geometry::default();
        for &part in parts {
            geometry.length(part);
        }
        geometry.key()
    }

    #[test]
    fn what_is_known_costs_as_much_as_what_is_found() {
        let memo: Memo<f64> = Memo::default();
        let find = |budget: &mut Budget| budget.spend(30).map(|()| 1.5);
        let mut budget = Budget(100);
        for left in [70, 40, 10] {
            let found = memo.get(key(&[1.0]), &mut budget, |_| 1, find);
            assert_eq!((found.ok().as_deref(), budget.0), (Some(&1.5), left));
        }
        assert!(memo.get(key(&[1.0]), &mut budget, |_| 1, find).is_err());
    }

    #[test]
    fn what_is_too_large_is_not_kept_and_another_geometry_is_another_matter() {
        let memo: Memo<f64> = Memo::default();
        assert!(
            memo.get(key(&[1.0]), &mut Budget(1), |_| 1, |budget| budget.spend(2).map(|()| 1.0)).is_err()
        );
        let mut budget = Budget(100);
        assert_eq!(memo.get(key(&[1.0]), &mut budget, |_| 1, |_| Ok(2.0)).ok().as_deref(), Some(&2.0));
        assert_eq!(memo.get(key(&[2.0]), &mut budget, |_| 1, |_| Ok(3.0)).ok().as_deref(), Some(&3.0));
        assert_eq!(memo.get(key(&[3.0]), &mut budget, |_| MOST, |_| Ok(4.0)).ok().as_deref(), Some(&4.0));
        assert_eq!(memo.get(key(&[1.0]), &mut budget, |_| 1, |_| Ok(5.0)).ok().as_deref(), Some(&5.0));
    }
}
