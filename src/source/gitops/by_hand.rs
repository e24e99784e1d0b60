//! Charts that hold objects of Argo CD and that nothing in the input installs: people do so by hand, so what they hold leads on.

use super::super::budget::{Budget, objects};
use super::super::tool::Tool;
use super::super::walk::Found;
use super::super::{Build, helm};
use super::chart::Charts;
use super::survey::Holder;
use crate::document::{Document, Limits};
use crate::problem::Problems;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a template that makes objects of Argo CD holds.
const SIGNS: [&[u8]; 2] = [b"argoproj.io/v1alpha1", b"kind: Application"];

/// A chart that people install by hand.
pub struct Installed {
    /// Its folder, canonical.
    pub chart: PathBuf,
    /// What it makes, as if it stood in its `Chart.yaml`.
    pub holder: Holder,
    /// What went wrong.
    pub problems: Problems,
}

/// The folders of charts whose templates make objects of Argo CD, canonical. Charts of other charts are not looked at.
pub fn charts(found: &Found, limits: &Limits) -> Vec<PathBuf> {
    let folders: BTreeSet<PathBuf> = found
        .chart_files
        .iter()
        .filter_map(|file| fs::canonicalize(file).ok()?.parent().map(Path::to_owned))
        .collect();
    let is_inner = |folder: &Path| folder.ancestors().skip(1).any(|above| folders.contains(above));
    folders.iter().filter(|folder| !is_inner(folder) && leads_on(folder, limits)).cloned().collect()
}

fn leads_on(folder: &Path, limits: &Limits) -> bool {
    helm::files(&folder.join("templates")).iter().any(|file| {
        let small = fs::metadata(file).is_ok_and(|file| file.is_file() && file.len() <= limits.file_bytes);
        let bytes = small.then(|| fs::read(file).ok()).flatten().unwrap_or_default();
        SIGNS.iter().all(|sign| bytes.windows(sign.len()).any(|window| window == *sign))
    })
}

/// What the charts make with their own values, or those that the user gives.
pub fn install(
    charts: &[PathBuf],
    known: &Charts,
    found: &Found,
    build: &Build,
    tool: &Tool,
    budget: &mut Budget,
    limits: &Limits,
) -> Vec<Installed> {
    let mut all = Vec::new();
    for chart in charts {
        let is_it = |folder: &Path| fs::canonicalize(folder).is_ok_and(|folder| folder == *chart);
        let path = found.roots.shown(chart);
        let unit = helm::Unit {
            name: "",
            folder: chart,
            path: &path,
            release: build.releases.iter().find(|release| is_it(&release.chart)),
            given: None,
            post: None,
            build,
            allow: &|path| found.roots.allow(path),
            shown: &|path| found.roots.shown(path),
            fetched: &|dependency| known.dependency(dependency),
            limits,
        };
        let built = helm::build(&unit, tool, budget);
        if built.documents.is_empty() || budget.take(objects(&built.documents), built.bytes).is_err() {
            continue;
        }
        let namespace: Option<Arc<str>> = built.namespace.map(Into::into);
        let document =
            |document| Arc::new(Document { environment: None, namespace: namespace.clone(), ..document });
        let documents = built.documents.into_iter().map(document).collect();
        let path = chart.join("Chart.yaml");
        let holder = Holder { path, documents, values: built.values, registered: Vec::new() };
        all.push(Installed { chart: chart.clone(), holder, problems: built.problems });
    }
    all
}
