//! What a HelmRelease makes kustomize change in the objects of its chart.
//!
//! Source: fluxcd/helm-controller `internal/postrender/kustomize.go`.

use super::super::budget::Budget;
use super::super::helm::Posted;
use super::super::kustomize::{self, Kustomization, Library};
use super::super::roots::{Root, Roots};
use super::super::tool::{self, Tool};
use crate::document::Limits;
use serde_json::{Value as Json, json};
use std::fs;

/// The file that holds what helm printed.
const FILE: &str = "helm-output.yaml";

/// What all `renderers` make of a text, one after the other: each an item of `spec.postRenderers`. The reason if one of them
/// fails.
pub fn post_render(
    text: &[u8],
    renderers: &[Json],
    tool: &Tool,
    budget: &Budget,
    limits: &Limits,
) -> Result<Posted, String> {
    let mut text = String::from_utf8_lossy(text).into_owned();
    let mut lines: Vec<Option<u32>> =
        (1..=u32::try_from(text.lines().count()).unwrap_or(0)).map(Some).collect();
    for renderer in renderers.iter().filter_map(|renderer| renderer.get("kustomize")) {
        let next = one(&text, renderer, tool, budget, limits)?;
        let before = |line: &Option<u32>| lines.get((*line)?.checked_sub(1)? as usize).copied().flatten();
        lines = next.lines.iter().map(before).collect();
        text = next.text;
    }
    Ok(Posted { text, lines })
}

fn one(text: &str, renderer: &Json, tool: &Tool, budget: &Budget, limits: &Limits) -> Result<Posted, String> {
    let unreadable = |_| "there is no room for them on the disk".to_owned();
    let scratch = tool::scratch().map_err(unreadable)?;
    let folder = fs::canonicalize(scratch.path()).map_err(unreadable)?;
    fs::write(folder.join(FILE), text).map_err(unreadable)?;
    let mut file = Kustomization::of_resources(&folder, "post-renderers".to_owned(), &[FILE.to_owned()]);
    for field in ["patches", "images"] {
        file.add(field, renderer.get(field).and_then(Json::as_array).into_iter().flatten().cloned());
    }
    let list = |field: &str| renderer.get(field).and_then(Json::as_array).into_iter().flatten();
    file.add("patchesStrategicMerge", list("patchesStrategicMerge").map(|merge| json!(merge.to_string())));
    let operations = list("patchesJson6902").map(|item| {
        let operations = item.get("patch").map(Json::to_string).unwrap_or_default();
        json!({ "patch": operations, "target": item.get("target") })
    });
    file.add("patches", operations);
    let root = Root { path: folder.clone(), label: String::new(), name: String::new() };
    let roots = Roots::new(vec![root]);
    let mut library = Library::default();
    let staged = library.stage(file, &roots, limits);
    let unit = kustomize::Unit {
        name: "",
        folder: &folder,
        path: "post-renderers",
        staged: Some(&staged),
        library: &library,
        roots: &roots,
        limits,
    };
    let made = kustomize::make(&unit, tool, budget);
    let text = made.text()?.to_owned();
    let built = kustomize::finish(&unit, &made, &mut |_, _| None);
    let origin = built.documents.first().and_then(|document| document.file.origin.as_ref());
    let place = |line: u32| origin.and_then(|origin| origin.of(line)).map(|(_, line)| line);
    let lines = (1..=u32::try_from(text.lines().count()).unwrap_or(0)).map(place).collect();
    Ok(Posted { text, lines })
}
