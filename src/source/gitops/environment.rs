//! The names of environments: one for each cluster.

use super::super::ClusterName;
use super::cluster::Cluster;
use super::survey::NOISE;
use crate::document::PLAIN_ENVIRONMENT;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a cluster may be named after.
#[derive(Clone, Debug, Default)]
pub struct Clue {
    /// The file of its first root, as it is shown.
    pub path: String,
    /// That file on the disk, canonical.
    pub file: PathBuf,
    /// The path of that root in the repository.
    pub root_path: String,
    /// The name of that root.
    pub root_name: String,
}

/// A name for each cluster, given what is known of each, the names that the user gives, and that of the repository. No two are
/// equal, and none is that of plain files.
pub fn names(
    clusters: &BTreeMap<Cluster, Clue>,
    given: &[ClusterName],
    repository: &str,
) -> BTreeMap<Cluster, Arc<str>> {
    let mut taken = BTreeSet::from([PLAIN_ENVIRONMENT.to_owned()]);
    let mut names = BTreeMap::new();
    for (cluster, clue) in clusters {
        if let Some(name) = said(cluster, clue, given).filter(|name| !taken.contains(*name)) {
            taken.insert(name.to_owned());
            names.insert(cluster.clone(), Arc::from(name));
        }
    }
    let open: Vec<(&Cluster, Vec<String>)> = clusters
        .iter()
        .filter(|(cluster, _)| !names.contains_key(*cluster))
        .map(|(cluster, clue)| (cluster, parts(cluster, clue, repository)))
        .collect();
    let deepest = open.iter().map(|(_, parts)| parts.len()).max().unwrap_or(1);
    for depth in 1..=deepest {
        let label = |parts: &[String]| parts[parts.len().saturating_sub(depth)..].join("-");
        for (cluster, parts) in &open {
            let name = label(parts);
            let alone = open.iter().filter(|(_, other)| label(other) == name).count() == 1;
            if alone && !taken.contains(&name) && !names.contains_key(*cluster) {
                taken.insert(name.clone());
                names.insert((*cluster).clone(), name.into());
            }
        }
    }
    for (cluster, parts) in &open {
        if names.contains_key(*cluster) {
            continue;
        }
        let name = parts.join("-");
        let mut numbered = (2..).map(|n| format!("{name}-{n}")).filter(|name| !taken.contains(name));
        let name = numbered.next().unwrap_or_default();
        taken.insert(name.clone());
        names.insert((*cluster).clone(), name.into());
    }
    names
}

/// The name that the user gives.
fn said<'a>(cluster: &Cluster, clue: &Clue, given: &'a [ClusterName]) -> Option<&'a str> {
    let is_for = |one: &&ClusterName| match cluster {
        Cluster::Remote { name, .. } => one.cluster.as_deref() == Some(&**name),
        Cluster::ArgoCd if one.cluster.as_deref() == Some(IN_CLUSTER) => true,
        _ => one.path.as_deref().and_then(canonical).is_some_and(|path| clue.file.starts_with(path)),
    };
    let mut fitting: Vec<&ClusterName> = given.iter().filter(is_for).collect();
    // The innermost folder counts.
    fitting
        .sort_by_key(|one| std::cmp::Reverse(one.path.as_ref().map_or(0, |path| path.components().count())));
    fitting.first().map(|one| one.name.as_str()).filter(|name| !name.is_empty())
}

fn canonical(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// What Argo CD calls the cluster that it runs in.
const IN_CLUSTER: &str = "in-cluster";

/// The parts that a name may be made of, the last first; what tells nothing is left out.
fn parts(cluster: &Cluster, clue: &Clue, repository: &str) -> Vec<String> {
    let telling = |path: &str| -> Vec<String> {
        let parts = path.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..");
        parts.filter(|part| !NOISE.contains(part)).map(str::to_owned).collect()
    };
    let own = |name: &str| vec![name.to_owned()];
    match cluster {
        Cluster::ArgoCd => own(IN_CLUSTER),
        Cluster::Remote { home, name, .. } => {
            let home = match &**home {
                Cluster::Flux(folder) => telling(folder).pop(),
                Cluster::ArgoCd => None,
                Cluster::Remote { name, .. } => Some(name.to_string()),
            };
            home.into_iter().chain(own(name)).collect()
        }
        Cluster::Flux(folder) => {
            let name = (!NOISE.contains(&clue.root_name.as_str())).then(|| own(&clue.root_name));
            [telling(folder), telling(&clue.root_path), name.unwrap_or_default(), own(repository)]
                .into_iter()
                .find(|parts| parts.iter().any(|part| !part.is_empty()))
                .unwrap_or_else(|| own("cluster"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cluster::{ARGO_CD, Cluster};
    use super::{Clue, names};
    use std::collections::BTreeMap;

    fn flux(folder: &str) -> Cluster {
        Cluster::Flux(folder.into())
    }

    fn named(clusters: &[(Cluster, &str, &str)]) -> Vec<String> {
        let clue = |path: &str, name: &str| Clue {
            root_path: path.into(),
            root_name: name.into(),
            ..Clue::default()
        };
        let known: BTreeMap<Cluster, Clue> =
            clusters.iter().map(|(cluster, path, name)| (cluster.clone(), clue(path, name))).collect();
        let names = names(&known, &[], "fleet");
        clusters.iter().map(|(cluster, ..)| names[cluster].to_string()).collect()
    }

    #[test]
    fn names_come_from_folders_then_paths_then_roots() {
        assert_eq!(named(&[(flux("clusters/production"), "x", "y")]), ["production"]);
        assert_eq!(named(&[(flux(""), "./kubernetes/lab/apps", "y")]), ["lab"]);
        assert_eq!(named(&[(flux(""), "./kubernetes/apps", "home")]), ["home"]);
        assert_eq!(named(&[(flux(""), "./kubernetes/apps", "cluster")]), ["fleet"]);
        assert_eq!(named(&[(flux("default"), "", "")]), ["default-2"]);
    }

    #[test]
    fn names_are_unique() {
        assert_eq!(named(&[(flux("a/prod"), "", ""), (flux("b/prod"), "", "")]), ["a-prod", "b-prod"]);
        assert_eq!(named(&[(flux("a/prod"), "", ""), (flux("prod"), "", "")]), ["a-prod", "prod"]);
        let hub = flux("clusters/hub");
        let remote = hub.remote("edge", ARGO_CD);
        assert_eq!(
            named(&[(hub, "", ""), (remote, "", ""), (Cluster::ArgoCd, "", "")]),
            ["hub", "edge", "in-cluster"]
        );
        let edge = flux("clusters/edge");
        assert_eq!(named(&[(edge.clone(), "", ""), (flux("hub").remote("edge", ARGO_CD), "", "")]).len(), 2);
    }
}
