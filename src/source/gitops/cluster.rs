//! The clusters that objects are applied to. Each becomes an environment.

use std::sync::Arc;

/// What `environments[].source` says of a cluster that Flux fills.
pub const FLUX: &str = "flux";

/// What it says of one that Argo CD fills.
pub const ARGO_CD: &str = "argo-cd";

/// A cluster. Two are the same if they are equal: their names are found when all are known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cluster {
    /// The one that the Flux roots of a folder fill: the folder as it is shown, without the parts that tell nothing.
    Flux(Arc<str>),
    /// The one that Argo CD runs in, where nothing of the input brings it there.
    ArgoCd,
    /// Another one, as a controller of `home` calls it.
    Remote {
        /// Where the object that names it is applied to.
        home: Arc<Cluster>,
        /// Its name: that of its cluster Secret, its host, or the Secret of a `kubeConfig`.
        name: Arc<str>,
        /// [`FLUX`] or [`ARGO_CD`]: who names it.
        source: &'static str,
    },
}

impl Cluster {
    /// Another cluster that an object in this one names.
    #[must_use]
    pub fn remote(&self, name: &str, source: &'static str) -> Cluster {
        Cluster::Remote { home: Arc::new(self.clone()), name: name.into(), source }
    }

    /// What tells it from others in the name of a file.
    pub fn label(&self) -> String {
        match self {
            Cluster::Flux(folder) => folder.replace('/', "-"),
            Cluster::ArgoCd => "in-cluster".to_owned(),
            Cluster::Remote { home, name, .. } => {
                format!("{}-{name}", home.label()).trim_start_matches('-').to_owned()
            }
        }
    }

    /// Who fills it.
    pub fn source(&self) -> &'static str {
        match self {
            Cluster::Flux(_) => FLUX,
            Cluster::ArgoCd => ARGO_CD,
            Cluster::Remote { source, .. } => source,
        }
    }
}
