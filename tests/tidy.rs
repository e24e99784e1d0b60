//! The rules of the architecture that a compiler does not check. Each failure names the file and the rule.

use ignore::WalkBuilder;
use regex::Regex;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The stages, in the order in which data passes through them.
const STAGES: &[&str] =
    &["source", "catalog", "model", "topology", "facts", "diagram", "page", "change", "output"];

/// What every stage stands on.
const GROUND: &[&str] = &["document", "problem", "escape", "names"];

/// Most lines of a file, tests not counted.
const MOST_LINES: usize = 500;

/// Names within a stage that would close a circle: the module that names, the one that is named, and the parent of both.
/// Each is known and reviewed, and the list may only get shorter: see [`no_circle_is_within_a_stage`].
const KNOWN_CIRCLES: &[(&str, &str, &str)] = &[
    // A composer lays out parts, and a part may hold what a composer makes.
    ("parts", "compose", "diagram::svg"),
    // A tale of a life, which others tell in parts.
    ("serving", "lifecycle", "diagram::views"),
    ("shutdown", "lifecycle", "diagram::views"),
    // Blocks link to pages, and a page is seen with its blocks.
    ("block", "view", "output"),
    // The pages of objects, workloads and containers share their sections.
    ("workload", "container", "page"),
    ("workload", "object", "page"),
    ("overview", "application", "page"),
    ("overview", "environments", "page"),
    ("graph", "load", "source"),
    ("shape", "text", "source::redact"),
    // Strings hold trees, and trees hold strings.
    ("structure", "tree", "source::redact"),
    // What rules find is collected where the topology is built.
    ("described", "build", "topology"),
    ("fold", "build", "topology"),
    ("reference", "build", "topology"),
    ("rules", "build", "topology"),
    ("shape", "build", "topology"),
    ("shape", "described", "topology"),
];

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

    /// The modules around it and itself, from the top of the tree.
    fn place(&self) -> Vec<String> {
        self.path.trim_end_matches(".rs").split('/').map(str::to_owned).collect()
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
fn a_stage_imports_the_ground_and_earlier_stages() {
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
            let is_floor = GROUND.contains(&other.as_str());
            let is_earlier =
                STAGES.iter().position(|stage| *stage == other).is_some_and(|at| Some(at) < stage);
            if !(is_own || is_floor || is_earlier) {
                faults.push(format!("src/{}: {module} imports {other}", source.path));
            }
        }
    }
    report("a stage imports the ground, and stages with a smaller number", &faults);
}

/// The paths that code names: `super::known::Known`, and each branch of `crate::{model, escape::html}`.
fn named_paths(code: &str) -> Vec<Vec<String>> {
    let start = Regex::new(r"\b(?:crate|super|self)::").expect("a regex");
    let outermost = start.find_iter(code).filter(|found| !code[..found.start()].ends_with("::"));
    let mut paths = Vec::new();
    outermost.for_each(|found| _ = branch(&code[found.start()..], &[], &mut paths));
    paths
}

/// Reads one branch of a `use`, or a path within code, behind a prefix; gives the code behind it.
fn branch<'a>(code: &'a str, prefix: &[String], paths: &mut Vec<Vec<String>>) -> &'a str {
    let end = code.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(code.len());
    let path: Vec<String> = prefix.iter().cloned().chain([code[..end].to_owned()]).collect();
    let rest = &code[end..];
    let Some(next) = rest.strip_prefix("::") else {
        paths.push(path);
        return rest;
    };
    let Some(mut group) = next.strip_prefix('{') else {
        if next.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return branch(next, &path, paths);
        }
        paths.push(path);
        return next;
    };
    loop {
        group = group.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if !group.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return group.strip_prefix('}').unwrap_or(group);
        }
        group = branch(group, &path, paths).trim_start();
        if let Some(alias) = group.strip_prefix("as ") {
            group = alias.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        }
    }
}

#[test]
fn paths_are_understood() {
    let code = "use super::{a::{self, B}, c as d};\nfn f() { crate::x::y::<T>(self::z) }";
    let paths: Vec<String> = named_paths(code).iter().map(|path| path.join(" ")).collect();
    assert_eq!(paths, ["super a self", "super a B", "super c", "crate x y", "self z"]);
}

/// The modules of `src`, with the names that each hands on from another.
struct Modules {
    handed_on: BTreeMap<Vec<String>, BTreeMap<String, Vec<String>>>,
}

impl Modules {
    fn of(sources: &[Source]) -> Modules {
        let uses = Regex::new(r"\bpub(?:\([^)]*\))? use ([^;]*);").expect("a regex");
        let names = |source: &Source| {
            let mut names = BTreeMap::new();
            for found in uses.captures_iter(&source.code) {
                let is_absolute =
                    ["crate::", "super::", "self::"].iter().any(|start| found[1].starts_with(start));
                let tree = if is_absolute { found[1].to_owned() } else { format!("self::{}", &found[1]) };
                let named =
                    named_paths(&tree).into_iter().filter_map(|path| Some((path.last()?.clone(), path)));
                names.extend(named);
            }
            names
        };
        let handed_on = sources.iter().map(|source| (source.place(), names(source))).collect();
        Modules { handed_on }
    }

    /// The module that a path leads to from a module, as far as it is one of `src`.
    fn meant(&self, from: &[String], path: &[String], depth: usize) -> Vec<String> {
        let mut at = if path[0] == "crate" { Vec::new() } else { from.to_vec() };
        for (index, step) in path.iter().enumerate() {
            let inner: Vec<String> = at.iter().cloned().chain([step.clone()]).collect();
            match step.as_str() {
                "crate" | "self" => {}
                "super" => _ = at.pop(),
                _ if self.handed_on.contains_key(&inner) => at = inner,
                _ => {
                    let other =
                        self.handed_on.get(&at).and_then(|names| names.get(step)).filter(|_| depth < 8);
                    let Some(other) = other else { break };
                    let rest: Vec<String> = other.iter().chain(&path[index + 1..]).cloned().collect();
                    return self.meant(&at, &rest, depth + 1);
                }
            }
        }
        at
    }
}

/// The modules of a circle, if there is one: each names the next, and the last the first.
fn circle(names: &BTreeMap<&str, BTreeSet<&str>>) -> Option<Vec<String>> {
    let mut left = names.clone();
    loop {
        let ends: Vec<&str> = left.keys().copied().filter(|one| left[one].is_empty()).collect();
        if ends.is_empty() {
            break;
        }
        ends.iter().for_each(|end| _ = left.remove(end));
        left.values_mut().for_each(|named| named.retain(|one| !ends.contains(one)));
    }
    // Everything that is left names something that is left.
    let mut way = vec![*left.keys().next()?];
    loop {
        let next = *left[way.last()?].iter().next()?;
        if let Some(start) = way.iter().position(|one| *one == next) {
            return Some(way[start..].iter().chain([&next]).map(|one| (*one).to_owned()).collect());
        }
        way.push(next);
    }
}

/// Who names whom among the modules beside each other, by their parent. What a parent declares, its children may name.
type Siblings = BTreeMap<String, BTreeMap<(String, String), String>>;

fn siblings(sources: &[Source]) -> Siblings {
    let modules = Modules::of(sources);
    let mut all = Siblings::new();
    for source in sources.iter().filter(|source| STAGES.contains(&source.module())) {
        let from = source.place();
        let code = source.lines().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
        for path in named_paths(&code) {
            let to = modules.meant(&from, &path, 0);
            let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
            if common == 0 || common == from.len() || common == to.len() {
                continue;
            }
            let pair = (from[common].clone(), to[common].clone());
            let said = format!("src/{} names {}", source.path, path.join("::"));
            all.entry(from[..common].join("::")).or_default().entry(pair).or_insert(said);
        }
    }
    all
}

#[test]
fn no_circle_is_within_a_stage() {
    let mut faults = Vec::new();
    let siblings = siblings(&sources());
    let known: BTreeSet<_> = KNOWN_CIRCLES.iter().copied().collect();
    let graph = |parent: &str, kept: &dyn Fn(&str, &str) -> bool| {
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in siblings.get(parent).into_iter().flat_map(BTreeMap::keys) {
            names.entry(to.clone()).or_default();
            let named = names.entry(from.clone()).or_default();
            if kept(from, to) {
                named.insert(to.clone());
            }
        }
        names
    };
    let circle_of = |parent: &str, kept: &dyn Fn(&str, &str) -> bool| {
        let names = graph(parent, kept);
        let names = names.iter().map(|(from, to)| (from.as_str(), to.iter().map(String::as_str).collect()));
        circle(&names.collect())
    };
    for (parent, pairs) in &siblings {
        let is_new = |from: &str, to: &str| !known.contains(&(from, to, parent.as_str()));
        if let Some(circle) = circle_of(parent, &is_new) {
            faults.push(format!("{parent}: {}", circle.join(" -> ")));
            for step in circle.windows(2) {
                faults.push(format!("    {}", pairs[&(step[0].clone(), step[1].clone())]));
            }
        }
    }
    for &(from, to, parent) in KNOWN_CIRCLES {
        let others =
            |one: &str, other: &str| !known.contains(&(one, other, parent)) || (one, other) == (from, to);
        if circle_of(parent, &others).is_none() {
            faults.push(format!(
                "{parent}: {from} -> {to} closes no circle any more: take it off KNOWN_CIRCLES"
            ));
        }
    }
    report(
        "the modules of a stage name each other in one direction: move what both need below both",
        &faults,
    );
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
fn no_file_is_forgotten() {
    let sources = sources();
    let names = |parent: &str, module: &str| {
        let declared =
            Regex::new(&format!(r"(?m)^\s*(?:pub(?:\([^)]*\))? )?mod {module};")).expect("a regex");
        sources.iter().any(|source| source.path == parent && declared.is_match(&source.code))
    };
    let mut faults = Vec::new();
    for source in &sources {
        let (folder, file) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
        let module = file.trim_end_matches(".rs");
        let parents = if folder.is_empty() {
            vec!["lib.rs".to_owned(), "main.rs".to_owned()]
        } else {
            vec![format!("{folder}.rs")]
        };
        let is_root = parents.contains(&source.path);
        if !is_root && !parents.iter().any(|parent| names(parent, module)) {
            faults.push(format!("src/{}: {} has no `mod {module};`", source.path, parents.join(" or ")));
        }
    }
    report("a file that nobody names is not compiled", &faults);
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

#[test]
fn a_program_that_lists_its_tests_has_no_others() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let listed = Regex::new(r#"\[\[test\]\]\nname = "(\w+)"\nharness = false"#).expect("a regex");
    let names: Vec<&str> =
        listed.captures_iter(&manifest).filter_map(|found| found.get(1)).map(|name| name.as_str()).collect();
    assert!(!names.is_empty(), "some programs list their tests");
    let is_one = |path: &str| {
        names
            .iter()
            .any(|name| path == format!("tests/{name}.rs") || path.starts_with(&format!("tests/{name}/")))
    };
    let attribute = ["#[", "test]"].concat();
    let lost = files()
        .into_iter()
        .filter(|path| is_one(&relative(path)) && path.extension().is_some_and(|end| end == "rs"));
    let lost = lost.filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains(&attribute)));
    let faults: Vec<String> = lost.map(|path| relative(&path)).collect();
    report("nobody runs what has the attribute of a test in a program that lists its tests", &faults);
}
