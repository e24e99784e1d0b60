//! What is known while appliers are followed: the repository, the objects of each cluster so far, and the charts.

use super::super::kustomize::Kustomization;
use super::super::roots::Roots;
use super::super::tool::{Left, Tool};
use super::applier::{Applier, namespace};
use super::chart::Charts;
use super::cluster::Cluster;
use super::registered::Registered;
use super::renderings::Renderings;
use super::repository::Repository;
use crate::document::{Document, Limits, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// What is known while appliers are followed. Nothing in it is secret.
pub struct World<'a> {
    /// The inputs: what may be read, and how paths are shown.
    pub roots: &'a Roots,
    /// How much of anything is read.
    pub limits: &'a Limits,
    /// The repository that is read.
    pub repository: Repository,
    /// The charts from elsewhere.
    pub charts: Charts,
    /// What Argo CD knows by Secrets of the input.
    pub registered: Vec<Registered>,
    /// helm, which renders templates as well.
    pub helm: &'a Tool,
    /// What is left for calls of tools.
    pub left: Left,
    /// What helm made of the templates of ApplicationSets so far.
    pub renderings: Renderings,
    /// The objects that are applied so far.
    pub objects: Objects,
    /// Kustomizations of folders, as they stand there or are made of all that is in them.
    pub folders: Mutex<BTreeMap<PathBuf, Kustomization>>,
    /// The appliers and their sources in files, as they are.
    pub files: Vec<Arc<Document>>,
}

impl World<'_> {
    /// An object of a cluster, as far as it is known yet: an applied one, else the only one of this name in the files that
    /// hold appliers.
    pub fn object(
        &self,
        cluster: &Cluster,
        group: &str,
        kind: &str,
        space: &str,
        name: &str,
    ) -> Option<&Document> {
        self.objects.get(cluster, group, kind, space, name).or_else(|| {
            let is_it = |document: &&Arc<Document>| {
                let own = document.value.at("metadata.namespace").and_then(Value::scalar_text);
                id(document) == Some((group.to_owned(), kind.to_owned(), name.to_owned()))
                    && own.is_none_or(|own| own == space)
            };
            // What stands in the folder of the cluster is meant first.
            let is_near = |document: &&Arc<Document>| match cluster {
                Cluster::Flux(folder) => document.file.place(document.first_line).0.starts_with(&**folder),
                _ => false,
            };
            let near = self.files.iter().filter(is_it).filter(is_near).count() > 0;
            let mut found = self.files.iter().filter(is_it).filter(|document| !near || is_near(document));
            // Several clusters may have one of this name each.
            found
                .next()
                .filter(|first| found.all(|other| other.value.to_json() == first.value.to_json()))
                .map(|document| &**document)
        })
    }

    /// The objects of a kind in a cluster, as far as they are known yet, and those in the files that hold appliers.
    pub fn of_kind(&self, cluster: &Cluster, group: &str, kind: &str) -> impl Iterator<Item = &Document> {
        let is_of = (group.to_owned(), kind.to_owned());
        let is_of =
            move |document: &&Document| id(document).is_some_and(|(group, kind, _)| (group, kind) == is_of);
        let applied = self.objects.of_kind(cluster, group, kind);
        applied.chain(self.files.iter().map(|document| &**document).filter(is_of))
    }

    /// Where the file of an applier is on the disk, if it stands in one of the input.
    pub fn near(&self, applier: &Applier) -> Option<PathBuf> {
        self.roots.find(applier.file.place(applier.value.line).0)
    }
}

/// The objects of each cluster.
#[derive(Debug, Default)]
pub struct Objects {
    all: BTreeMap<(Cluster, String, String), Named>,
}

/// Objects by namespace and name.
type Named = BTreeMap<(String, String), Arc<Document>>;

impl Objects {
    /// Adds an object; of two the later one counts.
    pub fn add(&mut self, cluster: &Cluster, document: &Arc<Document>) {
        let Some((group, kind, name)) = id(document) else { return };
        let of_kind = self.all.entry((cluster.clone(), group, kind)).or_default();
        of_kind.insert((namespace(document), name), Arc::clone(document));
    }

    fn of_kind(&self, cluster: &Cluster, group: &str, kind: &str) -> impl Iterator<Item = &Document> {
        let of_kind = self.all.get(&(cluster.clone(), group.to_owned(), kind.to_owned()));
        of_kind.into_iter().flat_map(|of_kind| of_kind.values()).map(|document| &**document)
    }

    /// An object by group, kind, namespace and name.
    pub fn get(
        &self,
        cluster: &Cluster,
        group: &str,
        kind: &str,
        space: &str,
        name: &str,
    ) -> Option<&Document> {
        let of_kind = self.all.get(&(cluster.clone(), group.to_owned(), kind.to_owned()))?;
        of_kind.get(&(space.to_owned(), name.to_owned())).map(|document| &**document)
    }
}

/// Group, kind and name of a document's object.
pub fn id(document: &Document) -> Option<(String, String, String)> {
    let version = document.value.get("apiVersion")?.as_str()?;
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let name = document.value.at("metadata.name")?.scalar_text()?;
    Some((group.to_owned(), document.value.get("kind")?.as_str()?.to_owned(), name))
}
