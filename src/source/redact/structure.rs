//! Strings that are documents themselves: read as YAML, JSON, XML or settings, and judged as any document is.
//!
//! What no reader understands, and all that stands between what they read, is left to the rules for lines.

mod brackets;
mod places;
mod settings;
mod template;
mod xml;

use super::{Edits, Region, find_in_comments, rewrite, text, tree, widen};
use crate::document::sheet::{Form, Part, Sheet, regions};
use crate::document::{Limits, TokenClass, Value, json, yaml};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;
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

/// `text`, which stands under `key` and `level` strings deep, with a mark for every secret in it, line for line; `None` if it
/// has none. In a description there is no structure.
pub fn redact(text: &str, key: &str, level: u8) -> Option<String> {
    let prose = key.ends_with("description");
    let long = text.len() < 8 || text.len() > LARGEST;
    let read = if prose || long || level >= LEVELS { None } else { read(text, level) };
    let Some((shown, changed)) = read else { return text::redact_file(text, key, prose, Vec::new()) };
    // The values are judged; the rules for lines are left with what stands between them.
    let between = text::redact(&shown.between, prose);
    let changed = changed || between.is_some();
    let shown = shown.put_back(between.as_deref().unwrap_or(&shown.between));
    text::redact_syntax(&shown, key).or(changed.then_some(shown))
}

/// The documents that a string holds, by its format: JSON, YAML, or settings such as INI, TOML, properties and HCL. Their lines
/// are those of the string, from 1. None where it has another format.
pub fn documents(text: &str) -> Vec<Value> {
    if text.len() > LARGEST {
        return Vec::new();
    }
    let templates = Templates::find(text);
    let quiet = templates.quiet();
    let start = quiet.trim_start();
    let found = if start.starts_with('<') || start.starts_with("#!") {
        None
    } else if settings::fits(quiet) {
        Some(settings::read(quiet)).filter(|reading| !reading.sheet.lexemes.is_empty())
    } else {
        let json = collections(json::read(quiet, &LIMITS).unwrap_or_default());
        json.map(|sheet| Reading::of_documents(sheet, quiet, &[])).or_else(|| manifests(quiet))
    };
    let parts = found.map(|reading| reading.sheet.parts).unwrap_or_default();
    let mut roots: Vec<Value> = parts.into_iter().filter_map(|part| part.outcome.ok()).collect();
    roots.iter_mut().for_each(|root| templates.restore(root));
    roots
}

/// What is shown of a text: its values, line by line, and what stands between them.
struct Shown {
    between: String,
    values: Vec<String>,
}

/// What stands for a value: a word that the rules for lines take for a placeholder.
const STAND_IN: &str = "<podviz-";

impl Shown {
    fn put_back(&self, between: &str) -> String {
        let mut parts = between.split(STAND_IN);
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let value = part.split_once('>').and_then(|(number, rest)| {
                let value = number.parse().ok().and_then(|number: usize| self.values.get(number))?;
                Some((value, rest))
            });
            if let Some((value, rest)) = value {
                out.push_str(value);
                out.push_str(rest);
            }
        }
        out
    }

    /// What stands between two values: of what is covered nothing is left to say.
    fn gap(&mut self, text: &str, range: Range<usize>, covered: &[Range<usize>]) {
        let first = covered.partition_point(|covered| covered.end <= range.start);
        let mut at = range.start;
        for known in covered[first..].iter().take_while(|known| known.start < range.end) {
            let (from, to) = (known.start.max(at), known.end.min(range.end));
            self.between.push_str(&text[at..from]);
            self.value(&text[from..to]);
            at = to;
        }
        self.between.push_str(&text[at..range.end]);
    }

    fn value(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            let body = line.trim_start();
            if at > 0 {
                self.between.push('\n');
            }
            self.between.push_str(&line[..line.len() - body.len()]);
            if !body.is_empty() {
                self.between.push_str(&format!("{STAND_IN}{}>", self.values.len()));
                self.values.push(body.to_owned());
            }
        }
    }
}

/// `text` with marks where its structure says that there is a secret, and whether there is any.
fn read(text: &str, level: u8) -> Option<(Shown, bool)> {
    if text.contains(STAND_IN) {
        return None;
    }
    let templates = Templates::find(text);
    let Reading { mut sheet, covered } = reading(templates.quiet());
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
    let mut shown = Shown { between: String::new(), values: Vec::new() };
    let (mut done, mut changed) = (0, false);
    for lexeme in sheet.lexemes {
        if lexeme.start < done || lexeme.end > text.len() {
            continue;
        }
        let raw = &text[lexeme.start..lexeme.end];
        let new = edits.at(lexeme.spot).map(|edit| rewrite(lexeme.form, raw, edit));
        let value = matches!(lexeme.class, TokenClass::String | TokenClass::Number | TokenClass::Word);
        // A value that is folded over lines was judged in one piece: its lines may say more.
        let folded = raw.contains('\n') && !matches!(lexeme.form, Form::Block | Form::Other);
        let known = value && !folded && is_in(lexeme.start, &covered);
        if new.is_none() && !known && lexeme.class != TokenClass::Comment {
            continue;
        }
        shown.gap(text, done..lexeme.start, &covered);
        changed |= new.is_some();
        let new = new.as_deref().unwrap_or(raw);
        if value {
            shown.value(new);
        } else {
            shown.between.push_str(new);
        }
        done = lexeme.end;
    }
    shown.gap(text, done..text.len(), &covered);
    (!shown.values.is_empty() || changed).then_some((shown, changed))
}

fn is_in(at: usize, ranges: &[Range<usize>]) -> bool {
    let next = ranges.partition_point(|range| range.end <= at);
    ranges.get(next).is_some_and(|range| range.start <= at)
}

/// What a reader made of a text.
struct Reading {
    sheet: Sheet,
    /// The bytes of which it knows what they are; in order.
    covered: Vec<Range<usize>>,
}

impl Reading {
    /// One that knows all lines of `text` but those of broken documents, those numbered in `left_out`, and comments.
    fn of_documents(mut sheet: Sheet, text: &str, left_out: &[usize]) -> Reading {
        let mut known = vec![true; text.split('\n').count()];
        let begins: Vec<usize> = sheet.parts.iter().map(|part| part.begin as usize).collect();
        for (at, part) in sheet.parts.iter().enumerate().filter(|(_, part)| part.outcome.is_err()) {
            let begin = if at == 0 { 1 } else { part.begin as usize };
            let end = begins.get(at + 1).copied().unwrap_or(known.len() + 1).max(begin + 1);
            let lines = (begin - 1).min(known.len())..(end - 1).min(known.len());
            known[lines].fill(false);
        }
        for &line in left_out {
            known[line - 1] = false;
        }
        sheet.lexemes.retain(|lexeme| known.get(lexeme.spot.line as usize - 1).is_some_and(|known| *known));
        let (mut covered, mut at) = (Vec::new(), 0);
        for (line, known) in text.split('\n').zip(known) {
            if known {
                covered.push(at..at + line.len());
            }
            at += line.len() + 1;
        }
        Reading { sheet, covered }
    }
}

/// What the reader that fits makes of `text`: documents, or what looks like one inside of it.
fn reading(text: &str) -> Reading {
    let start = text.trim_start();
    let tagged = start
        .strip_prefix('<')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '?' | '!')));
    let lines = || Some(settings::read(text)).filter(|reading| !reading.sheet.lexemes.is_empty());
    let found = if tagged {
        Some(xml::read(text))
    } else if start.starts_with("#!") {
        None
    } else if settings::fits(text) {
        lines().or_else(|| manifests(text))
    } else {
        let json = collections(json::read(text, &LIMITS).unwrap_or_default());
        json.map(|sheet| Reading::of_documents(sheet, text, &[])).or_else(|| manifests(text))
    };
    found.unwrap_or_else(|| brackets::fragments(text))
}

fn collections(sheet: Sheet) -> Option<Sheet> {
    let is_document = |part: &Part| part.outcome.as_ref().is_ok_and(is_collection);
    sheet.parts.iter().any(is_document).then_some(sheet)
}

fn is_collection(root: &Value) -> bool {
    root.is_map() || root.is_list()
}

/// YAML; lines that break it are left out of it, if only a few do.
fn manifests(text: &str) -> Option<Reading> {
    if !text.contains(": ") && !text.contains(":\n") && !text.contains("- ") {
        return None;
    }
    let mut sheet = yaml::read(text, &LIMITS);
    let mut quiet = text.to_owned();
    let mut left_out = Vec::new();
    for _ in 0..REPAIRS {
        let broken: Vec<usize> = sheet
            .parts
            .iter()
            .filter_map(|part| part.outcome.as_ref().err())
            .map(|fault| (fault.line as usize).clamp(1, quiet.split('\n').count()))
            .collect();
        if broken.is_empty() || text.len() > LARGEST_REPAIRED || !is_outline(text) {
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
        left_out.extend(broken);
        sheet = yaml::read(&quiet, &LIMITS);
    }
    if sheet.parts.iter().any(|part| part.outcome.is_err()) && !is_outline(text) {
        return None;
    }
    // What is no YAML may look like it: a line of a script or a stylesheet is no key.
    let is_key = |key: &str| {
        !key.contains(['{', '}', '(', ')', ';', '=', '"', ',']) && key.split_whitespace().count() <= 4
    };
    let odd = |part: &Part| {
        part.outcome.as_ref().is_ok_and(|root| root.entries().iter().any(|entry| !is_key(&entry.key)))
    };
    if sheet.parts.iter().any(odd) {
        return None;
    }
    collections(sheet).map(|sheet| Reading::of_documents(sheet, text, &left_out))
}

/// Whether most lines of `text` are keys and items, so that it means to be YAML.
fn is_outline(text: &str) -> bool {
    if brackets::feeds_documents(text) {
        return false;
    }
    static LINE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"^\s*(?:- +)*(?:["']?[\w.\-/$@*]+["']?\s*:(?:\s|$)|- |-$|#|---|\{\{|[\]}])"#)
            .expect("a pattern")
    });
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let (mut all, mut like) = (0, 0);
    for line in lines {
        all += 1;
        like += usize::from(LINE.is_match(line));
    }
    like * 3 >= all * 2
}
