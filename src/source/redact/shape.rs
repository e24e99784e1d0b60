//! What looks like a secret wherever it stands: tokens of known services, keys, JWTs, passwords in URLs.

use super::rules::{Group, RULES};
use super::value::{is_generated, is_made_up, is_mixed, is_placeholder, is_random};
use crate::document::base64;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Adds the byte ranges of `line` that look like secrets.
pub fn find(line: &str, ranges: &mut Vec<Range<usize>>) {
    static BEARER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:^|[^\w\-])(?:bearer|basic|token)\\?\s+([A-Za-z0-9._~+/][A-Za-z0-9._~+/=\-]{5,})")
            .expect("a pattern")
    });
    if line.len() < 8 {
        return;
    }
    ranges.extend(RULES.tokens.find_iter(line.as_bytes()).map(|found| found.range()));
    let likely = RULES.likely.find_iter(line.as_bytes()).map(|found| found.range());
    let is_public = |token: &str| token.starts_with("pk_");
    ranges.extend(likely.filter(|range| is_random(&line[range.clone()]) && !is_public(&line[range.clone()])));
    for found in BEARER.captures_iter(line) {
        let value = found.get(1).expect("the pattern has a group");
        if value.as_str().ends_with('=') || value.as_str().bytes().any(|byte| byte.is_ascii_digit()) {
            ranges.push(value.range());
        }
    }
    literals(line, ranges);
    urls(line, ranges);
    paths(line, ranges);
    drivers(line, ranges);
    encoded(line, ranges);
    random(line, ranges);
}

/// Whether a token that tells by its form is in `text`.
pub fn is_known(text: &str) -> bool {
    RULES.tokens.is_match(text.as_bytes())
}

/// Letters and digits that nobody would write by hand, and nothing says that they are public.
fn random(line: &str, ranges: &mut Vec<Range<usize>>) {
    let bytes = line.as_bytes();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while at < bytes.len() && is_part(bytes[at]) {
            at += 1;
        }
        if at - start >= LEAST && !is_open(&line[..start]) {
            let run = &line[start..at];
            if run.contains('/') && run.split('/').any(is_word) {
                // A path: its parts, each for itself.
                let mut from = start;
                for part in run.split('/') {
                    if is_jumble(part) {
                        ranges.push(from..from + part.len());
                    }
                    from += part.len() + 1;
                }
            } else if is_jumble(run) {
                let end = at + bytes[at..].iter().take_while(|&&byte| byte == b'=').count();
                ranges.push(start..end);
            }
        }
        at = at.max(start + 1);
    }
}

/// Fewer letters and digits may be chance.
const LEAST: usize = 20;

/// Whether a part of a path is a word, as no part of base64 is.
fn is_word(part: &str) -> bool {
    part.len() >= 3 && part.bytes().all(|byte| byte.is_ascii_lowercase())
        || part.len() >= 5 && part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether capitals, small letters and digits alternate all the time, and no text is encoded in them.
fn is_jumble(run: &str) -> bool {
    let kind = |byte: &u8| match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    if run.len() < LEAST || RULES.names.each(Group::Openings).any(|opening| run.starts_with(opening)) {
        return false;
    }
    let mut counts = [0; 4];
    run.as_bytes().iter().for_each(|byte| counts[kind(byte)] += 1);
    let changes = run.as_bytes().windows(2).filter(|two| kind(&two[0]) != kind(&two[1])).count();
    // Words in capitals, as in the names of kinds, have small letters in a row.
    let row = run.split(|c: char| !c.is_ascii_lowercase()).map(str::len).max().unwrap_or_default();
    (row <= 3 || row <= 5 && counts[0] >= 2)
        && counts[0] >= 1
        && counts[1] >= 3
        && counts[2] >= 3
        && changes * 5 >= run.len() * 2
        && !is_encoded_text(run)
}

/// Whether a run is base64 of text; of what hides a secret all is found before.
fn is_encoded_text(run: &str) -> bool {
    let whole = &run[..run.len() - run.len() % 4];
    base64::decode(whole).is_some_and(|bytes| {
        let text = bytes.iter().take(60).filter(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
        text.count() * 20 >= bytes.len().min(60) * 19
    })
}

/// Whether what stands before a value says that it is public: a digest, a picture, a name of what is public.
fn is_open(before: &str) -> bool {
    static OPEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)(?:\bsha\d+[-:]|\bh1:|;base64,|\bAAAA\S*|\bssh-\S+ +|([\w.-]+)["'\\]*\s*(?:=>|[:=])\s*["'\\]*)$"#).expect("a pattern")
    });
    let near = &before[before.floor_char_boundary(before.len().saturating_sub(120))..];
    OPEN.captures(near)
        .is_some_and(|found| found.get(1).is_none_or(|name| super::name::is_open(name.as_str())))
}

/// Quoted words that look like the output of a generator, behind what speaks of a secret: `verify(token, 'X')`.
fn literals(line: &str, ranges: &mut Vec<Range<usize>>) {
    static LITERAL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"["'`]([A-Za-z0-9]{12,64})["'`]"#).expect("a pattern"));
    static NAMED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"([\w.\-]+)["'\\]*\s*(?:=>|:|[^=!<>]=)\s*$"#).expect("a pattern"));
    for found in LITERAL.captures_iter(line) {
        let text = found.get(1).expect("the pattern has a group");
        if !is_mixed(text.as_str()) {
            continue;
        }
        let before = &line[..text.start() - 1];
        let near = &before[before.floor_char_boundary(before.len().saturating_sub(80))..];
        let near = near.rsplit([';', '{', '}']).next().unwrap_or_default();
        // Names are judged by themselves, but for those that say nothing.
        let named = NAMED.captures(near).and_then(|found| found.get(1));
        let says_nothing = |name: &str| {
            let name = name.to_ascii_lowercase();
            name.ends_with("value") || RULES.names.has(Group::Named, &name)
        };
        if named.is_none_or(|name| says_nothing(name.as_str())) && super::name::speaks_of_secret(near) {
            ranges.push(text.range());
        }
    }
}

/// Passwords in URLs: what stands between the first colon and the last `@` of the authority.
fn urls(line: &str, ranges: &mut Vec<Range<usize>>) {
    for (at, _) in line.match_indices("://") {
        let start = at + 3;
        let scheme = line[..at].len() - line[..at].trim_end_matches(is_scheme).len();
        let opener = line[..at - scheme].chars().next_back();
        // No authority is longer; without a bound, a line full of `://` would take quadratic time.
        let run = &line[start..line.floor_char_boundary(start + 512)];
        // A value that is a URL as a whole ends at white space only, one in quotes at the same quote.
        let ends = |c: char| match opener {
            None => c.is_whitespace(),
            Some(quote @ ('"' | '\'' | '`')) => c == quote || c.is_whitespace(),
            _ => c.is_whitespace() || "\"'`<>".contains(c),
        };
        let run = &run[..run.find(ends).unwrap_or(run.len())];
        let web = matches!(&line[at - scheme..at], "http" | "https" | "ws" | "wss" | "git" | "oci");
        let authority = &run[..run.find(['/', '?', '#']).unwrap_or(run.len())];
        let (user, end) = match (authority.rfind('@'), run.rfind('@')) {
            (Some(end), Some(last))
                if !web && !run[end..last].contains(['?', ',']) && is_host(&run[last + 1..]) =>
            {
                (&run[..last], last)
            }
            (Some(end), _) => (&authority[..end], end),
            // A password with a slash in it, unless what looks like one is a port.
            (None, Some(end)) if authority.contains(':') && (!ends_in_port(authority) || !web) => {
                (&run[..end], end)
            }
            _ => continue,
        };
        match user.find(':') {
            // A token in the place of the user, as some services want it.
            Some(colon) if is_random(&user[..colon]) && colon >= 16 => ranges.push(start..start + end),
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

/// Generated parts of paths, behind what says that whoever knows the address may use it: `/webhook/…`.
fn paths(line: &str, ranges: &mut Vec<Range<usize>>) {
    for (at, _) in line.match_indices("://") {
        let run = &line[at + 3..line.floor_char_boundary(at + 3 + 512)];
        let ends = |c: char| c.is_whitespace() || "\"'`<>?#|,;)".contains(c);
        let run = &run[..run.find(ends).unwrap_or(run.len())];
        let mut from = at + 3;
        let mut told = false;
        for (step, part) in run.split('/').enumerate() {
            if told && step > 0 && part.len() >= 16 && is_generated(&part.replace(['-', '_'], "")) {
                ranges.push(from..from + part.len());
            }
            let lower = part.to_ascii_lowercase();
            told |= RULES.names.each(Group::SecretPaths).any(|word| lower.contains(word));
            from += part.len() + 1;
        }
    }
}

fn is_scheme(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-')
}

/// Whether a host begins here.
fn is_host(text: &str) -> bool {
    let host = &text[..text.find([':', '/', '?', ',']).unwrap_or(text.len())];
    !host.is_empty()
        && host.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'.' | b'-' | b'_' | b'$' | b'{' | b'}' | b'(' | b')')
        })
}

/// Passwords in the addresses of Go's database drivers: `app:password@tcp(db:3306)/shop`.
fn drivers(line: &str, ranges: &mut Vec<Range<usize>>) {
    static DRIVER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"[^\s:"'`@]+:([^\s"'`]+)@(?:(?:tcp|tcp4|tcp6|udp|unix|cloudsql)?\(|/\w)"#)
            .expect("a pattern")
    });
    if !line.contains('@') {
        return;
    }
    for found in DRIVER.captures_iter(line) {
        let password = found.get(1).expect("the pattern has a group");
        // URLs are looked at as such.
        let said = password.as_str();
        let addressed = found.get(0).is_some_and(|all| all.as_str().ends_with('('));
        if !said.starts_with("//")
            && !said.ends_with(':')
            && !is_placeholder(said)
            && (addressed || is_made_up(said))
        {
            ranges.push(password.range());
        }
    }
}

fn ends_in_port(authority: &str) -> bool {
    authority.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
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
    super::text::find(&text, &mut inside);
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
