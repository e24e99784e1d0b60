//! What users decide in `podviz.yaml`.

mod check;
mod schema;
mod starter;
mod wildcard;

use super::{Catalog, CatalogError, Fault, ImageClass, KindRule, typed};
use crate::document::{Identity, Value};
use crate::problem::Level;
use crate::source::{ClusterName, Release, ToolLimits};
pub use schema::{SCHEMA_URL, schema};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
pub use starter::starter;
use std::collections::BTreeMap;
use std::path::PathBuf;
pub use wildcard::Wildcard;

/// What users decide in `podviz.yaml`. Every key may be left out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "podviz.yaml")]
pub struct Settings {
    /// What the site is called; the name of the input if absent.
    #[serde(default)]
    pub title: Option<String>,
    /// What the site is about, in Markdown: the first words of the first page. The first paragraph of `README.md` in the
    /// folder that is read if absent.
    #[serde(default)]
    pub description: Option<String>,
    /// The environment that the first page shows, by its name; the one that runs the most if absent.
    #[serde(default)]
    pub environment: Option<String>,
    /// Where the manifests can be read on the web, so that pages link to them, such as
    /// `https://example.org/shop/blob/main/k8s`. `--repo-url` comes first. Sources of Flux and Argo CD that name the same
    /// repository are this one.
    #[serde(default)]
    pub repository: Option<String>,
    /// How many megabytes the site may have; 20, and 200 bytes for each byte of the manifests, if absent. Pages are
    /// shortened until it fits, and say so. `--size` comes first.
    #[serde(default)]
    pub size: Option<u64>,
    /// What pages and diagrams leave out. They say how much that is, and the graph still lists it.
    #[serde(default)]
    pub hide: Hide,
    /// Objects that belong together, if their labels do not say so. The first application that names an object counts.
    #[serde(default)]
    pub applications: Vec<ApplicationRule>,
    /// Calls of workloads that no manifest shows, such as those whose address stands in the program.
    #[serde(default)]
    pub calls: Vec<DeclaredCall>,
    /// Releases of Helm charts, each an environment.
    #[serde(default)]
    pub releases: Vec<Release>,
    /// The names of the environments that are clusters of Flux and Argo CD.
    #[serde(default)]
    pub environments: Vec<ClusterName>,
    /// What `kustomize`, `kubectl` and `helm` may take for all charts and kustomizations together. Options of the command
    /// line come first.
    #[serde(default)]
    pub tools: ToolLimits,
    /// Markdown files with marked regions, which `podviz inject` rewrites.
    #[serde(default)]
    pub inject: Vec<Injection>,
    /// What podviz is to know of kinds and images, beside what it knows already.
    #[serde(default)]
    pub rules: Rules,
    /// How bad the findings of a rule are, by its code: `off`, `note`, `warning` or `error`.
    #[serde(default)]
    pub advice: BTreeMap<String, Weight>,
    /// What is not reported of some objects.
    #[serde(default)]
    pub ignore: Vec<Ignore>,
}

/// What pages and diagrams leave out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hide {
    /// Objects of these kinds: `Lease`, or `Kind.group` such as `Certificate.cert-manager.io`.
    #[serde(default)]
    pub kinds: Vec<Wildcard>,
    /// Everything in these namespaces, and the namespaces themselves.
    #[serde(default)]
    pub namespaces: Vec<Wildcard>,
}

/// An application: objects that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationRule {
    /// Its short name.
    pub name: String,
    /// What pages call it; its name if absent.
    #[serde(default)]
    pub title: Option<String>,
    /// Its objects as podviz writes them, such as `Deployment shop/web`.
    pub objects: Vec<Wildcard>,
}

/// A call that no manifest shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredCall {
    /// Who calls: workloads as podviz writes them, such as `Deployment shop/web`.
    pub from: Wildcard,
    /// Whom: a Service as podviz writes it, such as `Service shop/db`, or a host, such as `api.example.com`.
    pub to: String,
    /// The port; the only one of the Service if absent.
    #[serde(default)]
    pub port: Option<u16>,
}

/// Markdown files with marked regions, and what these show.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Injection {
    /// The files, relative to the settings file: paths, or patterns such as `docs/**/*.md`. Of what a pattern matches, files
    /// without a region are passed over.
    pub files: Vec<String>,
    /// The manifests that they are about, relative to the settings file.
    pub from: Vec<PathBuf>,
    /// Which Markdown they are; GitHub's if absent.
    #[serde(default)]
    pub flavor: Option<String>,
}

/// What podviz is to know beside what it knows already.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Kinds, each new or one that podviz knows: then its edges and explanations are added, and its other keys replace
    /// those of podviz.
    #[serde(default)]
    pub kinds: Vec<KindRule>,
    /// Classes of images, which come before those of podviz. The first that matches counts.
    #[serde(default)]
    pub images: Vec<ImageClass>,
    /// The keys that each of `kinds` was written with.
    #[serde(skip)]
    pub(super) written: Vec<Vec<String>>,
}

/// How bad the findings of a rule are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "Word")]
pub enum Weight {
    /// They are ignored.
    Off,
    /// All of them are of this level.
    At(Level),
}

/// How bad the findings of a rule are.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "the words of the schema; Weight is what they are read as")]
enum Word {
    /// They are ignored.
    Off,
    /// They are worth knowing.
    Note,
    /// They will hurt.
    Warning,
    /// They never work.
    Error,
}

/// What is not reported of some objects.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ignore {
    /// The codes; all where there are none.
    #[serde(default)]
    pub codes: Vec<String>,
    /// The objects as podviz writes them, such as `Deployment shop/web`.
    pub objects: Vec<Wildcard>,
    /// Why, so that the next reader knows.
    pub because: String,
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Weight, D::Error> {
        // YAML reads a bare `off` as false.
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Bool(false) => Ok(Weight::Off),
            serde_json::Value::String(word) => match word.as_str() {
                "off" => Ok(Weight::Off),
                "note" => Ok(Weight::At(Level::Note)),
                "warning" => Ok(Weight::At(Level::Warning)),
                "error" => Ok(Weight::At(Level::Error)),
                _ => Err(serde::de::Error::unknown_variant(&word, &["off", "note", "warning", "error"])),
            },
            _ => Err(serde::de::Error::custom("write `off`, `note`, `warning` or `error`")),
        }
    }
}

impl Settings {
    /// Reads what stands in `file`. A rule's code must be one of `codes`, and its kinds must be known to it or to the
    /// `catalog`.
    ///
    /// # Errors
    ///
    /// If a key is unknown, a value is not what its key wants, there is no rule of some code, or a path leads out of the
    /// folder of the file.
    pub fn read(
        file: &str,
        value: &Value,
        codes: &[&str],
        catalog: &Catalog,
    ) -> Result<Settings, CatalogError> {
        let refuse = |fault: Fault| CatalogError { file: file.to_owned(), fault };
        let mut settings: Settings = typed::read(value).map_err(refuse)?;
        let keys = |rule: &Value| rule.entries().iter().map(|entry| entry.key.to_string()).collect();
        settings.rules.written =
            value.at("rules.kinds").map(Value::items).unwrap_or_default().iter().map(keys).collect();
        settings.resolve_groups(catalog);
        check::check(&settings, value, codes, catalog).map_err(refuse)?;
        Ok(settings)
    }

    /// The first rule that puts an object into an application.
    pub fn application_of(&self, identity: &Identity) -> Option<&ApplicationRule> {
        if self.applications.is_empty() {
            return None;
        }
        let title = identity.title();
        let holds = |rule: &&ApplicationRule| rule.objects.iter().any(|pattern| pattern.is_like(&title));
        self.applications.iter().find(holds)
    }

    /// Whether the findings of a rule are not to be reported of an object.
    pub fn ignores(&self, code: &str, identity: &Identity) -> bool {
        let title = identity.title();
        self.advice.get(code) == Some(&Weight::Off)
            || self.ignore.iter().any(|ignore| {
                (ignore.codes.is_empty() || ignore.codes.iter().any(|one| one == code))
                    && ignore.objects.iter().any(|pattern| pattern.is_like(&title))
            })
    }

    /// A kind that podviz knows may leave its group out.
    fn resolve_groups(&mut self, catalog: &Catalog) {
        for (rule, written) in self.rules.kinds.iter_mut().zip(&self.rules.written) {
            if !written.iter().any(|key| key == "group") {
                rule.group = catalog.group_of(&rule.kind).to_owned();
            }
        }
    }
}

impl Hide {
    /// Whether pages and diagrams leave an object out.
    pub fn hides(&self, identity: &Identity) -> bool {
        let Identity { group, kind, namespace, name, .. } = identity;
        let of_kind =
            |pattern: &Wildcard| pattern.is_like(kind) || pattern.is_like(&format!("{kind}.{group}"));
        let is_namespace = &**kind == "Namespace" && group.is_empty();
        let place = if is_namespace { name } else { namespace };
        self.kinds.iter().any(of_kind)
            || (!place.is_empty() && self.namespaces.iter().any(|pattern| pattern.is_like(place)))
    }

    /// Whether there is nothing to leave out.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.namespaces.is_empty()
    }
}

#[cfg(test)]
mod tests;
