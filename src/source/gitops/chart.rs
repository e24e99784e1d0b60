//! Charts that releases are made of: what names one, and where it is.

use super::super::roots::Roots;
use super::super::{GitOps, helm};
use crate::document::Limits;
use crate::problem::Problems;
use std::path::PathBuf;

/// What names a chart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChartReference {
    /// A folder of this repository: canonical.
    Folder(PathBuf),
    /// A chart of a repository of charts, or of a registry.
    Remote(RemoteChart),
}

/// A chart from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoteChart {
    /// The URL of the repository; of a registry with `oci://` and without the chart.
    pub repository: String,
    /// The name of the chart.
    pub chart: String,
    /// The version or the range, as it is written; empty for the latest.
    pub version: String,
    /// Whether the repository is asked without TLS.
    pub plain_http: bool,
}

/// A chart that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedChart {
    /// Its folder, canonical.
    pub folder: PathBuf,
    /// The folder as it is shown: of a chart from elsewhere `charts/NAME-VERSION`.
    pub shown: String,
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
pub struct Charts {
    /// The folder that holds them, if there is one.
    #[expect(dead_code, reason = "charts from elsewhere are looked for in a later change")]
    folder: Option<PathBuf>,
}

impl Charts {
    /// The charts in the folder that the user names, else in the user's cache.
    pub fn open(gitops: &GitOps) -> (Charts, Problems) {
        (Charts { folder: gitops.charts.clone() }, Problems::none())
    }

    /// Where a chart is, if it is on the disk.
    pub fn locate(
        &self,
        reference: &ChartReference,
        roots: &Roots,
        _limits: &Limits,
    ) -> Option<LocatedChart> {
        match reference {
            ChartReference::Folder(folder) => folder
                .join("Chart.yaml")
                .is_file()
                .then(|| LocatedChart { folder: folder.clone(), shown: roots.shown(folder) }),
            ChartReference::Remote(_) => None,
        }
    }
}
