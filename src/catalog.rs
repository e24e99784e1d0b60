//! Stage 2: what podviz knows about kinds, as data. One file a kind in `src/catalog/kinds`, in the closed vocabulary
//! of [`vocabulary`]; dropping a file there is all that it takes to add a kind.

mod extend;
mod fault;
mod image;
mod path;
mod ports;
pub mod settings;
#[cfg(test)]
mod tests;
pub(crate) mod typed;
mod types;
mod versions;
pub mod vocabulary;

use crate::document::Identity;
use crate::names::plural;
use crate::problem::{Code, Level, Problem};
pub use fault::{Fault, closest};
pub use image::{ImageClass, ImagePart, InitTask, image_base_name};
pub use path::{FieldPath, Hit, Pattern, Step};
pub use ports::Ports;
use rust_embed::Embed;
pub use settings::Settings;
use std::collections::BTreeMap;
pub use types::{Types, Wanted, WrongType};
pub use versions::{Idle, Minor};
pub use vocabulary::{EdgeRule, Explanation, KindRule, Relation, Role, Scope, Selection};

/// The knowledge files that are part of the program.
#[derive(Embed)]
#[folder = "src/catalog/kinds/"]
struct Embedded;

/// The domain of a cluster where nobody says otherwise.
///
/// Source: kubernetes.io, "DNS for Services and Pods".
pub const CLUSTER_DOMAIN: &str = "cluster.local";

/// Everything podviz knows about kinds, looked up by group and kind.
#[derive(Debug, Default)]
pub struct Catalog {
    kinds: BTreeMap<(String, String), KindRule>,
    by_kind: BTreeMap<String, Vec<String>>,
    by_resource: BTreeMap<String, String>,
    replaced: BTreeMap<(String, String), String>,
    pod: Vec<EdgeRule>,
    container: Vec<EdgeRule>,
    any: Vec<EdgeRule>,
    pod_explanations: Vec<Explanation>,
    container_explanations: Vec<Explanation>,
    /// What the user decides.
    pub settings: Settings,
    /// What the names of Services end in, in lower case, without a dot at its end.
    pub cluster_domain: String,
    /// The version of Kubernetes that facts and advice are about.
    pub kubernetes: Minor,
    images: Vec<ImageClass>,
    ports: Ports,
    types: Types,
}

/// A knowledge file that could not be understood: a defect of the program or of a user's rules.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {fault}")]
pub struct CatalogError {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub fault: Fault,
}

impl CatalogError {
    /// A file that is not even YAML.
    fn unread(file: &str, reason: String) -> CatalogError {
        CatalogError { file: file.to_owned(), fault: Fault::new(reason) }
    }

    /// The same as a problem, with its place.
    pub fn problem(&self) -> Problem {
        let Fault { line, column, help, .. } = &self.fault;
        let problem = Problem::new(Level::Error, Code::InvalidSettings, self.fault.to_string());
        let problem = problem.at(&self.file, *line, *column);
        Problem { help: help.clone(), ..problem }
    }
}

impl Catalog {
    /// The catalog of the files that are part of the program.
    ///
    /// # Errors
    ///
    /// If one of them does not follow the vocabulary; a test proves that none does.
    pub fn embedded() -> Result<Catalog, CatalogError> {
        Catalog::with(&[])
    }

    /// The embedded catalog and more files, each a name and its text; a later file replaces an earlier one of the
    /// same kind.
    ///
    /// # Errors
    ///
    /// If a file does not follow the vocabulary.
    pub fn with(more: &[(&str, &str)]) -> Result<Catalog, CatalogError> {
        let mut names: Vec<_> = Embedded::iter().collect();
        names.sort();
        let mut catalog = Catalog {
            cluster_domain: CLUSTER_DOMAIN.to_owned(),
            images: image::embedded()?,
            ports: Ports::embedded()?,
            types: Types::embedded()?,
            ..Catalog::default()
        };
        for name in names {
            let data = Embedded::get(&name).map(|file| file.data.into_owned()).unwrap_or_default();
            catalog.add(&name, &data)?;
        }
        for (name, text) in more {
            catalog.add(name, text.as_bytes())?;
        }
        Ok(catalog)
    }

    /// The same catalog, for a version of Kubernetes.
    #[must_use]
    pub fn for_kubernetes(self, kubernetes: Minor) -> Catalog {
        Catalog { kubernetes, ..self }
    }

    /// The same catalog with what the user decides and knows, and with the domain that the names of Services end in.
    #[must_use]
    pub fn with_settings(mut self, mut settings: Settings, cluster_domain: &str) -> Catalog {
        let rules = std::mem::take(&mut settings.rules);
        self.learn(rules);
        Catalog { settings, cluster_domain: cluster_domain.to_owned(), ..self }
    }

    fn add(&mut self, file: &str, text: &[u8]) -> Result<(), CatalogError> {
        let value = crate::document::parse(text).map_err(|reason| CatalogError::unread(file, reason))?;
        let rule: KindRule =
            typed::read(&value).map_err(|fault| CatalogError { file: file.to_owned(), fault })?;
        match rule.kind.as_str() {
            "(pod)" => (self.pod, self.pod_explanations) = (rule.edges, rule.explain),
            "(container)" => {
                (self.container, self.container_explanations) = (rule.edges, rule.explain);
            }
            "(any)" => self.any = rule.edges,
            _ => self.add_kind(rule),
        }
        Ok(())
    }

    fn add_kind(&mut self, rule: KindRule) {
        for old in &rule.succeeds {
            let group = old.split_once('/').map_or("", |(group, _)| group);
            self.replaced.insert((group.to_owned(), rule.kind.clone()), rule.group.clone());
        }
        self.by_resource.insert(plural(&rule.kind).to_lowercase(), rule.kind.clone());
        let groups = self.by_kind.entry(rule.kind.clone()).or_default();
        groups.push(rule.group.clone());
        groups.sort_by_key(|group| (!is_built_in(group), group.clone()));
        groups.dedup();
        self.kinds.insert((rule.group.clone(), rule.kind.clone()), rule);
    }

    /// What is known of a kind.
    pub fn kind(&self, group: &str, kind: &str) -> Option<&KindRule> {
        self.kinds.get(&(group.to_owned(), kind.to_owned()))
    }

    /// Every kind that is known, sorted by group and kind.
    pub fn kinds(&self) -> impl Iterator<Item = &KindRule> {
        self.kinds.values()
    }

    /// The group that a kind of an old group is read as: `extensions` Deployments are `apps` Deployments.
    pub fn successor<'a>(&'a self, group: &'a str, kind: &str) -> &'a str {
        self.replaced.get(&(group.to_owned(), kind.to_owned())).map_or(group, String::as_str)
    }

    /// The group of a kind that a reference names without one: a built-in group before any other.
    pub fn group_of(&self, kind: &str) -> &str {
        self.by_kind.get(kind).and_then(|groups| groups.first()).map_or("", String::as_str)
    }

    /// The kind of a resource by its name in URLs and rules: `services` is the kind `Service`.
    pub fn kind_of_resource(&self, resource: &str) -> Option<&str> {
        self.by_resource.get(resource).map(String::as_str)
    }

    /// Whether a kind's name alone says which kind is meant, so that `Kind` needs no group behind it.
    pub fn owns_name(&self, group: &str, kind: &str) -> bool {
        self.by_kind.get(kind).and_then(|groups| groups.first()).is_some_and(|first| first == group)
    }

    /// Whether a kind outside of Kubernetes' own groups bears the name of one inside, so that it needs its group behind
    /// it.
    pub fn borrows_name(&self, group: &str, kind: &str) -> bool {
        let groups = self.by_kind.get(kind).map(Vec::as_slice).unwrap_or_default();
        !is_built_in(group) && groups.iter().any(|group| is_built_in(group))
    }

    /// Whether objects of a kind stand in a namespace, as far as the catalog knows.
    pub fn scope(&self, group: &str, kind: &str) -> Option<Scope> {
        self.kind(group, kind).map(|rule| rule.scope)
    }

    /// Whether clusters bring along the object of this name.
    pub fn is_brought_along(&self, identity: &Identity) -> bool {
        let rule = self.kind(&identity.group, &identity.kind);
        rule.is_some_and(|rule| rule.ambient.has(&identity.namespace, &identity.name))
    }

    /// The part that a kind plays.
    pub fn role(&self, group: &str, kind: &str) -> Role {
        self.kind(group, kind).map_or(Role::Other, |rule| rule.role)
    }

    /// The references of every pod, relative to its spec.
    pub fn pod_edges(&self) -> &[EdgeRule] {
        &self.pod
    }

    /// The references of every container, relative to the container.
    pub fn container_edges(&self) -> &[EdgeRule] {
        &self.container
    }

    /// What the fields of every pod's spec mean, relative to it.
    pub fn pod_explanations(&self) -> &[Explanation] {
        &self.pod_explanations
    }

    /// What the fields of every container mean, relative to it.
    pub fn container_explanations(&self) -> &[Explanation] {
        &self.container_explanations
    }

    /// What an image, as written in a manifest, is known to do; `None` for one that no class knows.
    pub fn image(&self, image: &str) -> Option<&ImageClass> {
        image::class_of(&self.images, image)
    }

    /// What Kubernetes takes in the fields of its own kinds.
    pub fn types(&self) -> &Types {
        &self.types
    }

    /// The ports that programs and URLs use where nobody says otherwise.
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The references that an object of any kind may have.
    pub fn any_edges(&self) -> &[EdgeRule] {
        &self.any
    }
}

/// Whether a group is part of Kubernetes itself.
pub fn is_built_in(group: &str) -> bool {
    !group.contains('.')
        || (group.ends_with(".k8s.io") && !group.starts_with("gateway.") && !group.contains(".x-"))
}
