#![allow(clippy::disallowed_methods, reason = "the tests ask the tools that apply patches")]

use super::{diff, for_terminal, is_same};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What a file holds before and after; `None` where there is none.
type Change<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

fn shown((path, old, new): Change) -> String {
    diff(Path::new(path), old.map(str::as_bytes), new.map(str::as_bytes))
}

#[test]
fn a_change_has_the_headers_of_git_and_three_lines_around() {
    let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    let new = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
    assert_eq!(
        shown(("./site/README.md", Some(old), Some(new))),
        "diff --git a/site/README.md b/site/README.md\n--- a/site/README.md\n+++ b/site/README.md\n\
         @@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
    );
}

#[test]
fn new_and_removed_files_are_compared_with_nothing() {
    assert_eq!(
        shown(("a.md", None, Some("x\n"))),
        "diff --git a/a.md b/a.md\nnew file mode 100644\n--- /dev/null\n+++ b/a.md\n@@ -0,0 +1 @@\n+x\n"
    );
    assert_eq!(
        shown(("a.md", Some("x\n"), None)),
        "diff --git a/a.md b/a.md\ndeleted file mode 100644\n--- a/a.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    );
    assert_eq!(
        shown((".nojekyll", None, Some(""))),
        "diff --git a/.nojekyll b/.nojekyll\nnew file mode 100644\n"
    );
    assert_eq!(shown(("a.md", None, None)), "");
}

#[test]
fn a_last_line_that_does_not_end_is_marked() {
    let text = shown(("a", Some("x\ny"), Some("x\ny\n")));
    assert!(text.ends_with("@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+y\n"), "{text}");
}

#[test]
fn line_endings_of_a_checkout_are_no_difference() {
    assert!(is_same(b"a\r\nb\r\n", b"a\nb\n"));
    assert!(is_same(b"a\nb\n", b"a\r\nb\r\n"));
    assert!(!is_same(b"a\r\nb", b"a\nb\n"));
    assert!(!is_same(b"a\rb\n", b"a\nb\n"));
    assert!(!is_same(b"\xff\r\n", b"\xff\n"), "bytes that are no text are compared as they are");
    assert_eq!(shown(("a", Some("a\r\nb\r\n"), Some("a\nb\n"))), "");
    let text = shown(("a", Some("a\r\nb\r\n"), Some("a\nc\n")));
    assert!(text.ends_with("@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"), "{text:?}");
}

#[test]
fn what_nobody_can_read_is_a_line() {
    let compare = |old: &[u8], new: &[u8]| diff(Path::new("a b"), Some(old), Some(new));
    assert_eq!(compare(b"\xff\n", b"x\n"), "# a b differs; it is no text\n");
    assert_eq!(compare(b"a\0b", b"x\n"), "# a b differs; it is no text\n");
    let long = "x".repeat(9000);
    assert_eq!(compare(b"x", long.as_bytes()), "# a b differs; its lines are too long to be shown\n");
    let large = "x\n".repeat(600_000);
    assert_eq!(compare(b"x\n", large.as_bytes()), "# a b differs; it is too large to be shown\n");
    assert_eq!(
        diff(Path::new("a"), None, Some(large.as_bytes())),
        "# a is missing; it is too large to be shown\n"
    );
    let removed = diff(Path::new("a\n+++ b"), Some(long.as_bytes()), None);
    assert_eq!(removed, "# \"a\\012+++ b\" is not wanted any more; its lines are too long to be shown\n");
}

#[test]
fn terminals_get_colors_and_no_control_characters() {
    let text = for_terminal(&shown(("a", Some("-- x\r\n\u{1b}[2Jold\n"), Some("-- x\nnew\u{202e}\n"))));
    let mut bare = String::new();
    anstream::adapter::strip_str(&text).for_each(|part| bare.push_str(part));
    assert_eq!(
        bare,
        "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n -- x\n-<U+001B>[2Jold\n+new<U+202E>\n"
    );
    assert!(text.contains("\u{1b}[31m-<U+001B>[2Jold"), "{text:?}");
    let removed = for_terminal(&shown(("a", Some("-- x\n"), Some(""))));
    assert!(removed.contains("\u{1b}[31m--- x"), "a removed line is no header: {removed:?}");
}

/// Changes of every sort, and of names that need care.
const CHANGES: &[Change] = &[
    ("plain.md", Some("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), Some("0\n1\n2\n3\n5\n6\n7\n8\n9\nten\n")),
    ("windows.md", Some("a\r\nb\r\nc\r\n"), Some("a\nB\nc\nd\n")),
    ("ends.md", Some("a\nb"), Some("a\nb\n")),
    ("does-not-end.md", Some("a\nb\n"), Some("a\nb\nc")),
    ("return.md", Some("a\rb\nc\r\n"), Some("a\rB\nc\n")),
    ("deep/new/page.md", None, Some("new\n--- a/plain.md\n+++ b/plain.md\n")),
    ("gone/page.md", Some("old\nold\n"), None),
    ("empty.md", None, Some("")),
    ("emptied.md", Some("a\n"), Some("")),
    ("filled.md", Some(""), Some("a\n")),
    ("with blanks.md", Some("a\n"), Some("b\n")),
    ("na\u{ef}ve.md", Some("a\n"), Some("b\n")),
    ("quote\".md", Some("a\n"), Some("b\n")),
    ("tab\tand \u{1b}.md", Some("a\n"), Some("b\n")),
];

fn assert_applies(tool: &str, arguments: &[&str]) {
    let folder = TempDir::new().expect("a temporary folder");
    let mut patch = String::new();
    for change @ (path, old, new) in CHANGES {
        patch.push_str(&shown(*change));
        patch.push_str("# data.bin differs; it is no text\n");
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        if let Some(old) = old {
            fs::write(&path, old).expect("a file");
        }
        assert!(old != new);
    }
    let mut child = Command::new(tool)
        .args(arguments)
        .current_dir(folder.path())
        .env("GIT_CEILING_DIRECTORIES", folder.path().parent().expect("a folder"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the tool is installed");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), patch.as_bytes()).expect("a patch");
    let output = child.wait_with_output().expect("the tool ends");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{tool}: {said}\n{patch}");
    for (path, _, new) in CHANGES {
        let found = fs::read(folder.path().join(path)).ok();
        let same = match (&found, new) {
            (Some(found), Some(new)) => is_same(found, new.as_bytes()),
            (found, new) => found.is_none() && new.is_none(),
        };
        assert!(same, "{tool}: {path}: {found:?}: {said}");
    }
}

#[test]
fn git_applies_the_diffs() {
    assert_applies("git", &["apply", "-"]);
}

#[test]
fn patch_applies_the_diffs() {
    if Command::new("patch").arg("--version").output().is_err() {
        eprintln!("passed over: there is no `patch`");
        return;
    }
    assert_applies("patch", &["-p1", "--binary", "--no-backup-if-mismatch"]);
}

#[test]
fn what_a_mark_hides_now_is_not_told() {
    let (old, new) = ("a: 1\n# pin 4711\nb: 2\n", "a: 1\n# [redacted]\nb: 2\n");
    let diff = shown(("a.md", Some(old), Some(new)));
    assert!(diff.ends_with(" a: 1\n-[redacted]\n+# [redacted]\n b: 2\n"), "{diff}");
    let (old, new) = ("x: [redacted] 1\n", "x: [redacted] 2\n");
    assert!(shown(("a.md", Some(old), Some(new))).ends_with("-x: [redacted] 1\n+x: [redacted] 2\n"));
}
