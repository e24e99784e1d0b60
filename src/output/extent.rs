//! How much a site holds, for the message that it is written.

use super::File;
use crate::names::count;
use std::collections::BTreeSet;
use std::fmt;

/// How much a site holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Extent {
    pages: usize,
    /// The environments whose pages stand in a folder of their own.
    named: BTreeSet<String>,
    /// Whether there are pages of objects that stand at the top.
    has_plain: bool,
}

impl Extent {
    /// What these files hold, of which those called `index` are pages.
    pub fn of(files: &[File], index: &str) -> Extent {
        let mut extent = Extent::default();
        for file in files {
            let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
            if name != index {
                continue;
            }
            extent.pages += 1;
            match folder.split('/').collect::<Vec<_>>()[..] {
                ["environments", environment, ..] => {
                    extent.named.insert(environment.to_owned());
                }
                ["ns" | "cluster", ..] => extent.has_plain = true,
                _ => {}
            }
        }
        extent
    }

    /// Whether there are several environments.
    pub fn has_several(&self) -> bool {
        self.environments() > 1
    }

    fn environments(&self) -> usize {
        self.named.len() + usize::from(self.has_plain)
    }
}

/// `312 pages`, or `312 pages of 6 environments`.
impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&count(self.pages, "page", "pages"))?;
        match self.environments() {
            0 | 1 => Ok(()),
            several => write!(f, " of {}", count(several, "environment", "environments")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Extent, File};

    #[track_caller]
    fn check(paths: &[&str], words: &str, several: bool) {
        let files: Vec<File> =
            paths.iter().map(|path| File { path: (*path).to_owned(), bytes: Vec::new().into() }).collect();
        let extent = Extent::of(&files, "index.html");
        assert_eq!((extent.to_string().as_str(), extent.has_several()), (words, several));
    }

    #[test]
    fn pages_and_environments_are_counted() {
        let dev = "environments/dev/ns/a/index.html";
        check(&["index.html", "graph.json", "ns/a/index.html"], "2 pages", false);
        check(&["index.html", dev, "ns/a/index.html"], "3 pages of 2 environments", true);
        check(&["index.html", dev, "environments/prod/index.html"], "3 pages of 2 environments", true);
    }
}
