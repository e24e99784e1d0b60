//! Strings that are documents themselves: read as YAML, JSON, XML or settings, and judged as any document is.
//!
//! What no reader understands, and all that stands between what they read, is left to the rules for lines.

mod brackets;
mod places;
mod settings;
mod template;
mod xml;

use super::{Edits, Region, find_in_comments, rewrite, text, tree, widen};
use crate::model::Value;
use crate::source::sheet::{Part, Sheet, regions};
use crate::source::{Limits, json, yaml};
use template::Templates;

/// How deep strings in strings are read.
const LEVELS: u8 = 4;

/// Bytes of a string that is read: no API server takes an object as large.
const LARGEST: usize = 2 << 20;

/// How often, and up to which size, a broken text is read again without the lines that broke it.
const REPAIRS: usize = 4;
const LARGEST_REPAIRED: usize = 64 << 10;

static LIMITS: Limits =
    Limits { file_bytes: LARGEST as u64, depth: 60, nodes_per_document: 400_000, aliases: 10_000 };

/// `text`, a string `level` strings deep, with a mark for every secret in it, line for line; `None` if it has none.
/// In `prose` there is no structure.
pub fn redact(text: &str, prose: bool, level: u8) -> Option<String> {
    let long = text.len() < 8 || text.len() > LARGEST;
    let read = if prose || long || level >= LEVELS { None } else { read(text, level) };
    match read {
        Some(read) => Some(text::redact(&read, prose).unwrap_or(read)),
        None => text::redact(text, prose),
    }
}

/// `text` with marks where its structure says that there is a secret.
fn read(text: &str, level: u8) -> Option<String> {
    let templates = Templates::find(text);
    let mut sheet = sheet(templates.quiet());
    let mut edits = Edits::default();
    let mut secrets = Vec::new();
    for part in &mut sheet.parts {
        let secret = part.outcome.as_mut().is_ok_and(|root| {
            templates.restore(root);
            tree::find_in_string(root, &mut edits, level + 1)
        });
        secrets.push(secret);
    }
    let zones = regions(&sheet.parts).into_iter().zip(secrets);
    let zones: Vec<Region> = zones.map(|(lines, secret)| Region { lines, secret, empty: false }).collect();
    widen(&mut edits, text, &sheet.lexemes, &zones);
    find_in_comments(text, &sheet.lexemes, &mut edits);
    let (mut out, mut done) = (String::new(), 0);
    for lexeme in sheet.lexemes {
        if lexeme.start < done || lexeme.end > text.len() {
            continue;
        }
        if let Some(edit) = edits.at(lexeme.spot) {
            out.push_str(&text[done..lexeme.start]);
            out.push_str(&rewrite(lexeme.form, &text[lexeme.start..lexeme.end], edit));
            done = lexeme.end;
        }
    }
    (done > 0).then(|| out + &text[done..])
}

/// What the reader that fits makes of `text`: documents, or what looks like one inside of it.
fn sheet(text: &str) -> Sheet {
    let start = text.trim_start();
    let tagged = start
        .strip_prefix('<')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '?' | '!')));
    let found = if tagged {
        Some(xml::read(text))
    } else if start.starts_with("#!") {
        None
    } else if settings::fits(text) {
        documents(settings::read(text)).or_else(|| manifests(text))
    } else {
        documents(json::read(text, &LIMITS).unwrap_or_default()).or_else(|| manifests(text))
    };
    found.unwrap_or_else(|| brackets::fragments(text))
}

fn documents(sheet: Sheet) -> Option<Sheet> {
    let is_document = |part: &Part| part.outcome.as_ref().is_ok_and(is_collection);
    sheet.parts.iter().any(is_document).then_some(sheet)
}

fn is_collection(root: &Value) -> bool {
    root.is_map() || root.is_list()
}

/// YAML; lines that break it are left out of it, if only a few do.
fn manifests(text: &str) -> Option<Sheet> {
    if !text.contains(": ") && !text.contains(":\n") && !text.contains("- ") {
        return None;
    }
    let mut sheet = yaml::read(text, &LIMITS);
    let mut quiet = text.to_owned();
    for _ in 0..REPAIRS {
        let broken: Vec<usize> = sheet
            .parts
            .iter()
            .filter_map(|part| part.outcome.as_ref().err())
            .map(|fault| fault.line as usize)
            .collect();
        if broken.is_empty() || text.len() > LARGEST_REPAIRED {
            break;
        }
        let lines = quiet.split('\n').enumerate();
        let lines: Vec<String> = lines
            .map(
                |(at, line)| {
                    if broken.contains(&(at + 1)) { " ".repeat(line.len()) } else { line.to_owned() }
                },
            )
            .collect();
        quiet = lines.join("\n");
        sheet = yaml::read(&quiet, &LIMITS);
    }
    // What is no YAML may look like it: a line of a script or a stylesheet is no key.
    let is_key = |key: &str| !key.contains(['{', '}', '(', ')', ';', '=', '"']);
    let odd = |part: &Part| {
        part.outcome.as_ref().is_ok_and(|root| root.entries().iter().any(|entry| !is_key(&entry.key)))
    };
    if sheet.parts.iter().any(odd) { None } else { documents(sheet) }
}
