//! Charts that make up names and passwords when they are rendered: what differs each time becomes the same every time.

use super::chart::Chart;
use super::{Limits, stage};
use regex::Regex;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// How many charts inside each other are looked at.
const DEPTH: usize = 8;

/// Whether a template of the chart, or of a chart in it, may print something else each time. Nobody knows of packed ones.
pub fn may_differ(folder: &Path, chart: &Chart, limits: &Limits) -> bool {
    differs(folder, chart, limits, 0)
}

fn differs(folder: &Path, chart: &Chart, limits: &Limits, depth: usize) -> bool {
    static MADE_UP: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"\b(?:rand(?:AlphaNum|Alpha|Ascii|Numeric|Bytes|Int)|shuffle|uuidv4|gen(?:PrivateKey|CA|SelfSignedCert|SignedCert)\w*|htpasswd|bcrypt|encryptAES|now)\b";
        Regex::new(pattern).expect("a pattern")
    });
    let makes_up = |path: &Path| {
        let small = fs::metadata(path).is_ok_and(|metadata| metadata.len() <= limits.file_bytes);
        small && fs::read(path).is_ok_and(|bytes| MADE_UP.is_match(&String::from_utf8_lossy(&bytes)))
    };
    !chart.packed.is_empty()
        || stage::files(&folder.join("templates")).iter().any(|path| makes_up(path))
        || depth < DEPTH
            && chart.vendored.values().any(|path| {
                Chart::read(path, limits).is_ok_and(|inner| differs(path, &inner, limits, depth + 1))
            })
}

/// The text `one` with a stand-in for each word in which `other`, which the same chart printed, is different. A word that
/// returns has the same stand-in.
pub fn settle(one: &str, other: &str) -> String {
    if one == other || one.lines().count() != other.lines().count() {
        return one.to_owned();
    }
    let mut settled = String::with_capacity(one.len());
    let mut known = BTreeMap::new();
    for (one, other) in one.lines().zip(other.lines()) {
        if one == other {
            settled.push_str(one);
        } else {
            line(one, other, &mut known, &mut settled);
        }
        settled.push('\n');
    }
    settled
}

fn line<'t>(
    one: &'t str,
    other: &'t str,
    known: &mut BTreeMap<(&'t str, &'t str), usize>,
    settled: &mut String,
) {
    let (one, other) = (words(one), words(other));
    if one.len() != other.len() {
        settled.push_str(&one.concat());
        return;
    }
    for (a, b) in one.into_iter().zip(other) {
        if a == b {
            settled.push_str(a);
            continue;
        }
        let next = known.len() + 1;
        let number = *known.entry((a, b)).or_insert(next);
        let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
        match is_number(a) && is_number(b) {
            true => settled.push_str(&number.to_string()),
            false => settled.push_str(&format!("random{number}")),
        }
    }
}

/// The line in pieces: words of letters and digits (`+`, `/` and `=` belong to base64), and what stands between them.
fn words(line: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let mut words = Vec::new();
    let mut from = 0;
    let mut before = None;
    for (at, c) in line.char_indices() {
        if before.is_some_and(|before| before != is_word(c)) {
            words.push(&line[from..at]);
            from = at;
        }
        before = Some(is_word(c));
    }
    words.push(&line[from..]);
    words
}

#[cfg(test)]
mod tests {
    use super::settle;

    #[test]
    fn what_differs_stands_still() {
        let one = "name: test-a1b2\nref: test-a1b2\nport: 31022\nkey: c3d4\nsame: x\n";
        let other = "name: test-a9z2\nref: test-a9z2\nport: 30001\nkey: zzzz\nsame: x\n";
        let settled = "name: test-random1\nref: test-random1\nport: 2\nkey: random3\nsame: x\n";
        assert_eq!(settle(one, other), settled);
        assert_eq!(settle(other, one), settled);
        assert_eq!(settle("a\n", "a\nb\n"), "a\n");
    }
}
