//! What a file is to hold. A large site is not in memory: what is rendered is set down on the disk, and is read when it is
//! published.

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// So many bytes are kept in memory before others are set down.
const KEPT: usize = 32 << 20;

/// The bytes of a file.
#[derive(Clone)]
pub struct Content(Bytes);

#[derive(Clone)]
enum Bytes {
    Here(Vec<u8>),
    Down { file: Arc<fs::File>, at: u64, length: usize },
}

impl Content {
    /// How many bytes there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Bytes::Here(bytes) => bytes.len(),
            Bytes::Down { length, .. } => *length,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes.
    ///
    /// # Errors
    ///
    /// If they were set down, and the disk does not give them back.
    pub fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        match &self.0 {
            Bytes::Here(bytes) => Ok(Cow::Borrowed(bytes)),
            Bytes::Down { file, at, length } => {
                let mut bytes = vec![0; *length];
                file.read_exact_at(&mut bytes, *at)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Content {
        Content(Bytes::Here(bytes))
    }
}

impl From<String> for Content {
    fn from(text: String) -> Content {
        text.into_bytes().into()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Content) -> bool {
        self.len() == other.len() && self.read().ok().zip(other.read().ok()).is_some_and(|(a, b)| a == b)
    }
}

impl Eq for Content {}

/// Where bytes are set down: a file without a name, which is gone with the process.
#[derive(Default)]
pub(super) struct Shelf {
    kept: AtomicUsize,
    file: OnceLock<Option<Arc<fs::File>>>,
    end: AtomicU64,
}

impl Shelf {
    /// Sets bytes down; the first ones, and what the disk does not take, stay in memory.
    pub(super) fn put(&self, bytes: &[u8]) -> Content {
        let length = bytes.len();
        if self.kept.fetch_add(length, Ordering::Relaxed) + length <= KEPT {
            return bytes.to_vec().into();
        }
        let file = self.file.get_or_init(|| tempfile::tempfile().ok().map(Arc::new));
        let at = self.end.fetch_add(length as u64, Ordering::Relaxed);
        match file {
            Some(file) if file.write_all_at(bytes, at).is_ok() => {
                Content(Bytes::Down { file: Arc::clone(file), at, length })
            }
            _ => bytes.to_vec().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_whether_they_were_kept_or_set_down() {
        let shelf = Shelf::default();
        let bytes = |byte: u8| vec![byte; KEPT / 3];
        let all: Vec<Content> = (0..6).map(|byte| shelf.put(&bytes(byte))).collect();
        let is_down = |content: &Content| matches!(content.0, Bytes::Down { .. });
        assert_eq!(all.iter().map(is_down).collect::<Vec<_>>(), [false, false, false, true, true, true]);
        for (byte, content) in (0..).zip(&all) {
            assert_eq!(content.read().unwrap(), bytes(byte));
            assert_eq!(*content, bytes(byte).into());
        }
        assert_ne!(all[3], all[4]);
    }
}
