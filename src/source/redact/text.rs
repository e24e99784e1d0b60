//! Secrets in text of one line or many: comments, arguments, scripts, properties, manifests inside manifests.

use super::value::{is_coined, is_generated, is_mixed, is_worth, secret_parts};
use super::{MARK, assignment, command, line, name, shape, table};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// `text` with a mark for every secret in it, line for line; `None` if it has none. In `prose` a colon after
/// a word is punctuation.
pub fn redact(text: &str, prose: bool) -> Option<String> {
    redact_file(text, "", prose, Vec::new())
}

/// The same for what stands under the name `file`, in which `ranges` are known to be secret.
pub fn redact_file(text: &str, file: &str, prose: bool, mut ranges: Vec<Range<usize>>) -> Option<String> {
    if text.len() >= 4 {
        let mut state = State::new(text, prose);
        let mut start = 0;
        for line in text.split('\n') {
            let from = ranges.len();
            state.line(line, &mut ranges);
            for range in &mut ranges[from..] {
                *range = start + range.start..start + range.end;
            }
            start += line.len() + 1;
        }
        across(text, file, &mut ranges);
    }
    ranges.retain(|range| !range.is_empty());
    (!ranges.is_empty()).then(|| mask(text, ranges))
}

/// The same for what only the syntax of a program or a file tells, whose names and values are judged already.
pub fn redact_syntax(text: &str, file: &str) -> Option<String> {
    let mut ranges = Vec::new();
    across(text, file, &mut ranges);
    ranges.retain(|range| !range.is_empty());
    (!ranges.is_empty()).then(|| mask(text, ranges))
}

/// Adds what is secret in a text by itself.
pub fn find(text: &str, ranges: &mut Vec<Range<usize>>) {
    let mut open = false;
    for line in text.lines() {
        open = open && !line.contains("-----END") || opens(line);
        if !open {
            within(line, false, ranges);
        }
    }
    across(text, "", ranges);
}

/// What a line tells alone.
fn within(line: &str, prose: bool, ranges: &mut Vec<Range<usize>>) {
    shape::find(line, ranges);
    assignment::find(line, prose, ranges);
}

/// What the whole text tells.
fn across(text: &str, file: &str, ranges: &mut Vec<Range<usize>>) {
    line::find(text, file, ranges);
    command::find(text, ranges);
    table::find(text, ranges);
    if name::is_store(file) {
        listed(text, ranges);
    }
}

/// Adds the words of a list of secrets that nobody would make up.
fn listed(text: &str, ranges: &mut Vec<Range<usize>>) {
    let mut at = 0;
    for word in text.split(|c: char| c.is_whitespace() || ":,;\"'=|".contains(c)) {
        if is_coined(word) || is_mixed(word) || word.len() >= 16 && is_generated(word) {
            ranges.push(at..at + word.len());
        }
        at += word.len() + text[at + word.len()..].chars().next().map_or(0, char::len_utf8);
    }
}

/// Ranges that overlap or touch are one secret; one that goes over several lines leaves a mark in each.
pub fn mask(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|next, last| {
        let joins = next.start <= last.end;
        if joins {
            last.end = last.end.max(next.end);
        }
        joins
    });
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in ranges {
        out.push_str(&text[done..range.start]);
        for (at, line) in text[range.clone()].split('\n').enumerate() {
            let indent = if at > 0 { line.len() - line.trim_start().len() } else { 0 };
            if at > 0 {
                out.push('\n');
            }
            out.push_str(&line[..indent]);
            let end = if line.ends_with('\r') { "\r" } else { "" };
            if line.len() > indent {
                out.push_str(MARK);
            }
            out.push_str(end);
        }
        done = range.end;
    }
    out.push_str(&text[done..]);
    out
}

/// Whether a certificate or a public key begins in a line, and does not end in it.
fn opens(line: &str) -> bool {
    const KINDS: [&str; 7] =
        ["CERTIFICATE", "PUBLIC KEY", "TRUSTED", "X509", "PGP SIGNATURE", "PGP MESSAGE", "DH PARAMETERS"];
    line.split_once("-----BEGIN ")
        .is_some_and(|(_, kind)| KINDS.iter().any(|one| kind.contains(one)) && !kind.contains("-----END"))
}

/// What earlier lines say about the next one.
struct State {
    prose: bool,
    /// Inside a private key.
    key: bool,
    /// Inside a certificate or a public key.
    open: bool,
    /// Lines indented deeper than this are a secret's.
    block: Option<usize>,
    /// The text holds a Secret: what its `data` maps keys to is secret.
    secret: bool,
    data: Option<usize>,
    /// The line before named a variable that is secret: its `value` follows.
    named: Option<name::Class>,
}

impl State {
    fn new(text: &str, prose: bool) -> State {
        static SECRET: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(
                r#"(?im)^[\s#\-]*["']?kind["']?:\s*["']?secret(?:list)?\b|^[\s#]*["']?stringData["']?:"#,
            )
            .expect("a pattern")
        });
        let secret = text.contains('\n') && SECRET.is_match(text);
        State { prose, key: false, open: false, block: None, secret, data: None, named: None }
    }

    fn line(&mut self, line: &str, ranges: &mut Vec<Range<usize>>) {
        let content = line.trim_start_matches([' ', '\t', '#']);
        let indent = line.len() - content.len();
        let all = indent..line.len();
        if self.key {
            self.key = !content.contains("---- END") && !content.contains("-----END");
            ranges.push(all);
            return;
        }
        if let Some(outer) = self.block {
            if content.is_empty() {
                return;
            }
            if indent > outer {
                ranges.push(all);
                return;
            }
            self.block = None;
        }
        if self.data.is_some_and(|outer| !content.is_empty() && indent <= outer) {
            self.data = None;
        }
        if self.open {
            self.open = !content.contains("---- END") && !content.contains("-----END");
            return;
        }
        within(line, self.prose, ranges);
        self.open = opens(content);
        self.key = content.contains("BEGIN ")
            && ["PRIVATE KEY", "Static key"].iter().any(|word| content.contains(word))
            && !content.contains("-----END")
            || content.starts_with("Private-Lines:");
        if self.prose || content.is_empty() {
            return;
        }
        let Some(colon) = content.find(':') else {
            if self.data.is_some() {
                ranges.push(all);
            }
            return;
        };
        let key = content[..colon].trim_start_matches(['-', ' ']).trim_matches(['"', '\'']);
        let value = content[colon + 1..].trim();
        let from = line.len() - content[colon + 1..].trim_start().len();
        if self.data.is_some() && !value.is_empty() {
            ranges.push(from..line.len());
        }
        let opens = value.is_empty() || value.starts_with(['|', '>']);
        if value.starts_with(['|', '>']) && (self.data.is_some() || name::class(key).is_some()) {
            self.block = Some(indent);
        }
        if self.secret && matches!(key, "data" | "stringData") {
            if opens { self.data = Some(indent) } else { ranges.push(from..line.len()) }
        }
        let bare = value.trim_matches(['"', '\'', ',']);
        if let Some(class) = self.named
            && key == "value"
            && is_worth(bare, class)
        {
            let parts = secret_parts(value, class);
            ranges.extend(parts.into_iter().map(|part| from + part.start..from + part.end));
        }
        self.named = if key == "name" { name::pair_class(bare) } else { None };
    }
}

#[cfg(test)]
mod tests {
    use super::redact;

    fn check(text: &str, want: &str) {
        assert_eq!(redact(text, false).as_deref().unwrap_or(text), want, "{text}");
    }

    #[test]
    fn secrets_in_a_line() {
        check("--password=CANARY --x=1", "--password=[redacted] --x=1");
        check("--token CANARY -v", "--token [redacted] -v");
        check("mysql -u root -pcanary db", "mysql -u root -p[redacted] db");
        check("-pCANARY-S3CR3T", "-p[redacted]");
        check("curl -u me:canary http://x", "curl -u me:[redacted] http://x");
        check(
            "curl -H 'Authorization: Bearer CANARY1' http://x",
            "curl -H 'Authorization: [redacted]' http://x",
        );
        check("postgres://u:p@ss@db:5432/app", "postgres://u:[redacted]@db:5432/app");
        check("redis://:pw@cache:6379", "redis://:[redacted]@cache:6379");
        check("amqp://u:pa/ss@mq:5672/v", "amqp://u:[redacted]@mq:5672/v");
        check("PGPASSWORD=canary psql -h db", "PGPASSWORD=[redacted] psql -h db");
        check("/h?token=canary&x=1", "/h?token=[redacted]&x=1");
        check("https://blob/x?sv=1&sig=canary", "https://blob/x?sv=1&sig=[redacted]");
        check(
            "{\"auth\":{\"password\":\"a\\\"b\",\"user\":\"u\"}}",
            "{\"auth\":{\"password\":\"[redacted]\",\"user\":\"u\"}}",
        );
        check(
            r#"{\"password\":\"canary\",\"user\":\"u\"}"#,
            r#"{\"password\":\"[redacted]\",\"user\":\"u\"}"#,
        );
        check(
            "Server=db;User=sa;Password=a b;Encrypt=true",
            "Server=db;User=sa;Password=[redacted];Encrypt=true",
        );
        check("db.password = correct horse battery", "db.password = [redacted]");
        check("# password: hunter2", "# password: [redacted]");
        check("token: abc", "token: [redacted]");
    }

    #[test]
    fn what_only_looks_like_one() {
        for text in [
            "--token-ttl=5m",
            "--tls-private-key-file=/etc/tls/tls.key",
            "--secret-name foo",
            "-p8080:80",
            "-parallel=4",
            "-print0",
            "password=$(DB_PASSWORD)",
            "password=${DB_PASSWORD}",
            "--password $(PW)",
            "postgres://$(USER):$(PASS)@db:5432/app",
            "http://host:8080/x@y",
            "LOG_LEVEL=debug",
            "nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "secretName: tls",
            "basic authentication",
            "use a bearer token here",
            "password: true",
            "token_file = /var/run/token",
            "https://example.com/path?code_challenge=x",
            "registry.example.com/team/app:1.2.3",
            "the secret: none",
            "login(email: String!, password: String!): Session",
            "password: string | undefined;",
            "const token = await getToken();",
            "$token = $_POST['token'];",
            "password: Introduzca su contraseña",
            "login.password.forgotten=Passwort vergessen?",
            "read -s -p \"Password: \" PASSWORD",
            "kubectl create secret generic shop-token --from-file=token=/tmp/token",
        ] {
            check(text, text);
        }
        assert_eq!(redact("password: the one that was chosen", true), None);
    }

    #[test]
    fn secrets_over_lines() {
        check(
            "a\n-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nb",
            "a\n[redacted]\n[redacted]\n[redacted]\nb",
        );
        check(
            "kind: Secret\ndata:\n  a: Zm9v\n  b: |\n    x\nz: 1",
            "kind: Secret\ndata:\n  a: [redacted]\n  b: [redacted]\n    [redacted]\nz: 1",
        );
        check(
            "- name: DB_PASSWORD\n  value: x1\n- name: A\n  value: b",
            "- name: DB_PASSWORD\n  value: [redacted]\n- name: A\n  value: b",
        );
        check("password: |\n  one\n  two\nuser: u", "password: |\n  [redacted]\n  [redacted]\nuser: u");
        check(
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
        );
    }
}
