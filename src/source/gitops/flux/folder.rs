//! Folders without a kustomization: what of them Flux applies.

use super::super::super::roots::shown;
use super::super::super::walk::is_kustomization;
use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Most files that one folder may contribute.
const FILES: usize = 20_000;

/// What source-controller leaves out of every artifact.
///
/// Source: fluxcd/pkg `sourceignore/sourceignore.go` (`ExcludeVCS`, `ExcludeCI`, `ExcludeExtra`), as far as it may be YAML.
const LEFT_OUT: [&str; 15] = [
    "!.git/",
    "!.gitlab-ci.yml",
    "!.github/",
    "!.circleci/",
    "!.travis.yml",
    "!appveyor.yml",
    "!.drone.yml",
    "!cloudbuild.yaml",
    "!codeship-services.yml",
    "!codeship-steps.yml",
    "!**/.goreleaser.yml",
    "!**/.goreleaser.yaml",
    "!**/.goreleaser.brew.yml",
    "!**/.sops.yaml",
    "!**/.flux.yaml",
];

/// The resources of a folder without a kustomization, relative to it, in their order: its files of YAML, and instead of those
/// of a folder with a kustomization that folder.
///
/// Source: fluxcd/pkg `kustomize/kustomize_generator.go` (`scanManifests`).
pub fn resources(folder: &Path) -> Vec<String> {
    let mut left_out = OverrideBuilder::new(folder);
    for pattern in LEFT_OUT {
        let _ = left_out.add(pattern);
    }
    let mut walk = WalkBuilder::new(folder);
    walk.standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .parents(true)
        .follow_links(false)
        .add_custom_ignore_filename(".sourceignore")
        .sort_by_file_name(OsStr::cmp)
        .filter_entry(|entry| {
            let above = entry.path().parent().filter(|_| entry.depth() > 1);
            above.and_then(kustomization_in).is_none()
        });
    if let Ok(left_out) = left_out.build() {
        walk.overrides(left_out);
    }
    let mut resources = Vec::new();
    for entry in walk.build().flatten().take(FILES) {
        let (path, Some(kind)) = (entry.path(), entry.file_type()) else { continue };
        let is_own = entry.depth() > 0
            && if kind.is_dir() { kustomization_in(path).is_some() } else { kind.is_file() && is_yaml(path) };
        if is_own {
            resources.push(format!("./{}", shown(folder, path, "")));
        }
    }
    resources
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}

fn kustomization_in(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.filter(|path| is_kustomization(path) && path.is_file()).min()
}
