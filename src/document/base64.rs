//! Base64, read only: for `!!binary`, and to look inside encoded strings for secrets.

/// The bytes that `text` encodes in the standard or the URL alphabet, white space ignored, padding optional.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let body: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let end = body.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
    if body.len() - end > 2 || end % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(end * 3 / 4);
    for chunk in body[..end].chunks(4) {
        let mut bits = 0u32;
        for &byte in chunk {
            bits = bits << 6 | u32::from(digit(byte)?);
        }
        bits <<= 6 * (4 - chunk.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

/// Whether `byte` may stand in base64, padding excluded.
pub fn is_digit(byte: u8) -> bool {
    digit(byte).is_some()
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn reads_what_encoders_write() {
        assert_eq!(decode("aGVsbG8=").unwrap(), b"hello");
        assert_eq!(decode("aGVs\nbG8").unwrap(), b"hello");
        assert_eq!(decode("").unwrap(), b"");
        assert_eq!(decode("%%"), None);
        assert_eq!(decode("a"), None);
    }
}
