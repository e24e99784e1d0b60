//! Stage 2: what podviz knows about kinds, as data. One file a kind in `src/catalog/kinds`, in the closed vocabulary
//! of [`vocabulary`]; dropping a file there is all that it takes to add a kind.

mod extend;
mod fault;
mod image;
mod known;
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
use crate::document::compiled::compiled;
use crate::names::plural;
use crate::problem::{Code, Level, Problem};
pub use fault::{Fault, closest};
use image::Images;
pub use image::{ImageClass, ImagePart, InitTask, image_base_name};
use known::{KINDS, Known};
pub use path::{FieldPath, Hit, Pattern, Step};
pub use ports::Ports;
pub use settings::Settings;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;
pub use types::{Types, Wanted, WrongType};
pub use versions::{Idle, Minor};
pub use vocabulary::{EdgeRule, Explanation, KindRule, Relation, Role, Scope, Selection};

/// The domain of a cluster where nobody says otherwise.
///
/// Source: kubernetes.io, "DNS for Services and Pods".
pub const CLUSTER_DOMAIN: &str = "cluster.local";

/// Everything podviz knows about kinds, looked up by group and kind.
#[derive(Debug, Default)]
pub struct Catalog {
    /// By kind; of each, those of built-in groups first.
    kinds: BTreeMap<Cow<'static, str>, Vec<Known>>,
    /// The kinds by the names of their resources, in lower case; made when it is first asked for.
    by_resource: OnceLock<BTreeMap<String, String>>,
    /// Old groups of a kind, each with the group of today.
    replaced: BTreeMap<Cow<'static, str>, Vec<(String, String)>>,
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
    images: Images,
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
    pub fn embedded() -> Catalog {
        let mut catalog = Catalog {
            cluster_domain: CLUSTER_DOMAIN.to_owned(),
            images: image::embedded(),
            ports: compiled!("catalog/ports.json"),
            types: compiled!("catalog/types.json"),
            ..Catalog::default()
        };
        for compiled in KINDS {
            if compiled.is_pseudo() {
                catalog.add(compiled.read());
            } else {
                catalog.add_known(Known::compiled(compiled), compiled.succeeds.iter().copied());
            }
        }
        catalog
    }

    /// The embedded catalog and more files, each a name and its text; a later file replaces an earlier one of the
    /// same kind.
    ///
    /// # Errors
    ///
    /// If a file does not follow the vocabulary.
    pub fn with(more: &[(&str, &str)]) -> Result<Catalog, CatalogError> {
        let mut catalog = Catalog::embedded();
        for (name, text) in more {
            let value = crate::document::parse(text.as_bytes());
            let value = value.map_err(|reason| CatalogError::unread(name, reason))?;
            let rule = typed::read(&value);
            catalog.add(rule.map_err(|fault| CatalogError { file: (*name).to_owned(), fault })?);
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

    fn add(&mut self, rule: KindRule) {
        match rule.kind.as_str() {
            "(pod)" => (self.pod, self.pod_explanations) = (rule.edges, rule.explain),
            "(container)" => {
                (self.container, self.container_explanations) = (rule.edges, rule.explain);
            }
            "(any)" => self.any = rule.edges,
            _ => self.add_kind(rule),
        }
    }

    fn add_kind(&mut self, rule: KindRule) {
        let succeeds = rule.succeeds.clone();
        self.add_known(Known::of(rule), succeeds.iter().map(String::as_str));
    }

    fn add_known<'s>(&mut self, known: Known, succeeds: impl Iterator<Item = &'s str>) {
        for old in succeeds {
            let group = old.split_once('/').map_or("", |(group, _)| group);
            let replaced = self.replaced.entry(known.kind.clone()).or_default();
            replaced.retain(|(old, _)| old != group);
            replaced.push((group.to_owned(), known.group.clone().into_owned()));
        }
        self.by_resource.take();
        let known_of_kind = self.kinds.entry(known.kind.clone()).or_default();
        known_of_kind.retain(|other| other.group != known.group);
        known_of_kind.push(known);
        known_of_kind
            .sort_by(|a, b| (!is_built_in(&a.group), &a.group).cmp(&(!is_built_in(&b.group), &b.group)));
    }

    /// Takes out what is known of a kind.
    fn forget(&mut self, group: &str, kind: &str) -> Option<KindRule> {
        let known = self.kinds.get_mut(kind)?;
        let at = known.iter().position(|known| known.group == group)?;
        Some(known.remove(at).into_rule())
    }

    /// What is known of the kinds of a name, those of built-in groups first.
    fn of_name(&self, kind: &str) -> &[Known] {
        self.kinds.get(kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is known of a kind.
    pub fn kind(&self, group: &str, kind: &str) -> Option<&KindRule> {
        self.of_name(kind).iter().find(|known| known.group == group).map(Known::rule)
    }

    /// Every kind that is known, sorted by group and kind.
    pub fn kinds(&self) -> impl Iterator<Item = &KindRule> {
        self.sorted().into_iter().map(Known::rule)
    }

    /// The group and the name of every kind that is known, sorted.
    pub fn kind_names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sorted().into_iter().map(|known| (&*known.group, &*known.kind))
    }

    fn sorted(&self) -> Vec<&Known> {
        let mut all: Vec<&Known> = self.kinds.values().flatten().collect();
        all.sort_by(|a, b| (&a.group, &a.kind).cmp(&(&b.group, &b.kind)));
        all
    }

    /// The group that a kind of an old group is read as: `extensions` Deployments are `apps` Deployments.
    pub fn successor<'a>(&'a self, group: &'a str, kind: &str) -> &'a str {
        let replaced = self.replaced.get(kind).map(Vec::as_slice).unwrap_or_default();
        replaced.iter().find(|(old, _)| old == group).map_or(group, |(_, new)| new)
    }

    /// The group of a kind that a reference names without one: a built-in group before any other.
    pub fn group_of(&self, kind: &str) -> &str {
        self.of_name(kind).first().map_or("", |known| &known.group)
    }

    /// The kind of a resource by its name in URLs and rules: `services` is the kind `Service`.
    pub fn kind_of_resource(&self, resource: &str) -> Option<&str> {
        let all = self.by_resource.get_or_init(|| {
            let names = self.kinds.keys().map(|kind| (plural(kind).to_lowercase(), kind.to_string()));
            names.collect()
        });
        all.get(resource).map(String::as_str)
    }

    /// Whether a kind's name alone says which kind is meant, so that `Kind` needs no group behind it.
    pub fn owns_name(&self, group: &str, kind: &str) -> bool {
        self.of_name(kind).first().is_some_and(|known| known.group == group)
    }

    /// Whether a kind outside of Kubernetes' own groups bears the name of one inside, so that it needs its group behind
    /// it.
    pub fn borrows_name(&self, group: &str, kind: &str) -> bool {
        !is_built_in(group) && self.of_name(kind).iter().any(|known| is_built_in(&known.group))
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
        self.images.class_of(image)
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
