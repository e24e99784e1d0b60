//! The appliers that stand in files of the input, and which of them are roots: those that no other one applies.

use super::super::kustomize::{Kustomization, Library, Role};
use super::super::load;
use super::super::redact::Values;
use super::super::walk::Found;
use super::applier::{Applier, Kind};
use super::argo;
use super::cluster::Cluster;
use super::flux;
use super::recipe::Reach;
use super::registered::{Registered, registered};
use super::world::World;
use crate::document::{Document, Limits, Value};
use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a file holds that has to do with GitOps: a part of the API groups.
const SIGNS: [&str; 3] = ["fluxcd.io", "argoproj.io", "fluxcd.controlplane.io"];

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
    let signs = AhoCorasick::new(SIGNS).ok();
    let holder = |file: &super::super::walk::Source| {
        let path = file.path.as_ref()?.canonicalize().ok()?;
        let bytes = file.bytes(limits).ok()?;
        if signs.as_ref().is_some_and(|signs| !signs.is_match(&bytes)) {
            return None;
        }
        let loaded = load(&file.name, &bytes, limits);
        let is_plain = |document: &Document| document.environment.is_none();
        let documents = loaded.documents.into_iter().filter(is_plain).flat_map(Document::flattened);
        let documents = documents.map(Arc::new).collect();
        Some(Holder { path, documents, values: loaded.values, registered: registered(&bytes, limits) })
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
    /// Whether something that is followed applies its file, as far as that can be told from files.
    pub is_applied: bool,
}

/// One applier of a file, and the files that it reads.
struct Node {
    root: Root,
    reach: Arc<BTreeSet<PathBuf>>,
}

/// The roots among the appliers of files, in the order of the files. Of a circle it is the first, better one that applies
/// itself.
pub fn roots(holders: &[Holder], library: &mut Library, world: &World) -> Vec<Root> {
    let (mut nodes, mut ends, mut read): (Vec<Node>, Vec<Root>, Read) = Default::default();
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
            let is_whole =
                applier.kind == Kind::Kustomization && applier.text("spec.sourceRef.name").is_some();
            let (file, line) = (holder.path.clone(), document.first_line);
            let root = Root { applier, file, line, is_applied: false };
            match reach {
                Some(reach) => nodes.push(Node { root, reach: read.files(reach, library, world) }),
                None if is_whole => ends.push(root),
                None => {}
            }
        }
    }
    let heads = heads(&nodes);
    let applied: BTreeSet<PathBuf> = nodes.iter().flat_map(|node| node.reach.iter().cloned()).collect();
    let heads = nodes.into_iter().enumerate().filter(|(at, _)| heads.contains(at)).map(|(_, node)| node.root);
    let mut roots: Vec<Root> =
        heads.map(|root| Root { is_applied: applied.contains(&root.file), ..root }).collect();
    // What applies something of another repository stands in the cluster whose folder it is in.
    let clusters: BTreeSet<Cluster> = roots.iter().map(|root| root.applier.cluster.clone()).collect();
    let is_in_one = |end: &Root| clusters.contains(&end.applier.cluster) && !applied.contains(&end.file);
    roots.extend(ends.into_iter().filter(is_in_one));
    roots
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
    let mut in_file: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    // Of each file how many read it, and whether the first of them does.
    let mut readers: BTreeMap<&Path, (usize, usize)> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        in_file.entry(&node.root.file).or_default().push(at);
        for file in node.reach.iter() {
            readers.entry(file).or_insert((0, at)).0 += 1;
        }
    }
    let is_head = |at: &usize| match readers.get(nodes[*at].root.file.as_path()) {
        None => true,
        Some((1, only)) => only == at,
        Some(_) => false,
    };
    let mut heads: BTreeSet<usize> = (0..nodes.len()).filter(is_head).collect();
    let (mut reached, mut read) = (BTreeSet::new(), BTreeSet::new());
    let mut open: Vec<usize> = heads.iter().copied().collect();
    let applies_itself = |at: usize| nodes[at].reach.contains(&nodes[at].root.file);
    // In a circle one that applies itself is the better beginning.
    let mut left: Vec<usize> = (0..nodes.len()).collect();
    left.sort_by_key(|at| !applies_itself(*at));
    let mut left = left.into_iter();
    loop {
        while let Some(from) = open.pop() {
            if reached.insert(from) {
                let files = nodes[from].reach.iter().filter(|file| read.insert(file.as_path()));
                let files: Vec<&Path> = files.map(PathBuf::as_path).collect();
                open.extend(files.into_iter().filter_map(|file| in_file.get(file)).flatten());
            }
        }
        let Some(next) = left.find(|at| !reached.contains(at)) else { return heads };
        heads.insert(next);
        open.push(next);
    }
}

/// What was read for folders so far: many Kustomizations may name one.
#[derive(Default)]
struct Read {
    folders: BTreeMap<PathBuf, Arc<BTreeSet<PathBuf>>>,
}

impl Read {
    fn files(&mut self, reach: Vec<Reach>, library: &mut Library, world: &World) -> Arc<BTreeSet<PathBuf>> {
        let mut all: Vec<Arc<BTreeSet<PathBuf>>> = Vec::new();
        for one in reach {
            all.push(match one {
                Reach::Files(files) => Arc::new(files.into_iter().collect()),
                Reach::Kustomization(file) => self.folder(*file, library, world),
            });
        }
        match all.len() {
            1 => all.remove(0),
            _ => Arc::new(all.iter().flat_map(|files| files.iter().cloned()).collect()),
        }
    }

    fn folder(
        &mut self,
        file: Kustomization,
        library: &mut Library,
        world: &World,
    ) -> Arc<BTreeSet<PathBuf>> {
        if let Some(known) = self.folders.get(&file.folder) {
            return Arc::clone(known);
        }
        let volume = library.stage(file, world.roots, world.limits);
        let closure = library.closure_of(&volume);
        let files = closure.iter().flat_map(|volume| volume.files());
        let files = files.filter(|(role, _)| *role == Role::Resource).map(|(_, file)| file.to_owned());
        let files: Arc<BTreeSet<PathBuf>> = Arc::new(files.collect());
        self.folders.insert(volume.kustomization.folder.clone(), Arc::clone(&files));
        files
    }
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
        let several = document.value.at("spec.sources").map(Value::items).unwrap_or_default();
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
