//! The rules of the architecture that a compiler does not check. Each failure names the file and the rule.

use ignore::WalkBuilder;
use regex::Regex;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The stages, in the order in which data passes through them.
const STAGES: &[&str] = &["source", "catalog", "model", "topology", "facts", "diagram", "page", "output"];

/// What every stage stands on, beside `model`.
const GROUND: &[&str] = &["problem", "escape", "names"];

/// Most lines of a file, tests not counted.
const MOST_LINES: usize = 500;

/// One Rust file of `src`, without its tests.
struct Source {
    /// Relative to `src`, with `/`.
    path: String,
    /// Everything but the test modules.
    code: String,
}

impl Source {
    /// The module at the top of the tree that the file belongs to.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The lines that are code, without comments, each with its number.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !is_comment(line))
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the repository that git would keep.
fn files() -> Vec<PathBuf> {
    let walk = WalkBuilder::new(root())
        .hidden(false)
        .require_git(false)
        .sort_by_file_path(Ord::cmp)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    let files = walk.map(|entry| entry.expect("a readable entry").into_path()).filter(|path| path.is_file());
    files.collect()
}

fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).expect("a path below the root");
    path.to_str().expect("a UTF-8 path").replace('\\', "/")
}

fn sources() -> Vec<Source> {
    let inline_tests =
        Regex::new(r"(?ms)^#\[cfg\(test\)\]\n(?:#\[[^\n]*\]\n)*mod \w+ \{\n.*?^\}\n").expect("a regex");
    let mut sources = Vec::new();
    for path in files() {
        let Some(name) = relative(&path).strip_prefix("src/").map(str::to_owned) else { continue };
        let is_test = name.split('/').any(|part| part == "tests" || part == "tests.rs");
        if !name.ends_with(".rs") || is_test {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a UTF-8 file");
        sources.push(Source { path: name, code: inline_tests.replace_all(&text, "").into_owned() });
    }
    assert!(sources.len() > 3, "the files of src are found");
    sources
}

fn report(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}

/// The modules of this crate that a line names: `crate::model::…`, `crate::{model, escape::html}`.
fn imported(code: &str) -> BTreeSet<String> {
    let single = Regex::new(r"\bcrate::([a-z_]\w*)").expect("a regex");
    let mut modules: BTreeSet<String> = single.captures_iter(code).map(|found| found[1].to_owned()).collect();
    for (start, _) in code.match_indices("crate::{") {
        let mut depth = 0;
        let mut first = String::new();
        for c in code[start + "crate::".len()..].chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 1 && (c.is_alphanumeric() || c == '_' || c == ':') {
                first.push(c);
            } else if matches!(c, ',' | '}' | '{') && depth <= 1 {
                modules.insert(first.split(':').next().unwrap_or_default().to_owned());
                first.clear();
            }
            if depth == 0 {
                break;
            }
        }
    }
    modules.retain(|module| module.starts_with(|c: char| c.is_ascii_lowercase()));
    modules
}

#[test]
fn imports_are_understood() {
    let code = "use crate::{escape, model::{self, Subject}, diagram::Id};\ncrate::facts::x(); crate::Site";
    assert_eq!(imported(code).into_iter().collect::<Vec<_>>(), ["diagram", "escape", "facts", "model"]);
}

#[test]
fn a_stage_imports_the_ground_the_model_and_earlier_stages() {
    let mut faults = Vec::new();
    for source in sources() {
        let module = source.module().to_owned();
        let stage = STAGES.iter().position(|stage| *stage == module);
        let is_ground = GROUND.contains(&module.as_str());
        if stage.is_none() && !is_ground {
            continue; // the composition of the stages, and the command line
        }
        let code = source.lines().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
        for other in imported(&code) {
            let is_own = other == module;
            let is_floor = GROUND.contains(&other.as_str()) || other == "model";
            let is_earlier =
                STAGES.iter().position(|stage| *stage == other).is_some_and(|at| Some(at) < stage);
            if !(is_own || is_floor || is_earlier) {
                faults.push(format!("src/{}: {module} imports {other}", source.path));
            }
        }
    }
    report("a stage imports the ground, `model`, and stages with a smaller number", &faults);
}

#[test]
fn only_the_outer_stages_touch_the_world() {
    let direct = Regex::new(r"\bstd::(fs|env|process|time)\b").expect("a regex");
    let grouped = Regex::new(r"\bstd::\{[^;]*?\b(fs|env|process|time)\b(?:::|,|\}| as )").expect("a regex");
    let mut faults = Vec::new();
    for source in sources() {
        if matches!(source.module(), "source" | "output" | "main") {
            continue;
        }
        let code = source.lines().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
        for found in direct.captures_iter(&code).chain(grouped.captures_iter(&code)) {
            faults.push(format!("src/{}: std::{}", source.path, &found[1]));
        }
    }
    report("only source, output and main touch the disk, the environment, processes and the clock", &faults);
}

#[test]
fn nothing_is_in_the_order_of_hashes() {
    let mut faults = Vec::new();
    for source in sources() {
        let stage = STAGES.iter().position(|stage| *stage == source.module());
        if !stage.is_some_and(|at| (1..=6).contains(&at)) {
            continue;
        }
        for (line, text) in source.lines() {
            if text.contains("HashMap") || text.contains("HashSet") {
                faults.push(format!("src/{}:{line}", source.path));
            }
        }
    }
    report("the pure stages use BTreeMap and BTreeSet, so that their order is that of the data", &faults);
}

#[test]
fn files_are_short() {
    let mut faults = Vec::new();
    for source in sources() {
        let count = source.code.lines().count();
        if count > MOST_LINES {
            faults.push(format!("src/{}: {count} lines", source.path));
        }
    }
    report(&format!("a file has at most {MOST_LINES} lines: which two things is it?"), &faults);
}

#[test]
fn every_module_says_what_it_is() {
    let sources = sources();
    let faults: Vec<String> = sources
        .iter()
        .filter(|source| !source.code.starts_with("//! "))
        .map(|source| format!("src/{}", source.path))
        .collect();
    report("a file begins with `//!` and a sentence that says what it gives", &faults);
}

#[test]
fn names_say_something() {
    let empty_words =
        ["util", "utils", "helper", "helpers", "common", "manager", "processor", "base", "misc"];
    let mut faults = Vec::new();
    for path in files().iter().map(|path| relative(path)).filter(|path| path.ends_with(".rs")) {
        let stem = path.trim_end_matches(".rs");
        if stem.split(['/', '_', '-']).any(|part| empty_words.contains(&part)) {
            faults.push(path);
        }
    }
    let declared = Regex::new(r"\bmod (\w+)").expect("a regex");
    for source in sources() {
        for (line, text) in source.lines() {
            let names = declared.captures_iter(text).map(|found| found[1].to_owned());
            for name in names.filter(|name| name.split('_').any(|part| empty_words.contains(&part))) {
                faults.push(format!("src/{}:{line}: mod {name}", source.path));
            }
        }
    }
    report("names are nouns that say what a thing is", &faults);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    // Spelled in two parts, so that this file does not hold them.
    let private = [
        ["/wor", "k/"],
        ["/hom", "e/"],
        ["/User", "s/"],
        ["/roo", "t/"],
        ["npm", "js.org"],
        ["index.cra", "tes.io"],
    ];
    let private: Vec<String> = private.iter().map(|parts| parts.concat()).collect();
    let mut faults = Vec::new();
    for path in files() {
        let name = relative(&path);
        // Manifests describe machines of their own: mounts and hostPaths.
        let is_manifest =
            name.starts_with("examples/") || name.starts_with("tests/cases/") || name.ends_with(".yaml");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (at, line) in text.lines().enumerate().filter(|_| !is_manifest) {
            if let Some(word) = private.iter().find(|word| line.contains(word.as_str())) {
                faults.push(format!("{name}:{}: {word}", at + 1));
            }
        }
    }
    report("no absolute path of a machine and no registry host is in the repository", &faults);
}

#[test]
fn one_file_spells_mermaid() {
    let keywords = [["flow", "chart "], ["sequence", "Diagram"]].map(|parts| parts.concat());
    let mut faults = Vec::new();
    for source in sources() {
        if matches!(source.path.as_str(), "diagram/mermaid.rs" | "escape.rs") {
            continue;
        }
        for (line, text) in source.lines() {
            if keywords.iter().any(|word| text.contains(word.as_str())) {
                faults.push(format!("src/{}:{line}", source.path));
            }
        }
    }
    report("only src/diagram/mermaid.rs and src/escape.rs know Mermaid's words", &faults);
}
