//! What the user hides from pages and diagrams. The graph stays whole: nodes keep their indexes, edges their ends.

use super::{NodeIndex, State, Topology};
use crate::document::Identity;
use crate::model::Subject;
use crate::names::english;
use crate::names::{count, plural};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How many kinds a sentence names one by one.
const MOST_KINDS: usize = 4;

impl Topology {
    /// Hides the nodes that `hides` says; pages and diagrams pass over them from now on.
    pub fn hide(&mut self, hides: impl Fn(&Identity) -> bool) {
        let nodes = self.nodes.iter().enumerate();
        self.hidden = nodes.filter(|(_, node)| hides(&node.identity)).map(|(index, _)| index).collect();
    }

    /// Whether pages and diagrams pass over a node.
    pub fn is_hidden(&self, node: NodeIndex) -> bool {
        !self.hidden.is_empty() && self.hidden.contains(&node)
    }

    /// Whether pages and diagrams pass over a subject: a namespace, if they pass over all that is in it.
    pub fn hides(&self, subject: &Subject) -> bool {
        match subject {
            _ if self.hidden.is_empty() => false,
            Subject::Cluster(_) => false,
            Subject::Namespace(environment, namespace) => {
                let mut here = self.nodes.iter().enumerate().filter(|(_, node)| {
                    (&node.identity.environment, &node.identity.namespace) == (environment, namespace)
                });
                let mut some = false;
                here.all(|(index, _)| {
                    some = true;
                    self.is_hidden(index)
                }) && some
            }
            Subject::Application(environment, namespace, name) => {
                let here = (environment, namespace, name);
                let mut own = self.applications.iter().filter(|application| {
                    (&application.environment, &application.namespace, &application.name) == here
                });
                own.any(|application| application.members.iter().all(|member| self.is_hidden(*member)))
            }
            Subject::Object(identity) | Subject::Container(identity, _) => {
                self.find(identity).is_some_and(|index| self.is_hidden(index))
            }
        }
    }

    /// The same nodes, and of the edges and calls those between nodes that are not hidden.
    pub fn without_hidden(&self) -> Cow<'_, Topology> {
        if self.hidden.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut shown = self.clone();
        let edge_shows = |index: &usize| {
            let edge = &self.edges[*index];
            !self.is_hidden(edge.from) && !self.is_hidden(edge.to)
        };
        for edges in shown.outgoing.iter_mut().chain(&mut shown.incoming) {
            edges.retain(edge_shows);
        }
        for calls in shown.calls_in.values_mut() {
            calls.retain(|call| !self.is_hidden(self.calls[*call].from));
        }
        Cow::Owned(shown)
    }

    /// How many objects of the input are hidden, in words such as `3 objects: 2 Leases and 1 Event`; of one environment,
    /// if one is named. `None` where nothing is.
    pub fn hidden_in_words(&self, environment: Option<&str>) -> Option<String> {
        let nodes = self.hidden.iter().map(|index| &self.nodes[*index]);
        let nodes = nodes.filter(|node| node.state == State::Present);
        let nodes = nodes.filter(|node| environment.is_none_or(|name| *node.identity.environment == *name));
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for node in nodes {
            *kinds.entry(&node.identity.kind).or_default() += 1;
        }
        let all: usize = kinds.values().sum();
        let words = |(kind, number): (&str, usize)| count(number, kind, &plural(kind));
        let mut parts: Vec<String> = kinds.iter().map(|(kind, number)| words((*kind, *number))).collect();
        if parts.len() > MOST_KINDS {
            let more = parts.len() - (MOST_KINDS - 1);
            parts.truncate(MOST_KINDS - 1);
            parts.push(format!("{more} more kinds"));
        }
        (all > 0).then(|| format!("{}: {}", count(all, "object", "objects"), english::list(&parts, "and")))
    }
}
