//! What a tool complains about becomes one short message that may be shown.

use super::super::redact::redact_text;
use crate::document::MARK;
use regex::Regex;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Most lines of a message.
const LINES: usize = 3;

/// Most characters of a message.
const CHARACTERS: usize = 600;

/// The last useful lines of `complaint`, joined: paths at or around `folder` are relative to it, those of the `private`
/// places and of home folders are left out, secrets are marked. Empty if nothing useful is said.
pub fn clean(complaint: &[u8], folder: &Path, private: &[&Path]) -> String {
    let text = plain(&String::from_utf8_lossy(complaint));
    // Far beyond what is shown, so that no secret that is cut in two is.
    let cut = |line: &str| redact(&line.chars().take(4 * CHARACTERS).collect::<String>());
    let text = text.lines().map(cut).collect::<Vec<_>>().join("\n");
    let text = redact_text(&text, false).unwrap_or(text);
    let useful: Vec<&str> = text.lines().map(str::trim).filter(|line| is_useful(line)).collect();
    // From the last thing that is called an error; what is said before are warnings and progress.
    let from = useful.iter().rposition(|line| ERROR.is_match(line));
    let from = from.unwrap_or_else(|| useful.len().saturating_sub(LINES));
    let message = useful.iter().skip(from).take(LINES).copied().collect::<Vec<_>>().join(" ");
    let message = ERROR.replace(&message, "");
    shorten(&portable(message.trim(), folder, private))
}

static ERROR: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(?i:error): *").expect("a pattern"));

/// A line without secrets. Complaints are chains, `where: why: which`, and sentences: each word may be a name whose value
/// follows.
fn redact(line: &str) -> String {
    let mut line = redact_text(line, false).unwrap_or_else(|| line.to_owned());
    let mut from = 0;
    while let Some(at) = line[from..].find(' ') {
        from += at + 1;
        if line[from..].split(' ').next().is_none_or(|word| !word.ends_with(':')) {
            continue;
        }
        if let Some(rest) = redact_text(&line[from..], false) {
            line.truncate(from);
            line.push_str(&rest);
        }
    }
    line
}

/// The text without colors and control characters, other than ends of lines.
fn plain(text: &str) -> String {
    static COLOR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\x1b\[[0-9;?]*[ -/]*[@-~]").expect("a pattern"));
    let text = COLOR.replace_all(text, "");
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// Whether a line says something about the failure.
fn is_useful(line: &str) -> bool {
    static NOISE: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"^(?:Use --debug flag|#? ?(?i:warning):|[WI]\d{4} \d\d:|helm\.go:|Usage:|See ')";
        Regex::new(pattern).expect("a pattern")
    });
    !line.is_empty() && !NOISE.is_match(line)
}

/// The text without absolute paths of this machine, so that it is the same on every other one.
fn portable(text: &str, folder: &Path, private: &[&Path]) -> String {
    static HOME: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r#"(?:^|\b|(?P<before>[\s"'`(=:\[]))(?:[A-Z]:)?[/\\](?i:home|root|users|private|tmp|var/folders)[/\\][^\s"'`:;,)\]]*"#;
        Regex::new(pattern).expect("a pattern")
    });
    let mut text = text.to_owned();
    for path in private {
        text = replace_path(&text, path, "…");
    }
    let mut steps = PathBuf::new();
    for (at, outer) in folder.ancestors().enumerate() {
        // The root is above everything, also above what is meant inside a container.
        if outer.parent().is_none() {
            break;
        }
        if at > 0 {
            steps.push("..");
        }
        let short = if at == 0 { ".".to_owned() } else { steps.display().to_string().replace('\\', "/") };
        text = replace_path(&text, outer, &short);
    }
    HOME.replace_all(&text, "$before…").into_owned()
}

/// `text` with `short` in the place of `path`; below the folder itself no prefix is left.
fn replace_path(text: &str, path: &Path, short: &str) -> String {
    let path = path.display().to_string();
    let separator = std::path::MAIN_SEPARATOR;
    let below = if short == "." { String::new() } else { format!("{short}/") };
    let text = text.replace(&format!("{path}{separator}"), &below);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(&path) {
        let after = &rest[at + path.len()..];
        let whole = !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
        out.push_str(&rest[..at]);
        out.push_str(if whole { short } else { &path });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(CHARACTERS) {
        None => text.to_owned(),
        // A mark is never cut in two.
        Some((end, _)) => {
            let cut = &text[..end];
            let open = cut.rfind('[').filter(|&at| MARK.starts_with(&cut[at..]));
            format!("{}…", &cut[..open.unwrap_or(end)])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::clean;
    use std::path::Path;

    fn check(complaint: &str, want: &str) {
        let private = [Path::new("/scratch/podviz-1"), Path::new("/opt/bin/helm")];
        assert_eq!(clean(complaint.as_bytes(), Path::new("/srv/me/shop/chart"), &private), want);
    }

    #[test]
    fn the_last_error_counts() {
        check(
            "WARNING: old\nError: first\nthen\nError: no such chart\n\nUse --debug flag to see more\n",
            "no such chart",
        );
        check("one\ntwo\nthree\nfour\n", "two three four");
        check("Error: a\nb\nc\nd\n", "a b c");
        check("", "");
        check("W1122 10:00:00.0 1 x.go:1] no cluster\n", "");
    }

    #[test]
    fn paths_are_told_from_the_folder() {
        check("Error: open /srv/me/shop/chart/values.yaml: no such file", "open values.yaml: no such file");
        check("'/srv/me/shop/chart' is no chart", "'.' is no chart");
        check("see '/srv/me/shop/base/x.yaml'", "see '../base/x.yaml'");
        check("see '/srv/other/x.yaml'", "see '../../../other/x.yaml'");
        check("/opt/bin/helm: cannot execute", "…: cannot execute");
        check("lock /scratch/podviz-1/cache: denied", "lock …/cache: denied");
        check("no /private/ann/config, no /tmp/x: stop", "no …, no …: stop");
        check("probe /healthz of /srv/me/shop/chart-two", "probe /healthz of ../chart-two");
    }

    #[test]
    fn endless_lines_are_cut() {
        let long = "x: ".repeat(100_000);
        let short = clean(format!("Error: why: {long}").as_bytes(), Path::new("/srv/me"), &[]);
        assert!(short.starts_with("why: x: x: ") && short.len() < 700, "{short}");
    }

    #[test]
    fn nothing_hostile_is_left() {
        check("Error: \u{1b}[31mred\u{1b}[0m \u{7}bell\u{0}", "red  bell");
        check("Error: password: hunter2 is too short", "password: [redacted] is too short");
        check("Error: bad password: hunter2, and more", "bad password: [redacted], and more");
        check("Error: at (x.yaml:3:4): token: hunter2", "at (x.yaml:3:4): token: [redacted]");
        check("Error: postgres://u:pass@db:5432/x is no URL", "postgres://u:[redacted]@db:5432/x is no URL");
        let long = "x".repeat(595);
        check(&format!("Error: {long}password=aaa and more"), &format!("{long}passw…"));
    }
}
