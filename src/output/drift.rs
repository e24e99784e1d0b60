//! How a file differs from what podviz would write: a unified diff that `git apply` and `patch -p1` take.

use crate::escape::visible;
use anstyle::{AnsiColor, Style};
use similar::udiff::UnifiedHunkHeader;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices_by_key, group_diff_ops};
use std::fmt::Write as _;
use std::path::{Component, Path};

/// How many equal lines stand around a change.
const CONTEXT: usize = 3;
/// The largest file that is compared line by line, in bytes.
const LARGEST_FILE: usize = 1 << 20;
/// The longest line that is shown, in bytes.
const LONGEST_LINE: usize = 8 << 10;

/// Whether a file holds what it should. Line endings do not count: a checkout may have changed them.
pub fn is_same(old: &[u8], new: &[u8]) -> bool {
    if old == new {
        return true;
    }
    match (text(old), text(new)) {
        (Some(old), Some(new)) => lines(old).map(Line::of).eq(lines(new).map(Line::of)),
        _ => false,
    }
}

/// The unified diff from what the file at `path` holds to what it should hold, `None` being no file at all, with the
/// headers that git writes. It is empty where nothing differs but line endings, and one line of comment where the file
/// is no text or too large to be shown. The lines that come in end as the old ones do. A path is shown from where podviz
/// runs; that of an absolute one begins at the root, that of `../a` is one that no tool applies.
pub fn diff(path: &Path, old: Option<&[u8]>, new: Option<&[u8]>) -> String {
    let state = match (old, new) {
        (None, None) => return String::new(),
        (Some(old), Some(new)) if is_same(old, new) => return String::new(),
        (Some(_), Some(_)) => State::Changed,
        (None, Some(_)) => State::Missing,
        (Some(_), None) => State::Superfluous,
    };
    let name = name(path);
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let hunks = match (text(old), text(new)) {
        (Some(old), Some(new)) => hunks(old, new),
        _ => Err("it is no text"),
    };
    match hunks {
        Ok(hunks) => headers(&name, state, !hunks.is_empty()) + &hunks,
        Err(reason) => format!("# {} {}; {reason}\n", quoted("", &name), state.words()),
    }
}

/// The diffs as people read them: colored, as ANSI codes, and with every character spelled out that a terminal would obey.
pub fn for_terminal(diffs: &str) -> String {
    let bold = Style::new().bold();
    let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
    let mut text = String::with_capacity(diffs.len() + diffs.len() / 4);
    let mut is_in_hunk = false;
    for line in diffs.lines() {
        let (first, is_heading) = (line.chars().next(), line.starts_with("diff --git "));
        is_in_hunk = first == Some('@') || (is_in_hunk && !is_heading && first != Some('#'));
        let style = match (first, is_in_hunk) {
            (Some('#'), _) => color(AnsiColor::Yellow),
            (_, false) => bold,
            (Some('@'), _) => color(AnsiColor::Cyan),
            (Some('+'), _) => color(AnsiColor::Green),
            (Some('-'), _) => color(AnsiColor::Red),
            _ => Style::new(),
        };
        let _ = writeln!(text, "{style}{}{style:#}", visible(line));
    }
    text
}

/// What is wrong with a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Changed,
    Missing,
    Superfluous,
}

impl State {
    fn words(self) -> &'static str {
        match self {
            State::Changed => "differs",
            State::Missing => "is missing",
            State::Superfluous => "is not wanted any more",
        }
    }
}

/// A line, whichever way it ends.
#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Line<'a> {
    text: &'a str,
    ends: bool,
}

impl<'a> Line<'a> {
    fn of(raw: &'a str) -> Line<'a> {
        match raw.strip_suffix('\n') {
            Some(line) => Line { text: line.strip_suffix('\r').unwrap_or(line), ends: true },
            None => Line { text: raw, ends: false },
        }
    }
}

/// Bytes as text; `None` where they are none.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// Each line as it stands there. Only a newline ends one, as tools that apply patches have it.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n')
}

/// The hunks of a diff, or why they cannot be shown.
fn hunks(old: &str, new: &str) -> Result<String, &'static str> {
    if old.len().max(new.len()) > LARGEST_FILE {
        return Err("it is too large to be shown");
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (lines(old).collect(), lines(new).collect());
    let ops = capture_diff_slices_by_key(Algorithm::Myers, &old, &new, |line| Line::of(line));
    let end = if old.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    let mut text = String::new();
    for group in group_diff_ops(ops, CONTEXT) {
        let _ = writeln!(text, "{}", UnifiedHunkHeader::new(&group));
        for (tag, old_range, new_range) in group.iter().map(DiffOp::as_tag_tuple) {
            let is_kept = tag == DiffTag::Equal;
            // Where there are more marks than before, what stood there is what they hide.
            let hides = marks(&new[new_range.clone()]) > marks(&old[old_range.clone()]);
            for line in &old[old_range] {
                let line = if hides && marks(&[line]) == 0 { "[redacted]\n" } else { line };
                push(&mut text, if is_kept { ' ' } else { '-' }, line)?;
            }
            for line in new[new_range].iter().filter(|_| !is_kept) {
                let Line { text: line, ends } = Line::of(line);
                push(&mut text, '+', &format!("{line}{}", if ends { end } else { "" }))?;
            }
        }
    }
    Ok(text)
}

/// How many marks of redaction stand in lines, as any flavor may write them.
fn marks(lines: &[&str]) -> usize {
    lines.iter().map(|line| line.matches("redacted").count()).sum()
}

/// Adds a line of a hunk, with the remark that a last line needs which does not end.
fn push(text: &mut String, mark: char, line: &str) -> Result<(), &'static str> {
    if line.len() > LONGEST_LINE {
        return Err("its lines are too long to be shown");
    }
    text.push(mark);
    text.push_str(line);
    if !line.ends_with('\n') {
        text.push_str("\n\\ No newline at end of file\n");
    }
    Ok(())
}

/// What git writes above the hunks; a file with nothing in it has none.
fn headers(name: &str, state: State, has_hunks: bool) -> String {
    let (old, new) = (quoted("a/", name), quoted("b/", name));
    let mut text = format!("diff --git {old} {new}\n");
    text.push_str(match state {
        State::Changed => "",
        State::Missing => "new file mode 100644\n",
        State::Superfluous => "deleted file mode 100644\n",
    });
    if has_hunks {
        let side = |absent: State, name: String| match state == absent {
            true => "/dev/null".to_owned(),
            // A name with blanks ends in a tab, for what may follow it is a date.
            false if name.contains(' ') => name + "\t",
            false => name,
        };
        let _ = write!(text, "--- {}\n+++ {}\n", side(State::Missing, old), side(State::Superfluous, new));
    }
    text
}

/// The path with `/`, without a root and without `.`.
fn name(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A name as git writes it: within quotes, in the way of C, where it holds a quote, a backslash or a control character.
fn quoted(side: &str, name: &str) -> String {
    let must_be = |c: char| matches!(c, '"' | '\\') || visible(c.encode_utf8(&mut [0; 4])) != c.to_string();
    if !name.contains(must_be) && !name.contains(['\n', '\t']) {
        return format!("{side}{name}");
    }
    let mut text = format!("\"{side}");
    for c in name.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() || must_be(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(text, "\\{byte:03o}");
                }
            }
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests;
