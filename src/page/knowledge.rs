//! All that a page may draw on, and the links between pages.

use super::places::Places;
use super::prose::{code, muted, text};
use super::{Inline, Link, Prose, Source, Target};
use crate::catalog::{Catalog, FieldPath, KindRule};
use crate::document::Identity;
use crate::facts::{Facts, PodFacts};
use crate::model::{Object, Subject};
use crate::names::PagePath;
use crate::topology::{Edge, Node, NodeIndex, Pod, State, Topology};
use std::sync::Arc;

/// All that a page may draw on.
pub struct Knowledge<'a> {
    /// Objects and what they refer to.
    pub topology: &'a Topology,
    /// The same without what is hidden: what diagrams show.
    pub drawn: &'a Topology,
    /// What is true of pods.
    pub facts: &'a Facts,
    /// What is known of kinds.
    pub catalog: &'a Catalog,
    /// Where pages are.
    pub places: &'a Places,
    /// Whether pages show pictures.
    pub draws: bool,
}

impl<'a> Knowledge<'a> {
    /// The node at an index.
    pub fn node(&self, index: NodeIndex) -> &'a Node {
        &self.topology.nodes[index]
    }

    /// Whether an object belongs to no namespace, and runs nothing.
    pub fn is_cluster_wide(&self, index: NodeIndex) -> bool {
        let node = self.node(index);
        node.identity.namespace.is_empty() && node.pod.is_none()
    }

    /// How podviz knows of a node, if there is one.
    pub fn node_state(&self, index: Option<NodeIndex>) -> Option<State> {
        index.map(|index| self.node(index).state)
    }

    /// What is known of a node's kind.
    pub fn rule(&self, node: &Node) -> Option<&'a KindRule> {
        self.catalog.kind(&node.identity.group, &node.identity.kind)
    }

    /// The pod of a workload with what is true of it.
    pub fn pod(&self, index: NodeIndex) -> Option<(&'a Pod, &'a PodFacts)> {
        Some((self.node(index).pod.as_deref()?, self.facts.of(index)?))
    }

    /// Where a subject's page is, if it has one.
    pub fn page(&self, subject: &Subject) -> Option<&'a PagePath> {
        self.places.subjects.get(subject)
    }

    /// Where the overview of an environment is.
    pub fn home(&self, environment: &str) -> PagePath {
        self.places.environments.get(environment).cloned().unwrap_or_default()
    }

    /// Whether there are several environments, so that each has to be named.
    pub fn has_several(&self) -> bool {
        self.topology.environments.len() > 1
    }

    /// The link to the overview of an environment, which stands above all of its other pages.
    pub fn above(&self, environment: &str) -> Link {
        let text =
            if self.has_several() { format!("Environment {environment}") } else { "Cluster".to_owned() };
        Link { text, code: false, to: Target { page: self.home(environment), anchor: String::new() } }
    }

    /// The name of a subject in a code span, linked if it has a page.
    pub fn link(&self, subject: &Subject, name: &str) -> Inline {
        self.link_at(subject, name, "")
    }

    /// The same, to an anchor of the page.
    pub fn link_at(&self, subject: &Subject, name: &str, anchor: &str) -> Inline {
        match self.page(subject) {
            Some(page) => {
                let to = Target { page: page.clone(), anchor: anchor.to_owned() };
                Inline::Link(Link { text: name.to_owned(), code: true, to })
            }
            None => code(name),
        }
    }

    /// Words that lead to an anchor of a subject's page, if it has one.
    pub fn words_at(&self, subject: &Subject, words: &str, anchor: &str) -> Inline {
        match self.page(subject) {
            Some(page) => {
                let to = Target { page: page.clone(), anchor: anchor.to_owned() };
                Inline::Link(Link { text: words.to_owned(), code: false, to })
            }
            None => text(words),
        }
    }

    /// `Kind name` with the name linked; the namespace is named where it is another than `near`'s. What is not in
    /// the input says so.
    pub fn mention(&self, index: NodeIndex, near: &Identity) -> Prose {
        let node = self.node(index);
        let identity = &node.identity;
        let mut prose = Prose::new();
        if &*identity.kind != crate::topology::HOST {
            prose.push(text(format!("{} ", identity.kind)));
        }
        prose.push(self.name(index));
        if !identity.namespace.is_empty() && identity.namespace != near.namespace {
            prose.extend([text(" in namespace "), self.namespace(identity)]);
        }
        if node.state == State::Missing {
            match self.topology.elsewhere(index) {
                Some(environment) => {
                    prose.extend([text(" (not here, but in environment "), code(environment), text(")")]);
                }
                None => prose.push(text(" (not in these manifests)")),
            }
        } else if let Some(maker) = self.made_by(index) {
            prose.push(text(" ("));
            prose.extend(maker);
            prose.push(text(")"));
        }
        prose
    }

    /// How several objects are called where no namespace is near: with it where two could be meant.
    pub fn mentions(&self, indexes: &[NodeIndex]) -> Vec<Prose> {
        let called = |index: NodeIndex| (&self.node(index).identity.kind, &self.node(index).identity.name);
        let mention = |&index: &NodeIndex| {
            let own = &self.node(index).identity;
            let alike = indexes.iter().filter(|&&other| called(other) == called(index)).count();
            let near = match alike {
                1 => own.clone(),
                _ => Identity { namespace: "".into(), ..own.clone() },
            };
            self.mention(index, &near)
        };
        indexes.iter().map(mention).collect()
    }

    /// `made by Kind name`, for what an object of the input produces.
    pub fn made_by(&self, index: NodeIndex) -> Option<Prose> {
        let maker = self.node(index).maker.as_ref()?;
        let link = self.link(&Subject::Object(maker.clone()), &maker.name);
        Some(vec![text(format!("made by {} ", maker.kind)), link])
    }

    /// The name of a node in a code span, linked if it has a page.
    pub fn name(&self, index: NodeIndex) -> Inline {
        let identity = &self.node(index).identity;
        self.link(&Subject::Object(identity.clone()), &identity.name)
    }

    /// Other words for a node, linked to its page.
    pub fn linked(&self, index: NodeIndex, words: &str) -> Inline {
        match self.page(&Subject::Object(self.node(index).identity.clone())) {
            Some(page) => {
                let to = Target { page: page.clone(), anchor: String::new() };
                Inline::Link(Link { text: words.to_owned(), code: false, to })
            }
            None => text(words),
        }
    }

    /// The name of an identity's namespace, linked.
    pub fn namespace(&self, identity: &Identity) -> Inline {
        let subject = Subject::Namespace(Arc::clone(&identity.environment), Arc::clone(&identity.namespace));
        self.link(&subject, &identity.namespace)
    }

    /// The name of a container, linked.
    pub fn container(&self, workload: NodeIndex, container: usize) -> Inline {
        let node = self.node(workload);
        let key =
            node.pod.as_ref().and_then(|pod| pod.containers.get(container)).map(|one| Arc::clone(&one.key));
        let key = key.unwrap_or_default();
        self.link(&Subject::Container(node.identity.clone(), Arc::clone(&key)), &key)
    }

    /// Where an object says something: the line of a field.
    pub fn source(&self, object: &Object, field: &FieldPath) -> Inline {
        self.place(object, field.line(&object.value))
    }

    /// A line of an object's file, as a reference.
    pub fn source_of_line(&self, object: &Object, line: u32) -> Inline {
        self.place(object, line)
    }

    /// A line of an object's file.
    pub fn line(&self, object: &Object, line: u32) -> Source {
        let (file, shown) = object.place(line);
        // A file that may not be shown, such as a template, is replaced by what was built out of it.
        let (page, anchor) = match self.places.files.get(file) {
            Some(page) => (page.clone(), shown),
            None => (self.places.files.get(&object.file.path).cloned().unwrap_or_default(), line),
        };
        Source { to: Target { page, anchor: format!("L{anchor}") }, file: file.to_owned(), line: shown }
    }

    /// Where an edge is declared.
    pub fn because(&self, edge: &Edge) -> Option<Inline> {
        let object = self.node(edge.declared_by).object.as_ref()?;
        Some(self.place(object, edge.line))
    }

    /// A line of an object's file, linked if the file has a page: one that holds nothing but hidden objects has none.
    fn place(&self, object: &Object, line: u32) -> Inline {
        let Source { file, line: shown, .. } = self.line(object, line);
        let has_page = |file: &str| self.places.files.contains_key(file);
        if has_page(&file) || has_page(&object.file.path) {
            Inline::Source(self.line(object, line))
        } else {
            muted(format!("{file}:{shown}"))
        }
    }
}
