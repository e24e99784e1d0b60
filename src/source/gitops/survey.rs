//! The appliers that stand in files of the input, and which of them are roots: those that no other one applies.

use super::super::kustomize::{Library, Role};
use super::super::load;
use super::super::redact::Values;
use super::super::walk::Found;
use super::applier::{Applier, Kind};
use super::argo::{self, Registered};
use super::cluster::Cluster;
use super::flux;
use super::recipe::Reach;
use super::world::World;
use crate::document::{Document, Limits, Value};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a file holds that has to do with GitOps: a part of the API groups.
const SIGNS: [&[u8]; 3] = [b"fluxcd.io", b"argoproj.io", b"fluxcd.controlplane.io"];

/// The parts of paths that tell nothing about a cluster.
pub const NOISE: [&str; 8] =
    ["flux-system", "flux", "cluster", "clusters", "apps", "kubernetes", "bootstrap", "argocd"];

/// A file of the input that holds objects of Flux or Argo CD.
pub struct Holder {
    /// The file, canonical.
    pub path: PathBuf,
    /// Its documents.
    pub documents: Vec<Arc<Document>>,
    /// What its Secrets hold.
    pub values: Values,
    /// What its Secrets tell Argo CD.
    pub registered: Vec<Registered>,
}

/// Reads the files of the input that hold objects of Flux or Argo CD.
pub fn holders(found: &Found, limits: &Limits) -> Vec<Holder> {
    let holder = |file: &super::super::walk::Source| {
        let path = file.path.as_ref()?.canonicalize().ok()?;
        let bytes = file.bytes(limits).ok()?;
        if !SIGNS.iter().any(|sign| bytes.windows(sign.len()).any(|window| window == *sign)) {
            return None;
        }
        let loaded = load(&file.name, &bytes, limits);
        let is_plain = |document: &Document| document.environment.is_none();
        let documents = loaded.documents.into_iter().filter(is_plain).map(Arc::new).collect();
        Some(Holder { path, documents, values: loaded.values, registered: argo::registered(&bytes, limits) })
    };
    found.files.par_iter().filter_map(holder).collect()
}

/// A root: what everything else in a cluster follows from.
pub struct Root {
    /// What it is.
    pub applier: Applier,
    /// Its file, canonical.
    pub file: PathBuf,
    /// Its first line there.
    pub line: u32,
}

/// One applier of a file, and the files that it reads.
struct Node {
    root: Root,
    reach: BTreeSet<PathBuf>,
}

/// The roots among the appliers of files, in the order of the files. Of a circle it is the first, better one that applies
/// itself.
pub fn roots(holders: &[Holder], library: &mut Library, world: &World) -> Vec<Root> {
    let mut nodes: Vec<Node> = Vec::new();
    // A patch looks like what it changes.
    let files = library.iter().flat_map(|(_, volume)| volume.files());
    let patches: BTreeSet<PathBuf> =
        files.filter(|(role, _)| *role == Role::Patch).map(|(_, file)| file.to_owned()).collect();
    for holder in holders.iter().filter(|holder| !patches.contains(&holder.path)) {
        for document in &holder.documents {
            let in_flux = Cluster::Flux(cluster_folder(&document.file.path).into());
            let Some(mut applier) = Applier::of(document, &in_flux) else { continue };
            if applier.kind.is_argo() {
                applier.cluster = Cluster::ArgoCd;
            }
            let reach = if applier.kind.is_argo() {
                argo::reach(&applier, world)
            } else {
                flux::reach(&applier, world)
            };
            let Some(reach) = reach else { continue };
            let root = Root { applier, file: holder.path.clone(), line: document.first_line };
            nodes.push(Node { root, reach: self::files(reach, library, world) });
        }
    }
    let heads = heads(&nodes);
    nodes.into_iter().enumerate().filter(|(at, _)| heads.contains(at)).map(|(_, node)| node.root).collect()
}

/// The ConfigMaps of files beside roots that hold no objects of Flux or Argo CD: values may come from these although nothing of
/// the input applies them.
pub fn beside(roots: &[Root], holders: &[Holder], found: &Found, limits: &Limits) -> Vec<Arc<Document>> {
    let folders: BTreeSet<&Path> = roots.iter().filter_map(|root| root.file.parent()).collect();
    let known: BTreeSet<&Path> = holders.iter().map(|holder| holder.path.as_path()).collect();
    let own = |file: &&super::super::walk::Source| {
        let path = file.path.as_ref().and_then(|path| path.canonicalize().ok());
        path.is_some_and(|path| {
            !known.contains(path.as_path()) && path.parent().is_some_and(|folder| folders.contains(folder))
        })
    };
    let documents = found.files.iter().filter(own).flat_map(|file| {
        let bytes = file.bytes(limits).unwrap_or_default();
        load(&file.name, &bytes, limits).documents
    });
    let is_config =
        |document: &Document| document.value.get("kind").and_then(Value::as_str) == Some("ConfigMap");
    documents.filter(is_config).map(Arc::new).collect()
}

/// The nodes that all others follow from.
fn heads(nodes: &[Node]) -> BTreeSet<usize> {
    let applies = |from: usize, to: usize| nodes[from].reach.contains(&nodes[to].root.file);
    let all = 0..nodes.len();
    let is_head = |to: &usize| !all.clone().any(|from| from != *to && applies(from, *to));
    let mut heads: BTreeSet<usize> = all.clone().filter(is_head).collect();
    let mut reached = BTreeSet::new();
    let mut open: Vec<usize> = heads.iter().copied().collect();
    loop {
        while let Some(from) = open.pop() {
            if reached.insert(from) {
                open.extend(all.clone().filter(|to| applies(from, *to)));
            }
        }
        let left = all.clone().filter(|at| !reached.contains(at));
        let Some(next) = left.min_by_key(|at| (!applies(*at, *at), *at)) else { return heads };
        heads.insert(next);
        open.push(next);
    }
}

fn files(reach: Vec<Reach>, library: &mut Library, world: &World) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for one in reach {
        match one {
            Reach::Files(more) => files.extend(more),
            Reach::Kustomization(file) => {
                let volume = library.stage(*file, world.roots, world.limits);
                for volume in library.closure_of(&volume) {
                    let own = volume.files().filter(|(role, _)| *role == Role::Resource);
                    files.extend(own.map(|(_, file)| file.to_owned()));
                }
            }
        }
    }
    files
}

/// The folder of a cluster, given the file of one of its roots, as it is shown.
pub fn cluster_folder(file: &str) -> String {
    let mut folder = Path::new(file).parent().unwrap_or(Path::new(""));
    while let Some(last) = folder.file_name().and_then(|name| name.to_str())
        && NOISE.contains(&last)
    {
        folder = folder.parent().unwrap_or(Path::new(""));
    }
    folder.to_string_lossy().replace('\\', "/")
}

/// The addresses of sources in files, and which of them must be this repository, since something that reads them applies
/// itself from there.
pub fn addresses(holders: &[Holder]) -> Vec<String> {
    let texts = ["spec.url", "spec.source.repoURL", "spec.sync.url", "spec.template.spec.source.repoURL"];
    let documents = holders.iter().flat_map(|holder| &holder.documents);
    let of = |document: &Arc<Document>| {
        let single = texts.iter().filter_map(|at| document.value.at(at));
        let several = document.value.at("spec.sources").map(|list| list.items()).unwrap_or_default();
        let several = several.iter().filter_map(|source| source.get("repoURL"));
        single.chain(several).filter_map(|text| text.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    documents.flat_map(of).collect()
}

/// Whether the appliers of files name more than one source.
pub fn names_several(holders: &[Holder]) -> bool {
    let documents = holders.iter().flat_map(|holder| &holder.documents);
    let of = |document: &Arc<Document>| {
        let applier = Applier::of(document, &Cluster::ArgoCd)?;
        let reference =
            flux::sources(&applier).into_iter().next().filter(|_| applier.kind == Kind::Kustomization);
        reference.or_else(|| {
            Some([
                applier.text("spec.source.repoURL")?.to_owned(),
                String::new(),
                String::new(),
                String::new(),
            ])
        })
    };
    let sources: BTreeSet<[String; 4]> = documents.filter_map(of).collect();
    sources.len() > 1
}

/// Whether anything in the files applies others.
pub fn is_gitops(holders: &[Holder]) -> bool {
    let kinds = [Kind::Kustomization, Kind::Application, Kind::ApplicationSet, Kind::FluxInstance];
    holders
        .iter()
        .flat_map(|holder| &holder.documents)
        .filter_map(|document| Applier::of(document, &Cluster::ArgoCd))
        .any(|applier| kinds.contains(&applier.kind))
}

#[cfg(test)]
mod tests {
    use super::cluster_folder;

    #[test]
    fn clusters_have_folders() {
        for (file, folder) in [
            ("clusters/production/flux-system/gotk-sync.yaml", "clusters/production"),
            ("clusters/production/apps.yaml", "clusters/production"),
            ("kubernetes/flux/cluster/ks.yaml", ""),
            ("kubernetes/main/flux/cluster/ks.yaml", "kubernetes/main"),
            ("root.yaml", ""),
            ("argocd/apps/a/b.yaml", "argocd/apps/a"),
        ] {
            assert_eq!(cluster_folder(file), folder, "{file}");
        }
    }
}
