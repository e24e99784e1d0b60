//! What looks like a secret wherever it stands: tokens of known services, keys, JWTs, passwords in URLs.

use crate::source::base64;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Shapes that are secret as a whole. Each begins with a literal, which keeps the search fast.
const SHAPES: &[&str] = &[
    r"(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA)[A-Z0-9]{12,}",
    r"gh[pousr]_[A-Za-z0-9_]{16,}",
    r"github_pat_[A-Za-z0-9_]{16,}",
    r"gl(?:pat|dt|rt|ft|cbt|ptt|oas|soat|agent|imt)-[A-Za-z0-9_\-.]{12,}",
    r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{8,}",
    r"xapp-[0-9]-[A-Za-z0-9-]{8,}",
    r"hooks\.slack\.com/services/[A-Za-z0-9/_-]{8,}",
    r"AIza[A-Za-z0-9_\-]{24,}",
    r"ya29\.[A-Za-z0-9_\-]{16,}",
    r"[spr]k_(?:live|test)_[A-Za-z0-9]{8,}",
    r"whsec_[A-Za-z0-9]{16,}",
    r"npm_[A-Za-z0-9]{24,}",
    r"pypi-[A-Za-z0-9_\-]{16,}",
    r"dckr_pat_[A-Za-z0-9_\-]{16,}",
    r"do[opr]_v1_[a-f0-9]{32,}",
    r"hv[sbr]\.[A-Za-z0-9_\-]{16,}",
    r"SG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}",
    r"sk-(?:ant-|proj-)?[A-Za-z0-9_\-]{20,}",
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{24,}",
    r"AGE-SECRET-KEY-1[A-Z0-9]{16,}",
    r"eyJ[A-Za-z0-9_\-]{5,}\.eyJ[A-Za-z0-9_\-]{2,}(?:\.[A-Za-z0-9_\-]*)?",
    r"eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]*\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+",
    r"\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{40,}",
    r"\$(?:apr1|5|6|argon2id|argon2i|y)\$[./A-Za-z0-9$=,]{16,}",
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:.*-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|.*)",
];

/// Adds the byte ranges of `line` that look like secrets.
pub fn find(line: &str, ranges: &mut Vec<Range<usize>>) {
    static ALL: LazyLock<Regex> = LazyLock::new(|| Regex::new(&SHAPES.join("|")).expect("patterns"));
    static BEARER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:bearer|basic|token)\s+([A-Za-z0-9._~+/=\-]{6,})").expect("a pattern")
    });
    if line.len() < 8 {
        return;
    }
    ranges.extend(ALL.find_iter(line).map(|found| found.range()));
    for found in BEARER.captures_iter(line) {
        let value = found.get(1).expect("the pattern has a group");
        if value.as_str().bytes().any(|byte| byte.is_ascii_digit() || byte == b'=') {
            ranges.push(value.range());
        }
    }
    urls(line, ranges);
    drivers(line, ranges);
    encoded(line, ranges);
}

/// Passwords in URLs: what stands between the first colon and the last `@` of the authority.
fn urls(line: &str, ranges: &mut Vec<Range<usize>>) {
    for (at, _) in line.match_indices("://") {
        let start = at + 3;
        // No authority is longer; without a bound, a line full of `://` would take quadratic time.
        let run = &line[start..line.floor_char_boundary(start + 512)];
        let run = &run[..run.find(|c: char| c.is_whitespace() || "\"'`<>".contains(c)).unwrap_or(run.len())];
        let authority = &run[..run.find(['/', '?', '#']).unwrap_or(run.len())];
        let (user, end) = match (authority.rfind('@'), run.rfind('@')) {
            (Some(end), _) => (&authority[..end], end),
            // A password with a slash in it, unless what looks like one is a port.
            (None, Some(end)) if authority.contains(':') && !ends_in_port(authority) => (&run[..end], end),
            _ => continue,
        };
        match user.find(':') {
            Some(colon) if !is_placeholder(&user[colon + 1..]) => ranges.push(start + colon + 1..start + end),
            Some(_) => {}
            None if user.len() >= 16
                && user.bytes().any(|byte| byte.is_ascii_digit())
                && !is_placeholder(user) =>
            {
                ranges.push(start..start + end);
            }
            None => {}
        }
    }
}

/// Passwords in the addresses of Go's database drivers: `app:password@tcp(db:3306)/shop`.
fn drivers(line: &str, ranges: &mut Vec<Range<usize>>) {
    static DRIVER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"[^\s:"'`@]+:([^\s"'`]+)@(?:tcp|tcp4|tcp6|udp|unix|cloudsql)\("#).expect("a pattern")
    });
    if !line.contains('@') {
        return;
    }
    for found in DRIVER.captures_iter(line) {
        let password = found.get(1).expect("the pattern has a group");
        // URLs are looked at as such.
        if !password.as_str().starts_with("//") && !is_placeholder(password.as_str()) {
            ranges.push(password.range());
        }
    }
}

fn ends_in_port(authority: &str) -> bool {
    authority.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether `value` stands for a value that is filled in elsewhere: `$(VAR)`, `${VAR}`, `$VAR`, `{{ x }}`, `<x>`.
pub fn is_placeholder(value: &str) -> bool {
    static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:\$\(\w+\)|\$\{\w+\}|\$[A-Za-z_]\w*|\{\{[^}]*\}\}|<[A-Za-z][\w -]*>|%\(?\w+\)?s?|\*+|x{3,}|\[redacted\]?)$")
            .expect("a pattern")
    });
    value.is_empty() || PLACEHOLDER.is_match(value)
}

/// Base64 that hides a private key, a token or a password.
fn encoded(line: &str, ranges: &mut Vec<Range<usize>>) {
    let bytes = line.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while at < bytes.len() && base64::is_digit(bytes[at]) {
            at += 1;
        }
        let digits = at - start;
        while at < bytes.len() && bytes[at] == b'=' {
            at += 1;
        }
        if digits >= 20 && hides_secret(&line[start..start + digits]) {
            ranges.push(start..at);
        }
        if at == start {
            at += 1;
        }
    }
}

fn hides_secret(run: &str) -> bool {
    let whole = &run[..run.len() - usize::from(run.len() % 4 == 1)];
    let Some(bytes) = base64::decode(whole) else { return false };
    let Ok(text) = String::from_utf8(bytes) else { return false };
    if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return false;
    }
    let mut inside = Vec::new();
    text.lines().for_each(|line| super::text::find(line, false, &mut inside));
    !inside.is_empty()
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn passwords_of_database_drivers_are_found() {
        let table = [
            ("app:s3cret@tcp(db:3306)/shop", Some("s3cret")),
            ("--dsn=app:p@ss:w@tcp(db:3306)/shop", Some("p@ss:w")),
            ("app:s3cret@unix(/run/db.sock)/shop", Some("s3cret")),
            ("app:$(DB_PASSWORD)@tcp(db:3306)/shop", None),
            ("tcp(db:3306)/shop", None),
        ];
        for (line, secret) in table {
            let mut ranges = Vec::new();
            find(line, &mut ranges);
            let found = ranges.first().map(|range| &line[range.clone()]);
            assert_eq!(found, secret, "{line}");
        }
    }
}
