//! Packed charts: archives of tar in gzip, whose files can be looked at and replaced.
//!
//! Source: Go's `archive/tar`, as helm reads charts with it. What that would read in another way is refused.

mod inflate;

use inflate::{pack, unpack};

/// The most that one archive may hold, in bytes: as much as helm reads.
pub const BYTES: usize = 100 << 20;

const BLOCK: usize = 512;

/// Gives the new bytes of a file of an archive, by its path with `/` and its bytes; `None` leaves it.
pub type Change<'a, E> = &'a mut dyn FnMut(&str, &[u8]) -> Result<Option<Vec<u8>>, E>;

/// The archive with every file replaced for which `change` gives other bytes, if it does for one.
///
/// # Errors
///
/// `None` if this is no such archive, and what `change` says.
pub fn rewrite<E>(archive: &[u8], change: Change<'_, E>) -> Result<Option<Vec<u8>>, Option<E>> {
    let tar = unpack(archive, BYTES).ok_or(None)?;
    let mut out: Option<Vec<u8>> = None;
    let (mut at, mut long) = (0, None);
    while let Some(header) = tar.get(at..at + BLOCK).filter(|block| block.iter().any(|byte| *byte != 0)) {
        let entry = Entry::read(header).ok_or(None)?;
        let body = at + BLOCK;
        let data = tar.get(body..body + entry.size).ok_or(None)?;
        let next = body + entry.size.next_multiple_of(BLOCK);
        let mut new = None;
        match entry.kind {
            b'L' => long = Some(text(data)),
            b'x' => long = extended(data)?.or(long),
            b'g' if extended(data)?.is_none() => {}
            b'0' | 0 | b'7' => {
                let path = long.take().unwrap_or(entry.path).replace('\\', "/");
                new = change(&path, data).map_err(Some)?;
            }
            b'K' => {}
            b'1'..=b'6' => long = None,
            _ => return Err(None),
        }
        match (&mut out, new) {
            (out, Some(new)) => {
                let out = out.get_or_insert_with(|| tar[..at].to_vec());
                out.extend(resized(header, new.len()));
                out.extend(&new);
                out.resize(out.len().next_multiple_of(BLOCK), 0);
            }
            (Some(out), None) => out.extend(tar.get(at..next.min(tar.len())).unwrap_or_default()),
            (None, None) => {}
        }
        at = next;
    }
    Ok(out.map(|mut out| {
        out.resize(out.len().next_multiple_of(BLOCK) + 2 * BLOCK, 0);
        pack(&out)
    }))
}

/// What a header says.
struct Entry {
    kind: u8,
    path: String,
    size: usize,
}

impl Entry {
    fn read(header: &[u8]) -> Option<Entry> {
        let name = text(&header[..100]);
        let prefix = text(&header[345..500]);
        let path = if header[257..263] == *b"ustar\0" && !prefix.is_empty() {
            format!("{prefix}/{name}")
        } else {
            name
        };
        let kind = header[156];
        let digits = text(&header[124..136]);
        let digits = digits.trim_matches([' ', '\0']);
        let size = if digits.is_empty() { 0 } else { usize::from_str_radix(digits, 8).ok()? };
        // Links and folders have no data, whatever they say.
        let size = if matches!(kind, b'1'..=b'6') { 0 } else { size };
        (size <= BYTES).then_some(Entry { kind, path, size })
    }
}

/// The text before the first zero.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// The path among the records of an extended header, if there is one; what changes the size is not understood.
fn extended<E>(data: &[u8]) -> Result<Option<String>, Option<E>> {
    let (mut path, mut rest) = (None, data);
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ').ok_or(None)?;
        let length = std::str::from_utf8(&rest[..space]).ok().and_then(|digits| digits.parse::<usize>().ok());
        let length = length.filter(|length| *length > space + 1 && *length <= rest.len()).ok_or(None)?;
        let record = String::from_utf8_lossy(&rest[space + 1..length - 1]).into_owned();
        match record.split_once('=') {
            Some(("path", value)) => path = Some(value.to_owned()),
            Some((key, _)) if key == "size" || key.starts_with("GNU.sparse") => return Err(None),
            _ => {}
        }
        rest = &rest[length..];
    }
    Ok(path)
}

/// The header of a file that has become larger or smaller.
fn resized(header: &[u8], size: usize) -> Vec<u8> {
    let mut header = header.to_vec();
    header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, pack, resized, rewrite};

    fn file(path: &str, kind: u8, text: &str) -> Vec<u8> {
        let mut header = vec![0; BLOCK];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        let mut file = resized(&header, text.len());
        file.extend(text.as_bytes());
        file.resize(file.len().next_multiple_of(BLOCK), 0);
        file
    }

    fn told(archive: &[u8], change: &str) -> (Vec<String>, Option<Vec<u8>>) {
        let mut told = Vec::new();
        let rewritten = rewrite::<()>(archive, &mut |path, bytes| {
            told.push(format!("{path}: {}", String::from_utf8_lossy(bytes)));
            Ok((path == change).then(|| b"other".to_vec()))
        });
        (told, rewritten.unwrap())
    }

    #[test]
    fn files_are_replaced_where_they_stand() {
        let long = "c/".to_owned() + &"x".repeat(150);
        let record = format!("{} path={long}\n", long.len() + 10);
        let tar = [
            file("c/a", b'0', "one"),
            file("c/d", b'5', ""),
            file("x", b'x', &record),
            file("short", b'0', "two"),
            file("@", b'L', "c/b\0"),
            file("short", 0, "three"),
            vec![0; 2 * BLOCK],
        ];
        let archive = pack(&tar.concat());
        let all = vec!["c/a: one".to_owned(), format!("{long}: two"), "c/b: three".to_owned()];
        assert_eq!(told(&archive, ""), (all.clone(), None));
        let other = told(&archive, &long).1.unwrap();
        assert_eq!(told(&other, "").0, [all[0].clone(), format!("{long}: other"), all[2].clone()]);
    }

    #[test]
    fn what_go_reads_in_another_way_is_refused() {
        let refused = |tar: Vec<u8>| rewrite::<()>(&pack(&tar), &mut |_, _| Ok(None)) == Err(None);
        assert!(refused(file("x", b'x', "12 size=100\n")));
        assert!(refused(file("x", b'S', "")));
        assert!(rewrite::<()>(b"no archive", &mut |_, _| Ok(None)) == Err(None));
    }
}
