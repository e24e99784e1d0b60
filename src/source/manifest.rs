//! Which documents are manifests, which only look like one, and which are something else.

use crate::document::compose::{Fault, Spot};
use crate::document::{Kind, Value};
use crate::problem::Code;

/// What a document is.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A mapping with `apiVersion` and `kind`.
    Manifest,
    /// Nothing at all, or only comments.
    Empty,
    /// Something else: values, workflows, other programs' configuration.
    Foreign,
    /// A manifest whose kind a tool puts in later: nobody knows here what it is.
    Sealed,
    /// Meant to be a manifest, but `kubectl` would refuse it. With the next step.
    Nearly(Fault, &'static str),
}

/// What `value`, a document of the file `name`, is.
pub fn judge(name: &str, value: &Value) -> Verdict {
    if value.is_null() {
        return Verdict::Empty;
    }
    if !value.is_map() {
        return Verdict::Foreign;
    }
    let (version, kind) = (value.get("apiVersion"), value.get("kind"));
    let group = version.and_then(Value::as_str);
    if group.map_or_else(|| is_tool_file(name), |group| is_tool_group(group) || is_chart(name)) {
        return Verdict::Foreign;
    }
    match (version, kind) {
        (Some(version), Some(kind)) => both(value, version, kind),
        _ => one_missing(value, version, kind),
    }
}

fn both(value: &Value, version: &Value, kind: &Value) -> Verdict {
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    match (text(version), text(kind)) {
        (true, true) if kind.as_str() == Some("Config") && is_kubeconfig(value) => Verdict::Foreign,
        (true, true) if kind.is_placeholder() => Verdict::Sealed,
        (true, true) => Verdict::Manifest,
        (false, _) => nearly(version, "`apiVersion` is not a string", "write it as `v1` or `group/v1`"),
        (true, false) => nearly(kind, "`kind` is not a string", "write the name of one kind, such as `Pod`"),
    }
}

fn one_missing(value: &Value, version: Option<&Value>, kind: Option<&Value>) -> Verdict {
    let other = |key: &str| {
        value
            .entries()
            .iter()
            .find(|entry| *entry.key != *key && entry.key.eq_ignore_ascii_case(key) && is_text(&entry.value))
    };
    let (near_version, near_kind) = (other("apiVersion"), other("kind"));
    if (version.is_some() || near_version.is_some()) && (kind.is_some() || near_kind.is_some()) {
        let entry = if version.is_none() { near_version } else { near_kind };
        let right = if version.is_none() { "apiVersion" } else { "kind" };
        if let Some(entry) = entry {
            let fault = Spot { line: entry.line, column: entry.column }
                .fault(Code::InvalidManifest, format!("`{right}` is spelled with the wrong letter case"));
            return Verdict::Nearly(fault, "keys are case-sensitive: `apiVersion`, `kind`, `metadata`");
        }
    }
    if !value.get("metadata").is_some_and(|metadata| metadata.is_map() && has_name(metadata)) {
        return Verdict::Foreign;
    }
    match (version, kind) {
        (None, Some(kind)) if is_text(kind) => nearly(
            value,
            "the document has a `kind` but no `apiVersion`",
            "add `apiVersion`, such as `v1` or `apps/v1`",
        ),
        (Some(version), None) if is_text(version) => {
            nearly(value, "the document has an `apiVersion` but no `kind`", "add `kind`, such as `Pod`")
        }
        _ => Verdict::Foreign,
    }
}

fn nearly(value: &Value, message: &str, help: &'static str) -> Verdict {
    Verdict::Nearly(
        Spot { line: value.line, column: value.column }.fault(Code::InvalidManifest, message),
        help,
    )
}

fn is_text(value: &Value) -> bool {
    matches!(value.kind, Kind::String(_))
}

fn has_name(metadata: &Value) -> bool {
    ["name", "generateName", "namespace", "labels", "annotations"]
        .iter()
        .any(|key| metadata.get(key).is_some())
}

/// Files of kustomize and Helm: environments come out of them, not objects.
fn is_tool_file(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    matches!(file, "kustomization.yaml" | "kustomization.yml" | "Kustomization" | "Chart.yaml" | "Chart.yml")
}

fn is_chart(name: &str) -> bool {
    matches!(name.rsplit('/').next(), Some("Chart.yaml" | "Chart.yml"))
}

fn is_tool_group(version: &str) -> bool {
    version.split('/').next() == Some("kustomize.config.k8s.io")
}

/// Whether a file is one of helmfile: releases of charts, which only helmfile renders.
///
/// Source: helmfile.readthedocs.io: `helmfile.yaml`, the files of `helmfile.d`, and their `.gotmpl` forms.
pub fn is_helmfile(name: &str, text: &str) -> bool {
    let plain = name.strip_suffix(".gotmpl").unwrap_or(name);
    let mut parts = plain.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let is_named = matches!(file, "helmfile.yaml" | "helmfile.yml") || parts.next() == Some("helmfile.d");
    let says = |key: &str| text.lines().any(|line| line.starts_with(key));
    is_named
        && ["releases:", "helmfiles:", "bases:", "repositories:", "environments:"].iter().any(|key| says(key))
}

fn is_kubeconfig(value: &Value) -> bool {
    value.get("clusters").is_some()
        || value.get("contexts").is_some()
        || value.get("current-context").is_some()
}
