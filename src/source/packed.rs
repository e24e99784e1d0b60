//! Packed charts: archives of tar in gzip, of which helm sees what was read here and nothing else.
//!
//! Source: Go's `archive/tar`, as helm reads charts with it. What that would read in another way is refused.

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::io::{self, Read};
use tar::{Archive, Builder, EntryType, Header};

/// The most that the archives of one chart may hold together, in bytes: as much as helm reads of one.
pub const BYTES: usize = 100 << 20;

/// Gives the new bytes of a file of an archive, by its path with `/` and its bytes.
pub type Change<'a, E> = &'a mut dyn FnMut(&str, Vec<u8>) -> Result<Vec<u8>, E>;

/// What gzip packed, if there are no more than `most` bytes; `None` if it is no gzip.
pub fn unpack(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    MultiGzDecoder::new(bytes).take(most as u64 + 1).read_to_end(&mut out).ok()?;
    (out.len() <= most).then_some(out)
}

/// A packed chart with what `change` makes of each file of an unpacked one.
///
/// Even where nothing changes, it is written anew: two readers may see different files in the same archive.
///
/// # Errors
///
/// `None` if this is no archive of tar, and what `change` says.
pub fn rewrite<E>(tar: &[u8], change: Change<'_, E>) -> Result<Vec<u8>, Option<E>> {
    let broken = |_: io::Error| None;
    let mut out = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for file in files(tar, broken)? {
        let File { own, data, is_regular } = file;
        let data = match is_regular {
            true => change(&slashed(&own), data).map_err(Some)?,
            false => data,
        };
        let mut header = Header::new_ustar();
        header.set_mode(0o644);
        header.set_size(data.len() as u64);
        header.set_cksum();
        // The only place where a path may have any length and any bytes.
        out.append_pax_extensions([("path", own.as_slice())]).map_err(broken)?;
        out.append(&header, data.as_slice()).map_err(broken)?;
    }
    out.into_inner().and_then(GzEncoder::finish).map_err(broken)
}

/// Calls `see` with the path, with `/`, and the bytes of each file of an unpacked chart, as long as it wants more; `None` if this
/// is no archive of tar, or `see` gives up.
pub fn each_file(tar: &[u8], see: &mut dyn FnMut(&str, &[u8]) -> Option<()>) -> Option<()> {
    let regular = files(tar, |_| ()).ok()?;
    regular.iter().filter(|file| file.is_regular).try_for_each(|file| see(&slashed(&file.own), &file.data))
}

/// A file of an archive.
struct File {
    /// Its path, as it is written.
    own: Vec<u8>,
    data: Vec<u8>,
    /// Whether it is one; helm takes what is not, such as a link, for an empty file.
    is_regular: bool,
}

fn slashed(own: &[u8]) -> String {
    String::from_utf8_lossy(own).replace('\\', "/")
}

/// The files of an unpacked archive, in their order; `broken` if helm would read it in another way.
fn files<E>(tar: &[u8], broken: impl Fn(io::Error) -> E) -> Result<Vec<File>, E> {
    let odd = || broken(io::Error::from(io::ErrorKind::InvalidData));
    let (mut tar, mut files) = (Archive::new(tar), Vec::new());
    for entry in tar.entries().map_err(&broken)? {
        let mut entry = entry.map_err(&broken)?;
        let is_regular = match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => true,
            EntryType::Directory | EntryType::XGlobalHeader => continue,
            EntryType::Link | EntryType::Symlink | EntryType::Char | EntryType::Block | EntryType::Fifo => {
                false
            }
            _ => return Err(odd()),
        };
        let own = entry.path_bytes().into_owned();
        if own.ends_with(b"/") {
            continue;
        }
        for record in entry.pax_extensions().map_err(&broken)?.into_iter().flatten() {
            if record.map_err(&broken)?.key_bytes().starts_with(b"GNU.sparse") {
                return Err(odd());
            }
        }
        let (size, mut data) = (entry.size(), Vec::new());
        if is_regular {
            entry.read_to_end(&mut data).map_err(&broken)?;
            if data.len() as u64 != size {
                return Err(odd());
            }
        }
        files.push(File { own, data, is_regular });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::{BYTES, rewrite, unpack};
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;
    use tar::{Builder, EntryType, Header};

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    fn header(kind: EntryType, size: usize) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size as u64);
        header
    }

    /// An archive of files that are given by the kind, the path and the text of each.
    fn archive(files: &[(EntryType, &str, &str)]) -> Vec<u8> {
        let mut tar = Builder::new(Vec::new());
        for (kind, path, text) in files {
            tar.append_data(&mut header(*kind, text.len()), path, text.as_bytes()).unwrap();
        }
        gzip(&tar.into_inner().unwrap())
    }

    fn read(archive: &[u8], left: usize) -> Option<(Vec<String>, Vec<u8>)> {
        let mut told = Vec::new();
        let rewritten = rewrite::<()>(&unpack(archive, left)?, &mut |path, bytes| {
            told.push(format!("{path}: {}", String::from_utf8_lossy(&bytes)));
            Ok(if path == "c/b" { b"other".to_vec() } else { bytes })
        });
        rewritten.ok().map(|rewritten| (told, rewritten))
    }

    #[test]
    fn files_are_replaced_where_they_stand() {
        let long = "c/".to_owned() + &"x".repeat(150);
        let archive = archive(&[
            (EntryType::Regular, "c/a", "one"),
            (EntryType::Directory, "c/d", ""),
            (EntryType::Regular, &long, "two"),
            (EntryType::Continuous, "c/b", "three"),
        ]);
        let (files, first) = read(&archive, BYTES).unwrap();
        assert_eq!(files, ["c/a: one".to_owned(), format!("{long}: two"), "c/b: three".to_owned()]);
        let (files, again) = read(&first, BYTES).unwrap();
        assert_eq!(files, ["c/a: one".to_owned(), format!("{long}: two"), "c/b: other".to_owned()]);
        assert_eq!(first, again, "the same files are the same bytes");
    }

    #[test]
    fn links_lead_nowhere() {
        let mut tar = Builder::new(Vec::new());
        tar.append_link(&mut header(EntryType::Symlink, 0), "c/templates/x.yaml", "/etc/passwd").unwrap();
        let (files, rewritten) = read(&gzip(&tar.into_inner().unwrap()), BYTES).unwrap();
        assert_eq!(files, [] as [String; 0]);
        assert_eq!(read(&rewritten, BYTES).unwrap().0, ["c/templates/x.yaml: "]);
    }

    #[test]
    fn what_go_reads_in_another_way_is_refused() {
        assert!(read(b"no archive", BYTES).is_none());
        assert!(read(&archive(&[(EntryType::GNUSparse, "c/a", "")]), BYTES).is_none());
        assert!(read(&archive(&[(EntryType::new(b'Z'), "c/a", "")]), BYTES).is_none());
        let mut sparse = Builder::new(Vec::new());
        sparse.append_pax_extensions([("GNU.sparse.name", b"c/b".as_slice())]).unwrap();
        sparse.append_data(&mut header(EntryType::Regular, 1), "c/a", b"x".as_slice()).unwrap();
        assert!(read(&gzip(&sparse.into_inner().unwrap()), BYTES).is_none());
        let mut whole = archive(&[(EntryType::Regular, "c/a", "one")]);
        whole.truncate(whole.len() - 4);
        assert!(read(&whole, BYTES).is_none());
    }

    #[test]
    fn no_more_is_unpacked_than_is_left() {
        let archive = archive(&[(EntryType::Regular, "c/a", &"0".repeat(5000))]);
        assert!(read(&archive, 5000).is_none());
        assert!(read(&archive, 8000).is_some());
    }
}
