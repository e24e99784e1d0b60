//! Which workloads run in which environment, and in what images and number they differ.

use super::link;
use crate::model::Environment;
use crate::names::count;
use crate::page::images::Image;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, listed, muted, plain, separated, text};
use crate::page::workload::section as titled;
use crate::page::{Block, Inline, Prose, Section, Table, sentence};
use crate::topology::{NodeIndex, Pod};
use std::collections::{BTreeMap, BTreeSet};

/// How many environments stand side by side.
const MOST_BESIDE: usize = 8;

/// How many groups of environments are compared.
const MOST_GROUPS: usize = 12;

/// How many workloads that only one environment has are named.
const MOST_NAMED: usize = 6;

/// How many workloads a table compares.
const MOST_ROWS: usize = 60;

/// A workload across environments: its kind and its name, for the namespace is often what differs.
type Key<'a> = (&'a str, &'a str);

/// The workloads of each environment, by its place in the list of all.
type Held<'a> = BTreeMap<Key<'a>, BTreeMap<usize, Vec<NodeIndex>>>;

/// The comparison; `None` where no two environments have a workload of the same kind and name.
pub(super) fn section(know: &Knowledge) -> Option<Section> {
    let environments = &know.topology.environments;
    let mut held: Held = BTreeMap::new();
    for (place, environment) in environments.iter().enumerate() {
        for (index, node, _) in know.topology.workloads_of(&environment.name) {
            let key = (&*node.identity.kind, &*node.identity.name);
            held.entry(key).or_default().entry(place).or_default().push(index);
        }
    }
    let groups = groups(environments.len(), &held);
    let compared: usize = groups.iter().map(Vec::len).sum();
    if groups.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::Paragraph(plain(
        "The image tags and the number of copies of each workload, where they differ. \u{201c}Alike\u{201d} means: the same images \
         in the same number; other settings may differ.",
    ))];
    let alone = groups.len() == 1;
    for group in groups.iter().take(MOST_GROUPS) {
        blocks.extend(compared_group(know, &held, group, alone));
    }
    blocks.extend(left_out(environments.len() - compared, groups.len()).map(Block::Paragraph));
    Some(titled("comparison", "What differs", blocks))
}

/// The environments that share workloads, directly or through others; each group sorted, in the order of their first.
fn groups(environments: usize, held: &Held) -> Vec<Vec<usize>> {
    let mut group: Vec<usize> = (0..environments).collect();
    for places in held.values() {
        let mut places = places.keys().map(|&place| group[place]);
        let Some(first) = places.next() else { continue };
        let others: BTreeSet<usize> = places.collect();
        let least = others.iter().copied().fold(first, usize::min);
        let joined = |one: usize| one == first || others.contains(&one);
        group.iter_mut().filter(|one| joined(**one)).for_each(|one| *one = least);
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, group) in group.into_iter().enumerate() {
        members.entry(group).or_default().push(place);
    }
    members.into_values().filter(|members| members.len() > 1).collect()
}

fn compared_group(know: &Knowledge, held: &Held, group: &[usize], alone: bool) -> Vec<Block> {
    let environments: Vec<&Environment> =
        group.iter().map(|&place| &know.topology.environments[place]).collect();
    let names = |environments: &[&Environment]| -> Vec<Prose> {
        environments.iter().map(|environment| vec![link(know, environment)]).collect()
    };
    let (shown, beyond) = environments.split_at(environments.len().min(MOST_BESIDE));
    let title = match shown {
        [first, second] if beyond.is_empty() => format!("{} and {}", first.name, second.name),
        [first, ..] => format!("{} and {}", first.name, count(environments.len() - 1, "more", "more")),
        [] => return Vec::new(),
    };
    let places = &group[..shown.len()];
    let mut rows: Vec<Vec<Prose>> = held
        .iter()
        .filter(|(_, at)| places.iter().filter(|place| at.contains_key(place)).count() > 1)
        .map(|(key, at)| row(know, *key, places, at))
        .collect();
    let hidden = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    let mut head = vec!["Workload".to_owned()];
    head.extend(shown.iter().map(|environment| environment.name.clone()));
    let caption = format!("Workloads of {title}");
    let mut blocks: Vec<Block> = if alone { Vec::new() } else { vec![Block::Heading(title)] };
    if !rows.is_empty() {
        blocks.push(Block::Table(Table { caption, head, rows }));
    }
    let items = shown.iter().zip(places).filter_map(|(environment, place)| {
        let own = held.values().filter(|at| at.keys().filter(|other| places.contains(other)).eq([place]));
        let own = own.filter_map(|at| at.get(place)).flatten();
        let own: Vec<Prose> = own.map(|&index| know.mention(index, &know.node(index).identity)).collect();
        let only = || vec![plain("Only in "), vec![link(know, environment)], plain(": ")];
        (!own.is_empty()).then(|| concat([only(), vec![listed(own, MOST_NAMED), plain(".")]].concat()))
    });
    let items: Vec<Prose> = items.collect();
    if !items.is_empty() {
        blocks.push(Block::List { ordered: false, items });
    }
    let mut missing = Vec::new();
    if hidden > 0 {
        missing.push(plain(count(hidden, "more workload", "more workloads")));
    }
    if !beyond.is_empty() {
        let verb = if beyond.len() == 1 { "shares" } else { "share" };
        missing.push(concat(vec![listed(names(beyond), 4), plain(format!(", which {verb} some of these"))]));
    }
    if !missing.is_empty() {
        blocks.push(Block::Paragraph(concat(vec![plain("Not shown: "), joined(missing, "and"), plain(".")])));
    }
    blocks
}

/// One workload: in each environment what differs, that nothing does, or that it is not there.
fn row(
    know: &Knowledge,
    (kind, name): Key,
    places: &[usize],
    at: &BTreeMap<usize, Vec<NodeIndex>>,
) -> Vec<Prose> {
    let here: Vec<NodeIndex> = places.iter().filter_map(|place| at.get(place)).flatten().copied().collect();
    let images: BTreeSet<Vec<(&str, &str)>> = here.iter().filter_map(|&index| images(know, index)).collect();
    let copies: BTreeSet<Option<String>> = here.iter().map(|&index| copies(know, index)).collect();
    let cell = |place: &usize| {
        let Some(indexes) = at.get(place) else { return vec![muted("not here")] };
        let part = |&index: &NodeIndex| {
            let near = &know.node(index).identity;
            let place = if indexes.len() > 1 { vec![text(" in "), know.namespace(near)] } else { Vec::new() };
            concat(vec![cell_of(know, index, &images, &copies), place])
        };
        joined(indexes.iter().map(part).collect(), "and")
    };
    let mut cells = vec![vec![code(name), text(" "), muted(kind)]];
    cells.extend(places.iter().map(cell));
    cells
}

/// What of one workload differs from the others, whose images and copies are all known.
fn cell_of(
    know: &Knowledge,
    index: NodeIndex,
    images: &BTreeSet<Vec<(&str, &str)>>,
    copies: &BTreeSet<Option<String>>,
) -> Prose {
    let mut parts = Vec::new();
    if images.len() > 1 {
        parts.extend(versions(know, index, images));
    }
    if copies.len() > 1 {
        parts.extend(self::copies(know, index).map(plain));
    }
    let mut words = separated(parts, ", ");
    let Some(Inline::Text(first) | Inline::Code(first) | Inline::Muted(first)) = words.first().cloned()
    else {
        return vec![know.linked(index, "alike")];
    };
    let is_code = matches!(words[0], Inline::Code(_));
    words[0] = know.linked(index, &first);
    if let (Inline::Link(link), true) = (&mut words[0], is_code) {
        link.code = true;
    }
    words
}

/// The images of a workload's containers, by the containers' names.
fn images<'a>(know: &Knowledge<'a>, index: NodeIndex) -> Option<Vec<(&'a str, &'a str)>> {
    let pod: &Pod = know.node(index).pod.as_deref()?;
    let mut images: Vec<(&str, &str)> =
        pod.containers.iter().map(|container| (&*container.name, &*container.image)).collect();
    images.sort_unstable();
    Some(images)
}

/// The images that are not the same everywhere: only the tag where the repository is, with the container's name where
/// there are several.
fn versions(know: &Knowledge, index: NodeIndex, all: &BTreeSet<Vec<(&str, &str)>>) -> Vec<Prose> {
    let mine = images(know, index).unwrap_or_default();
    let several = mine.len() > 1;
    let version = |&(name, image): &(&str, &str)| {
        let mut others = all.iter().map(|images| images.iter().find(|(other, _)| *other == name));
        if others.clone().all(|other| other.is_some_and(|(_, other)| *other == image)) {
            return None;
        }
        let read = Image::read(image);
        let repository = |image: &Image| format!("{}/{}", image.registry, image.repository);
        let same = others
            .all(|other| other.is_none_or(|(_, other)| repository(&Image::read(other)) == repository(&read)));
        let tag = read.digest.as_deref().map(short).or(read.tag.clone());
        let shown = match (same, tag) {
            (true, Some(tag)) => vec![code(tag)],
            (true, None) => vec![muted("no tag")],
            (false, _) => vec![code(image)],
        };
        Some(if several { concat(vec![plain(format!("{name} ")), shown]) } else { shown })
    };
    let theirs: BTreeSet<&str> = all.iter().flatten().map(|(name, _)| *name).collect();
    let absent = theirs.into_iter().filter(|name| !mine.iter().any(|(own, _)| own == name));
    let absent = absent.map(|name| vec![text("no container "), code(name)]);
    mine.iter().filter_map(version).chain(absent).collect()
}

/// The first characters of a digest, which tell two of them apart.
fn short(digest: &str) -> String {
    let hash = digest.split_once(':').map_or(digest, |(_, hash)| hash);
    hash.chars().take(12).collect()
}

fn copies(know: &Knowledge, index: NodeIndex) -> Option<String> {
    if let Some((least, most)) = sentence::scaled(know, index) {
        return Some(format!("{least} to {most} copies"));
    }
    let number = know.node(index).copies()?;
    Some(count(usize::try_from(number).unwrap_or_default(), "copy", "copies"))
}

fn left_out(alone: usize, groups: usize) -> Option<Prose> {
    let mut parts = Vec::new();
    if alone > 0 {
        let verb = if alone == 1 { "shares" } else { "share" };
        parts.push(plain(format!(
            "{}, which {verb} no workload with another",
            count(alone, "environment", "environments")
        )));
    }
    if let Some(more) = groups.checked_sub(MOST_GROUPS).filter(|more| *more > 0) {
        parts.push(plain(count(more, "more group of environments", "more groups of environments")));
    }
    (!parts.is_empty()).then(|| concat(vec![plain("Not compared: "), joined(parts, "and"), plain(".")]))
}
