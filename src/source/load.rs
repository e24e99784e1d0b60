//! One file's bytes become documents, redacted; no disk, no recursion deeper than the limits.

use super::graph;
use super::heading::described;
use super::highlight;
use super::manifest::{Verdict, is_helmfile, judge};
use super::redact::Values;
use super::redact::{Edits, Region, find_in_comments, redact_text, speaks_of_secret, widen};
use super::template::is_template;
use crate::document::compose::{Fault, Spot};
use crate::document::seam::{Seam, SeamKind, is_crowded, take_apart};
use crate::document::settle::{Duplicate, settle};
use crate::document::sheet::{Part, Sheet, regions};
use crate::document::{
    Document, Environment, Imprints, Kind, Limits, SourceFile, TokenClass, Value, decode::decode, json, yaml,
};
use crate::problem::{Code, Level, Problem, Problems};
use std::ops::Range;
use std::sync::Arc;

/// What one file holds.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Its manifests, in order.
    pub documents: Vec<Document>,
    /// Whether it has content, but none that is or wants to be a manifest.
    pub passed_over: bool,
    /// Whether it is an unrendered Helm template. Then nothing else is set: who asked says so, once a folder.
    pub template: bool,
    /// The environments that it names, if it is a graph that podviz made.
    pub environments: Vec<Environment>,
    /// What its Secrets hold.
    pub(super) values: Values,
    /// What went wrong.
    pub problems: Problems,
}

impl Loaded {
    /// Nothing but a problem.
    pub(super) fn only(problem: Problem) -> Loaded {
        Loaded { problems: [problem].into_iter().collect(), ..Loaded::default() }
    }
}

/// Reads the file that is shown as `name`.
pub fn load(name: &str, bytes: &[u8], limits: &Limits) -> Loaded {
    let fail = |code, message: String, help: &str| {
        Loaded::only(Problem::new(Level::Error, code, message).at(name, 0, 0).help(help))
    };
    if bytes.len() as u64 > limits.file_bytes {
        return fail(Code::TooLarge, too_large(limits), "split it into several files");
    }
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("not valid {} at byte {}", error.encoding, error.offset);
            return fail(Code::NotText, message, "save the file as UTF-8");
        }
    };
    if is_helmfile(name, &text) {
        let message = "this is a helmfile, which podviz does not run";
        let help = "give podviz what it renders: `helmfile template | podviz render - -o site`";
        return Loaded::only(
            Problem::new(Level::Note, Code::HelmTemplate, message).at(name, 0, 0).help(help),
        );
    }
    if graph::is_graph(&text) { graph::read(name, &text, limits) } else { load_text(name, &text, limits) }
}

/// Reads the text that is shown as `name`.
pub(super) fn load_text(name: &str, text: &str, limits: &Limits) -> Loaded {
    let mut sheet = json::read(text, limits).unwrap_or_else(|| yaml::read(text, limits));
    if is_template(text, &sheet) {
        return Loaded { template: true, ..Loaded::default() };
    }
    let seams = take_apart(&mut sheet, text);
    Reader { name, text, problems: Problems::none() }.documents(sheet, &seams)
}

/// The reason why a file is not read.
pub fn too_large(limits: &Limits) -> String {
    format!("the file is too large: more than {} MiB", limits.file_bytes >> 20)
}

struct Reader<'t> {
    name: &'t str,
    text: &'t str,
    problems: Problems,
}

/// A document that is a manifest, before its file is known.
struct Accepted {
    index: usize,
    last_line: u32,
    comment: Option<String>,
    imprints: Imprints,
    value: Value,
}

impl Reader<'_> {
    fn documents(mut self, mut sheet: Sheet, seams: &[Seam]) -> Loaded {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut parts = std::mem::take(&mut sheet.parts);
        let regions = regions(&parts);
        let (mut edits, mut duplicates) = self.redact(&lines, &mut parts, &regions, &sheet);
        let (mut accepted, mut hidden, mut faults, mut foreign) = (Vec::new(), Vec::new(), Vec::new(), false);
        for ((index, part), region) in parts.into_iter().enumerate().zip(regions) {
            let last_line = part.last_line;
            let mut value = match part.outcome {
                Ok(value) => value,
                Err(fault) => {
                    faults.push((fault, region.clone()));
                    hidden.push(region);
                    continue;
                }
            };
            let is_replaced = |line, column| edits.at(Spot { line, column }).is_some();
            let imprints = Imprints::of(&value, &is_replaced);
            edits.apply(&mut value);
            if is_row(self.name, &value) {
                for duplicate in std::mem::take(&mut duplicates[index]) {
                    self.problems.push(self.duplicate(&duplicate, &edits));
                }
                accepted.extend(in_a_row(value, index, last_line, &imprints));
                continue;
            }
            match judge(self.name, &value) {
                Verdict::Manifest => {
                    for duplicate in std::mem::take(&mut duplicates[index]) {
                        self.problems.push(self.duplicate(&duplicate, &edits));
                    }
                    let own = seams.iter().filter(|seam| seam.part == index);
                    self.problems.extend(own.map(|seam| broken_separator(self.name, seam)).collect());
                    let comment = comment(&lines, &region, index == 0, value.line, &edits);
                    accepted.push(Accepted { index, last_line, comment, imprints, value });
                }
                Verdict::Empty => {}
                Verdict::Sealed => {
                    self.problems.push(self.sealed(&value));
                    hidden.push(region);
                }
                Verdict::Foreign => {
                    foreign = true;
                    hidden.push(region);
                }
                Verdict::Nearly(fault, help) => {
                    hidden.push(region);
                    self.problems.push(problem(self.name, fault).help(help));
                }
            }
        }
        for (fault, region) in faults {
            let quiet = matches!(fault.code, Code::InvalidYaml | Code::UnknownAlias);
            if quiet && accepted.is_empty() && !wants_to_be_manifest(&lines, &region) {
                foreign = true;
                continue;
            }
            let seam = Seam { part: 0, spot: Spot { line: fault.line, column: 1 }, kind: SeamKind::Crowded };
            self.problems.push(match is_crowded(&lines, fault.line) {
                true => broken_separator(self.name, &seam),
                false => problem(self.name, fault),
            });
        }
        let documents = self.publish(accepted, &sheet, &edits, &hidden);
        let passed_over = documents.is_empty() && self.problems.is_empty() && foreign;
        let values = std::mem::take(&mut edits.values);
        Loaded { documents, passed_over, values, problems: self.problems, ..Loaded::default() }
    }

    /// Settles each document, and finds what must be replaced in the file: before a tree is settled, since every scalar of
    /// the file is in it, and after, since a merge may have brought a kind or a name that says more. Gives the keys that
    /// stand twice, document for document.
    fn redact(
        &self,
        lines: &[&str],
        parts: &mut [Part],
        regions: &[Range<u32>],
        sheet: &Sheet,
    ) -> (Edits, Vec<Vec<Duplicate>>) {
        let mut edits = Edits::default();
        let mut duplicates = Vec::with_capacity(parts.len());
        let mut zones = Vec::with_capacity(parts.len());
        for (part, region) in parts.iter_mut().zip(regions) {
            let mut own = Vec::new();
            let (secret, empty) = match &mut part.outcome {
                Ok(value) => {
                    let raw = edits.find(value);
                    // What no merge changed says what it said before.
                    let late = settle(value, &mut own) && edits.find(value);
                    (late | raw, value.is_null())
                }
                Err(_) => {
                    let secret = clip(lines, region).iter().any(|line| speaks_of_secret(line));
                    if secret {
                        self.learn(sheet, region, &mut edits);
                    }
                    (secret, false)
                }
            };
            duplicates.push(own);
            zones.push(Region { lines: region.clone(), secret, empty });
        }
        widen(&mut edits, self.text, &sheet.lexemes, &zones);
        find_in_comments(self.text, &sheet.lexemes, &mut edits);
        (edits, duplicates)
    }

    /// Notes what was read of a Secret before it turned out to be broken.
    fn learn(&self, sheet: &Sheet, region: &Range<u32>, edits: &mut Edits) {
        let (mut key, mut in_data) = ("", false);
        for lexeme in sheet.lexemes.iter().filter(|lexeme| region.contains(&lexeme.spot.line)) {
            let raw = self.text.get(lexeme.start..lexeme.end).unwrap_or_default();
            let text = raw.trim_matches(['"', '\'']);
            match lexeme.class {
                TokenClass::Key => {
                    key = text;
                    in_data |= matches!(key, "data" | "stringData");
                }
                TokenClass::String | TokenClass::Number if in_data => edits.values.learn(key, text),
                _ => {}
            }
        }
    }

    /// A document of which not even the kind is known.
    fn sealed(&self, value: &Value) -> Problem {
        let (message, help) = match value.get("sops") {
            Some(_) => (
                "SOPS has encrypted this document as a whole, kind included, so it is not documented",
                "encrypt values alone: `sops --encrypted-regex '^(data|stringData)$'`",
            ),
            None => (
                "the kind of this document is set by substitution, so it is not documented",
                "give podviz what the tool makes of it",
            ),
        };
        Problem::new(Level::Note, Code::NotAManifest, message)
            .at(self.name, value.line, value.column)
            .help(help)
    }

    /// A key of a Secret is not named, unless the page shows it, too.
    fn duplicate(&self, duplicate: &Duplicate, edits: &Edits) -> Problem {
        let (line, column) = (duplicate.line, duplicate.column);
        let message = match edits.at(Spot { line, column }) {
            None if !edits.in_secret(line) => {
                format!("the key `{}` stands twice in one mapping; the last one counts", duplicate.key)
            }
            _ => "a key stands twice in one mapping; the last one counts".to_owned(),
        };
        let problem = Problem::new(Level::Warning, Code::DuplicateKey, message);
        problem.at(self.name, line, column).help("remove one of them")
    }

    fn publish(
        &self,
        accepted: Vec<Accepted>,
        sheet: &Sheet,
        edits: &Edits,
        hidden: &[Range<u32>],
    ) -> Vec<Document> {
        if accepted.is_empty() {
            return Vec::new();
        }
        let lines = highlight::lines(self.text, &sheet.lexemes, edits, hidden).fitted();
        let file = Arc::new(SourceFile { path: self.name.to_owned(), lines, origin: None });
        let documents = accepted.into_iter().map(|document| Document {
            file: Arc::clone(&file),
            index: document.index,
            first_line: document.value.line,
            last_line: document.last_line.max(document.value.line),
            comment: document.comment,
            environment: None,
            namespace: None,
            imprints: Arc::new(document.imprints),
            delivery: None,
            value: document.value,
        });
        documents.collect()
    }
}

/// What is wrong where a document begins, and what becomes of it.
fn broken_separator(name: &str, seam: &Seam) -> Problem {
    let (message, help) = match seam.kind {
        SeamKind::Missing => (
            "a line `---` is missing before this object: kubectl takes it and the one above for one object, and keeps of each key \
             the last",
            "write a line `---` between the two objects",
        ),
        SeamKind::Crowded => (
            "something follows the separator `---` on its line: kubectl refuses the file, because only a comment may stand there",
            "end the line after `---`",
        ),
    };
    let Spot { line, column } = seam.spot;
    Problem::new(Level::Error, Code::BrokenSeparator, message).at(name, line, column).help(help)
}

fn problem(name: &str, fault: Fault) -> Problem {
    Problem::new(Level::Error, fault.code, fault.message).at(name, fault.line, fault.column)
}

fn clip<'a, 't>(lines: &'a [&'t str], region: &Range<u32>) -> &'a [&'t str] {
    let clip = |line: u32| (line.max(1) as usize - 1).min(lines.len());
    &lines[clip(region.start)..clip(region.end.max(region.start))]
}

/// Whether lines that could not be read show a key of a manifest at their margin.
fn wants_to_be_manifest(lines: &[&str], region: &Range<u32>) -> bool {
    let region = clip(lines, region);
    let shows = |key: &str| {
        region.iter().any(|line| {
            let line = line.trim_start_matches(['{', '"', '\'']);
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
        })
    };
    let json = region.iter().any(|line| line.contains("\"apiVersion\""))
        && region.iter().any(|line| line.contains("\"kind\""));
    shows("apiVersion") || shows("kind") || json
}

/// Whether a document is a list of manifests, as `jq` and other programs print several.
fn is_row(name: &str, value: &Value) -> bool {
    let items = value.items();
    !items.is_empty() && items.iter().all(|item| judge(name, item) == Verdict::Manifest)
}

/// The manifests of a list.
fn in_a_row(row: Value, index: usize, last_line: u32, imprints: &Imprints) -> Vec<Accepted> {
    let Kind::List(items) = row.kind else { return Vec::new() };
    let ends: Vec<u32> = items.iter().skip(1).map(|next| next.line.saturating_sub(1)).collect();
    let ends = ends.into_iter().chain([last_line]);
    let accepted = items.into_iter().zip(ends).map(|(value, end)| Accepted {
        index,
        last_line: end.max(value.line),
        comment: None,
        imprints: imprints.clone(),
        value,
    });
    accepted.collect()
}

/// The comment lines between the beginning of a document and its first node, other than those of a Secret; blocks stay
/// apart.
fn comment(
    lines: &[&str],
    region: &Range<u32>,
    first: bool,
    first_line: u32,
    edits: &Edits,
) -> Option<String> {
    let from = if first { 0 } else { region.start as usize - 1 };
    let above = lines.get(from..(first_line as usize).saturating_sub(1))?;
    let mut text = String::new();
    for (number, line) in (from as u32 + 1..).zip(above) {
        match line.trim_start().strip_prefix('#') {
            Some(comment) if is_source_line(comment) || edits.in_secret(number) => {}
            Some(comment) => {
                text.push_str(comment.strip_prefix(' ').unwrap_or(comment).trim_end());
                text.push('\n');
            }
            None if line.trim().is_empty() && !text.is_empty() => text.push('\n'),
            None => {}
        }
    }
    let text = described(&text);
    (!text.is_empty()).then(|| redact_text(&text, false).unwrap_or(text))
}

/// Whether a comment, without its `#`, is the note of `helm template` that says which template a document comes from.
pub fn is_source_line(comment: &str) -> bool {
    let name = comment.strip_prefix(" Source: ");
    name.is_some_and(|name| name.contains("/templates/") || name.contains("/crds/"))
}
