//! What kustomizations refer to: files and folders of this machine, within the input or its repository, and nothing else.

use super::super::redact::redact_text;
use super::super::roots::Roots;
use super::Fault;
use super::file::{Kustomization, NAMES, Reference, Role, is_builtin};
use crate::document::Limits;
use crate::problem::Code;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// What a reference leads to; canonical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A regular file.
    File(Role, PathBuf),
    /// A folder with a kustomization.
    Folder(PathBuf),
}

/// How many empty kustomizations cost as much as an object.
const BUILDS_PER_OBJECT: usize = 4;

/// A kustomization with what it leads to.
#[derive(Debug)]
pub struct Volume {
    /// The file.
    pub kustomization: Kustomization,
    /// Where its references lead, as far as they may be followed.
    pub targets: Vec<Target>,
    /// Everything that speaks against building it.
    pub faults: Vec<Fault>,
    /// The bases that cannot be reached, as written; each is one of the faults.
    pub unreachable: Vec<String>,
}

/// Every kustomization of the input, and those beside it that they refer to, by folder.
#[derive(Debug, Default)]
pub struct Library {
    volumes: BTreeMap<PathBuf, Volume>,
}

impl Library {
    /// Reads the kustomization `files` and all that they lead to.
    pub fn read(files: &[PathBuf], roots: &Roots, limits: &Limits) -> Library {
        let mut library = Library::default();
        library.open(files.iter().rev().cloned().collect(), roots, limits);
        library
    }

    /// Reads files, the last first, and all that they lead to.
    fn open(&mut self, mut open: Vec<PathBuf>, roots: &Roots, limits: &Limits) {
        while let Some(file) = open.pop() {
            let Some(folder) = file.parent() else { continue };
            if self.volumes.contains_key(folder) {
                continue;
            }
            let kustomization = Kustomization::read(&file, roots.shown(&file), &bytes(&file, limits), limits);
            if !kustomization.is_kustomize() {
                continue;
            }
            let (folder, volume) = (folder.to_owned(), Volume::of(kustomization, roots, limits));
            open.extend(volume.folders().filter_map(kustomization_of));
            self.volumes.insert(folder, volume);
        }
    }

    /// A kustomization that does not stand in a file as it is, with all that it leads to added.
    pub fn stage(&mut self, mut kustomization: Kustomization, roots: &Roots, limits: &Limits) -> Volume {
        kustomization.settle();
        let volume = Volume::of(kustomization, roots, limits);
        self.open(volume.folders().filter_map(kustomization_of).collect(), roots, limits);
        volume
    }

    /// The kustomization of a folder.
    pub fn get(&self, folder: &Path) -> Option<&Volume> {
        self.volumes.get(folder)
    }

    /// Every kustomization, by folder.
    pub fn iter(&self) -> impl Iterator<Item = (&PathBuf, &Volume)> {
        self.volumes.iter()
    }

    /// The kustomizations that the one in `folder` is built from: itself first, then what it refers to, each once.
    pub fn closure(&self, folder: &Path) -> Vec<&Volume> {
        self.reach(folder, &mut BTreeSet::new())
    }

    /// The same for one that is staged.
    pub fn closure_of<'a>(&'a self, staged: &'a Volume) -> Vec<&'a Volume> {
        let mut reached = BTreeSet::from([staged.kustomization.folder.as_path()]);
        let below: Vec<&Path> = staged.folders().collect();
        let below = below.into_iter().flat_map(|folder| self.reach(folder, &mut reached)).collect::<Vec<_>>();
        [staged].into_iter().chain(below).collect()
    }

    /// Those of them that were not `reached` yet; afterwards they are.
    pub fn reach<'a>(&'a self, folder: &Path, reached: &mut BTreeSet<&'a Path>) -> Vec<&'a Volume> {
        let mut order = Vec::new();
        let mut open = vec![folder];
        while let Some(folder) = open.pop() {
            let Some((folder, volume)) = self.volumes.get_key_value(folder) else { continue };
            if reached.insert(folder) {
                order.push(volume);
                open.extend(volume.folders().rev());
            }
        }
        order
    }

    /// How many objects the kustomization in `folder` makes at least, with each way to a file counted, as kustomize does:
    /// where two lead to one that leads to two, it goes four ways.
    pub fn objects(&self, folder: &Path) -> usize {
        // Of each folder its objects, and how many kustomizations are built for them; nothing while its own are open, since
        // kustomize refuses what leads back to itself.
        let mut known: BTreeMap<&Path, Option<(usize, usize)>> = BTreeMap::new();
        let of = |known: &BTreeMap<&Path, Option<(usize, usize)>>, folder: &Path| {
            known.get(folder).copied().flatten().unwrap_or_default()
        };
        let mut open = vec![folder];
        while let Some(&here) = open.last() {
            let Some(volume) = self.volumes.get(here).filter(|_| known.get(here).is_none_or(Option::is_none))
            else {
                open.pop();
                continue;
            };
            if known.insert(here, None).is_none() {
                open.extend(volume.folders().filter(|below| !known.contains_key(below)));
                continue;
            }
            open.pop();
            let own = volume.files().filter(|(role, _)| *role == Role::Resource).count();
            let ways = volume.folders().map(|below| of(&known, below));
            let (objects, builds) = ways.fold((own, 1usize), |(objects, builds), (more, again)| {
                (objects.saturating_add(more), builds.saturating_add(again))
            });
            known.insert(here, Some((objects.max(builds / BUILDS_PER_OBJECT), builds)));
        }
        of(&known, folder).0
    }
}

impl Volume {
    /// A kustomization with what it leads to.
    fn of(mut kustomization: Kustomization, roots: &Roots, limits: &Limits) -> Volume {
        let (mut targets, mut faults) = (Vec::new(), std::mem::take(&mut kustomization.faults));
        let mut unreachable = Vec::new();
        for reference in &kustomization.references {
            match resolve(&kustomization.folder, reference, roots) {
                Ok(target) => {
                    if let Target::File(role, file) = &target {
                        faults.extend(plugin(*role, file, reference, limits));
                    }
                    targets.push(target);
                }
                Err(fault) => {
                    if matches!(reference.role, Role::Resource | Role::Component) {
                        unreachable.push(reference.text.clone());
                    }
                    faults.push(fault);
                }
            }
        }
        Volume { kustomization, targets, faults, unreachable }
    }

    /// The folders that it refers to.
    pub fn folders(&self) -> impl DoubleEndedIterator<Item = &Path> {
        self.targets.iter().filter_map(|target| match target {
            Target::Folder(folder) => Some(folder.as_path()),
            Target::File(..) => None,
        })
    }

    /// The files that it refers to.
    pub fn files(&self) -> impl Iterator<Item = (Role, &Path)> {
        self.targets.iter().filter_map(|target| match target {
            Target::File(role, file) => Some((*role, file.as_path())),
            Target::Folder(_) => None,
        })
    }
}

/// The kustomization of a folder, if it has one.
pub fn find(folder: &Path, roots: &Roots, limits: &Limits) -> Option<Kustomization> {
    let file = kustomization_of(folder)?;
    let kustomization = Kustomization::read(&file, roots.shown(&file), &bytes(&file, limits), limits);
    kustomization.is_kustomize().then_some(kustomization)
}

/// The kustomization file of a folder.
fn kustomization_of(folder: &Path) -> Option<PathBuf> {
    NAMES.iter().map(|name| folder.join(name)).find(|file| file.is_file())
}

/// The bytes of a file, as far as the limit goes; none if it cannot be read.
pub fn bytes(file: &Path, limits: &Limits) -> Vec<u8> {
    let mut bytes = Vec::new();
    let regular = fs::metadata(file).is_ok_and(|metadata| metadata.is_file());
    if let Some(file) = File::open(file).ok().filter(|_| regular) {
        // What breaks off is not what was meant, and nothing is better than that.
        if file.take(limits.file_bytes + 1).read_to_end(&mut bytes).is_err() {
            bytes.clear();
        }
    }
    bytes
}

fn resolve(folder: &Path, reference: &Reference, roots: &Roots) -> Result<Target, Fault> {
    let fault = |code, message: String, help: &'static str| Fault {
        line: reference.line,
        column: reference.column,
        code,
        message,
        help: help.into(),
    };
    let text = reference.text.as_str();
    if is_remote(text) {
        let shown = redact_text(text, false).unwrap_or_else(|| text.to_owned());
        let message = format!("`{shown}` lies on another machine, and podviz asks none");
        return Err(Fault { help: vendor(&shown).into(), ..fault(Code::RemoteBase, message, "") });
    }
    let shown = || redact_text(text, false).unwrap_or_else(|| text.to_owned());
    let Ok(path) = fs::canonicalize(folder.join(text)) else {
        let message = format!("`{}` is not there", shown());
        return Err(fault(Code::BuildFailed, message, "correct the path, or add what is missing"));
    };
    if Path::new(text).is_absolute() || !roots.allow(&path) {
        let message = format!("`{}` lies outside of the input and of its repository", shown());
        return Err(fault(Code::OutsideReference, message, "give podviz a folder that holds both"));
    }
    if path.is_file() {
        return Ok(Target::File(reference.role, path));
    }
    if !path.is_dir() {
        let message = format!("`{}` is not a regular file", shown());
        return Err(fault(Code::BuildFailed, message, "refer to a file or a folder"));
    }
    match kustomization_of(&path) {
        Some(file) if fs::canonicalize(&file).is_ok_and(|file| file.starts_with(&path)) => {
            if reference.role == Role::Plugin {
                let message = format!("`{}` is a folder of plugins, which podviz does not start", shown());
                return Err(fault(Code::BuildPlugin, message, "give podviz the output of `kustomize build`"));
            }
            Ok(Target::Folder(path))
        }
        Some(_) => {
            let message = format!("the kustomization of `{}` is a link that leads elsewhere", shown());
            Err(fault(Code::OutsideReference, message, "copy it"))
        }
        None => {
            let message = format!("the folder `{}` has no kustomization", shown());
            Err(fault(Code::BuildFailed, message, "add a `kustomization.yaml`, or name its files one by one"))
        }
    }
}

/// Refuses a file of generators or transformers that would start a program.
fn plugin(role: Role, file: &Path, reference: &Reference, limits: &Limits) -> Option<Fault> {
    if role != Role::Plugin || is_builtin(&String::from_utf8_lossy(&bytes(file, limits))) {
        return None;
    }
    let text = redact_text(&reference.text, false).unwrap_or_else(|| reference.text.clone());
    Some(Fault {
        line: reference.line,
        column: reference.column,
        code: Code::BuildPlugin,
        message: format!("`{text}` is a plugin of kustomize: a program that podviz does not start"),
        help: "give podviz the output of `kustomize build`".into(),
    })
}

/// The command that brings a remote base here.
///
/// Source: kubectl.docs.kubernetes.io, "kustomize localize".
fn vendor(shown: &str) -> String {
    let is_file = shown.starts_with("https://")
        && [".yaml", ".yml", ".json"].iter().any(|end| shown.ends_with(end))
        && shown.chars().all(|sign| sign.is_ascii_alphanumeric() || "/:._-~".contains(sign));
    let name = shown.rsplit('/').next().unwrap_or_default();
    match is_file {
        true => format!("run `curl -fsSLO {shown}` in this folder, and name `{name}` in its place"),
        false => "run `kustomize localize . ../localized` in this folder, which downloads all remote bases, and give \
                  podviz that folder; or the output of `kustomize build`"
            .to_owned(),
    }
}

/// Whether kustomize would fetch it: a URL, or what it takes for a git repository (its api/internal/git/repospec.go).
fn is_remote(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    let host = ["github.com", "gitlab.com", "bitbucket.org", "gh:", "git::", "git@", "www."];
    let user = lower.split('/').next().is_some_and(|first| first.contains('@') || first.contains(':'));
    lower.contains("://")
        || lower.contains("//")
        || lower.contains('?')
        || lower.contains("_git/")
        || lower.ends_with(".git")
        || lower.contains(".git/")
        || lower.contains(char::is_control)
        || user
        || host.iter().any(|host| lower.starts_with(host))
}

#[cfg(test)]
mod tests {
    use super::is_remote;

    #[test]
    fn what_kustomize_would_fetch_is_remote() {
        for text in [
            "https://example.com/x.yaml",
            "HTTP://example.com",
            "github.com/o/r?ref=v1",
            "github.com/o/r",
            "git@example.com:o/r",
            "ssh://git@example.com/o/r",
            "git::https://example.com/o/r",
            "example.com/o/r//deploy",
            "example.com/o/r.git",
            "../base?ref=main",
            "file:///etc",
            "host:path",
            "gh:o/r",
            " https://example.com",
        ] {
            assert!(is_remote(text), "{text}");
        }
        for text in ["web.yaml", "../base", "./a/b", "github/x.yaml", "a.b.yaml", "..", "git/x.yaml"] {
            assert!(!is_remote(text), "{text}");
        }
    }
}
