//! What mdBook gets back for a book that it handed over, chapter by chapter.
//!
//! `tests/mdbook/mdbook-0.5.json` is what mdBook 0.5 wrote for a small book, with `ROOT` in the place of its folder.

mod files;
mod golden;

use files::{Tree, tests};
use golden::{assert_same, differences};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

fn podviz(arguments: &[&str], typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_podviz"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("podviz runs");
    // A call that reads nothing may be over already.
    let _ = child.stdin.take().expect("a standard input").write_all(typed.as_bytes());
    child.wait_with_output().expect("podviz ends")
}

fn messages(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("messages are text")
}

/// The recorded context and book.
fn recorded() -> Value {
    let text = fs::read_to_string(tests("mdbook/mdbook-0.5.json")).expect("a recorded book");
    let mut book: Value = serde_json::from_str(&text).expect("JSON");
    book[0]["root"] = tests("mdbook").to_str().expect("a UTF-8 path").into();
    book
}

/// The book that comes back.
fn made(book: &Value) -> Value {
    let output = podviz(&["mdbook"], &book.to_string());
    assert_eq!((output.status.code(), messages(&output)), (Some(0), ""));
    serde_json::from_slice(&output.stdout).expect("nothing but JSON")
}

/// The contents of the chapters, by their files.
fn contents(value: &mut Value, found: &mut Tree) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| contents(item, found)),
        Value::Object(entries) => {
            if let Some(path) = entries.get("source_path").and_then(Value::as_str).map(str::to_owned) {
                let content = entries["content"].take();
                found.insert(path, content.as_str().expect("text").as_bytes().to_vec());
            }
            entries.values_mut().for_each(|value| contents(value, found));
        }
        _ => {}
    }
}

#[test]
fn directives_are_replaced_and_nothing_else_is() {
    let mut before = recorded();
    let mut after = made(&before);
    let (mut untouched, mut chapters) = (Tree::new(), Tree::new());
    contents(&mut before[1], &mut untouched);
    contents(&mut after, &mut chapters);
    assert_eq!(before[1], after, "only contents change");
    assert_eq!(untouched["none.md"], chapters["none.md"]);
    assert_same(&differences(&tests("mdbook/expected"), &chapters));
}

#[test]
fn books_of_mdbook_0_4_are_served_too() {
    let mut old = recorded();
    let items = old[1]["items"].take();
    old[1] = serde_json::json!({"sections": items, "__non_exhaustive": null});
    let mut expected = made(&recorded());
    let made = made(&old);
    assert_eq!(made["sections"], expected["items"].take());
    assert!(made.get("__non_exhaustive").is_some());
}

#[test]
fn every_renderer_is_supported_but_the_one_that_is_none() {
    let status = |arguments: &[&str]| podviz(arguments, "").status.code();
    assert_eq!(status(&["mdbook", "supports", "html"]), Some(0));
    assert_eq!(status(&["mdbook", "-q", "supports", "epub"]), Some(0));
    assert_eq!(status(&["mdbook", "supports", "not-supported"]), Some(1));
}

#[test]
fn what_is_wrong_with_directives_is_told_all_at_once() {
    let mut book = recorded();
    let chapter = |text: &str| Value::from(format!("# Title\n\n{text}\n"));
    book[1]["items"][0]["Chapter"]["content"] =
        chapter("{{#podviz summary pod/none}}\n\n{{#podviz compare}}");
    book[1]["items"][2]["Chapter"]["content"] = chapter("{{#podviz containers deployment/web}}");
    let output = podviz(&["mdbook"], &book.to_string());
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let said: Vec<&str> = messages(&output).lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("error: src/README.md:3: "), "{said:?}");
    assert!(said[1].starts_with("error: src/pods.md:3: "), "{said:?}");
}

#[test]
fn problems_of_manifests_are_told_and_stop_nothing() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let manifest = fs::read_to_string(tests("mdbook/manifests/web.yaml")).expect("a manifest");
    fs::create_dir(folder.path().join("manifests")).expect("a folder");
    let broken = format!("{manifest}---\nkind: Pod\nmetadata: [}}\n");
    fs::write(folder.path().join("manifests/web.yaml"), broken).expect("a file");
    let mut book = recorded();
    book[0]["root"] = folder.path().to_str().expect("a UTF-8 path").into();
    let output = podviz(&["mdbook"], &book.to_string());
    assert_eq!(output.status.code(), Some(0));
    assert!(messages(&output).starts_with("error[invalid-yaml]: web.yaml:"), "{}", messages(&output));
    assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok());
}
