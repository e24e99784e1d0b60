//! The sources of Flux: which repository an object reads, and whether it is the one that podviz reads.

use super::super::applier::Applier;
use super::super::cluster::Cluster;
use super::super::repository::Whose;
use super::super::world::World;
use crate::document::{Document, Value};
use crate::problem::{Code, Level, Problem};

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
