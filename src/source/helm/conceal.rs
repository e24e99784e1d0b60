//! The values of a chart that helm may quote when it complains, and that nobody should read there.

use super::super::redact::is_secret_name;
use super::chart::Chart;
use crate::document::{Kind, Limits, MARK, Value, parse};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How many charts inside each other are looked at.
const DEPTH: usize = 8;

/// Values that may be secrets, the longest first.
#[derive(Debug, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Those of a chart, of the charts in it, of further files, and of `key=value` settings.
    pub fn of(folder: &Path, chart: &Chart, files: &[PathBuf], sets: &[&str], limits: &Limits) -> Secrets {
        let mut found = BTreeSet::new();
        charts(folder, chart, limits, 0, &mut found);
        files.iter().for_each(|path| file(path, limits, &mut found));
        for set in sets {
            for pair in set.split(',') {
                let Some((key, value)) = pair.split_once('=') else { continue };
                let named = key.split(['.', '[', ']']).any(is_secret_name);
                text(value.trim_matches(['{', '}']), named, &mut found);
            }
        }
        let mut found: Vec<String> = found.into_iter().collect();
        found.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Secrets(found)
    }

    /// The message with a mark in the place of each.
    pub fn hide(&self, message: &str) -> String {
        self.0.iter().fold(message.to_owned(), |message, secret| message.replace(secret.as_str(), MARK))
    }
}

fn charts(folder: &Path, chart: &Chart, limits: &Limits, depth: usize, found: &mut BTreeSet<String>) {
    file(&folder.join("values.yaml"), limits, found);
    for path in chart.vendored.values().filter(|_| depth < DEPTH) {
        if let Ok(inner) = Chart::read(path, limits) {
            charts(path, &inner, limits, depth + 1, found);
        }
    }
}

fn file(path: &Path, limits: &Limits, found: &mut BTreeSet<String>) {
    let small =
        fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= limits.file_bytes);
    if let Some(Ok(bytes)) = small.then(|| fs::read(path))
        && let Ok(value) = parse(&bytes)
    {
        tree(&value, false, found);
    }
}

fn tree(value: &Value, named: bool, found: &mut BTreeSet<String>) {
    match &value.kind {
        Kind::Map(entries) => {
            for entry in entries {
                tree(&entry.value, named || is_secret_name(&entry.key), found);
            }
        }
        Kind::List(items) => items.iter().for_each(|item| tree(item, named, found)),
        Kind::String(string) => text(string, named, found),
        Kind::Number(number) if named => text(&number.to_string(), named, found),
        Kind::Number(_) | Kind::Bool(_) | Kind::Null => {}
    }
}

/// Adds a value whose name says that it is secret, or that looks made up: not a word, a name, a path or a number.
fn text(value: &str, named: bool, found: &mut BTreeSet<String>) {
    for line in value.lines().map(str::trim) {
        let made_up = line.len() >= 6
            && line.contains(|c: char| c.is_ascii_alphabetic())
            && line.contains(|c: char| !c.is_ascii_lowercase() && !"-./_: ".contains(c));
        if named && line.len() >= 3 || made_up {
            found.insert(line.to_owned());
        }
    }
}
