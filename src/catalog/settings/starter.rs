//! The settings that `podviz init` writes: every key, with what it does, and what was found as its value.

use super::SCHEMA_URL;
use crate::source::Survey;

/// How many folders a comment lists.
const MOST_LISTED: usize = 8;

/// The text of a first `podviz.yaml`. Every key is a comment: a line that begins with `# ` holds YAML, one that begins with
/// `## ` says what it does.
pub fn starter(survey: &Survey) -> String {
    let title = if survey.name.is_empty() { "Kubernetes manifests" } else { &survey.name };
    let chart = survey.charts.first().map_or("charts/shop", String::as_str);
    let found = found(survey);
    TEXT.replace("{schema}", SCHEMA_URL)
        .replace("{found}", &found)
        .replace("{title}", &scalar(title))
        .replace("{chart}", &scalar(chart))
}

/// What is an environment already, and what needs a release.
fn found(survey: &Survey) -> String {
    let mut text = String::new();
    for (folders, one, many) in [
        (
            &survey.kustomizations,
            "kustomization, which is an environment",
            "kustomizations, each an environment",
        ),
        (
            &survey.charts,
            "chart, which is an environment with its own values",
            "charts, each an environment with its own values",
        ),
    ] {
        let shown: Vec<String> = folders.iter().take(MOST_LISTED).map(|folder| scalar(folder)).collect();
        let more = if folders.len() > MOST_LISTED { ", …" } else { "" };
        let words = crate::names::count(folders.len(), one, many);
        if !shown.is_empty() {
            text.push_str(&format!("## Found here: {words}: {}{more}.\n", shown.join(", ")));
        }
    }
    text
}

/// Text as YAML that stands for itself on one line.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ' ');
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    if starts_well
        && text.chars().all(is_plain)
        && text.trim() == text
        && !words.contains(&text.to_lowercase().as_str())
    {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // Control characters, and those that reverse or hide text.
            c if c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric() => quoted.push(c),
            c => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    quoted + "\""
}

const TEXT: &str = "\
# yaml-language-server: $schema={schema}

## Settings of podviz. Nothing here is needed: take the `# ` away from what you want to change.
## Each key is explained in the book, in the chapter on configuration.
{found}
## What the site is called.
# title: {title}

## What the site is about, in Markdown; the first paragraph of README.md in the folder that is read if absent.
# description: Sells tea.

## The environment that the first page shows; the one that runs the most if absent.
# environment: production

## Where the manifests can be read on the web, so that pages link to them; --repo-url comes first.
# repository: https://example.org/shop/blob/main/k8s

## How many megabytes the site may have; pages are shortened until it fits, and say so. --size comes first.
# size: 100

## What pages and diagrams leave out; `*` stands for any characters. They say how much that is.
# hide:
#   kinds: [Lease, Event]
#   namespaces: [kube-*]

## Objects that belong together, if their labels do not say so.
# applications:
#   - name: shop
#     title: The shop
#     objects: [\"Deployment shop/*\", \"Service shop/*\"]

## Calls that no manifest shows, such as those whose address stands in the program.
# calls:
#   - from: Deployment shop/web
#     to: Service shop/db
#     port: 5432

## Releases of Helm charts, each an environment. Paths start at this file and stay in its folder.
# releases:
#   - environment: production
#     chart: {chart}
#     name: shop
#     namespace: shop
#     values: [values-production.yaml]
#     set: [replicas=3]

## The names of the environments that are clusters of Flux and Argo CD. Paths start at this file.
# environments:
#   - path: clusters/production
#     name: production
#   - cluster: edge
#     name: branch-office

## What kustomize, kubectl and helm may take for all charts and kustomizations together.
# tools:
#   seconds: 45
#   objects: 2000
#   megabytes: 1

## Markdown files with marked regions, which `podviz inject` rewrites. Paths start at this file and stay in its folder.
# inject:
#   - files: [README.md, docs/**/*.md]
#     from: [k8s]
#     flavor: github

## What podviz is to know of kinds and images, beside what it knows already.
# rules:
##   Of a kind that podviz knows, edges and explanations are added; other keys replace what it knows.
#   kinds:
#     - kind: Lighthouse
#       group: example.org
#       role: route
#       summary: Shows ships the way to a Service.
#       edges:
#         - { relation: routes-to, field: spec.serviceName, to: Service }
#       explain:
#         - { field: spec.light, is: false, say: The light is off. }
##   The first class that matches counts; these come before podviz' own.
#   images:
#     - { class: cache, images: acme-cache, part: store, does: keeps answers for a while }

## How bad the findings of a rule are: off, note, warning, or error.
# advice:
#   mutable-image-tag: off

## What is not reported of some objects, and why.
# ignore:
#   - codes: [no-memory-limit]
#     objects: [\"Job shop/*\"]
#     because: They run for seconds.
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::catalog::settings::{Settings, schema};

    fn read(text: &str) -> Settings {
        let value =
            crate::document::parse(text.as_bytes()).unwrap_or_else(|reason| panic!("{reason}\n{text}"));
        let codes = ["mutable-image-tag", "no-memory-limit"];
        let read = Settings::read("podviz.yaml", &value, &codes, &Catalog::embedded());
        read.unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// The text after somebody took `# ` from every line.
    fn uncommented(text: &str) -> String {
        let lines = text.lines().map(|line| line.strip_prefix("# ").unwrap_or(line).replacen("##", "#", 1));
        lines.collect::<Vec<_>>().join("\n").replacen("yaml-language-server", "# yaml-language-server", 1)
    }

    fn surveys() -> [Survey; 3] {
        let of = |name: &str, folders: &[&str]| Survey {
            name: name.to_owned(),
            charts: folders.iter().map(|folder| (*folder).to_owned()).collect(),
            kustomizations: folders.iter().map(|folder| (*folder).to_owned()).collect(),
            settings: None,
        };
        [
            of("", &[]),
            of("my-shop", &["charts/web", "b", "c", "d", "e", "f", "g", "h", "i"]),
            of("a: \"b\"\n\u{202e}#c", &["on", "x: y\nz: w", "é"]),
        ]
    }

    #[test]
    fn every_key_may_be_uncommented() {
        for survey in surveys() {
            let text = starter(&survey);
            assert!(text.lines().all(|line| line.is_empty() || line.starts_with('#')), "{text}");
            let settings = read(&uncommented(&text));
            let title = if survey.name.is_empty() { "Kubernetes manifests" } else { &survey.name };
            assert_eq!(settings.title.as_deref(), Some(title));
            assert_eq!(settings.releases[0].values.len(), 1);
            assert_eq!(settings.tools.seconds, Some(45));
            assert_eq!(settings.inject[0].files.len(), 2);
            assert_eq!(settings.rules.kinds[0].edges.len(), 1);
        }
    }

    #[test]
    fn every_key_of_the_settings_is_there() {
        let schema: serde_json::Value = serde_json::from_str(&schema(&[])).unwrap();
        let text = uncommented(&starter(&Survey::default()));
        let keys =
            |at: &str| schema.pointer(at).unwrap().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        for at in [
            "/properties",
            "/definitions/Hide/properties",
            "/definitions/ApplicationRule/properties",
            "/definitions/Release/properties",
            "/definitions/ToolLimits/properties",
            "/definitions/Injection/properties",
            "/definitions/Rules/properties",
            "/definitions/Ignore/properties",
        ] {
            for key in keys(at) {
                assert!(text.contains(&format!("{key}:")), "{at}: {key}");
            }
        }
    }
}
