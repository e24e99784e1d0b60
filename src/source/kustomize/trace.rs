//! Where each line of a built text comes from: its tree and that of its source are walked in parallel.

use super::chain::{Chain, Source, Spot};
use super::patch::{Names, Step, counterpart};
use crate::document::{Document, Origin, SourceFile, Value};

/// Where an object of the built text comes from.
#[derive(Clone, Copy)]
pub enum Root<'a> {
    /// An object of a file.
    Object(Source<'a>),
    /// A file, whose object cannot be told.
    File(usize),
    /// A generator of the kustomization file at that place.
    Generator(usize),
    /// Nobody knows.
    Unknown,
}

/// The origin of every line of a built text, for its documents with the root of each.
pub fn trace(chain: &Chain, built: &SourceFile, documents: &[(&Document, Root)]) -> Origin {
    let mut lines = vec![None; built.lines.len()];
    for (document, root) in documents {
        let text = |path: &str| document.value.at(path).and_then(Value::as_str);
        let own = match root {
            Root::Object(source) => source.value.at("metadata.name").and_then(Value::as_str),
            _ => None,
        };
        let names = Names {
            kind: text("kind").unwrap_or_default(),
            own,
            built: text("metadata.name").unwrap_or_default(),
        };
        let mut walk = Walk { chain, built, names, root: *root, lines: &mut lines };
        walk.object(document);
    }
    Origin { files: chain.files.clone(), lines }
}

struct Walk<'a> {
    chain: &'a Chain<'a>,
    built: &'a SourceFile,
    names: Names<'a>,
    root: Root<'a>,
    lines: &'a mut Vec<Option<Spot>>,
}

impl Walk<'_> {
    fn object(&mut self, document: &Document) {
        let start = match self.root {
            Root::Object(source) => (source.file, source.value.line),
            Root::File(file) => (file, 1),
            Root::Generator(file) => self.chain.generated(&self.names, file, None).unwrap_or((file, 1)),
            Root::Unknown => return,
        };
        let before = match self.root {
            Root::Object(source) => Some(source.value),
            _ => None,
        };
        self.set(document.first_line, start);
        self.value(&document.value, before, &mut Vec::new(), start);
        // What has no line of its own in the tree, such as the inside of a block, stands below what has.
        let mut last = start;
        for line in document.first_line..=document.last_line {
            match self.lines.get_mut(line as usize - 1) {
                Some(Some(spot)) => last = *spot,
                Some(empty) => *empty = Some(last),
                None => {}
            }
        }
    }

    fn value<'v>(&mut self, built: &'v Value, before: Option<&Value>, path: &mut Vec<Step<'v>>, here: Spot) {
        for entry in built.entries() {
            path.push(Step::Key(&entry.key));
            let counterpart =
                before.and_then(|before| before.entries().iter().find(|other| other.key == entry.key));
            let spot =
                self.spot(&entry.value, counterpart.map(|other| (other.line, &other.value)), path, here);
            self.set(entry.line, spot);
            if let Some(file) = self.file() {
                self.block(&entry.value, counterpart.map(|other| &other.value), file);
            }
            self.value(&entry.value, counterpart.map(|other| &other.value), path, spot);
            path.pop();
        }
        for (index, item) in built.items().iter().enumerate() {
            path.push(Step::Item(index, item));
            let counterpart = before.and_then(|before| counterpart(item, index, before.items()));
            let spot = self.spot(item, counterpart.map(|other| (other.line, other)), path, here);
            if let Some(file) = self.file() {
                self.block(item, counterpart, file);
            }
            self.set(item.line, spot);
            self.value(item, counterpart, path, spot);
            path.pop();
        }
    }

    /// Where a value is said, given what stands in its place in the source.
    fn spot(&self, built: &Value, before: Option<(u32, &Value)>, path: &[Step], here: Spot) -> Spot {
        if let (Root::Generator(file), [Step::Key("data" | "binaryData"), Step::Key(key), ..]) =
            (self.root, path)
        {
            return self.chain.generated(&self.names, file, Some(key)).unwrap_or(here);
        }
        let file = self.file();
        let own = before.and_then(|(line, value)| Some((file?, line, value)));
        let change = || self.chain.changed(&self.names, file, path, built, before.map(|(_, value)| value));
        match own {
            Some((file, line, value)) if is_same(built, value) => (file, line),
            Some((file, line, _)) => change().unwrap_or((file, line)),
            None => change().unwrap_or(here),
        }
    }

    /// The place of the file that the object comes from.
    fn file(&self) -> Option<usize> {
        match self.root {
            Root::Object(source) => Some(source.file),
            Root::File(file) => Some(file),
            Root::Generator(_) | Root::Unknown => None,
        }
    }

    /// The lines of a block of text that stands in the source line by line, and the sign that begins it.
    fn block(&mut self, built: &Value, before: Option<&Value>, file: usize) {
        let Some(text) = built.as_str().filter(|text| text.contains('\n')) else { return };
        let Some(before) = before.filter(|before| before.as_str() == Some(text)) else { return };
        let source = &self.chain.files[file];
        let shown = |file: &SourceFile, line: u32| {
            Some(file.lines.get((line as usize).checked_sub(1)?)?.text().trim().to_owned())
        };
        let own = built.line.saturating_sub(1)..=built.line + text.lines().count() as u32;
        for (own, other) in own.zip(before.line.saturating_sub(1)..) {
            let line = shown(self.built, own);
            if line.is_some() && line == shown(source, other) {
                self.set(own, (file, other));
            }
        }
    }

    fn set(&mut self, line: u32, spot: Spot) {
        if let Some(empty @ None) = self.lines.get_mut(line as usize - 1) {
            *empty = Some(spot);
        }
    }
}

/// Whether nothing was changed on the way, as far as this level tells: collections are looked into.
fn is_same(built: &Value, before: &Value) -> bool {
    if built.is_map() || built.is_list() {
        return built.is_map() == before.is_map() && built.is_list() == before.is_list();
    }
    built.kind == before.kind || built.scalar_text() == before.scalar_text()
}
