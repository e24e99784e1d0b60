//! The values of a release whose chart is not here, each with the place that states it.

use super::super::redact::redact_structure;
use super::applier::Applier;
use super::chart::{ChartReference, Release};
use super::plain::plain_text;
use super::values::text_of;
use super::world::World;
use crate::document::{AbsentChart, Entry, Kind as ValueKind, MARK, Origin, SourceFile, Value, parse};
use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

/// What is known of a chart that is not here: how it is called, and the values that its release gives it.
pub fn absent(
    reference: &ChartReference,
    applier: &Applier,
    release: &Release,
    world: &World,
) -> AbsentChart {
    let (title, repository) = match reference {
        ChartReference::Remote(remote) => (remote.title(), remote.repository.clone()),
        ChartReference::Folder(folder) => (world.roots.shown(folder), String::new()),
    };
    let mut stated = Stated::default();
    for file in &release.given.value_files {
        let name = world.roots.shown(file);
        let small = fs::metadata(file).is_ok_and(|file| file.len() <= world.limits.file_bytes);
        let text = small.then(|| fs::read_to_string(file).ok()).flatten().unwrap_or_default();
        let text = redact_structure(&text, &name, 0).unwrap_or(text);
        stated.put_text(&text, &|line| (name.clone(), line));
    }
    let items = applier.at("spec.valuesFrom").map(Value::items).unwrap_or_default();
    for (document, entry) in items.iter().filter_map(|item| text_of(item, applier, world)) {
        let first = first_line(entry);
        let text = entry.value.as_str().unwrap_or_default();
        stated.put_text(text, &|line| place(&document.file, first + line - 1));
    }
    let own = |at: &str| applier.at(at).into_iter().collect::<Vec<_>>();
    let sources: Vec<&Value> = match applier.at("spec.sources").map(Value::items) {
        Some(sources) if !sources.is_empty() => sources.iter().collect(),
        _ => own("spec.source"),
    };
    let chart = title.split(' ').next().unwrap_or_default();
    let is_it = |source: &&&Value| {
        let text = |key: &str| source.get(key).and_then(Value::scalar_text).unwrap_or_default();
        text("chart") == chart || text("chart").is_empty() && text("repoURL").ends_with(chart)
    };
    for helm in sources.iter().filter(is_it).filter_map(|source| source.get("helm")) {
        if let Some(entry) = helm.entries().iter().find(|entry| &*entry.key == "values") {
            let first = first_line(entry);
            let text = entry.value.as_str().unwrap_or_default();
            stated.put_text(text, &|line| place(&applier.file, first + line - 1));
        }
        if let Some(object) = helm.get("valuesObject") {
            stated.put(object, &|line| place(&applier.file, line));
        }
        for parameter in helm.get("parameters").map(Value::items).unwrap_or_default() {
            if let Some(tree) = of_parameter(parameter) {
                stated.put(&tree, &|line| place(&applier.file, line));
            }
        }
    }
    own("spec.values").into_iter().for_each(|values| stated.put(values, &|line| place(&applier.file, line)));
    let (values, file) = stated.finish();
    AbsentChart { title, repository, values, file }
}

fn place(file: &SourceFile, line: u32) -> (String, u32) {
    let (path, line) = file.place(line);
    (path.to_owned(), line)
}

/// The line on which the text of a value begins: that of a block stands below its key.
fn first_line(entry: &Entry) -> u32 {
    let is_block = entry.value.as_str().is_some_and(|text| text.contains('\n'));
    if is_block && entry.value.line == entry.line { entry.line + 1 } else { entry.value.line }
}

/// The value that a parameter sets, if its name has no other parts than names.
fn of_parameter(parameter: &Value) -> Option<Value> {
    let name = parameter.get("name")?.as_str()?;
    let value = parameter.get("value")?;
    if name.contains(['[', '\\', '{', ',']) {
        return None;
    }
    let tree = name.rsplit('.').fold(value.clone(), |inner, key| {
        let entry = Entry { key: key.into(), line: value.line, column: value.column, value: inner };
        Value { line: value.line, column: value.column, written: None, kind: ValueKind::Map(vec![entry]) }
    });
    Some(tree)
}

/// Values of several places, merged.
#[derive(Default)]
struct Stated {
    values: Vec<Entry>,
    files: Vec<Arc<SourceFile>>,
    indexes: BTreeMap<String, usize>,
    lines: Vec<Option<(usize, u32)>>,
}

impl Stated {
    /// Adds what a YAML text states, whose lines stand where `place` says.
    fn put_text(&mut self, text: &str, place: &dyn Fn(u32) -> (String, u32)) {
        // The mark would be read as a list.
        let text = if text.contains(MARK) { plain_text(text) } else { text.to_owned() };
        if let Ok(values) = parse(text.as_bytes()) {
            self.put(&values, place);
        }
    }

    /// Adds values that come over those before them.
    fn put(&mut self, values: &Value, place: &dyn Fn(u32) -> (String, u32)) {
        let mut known = BTreeMap::new();
        let mut values = values.clone();
        self.move_lines(&mut values, place, &mut known);
        if let ValueKind::Map(entries) = values.kind {
            merge(&mut self.values, entries);
        }
    }

    fn move_lines(
        &mut self,
        value: &mut Value,
        place: &dyn Fn(u32) -> (String, u32),
        known: &mut BTreeMap<u32, u32>,
    ) {
        value.line = self.line(value.line, place, known);
        match &mut value.kind {
            ValueKind::List(items) => items.iter_mut().for_each(|item| self.move_lines(item, place, known)),
            ValueKind::Map(entries) => entries.iter_mut().for_each(|entry| {
                entry.line = self.line(entry.line, place, known);
                self.move_lines(&mut entry.value, place, known);
            }),
            _ => {}
        }
    }

    fn line(
        &mut self,
        line: u32,
        place: &dyn Fn(u32) -> (String, u32),
        known: &mut BTreeMap<u32, u32>,
    ) -> u32 {
        *known.entry(line).or_insert_with(|| {
            let (path, line) = place(line);
            let at = *self.indexes.entry(path.clone()).or_insert_with(|| {
                self.files.push(Arc::new(SourceFile { path, ..SourceFile::default() }));
                self.files.len() - 1
            });
            self.lines.push(Some((at, line)));
            u32::try_from(self.lines.len()).unwrap_or(u32::MAX)
        })
    }

    fn finish(self) -> (Value, Arc<SourceFile>) {
        let origin = Some(Origin { files: self.files, lines: self.lines });
        let values = Value { line: 1, column: 1, written: None, kind: ValueKind::Map(self.values) };
        (values, Arc::new(SourceFile { origin, ..SourceFile::default() }))
    }
}

/// Mappings are merged, everything else is replaced, as helm does.
fn merge(base: &mut Vec<Entry>, over: Vec<Entry>) {
    for entry in over {
        let Some(own) = base.iter_mut().find(|own| own.key == entry.key) else {
            base.push(entry);
            continue;
        };
        match (&mut own.value.kind, entry.value.kind) {
            (ValueKind::Map(inner), ValueKind::Map(over)) => merge(inner, over),
            (_, kind) => *own = Entry { value: Value { kind, ..entry.value }, ..entry },
        }
    }
}
