//! Bytes become text: UTF-8 or UTF-16, one kind of line end, no byte-order marks.

use std::borrow::Cow;

/// Why bytes are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText {
    /// The encoding that the bytes claim.
    pub encoding: &'static str,
    /// Offset of the first bad byte, from 0.
    pub offset: usize,
}

/// The text of `bytes`: lines end in `\n`, and a mark at the start of a line (concatenated files) is gone.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, NotText> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes, "UTF-16LE")?),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes, "UTF-16BE")?),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(error) => return Err(NotText { encoding: "UTF-8", offset: error.valid_up_to() }),
        },
    };
    Ok(plain_lines(text))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, encoding: &'static str) -> Result<String, NotText> {
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut offset = 2;
    for decoded in char::decode_utf16(bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]))) {
        let c = decoded.map_err(|_| NotText { encoding, offset })?;
        text.push(c);
        offset += 2 * c.len_utf16();
    }
    if bytes.len() % 2 == 1 {
        return Err(NotText { encoding, offset: bytes.len() + 1 });
    }
    Ok(text)
}

fn plain_lines(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains(['\r', '\u{feff}']) {
        return text;
    }
    let lf = text.replace("\r\n", "\n").replace('\r', "\n");
    let unmarked = lf.strip_prefix('\u{feff}').unwrap_or(&lf);
    Cow::Owned(unmarked.replace("\n\u{feff}", "\n"))
}

#[cfg(test)]
mod tests {
    use super::{NotText, decode};

    #[test]
    fn encodings_and_line_ends() {
        assert_eq!(decode(b"a\r\nb\rc\n").unwrap(), "a\nb\nc\n");
        assert_eq!(decode("\u{feff}a\n\u{feff}---".as_bytes()).unwrap(), "a\n---");
        assert_eq!(decode(b"\xff\xfea\0\x3d\xd8\x00\xde").unwrap(), "a😀");
        assert_eq!(decode(b"\xfe\xff\0a").unwrap(), "a");
        assert_eq!(decode(b"ab\xe9").unwrap_err(), NotText { encoding: "UTF-8", offset: 2 });
        assert_eq!(decode(b"\xff\xfea").unwrap_err(), NotText { encoding: "UTF-16LE", offset: 2 });
    }
}
