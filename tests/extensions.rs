//! What an extension needs: `cargo xtask new` writes all of it, CONTRIBUTING.md lists the same, and what it writes is one.
//!
//! Extensions that are compiled are begun and checked in `.ci/run`.

mod files;
#[path = "../xtask/src/scaffold.rs"]
mod scaffold;

use files::{Tree, copy, tests, tree, written};
use podviz::catalog::Catalog;
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const NAME: &str = "odd-thing";

fn root() -> PathBuf {
    tests("..")
}

/// A copy of what extensions are added to, an extension of this sort begun in it, and the files that it touched.
fn begun(sort: &str) -> (TempDir, Vec<String>) {
    let mut all = Tree::new();
    for folder in ["xtask/new", "src/facts", "src/diagram", "book/src"] {
        let files = tree(&root().join(folder)).into_iter();
        all.extend(files.map(|(path, bytes)| (format!("{folder}/{path}"), bytes)));
    }
    let temp = copy(&all);
    let touched = scaffold::begin(temp.path(), sort, NAME).unwrap_or_else(|error| panic!("{sort}: {error}"));
    (temp, touched)
}

fn podviz(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_podviz"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("podviz runs")
}

#[test]
fn contributing_lists_what_each_extension_touches() {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).expect("CONTRIBUTING.md");
    let code = Regex::new(r"`([^`]+)`").expect("a regex");
    for sort in scaffold::sorts(&root()) {
        let row = text.lines().find(|line| line.contains(&format!(" | `{sort}` | ")));
        let row = row.unwrap_or_else(|| panic!("CONTRIBUTING.md has a row of `{sort}`"));
        let listed: BTreeSet<&str> =
            code.captures_iter(row).filter_map(|found| found.get(1)).map(|path| path.as_str()).collect();
        let listed = listed.into_iter().filter(|path| path.contains('/')).map(str::to_owned);
        let touched = begun(&sort).1.into_iter();
        let touched = touched.map(|path| path.replace(NAME, "NAME").replace(&NAME.replace('-', "_"), "NAME"));
        assert_eq!(
            touched.collect::<BTreeSet<_>>(),
            listed.collect(),
            "the row of `{sort}` in CONTRIBUTING.md"
        );
    }
}

#[test]
fn a_line_has_its_place_in_a_list() {
    for (sort, file, line, is_sorted) in [
        ("rule", "src/facts/advice.rs", "mod odd_thing;", true),
        ("rule", "src/facts/advice.rs", "&odd_thing::RULE,", true),
        ("pattern", "src/facts/patterns.rs", "mod odd_thing;", true),
        ("pattern", "src/facts/patterns.rs", "&odd_thing::PATTERN,", false),
        ("view", "src/diagram/views.rs", "mod odd_thing;", true),
        ("view", "src/diagram/views.rs", "OddThing odd_thing \"What does it answer?\"", false),
        ("flavor", "book/src/SUMMARY.md", "- [Odd thing](docs-sites/odd-thing.md)", false),
    ] {
        let (temp, _) = begun(sort);
        let text = fs::read_to_string(temp.path().join(file)).expect("the file of the list");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let around =
            lines.windows(3).find(|lines| lines[1] == line).unwrap_or_else(|| panic!("{file}: {line}"));
        let ends = ["];", "}", "- [In CI](ci.md)"].contains(&around[2]);
        assert!(if is_sorted { around.is_sorted() } else { ends }, "{file}: {around:?}");
    }
}

#[test]
fn what_is_there_is_not_written_again() {
    let (temp, touched) = begun("rule");
    let before = tree(temp.path());
    let error = scaffold::begin(temp.path(), "rule", NAME).expect_err("it is there");
    assert!(touched.iter().any(|path| error == format!("{path} is there already")), "{error}");
    assert!(before == tree(temp.path()), "nothing is half written");
    for (sort, name) in [("rule", "Odd"), ("rule", "a/b"), ("rule", ""), ("../rule", "odd"), ("poem", "odd")]
    {
        assert!(scaffold::begin(temp.path(), sort, name).is_err(), "{sort} {name}");
    }
}

#[test]
fn a_kind_that_is_begun_is_known() {
    let (temp, touched) = begun("kind");
    let [path] = touched.as_slice() else { panic!("one file: {touched:?}") };
    let text = fs::read_to_string(temp.path().join(path)).expect("a text");
    let catalog = Catalog::with(&[(path.as_str(), &text)]).unwrap_or_else(|error| panic!("{error}"));
    let rule = catalog.kind("example.com", "OddThing").expect("the kind");
    assert_eq!(rule.edges.len(), 1);
    // The same words are a rule of a user's.
    let entry = text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("    {line}\n"));
    let entry: String = entry.collect();
    let rules = format!("rules:\n  kinds:\n  -{}", &entry[3..]);
    let object =
        "apiVersion: example.com/v1\nkind: OddThing\nmetadata: {name: one}\nspec: {secretRef: {name: key}}\n";
    let input = written(&[("podviz.yaml", rules.as_str()), ("thing.yaml", object)]);
    let output = podviz(input.path(), &["graph", "."]);
    let graph: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let edges = graph["edges"].as_array().expect("edges");
    assert!(edges.iter().any(|edge| edge["relation"] == "references"), "{graph:#}");
}

#[test]
fn a_flavor_that_is_begun_writes_pages() {
    let (temp, _) = begun("flavor");
    let input = tests("flavors/in");
    let input = input.to_str().expect("a UTF-8 path");
    let arguments = ["render", input, "--templates", "templates", "--flavor", NAME, "-o", "site"];
    let output = podviz(temp.path(), &arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (site, folder) = (tree(&temp.path().join("site")), temp.path());
    assert!(site.keys().filter(|path| path.ends_with("/index.md")).count() > 5, "{:?}", site.keys());
    #[cfg(unix)]
    {
        // Its host is a script that can be run.
        let _ = fs::copy(root().join("tests/hosts/project.sh"), folder.join("tests/hosts/project.sh"));
        let build = folder.join("tests/hosts").join(NAME).join("build.sh");
        let built = Command::new(build).args(["site", "out"]).current_dir(folder).status().expect("a script");
        assert!(built.success() && tree(&folder.join("out")) == site);
    }
}

#[test]
fn a_case_that_is_begun_has_a_graph() {
    let (temp, _) = begun("case");
    let output = podviz(&temp.path().join("tests/cases").join(NAME), &["graph", "in"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let graph: Value = serde_json::from_slice(&output.stdout).expect("a graph");
    assert_eq!(graph["nodes"].as_array().map(Vec::len), Some(1), "{graph:#}");
}
