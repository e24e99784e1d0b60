//! The files of a folder that a pattern names, without opening any.

use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;
use std::path::{Path, PathBuf};

/// More files and folders than this are not looked at for a pattern.
const MOST_ENTRIES: usize = 200_000;

/// The files that `pattern` names, sorted, each with `folder` in front. A pattern without `*`, `?`, `[` and `{` is a path, and
/// names its file whether there is one or not. What a `.gitignore` names matches no pattern, nor does what is hidden, unless
/// the pattern says so; what one machine alone ignores is a match on all of them.
///
/// # Errors
///
/// If it is no pattern, or no file matches.
pub fn matching(folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    if !is_pattern(pattern) {
        return Ok(vec![folder.join(pattern)]);
    }
    let root = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let bare = pattern.trim_start_matches("./");
    let mut only = OverrideBuilder::new(root);
    only.add(&format!("/{bare}")).map_err(|_| format!("`{pattern}` is no pattern"))?;
    let only = only.build().map_err(|_| format!("`{pattern}` is no pattern"))?;
    let names_hidden = bare.split('/').any(|part| part.starts_with('.'));
    let walk = WalkBuilder::new(root)
        .hidden(!names_hidden)
        .require_git(false)
        .ignore(false)
        .git_global(false)
        .git_exclude(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    let files = walk
        .flatten()
        .take(MOST_ENTRIES)
        .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()));
    let files =
        files.map(ignore::DirEntry::into_path).filter(|path| only.matched(path, false).is_whitelist());
    let mut files: Vec<PathBuf> =
        files.map(|path| folder.join(path.strip_prefix(root).unwrap_or(&path))).collect();
    files.sort();
    if files.is_empty() { Err(format!("`{pattern}` matches no file")) } else { Ok(files) }
}

/// Whether it stands for files by what their names look like.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

#[cfg(test)]
mod tests {
    use super::matching;
    use std::fs;
    use std::path::Path;

    #[test]
    fn a_pattern_names_files_from_its_folder_on() {
        let temp = tempfile::TempDir::new().expect("a temporary folder");
        for name in ["a.md", "b.txt", "docs/c.md", "docs/d/e.md", ".hidden/f.md", "out/g.md"] {
            let path = temp.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "").expect("a file");
        }
        fs::write(temp.path().join(".gitignore"), "out/\n").expect("a file");
        for private in [".git/info/exclude", ".ignore"] {
            let path = temp.path().join(private);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "docs/\n").expect("a file");
        }
        let names = |pattern: &str| {
            let found = matching(temp.path(), pattern)?;
            let name =
                |path: &Path| path.strip_prefix(temp.path()).expect("a path below").display().to_string();
            Ok::<_, String>(found.iter().map(|path| name(path)).collect::<Vec<_>>())
        };
        assert_eq!(names("*.md"), Ok(vec!["a.md".to_owned()]));
        assert_eq!(names("docs/*.md"), Ok(vec!["docs/c.md".to_owned()]));
        assert_eq!(names("**/*.md"), Ok(["a.md", "docs/c.md", "docs/d/e.md"].map(str::to_owned).to_vec()));
        assert_eq!(names("./{a,docs/c}.md"), Ok(["a.md", "docs/c.md"].map(str::to_owned).to_vec()));
        assert_eq!(names(".hidden/*.md"), Ok(vec![".hidden/f.md".to_owned()]));
        assert_eq!(names("none.md"), Ok(vec!["none.md".to_owned()]), "a path is a path");
        assert_eq!(names("*.rst"), Err("`*.rst` matches no file".to_owned()));
        assert_eq!(names("[a"), Err("`[a` is no pattern".to_owned()));
    }
}
