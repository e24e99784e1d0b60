//! Where each line that helm prints comes from: the template, and the line in it that is most like it.

mod align;

use super::super::load::is_source_line;
use super::Unit;
use super::chart::Chart;
use crate::document::{Origin, SourceFile};
use crate::problem::Problem;
use align::align;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// A template.
pub struct Place {
    /// Its path as it is shown.
    pub shown: String,
    /// Where it is; `None` inside a packed chart.
    path: Option<PathBuf>,
}

/// The template that helm names `shop/templates/web.yaml`, if it belongs to the chart: below the folder of the chart, and of
/// the charts in it, whatever these folders are called.
pub fn locate(name: &str, chart: &Chart, unit: &Unit) -> Option<Place> {
    let mut rest = name.strip_prefix(chart.name.as_str())?.strip_prefix('/')?;
    let mut folder = unit.folder.to_owned();
    let mut here = chart.clone();
    while let Some((child, inner)) = rest.strip_prefix("charts/").and_then(|below| below.split_once('/')) {
        let named = |dependency: &&super::Dependency| dependency.alias.as_deref() == Some(child);
        let dependency = here.dependencies.iter().find(named);
        let dependency =
            dependency.or_else(|| here.dependencies.iter().find(|dependency| dependency.name == child));
        let own = dependency.map_or(child, |dependency| dependency.name.as_str());
        let elsewhere = || {
            dependency.and_then(|dependency| fs::canonicalize(folder.join(dependency.folder.as_ref()?)).ok())
        };
        let found = here.vendored.get(own).cloned().or_else(elsewhere).filter(|path| (unit.allow)(path));
        let Some((path, next)) =
            found.and_then(|path| Chart::read(&path, unit.limits).ok().map(|chart| (path, chart)))
        else {
            let shown = (unit.shown)(&folder);
            return Some(Place { shown: join(&shown, rest), path: None });
        };
        (folder, here, rest) = (path, next, inner);
    }
    let shown = if folder == unit.folder { unit.path.to_owned() } else { (unit.shown)(&folder) };
    // A name is only ever below the folder: the chart may hold others.
    let safe = !rest.split('/').any(|part| part == "..");
    Some(Place { shown: join(&shown, rest), path: safe.then(|| folder.join(rest)) })
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Where the lines of `text` come from.
pub fn trace(text: &str, chart: &Chart, unit: &Unit) -> Origin {
    let lines: Vec<&str> = text.lines().collect();
    let mut templates = Templates { files: Vec::new(), texts: Vec::new(), known: BTreeMap::new() };
    let mut traced = vec![None; lines.len()];
    for document in documents(&lines) {
        let Some(name) = source(&lines[document.clone()]) else { continue };
        let Some(index) = templates.index(name, chart, unit) else { continue };
        let body = &lines[document.clone()];
        let found = templates.texts[index].lines_of(body);
        for (at, line) in document.zip(found) {
            traced[at] = Some((index, line));
        }
    }
    Origin { files: templates.files, lines: traced }
}

/// The problem at the line that it is really about.
pub fn moved(mut problem: Problem, name: &str, origin: &Origin) -> Problem {
    if let Some(place) = problem.place.as_mut().filter(|place| place.file == name)
        && let Some((file, line)) = origin.of(place.line)
    {
        (place.file, place.line, place.column) = (file.path.clone(), line, 0);
    }
    problem
}

/// The documents of a text: the lines from one `---` to the next.
fn documents(lines: &[&str]) -> Vec<std::ops::Range<usize>> {
    let begins = lines.iter().enumerate().filter(|(_, line)| line.starts_with("---")).map(|(at, _)| at);
    let mut begins: Vec<usize> = begins.collect();
    if begins.first() != Some(&0) {
        begins.insert(0, 0);
    }
    let ends = begins.iter().copied().skip(1).chain([lines.len()]);
    begins.iter().copied().zip(ends).map(|(begin, end)| begin..end).collect()
}

/// The template that helm names at the top of a document.
fn source<'t>(document: &[&'t str]) -> Option<&'t str> {
    let line = document.get(1)?;
    is_source_line(line.strip_prefix('#')?).then(|| line.trim_start_matches("# Source: ").trim_end())
}

/// The templates met so far.
struct Templates {
    files: Vec<Arc<SourceFile>>,
    texts: Vec<Template>,
    known: BTreeMap<String, Option<usize>>,
}

impl Templates {
    fn index(&mut self, name: &str, chart: &Chart, unit: &Unit) -> Option<usize> {
        if let Some(index) = self.known.get(name) {
            return *index;
        }
        let index = locate(name, chart, unit).map(|place| {
            let small = |path: &PathBuf| {
                fs::metadata(path)
                    .is_ok_and(|metadata| metadata.is_file() && metadata.len() <= unit.limits.file_bytes)
            };
            let bytes = place.path.filter(small).and_then(|path| fs::read(path).ok()).unwrap_or_default();
            self.files.push(Arc::new(SourceFile { path: place.shown, ..SourceFile::default() }));
            self.texts.push(Template::new(&String::from_utf8_lossy(&bytes)));
            self.files.len() - 1
        });
        self.known.insert(name.to_owned(), index);
        index
    }
}

/// The text of a template in its parts, between lines that separate documents.
struct Template {
    parts: Vec<Part>,
}

struct Part {
    /// The number of its first line, from 1.
    first: u32,
    lines: Vec<String>,
    /// Whether a document was taken from it already.
    used: bool,
}

impl Template {
    fn new(text: &str) -> Template {
        let mut parts = vec![Part { first: 1, lines: Vec::new(), used: false }];
        for (at, line) in (1u32..).zip(text.lines()) {
            if line.starts_with("---") {
                parts.push(Part { first: at, lines: Vec::new(), used: false });
            }
            if let Some(part) = parts.last_mut() {
                part.lines.push(line.to_owned());
            }
        }
        parts.retain(|part| !part.lines.iter().all(|line| line.trim().is_empty() || line.starts_with("---")));
        Template { parts }
    }

    /// The line of the template that each line of a document comes from. Helm sorts documents by kind, so that of several
    /// parts the one counts that is most like it; of equal ones the next that is not used yet.
    fn lines_of(&mut self, document: &[&str]) -> Vec<u32> {
        let mut best: Option<(usize, u32, Vec<usize>)> = None;
        for (at, part) in self.parts.iter().enumerate() {
            let (score, lines) = align(&part.lines, document);
            let better = best.as_ref().is_none_or(|(chosen, most, _)| {
                score > *most || score == *most && self.parts[*chosen].used && !part.used
            });
            if better {
                best = Some((at, score, lines));
            }
        }
        let Some((at, _, lines)) = best else { return vec![1; document.len()] };
        let part = &mut self.parts[at];
        part.used = true;
        lines.into_iter().map(|line| part.first + u32::try_from(line).unwrap_or(0)).collect()
    }
}
