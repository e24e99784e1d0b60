//! Which environment and which object of one side is which of the other.

use super::{EnvironmentChange, Fate, Side, Which};
use crate::document::{Environment, Identity};
use crate::topology::{NodeIndex, State, Topology};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An object on both sides, or on one.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Its node on the old side.
    pub old: Option<NodeIndex>,
    /// Its node on the new side.
    pub new: Option<NodeIndex>,
    /// Whether its content gave it another name.
    pub is_renamed: bool,
}

/// Which of one side is which of the other.
pub struct Pairing {
    pairs: Vec<Pair>,
    /// The new name of each environment of the old side that has one.
    environments: BTreeMap<Arc<str>, Arc<str>>,
    /// What became of each environment, by the name that counts.
    fates: Vec<EnvironmentChange>,
    /// The new identity of what its content renamed, by the old one in the environment's new name.
    renamed: BTreeMap<Identity, Identity>,
    /// Whether either side has several environments, so that each has to be named.
    has_several: bool,
}

impl Pairing {
    pub fn of(old: &Topology, new: &Topology) -> Pairing {
        let environments = environments(old, new);
        let fates = fates(&environments, old, new);
        let has_several = old.environments.len() > 1 || new.environments.len() > 1;
        let mut pairing =
            Pairing { pairs: Vec::new(), environments, fates, renamed: BTreeMap::new(), has_several };
        let mut all: BTreeMap<Identity, Pair> = BTreeMap::new();
        for (which, topology) in [(Which::Old, old), (Which::New, new)] {
            for (index, node) in topology.nodes.iter().enumerate() {
                if node.state != State::Present || is_part(topology, index) {
                    continue;
                }
                let identity = pairing.canonical(which, &node.identity);
                let none = Pair { old: None, new: None, is_renamed: false };
                let pair = all.entry(identity).or_insert(none);
                match which {
                    Which::Old => pair.old = Some(index),
                    Which::New => pair.new = Some(index),
                }
            }
        }
        pairing.rename(&mut all);
        pairing.pairs = all.into_values().collect();
        pairing
    }

    /// Every object of either side, sorted by identity.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// What became of each environment.
    pub fn environments(&self) -> Vec<EnvironmentChange> {
        self.fates.clone()
    }

    /// The name that counts of an environment.
    pub fn environment(&self, which: Which, name: &Arc<str>) -> Arc<str> {
        match which {
            Which::Old => self.environments.get(name).unwrap_or(name).clone(),
            Which::New => Arc::clone(name),
        }
    }

    /// An identity in the environment's name that counts.
    pub fn canonical(&self, which: Which, identity: &Identity) -> Identity {
        Identity { environment: self.environment(which, &identity.environment), ..identity.clone() }
    }

    /// The same, with the new name of what its content renamed.
    pub fn followed(&self, which: Which, identity: &Identity) -> Identity {
        let canonical = self.canonical(which, identity);
        match which {
            Which::Old => self.renamed.get(&canonical).cloned().unwrap_or(canonical),
            Which::New => canonical,
        }
    }

    /// What people call an object: `prod:Deployment shop/web`, with the environment where either side has several.
    pub fn subject(&self, which: Which, side: Side, identity: &Identity) -> String {
        let kind = match side.catalog.borrows_name(&identity.group, &identity.kind) {
            true => format!("{}.{}", identity.kind, identity.group),
            false => identity.kind.to_string(),
        };
        let prefix = self.prefix(&self.environment(which, &identity.environment));
        match &*identity.namespace {
            "" => format!("{prefix}{kind} {}", identity.name),
            namespace => format!("{prefix}{kind} {namespace}/{}", identity.name),
        }
    }

    /// The subject of a fact about an object, with the environment's name that counts in front.
    pub fn renamed_subject(&self, which: Which, side: Side, identity: &Identity, subject: &str) -> String {
        let own = side.topology.prefix(&identity.environment);
        let bare = subject.strip_prefix(own.as_str()).unwrap_or(subject);
        format!("{}{bare}", self.prefix(&self.environment(which, &identity.environment)))
    }

    /// What stands in front of subjects of an environment.
    pub fn prefix(&self, environment: &str) -> String {
        if self.has_several { format!("{environment}:") } else { String::new() }
    }

    /// Of what is on one side only, the new name that a hash of the content gave it.
    fn rename(&mut self, all: &mut BTreeMap<Identity, Pair>) {
        let mut stems: BTreeMap<Identity, [Vec<Identity>; 2]> = BTreeMap::new();
        for (identity, pair) in all.iter() {
            let side = match (pair.old, pair.new) {
                (Some(_), None) => 0,
                (None, Some(_)) => 1,
                _ => continue,
            };
            if let Some(stem) = stem(identity) {
                stems.entry(stem).or_default()[side].push(identity.clone());
            }
        }
        for [gone, come] in stems.into_values() {
            let ([before], [after]) = (gone.as_slice(), come.as_slice()) else { continue };
            let Some(Pair { old, .. }) = all.remove(before) else { continue };
            if let Some(pair) = all.get_mut(after) {
                *pair = Pair { old, new: pair.new, is_renamed: true };
                self.renamed.insert(before.clone(), after.clone());
            }
        }
    }
}

/// Whether a node is one of several pods that another object describes.
fn is_part(topology: &Topology, index: NodeIndex) -> bool {
    topology.nodes[index].maker.is_some()
}

/// The identity without the hash of the content at the end of its name, if it has one.
///
/// Source: sigs.k8s.io/kustomize/api/internal/hasher, `encode`: ten of these characters, which make no words.
fn stem(identity: &Identity) -> Option<Identity> {
    let is_data = identity.is("", "ConfigMap") || identity.is("", "Secret");
    let (stem, hash) = identity.name.rsplit_once('-').filter(|_| is_data)?;
    let is_kustomize = hash.len() == 10 && hash.bytes().all(|b| b"2456789bcdfghkmt".contains(&b));
    let is_hex = hash.len() >= 8
        && hash.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
        && hash.bytes().any(|b| b.is_ascii_digit());
    (!stem.is_empty() && (is_kustomize || is_hex)).then(|| Identity { name: stem.into(), ..identity.clone() })
}

/// The new name of each old environment that is there on both sides.
fn environments(old: &Topology, new: &Topology) -> BTreeMap<Arc<str>, Arc<str>> {
    let names = |topology: &Topology| -> BTreeSet<String> {
        topology.environments.iter().map(|environment| environment.name.clone()).collect()
    };
    let (before, after) = (names(old), names(new));
    let mut same: BTreeMap<Arc<str>, Arc<str>> =
        before.intersection(&after).map(|name| (name.as_str().into(), name.as_str().into())).collect();
    // One that stands alone is the one of the other side that holds its files.
    let lone = |topology: &Topology, names: &BTreeSet<String>, others: &BTreeSet<String>| {
        let only = topology.environments.first().filter(|_| names.len() == 1)?;
        (!others.contains(&only.name)).then(|| only.clone())
    };
    if let Some(only) = lone(old, &before, &after)
        && let Some(other) = nearest(old, &only, new)
    {
        same.insert(only.name.as_str().into(), other);
    } else if let Some(only) = lone(new, &after, &before)
        && let Some(other) = nearest(new, &only, old)
    {
        same.insert(other, only.name.as_str().into());
    }
    same
}

/// The environment of another side that shares the most objects with one; the only one if there are no others.
fn nearest(topology: &Topology, one: &Environment, other: &Topology) -> Option<Arc<str>> {
    let key = |identity: &Identity| Identity { environment: "".into(), ..identity.clone() };
    let own: BTreeSet<Identity> =
        topology.present_in(&one.name).map(|(_, node)| key(&node.identity)).collect();
    let shared = |environment: &&Environment| {
        let theirs = other.present_in(&environment.name);
        theirs.filter(|(_, node)| own.contains(&key(&node.identity))).count()
    };
    let best = other
        .environments
        .iter()
        .max_by_key(|environment| (shared(environment), std::cmp::Reverse(&environment.name)))?;
    (other.environments.len() == 1 || shared(&best) > 0).then(|| best.name.as_str().into())
}

fn fates(same: &BTreeMap<Arc<str>, Arc<str>>, old: &Topology, new: &Topology) -> Vec<EnvironmentChange> {
    let kept: BTreeSet<&str> = same.values().map(|name| &**name).collect();
    let of = |name: &str, change| EnvironmentChange { name: name.to_owned(), change };
    let gone = old.environments.iter().filter(|one| !same.contains_key(one.name.as_str()));
    let mut fates: Vec<EnvironmentChange> = gone.map(|one| of(&one.name, Fate::Removed)).collect();
    fates.extend(
        new.environments.iter().map(|one| {
            of(&one.name, if kept.contains(one.name.as_str()) { Fate::Same } else { Fate::Added })
        }),
    );
    fates.sort_by(|a, b| a.name.cmp(&b.name));
    fates
}
