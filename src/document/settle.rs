//! A raw, redacted tree becomes what Kubernetes sees: merge keys applied, of duplicate keys the last.

use super::compose::MERGE;
use crate::document::{Entry, Kind, Value};
use std::collections::HashMap;

/// A key that a mapping holds twice: where it stands again, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    pub key: Box<str>,
    pub line: u32,
    pub column: u32,
}

/// Applies merge keys and drops overridden duplicates, all the way down; says whether there were any. Depth is bounded by
/// the composer.
pub fn settle(value: &mut Value, duplicates: &mut Vec<Duplicate>) -> bool {
    match &mut value.kind {
        Kind::List(items) => items.iter_mut().fold(false, |changed, item| settle(item, duplicates) | changed),
        Kind::Map(entries) => {
            let below = entries
                .iter_mut()
                .fold(false, |changed, entry| settle(&mut entry.value, duplicates) | changed);
            let raw = std::mem::take(entries);
            let (merges, before) = (raw.iter().any(|entry| *entry.key == *MERGE), duplicates.len());
            *entries = settled(raw, duplicates);
            below || merges || duplicates.len() > before
        }
        _ => false,
    }
}

fn settled(raw: Vec<Entry>, duplicates: &mut Vec<Duplicate>) -> Vec<Entry> {
    let mut places: HashMap<Box<str>, usize> = HashMap::with_capacity(raw.len());
    let mut entries: Vec<Entry> = Vec::with_capacity(raw.len());
    let mut merged = Vec::new();
    for entry in raw {
        if *entry.key == *MERGE {
            match entry.value.kind {
                Kind::Map(more) => merged.extend(more),
                Kind::List(items) => merged.extend(items.into_iter().flat_map(|item| match item.kind {
                    Kind::Map(more) => more,
                    _ => Vec::new(),
                })),
                _ => {}
            }
        } else if let Some(&place) = places.get(&entry.key) {
            duplicates.push(Duplicate { key: entry.key.clone(), line: entry.line, column: entry.column });
            entries[place] = entry;
        } else {
            places.insert(entry.key.clone(), entries.len());
            entries.push(entry);
        }
    }
    for entry in merged {
        if !places.contains_key(&entry.key) {
            places.insert(entry.key.clone(), entries.len());
            entries.push(entry);
        }
    }
    entries
}
