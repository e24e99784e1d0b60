//! Where one document ends and the next begins although no line `---` stands between them, or something else stands on
//! that line: people mean several objects, and `kubectl` keeps one, or none.

use super::compose::Spot;
use super::sheet::{Part, Sheet};
use crate::document::{Entry, Kind, Value};

/// The place where a document begins in a way that `kubectl` does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seam {
    /// The index of the document, of those that [`take_apart`] leaves.
    pub part: usize,
    /// Where it begins.
    pub spot: Spot,
    /// What is wrong there.
    pub kind: SeamKind,
}

/// What is wrong where a document begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeamKind {
    /// `---` is missing.
    Missing,
    /// Something stands behind `---` on its line.
    Crowded,
}

/// What separates documents.
const SEPARATOR: &str = "---";

/// Takes documents apart that hold several objects, one below the other, and says where they begin. A document is several
/// objects if `apiVersion` and `kind` each stand several times at its top level, one of each in every part.
///
/// Source: `k8s.io/apimachinery/pkg/util/yaml/decoder.go`, `YAMLReader.Read` (`---` at the margin separates, and only a
/// comment may follow: "invalid Yaml document separator"); of a key that stands twice, the last one counts.
pub fn take_apart(sheet: &mut Sheet, text: &str) -> Vec<Seam> {
    let lines: Vec<&str> = text.lines().collect();
    let mut seams = Vec::new();
    let mut parts = Vec::with_capacity(sheet.parts.len());
    for part in std::mem::take(&mut sheet.parts) {
        if is_crowded(&lines, part.begin) {
            let spot = Spot { line: part.begin, column: 1 };
            seams.push(Seam { part: parts.len(), spot, kind: SeamKind::Crowded });
        }
        let Part { begin, last_line, outcome } = part;
        match outcome.map(objects) {
            Ok(Ok((root, pieces))) => add(&root, pieces, (begin, last_line), &lines, &mut parts, &mut seams),
            Ok(Err(value)) => parts.push(Part { begin, last_line, outcome: Ok(value) }),
            Err(fault) => parts.push(Part { begin, last_line, outcome: Err(fault) }),
        }
    }
    sheet.parts = parts;
    seams
}

/// Whether a line begins with `---` and says something else, too.
pub fn is_crowded(lines: &[&str], line: u32) -> bool {
    let text = (line as usize).checked_sub(1).and_then(|at| lines.get(at));
    let rest = text.and_then(|text| text.strip_prefix(SEPARATOR)).map(str::trim);
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('#'))
}

/// One object of several, and how it begins.
struct Piece {
    entries: Vec<Entry>,
    kind: SeamKind,
}

/// The objects of a document that holds several, with the root that held them; else the document.
fn objects(mut value: Value) -> Result<(Value, Vec<Piece>), Value> {
    let times = |key: &str| value.entries().iter().filter(|entry| plain(&entry.key) == key).count();
    let is_crowded = |entry: &Entry| entry.key.starts_with(SEPARATOR);
    let is_several = times("apiVersion") > 1 && times("kind") > 1 && is_block(&value);
    let has_crowded = value.entries().iter().any(is_crowded);
    if !is_several && !has_crowded {
        return Err(value);
    }
    let Kind::Map(entries) = std::mem::replace(&mut value.kind, Kind::Null) else { return Err(value) };
    let begins = |piece: &[Entry], entry: &Entry| {
        is_crowded(entry)
            || (is_several
                && matches!(&*entry.key, "apiVersion" | "kind")
                && piece.iter().any(|other| plain(&other.key) == &*entry.key))
    };
    let mut pieces: Vec<Piece> = Vec::new();
    for entry in entries {
        match pieces.last_mut().filter(|piece| !begins(&piece.entries, &entry)) {
            Some(piece) => piece.entries.push(entry),
            None => {
                let kind = if is_crowded(&entry) { SeamKind::Crowded } else { SeamKind::Missing };
                pieces.push(Piece { entries: vec![entry], kind });
            }
        }
    }
    let has = |piece: &Piece, key: &str| piece.entries.iter().any(|entry| plain(&entry.key) == key);
    if pieces.iter().all(|piece| has(piece, "apiVersion") && has(piece, "kind")) {
        return Ok((value, pieces));
    }
    value.kind = Kind::Map(pieces.into_iter().flat_map(|piece| piece.entries).collect());
    Err(value)
}

fn add(
    root: &Value,
    pieces: Vec<Piece>,
    (begin, last_line): (u32, u32),
    lines: &[&str],
    parts: &mut Vec<Part>,
    seams: &mut Vec<Seam>,
) {
    let mut starts: Vec<u32> = pieces.iter().filter_map(|piece| Some(piece.entries.first()?.line)).collect();
    starts.push(0);
    let mut from = begin;
    for (at, piece) in pieces.into_iter().enumerate() {
        let Some(first) = piece.entries.first() else { continue };
        let spot = Spot { line: first.line, column: first.column };
        if at > 0 || piece.kind == SeamKind::Crowded {
            seams.push(Seam { part: parts.len(), spot, kind: piece.kind });
        }
        let last = match starts[at + 1] {
            0 => last_line,
            next => last_said(lines, spot.line, next),
        };
        let entries = piece.entries.into_iter().map(|mut entry| {
            entry.key = plain(&entry.key).into();
            entry
        });
        let kind = Kind::Map(entries.collect());
        let value = Value { line: spot.line, column: root.column, written: None, kind };
        parts.push(Part { begin: from, last_line: last, outcome: Ok(value) });
        from = last + 1;
    }
}

/// The last line before `next` that is neither empty nor a comment at the margin, from `first` on.
fn last_said(lines: &[&str], first: u32, next: u32) -> u32 {
    let says = |line: &u32| {
        let text = lines.get(*line as usize - 1).copied().unwrap_or_default();
        !text.trim().is_empty() && !text.starts_with('#')
    };
    (first..next).rev().find(says).unwrap_or(first)
}

/// Whether a mapping is told by its indentation, a line a key.
fn is_block(value: &Value) -> bool {
    let entries = value.entries();
    entries.first().is_some_and(|first| first.column == value.column)
        && entries.windows(2).all(|pair| pair[0].line < pair[1].line)
}

/// A key without the separator that is written before it.
fn plain(key: &str) -> &str {
    key.strip_prefix(SEPARATOR).map_or(key, |rest| rest.trim_start_matches(['-', ' ']))
}
