//! Names with their values inside text: `password=…`, `"token": "…"`, `?sig=…`, `--password …`, `Cookie: …`.

use super::name::{self, Class};
use super::shape::is_placeholder;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

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
        let class = if query { Some(Class::Password) } else { name::pair_class(&line[name.clone()]) };
        let Some(class) = class else { continue };
        if let Some(value) =
            value_after(line, at, &name).filter(|value| is_worth(&line[value.clone()], class))
        {
            covered = value.end;
            ranges.push(value);
        }
    }
    if line.contains('-') {
        flags(line, ranges);
    }
}

/// Whether a value is worth hiding under a name that is.
pub fn is_worth(value: &str, class: Class) -> bool {
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"^(?:\./|\.\./|/(?:etc|var|run|opt|usr|home|tmp|mnt|data|secrets?|config|vault|app|root|srv|certs?|ssl|tls|keys?|",
            r"keystore|private|dev|bin|conf|credentials|certificates|workspace|bitnami)\b)[\w.\-/]*$"
        ))
        .expect("a pattern")
    });
    let value = value.trim();
    let word = value.to_ascii_lowercase();
    let harmless = matches!(
        word.as_str(),
        "true"
            | "false"
            | "yes"
            | "no"
            | "on"
            | "off"
            | "null"
            | "none"
            | "nil"
            | "~"
            | "enabled"
            | "disabled"
            | "|"
            | ">"
            | "|-"
            | ">-"
            | "|+"
            | ">+"
            | "{"
            | "["
            | "{}"
            | "[]"
            | "\"\""
            | "''"
            | "string"
            | "object"
            | "required"
            | "optional"
            | "array"
    );
    let number = class != Class::Password && value.parse::<f64>().is_ok();
    !(harmless || number || is_placeholder(value) || PATH.is_match(value))
}

/// The name that the `=` or `:` at `at` gives a value to, without leading dashes.
fn name_before(line: &str, at: usize) -> Option<Range<usize>> {
    let bytes = line.as_bytes();
    let colon = bytes[at] == b':';
    if matches!(bytes.get(at + 1), Some(b'=' | b'~')) || colon && bytes.get(at + 1) == Some(&b':') {
        return None;
    }
    let mut end = at;
    if !colon && end > 0 && bytes[end - 1] == b':' {
        end -= 1;
    }
    while end > 0 && bytes[end - 1] == b' ' {
        end -= 1;
    }
    let quoted = end > 0 && matches!(bytes[end - 1], b'"' | b'\'');
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
    let name = line[start..end].trim_start_matches(['-', '/']);
    (!name.is_empty()).then(|| end - name.len()..end)
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
        let spaced = matches!(bytes.get(at + 1), None | Some(b' ' | b'\t' | b'"' | b'\'' | b'\\'));
        let placed = quoted || first || matches!(opener, Some('{' | ',' | '[' | ';' | '"' | '\'' | '('));
        if !placed || !(spaced || quoted) {
            return None;
        }
    }
    let from = at + 1 + line[at + 1..].len() - line[at + 1..].trim_start_matches([' ', '\t']).len();
    let rest = &line[from..];
    let slashes = rest.len() - rest.trim_start_matches('\\').len();
    if let Some(quote @ ('"' | '\'')) = rest[slashes..].chars().next() {
        let open = slashes + 1;
        let len = closing(&rest[open..], quote, slashes);
        return Some(from + open..from + open + len);
    }
    let shell = !name.bytes().any(|byte| byte.is_ascii_lowercase());
    let stop: &[char] = match opener {
        Some('{' | ',' | '[') if colon => &[',', '}', ']'],
        Some('?' | '&') => &['&', ' ', '"', '\'', '`', '#', '<', '>'],
        Some(quote @ ('"' | '\'')) if !first || line[at..].contains(quote) => &['"', '\''],
        Some(';') if !first => &[';', '"', '\''],
        _ if colon || first && !flag && !shell => &['\n'],
        _ => &[' ', '\t', '"', '\'', '`', ';'],
    };
    let len = rest.find(stop).unwrap_or(rest.len());
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

/// `--password x`, and the short flags of programs that everyone knows.
fn flags(line: &str, ranges: &mut Vec<Range<usize>>) {
    let mut program = "";
    let mut flag: Option<&str> = None;
    for word in line.split_whitespace() {
        let at = word.as_ptr() as usize - line.as_ptr() as usize;
        if let Some(flag) = flag.take()
            && !word.starts_with('-')
        {
            ranges.extend(flag_value(program, flag, word).map(|value| at + value.start..at + value.end));
        }
        if word.starts_with('-') {
            flag = Some(word);
            ranges.extend(attached(program, word).map(|value| at + value.start..at + value.end));
        } else if is_program(word) {
            program = word.rsplit('/').next().unwrap_or(word);
        }
    }
}

/// The secret part of `value`, which follows `flag` in a command line of `program`.
pub fn flag_value(program: &str, flag: &str, value: &str) -> Option<Range<usize>> {
    let bare = value.trim_matches(['"', '\'', '`']);
    let start = value.find(bare)?;
    let whole = start..start + bare.len();
    let program = program.trim_matches(['"', '\'', '(', '`']);
    match (program, flag) {
        ("sshpass" | "docker" | "podman" | "mongo" | "mongosh" | "helm" | "oc", "-p")
        | ("redis-cli", "-a") => (!is_placeholder(bare)).then_some(whole),
        ("curl" | "wget", "-u" | "--user" | "--proxy-user") => {
            let colon = bare.find(':')?;
            (!is_placeholder(&bare[colon + 1..])).then_some(start + colon + 1..whole.end)
        }
        _ if flag.starts_with('-') && !flag.contains('=') => {
            let class = name::class(flag.trim_start_matches('-'))?;
            is_worth(bare, class).then_some(whole)
        }
        _ => None,
    }
}

/// The password in `-pPASSWORD`: after a program that reads it so, or where it looks like nothing else.
pub fn attached(program: &str, word: &str) -> Option<Range<usize>> {
    let value = word.strip_prefix("-p")?.trim_end_matches(['"', '\'']);
    let knows = ["mysql", "mariadb", "sshpass"].iter().any(|name| program.contains(name));
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    let odd = value.len() >= 6
        && !value.contains(['=', '/', ':', '.'])
        && has(u8::is_ascii_alphabetic)
        && (has(u8::is_ascii_digit) || has(u8::is_ascii_uppercase));
    ((knows || odd) && !is_placeholder(value)).then_some(2..2 + value.len())
}

fn is_program(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word).trim_matches(['"', '\'', '(', '`']);
    const PROGRAMS: &[&str] = &[
        "mysql",
        "mysqldump",
        "mysqladmin",
        "mysqlcheck",
        "mariadb",
        "mariadb-dump",
        "mariadb-admin",
        "sshpass",
        "docker",
        "podman",
        "mongo",
        "mongosh",
        "helm",
        "oc",
        "redis-cli",
        "curl",
        "wget",
    ];
    PROGRAMS.contains(&name)
}
