//! Everything that podviz says, to be read in one go: each form of sentence once, with an example, sorted by topic. It is read out
//! of what tests expect and out of the catalog, so it holds what some test shows.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// An example of each form, by topic and form.
type Forms = BTreeMap<String, BTreeMap<String, String>>;

/// The forms of sentences below `root`, as text: a heading a topic, a line a form; of the topics that begin with `wanted`.
pub fn sentences(root: &Path, wanted: &str) -> String {
    let mut forms = Forms::new();
    for folder in ["tests", "src/catalog"] {
        walk(&root.join(folder), &mut |path, text| {
            let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
            collect(&name, text, &mut forms);
        });
    }
    forms.retain(|topic, _| topic.starts_with(wanted));
    let mut out = String::new();
    for (topic, examples) in &forms {
        let _ = writeln!(out, "\n# {topic}: {}\n", examples.len());
        for example in examples.values() {
            let _ = writeln!(out, "- {example}");
        }
    }
    let all: usize = forms.values().map(BTreeMap::len).sum();
    let _ = writeln!(out, "\n{all} forms of {} topics", forms.len());
    out
}

/// Adds the sentences of a file, each to its topic.
fn collect(name: &str, text: &str, forms: &mut Forms) {
    let parts: Vec<&str> = name.split('/').collect();
    let mut say = |topic: &str, words: &str| add(forms, topic, words);
    match parts[..] {
        ["src", "catalog", "kinds", file] => {
            for line in text.lines() {
                let line = line.trim_start().trim_start_matches("- ");
                let said = ["say: ", "why: ", "summary: ", "without: "]
                    .iter()
                    .find_map(|key| line.strip_prefix(key));
                said.into_iter().for_each(|words| say(&format!("kind {file}"), words.trim_matches('"')));
            }
        }
        ["tests", "advice", code, "expected", _] => {
            let lines = text.lines().filter_map(|line| line.strip_prefix("  "));
            lines
                .filter(|line| !line.starts_with([' ', 'i']))
                .for_each(|line| say(&format!("advice {code}"), line));
        }
        ["tests", "facts", _, "expected", _] => {
            let mut fact = "";
            for line in text.lines() {
                fact = line.split(" | ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or(fact);
                line.strip_prefix("  because ").into_iter().for_each(|why| say(&format!("fact {fact}"), why));
            }
        }
        ["tests", "changes", _, "expected", "effects.txt"] => {
            let mut code = "";
            for line in text.lines() {
                match line.strip_prefix("  ") {
                    Some(words) if words.ends_with('.') => say(&format!("change {code}"), words),
                    Some(_) => {}
                    None => code = line.split(' ').nth(1).unwrap_or(code),
                }
            }
        }
        ["tests", "command-line" | "cases" | "environments" | "gitops", _, "expected", "stderr.txt"] => {
            for line in text.lines() {
                let code = line.split(['[', ']']).nth(1).unwrap_or("without a code");
                let words = line.split_once(": ").map_or(line, |(_, words)| words);
                say(&format!("message {code}"), words);
            }
        }
        ["tests", "sentences", .., "sentences.txt"] => {
            let topic = text.lines().next().and_then(|line| line.split(": ").nth(1)).unwrap_or("page");
            text.lines().skip(1).for_each(|line| say(&format!("page {topic}"), line));
        }
        ["tests", "examples", .., "README.md"] => {
            let (mut topic, mut in_code) = ("page, at its top".to_owned(), false);
            for line in text.lines() {
                in_code ^= line.starts_with("```");
                match line.trim_start().split_once(' ') {
                    Some(("accDescr:", words)) => say("diagram", words),
                    Some(("##" | "###", title)) if !in_code => topic = format!("page {}", form(title)),
                    _ if in_code || line.starts_with(['<', '[', '#', '`']) || line.contains("| ---") => {}
                    _ => say(&topic, line.trim_start_matches(['-', ' ', '>'])),
                }
            }
        }
        _ => {}
    }
}

fn add(forms: &mut Forms, topic: &str, words: &str) {
    let words = unlinked(words);
    for sentence in words.replace(" | ", "\u{1}").replace(". ", ".\u{1}").split('\u{1}') {
        let sentence = sentence.trim_matches([' ', '|']);
        // One word or a value is no sentence.
        if sentence.split(' ').filter(|word| word.chars().all(char::is_alphabetic)).count() >= 2 {
            forms.entry(topic.to_owned()).or_default().entry(form(sentence)).or_insert(sentence.to_owned());
        }
    }
}

/// What sentences have in common that differ in names and numbers alone: both are gaps.
fn form(sentence: &str) -> String {
    let mut form = String::new();
    for (at, piece) in sentence.split('`').enumerate() {
        if at % 2 == 1 {
            form.push('…');
        } else {
            form.extend(piece.chars().map(|c| if c.is_ascii_digit() { '…' } else { c }));
        }
    }
    while form.contains("……") {
        form = form.replace("……", "…");
    }
    form
}

/// The text with the words of links alone.
fn unlinked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        out.push_str(&before.replacen('[', "", usize::from(before.contains('['))));
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    out + rest
}

/// Calls `each` with every text file below a folder, sorted by path.
fn walk(folder: &Path, each: &mut dyn FnMut(&Path, &str)) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, each);
        } else if let Ok(text) = fs::read_to_string(&path) {
            each(&path, &text);
        }
    }
}
