//! Files of other people of which podviz rewrites a part: read whole, and replaced at once or not at all.

use super::drift;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// No Markdown that people read is longer, in bytes.
const LARGEST_FILE: u64 = 16 << 20;

/// A file as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its path as the user wrote it.
    pub shown: PathBuf,
    /// What stands in it.
    pub text: String,
    /// The file itself, where links lead.
    real: PathBuf,
}

/// A file and what it is to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// The file as it was found.
    pub original: Original,
    /// What it is to hold.
    pub text: String,
}

impl Original {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The reason, if it is no text that can be read.
    pub fn read(shown: &Path) -> Result<Original, String> {
        let reason = |error: io::Error| match error.kind() {
            ErrorKind::NotFound => "there is no such file".to_owned(),
            kind => kind.to_string(),
        };
        let real = fs::canonicalize(shown).map_err(reason)?;
        let about = fs::metadata(&real).map_err(reason)?;
        if about.is_dir() {
            return Err("this is a folder; name the files in it".to_owned());
        }
        if !about.is_file() {
            return Err("this is no file".to_owned());
        }
        if about.len() > LARGEST_FILE {
            return Err(format!("it is larger than {} MiB", LARGEST_FILE >> 20));
        }
        let text = String::from_utf8(fs::read(&real).map_err(reason)?);
        let text = text.map_err(|_| "it is not UTF-8 text".to_owned())?;
        Ok(Original { shown: shown.to_owned(), text, real })
    }

    /// Whether both are one file, whatever they are called.
    pub fn is_same_as(&self, other: &Original) -> bool {
        self.real == other.real
    }

    /// Whether the file lies in a folder, wherever links lead; not if there is no such folder.
    pub fn is_below(&self, folder: &Path) -> bool {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        fs::canonicalize(folder).is_ok_and(|folder| self.real.starts_with(folder))
    }
}

impl Rewrite {
    /// Whether the file holds it already.
    pub fn is_done(&self) -> bool {
        self.original.text == self.text
    }

    /// The unified diff to what the file is to hold; empty where nothing differs but line endings.
    pub fn diff(&self) -> String {
        drift::diff(&self.original.shown, Some(self.original.text.as_bytes()), Some(self.text.as_bytes()))
    }
}

/// Replaces each file that holds something else. Every new file is written beside its place before the first one takes it, so
/// what can go wrong goes wrong while nothing has changed. Permissions stay, and so do links: the file they lead to is
/// replaced.
///
/// # Errors
///
/// The path of the file that the disk refuses, and why.
pub fn rewrite(rewrites: &[Rewrite]) -> Result<(), (PathBuf, String)> {
    let stale = || rewrites.iter().filter(|rewrite| !rewrite.is_done());
    let refuse = |rewrite: &Rewrite, reason: String| (rewrite.original.shown.clone(), reason);
    let mut prepared = Vec::new();
    for rewrite in stale() {
        let new = prepare(rewrite).map_err(|reason| refuse(rewrite, reason))?;
        prepared.push((rewrite, new));
    }
    for (rewrite, new) in prepared {
        new.persist(&rewrite.original.real)
            .map_err(|error| refuse(rewrite, error.error.kind().to_string()))?;
    }
    Ok(())
}

/// The new file, beside the old one.
fn prepare(rewrite: &Rewrite) -> Result<NamedTempFile, String> {
    let Original { real, text, .. } = &rewrite.original;
    let reason = |error: io::Error| error.kind().to_string();
    let permissions: Permissions = fs::metadata(real).map_err(reason)?.permissions();
    if permissions.readonly() {
        return Err("it may not be written to".to_owned());
    }
    if fs::read(real).map_err(reason)? != text.as_bytes() {
        return Err("somebody else changed it just now; try again".to_owned());
    }
    let folder = real.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".podviz-").tempfile_in(folder).map_err(reason)?;
    new.write_all(rewrite.text.as_bytes()).map_err(reason)?;
    new.as_file().set_permissions(permissions).map_err(reason)?;
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::{Original, Rewrite, rewrite};
    use std::fs;
    use std::path::Path;
    use tempfile::TempDir;

    fn to(path: &Path, text: &str) -> Rewrite {
        Rewrite { original: Original::read(path).expect("a file"), text: text.to_owned() }
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = TempDir::new().expect("a temporary folder");
        let (file, link) = (folder.path().join("a.md"), folder.path().join("link.md"));
        fs::write(&file, "old").expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("permissions");
        symlink("a.md", &link).expect("a link");
        rewrite(&[to(&link, "new")]).expect("a file that can be written");
        assert_eq!(fs::read_to_string(&file).expect("a file"), "new");
        assert!(link.symlink_metadata().expect("a link").is_symlink());
        assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o777, 0o640);
        assert!(Original::read(&link).expect("a file").is_same_as(&Original::read(&file).expect("a file")));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing else is left");
    }

    #[test]
    fn what_holds_it_already_keeps_its_time() {
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("a.md");
        fs::write(&file, "same").expect("a file");
        let time = || file.metadata().expect("a file").modified().expect("a time");
        let before = time();
        rewrite(&[to(&file, "same")]).expect("nothing to do");
        assert_eq!(time(), before);
    }

    #[test]
    fn one_refusal_keeps_all_files_as_they_are() {
        let folder = TempDir::new().expect("a temporary folder");
        let [a, b, c] = ["a.md", "b.md", "c.md"].map(|name| folder.path().join(name));
        for file in [&a, &b, &c] {
            fs::write(file, "old").expect("a file");
        }
        let rewrites = [to(&a, "new"), to(&b, "new"), to(&c, "new")];
        fs::write(&b, "of somebody else").expect("a file");
        let (path, reason) = rewrite(&rewrites).expect_err("a file that somebody else changed");
        assert_eq!((path, reason.contains("somebody else")), (b, true));
        assert_eq!(fs::read_to_string(&a).expect("a file"), "old");
        let mut permissions = c.metadata().expect("a file").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&c, permissions).expect("permissions");
        let (path, reason) = rewrite(&[to(&a, "new"), to(&c, "new")]).expect_err("a file that is read only");
        assert_eq!((path, reason.contains("may not be written")), (c, true));
        assert_eq!(fs::read_to_string(&a).expect("a file"), "old");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 3, "nothing else is left");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("a.md");
        fs::write(&file, b"\xff\xfea\0").expect("a file");
        assert!(Original::read(&file).expect_err("UTF-16").contains("UTF-8"));
        assert!(Original::read(folder.path()).expect_err("a folder").contains("folder"));
        assert!(Original::read(&folder.path().join("b.md")).expect_err("nothing").contains("no such file"));
    }
}
