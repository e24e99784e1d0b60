//! The book, tried out: each chapter's command lines are run where a reader would run them, and what they print is
//! compared with what the chapter shows. Its lists of kinds and of template values are those of today.
#![cfg(unix)]

mod files;
mod golden;

use files::{tests, tree, written};
use golden::assert_table_in_book;
use podviz::catalog::{Catalog, EdgeRule, KindRule, Relation, is_built_in};
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

/// A folder as readers have it: the examples, manifests of their own in `k8s`, in git, and two states of them to compare.
fn workplace() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (from, to) in [
        ("../examples", "examples"),
        ("../examples/shop", "k8s"),
        ("../examples/shop", "old"),
        ("../examples/shop", "new"),
    ] {
        for (path, bytes) in tree(&tests(from)) {
            let path = folder.path().join(to).join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
    }
    commit(folder.path());
    folder
}

/// Puts all that a folder holds on branch `main` of a new git repository there.
fn commit(folder: &Path) {
    let own = ["-c", "user.name=podviz", "-c", "user.email=podviz@example.org", "-c", "commit.gpgsign=false"];
    let steps: [&[&str]; 3] =
        [&["init", "--quiet", "--initial-branch=main"], &["add", "."], &["commit", "--quiet", "-m", "Begin"]];
    for step in steps {
        let status = Command::new("git").args(own).args(step).current_dir(folder).status();
        assert!(status.expect("git runs").success(), "git {step:?}");
    }
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

/// Calls `found` with each word that a schema allows.
fn find_words(schema: &Value, found: &mut dyn FnMut(&Value)) {
    match schema {
        Value::Object(map) => {
            map.get("const").into_iter().for_each(&mut *found);
            map.get("enum").and_then(Value::as_array).into_iter().flatten().for_each(&mut *found);
            map.values().for_each(|value| find_words(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| find_words(value, found)),
        _ => {}
    }
}

#[test]
fn the_book_lists_every_kind_and_what_it_leads_to() {
    let catalog = Catalog::embedded();
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

    let schema: Value = serde_json::from_str(&podviz::catalog::settings::schema(&[])).expect("JSON");
    let mut relations: Vec<Relation> = Vec::new();
    find_words(&schema["definitions"]["Relation"], &mut |word| {
        relations.extend(serde_json::from_value::<Relation>(word.clone()));
    });
    assert!(relations.len() > 15, "{} relations", relations.len());
    let rows = relations.iter().map(|relation| {
        let word = serde_json::to_value(relation).expect("a word");
        format!("| `{}` | {} |\n", word.as_str().expect("a word"), relation.verb())
    });
    let rows = format!("| Relation | On an arrow |\n|---|---|\n{}", rows.collect::<String>());
    assert_table_in_book("kinds.md", "relations", &rows);

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
    let all = "{{ __tera_context | safe }}";
    let templates =
        written(&[("html/page.html", all), ("markdown/page.md", all), ("mdbook/summary.md", all)]);
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

    let spelled = Regex::new(r"\\u\{[0-9a-f]+\}").expect("a regex");
    let absent = Regex::new("\": ([,}])").expect("a regex");
    let (mut seen, mut pages) = (BTreeSet::new(), 0);
    for (name, bytes) in tree(&out.path().join("site")) {
        if !(name.ends_with(".html") || name.ends_with(".md")) {
            continue;
        }
        pages += 1;
        // Tera spells strings as Rust does, and nothing as nothing.
        let text = spelled.replace_all(std::str::from_utf8(&bytes).expect("text"), "?");
        let text = absent.replace_all(&text, "\": null$1");
        let mut page: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let blocks = |value: &mut Value| value.as_array_mut().map(std::mem::take).unwrap_or_default();
        let mut all = page.get_mut("author").map(blocks).unwrap_or_default();
        for section in page.get_mut("sections").and_then(Value::as_array_mut).into_iter().flatten() {
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
    for flavour in ["html", "github", "mdbook"] {
        let inputs = ["../examples/shop", "../examples/data", "../examples/webapp-single-pod"];
        for input in inputs.map(tests) {
            seen.extend(self::seen(&input, flavour));
        }
        let pod = |image: &str| {
            let described = r##"annotations: {podviz.dev/description: "# A\n\n> b\n\n    c\n"}"##;
            let spec = format!("spec: {{containers: [{{name: web, image: \"{image}\"}}]}}");
            format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: web, {described}}}\n{spec}\n")
        };
        let unreadable = "---\nkind: Pod\nmetadata: [}\n";
        let apart = written(&[("dev/web.yaml", &pod("a:1")), ("prod/web.yaml", &(pod("a:2") + unreadable))]);
        seen.extend(self::seen(apart.path(), flavour));
    }
    // A region is no page of a site.
    let region = fs::read_to_string(root().join("src/output/region.rs")).expect("a file");
    let set = Regex::new(r#"context\.insert(?:_value)?\("(\w+)""#).expect("a regex");
    seen.extend(set.captures_iter(&region).map(|found| found[1].to_owned()));

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
    // Links have the same values wherever they stand, and so has a folder.
    let seen: BTreeSet<String> = seen
        .into_iter()
        .map(|path| {
            let (first, rest) = path.split_once('.').unwrap_or((&path, ""));
            match ["areas[]", "crumbs[]", "children[]", "before", "after"].contains(&first) {
                true => format!("link.{}", if rest.is_empty() { "href" } else { rest }),
                false => path,
            }
        })
        .map(|path| path.replace("folder.", "entries[]."))
        .collect();
    let missing: Vec<&String> = seen.difference(&told).collect();
    let wrong: Vec<&String> = told.difference(&seen).collect();
    assert!(missing.is_empty(), "book/src/themes.md does not tell of {missing:#?}");
    assert!(wrong.is_empty(), "book/src/themes.md tells of what no template sees: {wrong:#?}");
}

#[test]
fn the_theme_of_the_book_changes_a_site() {
    let chapter = fs::read_to_string(root().join("book/src/themes.md")).expect("a chapter");
    let saved: Vec<(String, String)> = fences(&chapter)
        .into_iter()
        .filter_map(|fence| Some((fence.name?, fence.text.join("\n") + "\n")))
        .collect();
    let files: Vec<(&str, &str)> = saved.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let house = written(&files);
    let folder = house.path().join("house");
    let render = |flavour: &[&str], options: &[&str]| {
        let out = TempDir::new().expect("a temporary folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
        command.arg("render").arg(tests("../examples/shop")).arg("-o").arg(out.path().join("site"));
        command.args(flavour).args(options).current_dir(&folder);
        assert!(command.output().expect("podviz runs").status.success());
        tree(&out.path().join("site"))
    };
    let html = render(&[], &["--theme", "theme", "--templates", "templates"]);
    let text = |name: &str| String::from_utf8(html[name].clone()).expect("text");
    assert!(text("assets/style.css").trim_end().ends_with("--here: light-dark(#fbeaf5, #43203a);\n}"));
    assert!(text("assets/style.css").contains(".pv-diagram"), "the styles of podviz stay");
    let overview = text("index.html");
    assert!(overview.contains("<p>Who runs this? Ask in <code>#platform</code>.</p>"));
    assert!(overview.contains("rows</p>") && overview.contains("<table>"));

    let plain = render(&["--flavor", "github"], &["--templates", "templates"]);
    let has = |words: &str| {
        plain.values().any(|bytes| std::str::from_utf8(bytes).is_ok_and(|text| text.contains(words)))
    };
    assert!(has("**Note:** ") && !has("[!NOTE]"), "alerts have the form that the book gives them");
}

/// The anchor of a heading, as GitHub and mdBook make it.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

#[test]
fn every_link_of_the_book_leads_somewhere() {
    let prose = |path: &Path| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let mut is_code = false;
        let lines = text.lines().filter(|line| {
            let is_fence = line.starts_with("```");
            is_code ^= is_fence;
            !is_fence && !is_code
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a regex");
    let (mut faults, mut links) = (Vec::new(), 0);
    for path in chapters() {
        let name = path.strip_prefix(root()).expect("a path below the root").display().to_string();
        for found in link.captures_iter(&prose(&path)) {
            let (file, fragment) = found[1].split_once('#').unwrap_or((&found[1], ""));
            if file.contains("://") {
                continue;
            }
            links += 1;
            let target = if file.is_empty() { path.clone() } else { path.with_file_name("").join(file) };
            let text = prose(&target);
            let mut headings = text.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
            if !target.exists()
                || !(fragment.is_empty() || headings.any(|heading| anchor(heading) == fragment))
            {
                faults.push(format!("{name}: {}", &found[1]));
            }
        }
    }
    assert!(links > 50, "the book has more than {links} links");
    assert!(faults.is_empty(), "these links lead nowhere:\n{}", faults.join("\n"));
}

#[test]
fn the_book_lists_every_fact() {
    let page = fs::read_to_string(root().join("book/src/facts.md")).expect("a chapter");
    let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
    let output = command.arg("explain").arg(tests("../examples")).args(["--format", "json"]).output();
    let output = output.expect("podviz runs");
    let facts: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let facts = facts.as_array().expect("a list").iter().filter_map(|fact| fact["fact"].as_str());
    let facts: BTreeSet<&str> = facts.collect();
    assert!(facts.len() > 40, "{} facts", facts.len());
    let first_cells: String =
        page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next()).collect();
    let missing: Vec<&&str> =
        facts.iter().filter(|fact| !first_cells.contains(&format!("`{fact}`"))).collect();
    assert!(missing.is_empty(), "book/src/facts.md does not tell of {missing:?}");
}

#[test]
fn every_diagram_of_the_book_can_be_drawn() {
    let directive = Regex::new(r"(?m)^\{\{#podviz ([^}]+)\}\}$").expect("a regex");
    let views = ["explain", "containers", "summary", "edges"];
    let mut wanted = BTreeSet::new();
    for path in chapters() {
        for found in directive.captures_iter(&fs::read_to_string(&path).expect("a chapter")) {
            let words: Vec<&str> = found[1].split(' ').filter(|word| !word.contains('=')).collect();
            let subject = words.get(1).copied().unwrap_or_default();
            if !views.contains(&words[0]) {
                wanted.insert((words[0].to_owned(), subject.to_owned()));
            }
        }
    }
    assert!(wanted.len() > 12, "the book has more than {} diagrams", wanted.len());
    for (view, subject) in wanted {
        let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
        command.arg("diagram").arg(tests("../examples")).args(["--view", &view]);
        if !subject.is_empty() {
            command.args(["--focus", &subject]);
        }
        let output = command.output().expect("podviz runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !output.stdout.is_empty(), "{view} {subject}: {said}");
    }
}

#[test]
fn the_book_lists_every_template() {
    let page = fs::read_to_string(root().join("book/src/themes.md")).expect("a chapter");
    let rows: String = page.lines().filter(|line| line.starts_with("| `")).collect();
    for folder in ["html", "markdown"] {
        for name in tree(&root().join("templates").join(folder)).into_keys() {
            let (template, _) = name.split_once('.').expect("a suffix");
            assert!(rows.contains(&format!("`{template}`")), "book/src/themes.md does not tell of {name}");
        }
    }
}
