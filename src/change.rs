//! Beside the pages: what a change does. Two studies are compared; the [`Change`] tells what differs in objects, facts, edges,
//! connections and advice, and which [`Effect`]s that has on what runs.
//!
//! Facts, edges and findings are compared as they are, so that a new fact takes part without a line here. Effects are rules,
//! one a file in `effects/`, each listed once in [`effects::RULES`].

mod connections;
mod effects;
mod immutable;
mod normal;
mod older;
mod pairing;
pub mod tell;

pub use connections::{Connection, Connections, End};
pub use effects::{Area, Effect, Severity};

use crate::catalog::Catalog;
use crate::document::Identity;
use crate::facts::Facts;
use crate::facts::advice::Finding;
use crate::topology::{Edge, Node, NodeIndex, Topology};
use normal::Leaf;
use pairing::Pairing;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of one side of a change.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// What is known of kinds.
    pub catalog: &'a Catalog,
    /// Its objects.
    pub topology: &'a Topology,
    /// What is true of them.
    pub facts: &'a Facts,
}

/// A line that something follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Because {
    /// On which side it stands.
    pub side: Which,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The field.
    pub field: String,
}

/// Which side of a change something stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// Before.
    Old,
    /// After.
    New,
}

/// What became of an environment or an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It has a new name, because its content changed.
    Renamed,
    /// Nothing.
    Same,
}

/// An environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentChange {
    /// Its name, on the new side where it is there.
    pub name: String,
    /// Whether it came or went.
    pub change: Fate,
}

/// One object, before and after.
#[derive(Clone, Debug)]
pub struct ObjectChange {
    /// What makes it the one it is, on the new side where it is there, with the environment's name of that side.
    pub identity: Identity,
    /// What people call it: `Deployment shop/web`.
    pub subject: String,
    /// What it was called before, if its content renamed it.
    pub was: Option<String>,
    /// What became of it.
    pub change: Fate,
    /// Its node on the old side.
    pub old: Option<NodeIndex>,
    /// Its node on the new side.
    pub new: Option<NodeIndex>,
    /// What differs, after defaults, in the order of the manifest.
    pub fields: Vec<FieldChange>,
}

impl ObjectChange {
    /// Its node on both sides, if it is on both.
    pub fn both(&self) -> Option<(NodeIndex, NodeIndex)> {
        self.old.zip(self.new)
    }

    /// What differs at a path or below it.
    pub fn below<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a FieldChange> {
        self.fields.iter().filter(move |field| is_below(&field.field, path))
    }
}

/// Whether a field is the one at a path or stands below it.
fn is_below(field: &str, path: &str) -> bool {
    let rest = field.strip_prefix(path);
    path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// What it said, after defaults; `null` where it was absent.
    pub old: Json,
    /// What it says now.
    pub new: Json,
    /// Where: on the new side if it is there.
    pub side: Which,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// Whether nobody wrote it on either side: it follows from another field.
    pub is_default: bool,
}

/// A fact that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactChange {
    /// Whom it is about.
    pub subject: String,
    /// Which.
    pub fact: &'static str,
    /// What was true.
    pub old: Option<Json>,
    /// What is true now.
    pub new: Option<Json>,
}

/// Everything that a change does.
pub struct Change<'a> {
    /// Before.
    pub old: Side<'a>,
    /// After.
    pub new: Side<'a>,
    /// Each environment of either side.
    pub environments: Vec<EnvironmentChange>,
    /// What differs, sorted by identity.
    pub objects: Vec<ObjectChange>,
    /// What it does, the worst first.
    pub effects: Vec<Effect>,
    /// The facts that differ.
    pub facts: Vec<FactChange>,
    /// The edges that came.
    pub edges_added: Vec<&'a Edge>,
    /// The edges that went.
    pub edges_removed: Vec<&'a Edge>,
    /// Who may talk to whom now, and could not before; and the reverse.
    pub connections: Connections,
    /// The findings that came.
    pub advice_new: Vec<&'a Finding>,
    /// The findings that went.
    pub advice_mended: Vec<&'a Finding>,
    /// Whether what Secrets hold could not be compared, since a side is a graph.
    pub is_blind_to_secrets: bool,
    /// Which of one side is which of the other.
    pairing: Pairing,
}

/// Compares two sides.
pub fn compare<'a>(old: Side<'a>, new: Side<'a>) -> Change<'a> {
    let pairing = Pairing::of(old.topology, new.topology);
    let (objects, is_blind_to_secrets) = objects(&pairing, old, new);
    let facts = facts(&pairing, old, new);
    let (edges_added, edges_removed) = edges(&pairing, old.topology, new.topology);
    let (advice_new, advice_mended) = advice(&pairing, old, new);
    let connections = connections::compare(&pairing, old, new);
    let environments = pairing.environments();
    let mut change = Change {
        old,
        new,
        environments,
        objects,
        effects: Vec::new(),
        facts,
        edges_added,
        edges_removed,
        connections,
        advice_new,
        advice_mended,
        is_blind_to_secrets,
        pairing,
    };
    change.effects = effects::find(&change);
    change
}

impl<'a> Change<'a> {
    /// The highest level among the effects.
    pub fn verdict(&self) -> Option<Severity> {
        self.effects.iter().map(|effect| effect.level).max()
    }

    /// One of the sides.
    pub fn side(&self, which: Which) -> Side<'a> {
        match which {
            Which::Old => self.old,
            Which::New => self.new,
        }
    }
}

fn objects(pairing: &Pairing, old: Side, new: Side) -> (Vec<ObjectChange>, bool) {
    let mut all = Vec::new();
    let mut is_blind = false;
    for pair in pairing.pairs() {
        let of = |side: Side, index: Option<NodeIndex>| -> Vec<Leaf> {
            let node = index.map(|index| &side.topology.nodes[index]);
            let found = node.and_then(|node| Some((node, node.object.as_deref()?)));
            found.map(|(node, object)| normal::leaves(node, object)).unwrap_or_default()
        };
        let (before, after) = (of(old, pair.old), of(new, pair.new));
        let fields = differing((old, pair.old, &before), (new, pair.new, &after), &mut is_blind);
        let change = match (pair.old, pair.new) {
            (None, _) => Fate::Added,
            (_, None) => Fate::Removed,
            _ if pair.is_renamed => Fate::Renamed,
            _ if fields.is_empty() => continue,
            _ => Fate::Changed,
        };
        let was = pair.old.filter(|_| pair.is_renamed);
        let was = was.map(|index| pairing.subject(Which::Old, old, &old.topology.nodes[index].identity));
        let side = if pair.new.is_some() { (Which::New, new, pair.new) } else { (Which::Old, old, pair.old) };
        let Some(index) = side.2 else { continue };
        let identity = &side.1.topology.nodes[index].identity;
        all.push(ObjectChange {
            identity: pairing.canonical(side.0, identity),
            subject: pairing.subject(side.0, side.1, identity),
            was,
            change,
            old: pair.old,
            new: pair.new,
            fields,
        });
    }
    (all, is_blind)
}

/// One side of an object: its node, and its fields.
type Half<'a, 'b> = (Side<'a>, Option<NodeIndex>, &'b [Leaf]);

fn differing(old: Half, new: Half, is_blind: &mut bool) -> Vec<FieldChange> {
    let before: BTreeMap<&str, &Leaf> = old.2.iter().map(|leaf| (leaf.path.as_str(), leaf)).collect();
    let after: BTreeMap<&str, &Leaf> = new.2.iter().map(|leaf| (leaf.path.as_str(), leaf)).collect();
    let is_renamed = |path: &str| path == "metadata.name" && old.1.is_some() && new.1.is_some();
    let gone = old.2.iter().filter(|leaf| !after.contains_key(leaf.path.as_str()));
    let mut found = Vec::new();
    for (leaf, other) in new.2.iter().map(|leaf| (leaf, before.get(leaf.path.as_str()).copied())) {
        if is_renamed(&leaf.path) || other.is_some_and(|other| same(other, leaf, is_blind)) {
            continue;
        }
        let place = place(new, leaf.line);
        found.push(field(other, Some(leaf), Which::New, place));
    }
    for leaf in gone {
        let place = place(old, leaf.line);
        found.push(field(Some(leaf), None, Which::Old, place));
    }
    // Of an object that is there on both sides, the order of init containers is a change only where they are the same ones.
    if old.1.is_some() && new.1.is_some() {
        found.retain(|field| !field.field.ends_with(".order") || is_reordered(field));
    } else {
        found.retain(|field| !field.field.ends_with("initContainers.order"));
    }
    found
}

fn is_reordered(field: &FieldChange) -> bool {
    let sorted = |value: &Json| {
        let mut names: Vec<String> = value.as_array().into_iter().flatten().map(Json::to_string).collect();
        names.sort();
        names
    };
    sorted(&field.old) == sorted(&field.new)
}

/// Whether two fields mean the same.
fn same(old: &Leaf, new: &Leaf, is_blind: &mut bool) -> bool {
    if old.meaning != new.meaning {
        return false;
    }
    match (old.secret, new.secret) {
        (Some(Some(old)), Some(Some(new))) => old == new,
        (Some(_), Some(_)) => {
            *is_blind = true;
            true
        }
        _ => true,
    }
}

fn place(half: Half, line: u32) -> (String, u32) {
    let object = half.1.and_then(|index| half.0.topology.nodes[index].object.as_deref());
    let place = object.map(|object| object.place(line));
    place.map(|(file, line)| (file.to_owned(), line)).unwrap_or_default()
}

fn field(old: Option<&Leaf>, new: Option<&Leaf>, side: Which, (file, line): (String, u32)) -> FieldChange {
    let is_secret = |leaf: Option<&Leaf>| leaf.is_some_and(|leaf| leaf.secret.is_some());
    let shown = |leaf: Option<&Leaf>| leaf.map(|leaf| leaf.value.clone()).unwrap_or_default();
    let equal_to_see = old.zip(new).is_some_and(|(old, new)| old.value == new.value);
    let whole = |leaf: Option<&Leaf>| leaf.is_some_and(|leaf| leaf.value == crate::document::MARK);
    let hidden = is_secret(old) || is_secret(new);
    let told = |leaf: Option<&Leaf>, word: &str| match leaf {
        None => Json::Null,
        Some(leaf) if leaf.secret.is_some() && (equal_to_see || whole(Some(leaf))) => Json::from(word),
        Some(_) => shown(leaf),
    };
    let changed = if old.is_some() { "(secret, changed)" } else { "(secret)" };
    let (old_value, new_value) =
        if hidden { (told(old, "(secret)"), told(new, changed)) } else { (shown(old), shown(new)) };
    let path = new.or(old).map(|leaf| leaf.path.clone()).unwrap_or_default();
    let is_default = [old, new].into_iter().flatten().all(|leaf| leaf.is_default);
    FieldChange { field: path, old: old_value, new: new_value, side, file, line, is_default }
}

fn facts(pairing: &Pairing, old: Side, new: Side) -> Vec<FactChange> {
    let list = |which: Which, side: Side| {
        let facts = side.facts.list(side.topology, side.catalog);
        let named = facts.into_iter().map(|fact| {
            let identity = &side.topology.nodes[fact.node].identity;
            let subject = pairing.renamed_subject(which, side, identity, &fact.subject);
            ((subject, fact.fact), fact.value)
        });
        named.collect::<BTreeMap<(String, &'static str), Json>>()
    };
    let (before, mut after) = (list(Which::Old, old), list(Which::New, new));
    let mut found = Vec::new();
    for ((subject, fact), value) in before {
        let now = after.remove(&(subject.clone(), fact));
        if now.as_ref() != Some(&value) {
            found.push(FactChange { subject, fact, old: Some(value), new: now });
        }
    }
    let came = after.into_iter();
    found.extend(came.map(|((subject, fact), value)| FactChange {
        subject,
        fact,
        old: None,
        new: Some(value),
    }));
    found.sort_by(|a, b| (&a.subject, a.fact).cmp(&(&b.subject, b.fact)));
    found
}

/// The edges that are on one side only: first those that came. References follow what its content renamed.
fn edges<'a>(pairing: &Pairing, old: &'a Topology, new: &'a Topology) -> (Vec<&'a Edge>, Vec<&'a Edge>) {
    let version = |topology: &Topology, index: NodeIndex| {
        topology.nodes[index].object.as_deref().map(|object| object.version.clone())
    };
    // Another version of an API may have another field for the same.
    let both = pairing.pairs().iter().filter_map(|pair| pair.old.zip(pair.new));
    let moved = both.filter(|(before, after)| version(old, *before) != version(new, *after));
    let moved: BTreeSet<Identity> =
        moved.map(|(_, after)| pairing.followed(Which::New, &new.nodes[after].identity)).collect();
    let key = |which: Which, topology: &Topology, edge: &Edge| {
        let end = |index: NodeIndex| pairing.followed(which, &topology.nodes[index].identity);
        let bare = |text: String| text.replace(char::is_whitespace, " ");
        let is_moved = !moved.is_empty() && moved.contains(&end(edge.declared_by));
        let field = if is_moved { String::new() } else { bare(edge.field.to_string()) };
        (end(edge.from), end(edge.to), edge.relation, field, edge.label.clone())
    };
    let count = |which: Which, topology: &'a Topology| {
        let mut keys: BTreeMap<_, Vec<&'a Edge>> = BTreeMap::new();
        for edge in &topology.edges {
            keys.entry(key(which, topology, edge)).or_default().push(edge);
        }
        keys
    };
    let (before, after) = (count(Which::Old, old), count(Which::New, new));
    let beyond = |these: &BTreeMap<_, Vec<&'a Edge>>, others: &BTreeMap<_, Vec<&'a Edge>>| {
        let mut found = Vec::new();
        for (key, edges) in these {
            let known = others.get(key).map_or(0, Vec::len);
            found.extend(edges.iter().skip(known).copied());
        }
        found
    };
    (beyond(&after, &before), beyond(&before, &after))
}

/// The findings that are on one side only: first those that came.
fn advice<'a>(pairing: &Pairing, old: Side<'a>, new: Side<'a>) -> (Vec<&'a Finding>, Vec<&'a Finding>) {
    let count = |which: Which, side: Side<'a>| {
        let mut found: BTreeMap<_, Vec<&'a Finding>> = BTreeMap::new();
        for finding in side.facts.findings().iter().filter(|finding| !finding.is_ignored) {
            let node: &Node = &side.topology.nodes[finding.node];
            let container = finding.container.and_then(|at| node.pod.as_ref()?.containers.get(at));
            let container = container.map(|container| container.key.to_string());
            let field = finding.evidence.first().map(|(_, field)| field.to_string());
            let identity = pairing.followed(which, &node.identity);
            found.entry((finding.rule.code, identity, container, field)).or_default().push(finding);
        }
        found
    };
    let (before, after) = (count(Which::Old, old), count(Which::New, new));
    let beyond = |these: &BTreeMap<_, Vec<&'a Finding>>, others: &BTreeMap<_, Vec<&'a Finding>>| {
        let mut found = Vec::new();
        for (key, findings) in these {
            found.extend(findings.iter().skip(others.get(key).map_or(0, Vec::len)).copied());
        }
        found
    };
    (beyond(&after, &before), beyond(&before, &after))
}
