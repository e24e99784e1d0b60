//! One file's bytes become documents, redacted; no disk, no recursion deeper than the limits.

use super::compose::Fault;
use super::decode::decode;
use super::highlight;
use super::manifest::{Verdict, judge};
use super::redact::{Edit, Edits, MARK, redact_text};
use super::settle::settle;
use super::sheet::{Part, Sheet};
use super::template::is_template;
use super::{Limits, graph, json, yaml};
use crate::model::{Document, Environment, SourceFile, TokenClass, Value};
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
    if graph::is_graph(&text) { graph::read(name, &text, limits) } else { load_text(name, &text, limits) }
}

/// Reads the text that is shown as `name`.
pub(super) fn load_text(name: &str, text: &str, limits: &Limits) -> Loaded {
    let sheet = json::read(text, limits).unwrap_or_else(|| yaml::read(text, limits));
    if is_template(text, &sheet) {
        return Loaded { template: true, ..Loaded::default() };
    }
    Reader { name, text, problems: Problems::none() }.documents(sheet)
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
    value: Value,
}

impl Reader<'_> {
    fn documents(mut self, mut sheet: Sheet) -> Loaded {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut edits = Edits::default();
        for value in sheet.parts.iter().filter_map(|part| part.outcome.as_ref().ok()) {
            edits.find(value);
        }
        self.comments(&sheet, &mut edits);
        let parts = std::mem::take(&mut sheet.parts);
        let regions: Vec<Range<u32>> = regions(&parts);
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
            let mut duplicates = Vec::new();
            edits.apply(&mut value);
            settle(&mut value, &mut duplicates);
            // A merge may have brought a kind or a name that says more.
            let mut late = Edits::default();
            late.find(&value);
            late.apply(&mut value);
            edits.absorb(late);
            match judge(self.name, &value) {
                Verdict::Manifest => {
                    for duplicate in duplicates {
                        let message = format!(
                            "the key `{}` stands twice in one mapping; the last one counts",
                            duplicate.key
                        );
                        let problem = Problem::new(Level::Warning, Code::DuplicateKey, message);
                        self.problems.push(
                            problem
                                .at(self.name, duplicate.line, duplicate.column)
                                .help("remove one of them"),
                        );
                    }
                    let comment = comment(&lines, &region, index == 0, value.line);
                    accepted.push(Accepted { index, last_line, comment, value });
                }
                Verdict::Empty => {}
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
            self.problems.push(problem(self.name, fault));
        }
        // Late edits of one document may concern a scalar that another part of the tree shares.
        accepted.iter_mut().for_each(|document| edits.apply(&mut document.value));
        let documents = self.publish(accepted, &sheet, &edits, &hidden);
        let passed_over = documents.is_empty() && self.problems.is_empty() && foreign;
        Loaded { documents, passed_over, problems: self.problems, ..Loaded::default() }
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
        let lines = highlight::lines(self.text, &sheet.lexemes, edits, hidden);
        let file = Arc::new(SourceFile { path: self.name.to_owned(), lines, origin: None });
        let documents = accepted.into_iter().map(|document| Document {
            file: Arc::clone(&file),
            index: document.index,
            first_line: document.value.line,
            last_line: document.last_line.max(document.value.line),
            comment: document.comment,
            environment: None,
            namespace: None,
            value: document.value,
        });
        documents.collect()
    }

    /// Comments are redacted by the block: a commented-out manifest is one text.
    fn comments(&self, sheet: &Sheet, edits: &mut Edits) {
        let mut comments =
            sheet.lexemes.iter().filter(|lexeme| lexeme.class == TokenClass::Comment).peekable();
        while let Some(first) = comments.next() {
            let mut block = vec![first];
            while let Some(next) =
                comments.next_if(|next| block.last().is_some_and(|last| last.spot.line + 1 == next.spot.line))
            {
                block.push(next);
            }
            let text: Vec<&str> =
                block.iter().map(|comment| &self.text[comment.start..comment.end]).collect();
            let text = text.join("\n");
            let redacted = redact_text(&text, false);
            let mut lines = redacted.as_deref().unwrap_or(&text).split('\n').zip(text.split('\n'));
            for comment in block {
                let Some((new, old)) = lines.next() else { break };
                if edits.in_secret(comment.spot.line) {
                    edits.add(comment.spot.line, comment.spot.column, Edit::Text(format!("# {MARK}").into()));
                } else if old != new {
                    edits.add(comment.spot.line, comment.spot.column, Edit::Text(new.into()));
                }
            }
        }
    }
}

fn problem(name: &str, fault: Fault) -> Problem {
    Problem::new(Level::Error, fault.code, fault.message).at(name, fault.line, fault.column)
}

/// The lines of each part: from where it begins to where the next one does.
fn regions(parts: &[Part]) -> Vec<Range<u32>> {
    let begins: Vec<u32> =
        parts.iter().enumerate().map(|(at, part)| if at == 0 { 1 } else { part.begin }).collect();
    let ends = begins.iter().skip(1).copied().chain([u32::MAX]);
    begins.iter().zip(ends).map(|(&begin, end)| begin..end).collect()
}

/// Whether lines that could not be read show a key of a manifest at their margin.
fn wants_to_be_manifest(lines: &[&str], region: &Range<u32>) -> bool {
    let clip = |line: u32| (line as usize - 1).min(lines.len());
    let region = &lines[clip(region.start)..clip(region.end.max(region.start))];
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

/// The comment lines between the beginning of a document and its first node; blocks stay apart.
fn comment(lines: &[&str], region: &Range<u32>, first: bool, first_line: u32) -> Option<String> {
    let from = if first { 0 } else { region.start as usize - 1 };
    let above = lines.get(from..(first_line as usize).saturating_sub(1))?;
    let mut text = String::new();
    for line in above {
        match line.trim_start().strip_prefix('#') {
            Some(comment) if is_source_line(comment) => {}
            Some(comment) => {
                text.push_str(comment.strip_prefix(' ').unwrap_or(comment).trim_end());
                text.push('\n');
            }
            None if line.trim().is_empty() && !text.is_empty() => text.push('\n'),
            None => {}
        }
    }
    let text = text.trim_matches('\n');
    (!text.trim().is_empty()).then(|| redact_text(text, false).unwrap_or_else(|| text.to_owned()))
}

/// Whether a comment, without its `#`, is the note of `helm template` that says which template a document comes from.
pub fn is_source_line(comment: &str) -> bool {
    let name = comment.strip_prefix(" Source: ");
    name.is_some_and(|name| name.contains("/templates/") || name.contains("/crds/"))
}
