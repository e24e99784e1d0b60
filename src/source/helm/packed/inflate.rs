//! Gzip: what was packed, and a text packed again.
//!
//! Source: RFC 1951 and RFC 1952.

/// The bytes that gzip packed, if there are no more than `most`; `None` if it is no gzip.
pub fn unpack(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = bytes;
    loop {
        let (begin, header) = (out.len(), header(rest)?);
        let mut bits = Bits { bytes: &rest[header..], at: 0, held: 0, count: 0 };
        inflate(&mut bits, &mut out, begin, most)?;
        let end = header + bits.at;
        let sum = rest.get(end..end + 4)?;
        if u32::from_le_bytes(sum.try_into().ok()?) != crc(&out[begin..]) {
            return None;
        }
        rest = rest.get(end + 8..)?;
        if rest.is_empty() {
            return Some(out);
        }
    }
}

/// The bytes as gzip that is no smaller than they are.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    for block in bytes.chunks(0xffff) {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(0);
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    // An empty last block.
    out.extend([1, 0, 0, 0xff, 0xff]);
    out.extend(crc(bytes).to_le_bytes());
    out.extend(u32::try_from(bytes.len() & 0xffff_ffff).unwrap_or(0).to_le_bytes());
    out
}

/// The length of a header.
fn header(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(3).filter(|_| bytes.starts_with(&[0x1f, 0x8b, 8]))?;
    let mut at = 10;
    if flags & 4 != 0 {
        let length = bytes.get(at..at + 2)?;
        at += 2 + usize::from(u16::from_le_bytes(length.try_into().ok()?));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            at += bytes.get(at..)?.iter().position(|byte| *byte == 0)? + 1;
        }
    }
    at += if flags & 2 != 0 { 2 } else { 0 };
    (at <= bytes.len()).then_some(at)
}

fn crc(bytes: &[u8]) -> u32 {
    let mut table = [0u32; 256];
    for (entry, at) in table.iter_mut().zip(0u32..) {
        *entry = (0..8).fold(at, |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 });
    }
    !bytes.iter().fold(!0, |c, byte| table[((c ^ u32::from(*byte)) & 0xff) as usize] ^ (c >> 8))
}

/// A stream of bits, the lowest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u32,
    count: u32,
}

impl Bits<'_> {
    /// The next bits as a number, at most 16.
    fn take(&mut self, count: u32) -> Option<usize> {
        while self.count < count {
            self.held |= u32::from(*self.bytes.get(self.at)?) << self.count;
            self.at += 1;
            self.count += 8;
        }
        let value = self.held & ((1 << count) - 1);
        self.held >>= count;
        self.count -= count;
        Some(value as usize)
    }

    /// Passes over what is left of a byte.
    fn align(&mut self) {
        (self.held, self.count) = (0, 0);
    }
}

/// A code of Huffman: how many symbols have each length, and the symbols in the order of their codes.
struct Code {
    counts: [usize; 16],
    symbols: Vec<usize>,
}

impl Code {
    fn new(lengths: &[usize]) -> Code {
        let mut counts = [0; 16];
        lengths.iter().for_each(|length| counts[*length] += 1);
        counts[0] = 0;
        let mut symbols: Vec<usize> = (0..lengths.len()).filter(|at| lengths[*at] > 0).collect();
        symbols.sort_by_key(|at| lengths[*at]);
        Code { counts, symbols }
    }

    fn next(&self, bits: &mut Bits) -> Option<usize> {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in &self.counts[1..] {
            code |= bits.take(1)?;
            if code < first + count {
                return self.symbols.get(index + code - first).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

/// Undoes the packing of a stream; what it refers to stands at or behind `begin`.
fn inflate(bits: &mut Bits, out: &mut Vec<u8>, begin: usize, most: usize) -> Option<()> {
    loop {
        let last = bits.take(1)?;
        match bits.take(2)? {
            0 => {
                bits.align();
                let length = bits.take(16)?;
                if bits.take(16)? != length ^ 0xffff {
                    return None;
                }
                out.extend(bits.bytes.get(bits.at..bits.at + length)?);
                bits.at += length;
            }
            1 => {
                let lengths: Vec<usize> = [(8, 144), (9, 112), (7, 24), (8, 8)]
                    .iter()
                    .flat_map(|(length, count)| std::iter::repeat_n(*length, *count))
                    .collect();
                symbols(bits, &Code::new(&lengths), &Code::new(&[5; 30]), out, begin, most)?;
            }
            2 => {
                let (lengths, distances) = codes(bits)?;
                symbols(bits, &lengths, &distances, out, begin, most)?;
            }
            _ => return None,
        }
        if out.len() > most {
            return None;
        }
        if last == 1 {
            bits.align();
            return Some(());
        }
    }
}

/// The two codes that stand at the beginning of a block.
fn codes(bits: &mut Bits) -> Option<(Code, Code)> {
    const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let (literals, distances, own) = (bits.take(5)? + 257, bits.take(5)? + 1, bits.take(4)? + 4);
    let mut lengths = [0; 19];
    for at in &ORDER[..own] {
        lengths[*at] = bits.take(3)?;
    }
    let code = Code::new(&lengths);
    let mut lengths = Vec::with_capacity(320);
    while lengths.len() < literals + distances {
        let (length, times) = match code.next(bits)? {
            16 => (*lengths.last()?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (length, 1),
        };
        lengths.extend(std::iter::repeat_n(length, times));
    }
    let distances =
        lengths.get(literals..literals + distances).filter(|_| lengths.len() == literals + distances)?;
    Some((Code::new(&lengths[..literals]), Code::new(distances)))
}

fn symbols(
    bits: &mut Bits,
    literals: &Code,
    distances: &Code,
    out: &mut Vec<u8>,
    begin: usize,
    most: usize,
) -> Option<()> {
    while out.len() <= most {
        let symbol = literals.next(bits)?;
        let length = match symbol {
            256 => return Some(()),
            0..256 => {
                out.push(u8::try_from(symbol).ok()?);
                continue;
            }
            257..265 => symbol - 254,
            265..285 => {
                let extra = (symbol - 261) / 4;
                ((4 + (symbol - 265) % 4) << extra) + 3 + bits.take(u32::try_from(extra).ok()?)?
            }
            285 => 258,
            _ => return None,
        };
        let symbol = distances.next(bits)?;
        let distance = match symbol {
            0..4 => symbol + 1,
            4..30 => {
                let extra = symbol / 2 - 1;
                ((2 + symbol % 2) << extra) + 1 + bits.take(u32::try_from(extra).ok()?)?
            }
            _ => return None,
        };
        let from = out.len().checked_sub(distance).filter(|from| *from >= begin)?;
        for at in from..from + length {
            out.push(out[at]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};
    use proptest::prelude::*;

    #[test]
    fn what_gzip_packs_is_unpacked() {
        // What zlib makes of it: one block with codes of its own, and one with the fixed ones.
        let text: String = (0..60).map(|n| format!("{}:{} ", n % 7, n * n % 11)).collect();
        let packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2d\xce\xd1\x09\x04\x51\x08\x43\xd1\x56\x2c\xc1\xac\xba\xa0\xfd\x17\x36\x77\x98\x7c\x3c\x90\x77\x88\x26\x2f\x43\xa7\xf8\x5d\x47\xdd\x46\xdf\xc4\x5c\xc5\x9f\x97\xcc\xe2\xef\x33\x61\x89\x09\x6b\x6c\xb1\xc1\x0a\x2b\xe7\xd6\x26\x2c\x31\x61\x8d\x2d\x36\xde\x59\xce\xad\x4d\x58\x62\xc2\xda\xf7\xc6\x3b\xcb\xb9\xb5\xbd\x3d\xd3\x5d\xda\xf7\xc6\x3b\xcb\xb9\xb5\xbd\x3d\xd3\x5d\xda\xf7\x26\x1e\xd7\xdf\x5a\x26\xf0\x00\x00\x00";
        assert_eq!(unpack(packed, 1000), Some(text.into_bytes()));
        let packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\xcf\x4b\x55\x28\x29\xcf\x57\xc8\x47\xa5\xb9\x00\x05\x98\x9d\x6d\x18\x00\x00\x00";
        assert_eq!(unpack(packed, 1000), Some(b"one two one two one two\n".to_vec()));
        assert_eq!(unpack(b"", 10), None);
        assert_eq!(unpack(b"PK", 10), None);
        assert_eq!(unpack(&pack(&[7; 100]), 99), None);
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(unpack(&pack(&bytes), 2000), Some(bytes));
        }

        #[test]
        fn nothing_breaks_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let packed = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255][..], &bytes].concat();
            let _ = unpack(&packed, 10_000);
        }
    }
}
