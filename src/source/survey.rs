//! A cheap look at a folder: what `podviz init` builds its first settings on. No file is opened.

use super::ReadError;
use super::settings::NAMES;
use ignore::WalkBuilder;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How deep, and at how many files and folders, it looks.
const MOST_LEVELS: usize = 8;
const MOST_ENTRIES: usize = 20_000;

/// What a folder seems to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The folder's own name; empty for the root of the disk.
    pub name: String,
    /// Folders of Helm charts, relative to it, sorted; those inside another chart are not listed.
    pub charts: Vec<String>,
    /// Folders of kustomizations, relative to it, sorted; without bases and components, as far as their names tell.
    pub kustomizations: Vec<String>,
    /// The settings that are there already.
    pub settings: Option<PathBuf>,
}

/// Looks at a folder.
///
/// # Errors
///
/// If there is no such folder.
pub fn survey(folder: &Path) -> Result<Survey, ReadError> {
    let unreadable = |reason| ReadError::Unreadable { path: folder.to_owned(), reason };
    let whole = fs::canonicalize(folder).map_err(|_| ReadError::NotFound(folder.to_owned()))?;
    if !whole.is_dir() {
        return Err(unreadable(std::io::ErrorKind::NotADirectory));
    }
    let (mut charts, mut kustomizations) = (BTreeSet::new(), BTreeSet::new());
    let walk = WalkBuilder::new(folder).max_depth(Some(MOST_LEVELS)).build();
    for entry in
        walk.flatten().take(MOST_ENTRIES).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
    {
        let Some(home) = entry.path().parent().and_then(|home| home.strip_prefix(folder).ok()) else {
            continue;
        };
        let home = home.to_string_lossy().replace('\\', "/");
        let home = if home.is_empty() { ".".to_owned() } else { home };
        match entry.file_name().to_str() {
            Some("Chart.yaml") => charts.insert(home),
            Some("kustomization.yaml" | "kustomization.yml" | "Kustomization") => kustomizations.insert(home),
            _ => false,
        };
    }
    let is_inside =
        |chart: &String| charts.iter().any(|outer| chart.starts_with(&format!("{outer}/charts/")));
    let is_part =
        |folder: &String| folder.split('/').any(|part| matches!(part, "base" | "bases" | "components"));
    Ok(Survey {
        name: whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        charts: charts.iter().filter(|chart| !is_inside(chart)).cloned().collect(),
        kustomizations: kustomizations.iter().filter(|folder| !is_part(folder)).cloned().collect(),
        settings: NAMES.iter().map(|name| folder.join(name)).find(|path| path.symlink_metadata().is_ok()),
    })
}
