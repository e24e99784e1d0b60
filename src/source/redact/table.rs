//! Tables in text: columns whose heads say that they are secret, in CSV, in Markdown and in SQL.

use super::name::{self, Class};
use super::value::{is_made_up, is_random, is_worth};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// The longest line that may be a head.
const LONGEST: usize = 400;

/// Adds what stands in such columns of `text`.
pub fn find(text: &str, ranges: &mut Vec<Range<usize>>) {
    rows(text, ranges);
    inserts(text, ranges);
}

/// Lines whose fields a head above them names.
fn rows(text: &str, ranges: &mut Vec<Range<usize>>) {
    let mut table: Option<(char, Vec<Option<Class>>)> = None;
    let mut start = 0;
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        let here = start;
        start += line.len() + 1;
        if let Some((delimiter, columns)) = &table {
            let fields = fields(line, *delimiter);
            if fields.len() == columns.len() {
                for (field, class) in fields.into_iter().zip(columns) {
                    let value = &line[field.clone()];
                    let counts = match class {
                        None => false,
                        Some(Class::Password) => is_made_up(value) && !value.contains(' '),
                        Some(_) => is_random(value),
                    };
                    if counts {
                        ranges.push(here + field.start..here + field.end);
                    }
                }
                continue;
            }
        }
        // In Markdown a rule stands below the head.
        let ruled = |line: &&str| line.trim().bytes().all(|byte| b"|-: ".contains(&byte));
        table = head(line).filter(|(delimiter, _)| *delimiter != '|' || lines.peek().is_some_and(ruled));
    }
}

/// What a head says of each column, if `line` is one that says of any that it is secret.
fn head(line: &str) -> Option<(char, Vec<Option<Class>>)> {
    static COPY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)^\s*copy [^\s(]+ \(([^()]+)\) from stdin").expect("a pattern"));
    if line.len() > LONGEST {
        return None;
    }
    if let Some(names) = COPY.captures(line).and_then(|found| found.get(1)) {
        return Some(('\t', classes(names.as_str(), ',')?));
    }
    let delimiter = ['|', '\t', ';', ','].into_iter().find(|&delimiter| line.contains(delimiter))?;
    Some((delimiter, classes(line, delimiter)?))
}

/// What names between delimiters say; nothing if one is no name.
fn classes(line: &str, delimiter: char) -> Option<Vec<Option<Class>>> {
    let is_name = |name: &str| {
        name.len() <= 40
            && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.'))
    };
    let names: Vec<&str> = fields(line, delimiter).into_iter().map(|field| &line[field]).collect();
    if names.len() < 2 || !names.iter().all(|name| is_name(name)) {
        return None;
    }
    let classes: Vec<Option<Class>> = names.into_iter().map(name::pair_class).collect();
    classes.iter().any(Option::is_some).then_some(classes)
}

/// The fields of a line, without the space and the quotes around them.
fn fields(line: &str, delimiter: char) -> Vec<Range<usize>> {
    let mut fields = Vec::new();
    let (mut start, mut quoted) = (0, false);
    let mut add = |range: Range<usize>| fields.push(trimmed(line, range));
    for (at, c) in line.char_indices() {
        if c == '"' {
            quoted = !quoted;
        } else if c == delimiter && !quoted {
            add(start..at);
            start = at + 1;
        }
    }
    add(start..line.len());
    // Markdown has its delimiter around the line, too.
    if delimiter == '|' && fields.len() > 2 && line.trim_start().starts_with('|') {
        fields.remove(0);
        if fields.last().is_some_and(Range::is_empty) {
            fields.pop();
        }
    }
    fields
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '[' | ']');
    let field = &text[range.clone()];
    let start = range.start + field.len() - field.trim_start_matches(around).len();
    start..start + field.trim_matches(around).len()
}

/// What SQL inserts into such columns.
fn inserts(text: &str, ranges: &mut Vec<Range<usize>>) {
    static INSERT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:insert|replace)\s+into\s+[^\s(]+\s*\(([^()]{1,4000})\)\s*values\s*")
            .expect("a pattern")
    });
    for found in INSERT.captures_iter(text) {
        let (Some(whole), Some(names)) = (found.get(0), found.get(1)) else { continue };
        let Some(columns) = classes(names.as_str(), ',') else { continue };
        let mut at = whole.end();
        while let Some(fields) = tuple(text, &mut at) {
            for (field, class) in fields.into_iter().zip(&columns) {
                let Some(value) = quoted(text, field) else { continue };
                if class.is_some_and(|class| is_worth(&text[value.clone()], class)) {
                    ranges.push(value);
                }
            }
        }
    }
}

/// The fields of the tuple at `at`, which moves behind it and its comma.
fn tuple(text: &str, at: &mut usize) -> Option<Vec<Range<usize>>> {
    let rest = text.get(*at..)?;
    let open = *at + rest.len() - rest.trim_start_matches([' ', '\n', '\r', '\t', ',']).len();
    if !text[open..].starts_with('(') {
        return None;
    }
    let (mut fields, mut start, mut depth, mut quoted) = (Vec::new(), open + 1, 0, false);
    let mut escaped = false;
    for (offset, byte) in text[open..].bytes().enumerate() {
        let here = open + offset;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'\'' => quoted = !quoted,
            _ if quoted => {}
            b'(' => depth += 1,
            b',' if depth == 1 => {
                fields.push(trimmed(text, start..here));
                start = here + 1;
            }
            b')' => {
                depth -= 1;
                if depth == 0 {
                    fields.push(trimmed(text, start..here));
                    *at = here + 1;
                    return Some(fields);
                }
            }
            _ => {}
        }
    }
    None
}

/// What a field quotes, first in a call: the password in `crypt('x', gen_salt('bf'))`.
fn quoted(text: &str, field: Range<usize>) -> Option<Range<usize>> {
    if text[..field.start].ends_with(['\'', '"']) {
        return Some(field);
    }
    let inner = &text[field.clone()];
    let start = inner.find("('")? + 2;
    let len = inner[start..].find('\'')?;
    Some(field.start + start..field.start + start + len)
}

#[cfg(test)]
mod tests {
    use super::find;

    fn secrets(text: &str) -> Vec<&str> {
        let mut ranges = Vec::new();
        find(text, &mut ranges);
        ranges.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn columns_are_secret_by_their_heads() {
        let pw = "Bodafemi4Kola37";
        for table in [
            "user,password,mail\njo,PW,jo@example.com\n",
            "User Name;Password\njo;\"PW\"",
            "user\ttoken\njo\tPW",
            "| user | password |\n|------|---|\n| jo | `PW` |\n",
            "COPY public.users (id, password) FROM stdin;\n1\tPW\n\\.",
            "INSERT INTO users (name, password, mail) VALUES ('jo', 'PW', 'x');",
            "insert into `u` (`token`, `n`)\nvalues\n ('PW', 1),\n ('PW', 2);",
            "INSERT INTO u (n, password) VALUES ('it''s (a)', crypt('PW', gen_salt('bf')))",
        ] {
            let text = table.replace("PW", pw);
            assert_eq!(secrets(&text).len(), table.matches("PW").count(), "{table}");
            assert!(secrets(&text).iter().all(|secret| *secret == pw), "{table}");
        }
    }

    #[test]
    fn what_only_looks_like_a_table_stays() {
        for text in [
            "name,token_type,weight\norders,bearer1,10",
            "| variable | secret |\n|---|---|\n| DB | orders-db-1 |",
            "Passwords, tokens\nand keys, too",
            "INSERT INTO users (name, mail) VALUES ('Bodafemi4Kola37', 'x')",
            "INSERT INTO users (name, password) VALUES ('jo', :password)",
        ] {
            assert!(secrets(text).is_empty(), "{text}: {:?}", secrets(text));
        }
    }
}
