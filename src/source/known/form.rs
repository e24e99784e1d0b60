//! How a value may be written elsewhere: as it is, escaped, or encoded.

use std::fmt::Write as _;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Plain,
    /// As it is, and only where it is a word of its own.
    Word,
    /// In hexadecimal digits, or escaped for JSON or for a URL.
    Escaped,
    /// Somewhere in base64: what stands around it belongs to it.
    Base64,
}

/// All forms of `value`, the plain one first; `word` if it reads like one.
pub fn forms(value: &str, word: bool) -> Vec<(Vec<u8>, Form)> {
    let mut forms = vec![(value.as_bytes().to_vec(), if word { Form::Word } else { Form::Plain })];
    let mut add = |text: String, form| {
        if text != value {
            forms.push((text.into_bytes(), form));
        }
    };
    let json = serde_json::Value::from(value).to_string();
    let json = json[1..json.len() - 1].to_owned();
    // JSON within JSON, or within a quoted string of YAML.
    let twice = serde_json::Value::from(json.as_str()).to_string();
    add(twice[1..twice.len() - 1].to_owned(), Form::Escaped);
    // As Go writes JSON, and as HTML is written.
    add(json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e"), Form::Escaped);
    add(json, Form::Escaped);
    add(escape_html(value), Form::Escaped);
    add(value.replace('\'', "''"), Form::Escaped);
    let strict = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let lax = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'();:@&=+$,/?".contains(&byte);
    for upper in [true, false] {
        add(url(value, upper, strict), Form::Escaped);
        add(url(value, upper, lax), Form::Escaped);
    }
    let hex = hex(value);
    add(hex.to_uppercase(), Form::Escaped);
    add(hex, Form::Escaped);
    for offset in 0..3 {
        for alphabet in [b"+/", b"-_"] {
            add(base64(value.as_bytes(), offset, *alphabet), Form::Base64);
        }
    }
    forms
}

fn url(value: &str, upper: bool, stays: impl Fn(u8) -> bool) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        match (stays(byte), upper) {
            (true, _) => out.push(char::from(byte)),
            (false, true) => drop(write!(out, "%{byte:02X}")),
            (false, false) => drop(write!(out, "%{byte:02x}")),
        }
    }
    out
}

fn escape_html(value: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    value.replace('"', "&quot;").replace('\'', "&#39;")
}

fn hex(value: &str) -> String {
    let mut out = String::with_capacity(2 * value.len());
    value.bytes().for_each(|byte| {
        let _ = write!(out, "{byte:02x}");
    });
    out
}

/// The digits that `bytes` alone decide, if they stand behind `offset` other ones.
fn base64(bytes: &[u8], offset: usize, last_two: [u8; 2]) -> String {
    let digit = |bits: u32| {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        char::from(match bits & 63 {
            at @ 0..62 => alphabet[at as usize],
            at => last_two[at as usize - 62],
        })
    };
    let padded: Vec<u8> = std::iter::repeat_n(0, offset).chain(bytes.iter().copied()).collect();
    let mut digits = String::with_capacity(padded.len() * 4 / 3 + 4);
    for chunk in padded.chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        (0..4).rev().for_each(|at| digits.push(digit(bits >> (6 * at))));
    }
    // The first digits say something about what stands before, the last ones about what stands behind.
    let from = (8 * offset).div_ceil(6);
    let to = 8 * padded.len() / 6;
    digits[from..to].to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Form, forms};

    #[test]
    fn base64_at_each_offset() {
        let all: Vec<String> = forms("Canary77", false)
            .into_iter()
            .filter(|form| form.1 == Form::Base64)
            .map(|form| String::from_utf8(form.0).unwrap())
            .collect();
        for encoded in ["Q2FuYXJ5Nzc=", "eENhbmFyeTc3", "eHhDYW5hcnk3Nw=="] {
            assert!(all.iter().any(|form| encoded.contains(form)), "{encoded}");
        }
    }

    #[test]
    fn escapes_are_those_of_json_and_urls() {
        let all: Vec<String> =
            forms("a\"b/c d'e", false).into_iter().map(|form| String::from_utf8(form.0).unwrap()).collect();
        for want in [
            "a\\\"b/c d'e",
            "a\\\\\\\"b/c d'e",
            "a%22b%2Fc%20d%27e",
            "a%22b/c%20d'e",
            "a\"b/c d''e",
            "6122622f6320642765",
        ] {
            assert!(all.iter().any(|form| form == want), "{want}");
        }
    }
}
