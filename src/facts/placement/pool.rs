//! Virtual node pools: where no Node is in the input, the pods that ask for the same nodes share an inferred pool.

use super::Wish;
use super::requirement::{NodeTerm, Operator, Requirement};
use crate::names::english;
use serde::Serialize;

/// The nodes that a pod may run on, as far as its own manifest says: pods that ask for the same share a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodePool {
    /// What the nodes are called: `Any node`, `pool=gpu`, `Linux nodes in zone a`, or the name of the one node.
    pub title: String,
    /// The labels that a node must have, in kubectl's words, sorted: `pool=gpu`, `!spot`; several alternatives of a
    /// node affinity are one entry.
    pub requires: Vec<String>,
    /// The taints that do not keep the pod away, in kubectl's words, sorted; `*` where none does.
    pub tolerates: Vec<String>,
    /// The resources that a node must offer, sorted, such as `nvidia.com/gpu`.
    pub resources: Vec<String>,
    /// Whether it is inferred: no Node of the input and no name says which nodes these are.
    pub inferred: bool,
    /// Whether the spec names its only node, which is the title.
    #[serde(skip)]
    pub is_named: bool,
}

/// The longest title that is made of alternatives, in characters.
const LONGEST_TITLE: usize = 60;

/// What a node affinity without a term asks for.
const NOTHING: &str = "nothing";

impl NodePool {
    /// What makes the pool the one it is.
    pub fn key(&self) -> String {
        let parts = [&self.requires, &self.tolerates, &self.resources].map(|part| part.join(","));
        format!("{}|{}", self.title, parts.join("|"))
    }

    /// Whether nothing picks the nodes; taints may still keep pods away from some.
    pub fn is_any(&self) -> bool {
        self.requires.is_empty() && self.resources.is_empty()
    }

    /// The pool in the middle of a sentence: `any node`, `nodes with pool=gpu`, `node worker-1`.
    pub fn said(&self) -> String {
        if self.is_named {
            return format!("node {}", self.title);
        }
        if self.title.contains('=') && !self.title.contains(' ') {
            return format!("nodes with {}", self.title);
        }
        let proper = ["Linux", "Windows", "GPU"].iter().any(|word| self.title.starts_with(word));
        if proper { self.title.clone() } else { lower_first(&self.title) }
    }

    /// Whether a DaemonSet whose pods ask for `other` also runs on the nodes of this pool: whatever it asks for, these
    /// nodes have for sure, and whatever taints they may have, it tolerates.
    pub fn holds(&self, other: &NodePool) -> bool {
        let within = |inner: &[String], outer: &[String]| inner.iter().all(|one| outer.contains(one));
        let all = other.tolerates.iter().any(|taint| taint == "*");
        !self.is_named
            && !other.is_named
            && within(&other.requires, &self.requires)
            && within(&other.resources, &self.resources)
            && (all || within(&self.tolerates, &other.tolerates))
    }
}

/// The pool of the pods that wish so; `node_name` is the node that their spec names, `has_nodes` says whether Nodes of
/// the input show more than the pool does.
pub(super) fn derive(wish: &Wish, node_name: Option<&str>, has_nodes: bool) -> NodePool {
    let single = wish.terms.as_deref().and_then(|terms| match terms {
        [only] if !only.is_empty() => Some(only),
        _ => None,
    });
    let mut requirements: Vec<Requirement> = wish.labels.clone();
    requirements.extend(single.into_iter().flatten().cloned());
    requirements.sort();
    requirements.dedup();
    let mut requires: Vec<String> = requirements.iter().map(Requirement::text).collect();
    let alternatives = match (&wish.terms, single) {
        (Some(terms), None) => Some(alternatives(terms)),
        _ => None,
    };
    requires.extend(alternatives.clone());
    let mut tolerates: Vec<String> = if wish.tolerations.iter().any(super::Toleration::is_of_all) {
        vec!["*".to_owned()]
    } else {
        let kinds = wish.tolerations.iter().filter(|one| !one.is_of_trouble() && !one.is_refused());
        kinds.map(super::Toleration::text).collect()
    };
    tolerates.sort();
    tolerates.dedup();
    let title = match node_name {
        Some(name) => name.to_owned(),
        None => title(&requirements, alternatives.as_deref(), &wish.resources),
    };
    let resources = wish.resources.clone();
    let is_named = node_name.is_some();
    NodePool { title, requires, tolerates, resources, inferred: !is_named && !has_nodes, is_named }
}

/// Several terms of a node affinity, of which one must hold.
fn alternatives(terms: &[NodeTerm]) -> String {
    let words = terms.iter().filter(|term| !term.is_empty()).map(|term| {
        let requirements: Vec<String> = term.iter().map(Requirement::text).collect();
        requirements.join(" and ")
    });
    let mut words: Vec<String> = words.collect();
    words.sort();
    words.dedup();
    if words.is_empty() { NOTHING.to_owned() } else { words.join(" or ") }
}

/// The title: well-known labels in words, others as they are.
fn title(requirements: &[Requirement], alternatives: Option<&str>, resources: &[String]) -> String {
    let (mut before, mut behind, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    for requirement in requirements {
        match words(requirement) {
            Words::Before(word) => before.push(word),
            Words::Behind(word) => behind.push(word),
            Words::Plain => plain.push(requirement.text()),
        }
    }
    for resource in resources {
        if resource.to_ascii_lowercase().contains("gpu") {
            before.push("GPU".to_owned());
        } else {
            behind.push(format!("that offer {resource}"));
        }
    }
    before.sort();
    before.dedup();
    if alternatives == Some(NOTHING) {
        return "No node".to_owned();
    }
    if let Some(words) = alternatives {
        if requirements.is_empty() && resources.is_empty() && words.chars().count() <= LONGEST_TITLE {
            return words.to_owned();
        }
        if requirements.is_empty() && resources.is_empty() {
            return "Some nodes".to_owned();
        }
        behind.push("of its node affinity".to_owned());
    }
    if before.is_empty() && behind.is_empty() {
        return if plain.is_empty() { "Any node".to_owned() } else { plain.join(", ") };
    }
    if !plain.is_empty() {
        behind.push(format!("with {}", plain.join(", ")));
    }
    before.push("nodes".to_owned());
    before.extend(behind);
    english::capital(&before.join(" "))
}

enum Words {
    Before(String),
    Behind(String),
    Plain,
}

/// What a well-known label says of a node.
fn words(requirement: &Requirement) -> Words {
    let key = requirement.key.as_str();
    let role = key.strip_prefix("node-role.kubernetes.io/").filter(|role| !role.is_empty());
    if let (Some(role), Operator::In | Operator::Exists) = (role, requirement.operator) {
        return Words::Before(role.to_owned());
    }
    let ([value], Operator::In) = (&requirement.values[..], requirement.operator) else {
        return Words::Plain;
    };
    if requirement.is_field || value.is_empty() {
        return Words::Plain;
    }
    match key {
        "kubernetes.io/os" | "beta.kubernetes.io/os" => Words::Before(english::capital(value)),
        "kubernetes.io/arch" | "beta.kubernetes.io/arch" => Words::Before(value.clone()),
        "topology.kubernetes.io/zone" | "failure-domain.beta.kubernetes.io/zone" => {
            Words::Behind(format!("in zone {value}"))
        }
        "topology.kubernetes.io/region" | "failure-domain.beta.kubernetes.io/region" => {
            Words::Behind(format!("in region {value}"))
        }
        "node.kubernetes.io/instance-type" | "beta.kubernetes.io/instance-type" => {
            Words::Behind(format!("of type {value}"))
        }
        "kubernetes.io/hostname" => Words::Behind(format!("called {value}")),
        _ => Words::Plain,
    }
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + rest.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(labels: &[(&str, &str)], resources: &[&str]) -> NodePool {
        let labels = labels.iter().map(|(key, value)| Requirement::label(key, value)).collect();
        let resources = resources.iter().map(|&resource| resource.to_owned()).collect();
        derive(&Wish { labels, resources, ..Wish::default() }, None, false)
    }

    #[test]
    fn well_known_labels_make_the_title() {
        let rows = [
            (pool(&[], &[]), "Any node", "any node"),
            (pool(&[("pool", "gpu")], &[]), "pool=gpu", "nodes with pool=gpu"),
            (pool(&[("kubernetes.io/os", "linux")], &[]), "Linux nodes", "Linux nodes"),
            (
                pool(
                    &[("kubernetes.io/os", "linux"), ("topology.kubernetes.io/zone", "a"), ("disk", "ssd")],
                    &[],
                ),
                "Linux nodes in zone a with disk=ssd",
                "Linux nodes in zone a with disk=ssd",
            ),
            (
                pool(&[("node-role.kubernetes.io/control-plane", "")], &[]),
                "Control-plane nodes",
                "control-plane nodes",
            ),
            (pool(&[], &["nvidia.com/gpu"]), "GPU nodes", "GPU nodes"),
        ];
        for (pool, title, said) in rows {
            assert_eq!((pool.title.as_str(), pool.said().as_str()), (title, said));
        }
    }

    #[test]
    fn a_daemon_set_runs_on_each_pool_that_has_what_it_asks_for() {
        let (any, linux) = (pool(&[], &[]), pool(&[("kubernetes.io/os", "linux")], &[]));
        assert!(linux.holds(&any) && !any.holds(&linux) && linux.holds(&linux));
        let tainted = NodePool { tolerates: vec!["dedicated=db".to_owned()], ..linux.clone() };
        assert!(!tainted.holds(&linux));
        assert!(tainted.holds(&NodePool { tolerates: vec!["*".to_owned()], ..any }));
    }
}
