//! What `podviz explain` prints: the facts, or a page, of one subject or of everything.

use super::{Study, Subject};
use crate::escape::visible_json;
use crate::facts::Fact;
use crate::output::{Flavour, Options, render, terminal};
use crate::page::{Page, Site, heads_of, pages_of};
use crate::problem::Problems;
use crate::request::{Error, ExplainFormat, Product};
use crate::topology::NodeIndex;
use crate::topology::subject::Found;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Study {
    /// Explains one subject; without one the only pod, or else each pod in a sentence.
    pub(super) fn explain(&self, focus: Option<&Subject>, format: ExplainFormat) -> Result<Product, Error> {
        let focus = self.found(focus)?;
        if format == ExplainFormat::Json {
            return Ok(Product::Pieces(self.facts_of(focus.as_ref())));
        }
        let workloads: Vec<Found> =
            self.topology.workloads().map(|(index, ..)| Found::Object(index)).collect();
        let found = match (focus, &workloads[..]) {
            (Some(found), _) => vec![found],
            (None, []) => self.topology.present().map(|(index, _)| Found::Object(index)).collect(),
            (None, _) => workloads,
        };
        let pages = match (format, &found[..]) {
            (ExplainFormat::Text { .. }, [_, _, ..]) => {
                let index = |found: &Found| match found {
                    Found::Object(index) => Some(*index),
                    _ => None,
                };
                let found: Vec<NodeIndex> = found.iter().filter_map(index).collect();
                heads_of(&found, &self.topology, &self.facts, &self.catalog)
            }
            _ => pages_of(&found, &self.topology, &self.facts, &self.catalog),
        };
        match (format, &pages[..]) {
            (_, []) => Err(Error::NothingToDocument),
            (ExplainFormat::Markdown, _) => self.markdown(pages),
            (ExplainFormat::Text { width }, [page]) => Ok(Product::Styled(terminal::page(page, width))),
            (ExplainFormat::Text { width }, pages) => Ok(Product::Styled(terminal::index(pages, width))),
            (ExplainFormat::Json, _) => Ok(Product::Pieces(Vec::new())),
        }
    }

    /// The facts as a list in JSON. Each becomes text as soon as it is told, since the text is the smallest form of it.
    fn facts_of(&self, focus: Option<&Found>) -> Vec<String> {
        let mut told: Vec<(Arc<str>, &'static str, Box<str>)> = Vec::new();
        self.facts.tell(&self.topology, &self.catalog, &mut |fact| {
            if focus.is_some_and(|focus| !self.is_about(&fact, focus)) {
                return;
            }
            // What is told of one subject is mostly told in a row.
            let known = told.last().map(|(subject, ..)| subject).filter(|subject| ***subject == fact.subject);
            let subject = known.map_or_else(|| fact.subject.as_str().into(), Arc::clone);
            let name = fact.fact;
            let json = serde_json::to_value(fact).map(visible_json).unwrap_or_default();
            let text = format!("{json:#}").replace('\n', "\n  ");
            told.push((subject, name, text.into_boxed_str()));
        });
        told.sort_by(|(a, fact, _), (b, other, _)| (a, fact).cmp(&(b, other)));
        let mut pieces = Vec::with_capacity(2 * told.len() + 2);
        for (_, _, text) in told {
            pieces.push(String::from(if pieces.is_empty() { "[\n  " } else { ",\n  " }));
            pieces.push(text.into_string());
        }
        pieces.push(String::from(if pieces.is_empty() { "[]\n" } else { "\n]\n" }));
        pieces
    }

    /// Whether a fact is about a subject. What is true of a pod's containers is true of the pod.
    fn is_about(&self, fact: &Fact, focus: &Found) -> bool {
        match focus {
            Found::Namespace(environment, namespace) => {
                let identity = &self.topology.nodes[fact.node].identity;
                (&identity.environment, &identity.namespace) == (environment, namespace)
            }
            Found::Application(at) => self.topology.application_of(fact.node) == Some(*at),
            Found::Object(index) => fact.node == *index,
            Found::Container(index, container) => (fact.node, fact.container) == (*index, Some(*container)),
        }
    }

    /// The pages as GitHub shows them, one after another.
    pub(crate) fn markdown(&self, pages: Vec<Page>) -> Result<Product, Error> {
        let site = Site {
            title: self.catalog.settings.title.clone().unwrap_or_default(),
            environments: Vec::new(),
            start: crate::names::PagePath::root(),
            sections: Vec::new(),
            pages,
            places: BTreeMap::new(),
            folders: BTreeMap::new(),
            graph: String::new(),
            shortened: Problems::none(),
        };
        let flavour = Flavour::github();
        let options = Options { repo_url: self.catalog.settings.repository.clone(), ..Options::default() };
        let (files, _) = render(site, flavour, &options)?;
        let pages = files.into_iter().filter(|file| file.path.ends_with(flavour.index()));
        let text = |file: crate::output::File| {
            let bytes = file.bytes.read().unwrap_or_default();
            String::from_utf8_lossy(&bytes).trim().to_owned()
        };
        let texts: Vec<String> = pages.map(text).collect();
        Ok(Product::Text(format!("{}\n", texts.join("\n\n"))))
    }
}
