//! Which folders of plain files are environments of their own: those that define an object that another folder defines
//! differently.

use crate::document::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One object as one plain file defines it.
pub(super) struct Definition<'a> {
    /// The file, relative to the input.
    pub file: &'a str,
    /// The object: group, kind, namespace, name.
    pub object: [&'a str; 4],
    /// Its manifest.
    pub value: &'a Value,
}

/// The folders that are environments of their own, sorted. A file belongs to the innermost one that holds it, see
/// [`innermost`]; files outside of all stay together.
///
/// Where definitions of one object differ, every child of their nearest common folder that holds one is such a folder;
/// then the same inside of each. Definitions that are equal, Namespaces, and those of one folder do not split.
pub(super) fn folders(definitions: &[Definition]) -> BTreeSet<String> {
    let mut objects: BTreeMap<[&str; 4], BTreeMap<&str, &Value>> = BTreeMap::new();
    for definition in definitions {
        if matches!(definition.object, ["", "Namespace", ..]) {
            continue;
        }
        // Of two in one folder the last counts.
        objects.entry(definition.object).or_default().insert(folder(definition.file), definition.value);
    }
    let mut folders = BTreeSet::new();
    for places in objects.values().filter(|places| places.len() > 1) {
        let mut versions = BTreeMap::new();
        let places: Vec<Place> = places
            .iter()
            .map(|(folder, value)| {
                let next = versions.len();
                let mut json = value.to_json();
                json.sort_all_objects();
                let version = *versions.entry(json.to_string()).or_insert(next);
                Place { parts: folder.split('/').filter(|part| !part.is_empty()).collect(), version }
            })
            .collect();
        if versions.len() > 1 {
            divide(&places.iter().collect::<Vec<_>>(), 0, &mut folders);
        }
    }
    folders
}

/// The innermost of the folders that holds a file.
pub(super) fn innermost<'a>(folders: &'a BTreeSet<String>, file: &str) -> Option<&'a str> {
    let mut at = folder(file);
    loop {
        if let Some(folder) = folders.get(at) {
            return Some(folder);
        }
        at = at.rsplit_once('/')?.0;
    }
}

/// A folder that defines an object, and as which of its different versions.
struct Place<'a> {
    parts: Vec<&'a str>,
    version: usize,
}

/// Adds the folders that one object makes environments; all places share their first `depth` parts.
fn divide(places: &[&Place], depth: usize, folders: &mut BTreeSet<String>) {
    let mut children: BTreeMap<Option<&str>, Vec<&Place>> = BTreeMap::new();
    for &place in places {
        children.entry(place.parts.get(depth).copied()).or_default().push(place);
    }
    // With two versions or more, each child has one that another's differs from.
    let differ = places.windows(2).any(|pair| pair[0].version != pair[1].version);
    let splits = children.len() > 1 && differ;
    for (_, inside) in children.into_iter().filter(|(child, _)| child.is_some()) {
        if splits {
            folders.insert(inside[0].parts[..=depth].join("/"));
        }
        if inside.len() > 1 {
            divide(&inside, depth + 1, folders);
        }
    }
}

fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}
