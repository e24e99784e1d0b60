//! Names with their values inside text: `password=…`, `"token": "…"`, `?sig=…`, `--password …`, `Cookie: …`.

use super::name::{self, Class};
pub use super::value::is_worth;
use super::value::{secret_parts, slips};
use std::ops::Range;

/// Adds the ranges of `line` that are the values of secret names. In `prose` a colon assigns nothing.
pub fn find(line: &str, prose: bool, ranges: &mut Vec<Range<usize>>) {
    // What a found value covers is not looked at again, so that nested names cost linear time.
    let mut covered = 0;
    for (at, byte) in line.bytes().enumerate() {
        if at < covered || byte != b'=' && (byte != b':' || prose) {
            continue;
        }
        let Some(name) = name_before(line, at) else { continue };
        let query =
            byte == b'=' && line[..name.start].ends_with(['?', '&']) && name::is_query(&line[name.clone()]);
        let flag = line[..name.start].ends_with("--");
        let class = match &line[name.clone()] {
            _ if query => Some(Class::Password),
            said if flag => name::flag_class(said),
            said => name::pair_class(said),
        };
        if class.is_none() && !name::speaks_of_secret(&line[name.clone()]) {
            continue;
        }
        let Some(value) = value_after(line, at, &name) else { continue };
        match class {
            Some(class) if is_worth(&line[value.clone()], class) => {
                covered = value.end;
                let parts = secret_parts(&line[value.clone()], class);
                ranges.extend(parts.into_iter().map(|part| value.start + part.start..value.start + part.end));
            }
            None if slips(&line[name], &line[value.clone()]) => ranges.push(value),
            _ => {}
        }
    }
}

/// The name that the `=` or `:` at `at` gives a value to, without leading dashes.
fn name_before(line: &str, at: usize) -> Option<Range<usize>> {
    let bytes = line.as_bytes();
    let colon = bytes[at] == b':';
    if matches!(bytes.get(at + 1), Some(b'=' | b'~')) || colon && bytes.get(at + 1) == Some(&b':') {
        return None;
    }
    let mut end = at;
    // `NAME := value`, `NAME ?= value`, `name ||= value`.
    while !colon && end > 0 && matches!(bytes[end - 1], b':' | b'?' | b'+' | b'|') {
        end -= 1;
    }
    while end > 0 && bytes[end - 1] == b' ' {
        end -= 1;
    }
    // `config["password"] = …`.
    let index = end > 1 && bytes[end - 1] == b']' && matches!(bytes[end - 2], b'"' | b'\'');
    if index {
        end -= 1;
    }
    let quoted = end > 0 && matches!(bytes[end - 1], b'"' | b'\'' | b'`');
    if quoted {
        end -= 1;
        while end > 0 && bytes[end - 1] == b'\\' {
            end -= 1;
        }
    }
    let mut start = end;
    while start > 0
        && (bytes[start - 1].is_ascii_alphanumeric() || matches!(bytes[start - 1], b'_' | b'.' | b'-' | b'/'))
    {
        start -= 1;
    }
    let mut name = line[start..end].trim_start_matches(['-', '/']);
    // `-Dname=value`: a property of the program.
    if let Some(rest) = name.strip_prefix(['D', 'P', 'J'])
        && line[start..end].starts_with('-')
        && (rest.starts_with(|c: char| c.is_ascii_lowercase())
            || name.starts_with('D') && name::class(rest).is_some())
    {
        name = rest;
    }
    if name.is_empty() {
        return None;
    }
    let from = end - name.len();
    if index {
        return Some(chain(line, from)..end);
    }
    Some(phrase(line, from..end)..end)
}

/// Where the index chain begins whose last name begins at `from`: `default["postgresql"]["password"]["app"]`.
fn chain(line: &str, from: usize) -> usize {
    let part =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']' | '"' | '\'' | '$');
    line[..from].trim_end_matches(part).len()
}

/// Where a name of several words begins that the line begins with, and whose last one is at `last`: `api key = …`.
fn phrase(line: &str, last: Range<usize>) -> usize {
    let start = line.len() - line.trim_start().len();
    let is_phrase = |words: &str| {
        words.ends_with(' ')
            && words.len() <= 24
            && words.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ')
    };
    let one = line.get(start..last.start).is_some_and(is_phrase)
        && name::class(&line[last.clone()]).is_none_or(|class| class == Class::Likely)
        && name::class(&line[start..last.start]).is_none()
        && matches!(name::class(&line[start..last.end]), Some(Class::Password | Class::Token));
    if one { start } else { last.start }
}

/// The value that the `=` or `:` at `at` gives to the name before it.
fn value_after(line: &str, at: usize, name: &Range<usize>) -> Option<Range<usize>> {
    let bytes = line.as_bytes();
    let colon = bytes[at] == b':';
    let quoted = matches!(bytes[name.end], b'"' | b'\'' | b'\\');
    let before = line[..name.start].trim_end_matches('-');
    let flag = before.len() < name.start;
    let name = &line[name.clone()];
    let opener = before.trim_end().chars().next_back();
    let first = before.len() < 400
        && before.bytes().all(|byte| {
            matches!(byte, b' ' | b'\t' | b'-' | b'#' | b'>' | b'*' | b'/' | b';' | b'"' | b'\'')
        });
    if colon {
        // The quote that closes what the colon stands in: `read -p "Password: " PASSWORD`.
        if let Some(quote @ ('"' | '\'')) = line[at + 1..].trim_start().chars().next()
            && !quoted
            && line[..at].matches(quote).count() % 2 == 1
        {
            return None;
        }
        let spaced = matches!(bytes.get(at + 1), None | Some(b' ' | b'\t' | b'"' | b'\'' | b'\\'));
        let placed = quoted || first || matches!(opener, Some('{' | ',' | '[' | ';' | '"' | '\'' | '('));
        if !placed || !(spaced || quoted) {
            return None;
        }
    }
    // `'password' => …`: only what is quoted; else it is a function.
    let arrow = !colon && bytes.get(at + 1) == Some(&b'>');
    let from = line.len() - line[at + 1 + usize::from(arrow)..].trim_start_matches([' ', '\t']).len();
    let rest = &line[from..];
    let slashes = rest.len() - rest.trim_start_matches('\\').len();
    if let Some(quote @ ('"' | '\'' | '`')) = rest[slashes..].chars().next() {
        let triple = rest.get(..3).filter(|_| rest.starts_with("\"\"\"") || rest.starts_with("'''"));
        if let Some(triple) = triple {
            let len = rest[3..].find(triple).unwrap_or(rest.len() - 3);
            return Some(from + 3..from + 3 + len);
        }
        let open = slashes + 1;
        // A template may quote as well: `"{{ key "app/password" }}"`.
        let template =
            rest[open..].find("}}").filter(|_| rest[open..].starts_with("{{")).map_or(0, |end| end + 2);
        let len = template + closing(&rest[open + template..], quote, slashes);
        return Some(from + open..from + open + len);
    }
    if arrow {
        return None;
    }
    if rest.starts_with("$(") {
        let len = rest.find(')').map_or(rest.len(), |close| close + 1);
        return Some(from..from + len);
    }
    let shell = !name.bytes().any(|byte| byte.is_ascii_lowercase());
    let stop: &[char] = match opener {
        // A parameter and its type.
        Some('(' | ',')
            if colon && before.rfind(['(', '{', '[']).is_some_and(|at| before[at..].starts_with('(')) =>
        {
            &[',', ')']
        }
        Some('{' | ',' | '[') if colon => &[',', '}', ']'],

        // `${NAME:=default}`.
        Some('{') if before.ends_with("${") => &['}'],
        Some('?' | '&') => &['&', ' ', '"', '\'', '`', '#', '<', '>'],
        Some(quote @ ('"' | '\'')) if !first || line[at..].contains(quote) => &['"', '\''],
        Some(';') if !first => &[';', '"', '\''],
        _ if colon || first && !flag && !shell => &['\n'],
        _ => &[' ', '\t', '"', '\'', '`', ';'],
    };
    let mut len = rest.find(stop).unwrap_or(rest.len());
    // An index or a call goes on behind its quotes.
    if rest[..len].ends_with(['[', '(']) {
        len = rest.find([';', ' ', '\t']).unwrap_or(rest.len());
    }
    let value = rest[..len].split(" #").next().unwrap_or_default().trim_end();
    Some(from..from + value.len())
}

/// Length of a quoted text up to its closing quote, which has as many backslashes as the opening one had.
fn closing(text: &str, quote: char, slashes: usize) -> usize {
    let mut run = 0;
    for (at, c) in text.char_indices() {
        if c == quote && (run == slashes || slashes == 0 && run % 2 == 0) {
            return at - run.min(slashes);
        }
        run = if c == '\\' { run + 1 } else { 0 };
    }
    text.len()
}
