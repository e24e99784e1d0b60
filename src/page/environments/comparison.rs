//! Which workloads run in which environment, and in what images and number they differ.

use super::link;
use crate::document::Environment;
use crate::names::Image;
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::section as titled;
use crate::page::prose::{code, concat, joined, listed, muted, plain, separated, text};
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
    let together = groups(&(0..environments.len()).collect::<Vec<_>>(), &held);
    let near = together.iter().any(|group| group.len() > MOST_BESIDE);
    let groups: Vec<Vec<usize>> =
        together.into_iter().flat_map(|group| side_by_side(environments, group, &held)).collect();
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
    blocks.extend(left_out(environments.len() - compared, groups.len(), near).map(Block::Paragraph));
    Some(titled("comparison", "What differs", blocks))
}

/// Those of `among` that share workloads, directly or through others; each group sorted, in the order of their first.
fn groups(among: &[usize], held: &Held) -> Vec<Vec<usize>> {
    let mut group: BTreeMap<usize, usize> = among.iter().map(|&place| (place, place)).collect();
    for places in held.values() {
        let mut places = places.keys().filter_map(|place| group.get(place).copied());
        let Some(first) = places.next() else { continue };
        let others: BTreeSet<usize> = places.collect();
        let least = others.iter().copied().fold(first, usize::min);
        let joined = |one: usize| one == first || others.contains(&one);
        group.values_mut().filter(|one| joined(**one)).for_each(|one| *one = least);
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, group) in group {
        members.entry(group).or_default().push(place);
    }
    members.into_values().filter(|members| members.len() > 1).collect()
}

/// A group that is too wide for one table as those in it that stand in one folder, such as `web/overlays`; as it is
/// where that leaves nothing to compare.
fn side_by_side(environments: &[Environment], group: Vec<usize>, held: &Held) -> Vec<Vec<usize>> {
    if group.len() <= MOST_BESIDE {
        return vec![group];
    }
    let mut folders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &place in &group {
        let folder = environments[place].path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder).or_default().push(place);
    }
    let near: Vec<Vec<usize>> = folders.values().flat_map(|places| groups(places, held)).collect();
    if near.is_empty() { vec![group] } else { near }
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
            (false, _) => {
                let others = all.iter().flatten().filter(|(other, _)| *other == name);
                vec![code(brief(image, &others.map(|(_, image)| *image).collect()))]
            }
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

/// As much of an image as tells it from the other images of its container: its registry and all but the last part of its
/// repository are left out where the rest does, and so is its digest.
fn brief(image: &str, others: &BTreeSet<&str>) -> String {
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
    let last = |image: &str| image.rsplit('/').next().unwrap_or_default().to_owned();
    let cut = |name: &str| match name.rsplit_once('/') {
        Some((_, last)) => format!("\u{2026}/{last}"),
        None => name.to_owned(),
    };
    let end = match digest {
        Some(digest) if Image::read(image).tag.is_none() => format!("@{}", short(digest)),
        _ => String::new(),
    };
    let is_alone = |same: &dyn Fn(&str) -> bool| !others.iter().any(|&other| other != image && same(other));
    if is_alone(&|other| last(other.split('@').next().unwrap_or_default()) == last(name)) {
        return cut(name) + &end;
    }
    if is_alone(&|other| other.split('@').next() == Some(name)) {
        return format!("{name}{end}");
    }
    digest.map_or_else(|| image.to_owned(), |digest| format!("{name}@{}", short(digest)))
}

fn copies(know: &Knowledge, index: NodeIndex) -> Option<String> {
    if let Some((least, most)) = sentence::scaled(know, index) {
        return Some(format!("{least} to {most} copies"));
    }
    let number = know.node(index).copies()?;
    Some(count(usize::try_from(number).unwrap_or_default(), "copy", "copies"))
}

/// What is not compared; where `near`, only environments of one folder were.
fn left_out(alone: usize, groups: usize, near: bool) -> Option<Prose> {
    let mut parts = Vec::new();
    if alone > 0 {
        let verb = if alone == 1 { "shares" } else { "share" };
        parts.push(plain(format!(
            "{}, which {verb} no workload with another{}",
            count(alone, "environment", "environments"),
            if near { " nearby" } else { "" },
        )));
    }
    if let Some(more) = groups.checked_sub(MOST_GROUPS).filter(|more| *more > 0) {
        parts.push(plain(count(more, "more group of environments", "more groups of environments")));
    }
    (!parts.is_empty()).then(|| concat(vec![plain("Not compared: "), joined(parts, "and"), plain(".")]))
}

#[cfg(test)]
mod tests {
    use super::brief;
    use std::collections::BTreeSet;

    #[track_caller]
    fn check(images: &[&str], shown: &[&str]) {
        let others: BTreeSet<&str> = images.iter().copied().collect();
        assert_eq!(images.iter().map(|image| brief(image, &others)).collect::<Vec<_>>(), shown);
    }

    #[test]
    fn images_are_as_short_as_still_tells_them_apart() {
        check(&["web", "acme.dev/team/web:v1"], &["web", "\u{2026}/web:v1"]);
        check(&["web", "acme.dev/web@sha256:0123456789abcdef"], &["web", "acme.dev/web@0123456789ab"]);
        check(&["a.dev/web:1", "b.dev/web:1"], &["a.dev/web:1", "b.dev/web:1"]);
        check(&["a.dev/web:1@sha256:0123456789abcdef", "b/db:2"], &["\u{2026}/web:1", "\u{2026}/db:2"]);
        check(
            &["a/web:1@sha256:0123456789abcdef", "a/web:1@sha256:1123456789abcdef"],
            &["a/web:1@0123456789ab", "a/web:1@1123456789ab"],
        );
        check(&["a/web@sha256:0123456789abcdef", "b/db"], &["\u{2026}/web@0123456789ab", "\u{2026}/db"]);
    }
}
