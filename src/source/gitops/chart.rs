//! Charts that releases are made of: what names one, and where it is.

use super::super::GitOps;
use super::super::charts::{Fetched, RemoteChart, Store, default_folder};
use super::super::helm::{self, Chart, Dependency};
use super::super::roots::Roots;
use crate::document::Limits;
use crate::problem::{Problem, Problems};
use std::path::PathBuf;

/// What names a chart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChartReference {
    /// A folder of this repository: canonical.
    Folder(PathBuf),
    /// A chart of a repository of charts, or of a registry.
    Remote(RemoteChart),
}

/// A chart that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedChart {
    /// Its folder, canonical.
    pub folder: PathBuf,
    /// The folder as it is shown: of a chart from elsewhere `charts/NAME-VERSION`.
    pub shown: String,
}

impl LocatedChart {
    /// The charts from elsewhere that it depends on and does not hold.
    pub fn dependencies(&self, limits: &Limits) -> Vec<RemoteChart> {
        let Ok(chart) = Chart::read(&self.folder, limits) else { return Vec::new() };
        let absent = chart.dependencies.iter().filter(|dependency| !chart.has(dependency));
        absent.filter_map(|dependency| dependency.remote.clone()).collect()
    }
}

/// One release: what `helm template` is told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// What helm is told beside that.
    pub given: helm::Given,
    /// What becomes of its objects: each an item of `spec.postRenderers`, for tools.
    pub post_renderers: Vec<serde_json::Value>,
}

/// The charts that were fetched from elsewhere.
#[derive(Debug, Default)]
pub struct Charts(Option<Store>);

impl Charts {
    /// The charts in the folder that the user names, else in the user's cache.
    pub fn open(gitops: &GitOps) -> (Charts, Problems) {
        let Some(folder) = gitops.charts.clone().or_else(default_folder) else {
            return (Charts::default(), Problems::none());
        };
        match Store::open(&folder) {
            Ok(store) => (Charts(Some(store)), Problems::none()),
            Err(problem) => (Charts::default(), [problem].into_iter().collect()),
        }
    }

    /// Where a chart is, if it is on the disk.
    ///
    /// # Errors
    ///
    /// If it is there, and is not what was fetched.
    pub fn locate(&self, reference: &ChartReference, roots: &Roots) -> Result<Option<LocatedChart>, Problem> {
        match reference {
            ChartReference::Folder(folder) => {
                let is_chart = folder.join("Chart.yaml").is_file();
                let located = || LocatedChart { folder: folder.clone(), shown: roots.shown(folder) };
                Ok(is_chart.then(located))
            }
            ChartReference::Remote(remote) => {
                let fetched = self.0.as_ref().map_or(Ok(None), |store| store.unpack(remote))?;
                let located = |chart: &Fetched| LocatedChart {
                    folder: chart.folder.clone(),
                    shown: chart.shown.clone(),
                };
                Ok(fetched.as_deref().map(located))
            }
        }
    }

    /// Where the chart is that another one depends on, if it comes from elsewhere and is here.
    pub fn dependency(&self, dependency: &Dependency) -> Option<PathBuf> {
        let fetched = self.0.as_ref()?.unpack(dependency.remote.as_ref()?).ok()??;
        Some(fetched.folder.clone())
    }

    /// Whether a chart from elsewhere is here.
    pub fn has(&self, remote: &RemoteChart) -> bool {
        self.0.as_ref().is_some_and(|store| store.has(remote))
    }

    /// The version that a chart from elsewhere stands for, if it was fetched once.
    pub fn locked(&self, remote: &RemoteChart) -> Option<String> {
        Some(self.0.as_ref()?.locked(remote)?.version.clone())
    }
}
