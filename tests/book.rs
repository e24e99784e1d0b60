//! The book, tried out: each chapter's command lines are run where a reader would run them, and what they print is
//! compared with what the chapter shows. Its lists of kinds and of template values are those of today.
#![cfg(unix)]

mod files;
mod golden;

use files::{tests, tree, written};
use golden::assert_table_in_book;
use podviz::catalog::{Catalog, EdgeRule, KindRule, is_built_in};
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What stands in a chapter between two fences.
struct Fence {
    /// The line of the chapter that the text begins at, from 1.
    line: usize,
    language: String,
    text: Vec<String>,
    /// The file that readers are told to save it as.
    name: Option<String>,
}

/// A command line of a chapter, and the lines of output that stand below it.
struct Call {
    line: usize,
    command: String,
    shown: Option<Vec<String>>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The chapters, and the page that people see first.
fn chapters() -> Vec<PathBuf> {
    let mut chapters: Vec<PathBuf> = tree(&root().join("book/src"))
        .into_keys()
        .filter(|name| name.ends_with(".md"))
        .map(|name| root().join("book/src").join(name))
        .collect();
    chapters.push(root().join("README.md"));
    chapters
}

fn fences(text: &str) -> Vec<Fence> {
    let saved = Regex::new(r"(?s)[Ss]ave this as `([^`]+)`[^`]*:\s*$").expect("a regex");
    let mut fences: Vec<Fence> = Vec::new();
    let (mut open, mut before) = (None, String::new());
    for (at, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                let name = saved.captures(&before).map(|found| found[1].to_owned());
                open = Some(Fence { line: at + 2, language: language.to_owned(), text: Vec::new(), name });
                before.clear();
            }
            (Some(_), Some("")) => fences.extend(open.take()),
            (Some(fence), _) => fence.text.push(line.to_owned()),
            (None, None) => writeln!(before, "{line}").expect("a string takes text"),
        }
    }
    fences
}

/// The command lines of a fence that start podviz. In `console` they follow a `$`, and what they print follows them.
fn calls(fence: &Fence) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for (at, text) in fence.text.iter().enumerate() {
        let line = fence.line + at;
        match (fence.language.as_str(), text.strip_prefix("$ ")) {
            ("sh", _) => calls.push(Call { line, command: text.clone(), shown: None }),
            ("console", Some(command)) => {
                calls.push(Call { line, command: command.to_owned(), shown: Some(Vec::new()) });
            }
            ("console", None) => {
                let call = calls.last_mut().unwrap_or_else(|| panic!("line {line}: no command above"));
                call.shown.as_mut().expect("output").push(text.clone());
            }
            _ => {}
        }
    }
    for call in calls.iter_mut().filter_map(|call| call.shown.as_mut()) {
        while call.last().is_some_and(String::is_empty) {
            call.pop();
        }
    }
    let starts_podviz = |call: &Call| {
        let first = call.command.split(' ').next().unwrap_or_default();
        first == "podviz" || (["cat", "cp", "mkdir"].contains(&first))
    };
    calls.retain(starts_podviz);
    calls
}

/// A folder as readers have it: the examples, and manifests of their own in `k8s`.
fn workplace() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (from, to) in [("../examples", "examples"), ("../examples/shop", "k8s")] {
        for (path, bytes) in tree(&tests(from)) {
            let path = folder.path().join(to).join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
    }
    folder
}

/// Runs a command line. Gives how it ended, and all that it printed.
fn run(folder: &Path, command: &str) -> (Option<i32>, Vec<String>) {
    let programs = Path::new(env!("CARGO_BIN_EXE_podviz")).parent().expect("a folder");
    let path = format!("{}:/usr/bin:/bin", programs.display());
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &format!("{{ {command}\n}} 2>&1")]).current_dir(folder).stdin(Stdio::null());
    for name in ["CLICOLOR_FORCE", "NO_COLOR", "PODVIZ_CONFIG", "RUST_BACKTRACE"] {
        shell.env_remove(name);
    }
    let output = shell.env("PATH", path).output().expect("a shell runs");
    let text = String::from_utf8(output.stdout).expect("text");
    (output.status.code(), text.lines().map(|line| line.trim_end().to_owned()).collect())
}

/// Whether the lines are those that are shown, where `…` stands for any number of lines.
fn matches(shown: &[String], lines: &[String]) -> bool {
    match shown.split_first() {
        None => lines.is_empty(),
        Some((gap, rest)) if gap.trim() == "…" => {
            (0..=lines.len()).any(|skipped| matches(rest, &lines[skipped..]))
        }
        Some((first, rest)) => {
            lines.split_first().is_some_and(|(line, more)| first == line && matches(rest, more))
        }
    }
}

#[test]
fn a_gap_stands_for_any_number_of_lines() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for (shown, is_same) in
        [("a\nb", false), ("a\n…", true), ("…\nc", true), ("a\n…\nb\nc", true), ("…\nb", false)]
    {
        assert_eq!(matches(&lines(shown), &lines("a\nb\nc")), is_same, "{shown}");
    }
}

#[test]
fn every_command_line_of_the_book_runs_and_prints_what_is_shown() {
    let tried: Vec<(usize, Vec<String>)> = std::thread::scope(|scope| {
        let all: Vec<_> = chapters().into_iter().map(|path| scope.spawn(move || try_out(&path))).collect();
        all.into_iter().map(|chapter| chapter.join().expect("a chapter that is tried out")).collect()
    });
    let (numbers, faults): (Vec<usize>, Vec<Vec<String>>) = tried.into_iter().unzip();
    let (number, faults) = (numbers.into_iter().sum::<usize>(), faults.concat());
    assert!(faults.is_empty(), "{} of {number} commands\n{}", faults.len(), faults.join("\n"));
    assert!(number > 40, "the book shows more than {number} commands");
}

/// How many command lines of a chapter were run, and those that did not do what the chapter says.
fn try_out(chapter: &Path) -> (usize, Vec<String>) {
    let text = fs::read_to_string(chapter).expect("a chapter");
    let name = chapter.strip_prefix(root()).expect("a path below the root").display();
    let (folder, mut tried, mut faults) = (workplace(), 0, Vec::new());
    for fence in fences(&text) {
        if let Some(file) = &fence.name {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, fence.text.join("\n") + "\n").expect("a file");
        }
        for call in calls(&fence) {
            tried += 1;
            let (ended, printed) = run(folder.path(), &call.command);
            // 1 says that there is a finding, a difference, or a denial.
            let may_object = ["advise", "reach", "--check"].iter().any(|word| call.command.contains(word));
            let is_fine = ended == Some(0) || (may_object && ended == Some(1));
            let is_as_shown = call.shown.as_ref().is_none_or(|shown| matches(shown, &printed));
            if is_fine && is_as_shown {
                continue;
            }
            let printed = printed.join("\n");
            faults.push(format!("{name}:{}: {}\nended with {ended:?}\n{printed}\n", call.line, call.command));
        }
    }
    (tried, faults)
}

/// What leads from an object to others, and what leads to it: the relation, and the kinds at the other end.
fn ways(edges: &[EdgeRule]) -> String {
    let word = |edge: &EdgeRule| serde_json::to_value(edge.relation).expect("a word");
    let mut ways: Vec<(String, BTreeSet<String>)> = Vec::new();
    for edge in edges {
        let word =
            format!("{}`{}`", if edge.reverse { "← " } else { "" }, word(edge).as_str().expect("a word"));
        let other = edge.to.as_deref().map_or("any kind", |to| if to == "Host" { "a host name" } else { to });
        match ways.iter_mut().find(|(known, _)| *known == word) {
            Some((_, kinds)) => drop(kinds.insert(other.to_owned())),
            None => ways.push((word, [other.to_owned()].into())),
        }
    }
    let ways = ways
        .into_iter()
        .map(|(word, kinds)| format!("{word} {}", kinds.into_iter().collect::<Vec<_>>().join(", ")));
    ways.collect::<Vec<_>>().join("; ")
}

#[test]
fn the_book_lists_every_kind_and_what_it_leads_to() {
    let catalog = Catalog::embedded().expect("a catalog");
    let named = |kind: &&KindRule| !kind.kind.starts_with('(');
    let tables = |kinds: Vec<&KindRule>| {
        let (mut text, mut group) = (String::new(), None);
        for kind in kinds {
            if group != Some(&kind.group) {
                let title =
                    if kind.group.is_empty() { "Core group".to_owned() } else { format!("`{}`", kind.group) };
                let gap = if text.is_empty() { "" } else { "\n" };
                write!(
                    text,
                    "{gap}### {title}\n\n| Kind | What an object does | Leads to |\n|---|---|---|\n"
                )
                .expect("a string takes text");
                group = Some(&kind.group);
            }
            let summary = kind.summary.replace('|', "\\|").replace('<', "&lt;");
            writeln!(text, "| `{}` | {summary} | {} |", kind.kind, ways(&kind.edges))
                .expect("a string takes text");
        }
        text
    };
    let (own, others): (Vec<&KindRule>, Vec<&KindRule>) =
        catalog.kinds().filter(named).partition(|kind| is_built_in(&kind.group));
    assert!(own.len() > 50 && others.len() > 100, "{} and {}", own.len(), others.len());
    assert_table_in_book("kinds.md", "kinds of Kubernetes", &tables(own));
    assert_table_in_book("kinds.md", "kinds of others", &tables(others));

    let mut rows = "| What | Leads to |\n|---|---|\n".to_owned();
    for (what, edges) in [
        ("every pod", catalog.pod_edges()),
        ("every container", catalog.container_edges()),
        ("every object", catalog.any_edges()),
    ] {
        writeln!(rows, "| {what} | {} |", ways(edges)).expect("text");
    }
    assert_table_in_book("kinds.md", "kinds of all", &rows);
}

/// Adds the ways to each value that a template sees: `crumbs[].href`.
fn values(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let dot = if path.is_empty() { "" } else { "." };
                values(value, &format!("{path}{dot}{key}"), into);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| values(value, &format!("{path}[]"), into)),
        _ => drop(into.insert(path.to_owned())),
    }
}

/// What the templates of a site see: the values of pages, and those of blocks, each with the name of its template.
fn seen(input: &Path, flavour: &str) -> BTreeSet<String> {
    let templates = written(&[
        ("html/page.html", "{{ __tera_context | safe }}"),
        ("markdown/page.md", "{{ __tera_context | safe }}"),
    ]);
    let out = TempDir::new().expect("a temporary folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
    command.arg("render").arg(input).arg("-o").arg(out.path().join("site"));
    command.arg("--templates").arg(templates.path());
    if flavour != "html" {
        command.args(["--flavor", flavour]);
    }
    command.args(["--repo-url", "https://example.org/k8s", "--message-format", "json"]);
    let output = command.output().expect("podviz runs");
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));

    let (mut seen, mut pages) = (BTreeSet::new(), 0);
    for (name, bytes) in tree(&out.path().join("site")) {
        if !(name.ends_with(".html") || name.ends_with(".md")) {
            continue;
        }
        pages += 1;
        let mut page: Value =
            serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let blocks = |value: &mut Value| value.as_array_mut().map(std::mem::take).unwrap_or_default();
        let mut all = blocks(&mut page["author"]);
        for section in page["sections"].as_array_mut().into_iter().flatten() {
            all.extend(blocks(&mut section["blocks"]));
        }
        for mut block in all {
            let template = block["is"].as_str().expect("the name of a template").to_owned();
            block.as_object_mut().expect("a block").remove("is");
            values(&block, &template, &mut seen);
        }
        values(&page, "", &mut seen);
    }
    assert!(pages > 3, "pages are written");
    seen
}

#[test]
fn the_book_lists_every_value_that_a_template_sees() {
    let mut seen = BTreeSet::new();
    for flavour in ["html", "github"] {
        let inputs = ["../examples/shop", "../examples/data", "../examples/webapp-single-pod"];
        for input in inputs.map(tests) {
            seen.extend(self::seen(&input, flavour));
        }
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {podviz.dev/description: \"# A\\n\\n> b\\n\\n    c\\n\"}}\nspec: {containers: [{name: web, image: ";
        let apart = written(&[
            ("dev/web.yaml", &format!("{pod}a:1}}]}}\n")),
            ("prod/web.yaml", &format!("{pod}a:2}}]}}\n---\nkind: Pod\nmetadata: [}}\n")),
        ]);
        seen.extend(self::seen(apart.path(), flavour));
    }
    let page = fs::read_to_string(root().join("book/src/themes.md")).expect("a chapter");
    let (_, rest) = page.split_once("<!-- values -->").expect("the start of the lists");
    let (lists, _) = rest.split_once("<!-- end of values -->").expect("the end of the lists");
    let word = Regex::new(r"`([^`]+)`").expect("a regex");
    let first_cells = lists.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" |"));
    let told: BTreeSet<String> = first_cells
        .flat_map(|(cell, _)| {
            let cell = format!("`{cell}");
            word.captures_iter(&cell).map(|found| found[1].to_owned()).collect::<Vec<_>>()
        })
        .collect();
    // Links have the same values wherever they stand.
    let seen: BTreeSet<String> = seen
        .into_iter()
        .map(|path| {
            ["areas[]", "crumbs[]", "children[]"].iter().fold(path, |path, list| path.replace(list, "link"))
        })
        .collect();
    let missing: Vec<&String> = seen.difference(&told).collect();
    let wrong: Vec<&String> = told.difference(&seen).collect();
    assert!(missing.is_empty(), "book/src/themes.md does not tell of {missing:#?}");
    assert!(wrong.is_empty(), "book/src/themes.md tells of what no template sees: {wrong:#?}");
}
