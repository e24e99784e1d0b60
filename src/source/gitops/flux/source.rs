//! The sources of Flux: which repository an object reads, and whether it is the one that podviz reads.

use super::super::applier::{Applier, namespace};
use super::super::cluster::Cluster;
use super::super::repository::Whose;
use super::super::world::{World, id};
use crate::document::{Document, Value};
use crate::problem::{Code, Level, Problem};
use std::sync::Arc;

/// The API group of sources.
pub const GROUP: &str = "source.toolkit.fluxcd.io";

/// Where an object has its files from.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// The kind of the source.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The source itself, if it is in the input.
    pub object: Option<&'a Document>,
}

impl<'a> Source<'a> {
    /// What a reference at a path of an applier names, such as `spec.sourceRef`.
    pub fn of(applier: &Applier, at: &str, world: &'a World) -> Option<Source<'a>> {
        Source::named(applier.at(at)?, &applier.namespace, &applier.cluster, world)
    }

    /// What a reference names in an object of a namespace.
    pub fn named(reference: &Value, space: &str, cluster: &Cluster, world: &'a World) -> Option<Source<'a>> {
        let text =
            |key: &str| reference.get(key).and_then(Value::scalar_text).filter(|text| !text.is_empty());
        let kind = text("kind").unwrap_or_else(|| "GitRepository".to_owned());
        let namespace = text("namespace").unwrap_or_else(|| space.to_owned());
        let name = text("name")?;
        Some(Source::called(cluster, &kind, &namespace, &name, world))
    }

    /// The source of a kind and a name.
    pub fn called(
        cluster: &Cluster,
        kind: &str,
        namespace: &str,
        name: &str,
        world: &'a World,
    ) -> Source<'a> {
        let object = world.object(cluster, GROUP, kind, namespace, name);
        Source { kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned(), object }
    }

    /// A text of the source.
    pub fn text(&self, path: &str) -> Option<&'a str> {
        self.object?.value.at(path)?.as_str().filter(|text| !text.is_empty())
    }

    /// Its address.
    pub fn address(&self) -> Option<&'a str> {
        self.text("spec.url").or_else(|| self.text("spec.endpoint"))
    }

    /// Whose it is.
    pub fn whose(&self, world: &World) -> Whose {
        let Some(address) = self.address() else { return Whose::Unknown };
        match self.kind.as_str() {
            "GitRepository" => world.repository.whose(address),
            _ => world.repository.whose_artifact(address),
        }
    }

    /// What people are told it is: its address, else its name.
    pub fn title(&self) -> String {
        match self.address() {
            Some(address) => format!("`{address}`"),
            None => format!("{} `{}/{}`", self.kind, self.namespace, self.name),
        }
    }

    /// Whether it reads a revision of its own of this repository, while something else of the input reads, or may read, the one
    /// that is checked out: where nothing does, all of them follow a branch that is not checked out here.
    pub fn is_of_its_own(&self, world: &World) -> bool {
        let reads_other = |document: &Document| {
            let Some((group, kind, name)) = id(document) else { return false };
            let source = |kind: &str, name: String, object| Source {
                kind: kind.to_owned(),
                namespace: namespace(document),
                name,
                object,
            };
            if (&*group, &*kind) == (GROUP, "GitRepository") {
                let other = source("GitRepository", name, Some(document));
                return other.whose(world) == Whose::This && other.other_revision(world).is_none();
            }
            let reference = document.value.at("spec.sourceRef").filter(|_| kind == "Kustomization");
            let text = |key: &str| reference.and_then(|reference| reference.get(key)?.scalar_text());
            let is_here = |other: &Arc<Document>| {
                id(other).is_some_and(|(group, kind, name)| {
                    (&*group, Some(kind), Some(name)) == (GROUP, text("kind"), text("name"))
                })
            };
            text("kind").as_deref() == Some("GitRepository") && !world.files.iter().any(is_here)
        };
        self.other_revision(world).is_some() && world.files.iter().any(|document| reads_other(document))
    }

    /// A note if it reads another revision than the one that is checked out.
    pub fn other_revision(&self, world: &World) -> Option<Problem> {
        let document = self.object.filter(|_| self.kind == "GitRepository")?;
        // The order in which the controller looks at them.
        let (what, revision) = ["commit", "name", "semver", "tag", "branch"]
            .into_iter()
            .find_map(|what| Some((what, self.text(&format!("spec.ref.{what}"))?)))?;
        if matches!(what, "branch" | "name") && world.repository.is_current(revision)
            || !world.repository.has_branch()
        {
            return None;
        }
        let message = format!(
            "GitRepository `{}/{}` reads {what} `{revision}`; podviz shows what is checked out",
            self.namespace, self.name
        );
        let problem = Problem::new(Level::Note, Code::OtherRevision, message);
        Some(problem.at_place(document.file.place(document.first_line), 0))
    }
}
