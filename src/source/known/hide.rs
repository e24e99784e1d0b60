//! Known values leave what was read: trees, keys, lines, comments and messages.

use super::Known;
use crate::document::{
    Document, Imprints, Kind, MARK, Origin, SourceFile, Token, TokenClass, Value, compose::MERGE, parse,
};
use crate::problem::Problems;
use crate::source::redact::Values;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

/// Hides `values` in the documents, the files that they stand in, and the problems; gives what there is to hide elsewhere.
pub fn hide(values: &Values, documents: &mut [Document], problems: &mut Problems) -> Option<Known> {
    let names = names(values, documents);
    let known = Known::of(values, &names.iter().map(|name| &**name).collect())?;
    // What was found in trees, by the file and the line.
    let mut found: HashMap<*const SourceFile, Lines> = HashMap::new();
    for document in documents.iter_mut() {
        let lines = found.entry(Arc::as_ptr(&document.file)).or_default();
        let is_secret = document.value.get("kind").and_then(Value::as_str) == Some("Secret");
        let imprints = Arc::make_mut(&mut document.imprints);
        Tree { known: &known, lines, imprints, is_secret }.value(&mut document.value, "", false);
        if let Some(masked) = document.comment.as_deref().and_then(|comment| known.mask(comment, true)) {
            document.comment = Some(masked);
        }
    }
    let mut files: HashMap<*const SourceFile, Arc<SourceFile>> = HashMap::new();
    for document in documents {
        let old = Arc::as_ptr(&document.file);
        let new = files.entry(old).or_insert_with(|| file(&document.file, &known, &found));
        document.file = Arc::clone(new);
    }
    *problems = problems
        .iter()
        .map(|problem| {
            let mut problem = problem.clone();
            if let Some(masked) = known.mask(&problem.message, true) {
                problem.message = masked;
            }
            if let Some(masked) = problem.help.as_deref().and_then(|help| known.mask(help, true)) {
                problem.help = Some(masked);
            }
            problem
        })
        .collect();
    Some(known)
}

/// What is known of the lines of a file from the trees in it.
#[derive(Default)]
struct Lines {
    /// Lines on which words stay, since a label stands there.
    labels: BTreeSet<u32>,
    /// Lines on which a text begins that holds a value.
    texts: BTreeSet<u32>,
}

/// The words among the values that the input uses as names.
fn names(values: &Values, documents: &[Document]) -> BTreeSet<Box<str>> {
    let mut names = BTreeSet::new();
    for document in documents.iter().filter(|_| !values.words.is_empty()) {
        let is_secret = document.value.get("kind").and_then(Value::as_str) == Some("Secret");
        collect(&document.value, "", !is_secret, false, values, &mut names);
    }
    names
}

/// `labels` if labels count as names; `inside` if this stands below some.
fn collect(
    value: &Value,
    key: &str,
    labels: bool,
    inside: bool,
    values: &Values,
    names: &mut BTreeSet<Box<str>>,
) {
    match &value.kind {
        Kind::Map(entries) => {
            for entry in entries {
                let inside = inside || labels && is_listed("labels", &entry.key);
                collect(&entry.value, &entry.key, labels, inside, values, names);
            }
        }
        Kind::List(items) => {
            items.iter().for_each(|item| collect(item, key, labels, inside, values, names));
        }
        Kind::String(text) if inside || is_listed("names", key) => {
            // The path of an image is made of names.
            for part in text.split(['/', ':', '@']).chain([&**text]) {
                if values.words.contains(part) {
                    names.insert(part.into());
                }
            }
        }
        _ => {}
    }
}

struct Tree<'k> {
    known: &'k Known,
    lines: &'k mut Lines,
    imprints: &'k mut Imprints,
    /// Whether the document is a Secret, whose labels are copies if they say the same.
    is_secret: bool,
}

impl Tree<'_> {
    /// `labels` if words stay.
    fn value(&mut self, value: &mut Value, key: &str, labels: bool) {
        let line = value.line;
        match &mut value.kind {
            Kind::Map(entries) => {
                let mut renamed = false;
                for entry in entries.iter_mut() {
                    let labels = labels || !self.is_secret && is_listed("labels", &entry.key);
                    self.value(&mut entry.value, &entry.key, labels);
                    if *entry.key != *MERGE
                        && let Some(masked) = self.known.mask(&entry.key, false)
                    {
                        entry.key = masked.into();
                        renamed = true;
                    }
                }
                if renamed {
                    let mut seen = BTreeSet::new();
                    entries.retain(|entry| seen.insert(entry.key.clone()));
                }
            }
            Kind::List(items) => items.iter_mut().for_each(|item| self.value(item, key, labels)),
            Kind::String(_) if is_listed("names", key) => {}
            Kind::String(text) => {
                if labels {
                    self.lines.labels.insert(line);
                }
                if let Some(masked) = self.known.mask(text, !labels) {
                    self.lines.texts.insert(line);
                    self.imprints.note(line, value.column, text);
                    *text = masked.into();
                }
            }
            Kind::Number(_) => {
                let written = value.scalar_text().unwrap_or_default();
                if self.known.mask(&written, !labels).is_some() {
                    self.imprints.note(line, value.column, &written);
                    value.kind = Kind::String(MARK.into());
                    value.written = None;
                }
            }
            Kind::Null | Kind::Bool(_) => {}
        }
    }
}

/// The file without values, and without those in the files that it comes from.
fn file(file: &Arc<SourceFile>, known: &Known, found: &HashMap<*const SourceFile, Lines>) -> Arc<SourceFile> {
    let nothing = Lines::default();
    let about = found.get(&Arc::as_ptr(file)).unwrap_or(&nothing);
    let mut new = SourceFile { path: file.path.clone(), ..SourceFile::default() };
    let mut folded = false;
    for (number, own) in (1u32..).zip(file.lines.iter()) {
        let tokens: Vec<Token> = own.tokens().collect();
        let masked = line(&tokens, own.text(), known, about.labels.contains(&number));
        // A text over several lines that holds a value, but on no line of its own.
        let begins = about.texts.contains(&number);
        folded = match &masked {
            Some(_) => false,
            None => begins && may_hide(&tokens) || folded && goes_on(&tokens),
        };
        let masked = masked.or_else(|| folded.then(|| blank(&tokens)));
        new.lines.add(masked.unwrap_or(tokens));
    }
    new.lines = new.lines.fitted();
    new.origin = file.origin.as_ref().map(|origin| Origin {
        files: origin.files.iter().map(|one| self::file(one, known, found)).collect(),
        lines: origin.lines.clone(),
    });
    Arc::new(new)
}

/// A line with marks; `None` if it holds no value.
fn line<'t>(tokens: &[Token<'t>], text: &'t str, known: &Known, labels: bool) -> Option<Vec<Token<'t>>> {
    let mut hits: Vec<std::ops::Range<usize>> =
        known.find(text).into_iter().filter(|hit| !(labels && hit.word)).map(|hit| hit.range).collect();
    let (mut at, mut key) = (0, "");
    for token in tokens {
        let range = at..at + token.text.len();
        at = range.end;
        match token.class {
            TokenClass::Key => key = token.text.trim_matches(['"', '\'']),
            TokenClass::String if is_listed("names", key) => {
                hits.retain(|hit| hit.start < range.start || hit.end > range.end);
            }
            TokenClass::String | TokenClass::Comment => {}
            _ => continue,
        }
        let inside = |hit: &std::ops::Range<usize>| range.start <= hit.start && hit.end <= range.end;
        let is_name = token.class == TokenClass::String && is_listed("names", key);
        if is_name || hits.iter().any(inside) {
            continue;
        }
        // What is escaped in the file may be a value once it is read.
        if unescaped(token.text).is_some_and(|plain| known.mask(&plain, !labels).is_some()) {
            hits.push(range);
        }
    }
    if hits.is_empty() {
        return None;
    }
    hits.sort_by_key(|hit| (hit.start, hit.end));
    let (mut masked, mut at, mut marked) = (Vec::with_capacity(tokens.len() + 2), 0, None);
    for token in tokens {
        let (start, end) = (at, at + token.text.len());
        let mut done = start;
        for hit in hits.iter().filter(|hit| hit.start < end && hit.end > start) {
            if hit.start > done {
                push(&mut masked, token, token.class, &text[done..hit.start]);
            }
            if marked != Some(hit.start) {
                push(&mut masked, token, TokenClass::Redacted, MARK);
                marked = Some(hit.start);
            }
            done = done.max(hit.end.min(end));
        }
        push(&mut masked, token, token.class, &text[done..end]);
        at = end;
    }
    Some(masked)
}

/// Adds a part of `whole`, or what stands for it.
fn push<'t>(tokens: &mut Vec<Token<'t>>, whole: &Token, class: TokenClass, text: &'t str) {
    if !text.is_empty() {
        tokens.push(Token { class, text, column: whole.column });
    }
}

/// What a quoted token says, if it is written with escapes.
fn unescaped(text: &str) -> Option<String> {
    if text.starts_with('"') && text.contains('\\') {
        return serde_json::from_str(text).ok();
    }
    (text.starts_with('\'') && text[1..].contains("''")).then(|| text.replace("''", "'"))
}

/// Whether a line holds a text that says more than it shows: it goes on in the next line, or is written with escapes.
fn may_hide(tokens: &[Token]) -> bool {
    let texts = |token: &Token| token.class == TokenClass::String;
    tokens.last().is_some_and(texts) || tokens.iter().any(|token| texts(token) && token.text.contains('\\'))
}

/// Whether a line is nothing but text.
fn goes_on(tokens: &[Token]) -> bool {
    tokens.iter().all(|token| match token.class {
        TokenClass::Plain => token.text.trim().is_empty(),
        class => class == TokenClass::String,
    })
}

/// The line with a mark for its last text, and for each that is written with escapes.
fn blank<'t>(tokens: &[Token<'t>]) -> Vec<Token<'t>> {
    let mut tokens = tokens.to_vec();
    let last = tokens.len().saturating_sub(1);
    for (at, token) in tokens.iter_mut().enumerate().filter(|(_, token)| token.class == TokenClass::String) {
        if at == last || token.text.contains('\\') {
            *token = Token { class: TokenClass::Redacted, text: MARK, ..*token };
        }
    }
    tokens
}

fn is_listed(list: &str, key: &str) -> bool {
    static JOINTS: LazyLock<[BTreeSet<Box<str>>; 2]> = LazyLock::new(|| {
        let joints = parse(include_bytes!("joints.yaml")).expect("our own file");
        ["names", "labels"].map(|list| {
            let items = joints.get(list).map(Value::items).unwrap_or_default();
            items.iter().filter_map(Value::as_str).map(Into::into).collect()
        })
    });
    JOINTS[usize::from(list == "labels")].contains(key)
}
