//! What a kustomization puts into Secrets: it is hidden elsewhere, also where nothing is built.

use super::super::load;
use super::super::redact::Edits;
use super::super::redact::Values;
use super::file::Role;
use super::reference::{Volume, bytes};
use crate::document::{Limits, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The values that the generators, patches and inline objects of kustomizations hold for Secrets.
pub fn values(closure: &[&Volume], limits: &Limits) -> Values {
    let mut edits = Edits::default();
    for volume in closure {
        edits.find(&volume.kustomization.value);
        let own: BTreeSet<&Path> = volume.files().map(|(_, file)| file).collect();
        for generator in volume.kustomization.list("secretGenerator") {
            let read = |path: &str| {
                let file = fs::canonicalize(volume.kustomization.folder.join(path)).ok();
                let file = file.filter(|file| own.contains(file.as_path()))?;
                String::from_utf8(bytes(&file, limits)).ok()
            };
            for file in generator.get("files").map(Value::items).unwrap_or_default() {
                let (key, path) = match file.as_str() {
                    Some(text) => text.split_once('=').unwrap_or((text, text)),
                    None => continue,
                };
                if let Some(text) = read(path) {
                    edits.values.learn(key.rsplit('/').next().unwrap_or(key), &text);
                }
            }
            let files = generator.get("envs").map(Value::items).unwrap_or_default();
            for text in files.iter().chain(generator.get("env")).filter_map(|file| read(file.as_str()?)) {
                for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
                    edits.values.learn(key.trim(), value.trim().trim_matches(['"', '\'']));
                }
            }
        }
        for (_, file) in volume.files().filter(|(role, _)| *role == Role::Patch) {
            edits.values.extend(load("-", &bytes(file, limits), limits).values);
        }
    }
    edits.values
}
