//! What a scalar means to Kubernetes: YAML 1.1 as sigs.k8s.io/yaml (its `goyaml.v2/resolve.go`) reads it.

use super::base64;
use crate::document::Kind;
use regex::Regex;
use serde_json::Number;
use std::sync::LazyLock;

/// The tags of YAML's core that change what a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// No tag.
    None,
    Bool,
    Int,
    Float,
    Null,
    Binary,
    /// `!!str`, and every tag that Kubernetes does not know: the text stays a string.
    String,
}

/// What `text` means under `tag`; `plain` if it is neither quoted nor a block. The error is a sentence without the text.
pub fn resolve(text: &str, plain: bool, tag: Tag) -> Result<Kind, &'static str> {
    let string = || Kind::String(text.into());
    let kind = match tag {
        Tag::String => return Ok(string()),
        Tag::Binary => {
            let bytes = base64::decode(text).ok_or("a !!binary value is not valid base64")?;
            return Ok(Kind::String(String::from_utf8_lossy(&bytes).into()));
        }
        Tag::None if !plain => return Ok(string()),
        _ => untagged(text)?,
    };
    match (tag, kind) {
        (Tag::None, kind) => Ok(kind),
        (Tag::Bool, kind @ Kind::Bool(_)) => Ok(kind),
        (Tag::Null, kind @ Kind::Null) => Ok(kind),
        (Tag::Float, kind @ Kind::Number(_)) => Ok(kind),
        (Tag::Int, kind @ Kind::Number(_)) if integer(&text.replace('_', "")).is_some() => Ok(kind),
        (Tag::Bool, _) => Err("a !!bool value is not a boolean"),
        (Tag::Null, _) => Err("a !!null value is not null"),
        (Tag::Int, _) => Err("an !!int value is not a whole number"),
        _ => Err("a !!float value is not a number"),
    }
}

/// The number that a JSON or YAML float is; a whole one is an integer, as in JSON that Go writes.
pub fn number(value: f64) -> Option<Number> {
    if value.fract() == 0.0 && value.abs() < 9.0e15 {
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

fn untagged(text: &str) -> Result<Kind, &'static str> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Kind::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Ok(Kind::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Ok(Kind::Bool(false));
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            return Err("infinity is not a value that Kubernetes can hold");
        }
        ".nan" | ".NaN" | ".NAN" => return Err("`.NaN` is not a value that Kubernetes can hold"),
        _ => {}
    }
    let number = match text.as_bytes()[0] {
        b'.' => float(text),
        b'0'..=b'9' | b'+' | b'-' if text.len() <= 400 => {
            let bare = text.replace('_', "");
            integer(&bare).or_else(|| float(&bare))
        }
        _ => None,
    };
    Ok(number.map_or_else(|| Kind::String(text.into()), Kind::Number))
}

/// Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`; underscores are gone already.
fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = i128::from(u64::from_str_radix(digits, radix).ok()?);
    let value = if negative { -value } else { value };
    i64::try_from(value).map(Number::from).or_else(|_| u64::try_from(value).map(Number::from)).ok()
}

fn float(text: &str) -> Option<Number> {
    static FLOAT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$").expect("a pattern")
    });
    if !FLOAT.is_match(text) {
        return None;
    }
    number(text.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::{Tag, resolve};
    use crate::document::Kind;

    fn json(kind: Kind) -> String {
        crate::document::Value { line: 1, column: 1, written: None, kind }.to_json().to_string()
    }

    #[test]
    fn plain_scalars_read_as_kubectl_reads_them() {
        for (text, want) in [
            ("yes", "true"),
            ("Off", "false"),
            ("tRUE", "\"tRUE\""),
            ("y", "true"),
            ("", "null"),
            ("~", "null"),
            ("0755", "493"),
            ("0o755", "493"),
            ("-0755", "-493"),
            ("+0755", "493"),
            ("-0o755", "-493"),
            ("0b11", "3"),
            ("-0b11", "-3"),
            ("0b12", "\"0b12\""),
            ("0b", "\"0b\""),
            ("0x1F", "31"),
            ("0X1F", "31"),
            ("-0x1F", "-31"),
            ("0x_1F", "31"),
            ("0x1p3", "\"0x1p3\""),
            ("0xFFFFFFFFFFFFFFFFF", "\"0xFFFFFFFFFFFFFFFFF\""),
            ("1_000", "1000"),
            ("0_7", "7"),
            ("08", "8"),
            ("0888", "888"),
            ("07.5", "7.5"),
            ("_1", "\"_1\""),
            ("1:20", "\"1:20\""),
            ("1.0", "1"),
            ("1.", "1"),
            ("1.10", "1.1"),
            ("1e3", "1000"),
            ("1E3", "1000"),
            ("1e", "\"1e\""),
            (".5", "0.5"),
            ("+.5", "0.5"),
            (".5e3", "500"),
            ("._5", "\"._5\""),
            ("1_0.5", "10.5"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("1e999", "\"1e999\""),
            ("0.1e-7", "1e-8"),
            ("123.456e2", "12345.6"),
            ("18446744073709551615", "18446744073709551615"),
            ("=", "\"=\""),
            ("2001-12-14", "\"2001-12-14\""),
        ] {
            assert_eq!(json(resolve(text, true, Tag::None).unwrap()), want, "{text}");
        }
        assert!(resolve(".inf", true, Tag::None).is_err());
        assert!(resolve(".NaN", true, Tag::None).is_err());
    }

    #[test]
    fn tags_are_obeyed() {
        for (text, tag, want) in [
            ("3", Tag::Int, Some("3")),
            ("0b11", Tag::Int, Some("3")),
            ("1.0", Tag::Int, None),
            ("yes", Tag::Bool, Some("true")),
            ("x", Tag::Null, None),
            ("", Tag::Null, Some("null")),
            ("foo", Tag::Float, None),
            ("1e3", Tag::Float, Some("1000")),
            ("0755", Tag::String, Some("\"0755\"")),
            ("aGVsbG8=", Tag::Binary, Some("\"hello\"")),
            ("%%", Tag::Binary, None),
        ] {
            assert_eq!(resolve(text, false, tag).ok().map(json).as_deref(), want, "{text}");
        }
        assert_eq!(json(resolve("yes", false, Tag::None).unwrap()), "\"yes\"");
    }
}
