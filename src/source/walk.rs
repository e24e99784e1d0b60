//! The disk: which files the inputs mean, and their bytes. Only regular files are ever opened.

use super::ReadError;
use super::load::too_large;
use super::roots::{Root, Roots, labels, shown, text};
use crate::document::Limits;
use crate::problem::{Code, Level, Problem, Problems};
use ignore::{DirEntry, WalkBuilder};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The files of all inputs.
pub struct Found {
    /// Sorted by name.
    pub files: Vec<Source>,
    /// Folders of Helm charts, by name, each with how many templates it has; those are not among `files`.
    pub charts: BTreeMap<String, usize>,
    /// The `Chart.yaml` of each chart, sorted.
    pub chart_files: Vec<PathBuf>,
    /// The files that kustomize builds from, sorted.
    pub kustomizations: Vec<PathBuf>,
    /// The folders among the inputs.
    pub roots: Roots,
    /// Links and special files that were skipped, folders that could not be read.
    pub problems: Problems,
}

/// One file to read.
pub struct Source {
    /// As it is shown: relative to the input, with `/`.
    pub name: String,
    /// Where it is on the disk; `None` for the standard input.
    pub path: Option<PathBuf>,
}

impl Source {
    /// The file's bytes, as far as the limit goes.
    pub fn bytes(&self, limits: &Limits) -> Result<Vec<u8>, Problem> {
        let error = |code, message: String| Problem::new(Level::Error, code, message).at(&self.name, 0, 0);
        let unreadable =
            |e: std::io::Error| error(Code::Unreadable, format!("the file could not be read: {}", e.kind()));
        let mut bytes = Vec::new();
        let taken = match &self.path {
            None => std::io::stdin().lock().take(limits.file_bytes + 1).read_to_end(&mut bytes),
            Some(path) => {
                // Checked before reading, and again while reading: the file may grow.
                let metadata = fs::metadata(path).map_err(unreadable)?;
                if metadata.len() > limits.file_bytes {
                    return Err(error(Code::TooLarge, too_large(limits)));
                }
                File::open(path).and_then(|file| file.take(limits.file_bytes + 1).read_to_end(&mut bytes))
            }
        };
        taken.map_err(unreadable)?;
        if bytes.len() as u64 > limits.file_bytes {
            return Err(error(Code::TooLarge, too_large(limits)));
        }
        Ok(bytes)
    }
}

/// Whether a file is podviz' own.
fn is_settings(path: &Path) -> bool {
    path.file_name().is_some_and(|name| super::settings::NAMES.iter().any(|own| name == *own))
}

/// Whether a file is what kustomize builds a folder from.
pub fn is_kustomization(path: &Path) -> bool {
    path.file_name().is_some_and(|name| super::kustomize::NAMES.iter().any(|own| name == *own))
}

/// Finds the files of `inputs`; what stands at or below `output`, or is an earlier site, is none of them.
pub fn find(inputs: &[PathBuf], output: Option<&Path>) -> Result<Found, ReadError> {
    let labels = labels(inputs);
    let mut search = Search {
        output: output.and_then(|output| fs::canonicalize(output).ok()),
        files: BTreeMap::new(),
        seen: BTreeSet::new(),
        charts: BTreeMap::new(),
        chart_files: BTreeSet::new(),
        kustomizations: BTreeSet::new(),
        roots: Vec::new(),
        problems: Problems::none(),
    };
    for (input, label) in inputs.iter().zip(&labels) {
        if input == Path::new("-") {
            search.files.insert("-".to_owned(), Source { name: "-".to_owned(), path: None });
            continue;
        }
        let failed = |e: std::io::Error| match e.kind() {
            ErrorKind::NotFound => ReadError::NotFound(input.clone()),
            reason => ReadError::Unreadable { path: input.clone(), reason },
        };
        if fs::metadata(input).map_err(failed)?.is_dir() {
            let root = fs::canonicalize(input).map_err(failed)?;
            fs::read_dir(&root).map_err(failed)?;
            let label = if inputs.len() > 1 { label } else { "" };
            search.roots.push(Root {
                name: last_part(input, &root),
                label: label.to_owned(),
                path: root.clone(),
            });
            search.folder(&root, label);
        } else {
            // Opened to see that it can be; a pipe would lose its writer.
            if fs::metadata(input).map_err(failed)?.is_file() {
                File::open(input).map_err(failed)?;
                if is_kustomization(input) {
                    search
                        .lone_kustomization(input, if inputs.len() > 1 { label } else { "" })
                        .map_err(failed)?;
                }
            }
            search.add(label.clone(), input.clone());
        }
    }
    Ok(Found {
        files: search.files.into_values().collect(),
        charts: search.charts,
        chart_files: search.chart_files.into_iter().collect(),
        kustomizations: search.kustomizations.into_iter().collect(),
        roots: Roots::new(search.roots),
        problems: search.problems,
    })
}

struct Search {
    output: Option<PathBuf>,
    files: BTreeMap<String, Source>,
    /// Canonical paths, so that no file is read twice.
    seen: BTreeSet<PathBuf>,
    charts: BTreeMap<String, usize>,
    chart_files: BTreeSet<PathBuf>,
    kustomizations: BTreeSet<PathBuf>,
    roots: Vec<Root>,
    problems: Problems,
}

impl Search {
    /// A kustomization that is an input itself stands for its folder, of which nothing else is read.
    fn lone_kustomization(&mut self, input: &Path, label: &str) -> std::io::Result<()> {
        let file = fs::canonicalize(input)?;
        let Some(folder) = file.parent() else { return Ok(()) };
        let name = last_part(input.parent().unwrap_or(Path::new("")), folder);
        let label = label.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        self.roots.push(Root { name, label, path: folder.to_owned() });
        self.kustomizations.insert(file);
        Ok(())
    }

    fn folder(&mut self, root: &Path, label: &str) {
        let output = self.output.clone().filter(|output| output != root);
        let walk = WalkBuilder::new(root)
            .require_git(false)
            .ignore(false)
            .git_global(false)
            .git_exclude(false)
            .parents(false)
            .follow_links(false)
            .add_custom_ignore_filename(".podvizignore")
            .filter_entry(move |entry| entry.depth() == 0 || !is_site(entry, output.as_deref()))
            .build();
        let (mut files, mut links, mut kustomizations) = (Vec::new(), Vec::new(), Vec::new());
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unreadable(root, label, &error);
                    continue;
                }
            };
            let Some(kind) = entry.file_type() else { continue };
            if kind.is_symlink() {
                links.push(entry.into_path());
                continue;
            }
            if kind.is_file() && is_kustomization(entry.path()) {
                kustomizations.push(entry.path().to_owned());
            }
            if kind.is_file() && is_manifest(entry.path()) && !is_settings(entry.path()) {
                files.push(entry.into_path());
            } else if !kind.is_file() && !kind.is_dir() && is_manifest(entry.path()) {
                self.skip(&shown(root, entry.path(), label), "not a regular file; it was not opened");
            }
        }
        files.sort();
        links.sort();
        let charts: BTreeSet<PathBuf> = files
            .iter()
            .filter(|path| path.file_name() == Some(OsStr::new("Chart.yaml")))
            .filter_map(|path| path.parent().map(Path::to_owned))
            .collect();
        let is_own = |path: &PathBuf| chart_of_template(path, &charts).is_none();
        self.kustomizations.extend(kustomizations.into_iter().filter(is_own));
        self.chart_files.extend(charts.iter().map(|chart| chart.join("Chart.yaml")));
        for path in files {
            self.regular(root, label, path, &charts);
        }
        for path in links {
            self.link(root, label, path);
        }
    }

    fn regular(&mut self, root: &Path, label: &str, path: PathBuf, charts: &BTreeSet<PathBuf>) {
        match chart_of_template(&path, charts) {
            Some(chart) => {
                self.seen.insert(path.clone());
                let name = shown(root, chart, label);
                *self.charts.entry(if name.is_empty() { ".".into() } else { name }).or_default() += 1;
            }
            None => self.add(shown(root, &path, label), path),
        }
    }

    /// A link counts as the file it leads to, if that is a regular file of this input.
    fn link(&mut self, root: &Path, label: &str, path: PathBuf) {
        let name = shown(root, &path, label);
        let target = fs::canonicalize(&path).ok();
        let metadata = target.as_ref().and_then(|target| fs::metadata(target).ok());
        match (target, metadata) {
            (_, Some(metadata)) if metadata.is_dir() => {
                self.skip(&name, "a link to a folder is not followed");
            }
            _ if !is_manifest(&path) => {}
            (Some(target), Some(metadata)) if metadata.is_file() && target.starts_with(root) => {
                if !self.below_site(root, &target) && !self.seen.contains(&target) {
                    self.add(name, target);
                }
            }
            (Some(_), Some(metadata)) if metadata.is_file() => {
                self.skip(&name, "the link leads out of the input");
            }
            (Some(_), Some(_)) => self.skip(&name, "the link leads to something that is not a regular file"),
            _ => self.skip(&name, "the link leads nowhere"),
        }
    }

    fn below_site(&self, root: &Path, target: &Path) -> bool {
        let output = self.output.as_deref().filter(|output| *output != root);
        output.is_some_and(|output| target.starts_with(output))
            || target
                .ancestors()
                .skip(1)
                .take_while(|folder| *folder != root)
                .any(|folder| folder.join(".podviz").is_file())
    }

    fn add(&mut self, name: String, path: PathBuf) {
        let canonical = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if self.seen.insert(canonical) {
            let mut unique = name.clone();
            for n in 2.. {
                if !self.files.contains_key(&unique) {
                    break;
                }
                unique = format!("{name}~{n}");
            }
            self.files.insert(unique.clone(), Source { name: unique, path: Some(path) });
        }
    }

    fn skip(&mut self, name: &str, reason: &str) {
        self.problems.push(Problem::new(Level::Note, Code::LinkSkipped, reason).at(name, 0, 0));
    }

    fn unreadable(&mut self, root: &Path, label: &str, error: &ignore::Error) {
        let path = match error {
            ignore::Error::WithPath { path, .. } => Some(path),
            ignore::Error::WithDepth { err, .. } => match &**err {
                ignore::Error::WithPath { path, .. } => Some(path),
                _ => None,
            },
            _ => None,
        };
        let name = path.map_or_else(|| label.to_owned(), |path| shown(root, path, label));
        let reason =
            error.io_error().map_or_else(|| "it is not valid".to_owned(), |error| error.kind().to_string());
        self.problems.push(
            Problem::new(Level::Error, Code::Unreadable, format!("this could not be read: {reason}"))
                .at(name, 0, 0),
        );
    }
}

fn is_site(entry: &DirEntry, output: Option<&Path>) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
        && (output == Some(entry.path()) || entry.path().join(".podviz").is_file())
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    matches!(extension.as_deref(), Some("yaml" | "yml" | "json"))
}

/// The last part of a folder's path as it was written, else of where it is.
fn last_part(written: &Path, folder: &Path) -> String {
    let last = written.file_name().filter(|_| !written.ends_with("..")).or_else(|| folder.file_name());
    last.map(text).unwrap_or_default()
}

/// The outermost of the charts in whose `templates/` a file stands.
fn chart_of_template<'a>(path: &'a Path, charts: &BTreeSet<PathBuf>) -> Option<&'a Path> {
    let of = |folder: &'a Path| {
        let chart = folder.parent().filter(|_| folder.ends_with("templates"))?;
        charts.contains(chart).then_some(chart)
    };
    path.ancestors().filter_map(of).last()
}
