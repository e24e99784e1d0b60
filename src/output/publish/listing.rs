//! `.podviz`, the list of the files that podviz wrote, and which paths may stand in it.

use super::PublishError;
use crate::names::is_device;
use crate::output::File;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The list's name in the output folder.
pub(super) const NAME: &str = ".podviz";
/// The folder in which [`super::in_place`] prepares files.
pub(super) const STAGE: &str = ".podviz-new";
/// The lock where there can be none beside the folder.
pub(super) const LOCK: &str = ".podviz-lock";

/// The first line. A list of another version is not ours to interpret, so its folder counts as somebody else's.
const HEADER: &str = "podviz/site/1";
/// No list of a real site comes near: 1,000,000 paths of 60 bytes.
const LARGEST: u64 = 64 << 20;

/// The list as text: the header, then a path a line, sorted. The list does not name itself.
pub(super) fn text<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    let paths: BTreeSet<&str> = paths.into_iter().collect();
    let mut text = format!("{HEADER}\n");
    for path in paths {
        text.push_str(path);
        text.push('\n');
    }
    text
}

/// The paths that the list of `folder` names; `None` where there is no list, or one that podviz did not write.
pub(super) fn read(folder: &Path) -> Option<BTreeSet<String>> {
    let path = folder.join(NAME);
    let metadata = fs::symlink_metadata(&path).ok()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return None;
    }
    parse(&fs::read_to_string(&path).ok()?)
}

fn parse(text: &str) -> Option<BTreeSet<String>> {
    let mut lines = text.lines();
    (lines.next()? == HEADER).then(|| lines.filter(|path| is_safe(path)).map(str::to_owned).collect())
}

/// Refuses paths that could leave the folder, or that two file systems see differently. Paths come from
/// [`crate::names`], which makes no such path; this is the second fence.
pub(super) fn check(files: &[File]) -> Result<(), PublishError> {
    let refuse = |path: &str| Err(PublishError::PagePath(path.to_owned()));
    let mut folded = BTreeSet::new();
    for File { path, .. } in files {
        let lower = path.to_ascii_lowercase();
        if !is_safe(path) || lower.split('/').any(is_device) || !folded.insert(lower) {
            return refuse(path);
        }
    }
    for path in &folded {
        if folders_of(path).any(|folder| folded.contains(folder)) {
            return refuse(path);
        }
    }
    Ok(())
}

/// The folders of a path, outermost first: `a/b/c` → `a`, `a/b`.
pub(super) fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// Capital letters are allowed for the names that hosts ask for, such as `README.md`.
fn is_safe(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let part =
        |part: &str| !part.is_empty() && part.len() <= 120 && part.bytes().all(plain) && !part.ends_with('.');
    !path.starts_with(NAME) && path.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> File {
        File { path: path.to_owned(), bytes: Vec::new().into() }
    }

    #[test]
    fn a_list_reads_back_sorted() {
        let text = text(["ns/web/index.html", "index.html"]);
        assert_eq!(text, "podviz/site/1\nindex.html\nns/web/index.html\n");
        assert_eq!(parse(&text).unwrap().len(), 2);
    }

    #[test]
    fn a_forged_list_claims_nothing_outside() {
        let list = parse("podviz/site/1\n../a\n/etc/passwd\na/../../b\n./c\nok\na//b\n.podviz\n").unwrap();
        assert_eq!(list.into_iter().collect::<Vec<_>>(), ["ok"]);
        assert!(parse("podviz/site/2\nok\n").is_none());
        assert!(parse("").is_none());
    }

    #[test]
    fn paths_that_leave_the_folder_or_collide_are_refused() {
        for bad in [
            "",
            "/a",
            "../a",
            "a/..",
            "a/./b",
            "a//b",
            "a/",
            "a b",
            "é",
            "a\\b",
            "c:a",
            "x.",
            ".podviz-new/0",
            "source/aux.yaml/index.html",
            "NUL",
        ] {
            assert!(check(&[file(bad)]).is_err(), "{bad:?}");
        }
        assert!(check(&[file(&"a".repeat(121))]).is_err());
        assert!(check(&[file("a"), file("a")]).is_err());
        assert!(check(&[file("README.md"), file("readme.md")]).is_err());
        assert!(check(&[file("a"), file("a/b")]).is_err());
        assert!(check(&[file("README.md"), file("a/index.html"), file("a-b"), file(".nojekyll")]).is_ok());
    }
}
