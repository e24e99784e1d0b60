//! A kustomization of which some bases cannot be reached: a copy without these, so that the rest is built.

use super::super::tool::{self, Scratch};
use super::file::Role;
use super::origin::Provenance;
use super::reference::{Volume, bytes};
use crate::document::Limits;
use crate::problem::Code;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A copy of kustomizations in a folder of its own.
pub struct Partial {
    scratch: Scratch,
    /// The folder above all that was copied; canonical.
    above: PathBuf,
    /// The folder to build, in the copy.
    pub folder: PathBuf,
    /// What is left out, as written.
    pub without: Vec<String>,
}

impl Partial {
    /// Copies the kustomizations that `folder` is built from, without the bases that cannot be reached. `None` where
    /// something else speaks against building them, or where nothing would be left.
    pub fn copy(folder: &Path, closure: &[&Volume], limits: &Limits) -> Option<Partial> {
        let only_unreachable = closure.iter().all(|volume| {
            volume.faults.len() == volume.unreachable.len()
                && volume
                    .faults
                    .iter()
                    .all(|fault| matches!(fault.code, Code::RemoteBase | Code::BuildFailed))
        });
        let without: Vec<String> =
            closure.iter().flat_map(|volume| volume.unreachable.iter().cloned()).collect();
        let keeps = |volume: &&Volume| {
            volume.targets.iter().any(|target| match target {
                super::reference::Target::Folder(_) => true,
                super::reference::Target::File(role, _) => *role == Role::Resource,
            })
        };
        if !only_unreachable || without.is_empty() || !closure.iter().any(keeps) {
            return None;
        }
        let above = closure.iter().try_fold(folder.to_owned(), |above, volume| {
            let shared = above.ancestors().find(|above| volume.kustomization.folder.starts_with(above))?;
            Some(shared.to_owned())
        })?;
        let scratch = tool::scratch().ok()?;
        let root = fs::canonicalize(scratch.path()).ok()?;
        let place = |path: &Path| Some(root.join(path.strip_prefix(&above).ok()?));
        for volume in closure {
            let own = &volume.kustomization;
            let target = place(&own.folder)?;
            fs::create_dir_all(&target).ok()?;
            let text = if volume.unreachable.is_empty() {
                own.text.clone()
            } else {
                cut(own.value.to_json(), &volume.unreachable).to_string()
            };
            fs::write(target.join("kustomization.yaml"), text).ok()?;
            for (_, file) in volume.files() {
                let target = place(file)?;
                fs::create_dir_all(target.parent()?).ok()?;
                fs::write(target, bytes(file, limits)).ok()?;
            }
        }
        let folder = place(folder)?;
        Some(Partial { scratch, above, folder, without })
    }

    /// Where something of the copy comes from.
    pub fn original(&self, provenance: Provenance) -> Provenance {
        let root = fs::canonicalize(self.scratch.path()).unwrap_or_default();
        let back = |path: String| match Path::new(&path).strip_prefix(&root) {
            Ok(rest) => self.above.join(rest).to_string_lossy().into_owned(),
            Err(_) => path,
        };
        match provenance {
            Provenance::File(path) => Provenance::File(back(path)),
            Provenance::Generator(path) => Provenance::Generator(back(path)),
        }
    }
}

/// A kustomization without some of its bases.
fn cut(mut kustomization: Json, without: &[String]) -> Json {
    let without: BTreeSet<&str> = without.iter().map(String::as_str).collect();
    for list in ["resources", "bases", "components"] {
        if let Some(Json::Array(items)) = kustomization.get_mut(list) {
            items.retain(|item| item.as_str().is_none_or(|item| !without.contains(item)));
        }
    }
    kustomization
}
