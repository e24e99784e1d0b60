//! Objects that apply others: those of the Flux controllers and of Argo CD.

use super::cluster::Cluster;
use crate::document::{Document, Identity, SourceFile, Value};
use crate::problem::{Code, Level, Problem};
use std::sync::Arc;

/// What kind of object applies others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A Kustomization of Flux.
    Kustomization,
    /// A HelmRelease of Flux.
    HelmRelease,
    /// A FluxInstance of the Flux operator.
    FluxInstance,
    /// A ResourceSet of the Flux operator.
    ResourceSet,
    /// An Application of Argo CD.
    Application,
    /// An ApplicationSet of Argo CD: it makes Applications.
    ApplicationSet,
}

impl Kind {
    /// Every kind, each with its API group.
    const ALL: [(Kind, &'static str, &'static str); 6] = [
        (Kind::Kustomization, "kustomize.toolkit.fluxcd.io", "Kustomization"),
        (Kind::HelmRelease, "helm.toolkit.fluxcd.io", "HelmRelease"),
        (Kind::FluxInstance, "fluxcd.controlplane.io", "FluxInstance"),
        (Kind::ResourceSet, "fluxcd.controlplane.io", "ResourceSet"),
        (Kind::Application, "argoproj.io", "Application"),
        (Kind::ApplicationSet, "argoproj.io", "ApplicationSet"),
    ];

    fn of(group: &str, kind: &str) -> Option<Kind> {
        Kind::ALL.iter().find(|(_, of, name)| *of == group && *name == kind).map(|(kind, ..)| *kind)
    }

    /// Its API group, and its name.
    pub fn names(self) -> (&'static str, &'static str) {
        let (_, group, name) = Kind::ALL.into_iter().find(|(kind, ..)| *kind == self).unwrap_or(Kind::ALL[0]);
        (group, name)
    }

    /// Whether it belongs to Argo CD.
    pub fn is_argo(self) -> bool {
        matches!(self, Kind::Application | Kind::ApplicationSet)
    }
}

/// An object that applies others, as it stands in its cluster: redacted, with what its own applier made of it.
#[derive(Clone, Debug)]
pub struct Applier {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its manifest, redacted: where a secret was stands [`crate::document::MARK`]. Tools are given it through `plain`.
    pub value: Value,
    /// The file or the built text that it stands in.
    pub file: Arc<SourceFile>,
    /// The cluster that it is applied to itself.
    pub cluster: Cluster,
}

/// What tells an applier from all others.
pub type ApplierKey = (Cluster, Kind, Arc<str>, Arc<str>);

impl Applier {
    /// The applier that a document of a cluster is, if it is one that has a name.
    pub fn of(document: &Document, cluster: &Cluster) -> Option<Applier> {
        let value = &document.value;
        let group = value.get("apiVersion")?.as_str()?.split_once('/')?.0;
        let kind = Kind::of(group, value.get("kind")?.as_str()?)?;
        Some(Applier {
            kind,
            namespace: namespace(document).into(),
            name: value.at("metadata.name")?.scalar_text()?.into(),
            value: value.clone(),
            file: Arc::clone(&document.file),
            cluster: cluster.clone(),
        })
    }

    /// What tells it from all others.
    pub fn key(&self) -> ApplierKey {
        (self.cluster.clone(), self.kind, Arc::clone(&self.namespace), Arc::clone(&self.name))
    }

    /// Its identity in the environment of its cluster.
    pub fn identity(&self, environment: &Arc<str>) -> Identity {
        let (group, kind) = self.kind.names();
        Identity {
            environment: Arc::clone(environment),
            group: group.into(),
            kind: kind.into(),
            namespace: Arc::clone(&self.namespace),
            name: Arc::clone(&self.name),
        }
    }

    /// What people are shown: ``Kustomization `flux-system/apps` ``.
    pub fn title(&self) -> String {
        format!("{} `{}/{}`", self.kind.names().1, self.namespace, self.name)
    }

    /// A field of its manifest, such as `spec.path`.
    pub fn at(&self, path: &str) -> Option<&Value> {
        self.value.at(path)
    }

    /// A text of its manifest that is not empty.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.at(path).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A problem at a field of it, else where it begins.
    pub fn problem(&self, level: Level, code: Code, at: &str, message: impl Into<String>) -> Problem {
        let line = self.at(at).unwrap_or(&self.value).line;
        Problem::new(level, code, message).at_place(self.file.place(line), 0)
    }

    /// Whether its controller leaves it alone for now: what it applied before stays.
    pub fn is_suspended(&self) -> bool {
        self.at("spec.suspend").and_then(Value::as_bool) == Some(true)
    }
}

/// The namespace that a document's object goes to, as far as this stage knows: what stands in it, else what its applier says.
pub fn namespace(document: &Document) -> String {
    let own = document.value.at("metadata.namespace").and_then(Value::scalar_text);
    let own = own.filter(|namespace| !namespace.is_empty());
    own.or_else(|| document.namespace.as_deref().map(str::to_owned)).unwrap_or_else(|| "default".to_owned())
}
