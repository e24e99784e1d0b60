//! What of a chart helm may see: no link leads out of the input, and dependencies in folders stand where helm looks for them.

use super::super::tool::{self, Scratch};
use super::chart::{Chart, Dependency};
use crate::document::Limits;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Gives the folder of a dependency that was fetched from elsewhere.
pub type Fetched<'a> = &'a dyn Fn(&Dependency) -> Option<PathBuf>;

/// Most files of a chart.
const FILES: usize = 100_000;

/// Most folders inside each other.
const LEVELS: usize = 64;

/// Most charts that one chart may consist of.
const CHARTS: usize = 500;

/// Why a chart is not given to helm.
#[derive(Debug)]
pub enum Refusal {
    /// A link, relative to the chart's folder, that leads out of the input: helm would show what it leads to.
    Link(PathBuf),
    /// A dependency whose folder lies outside of the input.
    Outside(String),
    /// A dependency whose folder is not there, or is no chart.
    NoChart(String),
    /// A schema, relative to the chart's folder, that refers with this key to something else than itself.
    Schema(String, &'static str),
    /// A schema that is no JSON.
    MalformedSchema(String),
    /// A schema that is too large, or a packed chart that cannot be looked into.
    Unpacked(String),
    /// Too many files, or charts in charts.
    TooLarge,
    /// The system says no.
    Unreadable,
}

/// Refuses a chart with links that leave what `allow` allows.
pub fn scan(folder: &Path, allow: &dyn Fn(&Path) -> bool) -> Result<(), Refusal> {
    let mut open = vec![folder.to_owned()];
    let mut seen = BTreeSet::new();
    let mut files = 0;
    while let Some(here) = open.pop() {
        for entry in fs::read_dir(&here).into_iter().flatten().flatten() {
            files += 1;
            if files > FILES {
                return Err(Refusal::TooLarge);
            }
            let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_symlink()
                && let Ok(target) = fs::canonicalize(&path)
            {
                if !allow(&target) {
                    return Err(Refusal::Link(path.strip_prefix(folder).unwrap_or(&path).to_owned()));
                }
                if target.is_dir() && seen.insert(target.clone()) {
                    open.push(target);
                }
            }
        }
    }
    Ok(())
}

/// The files below a folder, relative to it and sorted, as helm finds them: through links as well.
pub fn walk(folder: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let mut open = vec![(PathBuf::new(), 0)];
    let mut files = Vec::new();
    let mut seen = 0;
    while let Some((here, depth)) = open.pop() {
        for path in entries(&folder.join(&here)).unwrap_or_default() {
            seen += 1;
            if seen > FILES || depth > LEVELS {
                return Err(Refusal::TooLarge);
            }
            let inner = here.join(path.file_name().unwrap_or_default());
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => open.push((inner, depth + 1)),
                Ok(metadata) if metadata.is_file() => files.push(inner),
                _ => {}
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Puts `bytes` in the place of a file of the chart in `folder`: in `stage`, which is that chart out of links, or empty.
pub fn replace(stage: &Path, folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    let empty = fs::read_dir(stage)?.next().is_none();
    if empty {
        links(folder, stage)?;
    }
    let mut here = stage.to_owned();
    for part in file.parent().into_iter().flat_map(Path::components) {
        here.push(part);
        let Ok(metadata) = fs::symlink_metadata(&here) else {
            fs::create_dir(&here)?;
            continue;
        };
        if metadata.is_symlink() {
            let target = fs::canonicalize(&here)?;
            fs::remove_file(&here)?;
            fs::create_dir(&here)?;
            links(&target, &here)?;
        }
    }
    let place = stage.join(file);
    if fs::symlink_metadata(&place).is_ok() {
        fs::remove_file(&place)?;
    }
    fs::write(place, bytes)
}

/// Fills a folder with links to all that stands in another one.
fn links(folder: &Path, place: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        link(&entry.path(), &place.join(entry.file_name()))?;
    }
    Ok(())
}

/// The regular files at and below a folder, as far as no link leads.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut open = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(here) = open.pop() {
        for entry in fs::read_dir(&here).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files
}

/// A folder of links that is the chart with its dependencies in place, if some of them lie in folders elsewhere. It is
/// removed when it is dropped.
pub fn stage(
    folder: &Path,
    chart: &Chart,
    allow: &dyn Fn(&Path) -> bool,
    fetched: Fetched,
    limits: &Limits,
) -> Result<Option<Scratch>, Refusal> {
    let staging = Staging { allow, fetched, limits, charts: Cell::new(CHARTS) };
    if !staging.wants(folder, chart)? {
        return Ok(None);
    }
    let stage = tool::scratch().map_err(|_| Refusal::Unreadable)?;
    staging.fill(stage.path(), folder, chart, &[])?;
    Ok(Some(stage))
}

struct Staging<'a> {
    allow: &'a dyn Fn(&Path) -> bool,
    fetched: Fetched<'a>,
    limits: &'a Limits,
    /// How many more charts may be looked at.
    charts: Cell<usize>,
}

impl Staging<'_> {
    fn count(&self) -> Result<(), Refusal> {
        let left = self.charts.get().checked_sub(1).ok_or(Refusal::TooLarge)?;
        self.charts.set(left);
        Ok(())
    }

    /// Whether a chart, or one in it, has a dependency in a folder elsewhere.
    fn wants(&self, folder: &Path, chart: &Chart) -> Result<bool, Refusal> {
        self.count()?;
        if !self.elsewhere(folder, chart)?.is_empty() {
            return Ok(true);
        }
        for path in chart.vendored.values() {
            if let Ok(inner) = Chart::read(path, self.limits)
                && self.wants(path, &inner)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The dependencies that lie in folders elsewhere: the name of each, and its folder.
    fn elsewhere(&self, folder: &Path, chart: &Chart) -> Result<Vec<(String, PathBuf)>, Refusal> {
        let mut found: Vec<(String, PathBuf)> = Vec::new();
        for dependency in chart.dependencies.iter().filter(|dependency| !chart.has(dependency)) {
            if found.iter().any(|(name, _)| *name == dependency.name) {
                continue;
            }
            if let Some(fetched) = (self.fetched)(dependency) {
                found.push((dependency.name.clone(), fetched));
                continue;
            }
            let Some(written) = &dependency.folder else { continue };
            let target = fs::canonicalize(folder.join(written));
            let target = target.map_err(|_| Refusal::NoChart(dependency.name.clone()))?;
            if !(self.allow)(&target) {
                return Err(Refusal::Outside(dependency.name.clone()));
            }
            if !target.join("Chart.yaml").is_file() {
                return Err(Refusal::NoChart(dependency.name.clone()));
            }
            found.push((dependency.name.clone(), target));
        }
        Ok(found)
    }

    /// Makes `stage` the chart in `folder`, out of links; it belongs to the charts in the `outer` folders.
    fn fill(&self, stage: &Path, folder: &Path, chart: &Chart, outer: &[&Path]) -> Result<(), Refusal> {
        self.count()?;
        let around: Vec<&Path> = outer.iter().copied().chain([folder]).collect();
        let unreadable = |_: io::Error| Refusal::Unreadable;
        let charts = stage.join("charts");
        fs::create_dir_all(&charts).map_err(unreadable)?;
        for path in entries(folder)?.into_iter().filter(|path| !path.ends_with("charts")) {
            link(&path, &stage.join(path.file_name().unwrap_or_default())).map_err(unreadable)?;
        }
        for path in entries(&folder.join("charts")).unwrap_or_default() {
            let place = charts.join(path.file_name().unwrap_or_default());
            match Chart::read(&path, self.limits) {
                Ok(inner) if self.wants(&path, &inner)? => self.fill(&place, &path, &inner, &around)?,
                _ => link(&path, &place).map_err(unreadable)?,
            }
        }
        for (name, target) in self.elsewhere(folder, chart)? {
            // A chart that contains its parent would never end.
            if around.iter().any(|folder| folder.starts_with(&target)) {
                return Err(Refusal::TooLarge);
            }
            let is_fetched =
                chart.dependencies.iter().any(|one| (self.fetched)(one).as_ref() == Some(&target));
            if !is_fetched {
                scan(&target, self.allow)?;
            }
            let inner = Chart::read(&target, self.limits).map_err(|_| Refusal::NoChart(name.clone()))?;
            let safe = name.replace(['/', '\\'], "-");
            self.fill(&charts.join(format!("podviz-{safe}")), &target, &inner, &around)?;
        }
        Ok(())
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let entries = fs::read_dir(folder).map_err(|_| Refusal::Unreadable)?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

#[cfg(unix)]
fn link(target: &Path, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(not(unix))]
fn link(target: &Path, place: &Path) -> io::Result<()> {
    if target.is_dir() {
        fs::create_dir(place)?;
        for entry in fs::read_dir(target)?.flatten() {
            link(&entry.path(), &place.join(entry.file_name()))?;
        }
        return Ok(());
    }
    fs::copy(target, place).map(drop)
}
