//! What a chart says about itself.

use crate::document::{Limits, Value, parse};
use crate::source::charts::RemoteChart;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// One chart.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// Its name.
    pub name: String,
    /// Whether it only helps others to render.
    pub is_library: bool,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
    /// The charts in its `charts/`, by name, each with its folder.
    pub vendored: BTreeMap<String, PathBuf>,
    /// The names of the packed charts in its `charts/`: `name-version.tgz`.
    pub packed: Vec<String>,
    /// How many files of custom resource definitions it brings along that are not rendered.
    pub crd_files: usize,
}

/// What a chart depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The name of the chart.
    pub name: String,
    /// The name under which the parent knows it, if it is another.
    pub alias: Option<String>,
    /// The folder of the chart as the parent writes it, relative to its own, if it lies in one.
    pub folder: Option<String>,
    /// What it is called elsewhere, if it comes from a repository: in the version that `Chart.lock` names, if it does.
    pub remote: Option<RemoteChart>,
}

impl Chart {
    /// What the chart in `folder` says. The reason if that is nothing.
    pub fn read(folder: &Path, limits: &Limits) -> Result<Chart, String> {
        let value = read(&folder.join("Chart.yaml"), limits)?;
        let name = text(&value, "name").ok_or("`Chart.yaml` does not name the chart")?;
        let lock = ["Chart.lock", "requirements.lock"].map(|name| read(&folder.join(name), limits).ok());
        let mut dependencies = dependencies(&value, &lock);
        // Where charts of the first version list them.
        if let Ok(older) = read(&folder.join("requirements.yaml"), limits) {
            dependencies.extend(self::dependencies(&older, &lock));
        }
        let (vendored, packed) = vendored(&folder.join("charts"), limits);
        Ok(Chart {
            name,
            is_library: text(&value, "type").as_deref() == Some("library"),
            dependencies,
            vendored,
            packed,
            crd_files: manifests(&folder.join("crds")),
        })
    }

    /// Whether `charts/` holds what a dependency names.
    pub fn has(&self, dependency: &Dependency) -> bool {
        let begins = |file: &String| {
            let version = file.strip_prefix(dependency.name.as_str()).and_then(|rest| rest.strip_prefix('-'));
            version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit() || c == 'v'))
        };
        self.vendored.contains_key(&dependency.name) || self.packed.iter().any(begins)
    }
}

fn read(file: &Path, limits: &Limits) -> Result<Value, String> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let unreadable = || format!("`{name}` could not be read");
    let metadata = fs::metadata(file).map_err(|_| unreadable())?;
    if !metadata.is_file() || metadata.len() > limits.file_bytes {
        return Err(unreadable());
    }
    parse(&fs::read(file).map_err(|_| unreadable())?)
        .map_err(|reason| format!("`{name}` is not valid YAML: {reason}"))
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// `locks` are what helm wrote when it last fetched them.
fn dependencies(value: &Value, locks: &[Option<Value>]) -> Vec<Dependency> {
    let listed = |value: &Value| value.get("dependencies").map(Value::items).unwrap_or_default().to_vec();
    let locked: Vec<Value> = locks.iter().flatten().flat_map(listed).collect();
    let dependency = |value: &Value| {
        let name = text(value, "name")?;
        let repository = text(value, "repository").unwrap_or_default();
        let is = |other: &&Value, key: &str| text(other, key) == text(value, key);
        let locked = locked.iter().find(|other| is(other, "name") && is(other, "repository"));
        let version = locked.and_then(|locked| text(locked, "version")).or_else(|| text(value, "version"));
        let is_remote = ["https://", "http://", "oci://"].iter().any(|scheme| repository.starts_with(scheme));
        let remote = is_remote.then(|| RemoteChart::new(&repository, &name, &version.unwrap_or_default()));
        let folder = repository.strip_prefix("file://").map(str::to_owned);
        Some(Dependency { name, alias: text(value, "alias"), folder, remote })
    };
    listed(value).iter().filter_map(dependency).collect()
}

fn vendored(folder: &Path, limits: &Limits) -> (BTreeMap<String, PathBuf>, Vec<String>) {
    let (mut charts, mut packed) = (BTreeMap::new(), Vec::new());
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if file.ends_with(".tgz") {
            packed.push(file.to_owned());
        } else if let Ok(value) = read(&path.join("Chart.yaml"), limits) {
            charts.insert(text(&value, "name").unwrap_or_else(|| file.to_owned()), path);
        }
    }
    (charts, packed)
}

fn manifests(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_manifest = |path: PathBuf| {
        path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml" || ending == "json")
    };
    entries.filter(|entry| is_manifest(entry.path())).count()
}
