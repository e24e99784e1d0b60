//! Which sources of the controllers are the repository that is read, and where their paths lead.

use super::super::roots::Roots;
use super::remote::Remote;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// More than any git configuration holds.
const MOST_BYTES: u64 = 1 << 20;

/// Where a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// It is the repository that is read.
    This,
    /// It is another one.
    Another,
    /// Nobody says so: it counts as this one where the path exists.
    Unknown,
}

/// Where a path of a source leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// To a folder or a file of this repository: canonical.
    Here(PathBuf),
    /// To one of the input, if the source is this repository, which is assumed: canonical.
    Assumed(PathBuf),
    /// Nowhere, although the source is this repository.
    Nowhere,
    /// Into another repository.
    Elsewhere,
}

/// The repository that is read.
#[derive(Debug, Default)]
pub struct Repository {
    /// The folders that its paths start from: canonical, the most likely first.
    bases: Vec<PathBuf>,
    /// What it is called.
    remotes: BTreeSet<Remote>,
    /// Sources that count as this one although they are called differently.
    assumed: BTreeSet<Remote>,
    /// The branch that is checked out, if one is.
    branch: Option<String>,
    /// Whether the objects of the input name several sources.
    is_one_of_several: bool,
}

impl Repository {
    /// The repository that holds the inputs. `said` is what the settings say of where it is; then git is not asked.
    pub fn of(roots: &Roots, said: Option<&str>) -> Repository {
        let mut repository = Repository::default();
        for root in roots.folders() {
            let top = root.ancestors().find(|folder| folder.join(".git").exists());
            let git = top.and_then(|top| Git::read(&top.join(".git")));
            for base in top.into_iter().chain([root]) {
                if !repository.bases.iter().any(|other| other == base) {
                    repository.bases.push(base.to_owned());
                }
            }
            if let Some(git) = git {
                repository.branch = repository.branch.or(git.branch);
                // Where the input is a folder of another repository, the sources in it need not be about that.
                if said.is_none() {
                    repository.remotes.extend(git.remotes);
                }
            }
        }
        repository.remotes.extend(said.and_then(Remote::of_page));
        repository
    }

    /// Looks at the addresses of all sources of the input, and whether its objects name several: where none of them is called as this repository is, those count that have its
    /// name, as forks do, and if the input is a folder of a repository, all of which it is unknown.
    pub fn settle<'a>(&mut self, sources: impl Iterator<Item = &'a str> + Clone, several: bool) {
        self.is_one_of_several = several;
        let remotes = sources.clone().filter_map(Remote::read);
        if self.remotes.is_empty() || remotes.clone().any(|remote| self.remotes.contains(&remote)) {
            return;
        }
        let alike = |remote: &Remote| self.remotes.iter().any(|own| own.name() == remote.name());
        self.assumed = remotes.filter(alike).collect();
        if self.assumed.is_empty() && self.bases.len() > 1 {
            self.remotes.clear();
        }
    }

    /// The folder that paths start from, and that generators look into.
    pub fn base(&self) -> Option<&Path> {
        self.bases.first().map(PathBuf::as_path)
    }

    /// The name of the repository, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.remotes.first().map(Remote::name)
    }

    /// Whose the git repository at an address is.
    pub fn whose(&self, address: &str) -> Whose {
        match Remote::read(address) {
            Some(remote) if self.remotes.contains(&remote) => Whose::This,
            Some(remote) if self.assumed.contains(&remote) => Whose::Unknown,
            Some(_) if self.remotes.is_empty() => Whose::Unknown,
            Some(_) => Whose::Another,
            // A path of another machine, or a variable that is not known.
            None => Whose::Unknown,
        }
    }

    /// Whose an artifact of a registry or a bucket is, which is made of some repository.
    pub fn whose_artifact(&self, address: &str) -> Whose {
        match () {
            () if self.remotes.iter().any(|own| own.has_artifact(address)) => Whose::This,
            () if self.remotes.is_empty() => Whose::Unknown,
            () => Whose::Another,
        }
    }

    /// Where a `path` of a source leads. `near` is the file, as it is on the disk, of the object that says so: where only a folder of a
    /// repository is read, paths may start above that file.
    pub fn place(&self, whose: Whose, path: &str, near: Option<&Path>, roots: &Roots) -> Place {
        let found = || self.resolve(path, near, roots);
        match whose {
            Whose::Another => Place::Elsewhere,
            Whose::This => found().map_or(Place::Nowhere, Place::Here),
            // The top of a repository is always there.
            Whose::Unknown if self.is_one_of_several && is_top(path) => Place::Elsewhere,
            Whose::Unknown => found().map_or(Place::Elsewhere, Place::Assumed),
        }
    }

    /// The folder or file of the repository at a path of it: canonical, within what may be read.
    pub fn resolve(&self, path: &str, near: Option<&Path>, roots: &Roots) -> Option<PathBuf> {
        let relative: PathBuf = Path::new(path)
            .components()
            .filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir))
            .collect();
        // One name alone may be anywhere.
        let near = near.filter(|_| relative.components().count() > 1);
        let inside = |base: &&Path| self.bases.iter().any(|root| base.starts_with(root));
        let above = near.into_iter().flat_map(|file| file.ancestors().skip(1)).take_while(inside);
        let mut outer: Vec<&Path> = above.collect();
        outer.reverse();
        let bases = self.bases.iter().map(PathBuf::as_path).chain(outer);
        let lead = |base: &Path| {
            let place = fs::canonicalize(base.join(&relative)).ok()?;
            (place.starts_with(base) && roots.allow(&place)).then_some(place)
        };
        bases.into_iter().find_map(lead)
    }

    /// Whether it is known which branch is checked out.
    pub fn has_branch(&self) -> bool {
        self.branch.is_some()
    }

    /// Whether a revision of a source is what is read, as far as that is known: the branch that is checked out, or what stands
    /// for it.
    pub fn is_current(&self, revision: &str) -> bool {
        let revision = revision.trim();
        let revision = revision.strip_prefix("refs/heads/").unwrap_or(revision);
        let branch = self.branch.as_deref();
        revision.is_empty() || revision == "HEAD" || branch.is_none_or(|branch| branch == revision)
    }
}

/// Whether a path is that of the repository itself.
pub fn is_top(path: &str) -> bool {
    path.split('/').all(|part| matches!(part, "" | "."))
}

/// What a repository on the disk says of itself.
#[derive(Default)]
struct Git {
    remotes: Vec<Remote>,
    branch: Option<String>,
}

impl Git {
    /// Reads the folder `.git`, or the file that names it.
    fn read(at: &Path) -> Option<Git> {
        let own = match fs::metadata(at).ok()?.is_dir() {
            true => at.to_owned(),
            false => at.parent()?.join(text(at)?.strip_prefix("gitdir:")?.trim()),
        };
        let shared = text(&own.join("commondir")).map_or_else(|| own.clone(), |path| own.join(path.trim()));
        let head = text(&own.join("HEAD")).unwrap_or_default();
        let branch = head.trim().strip_prefix("ref: refs/heads/").map(str::to_owned);
        Some(Git { remotes: remotes(&text(&shared.join("config")).unwrap_or_default()), branch })
    }
}

fn text(file: &Path) -> Option<String> {
    let metadata = fs::metadata(file).ok()?;
    (metadata.is_file() && metadata.len() <= MOST_BYTES).then(|| fs::read_to_string(file).ok()).flatten()
}

/// The remotes that a configuration of git lists.
fn remotes(config: &str) -> Vec<Remote> {
    let (mut remotes, mut in_remote) = (Vec::new(), false);
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            in_remote = line.starts_with("[remote ") || line.starts_with("[remote\t");
        } else if in_remote
            && let Some((key, value)) = line.split_once('=')
            && key.trim().eq_ignore_ascii_case("url")
        {
            remotes.extend(Remote::read(value.trim().trim_matches('"')));
        }
    }
    remotes
}

#[cfg(test)]
mod tests {
    use super::super::super::roots::{Root, Roots};
    use super::{Place, Remote, Repository, Whose, remotes};
    use std::fs;
    use std::path::Path;

    #[test]
    fn git_lists_its_remotes() {
        let config = "[core]\n\turl = no\n[remote \"origin\"]\n\turl = git@x.example:o/r.git\n\tfetch = +refs\n[branch \"url\"]\n\turl = https://x.example/no/no\n[remote \"up\"]\n URL=https://x.example/u/r\n";
        assert_eq!(remotes(config).iter().map(Remote::name).collect::<Vec<_>>(), ["r", "r"]);
        assert_eq!(remotes(config).len(), 2);
    }

    fn tree(remote: Option<&str>) -> (tempfile::TempDir, Roots) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = fs::canonicalize(folder.path()).expect("a path");
        fs::create_dir_all(path.join("in/apps")).expect("a folder");
        if let Some(remote) = remote {
            fs::create_dir_all(path.join(".git")).expect("a folder");
            fs::write(path.join(".git/HEAD"), "ref: refs/heads/main\n").expect("a file");
            fs::write(path.join(".git/config"), format!("[remote \"origin\"]\nurl = {remote}\n"))
                .expect("a file");
        }
        let root = Root { path: path.join("in"), label: String::new(), name: "in".into() };
        (folder, Roots::new(vec![root]))
    }

    #[test]
    fn remotes_say_whose_a_source_is() {
        let (_folder, roots) = tree(Some("git@git.example:team/fleet.git"));
        let mut repository = Repository::of(&roots, None);
        let sources = ["https://git.example/team/fleet", "https://git.example/vendor/x"];
        repository.settle(sources.into_iter(), true);
        assert_eq!(repository.whose(sources[0]), Whose::This);
        assert_eq!(repository.whose(sources[1]), Whose::Another);
        assert_eq!(repository.whose_artifact("oci://r.example/team/fleet/x"), Whose::This);
        assert!(
            repository.is_current("main") && repository.is_current("HEAD") && !repository.is_current("v1")
        );
        assert!(matches!(repository.place(Whose::This, "./in/apps", None, &roots), Place::Here(_)));
        assert_eq!(repository.place(Whose::This, "./in/none", None, &roots), Place::Nowhere);
        assert_eq!(repository.place(Whose::Another, "./in/apps", None, &roots), Place::Elsewhere);
        assert_eq!(repository.place(Whose::This, "../..", None, &roots), Place::Nowhere);
    }

    #[test]
    fn settings_come_before_git() {
        let (_folder, roots) = tree(Some("git@git.example:team/fleet.git"));
        let repository = Repository::of(&roots, Some("https://git.example/other/fleet/tree/main"));
        assert_eq!(repository.whose("https://git.example/other/fleet.git"), Whose::This);
        assert_eq!(repository.whose("https://git.example/team/fleet.git"), Whose::Another);
    }

    #[test]
    fn forks_keep_their_name() {
        let (_folder, roots) = tree(Some("git@git.example:me/fleet.git"));
        let mut repository = Repository::of(&roots, None);
        repository.settle(["https://git.example/team/fleet", "https://git.example/team/x"].into_iter(), true);
        assert_eq!(repository.whose("https://git.example/team/fleet"), Whose::Unknown);
        assert_eq!(repository.whose("https://git.example/team/x"), Whose::Another);
    }

    #[test]
    fn a_folder_of_another_repository_may_hold_a_tree() {
        let (_folder, roots) = tree(Some("git@git.example:me/examples.git"));
        let mut repository = Repository::of(&roots, None);
        repository.settle(["https://git.example/team/fleet"].into_iter(), false);
        let whose = repository.whose("https://git.example/team/fleet");
        assert!(matches!(repository.place(whose, "apps", None, &roots), Place::Assumed(_)));
        assert_eq!(repository.place(whose, "none", Some(Path::new("/")), &roots), Place::Elsewhere);
    }

    #[test]
    fn without_git_paths_decide() {
        let (_folder, roots) = tree(None);
        let repository = Repository::of(&roots, None);
        assert_eq!(repository.whose("https://git.example/team/fleet"), Whose::Unknown);
        assert!(repository.is_current("v1"));
        assert!(matches!(repository.place(Whose::Unknown, "./apps", None, &roots), Place::Assumed(_)));
    }
}
